"""Small changes to Python source that a test ought to notice: what can be changed in a module, and the module so changed.

What an exception says, annotations, assertions, docstrings and texts other than the names of flags and of operations are left
alone. Imports the standard library only.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

_OPERATORS: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.FloorDiv: ast.Mult, ast.Mod: ast.FloorDiv, ast.LShift: ast.RShift,
    ast.RShift: ast.LShift, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.BitXor: ast.BitOr,
}  # fmt: skip
_COMPARISONS: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_ALIKE: Final = (
    ("slt", "ult"), ("sext", "zext"), ("and_", "or_"), ("lshr", "ashr"), ("is_", "isnt"), ("any_of", "all_of"), ("min", "max"),
    ("any", "all"), ("udiv", "urem"), ("shl", "lshr"), ("low", "high"), ("signed", "value"), ("add", "sub"), ("sle", "slt"),
    ("carry_of_sum", "borrow"), ("of_sum", "of_difference"), ("of_logic", "of_result"), ("startswith", "endswith"),
)  # fmt: skip
_OTHER_NAME: Final = {**{b: a for a, b in _ALIKE}, **dict(_ALIKE)}
"""A function or attribute to another that takes and gives the same kinds of things."""
_FLAGS: Final = ("cf", "pf", "af", "zf", "sf", "of")
_NEXT_FLAG: Final = {flag: _FLAGS[(k + 1) % len(_FLAGS)] for k, flag in enumerate(_FLAGS)}
_SILENT: Final = (ast.Pass, ast.Assert, ast.Import, ast.ImportFrom, ast.Global)
_ORDERED: Final = frozenset({"ite", "slt", "ult", "sle", "sub", "concat", "udiv", "urem", "shl", "lshr", "ashr", "select"})
"""Functions whose last two arguments are exchanged; of others the first two are."""
_CONTEXT: Final = frozenset({"terms", "op", "self", "table", "state", "instruction", "numbering", "f", "s", "scene", "call"})
"""Arguments that say where, not what: exchanged for another one nothing works at all, which tells nothing of the tests."""
_FIXED: Final = frozenset({"isinstance", "zip", "const", "var", "bits", "extract", "getattr", "Final"})
"""Functions whose arguments are not exchanged."""
_GENERIC: Final = frozenset({"Callable", "Collection", "Final", "Iterator", "Mapping", "Sequence", "dict", "list", "tuple"})
_SHOWN: Final = 110


class Change(NamedTuple):
    """Node `old` of a module becomes `new`; `kind` names what was done, `line` is where."""

    line: int
    kind: str
    old: ast.AST
    new: ast.AST

    def __str__(self) -> str:
        before, after = _text(self.old), _text(self.new)
        return f"{self.kind}: {_short(before)}" + (f" -> {_short(after)}" if self.kind != "removed" else "")


def changes(tree: ast.Module) -> list[Change]:
    """All changes of a module, in the order of its text."""
    return list(_Finder().module(tree))


def changed(tree: ast.Module, change: Change) -> ast.Module:
    """The module with one change; `tree` must be the one that the change was found in, and is changed itself."""
    return ast.fix_missing_locations(_Replacing(change).visit(tree))


def _text(node: ast.AST) -> str:
    return ast.unparse(ast.fix_missing_locations(copy.deepcopy(node)))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 3] + "..."


class _Replacing(ast.NodeTransformer):
    def __init__(self, change: Change) -> None:
        self.change = change

    def visit(self, node: ast.AST) -> Any:
        if node is self.change.old:
            return ast.copy_location(self.change.new, node)
        return self.generic_visit(node)


class _Finder:
    """Walks a module and gives the changes at each node; `iterated` are the collections that are gone through or looked in."""

    def module(self, tree: ast.Module) -> Iterator[Change]:
        self.iterated: set[ast.AST] = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.For | ast.comprehension):
                self.iterated.add(node.iter)
            elif isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In | ast.NotIn):
                self.iterated.add(node.comparators[0])
        for statement in tree.body:
            yield from self.statement(statement, top=True)

    def statement(self, node: ast.stmt, *, top: bool = False) -> Iterator[Change]:
        if isinstance(node, _SILENT) or _is_text(node) or _is_type_checking(node) or _names_parts(node):
            return
        if isinstance(node, ast.Raise):
            yield self.made(node, "removed", ast.Pass())
            return
        if _may_go(node) and not top:
            yield self.made(node, "removed", ast.Pass())
        if isinstance(node, ast.If | ast.While | ast.IfExp):
            yield from self.condition(node.test)
        for name, part in ast.iter_fields(node):
            if name in ("decorator_list", "annotation", "returns", "type_params", "bases", "keywords"):
                continue
            if isinstance(node, ast.ClassDef) and name == "body":
                part = [s for s in part if not isinstance(s, ast.AnnAssign)]
            for child in part if isinstance(part, list) else [part]:
                if isinstance(child, ast.stmt):
                    yield from self.statement(child)
                elif isinstance(child, ast.arguments):
                    for default in [*child.defaults, *(d for d in child.kw_defaults if d is not None)]:
                        yield from self.expression(default)
                elif isinstance(child, ast.AST):
                    yield from self.expression(child)

    def condition(self, test: ast.expr) -> Iterator[Change]:
        """A condition that never holds."""
        yield self.made(test, "never", ast.Constant(False))

    def expression(self, node: ast.AST) -> Iterator[Change]:
        if isinstance(node, ast.JoinedStr) or _is_type(node):
            return
        yield from self.own(node)
        for _, part in ast.iter_fields(node):
            for child in part if isinstance(part, list) else [part]:
                if isinstance(child, ast.stmt):
                    yield from self.statement(child)
                elif isinstance(child, ast.AST) and not isinstance(child, ast.arguments):
                    yield from self.expression(child)

    def own(self, node: ast.AST) -> Iterator[Change]:
        """The changes at this node itself."""
        match node:
            case ast.BinOp(op=op) if type(op) in _OPERATORS and not _spells_types(node):
                yield self.copied(node, "operator", op=_OPERATORS[type(op)]())
            case ast.BoolOp(op=op, values=values):
                yield self.copied(node, "operator", op=ast.Or() if isinstance(op, ast.And) else ast.And())
                for k in range(len(values)):
                    rest = [v for j, v in enumerate(values) if j != k]
                    new = rest[0] if len(rest) == 1 else ast.BoolOp(type(op)(), rest)
                    yield self.made(node, "condition skipped", new)
            case ast.Compare(ops=[op]) if type(op) in _COMPARISONS:
                yield self.copied(node, "comparison", ops=[_COMPARISONS[type(op)]()])
            case ast.UnaryOp(op=ast.Not() | ast.Invert() | ast.USub(), operand=operand) if not isinstance(operand, ast.Constant):
                yield self.made(node, "dropped sign", operand)
            case ast.Constant(value=bool() as value):
                yield self.made(node, "constant", ast.Constant(not value))
            case ast.Constant(value=int() as value):
                yield self.made(node, "constant", ast.Constant(value + 1))
                if value > 1:
                    yield self.made(node, "constant", ast.Constant(value - 1))
            case ast.Constant(value=str() as value) if value in _NEXT_FLAG:
                yield self.made(node, "flag", ast.Constant(_NEXT_FLAG[value]))
            case ast.Constant(value=str() as value) if value in _OTHER_NAME:
                yield self.made(node, "name", ast.Constant(_OTHER_NAME[value]))
            case ast.Attribute(attr=attr) if attr in _OTHER_NAME:
                yield self.copied(node, "name", attr=_OTHER_NAME[attr])
            case ast.Name(id=name) if name in _OTHER_NAME:
                yield self.copied(node, "name", id=_OTHER_NAME[name])
            case ast.Call():
                yield from self.call(node)
            case ast.IfExp(test=test):
                yield from self.condition(test)
            case ast.List(elts=parts, ctx=ast.Load()) | ast.Set(elts=parts) if len(parts) > 1:
                yield from self.fewer(node, parts)
            case ast.Tuple(elts=parts, ctx=ast.Load()) if len(parts) > 1 and (
                node in self.iterated or all(isinstance(p, ast.Call | ast.Starred) for p in parts)
            ):
                yield from self.fewer(node, parts)
            case ast.comprehension(ifs=[_, *_]):
                yield self.copied(node, "condition skipped", ifs=[])

    def fewer(self, node: ast.AST, parts: list[ast.expr]) -> Iterator[Change]:
        for k in range(len(parts)):
            yield self.copied(node, "one fewer", elts=[p for j, p in enumerate(parts) if j != k])

    def call(self, node: ast.Call) -> Iterator[Change]:
        arguments = node.args
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if len(arguments) > 1 and name not in _FIXED and not any(isinstance(a, ast.Starred) for a in arguments):
            k = len(arguments) - 2 if name in _ORDERED else 0
            one, other = arguments[k : k + 2]
            if ast.dump(one) != ast.dump(other) and _exchangeable(one, other):
                yield self.copied(node, "arguments swapped", args=[*arguments[:k], other, one, *arguments[k + 2 :]])
        for k, keyword in enumerate(node.keywords):
            if keyword.arg == "strict":
                continue
            if keyword.arg in _NEXT_FLAG:
                others = [ast.keyword(_NEXT_FLAG[keyword.arg] if j == k else w.arg, w.value) for j, w in enumerate(node.keywords)]
                if len({w.arg for w in others}) == len(others):
                    yield self.copied(node, "flag", keywords=others)
                yield self.copied(node, "one fewer", keywords=[w for j, w in enumerate(node.keywords) if j != k])

    def made(self, node: ast.AST, kind: str, new: ast.AST) -> Change:
        return Change(getattr(node, "lineno", 0) or _line_below(node), kind, node, copy.deepcopy(new))

    def copied(self, node: ast.AST, kind: str, **fields: Any) -> Change:
        """The node with other fields."""
        new = copy.copy(node)
        for name, value in fields.items():
            setattr(new, name, value)
        return self.made(node, kind, new)


def _exchangeable(one: ast.expr, other: ast.expr) -> bool:
    """Whether two arguments may well be of one kind."""
    if any(isinstance(a, ast.Name) and a.id in _CONTEXT for a in (one, other)):
        return False
    texts = [isinstance(a, ast.JoinedStr) or (isinstance(a, ast.Constant) and isinstance(a.value, str)) for a in (one, other)]
    return not any(texts) and not any(isinstance(a, ast.Lambda) for a in (one, other))


def _line_below(node: ast.AST) -> int:
    return next((n.lineno for n in ast.walk(node) if hasattr(n, "lineno")), 0)


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_type_checking(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _names_parts(node: ast.stmt) -> bool:
    """Whether it lists slots, or what a module gives away."""
    if not isinstance(node, ast.Assign):
        return False
    target = node.targets[0]
    return isinstance(target, ast.Name) and target.id in ("__slots__", "__all__")


def _may_go(node: ast.stmt) -> bool:
    """Whether a statement can be left out without a name that is missing."""
    if isinstance(node, ast.Expr | ast.AugAssign | ast.Continue | ast.Break):
        return True
    return isinstance(node, ast.Assign) and all(isinstance(t, ast.Attribute | ast.Subscript) for t in node.targets)


def _is_type(node: ast.AST) -> bool:
    """Whether it spells a type, such as Callable[[int], int]."""
    return isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id in _GENERIC


def _spells_types(node: ast.BinOp) -> bool:
    """Whether a | b is a union of types."""
    names = [n.id for n in ast.walk(node) if isinstance(n, ast.Name)]
    return isinstance(node.op, ast.BitOr) and bool(names) and all(name[0].isupper() and not name.isupper() for name in names)
