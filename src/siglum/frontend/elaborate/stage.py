"""`Stage`: a function under construction. Conditional values and the joining of branches stand here.

Imports `siglum.ir`, the packing of values and the values.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, Final

from siglum.frontend.elaborate.packing import CONSTANT, EITHER, ELEMENT, PARAMETER, Packing, Refusal, narrows, spelled
from siglum.frontend.elaborate.regions import NO_ARM, Arm
from siglum.frontend.elaborate.values import (
    ArrayVal,
    OptionVal,
    Stream,
    TupleVal,
    Value,
    type_of,
)
from siglum.ir.node import CONST, Node
from siglum.ir.types import (
    CHAR,
    NOTHING,
    Type,
)

_FEW_NODES: Final = 6


def cells_in(value: Value) -> Iterator[ArrayVal]:
    """The lists in a value."""
    if isinstance(value, ArrayVal):
        yield value
    elif isinstance(value, TupleVal):
        for v in value.items:
            yield from cells_in(v)
    elif isinstance(value, OptionVal) and value.held is not None:
        yield from cells_in(value.held)


def _at_end(value: Value, arm: Arm) -> Value:
    """A value of an arm with its lists as they are at the arm's end."""
    if isinstance(value, ArrayVal):
        n, count = arm.after.get(value, (value.node, value.count))
        made = ArrayVal(n, value.element, count, value.frozen, value.depth)
        made.shared = value.shared
        return made
    if isinstance(value, TupleVal):
        return TupleVal(tuple(_at_end(v, arm) for v in value.items))
    if isinstance(value, OptionVal) and value.held is not None:
        return OptionVal(value.present, _at_end(value.held, arm))
    return value


class Learned(Exception):
    """A trial has told what it was made for."""


class Stage(Packing):
    """Builds one function. `overflow` is "stop" or "wrap"; `itself` is what calls of the function being built look for;
    `inlining` are the definitions dissolved around here.
    """

    def __init__(self, collect: Callable[[Any, Stream | ArrayVal, Type | None], ArrayVal], overflow: str = "stop") -> None:
        super().__init__(collect)
        self.overflow = overflow
        self.inlining: tuple[Any, ...] = ()
        self.itself: Any = None
        self.session: Any = None
        self.learning = 0
        self.trial = 0

    def try_element(self, stream: Stream) -> tuple[Type, bool]:
        """The element type of a stream, and whether computing an element may stop, act or cost a loop: by trial."""
        found: list[Type] = []
        self.begin()
        self.trial += 1
        equal = dict(self.equal)
        length = stream.length(self)
        if length is not None:
            index, _ = self.enter_loop(length, ())
            found.append(type_of(stream.at(self, index), self))
            stops = any(n.listed for n in self._bodies[-1])
            self.leave_loop(None, ())
        else:

            def look(element: Callable[[], Value], carried: tuple[Node, ...]) -> tuple[None, tuple[Node, ...]]:
                found.append(type_of(element(), self))
                return None, ()

            stream.each(self, (), look, False)
            stops = any(n.acts for n in self._bodies[-1])
        self.end()
        self.trial -= 1
        self.equal = equal
        return (found[0] if found else NOTHING), stops

    def settle(self, value: Value) -> Value:
        """A value without delayed parts."""
        if isinstance(value, Stream):
            collected: Value = self.collect(self, value, None)
            return collected
        if isinstance(value, TupleVal):
            return TupleVal(tuple(self.settle(v) for v in value.items))
        if isinstance(value, OptionVal) and isinstance(value.held, (Stream, TupleVal)):
            return OptionVal(value.present, self.settle(value.held))
        return value

    def learn(self, run: Callable[[], Any]) -> None:
        """Runs something for what it tells of unknown element types (`Learned` ends it); nothing it built stays."""
        bodies, available = [list(b) for b in self._bodies], set(self._available)
        saved = (self.level, list(self._inits), list(self.counts), list(self._facts), len(self.journals), self.depth)
        facts, policy, inlining = (self.lower, self.equal), (self.overflow, self.here), self.inlining
        self.lower, self.equal = dict(self.lower), dict(self.equal)
        self.journals.append({})
        self.learning += 1
        with contextlib.suppress(Learned):
            run()
        self.learning -= 1
        for journal in reversed(self.journals[saved[4] :]):
            for cell, (n, count) in journal.items():
                cell.node, cell.count = n, count
        self._bodies, self._available = bodies, available
        self.level, self._inits, self.counts, self._facts = saved[:4]
        del self.journals[saved[4] :]
        self.depth = saved[5]
        (self.lower, self.equal), (self.overflow, self.here), self.inlining = facts, policy, inlining

    # Conditional values ----------------------------------------------------------------------------------------
    def either(self, condition: Node, then: Callable[[], Value], otherwise: Callable[[], Value]) -> Value:
        """The value of a conditional expression; only the chosen arm runs."""
        if condition.op is CONST:
            return then() if condition.attr else otherwise()
        a = self.arm(lambda: self.settle(then()))
        b = self.arm(lambda: self.settle(otherwise()))
        return self.merge(condition, a, b)

    def both(self, x: Node, y: Callable[[], Node]) -> Node:
        """`x and y()`, where `y` runs only if `x` holds."""
        if x.op is CONST:
            return y() if x.attr else x
        then = self.arm(y)
        n: Node = then.value
        if not any(k.listed for k in then.body) and len(then.body) <= _FEW_NODES:
            self.replay(then.body)
            return self.emit("and", x, n) if n is not self.true else x
        (result,) = self.join(x, then, NO_ARM, (n,), (self.false,))
        return result

    def any_of(self, x: Node, y: Callable[[], Node]) -> Node:
        """`x or y()`, where `y` runs only if `x` does not hold."""
        if x.op is CONST:
            return x if x.attr else y()
        otherwise = self.arm(y)
        n: Node = otherwise.value
        if not any(k.listed for k in otherwise.body) and len(otherwise.body) <= _FEW_NODES:
            self.replay(otherwise.body)
            return self.emit("or", x, n) if n is not self.false else x
        (result,) = self.join(x, NO_ARM, otherwise, (self.true,), (n,))
        return result

    # Merging ------------------------------------------------------------------------------------------------
    def merge(self, condition: Node, then: Arm, otherwise: Arm) -> Value:
        """The value of two arms whose `value`s are settled values. Raises `Refusal` where their types differ."""
        (result,) = self.merge_all(condition, then, otherwise, [(then.value, otherwise.value)])
        return result

    def merge_all(
        self,
        condition: Node,
        then: Arm,
        otherwise: Arm,
        pairs: Sequence[tuple[Value, Value]],
        alive: Collection[ArrayVal] | None = None,
    ) -> list[Value]:
        """As `merge` for several values at once; identical values stay as they are. `alive` as in `join`."""
        if alive is not None:
            alive = {*alive, *(c for a, b in pairs if a is b for c in cells_in(a))}
        x: list[Node] = []
        y: list[Node] = []
        shapes: list[Value | None] = []
        for a, b in pairs:
            if a is b and (not isinstance(a, Node) or self.visible(a)):
                shapes.append(None)
                continue
            self._alias(a, b)
            a, b = self._alike(_at_end(a, then), _at_end(b, otherwise), then, otherwise)
            shapes.append(a)
            start = len(x)
            self.leaves(a, x)
            self.leaves(b, y)
            mismatch = len(x) != len(y) or any(m.type is not n.type for m, n in zip(x[start:], y[start:], strict=True))
            if mismatch:
                raise Refusal(f"this is {spelled(type_of(a, self))} on one way and {spelled(type_of(b, self))} on the other",
                              "give both the same type", "E-061")  # fmt: skip
        results = iter(self.join(condition, then, otherwise, x, y, alive))
        return [pair[0] if shape is None else self.rebuild(shape, results) for shape, pair in zip(shapes, pairs, strict=True)]

    def _alias(self, a: Value, b: Value) -> None:
        """Two lists that a name may now stand for cannot change any more, where other names have them."""
        if isinstance(a, ArrayVal) and isinstance(b, ArrayVal) and a is not b:
            for one in (a, b):
                if one.depth <= self.depth and one.shared:
                    one.frozen = one.frozen or EITHER

    def _alike(self, a: Value, b: Value, then: Arm, otherwise: Arm) -> tuple[Value, Value]:
        """The two values in one form: both options, both growing, both of one element type."""
        if isinstance(a, OptionVal) or isinstance(b, OptionVal):
            p = a if isinstance(a, OptionVal) else OptionVal(self.true, a)
            q = b if isinstance(b, OptionVal) else OptionVal(self.true, b)
            if p.held is None and q.held is not None:
                p = OptionVal(p.present, self.zero_like(q.held))
            elif q.held is None and p.held is not None:
                q = OptionVal(q.present, self.zero_like(p.held))
            elif p.held is not None and q.held is not None:
                m, n = self._alike(p.held, q.held, then, otherwise)
                p, q = OptionVal(p.present, m), OptionVal(q.present, n)
            return p, q
        if isinstance(a, Node) and isinstance(b, Node) and a.type is not b.type:
            return self.promote(a, b.type), self.promote(b, a.type)
        if isinstance(a, ArrayVal) and isinstance(b, ArrayVal):
            a.frozen = b.frozen = a.frozen or b.frozen
            if a.element is NOTHING and b.element is not NOTHING:
                a = self.empty(b.element)
            elif b.element is NOTHING and a.element is not NOTHING:
                b = self.empty(a.element)
            a, b = self._as_wide(a, b.element, then), self._as_wide(b, a.element, otherwise)
            if (a.count is None) != (b.count is None):
                if a.count is None:
                    a = ArrayVal(a.node, a.element, self._count_in(then, a.node, None), a.frozen, a.depth)
                else:
                    b = ArrayVal(b.node, b.element, self._count_in(otherwise, b.node, None), b.frozen, b.depth)
        if isinstance(a, TupleVal) and isinstance(b, TupleVal) and len(a.items) == len(b.items):
            parts = [self._alike(m, n, then, otherwise) for m, n in zip(a.items, b.items, strict=True)]
            return TupleVal(tuple(p for p, _ in parts)), TupleVal(tuple(q for _, q in parts))
        return self._alike_texts(a, b, then, otherwise)

    def _as_wide(self, array: ArrayVal, other: Type, arm: Arm) -> ArrayVal:
        """A list of an arm with elements as wide as `other`, where that is the same but for its width."""
        if array.element is other or NOTHING in (array.element, other) or not narrows(other, array.element):
            return array
        made: ArrayVal = self.inside(arm, lambda: self.collect(self, array, other))
        return made

    def _alike_texts(self, a: Value, b: Value, then: Arm, otherwise: Arm) -> tuple[Value, Value]:
        """Characters where both can be one, else texts."""
        c, d = self.as_character(a), self.as_character(b)
        if c is not None and d is not None:
            return c, d
        if isinstance(a, ArrayVal) and isinstance(b, Node) and b.type is CHAR and a.element is CHAR:
            return a, self.inside(otherwise, lambda: self.as_text(b))
        if isinstance(b, ArrayVal) and isinstance(a, Node) and a.type is CHAR and b.element is CHAR:
            return self.inside(then, lambda: self.as_text(a)), b
        return a, b


__all__ = ["CONSTANT", "EITHER", "ELEMENT", "NO_ARM", "PARAMETER", "Arm", "Learned", "Refusal", "Stage", "spelled"]
