"""Functions as text: `parse(show(f)) is f`. For reading, golden files and bug reports.

A program is the functions called, each before its callers, then the function itself:

    function NAME(PARAM: TYPE, ...) -> TYPE {
      origin 0 "WORD" "SOURCE" LINE COLUMN LENGTH
      %0 = add p0.0 5 !0                  a node: operation, arguments, its origin
      %1 = alloc %0 [i64 1] !1            a node's attribute stands in brackets
      %2 = if %0 { ... give %1.0 } { ... give p0.1 }
      %3 = loop %1 (p0.0, %1) {           count, first values; p1.0 is the index, p1.1 ... are the carried values
        give true, %4, %5
      }
      give %3.0
    }

`pL.K` is parameter K of the region at level L, `%N.K` result K of a node with several. Constants are literals with a type
suffix unless they are i64, bool or f64. Calls name the function by its number in the text: `call @1 ...`.
Imports the modules of `siglum.ir` below it.
"""

from __future__ import annotations

import json
import re
import struct
from typing import Any, Final

from siglum.errors import UserError, place_in
from siglum.ir.function import Function, Origin, function, listed
from siglum.ir.node import (
    CALL,
    CONST,
    LOOP,
    PARAM,
    RECUR,
    RESULT,
    Node,
    Region,
    call_node,
    constant,
    if_node,
    loop_node,
    node,
    parameter,
    recur_node,
    region,
    result,
)  # fmt: skip
from siglum.ir.primitives import LANES, PRIMITIVES, WIDE
from siglum.ir.types import BOOL, F32, F64, I64, Type, is_scalar, read_type

_TYPED: Final = frozenset({"cast", "narrow"})
_MADE: Final = frozenset({"alloc", "reserve"})
_INNER: Final = {"wide": WIDE, "lanes": LANES}


# Showing ------------------------------------------------------------------------------------------------------
def show(f: Function) -> str:
    """The text of `f` and of every function it calls."""
    order: list[Function] = []
    _callees(f, order)
    return "\n".join(_Writer(g, order).text() for g in order)


def _callees(f: Function, order: list[Function]) -> None:
    if f in order:
        return
    for callee in _called(f.region):
        _callees(callee, order)
    order.append(f)


def _called(r: Region) -> list[Function]:
    found: list[Function] = []
    for n in r.body:
        if n.op is CALL:
            found.append(n.attr)
        for inner in n.regions:
            found.extend(_called(inner))
    return found


class _Writer:
    def __init__(self, f: Function, order: list[Function]) -> None:
        self.function, self.order = f, order
        self.names: dict[Node, str] = {}
        self.lines: list[str] = []

    def text(self) -> str:
        f = self.function
        params = ", ".join(f"{_name(name)}: {t}" for name, t in f.params)
        self.lines.append(f"function {_name(f.name)}({params}) -> {f.result} {{")
        for k, o in enumerate(f.origins):
            self.lines.append(f"  origin {k} {json.dumps(o.word)} {json.dumps(o.source)} {o.line} {o.column} {o.length}")
        self.region(f.region, 1)
        self.lines.append("}")
        return "\n".join(self.lines) + "\n"

    def region(self, r: Region, depth: int) -> None:
        pad = "  " * depth
        for n in r.body:
            head = self.head(n)
            if n.regions:
                self.lines.append(f"{pad}{head} {{")
                for k, inner in enumerate(n.regions):
                    if k:
                        self.lines.append(f"{pad}}} {{")
                    self.region(inner, depth + 1)
                self.lines.append(pad + "}")
            else:
                self.lines.append(pad + head)
        self.lines.append(pad + " ".join(["give", ", ".join(map(self.value, r.results))]).rstrip())

    def head(self, n: Node) -> str:
        values = [self.value(a) for a in n.args]
        # a node listed again, in another region, is numbered again
        name = self.names[n] = f"%{len(self.names)}" if n not in self.names else self.names[n]
        if n.op is LOOP:
            served = self.function.origin_of(n)
            return f"{name} = loop {values[0]} ({', '.join(values[1:])})" + (f" !{served}" if served >= 0 else "")
        parts = [n.op.name]
        if n.op is CALL:
            parts.append(f"@{self.order.index(n.attr)}")
        elif n.op is RECUR:
            parts.append(f"[{n.results[0]}]")
        elif n.attr is not None:
            parts.append(f"[{self.attribute(n)}]")
        if values:
            parts.append(", ".join(values))
        served = self.function.origin_of(n)
        if served >= 0:
            parts.append(f"!{served}")
        return f"{name} = " + " ".join(parts)

    def attribute(self, n: Node) -> str:
        if n.op.name in _MADE:
            return f"{n.attr[0]} {n.attr[1]}"
        if n.op.name == "data":
            element, values = n.attr
            return " ".join([str(element), *(_literal(v, element) for v in values)])
        return str(n.attr)

    def value(self, n: Node) -> str:
        if n.op is CONST:
            return _constant(n)
        if n.op is PARAM:
            level, index = n.attr
            return f"p{level}.{index}"
        if n.op is RESULT:
            return f"{self.names[n.args[0]]}.{n.attr}"
        return self.names[n]


def _name(name: str) -> str:
    """A name as it stands where it is one, else in quotes."""
    return name if re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII) else json.dumps(name)


def _literal(value: Any, t: Type) -> str:
    """An element or constant of scalar type `t`, without its type."""
    if t is BOOL:
        return "true" if value else "false"
    if t in (F64, F32):
        finite = value - value == 0.0
        return repr(value) if finite else "#" + struct.pack(">d", value).hex()
    return str(value)


def _constant(n: Node) -> str:
    text = _literal(n.attr, n.type)
    return text if n.type in (I64, BOOL, F64) else f"{text}:{n.type}"


# Parsing ------------------------------------------------------------------------------------------------------
_TOKEN: Final = re.compile(
    r"""[ \t\r\n]*(?:
    (?P<string>"(?:[^"\\]|\\.)*")
    | (?P<result>%\d+\.\d+) | (?P<name>%\d+) | (?P<param>p\d+\.\d+\b)
    | (?P<function>@\d+) | (?P<origin>!\d+)
    | (?P<bits>\#[0-9a-f]{16})
    | (?P<float>-?\d+\.\d+(?:e[+-]?\d+)?|-?\d+e[+-]?\d+)
    | (?P<int>-?\d+)
    | (?P<arrow>->)
    | (?P<word>[A-Za-z_]\w*)
    | (?P<mark>[][(){}:,=?.])
    )""",
    re.VERBOSE,
)


def parse(text: str, source: str = "<function>") -> Function:
    """The last function of `text`. Raises `UserError` (E-209) for text that `show` would not write."""
    return _Parser(text, source).program()


class _Parser:
    def __init__(self, text: str, source: str) -> None:
        self.text, self.source, self.at = text, source, 0
        self.functions: list[Function] = []
        self.names: dict[str, Node] = {}
        self.words: dict[Node, int] = {}
        self.params: list[tuple[Node, ...]] = []

    # Tokens -------------------------------------------------------------------------------------------------
    def fail(self, what: str) -> UserError:
        end = min(len(self.text), self.at)
        place = place_in(self.source, self.text, end, end + 1)
        return UserError(what, place, "write functions as `show` does", "E-209")

    def peek(self) -> tuple[str, str]:
        found = _TOKEN.match(self.text, self.at)
        return (str(found.lastgroup), found.group(found.lastgroup or "")) if found else ("", "")

    def next(self, kind: str = "", what: str = "") -> str:
        found = _TOKEN.match(self.text, self.at)
        group = found.lastgroup if found else None
        if found is None or group is None:
            raise self.fail(f"expected {what or kind}")
        token = found.group(group)
        if (kind and group != kind) or (what and token != what):
            raise self.fail(f"expected {what or kind}, found `{token}`")
        self.at = found.end()
        return token

    def take(self, what: str) -> bool:
        if self.peek()[1] == what:
            self.next()
            return True
        return False

    def number(self, kind: str = "int", skip: int = 0) -> int:
        text = self.next(kind)[skip:]
        if len(text) > 25:
            raise self.fail("the number is too long")
        return int(text)

    def name(self) -> str:
        return self.string() if self.peek()[0] == "string" else self.next("word")

    def string(self) -> str:
        try:
            return str(json.loads(self.next("string")))
        except ValueError:
            raise self.fail("expected text in quotes") from None

    def type(self) -> Type:
        kind, word = self.peek()
        if kind == "word" and word in _INNER:
            self.next()
            return _INNER[word]
        found, self.at = read_type(self.text, self.at, self.source)
        return found

    # Functions ----------------------------------------------------------------------------------------------
    def program(self) -> Function:
        while self.peek()[1] == "function":
            self.functions.append(self.function())
        if self.text[self.at :].strip() or not self.functions:
            raise self.fail("expected a function")
        return self.functions[-1]

    def function(self) -> Function:
        self.next("word", "function")
        name = self.name()
        self.next("mark", "(")
        params: list[tuple[str, Type]] = []
        while not self.take(")"):
            if params:
                self.next("mark", ",")
            own = self.name()
            self.next("mark", ":")
            params.append((own, self.type()))
        self.next("arrow")
        result_type = self.type()
        self.next("mark", "{")
        origins: list[Origin] = []
        while self.take("origin"):
            if self.number() != len(origins):
                raise self.fail("origins are numbered from 0")
            word, where = self.string(), self.string()
            origins.append(Origin(word, where, self.number(), self.number(), self.number()))
        self.names = {}
        self.words = {}
        nodes = tuple(parameter(0, k, t) for k, (_, t) in enumerate(params))
        self.params = [nodes]
        body = self.region(nodes, 0)
        self.next("mark", "}")
        named = tuple((n, self.words[n]) for n in listed(body) if n in self.words)
        return function(name, tuple(params), result_type, body, tuple(origins), named)

    def region(self, params: tuple[Node, ...], depth: int) -> Region:
        if depth > 256:
            raise self.fail("regions nest too deep")
        body: list[Node] = []
        while not self.take("give"):
            name = self.next("name")
            self.next("mark", "=")
            made = self.node(depth)
            self.names[name] = made
            body.append(made)
        results = [] if self.peek()[1] == "}" else self.values()
        return region(params, tuple(body), tuple(results))

    def node(self, depth: int) -> Node:
        op = self.next("word")
        try:
            if op == "if":
                return self.branch(depth)
            if op == "loop":
                return self.loop(depth)
            if op == "call":
                which = self.number("function", 1)
                if which >= len(self.functions):
                    raise self.fail("a function is called before it is written")
                args = self.values() if self.is_value() else []
                return call_node(self.functions[which], tuple(args), self.origin())
            attr = self.attribute(op) if self.peek()[1] == "[" else None
            args = self.values() if self.is_value() else []
            if op == "recur" and isinstance(attr, Type):
                return recur_node(tuple(args), attr, self.origin())
            row = PRIMITIVES.get(op)
            if row is None or op in ("const", "param", "result", "recur"):
                raise self.fail(f"there is no operation `{op}`")
            if row.stop:
                return node(row, tuple(args), attr, self.origin())
            return self.serving(node(row, tuple(args), attr), self.origin())
        except TypeError as problem:
            raise self.fail(str(problem)) from None

    def serving(self, made: Node, origin: int) -> Node:
        if origin >= 0:
            self.words.setdefault(made, origin)
        return made

    def origin(self) -> int:
        return self.number("origin", 1) if self.peek()[0] == "origin" else -1

    def branch(self, depth: int) -> Node:
        condition = self.value()
        served = self.origin()
        self.next("mark", "{")
        then = self.region((), depth + 1)
        self.next("mark", "}")
        self.next("mark", "{")
        otherwise = self.region((), depth + 1)
        self.next("mark", "}")
        return self.serving(if_node(condition, then, otherwise), served)

    def loop(self, depth: int) -> Node:
        count = self.value()
        self.next("mark", "(")
        inits = [] if self.peek()[1] == ")" else self.values()
        self.next("mark", ")")
        served = self.origin()
        level = len(self.params)
        params = (parameter(level, 0, I64), *(parameter(level, 1 + k, i.type) for k, i in enumerate(inits)))
        self.params.append(params)
        self.next("mark", "{")
        body = self.region(params, depth + 1)
        self.next("mark", "}")
        self.params.pop()
        return self.serving(loop_node(count, tuple(inits), body), served)

    def attribute(self, op: str) -> Any:
        self.next("mark", "[")
        if op in _MADE:
            attr: Any = (self.type(), self.number())
        elif op == "data":
            element = self.type()
            values = []
            while self.peek()[1] != "]":
                values.append(self.literal(element))
            attr = (element, tuple(values))
        elif op in _TYPED or op == "recur":
            attr = self.type()
        elif op == "require":
            start = self.at
            end = self.text.find("]", start)
            if end < 0:
                raise self.fail("expected `]`")
            attr, self.at = self.text[start:end], end
        else:
            attr = self.number()
        self.next("mark", "]")
        return attr

    # Values -------------------------------------------------------------------------------------------------
    def is_value(self) -> bool:
        """Whether a value follows on this line."""
        rest = self.text[self.at : self.at + 1]
        kind, token = self.peek() if rest and rest not in "\r\n" else ("", "")
        return kind in ("name", "result", "param", "int", "float", "bits") or token in ("true", "false")

    def values(self) -> list[Node]:
        found = [self.value()]
        while self.take(","):
            found.append(self.value())
        return found

    def value(self) -> Node:
        kind, token = self.peek()
        if kind in ("name", "result"):
            self.next()
            name, _, k = token.partition(".")
            of = self.names.get(name)
            if of is None or (k and (len(k) > 9 or int(k) >= len(of.results))):
                raise self.fail(f"there is no `{token}` here")
            return result(of, int(k)) if k else of
        if kind == "param":
            self.next()
            level, _, k = token[1:].partition(".")
            if len(level) > 9 or len(k) > 9 or int(level) >= len(self.params) or int(k) >= len(self.params[int(level)]):
                raise self.fail(f"there is no parameter `{token}` here")
            return self.params[int(level)][int(k)]
        default = BOOL if token in ("true", "false") else F64 if kind in ("float", "bits") else I64
        start = self.at
        self.literal(default)
        if not self.take(":"):
            self.at = start
            return constant(self.literal(default), default)
        t = self.type()
        end, self.at = self.at, start
        if not is_scalar(t):
            raise self.fail(f"a constant of type {t}")
        made = constant(self.literal(t), t)
        self.at = end
        return made

    def literal(self, t: Type) -> Any:
        kind, token = self.peek()
        if t is BOOL and token in ("true", "false"):
            self.next()
            return token == "true"
        if t in (F64, F32) and kind in ("float", "bits", "int"):
            self.next()
            return struct.unpack(">d", bytes.fromhex(token[1:]))[0] if kind == "bits" else float(token)
        if t not in (BOOL, F64, F32) and kind == "int":
            return self.number()
        raise self.fail(f"expected a constant of type {t}")


__all__ = ["parse", "show"]
