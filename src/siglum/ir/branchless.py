"""Small branches inside loops become selections, so that an unpredictable condition costs no mispredicted jump.

`if c: acc += x * x` computes on `x & -c` instead: what a dropped element would do is done on zeros, which
cannot stop, and adds nothing. A Function in, a Function of the same meaning out. Imports `siglum.ir` only.
"""

from __future__ import annotations

from typing import Final

from siglum.ir.function import Function
from siglum.ir.node import CONST, IF, LOOP, RESULT, Node, Region, node
from siglum.ir.primitives import WIDE
from siglum.ir.replay import Replay
from siglum.ir.types import BOOL, CHAR, F64, I64, U64

MOST_NODES: Final = 5
"""Arms that compute more than this, together, stay branches."""
ZERO_IN_ZERO_OUT: Final = frozenset(("add", "sub", "mul"))
"""Stopping primitives that give 0 on zeros."""
CHEAP: Final = frozenset(
    (
        "add_wrap", "sub_wrap", "mul_wrap", "and", "or", "xor", "not", "shl", "shr", "sar", "eq", "ne", "lt", "le",
        "lt_u", "le_u", "min", "max", "select", "cast", "fadd", "fsub", "fmul", "fneg", "fabs", "fmin", "fmax",
        "feq", "fne", "flt", "fle",
    )
)  # fmt: skip
"""Primitives that cannot stop and cost about a cycle."""
_COMPUTABLE: Final = CHEAP | ZERO_IN_ZERO_OUT | {"wide_add"}
_SELECTABLE: Final = frozenset((BOOL, I64, U64, CHAR, F64))


def without_small_branches(function: Function) -> Function:
    """`function` with the small branches of its loops computed without jumps."""
    return _Branchless(function).run() if _has_small_branch(function.region, False) else function


def _has_small_branch(region: Region, in_loop: bool) -> bool:
    for n in region.body:
        if n.op is IF and in_loop and _small(n, region):
            return True
        for inner in n.regions:
            if _has_small_branch(inner, in_loop or n.op is LOOP):
                return True
    return False


class _Branchless(Replay):
    """Replays a function; `if`s inside loops that are small and harmless enough are computed without a jump."""

    def __init__(self, function: Function) -> None:
        super().__init__(function)
        self.loops = 0

    def loop(self, n: Node) -> None:
        self.loops += 1
        super().loop(n)
        self.loops -= 1

    def branch(self, n: Node, region: Region) -> None:
        if not (self.loops and self.branchless(n, region)):
            super().branch(n, region)

    def branchless(self, n: Node, region: Region) -> bool:
        """Computes the `if` without a jump, if it is small and harmless enough."""
        then, otherwise = n.regions
        condition = self.get(n.args[0])
        if condition.op is CONST or not _small(n, region):
            return False
        flipped = not then.body and then.results and bool(otherwise.body)
        if flipped:
            then, otherwise = otherwise, then
            condition = self.builder.emit("not", condition)
        if any(m.stop for m in otherwise.body) or not all(_mergeable(t, e, then) for t, e in _pairs(then, otherwise)):
            return False
        _Selection(self, condition, then, otherwise).run(n)
        return True


def _pairs(then: Region, otherwise: Region) -> list[tuple[Node, Node]]:
    return list(zip(then.results, otherwise.results, strict=True))


def _small(n: Node, region: Region) -> bool:
    then, otherwise = n.regions
    body = then.body + otherwise.body
    if len(body) > MOST_NODES or (not body and not then.results):
        return False
    again = region.results[0] if region.results else None
    if again is not None and again.op is RESULT and again.args[0] is n:
        return False  # one arm leaves the loop: the jump is wanted
    return _COMPUTABLE.issuperset([m.op.name for m in body])


def _mergeable(t: Node, e: Node, then: Region) -> bool:
    """Whether the two values of a result can be chosen without a jump."""
    if t is e or t.type in _SELECTABLE:
        return True
    return t.type is WIDE and t.op.name == "wide_add" and t in then.body and t.args[0] is e


class _Selection:
    """One `if` turned into straight code; `then` is the arm that may hold stopping nodes."""

    def __init__(self, replay: Replay, condition: Node, then: Region, otherwise: Region) -> None:
        self.replay, self.builder, self.condition = replay, replay.builder, condition
        self.then, self.otherwise = then, otherwise
        self.zeroed: set[Node] = set()
        """What is 0 whenever the condition is false."""
        self.mask: Node | None = None

    def run(self, n: Node) -> None:
        sums = {t for t, e in _pairs(self.then, self.otherwise) if _accumulates(t, e, self.then)}
        for m in self.then.body:
            if m not in sums:
                self.compute(m)
        for m in self.otherwise.body:
            self.replay.plain(m)
        merged = [self.merge(t, e, t in sums) for t, e in _pairs(self.then, self.otherwise)]
        self.replay.take_results(n, tuple(merged))

    def compute(self, m: Node) -> None:
        self.builder.here = self.replay.function.origin_of(m)
        args = tuple(map(self.replay.get, m.args))
        if m.stop:
            args = tuple(map(self.zero_when_off, args))
        made = node(m.op, args, m.attr, m.origin)
        self.builder.append(made)
        self.replay.became(m, made)
        if m.stop:
            self.zeroed.add(made)

    def merge(self, t: Node, e: Node, accumulates: bool) -> Node:
        if accumulates:
            self.builder.here = self.replay.function.origin_of(t)
            added = self.zero_when_off(self.replay.get(_added(t, e)))
            made = node(t.op, (self.replay.get(e), added), t.attr, t.origin)
            self.builder.append(made)
            return made
        new, old = self.replay.get(t), self.replay.get(e)
        if new is old:
            return new
        return self.builder.emit("select", self.condition, new, old)

    def zero_when_off(self, value: Node) -> Node:
        """`value` where the condition holds, else 0."""
        if value in self.zeroed:
            return value
        if value.op is CONST and value.attr == 1:
            return self.builder.emit("cast", self.condition, attr=I64)
        if self.mask is None:
            self.mask = self.all_ones_when_on()
        made = self.builder.emit("and", value, self.mask)
        self.zeroed.add(made)
        return made

    def all_ones_when_on(self) -> Node:
        """-1 where the condition holds, else 0."""
        b, c = self.builder, self.condition
        bit = c.args[0] if c.op.name in ("eq", "ne") and c.args[1] is b.const(0) else None
        if bit is not None and bit.op.name == "and" and bit.args[1] is b.const(1):
            # (x & 1) == 0 gives (x & 1) - 1; (x & 1) != 0 gives -(x & 1)
            return b.emit("add_wrap", bit, b.const(-1)) if c.op.name == "eq" else b.emit("sub_wrap", b.const(0), bit)
        return b.emit("sub_wrap", b.const(0), b.emit("cast", c, attr=I64))


def _accumulates(t: Node, e: Node, then: Region) -> bool:
    """Whether the arm's result is the other arm's value plus something, so that adding 0 stands for the other arm."""
    return t is not e and t in then.body and t.op.name in ("wide_add", "add") and e in t.args and not _used_in(t, then)


def _used_in(t: Node, then: Region) -> bool:
    return any(t in m.args for m in then.body) or then.results.count(t) > 1


def _added(t: Node, e: Node) -> Node:
    return t.args[1] if t.args[0] is e else t.args[0]
