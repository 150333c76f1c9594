"""The first run of a loop apart from the others, where a flag tells it apart: `None` before, a value ever after.

A carried truth value that starts as one constant and continues as the other is true exactly in runs after the first. The
loop becomes one of at most one run and one of the rest, and the flag a constant in each. A carried count that grows by one each
run is the index. A Function in, a Function of the same meaning out. Imports `siglum.ir` only.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from siglum.ir.function import Function
from siglum.ir.node import CALL, CONST, LOOP, RECUR, Node, Region
from siglum.ir.ranges import Ranges, is_rank
from siglum.ir.replay import Replay
from siglum.ir.types import BOOL, I64

MOST_NODES: Final = 16
"""Loops with larger bodies stay whole."""
_NOT_TWICE: Final = frozenset(("alloc", "reserve", "read", "write", "open", "close", "clock", "tick"))


def with_first_runs_apart(function: Function) -> Function:
    """`function` with counting values replaced by indices and first runs apart."""
    if not _worth_it(function.region):
        return function
    return _Peel(function).run()


def _worth_it(region: Region) -> bool:
    for n in region.body:
        if n.op is LOOP and (_counters(n) or _flags(n)):
            return True
        for inner in n.regions:
            if _worth_it(inner):
                return True
    return False


def _counters(loop: Node) -> list[int]:
    """Positions of carried values that equal the index: from 0, one more each run, every run taken to the end."""
    body = loop.regions[0]
    if not (body.results[0].op is CONST and body.results[0].attr) or not _never_negative(loop.args[0]):
        return []
    found = []
    for k, p in enumerate(body.params[1:], 1):
        following = body.results[k]
        starts_at_0 = loop.args[k].op is CONST and p.type is I64 and loop.args[k].attr == 0
        if starts_at_0 and following.op.name in ("add_wrap", "add") and following.args[0] is p and _is(following.args[1], 1):
            found.append(k)
    return found


def _never_negative(count: Node) -> bool:
    if count.op.name == "min":
        return all(map(_never_negative, count.args))
    return count.op.name == "length" or (count.op is CONST and bool(count.attr >= 0))


def _flags(loop: Node) -> list[int]:
    """Positions of carried truth values that change after the first run, once."""
    body = loop.regions[0]
    found = []
    for k, p in enumerate(body.params[1:], 1):
        first, following = loop.args[k], body.results[k]
        if p.type is BOOL and first.op is CONST and following.op is CONST and first.attr != following.attr:
            found.append(k)
    return found


def _is(n: Node, value: int) -> bool:
    return n.op is CONST and n.type is I64 and bool(n.attr == value)


def _small(region: Region) -> bool:
    """Whether a loop body may be written twice."""
    return _size(region) <= MOST_NODES


def _size(region: Region) -> int:
    size = 0
    for n in region.body:
        if n.op in (LOOP, CALL, RECUR) or n.op.name in _NOT_TWICE:
            return MOST_NODES + 1
        size += 1 + sum(map(_size, n.regions))
    return size


def _accesses(region: Region) -> Iterator[tuple[Node, Node]]:
    """(array, where) of each load and store."""
    for n in region.body:
        if n.op.name in ("load", "store"):
            yield n.args[0], n.args[1]
        elif n.op.name == "lanes_add8":
            yield n.args[1], n.args[2]
        for inner in n.regions:
            yield from _accesses(inner)


class _Peel(Replay):
    def __init__(self, function: Function) -> None:
        super().__init__(function)
        self.ranges = Ranges()

    def loop(self, n: Node) -> None:
        self.ranges.enter(n)
        self.entered(n)
        self.ranges.leave()

    def entered(self, n: Node) -> None:
        counters, flags = _counters(n), _flags(n)
        body = n.regions[0]
        ranks = any(p.type is I64 and k not in counters and is_rank(n, p) for k, p in enumerate(body.params[1:], 1))
        if flags and not ranks and _small(body) and self.shiftable(n, counters) and self.peeled(n, counters, flags):
            return
        if counters:
            self.once(n, counters)
        else:
            super().loop(n)

    def shiftable(self, n: Node, counters: list[int]) -> bool:
        """Whether each place in an array that comes from the index is still known to exist where the index is one more."""
        count, body = n.args[0], n.regions[0]
        counting = [body.params[0], *(body.params[k] for k in counters)]
        for array, where in _accesses(body):
            if where in counting:
                # the range rules follow a shifted index for lengths and constants only
                if (count.op is not CONST and count.op.name != "length") or not self.ranges.room(count, array):
                    return False
            elif where.op.name != "bounds" and any(a in counting for a in where.args):
                return False
        return True

    def once(self, n: Node, counters: list[int]) -> None:
        """The loop with its counters replaced by the index."""
        count = self.get(n.args[0])
        kept = [k for k in range(1, len(n.args)) if k not in counters]
        results = self.runs(n, count, [self.get(n.args[k]) for k in kept], kept, {}, counters, 0)
        assert results is not None
        self.give(n, dict(zip(kept, results, strict=True)) | dict.fromkeys(counters, count))

    def peeled(self, n: Node, counters: list[int], flags: list[int]) -> bool:
        """Writes the first run apart; False, with nothing listed, where the first run might be the last one."""
        b, body = self.builder, n.regions[0]
        count = self.get(n.args[0])
        kept = [k for k in range(1, len(n.args)) if k not in counters and k not in flags]
        before = dict(self.known)
        at_first = {k: n.args[k] for k in flags}
        first = self.runs(n, b.emit("min", count, b.const(1)), [self.get(n.args[k]) for k in kept], kept, at_first, counters, 0)
        if first is None:
            self.known = before
            return False
        later = {k: body.results[k] for k in flags}
        some = count if _never_negative(count) else b.emit("max", count, b.const(1))
        rest = self.runs(n, b.emit("sub_wrap", some, b.const(1)), list(first), kept, later, counters, 1)
        assert rest is not None
        ran = b.emit("lt", b.const(0), count)
        values = dict(zip(kept, rest, strict=True)) | dict.fromkeys(counters, count)
        for k in flags:
            values[k] = ran if body.results[k].attr else b.emit("not", ran)
        self.give(n, values)
        return True

    def runs(
        self, n: Node, count: Node, inits: list[Node], kept: list[int], fixed: dict[int, Node], counters: list[int], shift: int
    ) -> tuple[Node, ...] | None:
        """A loop over the body with index + `shift`; with `fixed` and no shift it must go on for certain, else None."""
        b, body = self.builder, n.regions[0]
        index, carried = b.open_loop(count, tuple(inits))
        for p in body.params:
            self.known.pop(p, None)
        at = b.emit("add_wrap", index, b.const(shift)) if shift else index
        self.known[body.params[0]] = at
        for k, p in zip(kept, carried, strict=True):
            self.known[body.params[k]] = p
        for k, value in fixed.items():
            self.known[body.params[k]] = value
        for k in counters:
            self.known[body.params[k]] = at
        self.region(body)
        again = self.get(body.results[0])
        b.here = self.function.origin_of(n)
        if fixed and not shift and not (again.op is CONST and again.attr):
            b.drop_loop()
            return None
        return b.close_loop(again, tuple(self.get(body.results[k]) for k in kept))

    def give(self, n: Node, values: dict[int, Node]) -> None:
        self.take_results(n, tuple(values[k] for k in range(1, len(n.args))))
