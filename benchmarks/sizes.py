"""Bytes of what `siglum build` writes, and that the executables run."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.report import keep

PROGRAMS = {
    "hello": ('"Hello" print', None, [], "Hello\n"),
    "sumsq": ("sumsq xs:[i64] = xs filter even square sum", None, ["[1,2,3,4]"], "20\n"),
}
"""Name to (phrase, signature, arguments, what the executable prints)."""


def main(arguments: list[str]) -> None:
    lines, data = [], {}
    with tempfile.TemporaryDirectory() as folder:
        for name, (phrase, signature, given, printed) in PROGRAMS.items():
            more = ["--signature", signature] if signature else []
            command = [sys.executable, "-m", "siglum", "build", phrase, "--name", name, "--emit", "exe,so", "-o", folder, *more]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            program = Path(folder, name)
            ran = subprocess.run([program, *given], capture_output=True, text=True, check=True)
            if ran.stdout != printed:
                sys.exit(f"{name} printed {ran.stdout!r}, not {printed!r}")
            sizes = {"exe": program.stat().st_size, "so": Path(folder, f"{name}.so").stat().st_size}
            lines.append(f"{name:10} executable {sizes['exe']:6} bytes, shared object {sizes['so']:6} bytes; runs")
            data[name] = sizes
    keep("sizes", "\n".join(lines), data)
