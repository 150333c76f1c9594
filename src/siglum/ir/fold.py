"""Calls whose arguments are constants and whose value the interpreter finds soon become that value.

A call stays where it acts on the outside, stops, takes long, or where its result is an array that is stored into. A Function in,
a Function of the same meaning out. Imports `siglum.ir` only.
"""

from __future__ import annotations

from typing import Any, Final

from siglum.errors import SiglumError
from siglum.ir.function import Function
from siglum.ir.node import CALL, CONST, RESULT, Node, Region
from siglum.ir.replay import Replay
from siglum.ir.types import BOOL, CHAR, F64, I64, U64, WIDTHS, Type, is_scalar

MOST_ELEMENTS: Final = 4096
"""Elements that all arguments, or the result, may have."""
MOST_STEPS: Final = 20_000
"""Loop runs and calls in one evaluation."""
_MOST_MEMORY: Final = 1 << 20
_MOST_CALLS: Final = 64
_ACTS: Final = frozenset({"read", "write", "open", "close", "clock"})
_ONLY_READ: Final = frozenset({"load", "length", "write", "open", "call", "recur"})
_SCALARS: Final = (I64, U64, F64, BOOL, CHAR)


def with_constant_calls(function: Function) -> Function:
    """`function` with calls of constants evaluated."""
    return _Fold(function).run() if _has_candidate(function.region) else function


def _has_candidate(region: Region) -> bool:
    for n in region.body:
        if n.op is CALL and n.args and all(map(_is_constant, n.args)):
            return True
        for inner in n.regions:
            if _has_candidate(inner):
                return True
    return False


def _is_constant(n: Node) -> bool:
    return n.op is CONST or (n.op.name == "data" and len(n.attr[1]) <= MOST_ELEMENTS)


class _Fold(Replay):
    def __init__(self, function: Function) -> None:
        super().__init__(function)
        self.stored: set[Node] = set()
        """Results of calls that do more than be read."""
        self.look(function.region.body)

    def look(self, body: tuple[Node, ...]) -> None:
        for n in body:
            if n.op.name not in _ONLY_READ:
                self.stored.update(a for a in n.args if a.op is RESULT)
            for inner in n.regions:
                self.look(inner.body)
                self.stored.update(r for r in inner.results if r.op is RESULT)

    def plain(self, n: Node) -> None:
        if n.op is CALL and n.args:
            value = self.value_of(n, tuple(map(self.get, n.args)))
            if value is not None:
                self.take_results(n, (value,))
                return
        super().plain(n)

    def value_of(self, n: Node, args: tuple[Node, ...]) -> Node | None:
        """The constant a call gives, or None where it stays."""
        callee: Function = n.attr
        t = callee.result
        array = t.kind == "array" and is_scalar(t.element) and t.element in WIDTHS and t.element.kind != "f32"
        if not (t in _SCALARS or (array and self.builder.result(n, 0) not in self.stored)):
            return None
        if not all(map(_is_constant, args)) or sum(_size(a) for a in args) > MOST_ELEMENTS or _acts(callee.region):
            return None
        from siglum.ir.interpret import OutOfSteps, Program

        try:
            program = Program(callee, counted=True)
            given = [_exported(a) for a in args]
            value = program.run(given, memory_limit=_MOST_MEMORY, depth=_MOST_CALLS, steps=MOST_STEPS)
        except (SiglumError, OutOfSteps):
            return None
        if not array:
            return self.builder.const(_word(value, t), t)
        if len(value) > MOST_ELEMENTS:
            return None
        return self.builder.data(t.element, tuple(_word(v, t.element) for v in value))


def _acts(region: Region) -> bool:
    return any(n.op.name in _ACTS or any(map(_acts, n.regions)) or (n.op is CALL and _acts(n.attr.region)) for n in region.body)


def _size(n: Node) -> int:
    return 1 if n.op is CONST else len(n.attr[1])


def _exported(n: Node) -> Any:
    """A constant as the interpreter takes it."""
    if n.op is CONST:
        return _value(n.attr, n.type)
    element, words = n.attr
    values = [_value(w, element) for w in words]
    return "".join(values) if element is CHAR else values


def _value(word: Any, t: Type) -> Any:
    return chr(word) if t is CHAR else bool(word) if t is BOOL else word


def _word(value: Any, t: Type) -> Any:
    """A value of the interpreter as a constant's attribute."""
    return ord(value) if t is CHAR else bool(value) if t is BOOL else value
