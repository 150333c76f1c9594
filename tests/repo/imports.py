"""Reads what a module imports from its source, in every form Python has, without running it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Import:
    """One import: `importer` and `target` are dotted names; `lazy` inside a function; `typing` never runs; `registry`
    where an f-string names one of several modules.
    """

    importer: str
    target: str
    line: int
    lazy: bool
    typing: bool
    registry: bool = False


class UnresolvedImport(ValueError):
    """An import whose target cannot be read from the source."""


def modules(source_root: Path) -> dict[str, Path]:
    """Dotted name -> file of every module below `source_root`; a package has the name of its folder."""
    found = {}
    for path in sorted(source_root.rglob("*.py")):
        parts = path.relative_to(source_root).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports_of(name: str, path: Path, known: Iterable[str], lenient: bool = False) -> Iterator[Import]:
    """Every import of the module `name`. Names of `known` modules are told from names inside a module.

    Raises UnresolvedImport for a dynamic import whose target is no literal, unless `lenient`, which leaves it out.
    """
    known = set(known)
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    walker = _Walker(name, package, known, lenient)
    yield from walker.walk(tree, lazy=False, typing=False)


class _Walker:
    def __init__(self, name: str, package: str, known: set[str], lenient: bool) -> None:
        self.name, self.package, self.known, self.lenient = name, package, known, lenient

    def walk(self, node: ast.AST, lazy: bool, typing: bool) -> Iterator[Import]:
        for child in ast.iter_child_nodes(node):
            inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            registry = isinstance(child, ast.Call) and bool(child.args) and isinstance(child.args[0], ast.JoinedStr)
            for target in self.targets(child):
                yield Import(self.name, target, getattr(child, "lineno", 0), lazy, typing, registry)
            if isinstance(child, ast.If) and _is_type_checking(child.test):
                yield from self.walk(ast.Module(child.body, []), lazy, True)
                yield from self.walk(ast.Module(child.orelse, []), lazy, typing)
            else:
                yield from self.walk(child, lazy or inside, typing)

    def targets(self, node: ast.AST) -> Iterator[str]:
        try:
            yield from _targets(node, self.package, self.known)
        except UnresolvedImport:
            if not self.lenient:
                raise


def _is_type_checking(test: ast.expr) -> bool:
    return _dotted(test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")


def _dotted(node: ast.expr) -> str:
    """`a.b` for a name or its attribute, else what no name is."""
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"


def _targets(node: ast.AST, package: str, known: set[str]) -> Iterator[str]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield alias.name
    elif isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            parts = package.split(".")
            kept = parts[: len(parts) - node.level + 1]
            base = ".".join([*kept, base] if base else kept)
        for alias in node.names:
            inner = f"{base}.{alias.name}"
            yield inner if inner in known else base
    elif isinstance(node, ast.Call):
        if _dotted(node.func) in ("importlib.import_module", "import_module", "__import__"):
            yield from _dynamic(node, known)


def _dynamic(call: ast.Call, known: set[str]) -> Iterator[str]:
    """The targets of `import_module(X)`; an f-string stands for every known module its fixed parts allow."""
    argument = call.args[0] if call.args else None
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        yield argument.value
        return
    if isinstance(argument, ast.JoinedStr) and isinstance(argument.values[0], ast.Constant):
        parts = [re.escape(str(v.value)) if isinstance(v, ast.Constant) else r"\w+" for v in argument.values]
        fitting = [name for name in sorted(known) if re.fullmatch("".join(parts), name)]
        if fitting:
            yield from fitting
            return
    raise UnresolvedImport(f"line {call.lineno}: {ast.unparse(call)}")
