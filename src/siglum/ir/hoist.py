"""What a loop computes anew each run though it never changes is computed once, before the loop; an index that the range
rules place inside its array loses its check.

Only what cannot stop moves, so nothing is evaluated that would not have been harmless. A Function in, a Function of the same
meaning out. Imports `siglum.ir` only.
"""

from __future__ import annotations

from typing import Final

from siglum.ir.function import Function
from siglum.ir.node import CONST, LOOP, PARAM, RESULT, Node, Region
from siglum.ir.primitives import PRIMITIVES
from siglum.ir.ranges import Ranges
from siglum.ir.replay import Replay
from siglum.ir.types import is_scalar


def with_invariants_outside(function: Function) -> Function:
    """`function` with loop invariants hoisted and needless bounds checks gone."""
    if not _may_gain(function.region, 0, False, {}):
        return function
    hoist = _Hoist(function)
    made = hoist.run()
    # what moved out of a loop in which an arm lists it too is listed twice: a second run leaves the inner ones out
    return Replay(made).run() if hoist.again else made


_BOUNDS: Final = PRIMITIVES["bounds"]


def _may_gain(region: Region, level: int, in_arm: bool, levels: dict[Node, int]) -> bool:
    """Whether something stands in a loop that could stand before it, or an index is checked."""
    for p in region.params:
        levels[p] = level
    for n in region.body:
        levels[n] = level
        if n.op is _BOUNDS:
            return True
        if level and not in_arm and _movable(n):
            for a in n.args:
                if levels.get(a.args[0] if a.op is RESULT else a, 0) == level:
                    break
            else:
                return True
        for inner in n.regions:
            if _may_gain(inner, level + (n.op is LOOP), n.op is not LOOP, levels):
                return True
    return False


def _movable(n: Node) -> bool:
    """Whether `n` computes a scalar and nothing else, so that it does no harm where its value is not wanted."""
    return n.op.machine is not None and not n.stop and is_scalar(n.type)


class _Hoist(Replay):
    def __init__(self, function: Function) -> None:
        super().__init__(function)
        self.ranges = Ranges()
        self.levels: dict[Node, int] = {}
        """The loop level at which each node of the old function is listed."""
        self.arms = 0
        """How many arms of `if`s lie between here and the innermost loop's body."""
        self.in_arms: set[Node] = set()
        self.again = False

    def level_of(self, n: Node) -> int:
        if n.op is CONST:
            return 0
        if n.op is PARAM:
            return int(n.attr[0])
        return self.levels[n.args[0] if n.op is RESULT else n]

    def plain(self, n: Node) -> None:
        here = self.builder.level
        self.levels[n] = here
        if n.op.name == "require":
            self.ranges.require(n)
        if n.op.name == "bounds" and self.ranges.below(n.args[0], n.args[1]):
            self.became(n, self.get(n.args[0]))
            self.levels[n] = self.level_of(n.args[0])
            return
        if self.arms:
            self.in_arms.add(n)
        if here and not self.arms and _movable(n):
            needed = max(map(self.level_of, n.args))
            if needed < here:
                self.levels[n] = needed
                self.again |= n in self.in_arms
                with self.builder.outside(needed):
                    super().plain(n)
                return
        super().plain(n)

    def branch(self, n: Node, region: Region) -> None:
        self.levels[n] = self.builder.level
        self.arms += 1
        super().branch(n, region)
        self.arms -= 1

    def loop(self, n: Node) -> None:
        self.levels[n] = self.builder.level
        arms, self.arms = self.arms, 0
        self.ranges.enter(n)
        super().loop(n)
        self.ranges.leave()
        self.arms = arms
