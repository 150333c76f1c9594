"""Python expressions said as phrases: what models write that were asked for a phrase and know Python better.

Imports `siglum.frontend.phrase.printer`. Only the text is looked at, nothing is run; whether the phrase has types is for others.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Mapping, Sequence
from typing import Final

from siglum.frontend.phrase.grammar import AND, CHAIN, CHOICE, COMPARE, OR, POWER, PRECEDENCE
from siglum.frontend.phrase.printer import print_literal
from siglum.frontend.phrase.syntax import RUNNING, SUBJECT

LONGEST: Final = 2000
"""Characters of Python that are looked at."""

_ATOM: Final = CHAIN + 1
_OPERATORS: Final[dict[type, str]] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Is: "is",
}  # fmt: skip
_BIT_WORDS: Final[dict[type, str]] = {ast.BitAnd: "bitand", ast.BitOr: "bitor", ast.BitXor: "bitxor", ast.LShift: "shift"}
_OF_ONE: Final = {
    "len": "length", "sum": "sum", "max": "maximum", "min": "minimum", "abs": "abs", "round": "round", "reversed": "reverse",
    "set": "set", "any": "any", "all": "all", "str": "text", "int": "integer", "float": "real", "ord": "code", "chr": "character",
    "range": "range", "enumerate": "enumerate", "bin": "binary", "sorted": "sort",
}  # fmt: skip
_OF_TWO: Final = {"max": "max", "min": "min", "zip": "zip", "pow": "**", "divmod": ""}
_METHODS: Final = {
    ("upper", 0): "upper", ("lower", 0): "lower", ("swapcase", 0): "toggle", ("title", 0): "title", ("strip", 0): "trim",
    ("split", 0): "words", ("split", 1): "split", ("splitlines", 0): "lines", ("startswith", 1): "starts", ("count", 1): "count",
    ("endswith", 1): "ends", ("replace", 2): "replace", ("isdigit", 0): "digit", ("isalpha", 0): "letter", ("keys", 0): "keys",
    ("isupper", 0): "capital", ("islower", 0): "small", ("isspace", 0): "space", ("values", 0): "values", ("items", 0): "entries",
    ("index", 1): "index", ("get", 1): "get",
}  # fmt: skip


class _NotSaid(Exception):
    """Something that has no phrase here."""


def phrase_of(text: str, params: Sequence[str], equal: str = "=") -> str | None:
    """The phrase that a Python expression means, or a function of one `return`, over the parameters `params`; else None.

    `equal` is what `==` is written as: `=` compares lists element by element, `is` whole.
    """
    if len(text) > LONGEST:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            body = ast.parse(text.strip()).body
        names, expression = _expression(body, params)
        return _Writer(names, equal).at(expression, CHOICE)
    except (_NotSaid, SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _expression(body: list[ast.stmt], params: Sequence[str]) -> tuple[dict[str, str], ast.expr]:
    """The one expression of a text, and what its names stand for."""
    if len(body) != 1:
        raise _NotSaid
    statement = body[0]
    names = {name: name for name in params}
    if isinstance(statement, ast.FunctionDef):
        given = statement.args
        if given.vararg or given.kwarg or given.kwonlyargs or given.defaults or len(given.args) != len(params):
            raise _NotSaid
        names = {a.arg: name for a, name in zip(given.args, params, strict=True)}
        inner = [s for s in statement.body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))]
        if len(inner) != 1:
            raise _NotSaid
        statement = inner[0]
    value = statement.value if isinstance(statement, ast.Expr | ast.Return | ast.Assign) else None
    if isinstance(value, ast.Lambda):
        if len(value.args.args) != len(params):
            raise _NotSaid
        names = {a.arg: name for a, name in zip(value.args.args, params, strict=True)}
        value = value.body
    if value is None:
        raise _NotSaid
    return names, value


class _Writer:
    """Writes expressions in which `names` stand for other names."""

    def __init__(self, names: Mapping[str, str], equal: str) -> None:
        self.names, self.equal = names, equal

    def at(self, node: ast.expr, level: int) -> str:
        """`node`, in parentheses where it binds less tightly than `level`."""
        binds, text = self.said(node)
        return text if binds >= level else f"({text})"

    def said(self, node: ast.expr) -> tuple[int, str]:
        """How tight the phrase of `node` binds, and its text."""
        if isinstance(node, ast.Name) and node.id in self.names:
            return _ATOM, self.names[node.id]
        if isinstance(node, ast.Constant):
            return _ATOM, _constant(node.value)
        if isinstance(node, ast.List):
            return _ATOM, f"[{' '.join(self.at(e, _ATOM) for e in node.elts)}]"
        if isinstance(node, ast.Tuple) and len(node.elts) == 2:
            return self.chain(node.elts[0], "pair", self.at(node.elts[1], _ATOM))
        if isinstance(node, ast.UnaryOp):
            return self.unary(node)
        if isinstance(node, ast.BinOp):
            return self.binary(type(node.op), node.left, node.right)
        if isinstance(node, ast.BoolOp):
            symbol, level = ("and", AND) if isinstance(node.op, ast.And) else ("or", OR)
            return level, f" {symbol} ".join(self.at(v, level + 1) for v in node.values)
        if isinstance(node, ast.Compare):
            return self.comparison(node)
        if isinstance(node, ast.IfExp):
            arms = [self.at(node.test, OR), self.at(node.body, OR), self.at(node.orelse, CHOICE)]
            return CHOICE, f"{arms[0]} ? {arms[1]} : {arms[2]}"
        if isinstance(node, ast.Subscript):
            return self.subscript(node)
        if isinstance(node, ast.ListComp | ast.GeneratorExp | ast.SetComp):
            return self.comprehension(node)
        if isinstance(node, ast.Call):
            return self.call(node)
        raise _NotSaid

    def chain(self, first: ast.expr, word: str, *arguments: str) -> tuple[int, str]:
        return CHAIN, " ".join([self.at(first, CHAIN), word, *arguments])

    def unary(self, node: ast.UnaryOp) -> tuple[int, str]:
        if isinstance(node.op, ast.Not):
            return self.chain(node.operand, "not")
        if not isinstance(node.op, ast.USub):
            raise _NotSaid
        operand = node.operand
        if isinstance(operand, ast.Constant) and type(operand.value) in (int, float):
            return _ATOM, f"-{_constant(operand.value)}"
        return self.chain(operand, "negate")

    def binary(self, operator: type, left: ast.expr, right: ast.expr) -> tuple[int, str]:
        if operator in _BIT_WORDS:
            return self.chain(left, _BIT_WORDS[operator], self.at(right, _ATOM))
        symbol = self.equal if operator is ast.Eq else _OPERATORS.get(operator)
        if symbol is None:
            raise _NotSaid
        level = PRECEDENCE[symbol]
        sides = (level + 1, level) if level == POWER else (level + (level == COMPARE), level + 1)
        return level, f"{self.at(left, sides[0])} {symbol} {self.at(right, sides[1])}"

    def comparison(self, node: ast.Compare) -> tuple[int, str]:
        parts: list[tuple[int, str]] = []
        left = node.left
        for operator, right in zip(node.ops, node.comparators, strict=True):
            if isinstance(operator, ast.In | ast.NotIn):
                held = self.chain(right, "contains", self.at(left, _ATOM))
                parts.append(held if isinstance(operator, ast.In) else (CHAIN, f"{held[1]} not"))
            else:
                parts.append(self.binary(type(operator), left, right))
            left = right
        return parts[0] if len(parts) == 1 else (AND, " and ".join(text for _, text in parts))

    def subscript(self, node: ast.Subscript) -> tuple[int, str]:
        index = node.slice
        if not isinstance(index, ast.Slice):
            return self.chain(node.value, "at", self.at(index, _ATOM))
        lower, upper, step = (None if p is None else self.at(p, _ATOM) for p in (index.lower, index.upper, index.step))
        if step is not None:
            if lower is not None or upper is not None:
                raise _NotSaid
            return self.chain(node.value, "reverse") if step == "-1" else self.chain(node.value, "step", step)
        if lower is not None and upper is not None:
            raise _NotSaid
        if upper == "-1":
            return self.chain(node.value, "front")
        bound = upper if upper is not None else lower
        if bound is None:
            return self.said(node.value)
        if bound.startswith("-"):
            return self.chain(node.value, "suffix", bound[1:]) if upper is None else self._not_said()
        return self.chain(node.value, "drop" if upper is None else "take", bound)

    def _not_said(self) -> tuple[int, str]:
        raise _NotSaid

    def comprehension(self, node: ast.ListComp | ast.GeneratorExp | ast.SetComp) -> tuple[int, str]:
        source = node.generators[0]
        if len(node.generators) != 1 or not isinstance(source.target, ast.Name):
            raise _NotSaid
        name = source.target.id
        words = [self.at(source.iter, CHAIN)]
        words += [f"filter {self.function([name], condition)}" for condition in source.ifs]
        if not (isinstance(node.elt, ast.Name) and node.elt.id == name):
            words.append(f"map {self.function([name], node.elt)}")
        if isinstance(node, ast.SetComp):
            words.append("set")
        return (CHAIN if len(words) > 1 else _ATOM), " ".join(words)

    def function(self, arguments: list[str], body: ast.expr) -> str:
        """A function of one or two arguments, in parentheses."""
        given = [SUBJECT] if len(arguments) == 1 else [RUNNING, SUBJECT]
        outer = {name: said for name, said in self.names.items() if said not in given}
        return f"({_Writer({**outer, **dict(zip(arguments, given, strict=True))}, self.equal).at(body, CHOICE)})"

    def call(self, node: ast.Call) -> tuple[int, str]:
        arguments, named = node.args, {k.arg: k.value for k in node.keywords}
        if isinstance(node.func, ast.Attribute):
            return self.method(node.func, arguments, named)
        if not isinstance(node.func, ast.Name):
            raise _NotSaid
        name = node.func.id
        if name in ("map", "filter") and len(arguments) == 2 and isinstance(arguments[0], ast.Lambda):
            function = arguments[0]
            return self.chain(arguments[1], name, self.function([a.arg for a in function.args.args][:1], function.body))
        if name == "sorted" and len(arguments) == 1 and named:
            return self.ordered(arguments[0], named)
        if named:
            raise _NotSaid
        if name in ("list", "tuple") and len(arguments) == 1:
            return self.said(arguments[0])
        if name == "range" and len(arguments) == 2:
            return self.chain(arguments[0], "to", f"({self.at(arguments[1], PRECEDENCE['-'])} - 1)")
        if len(arguments) == 1 and name in _OF_ONE:
            return self.chain(arguments[0], _OF_ONE[name])
        if len(arguments) == 2 and _OF_TWO.get(name):
            return self.chain(arguments[0], _OF_TWO[name], self.at(arguments[1], _ATOM))
        if arguments and name not in _OF_ONE and name not in _OF_TWO:
            return self.chain(arguments[0], name, *(self.at(a, _ATOM) for a in arguments[1:]))
        raise _NotSaid

    def ordered(self, source: ast.expr, named: Mapping[str | None, ast.expr]) -> tuple[int, str]:
        if not named.keys() <= {"key", "reverse"}:
            raise _NotSaid
        key, backwards = named.get("key"), named.get("reverse")
        words = ["sort"]
        if isinstance(key, ast.Lambda) and len(key.args.args) == 1:
            words = ["order", self.function([key.args.args[0].arg], key.body)]
        elif isinstance(key, ast.Name) and key.id in _OF_ONE:
            words = ["order", _OF_ONE[key.id]]
        elif key is not None:
            raise _NotSaid
        if isinstance(backwards, ast.Constant) and backwards.value is True:
            words.append("reverse")
        return self.chain(source, *words)

    def method(self, f: ast.Attribute, arguments: list[ast.expr], named: Mapping[str | None, ast.expr]) -> tuple[int, str]:
        if named:
            raise _NotSaid
        if f.attr == "join" and len(arguments) == 1:
            return self.chain(arguments[0], "join", self.at(f.value, _ATOM))
        word = _METHODS.get((f.attr, len(arguments)), f.attr)
        if word == "count":
            return CHAIN, f"({self.at(f.value, COMPARE + 1)} = {self.at(arguments[0], COMPARE + 1)}) count"
        return self.chain(f.value, word, *(self.at(a, _ATOM) for a in arguments))


def _constant(value: object) -> str:
    if isinstance(value, bool):
        return print_literal(value, "bool")
    if isinstance(value, int):
        return print_literal(value, "i64")
    if isinstance(value, float):
        return print_literal(value, "f64")
    if isinstance(value, str):
        return print_literal(value, "str")
    raise _NotSaid
