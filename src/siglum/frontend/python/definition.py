"""Definitions: typed Python functions as source, with their signature and the scope their names are looked up in.

Imports `siglum.errors`, `siglum.ir` and the modules beside it. Nothing of a user's file is run when it is read as text.
"""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Callable, Mapping
from functools import cache
from types import FunctionType, ModuleType
from typing import Any, Final

from siglum.errors import Place, UserError, echo
from siglum.frontend.python.annotations import AnnotationError, type_of
from siglum.ir.function import Function
from siglum.ir.types import Type

INTRINSICS_MODULE: Final = "siglum.vocab.intrinsics"
_KNOWN_DECORATORS: Final = frozenset({"word", "native", "cache", "prototype", "staticmethod"})
MISSING: Final = object()
MAX_NESTING: Final = 256


class Constant:
    """A global that is a constant; `value` is int, float, bool, str or a tuple or list of such."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


class Builtin:
    """A function the elaborator knows: a builtin, a member of `math`, an intrinsic (`name` is as written there)."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


class Module:
    """A module whose members may be named with a dot."""

    __slots__ = ("module",)

    def __init__(self, module: ModuleType) -> None:
        self.module = module


class Definition:
    """One function. `name` is what stops name: the word's name, or the function's own. Parameter types may hold variables.
    `lazy` says that a consumer may end a list before all its elements are computed, as words do and Python does not.
    """

    __slots__ = (
        "compiled", "defaults", "effects", "function_name", "inline", "is_word", "lazy", "lines", "lookup", "name", "node",
        "params", "result", "source", "text", "wraps",
    )  # fmt: skip

    def __init__(self, node: ast.FunctionDef, source: str, text: str, lookup: Callable[[str], Any], name: str = "") -> None:
        self.node, self.source, self.text, self.lookup = node, source, text, lookup
        self.name, self.function_name = name or node.name, node.name
        self.is_word = bool(name)
        self.inline: bool | None = None
        self.wraps = False
        self.lazy = False
        self.lines: list[str] | None = None
        self.effects: frozenset[str] = frozenset()
        self.compiled: Any = None
        _check_nesting(node, self)
        self.params, self.defaults, self.result = _signature(node, self)

    def __repr__(self) -> str:
        return f"<Definition {self.name} in {self.source}:{self.node.lineno}>"

    def place(self, node: ast.AST) -> Place:
        """Where a part of the definition stands."""
        line = getattr(node, "lineno", self.node.lineno)
        column = getattr(node, "col_offset", 0)
        return self.place_at((line, column, _width(node)))

    def place_at(self, span: tuple[int, int, int]) -> Place:
        line, column, length = span
        if self.lines is None:
            self.lines = self.text.split("\n")
        text = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        shown = len(text.encode()[:column].decode(errors="ignore")) if not text.isascii() else column
        return Place(self.source, line, shown + 1, length, text)

    def refuse(self, message: str, node: ast.AST, fix: str = "", code: str = "E-050") -> UserError:
        """The error that says why a part cannot be compiled."""
        return UserError(message, self.place(node), fix, code)


def _check_nesting(node: ast.FunctionDef, d: Definition) -> None:
    pending: list[tuple[ast.AST, int]] = [(node, 0)]
    while pending:
        n, depth = pending.pop()
        if depth > MAX_NESTING:
            raise d.refuse(f"nesting over {MAX_NESTING}", n, "name the parts", "E-015")
        pending.extend((child, depth + 1) for child in ast.iter_child_nodes(n))


def _width(node: ast.AST) -> int:
    end_line, line = getattr(node, "end_lineno", None), getattr(node, "lineno", None)
    if end_line is not None and end_line == line:
        return max(1, int(node.end_col_offset) - int(node.col_offset))  # type: ignore[attr-defined]
    return 1


def span_of(node: ast.AST) -> tuple[int, int, int]:
    """(line, column, length) of a part, as `Definition.place_at` takes it."""
    return node.lineno, node.col_offset, _width(node)  # type: ignore[attr-defined]


def _signature(node: ast.FunctionDef, d: Definition) -> tuple[tuple[tuple[str, Type], ...], tuple[Any, ...], Type]:
    arguments = node.args
    if arguments.vararg or arguments.kwarg:
        raise d.refuse("`*args` and `**kwargs` have no type", node, "write each parameter with its type", "E-052")
    if arguments.kwonlyargs:
        raise d.refuse("parameters after `*` are outside the subset", node, "make them ordinary parameters", "E-052")
    for decorator in node.decorator_list:
        target = decorator.func if isinstance(decorator, ast.Call) else decorator
        name = target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "?")
        if name not in _KNOWN_DECORATORS:
            raise d.refuse(f"the decorator `{echo(name)}` may change the function", decorator, "remove it", "E-051")
    params = []
    for a in (*arguments.posonlyargs, *arguments.args):
        if a.annotation is None:
            fix = f"write `{a.arg}: int`, `{a.arg}: list[float]`, ..."
            raise d.refuse(f"the parameter `{a.arg}` has no type", a, fix, "E-053")
        params.append((a.arg, _annotation(a.annotation, d)))
    if node.returns is None:
        raise d.refuse(f"the result of `{node.name}` has no type", node, "write `-> int`, `-> list[float]`, ...", "E-053")
    defaults = []
    for default in arguments.defaults:
        try:
            defaults.append(ast.literal_eval(default))
        except ValueError:
            raise d.refuse("a default must be a constant", default, "", "E-052") from None
    if isinstance(node.returns, ast.Constant) and node.returns.value is None:
        raise d.refuse("a function gives a value; this one gives None", node.returns, "return the result", "E-053")
    return tuple(params), tuple(defaults), _annotation(node.returns, d)


def _annotation(node: ast.expr, d: Definition) -> Type:
    try:
        return type_of(node)
    except AnnotationError as problem:
        raise d.refuse(problem.message, problem.node, "types are int float bool str char i8..u64 f32 list[T] tuple[A, B] "
                       "T | None dict[K, V]", "E-011") from None  # fmt: skip


# Functions that exist ---------------------------------------------------------------------------------------
@cache
def _file_text(path: str) -> str:
    try:
        with open(path, encoding="utf-8-sig", newline=None) as file:
            return file.read()
    except (OSError, UnicodeDecodeError):
        return ""


def _block(lines: list[str], first: int) -> int:
    """The line after the definition whose first line (or decorator) is `lines[first]`: where its indentation ends."""
    indent = len(lines[first]) - len(lines[first].lstrip())
    at = first
    while at < len(lines) and not lines[at].lstrip().startswith(("def ", "async def ")):
        at += 1
    at += 1
    while at < len(lines):
        stripped = lines[at].strip()
        if stripped and not stripped.startswith(("#", ")", "]", "}")):
            if len(lines[at]) - len(lines[at].lstrip()) <= indent:
                break
        at += 1
    return at


def _parse_block(text: str, first: int) -> ast.FunctionDef | None:
    """The function that starts at line `first` (from 0) of `text`, its line numbers those of the file."""
    lines = text.split("\n")
    if first >= len(lines):
        return None
    indent = len(lines[first]) - len(lines[first].lstrip())
    end = _block(lines, first)
    while True:
        block = lines[first:end]
        # an indented block is made the body of an `if`, so that columns stay those of the file
        head = "if 1:\n" if indent else ""
        try:
            tree = ast.parse(head + "\n".join(block))
        except SyntaxError:
            if end >= len(lines):
                return None
            end = _block_after(lines, end)
            continue
        found = tree.body[0].body[0] if indent else tree.body[0]  # type: ignore[attr-defined]
        if not isinstance(found, ast.FunctionDef):
            return None
        ast.increment_lineno(found, first - (1 if indent else 0))
        return found


def _block_after(lines: list[str], end: int) -> int:
    """Text in a string may stand at the margin: the next line where the block may end."""
    end += 1
    while end < len(lines) and (not lines[end].strip() or lines[end].startswith((" ", "\t"))):
        end += 1
    return end


@cache
def definition_of_word(function: Any) -> Definition:
    """The definition of a word, or of another function of the package; read once."""
    return _definition_of(function)


def definition_of(function: FunctionType) -> Definition:
    """The definition of a Python function, from the file it stands in. Raises `UserError` (E-050 to E-053)."""
    if (function.__module__ or "").startswith("siglum."):
        return definition_of_word(function)
    return _definition_of(function, {})


def _definition_of(function: FunctionType, known: dict[FunctionType, Definition] | None = None) -> Definition:
    """The definition; `known` holds those of functions that refer to each other, None for those of the package."""
    code = function.__code__
    if code.co_name == "<lambda>":
        raise UserError("a lambda has no types", None, "write a function with annotations", "E-053")
    text = _file_text(code.co_filename) or _remembered_text(code.co_filename)
    node = _parse_block(text, code.co_firstlineno - 1) if text else None
    if node is None:
        raise UserError(f"the source of `{function.__name__}` cannot be read", None, "define it in a file", "E-050")
    free: dict[str, Any] = {}
    for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=True):
        try:
            free[name] = cell.cell_contents
        except ValueError:
            continue
    declaration = getattr(function, "__siglum_word__", None)
    name = getattr(declaration, "name", "")
    # places in the package are the same wherever it is installed
    source = code.co_filename if known is not None else function.__module__.replace(".", "/") + ".py"
    d = Definition(node, source, text, _live_lookup(function, free, known), name)
    d.lazy = known is None
    if known is not None:
        known[function] = d
    if declaration is not None:
        d.inline, d.wraps, d.effects = declaration.inline, declaration.wraps, declaration.effects
    return d


def _remembered_text(path: str) -> str:
    """Source that an interactive shell or notebook keeps."""
    linecache = sys.modules.get("linecache")
    return "".join(linecache.getlines(path)) if linecache is not None else ""


def _live_lookup(
    function: FunctionType, free: Mapping[str, Any], known: dict[FunctionType, Definition] | None
) -> Callable[[str], Any]:
    own, scope = function.__name__, function.__globals__

    def lookup(name: str) -> Any:
        # while a decorator runs, the function's name is not bound yet, or to something older
        value = function if name == own else free.get(name, scope.get(name, MISSING))
        if value is MISSING:
            return builtin(name)
        found = entity(name, value)
        if known is None or not isinstance(found, FunctionType) or (found.__module__ or "").startswith("siglum."):
            return found
        return known.get(found) or _definition_of(found, known)

    return lookup


def entity(name: str, value: Any) -> Any:
    """What a name stands for in a definition: a `Constant`, `Builtin`, `Module`, or the function itself; else MISSING."""
    if isinstance(value, FunctionType):
        return Builtin(value.__name__) if value.__module__ == INTRINSICS_MODULE else value
    if isinstance(value, (bool, int, float, str)) or (
        isinstance(value, (tuple, list)) and all(isinstance(v, (bool, int, float, str)) for v in value)
    ):
        return Constant(value)
    if isinstance(value, ModuleType):
        return Module(value)
    inner = getattr(value, "__wrapped__", None)
    if isinstance(inner, FunctionType):
        return inner
    own = getattr(value, "__name__", "")
    if own and getattr(builtins, own, None) is value:
        return Builtin(own)
    if getattr(value, "__module__", "") == "math":
        return Builtin(f"math.{own}")
    return MISSING


def builtin(name: str) -> Any:
    """The builtin of this name, else MISSING."""
    return Builtin(name) if hasattr(builtins, name) or name in SCALAR_NAMES else MISSING


SCALAR_NAMES: Final = frozenset({"i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "f32", "f64", "char"})


# Functions in a text ----------------------------------------------------------------------------------------
def definition_in(text: str, name: str, source: str, ready: Mapping[str, Function] | None = None) -> Definition:
    """The function called `name` in the text of a Python file, which is not run; `ready` are functions that the text may
    call. Raises `UserError`: E-050 for text that is no Python, E-054 where there is no such function.
    """
    try:
        tree = ast.parse(text)
    except SyntaxError as problem:
        line = problem.lineno or 1
        lines = text.split("\n")
        place = Place(source, line, problem.offset or 1, 1, lines[line - 1] if line <= len(lines) else "")
        raise UserError(f"not Python: {problem.msg}", place, "", "E-050") from None
    except (ValueError, RecursionError, MemoryError) as problem:
        raise UserError(f"not Python: {echo(str(problem))}", None, "", "E-050") from None
    found = _TextScope(tree, text, source, ready or {})
    if name not in found.functions:
        names = ", ".join(sorted(found.functions)) or "none"
        raise UserError(f"no function `{echo(name)}` in {source}", None, f"functions there: {names}", "E-054")
    return found.definition(name)


class _TextScope:
    """What the names of a module mean, by its text alone."""

    def __init__(self, tree: ast.Module, text: str, source: str, ready: Mapping[str, Function]) -> None:
        self.text, self.source, self.ready = text, source, ready
        self.functions: dict[str, ast.FunctionDef] = {}
        self.others: dict[str, Any] = {}
        self.made: dict[str, Definition] = {}
        for statement in tree.body:
            if isinstance(statement, ast.FunctionDef):
                self.functions[statement.name] = statement
            elif isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value is not None:
                targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
                for target in targets:
                    if isinstance(target, ast.Name):
                        self.others[target.id] = statement.value
            elif isinstance(statement, ast.Import):
                for alias in statement.names:
                    self.others[(alias.asname or alias.name).split(".")[0]] = (alias.name, "")
            elif isinstance(statement, ast.ImportFrom):
                for alias in statement.names:
                    self.others[alias.asname or alias.name] = (statement.module or "", alias.name)

    def definition(self, name: str) -> Definition:
        if name not in self.made:
            self.made[name] = Definition(self.functions[name], self.source, self.text, self.lookup)
        return self.made[name]

    def lookup(self, name: str) -> Any:
        if name in self.ready:
            return self.ready[name]
        if name in self.functions:
            return self.definition(name)
        found = self.others.get(name)
        if found is None:
            return builtin(name)
        if isinstance(found, tuple):
            return _imported(*found)
        try:
            return entity(name, ast.literal_eval(found))
        except ValueError:
            return MISSING


def _imported(module: str, member: str) -> Any:
    """A member of `math` or of the package itself; other modules are not imported for what a text says."""
    if module != "math" and module.split(".")[0] != "siglum":
        return MISSING
    if member in SCALAR_NAMES:
        return Builtin(member)
    from importlib import import_module

    try:
        loaded = import_module(module)
    except ImportError:
        return MISSING
    if not member:
        return Module(loaded)
    value = getattr(loaded, member, MISSING)
    return MISSING if value is MISSING else entity(member, value)
