"""What a definition computes with while it is elaborated. A scalar is its IR node.

Imports `siglum.ir` only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Union

from siglum.ir.node import CONST, Node
from siglum.ir.types import CHAR, NOTHING, Array, Map, Option, Pair, Type

if TYPE_CHECKING:
    from siglum.frontend.elaborate.stage import Stage


class ArrayVal:
    """An array with identity: names share it as they share a Python list. `node` is its newest version.

    `count` is None where the array is as long as its memory; else it is a growing list and `count` is how many elements
    of the memory it has. `frozen` says why it cannot be stored into ("" where it can); `depth` counts the arms and loops
    around the place it was made; `shared` says whether two names have it.
    """

    __slots__ = ("count", "depth", "element", "frozen", "node", "shared")

    def __init__(self, node: Node, element: Type, count: Node | None = None, frozen: str = "", depth: int = 0) -> None:
        self.node, self.element, self.count, self.frozen, self.depth = node, element, count, frozen, depth
        self.shared = False


class TupleVal:
    """A tuple; with two parts it is a pair."""

    __slots__ = ("items",)

    def __init__(self, items: tuple[Value, ...]) -> None:
        self.items = items


class OptionVal:
    """`present` is a bool; `held` is None where nothing is known of the value because it is never there."""

    __slots__ = ("held", "present")

    def __init__(self, present: Node, held: Value | None) -> None:
        self.present, self.held = present, held


class MapVal:
    """Keys and values side by side, keys in the order first seen."""

    __slots__ = ("items", "keys")

    def __init__(self, keys: ArrayVal, items: ArrayVal) -> None:
        self.keys, self.items = keys, items


class Closure:
    """A function argument: `call(stage, arguments)`; `arity` counts them. `result` is its type where it is known. It runs
    among the definitions that were being dissolved where it was made (`home`), wherever it is called.
    """

    __slots__ = ("arity", "home", "result", "run")

    def __init__(self, st: Stage, run: Callable[[Stage, Sequence[Value]], Value], arity: int, result: Type | None = None) -> None:
        self.run, self.arity, self.result, self.home = run, arity, result, st.inlining

    def call(self, st: Stage, values: Sequence[Value]) -> Value:
        outer, st.inlining = st.inlining, self.home
        value = self.run(st, values)
        st.inlining = outer
        return value


Body = Callable[[Callable[[], "Value"], tuple[Node, ...]], tuple[Node | None, tuple[Node, ...]]]
"""A consumer's step: the element (computed when called) and the carried values to (whether to go on, None for always;
next carried values).
"""


class Stream:
    """A delayed array. `each` runs a consumer over its elements in one loop.

    `length` is the number of elements where it is known without running; then `at` gives each one. `bound` is a number
    of loop runs each of which gives at most one element, else None. `element` is the type of the elements. `eager` says
    that Python would compute all elements before any is used.
    """

    __slots__ = ("_element", "_stops", "eager")

    def __init__(self, element: Type | None = None) -> None:
        self._element = element
        self._stops: bool | None = None
        self.eager = False

    def length(self, st: Stage) -> Node | None:
        return None

    def at(self, st: Stage, index: Node) -> Value:
        raise AssertionError("only streams of known length have places")

    def bound(self, st: Stage) -> Node | None:
        return self.length(st)

    def each(self, st: Stage, inits: tuple[Node, ...], body: Body, ends: bool) -> tuple[Node, ...]:
        """Runs `body` over the elements, from `inits` on; gives the carried values at the end. `ends` says whether
        `body` may stop the run.
        """
        raise AssertionError(f"{type(self).__name__} gives no elements")

    def with_sources(self, change: Callable[[Stream], Stream]) -> Stream:
        """The same stream over changed sources."""
        return self

    def element(self, st: Stage) -> Type:
        if self._element is None:
            self._element, self._stops = st.try_element(self)
        return self._element

    def stops(self, st: Stage) -> bool:
        """Whether computing an element may stop the program, act, or cost a loop."""
        if self._stops is None:
            self._element, self._stops = st.try_element(self)
        return self._stops


Value = Union[Node, ArrayVal, TupleVal, OptionVal, MapVal, Closure, Stream]  # noqa: UP007 - recursive names


def type_of(value: Value, st: Any) -> Type:
    """The type of a value; of a closure, NOTHING. `st` is the stage, which may have to try a stream's element."""
    if isinstance(value, Node):
        return value.type
    if isinstance(value, ArrayVal):
        return Array(value.element)
    if isinstance(value, Stream):
        return Array(value.element(st))
    if isinstance(value, TupleVal):
        parts = [type_of(v, st) for v in value.items]
        result = parts[-1]
        for p in reversed(parts[:-1]):
            result = Pair(p, result)
        return result
    if isinstance(value, OptionVal):
        return Option(NOTHING if value.held is None else type_of(value.held, st))
    if isinstance(value, MapVal):
        return Map(value.keys.element, value.items.element)
    return NOTHING


def known_text(value: Value) -> str | None:
    """The text of a constant string, else None."""
    if isinstance(value, ArrayVal) and value.element is CHAR and value.count is None and value.node.op.name == "data":
        return "".join(map(chr, value.node.attr[1]))
    return None


def known(value: Value) -> Any:
    """The Python value of a constant scalar, else None."""
    return value.attr if isinstance(value, Node) and value.op is CONST else None


__all__ = ["ArrayVal", "Body", "Closure", "MapVal", "OptionVal", "Stream", "TupleVal", "Value", "known", "known_text", "type_of"]
