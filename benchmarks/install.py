"""Wall time of `pip install .` into a fresh virtual environment."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.report import keep, machine

ROOT = Path(__file__).parent.parent


def main(arguments: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        python = str(Path(folder, "bin", "python"))
        start = time.perf_counter()
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(ROOT)], check=True)
        seconds = time.perf_counter() - start
        subprocess.run([python, "-m", "siglum", "run", "filter even square sum", "[1,2,3,4]"], check=True)
    keep("install", f"CPU: {machine()}; pip install . in a fresh environment: {seconds:.1f} s", {"seconds": seconds})
