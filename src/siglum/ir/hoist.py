"""What a loop computes anew each run though it never changes is computed once, before the loop; an index that the range
rules place inside its array loses its check.

Only what cannot stop moves, so nothing is evaluated that would not have been harmless. A Function in, a Function of the same
meaning out. Imports `siglum.ir` only.
"""

from __future__ import annotations

from siglum.ir.function import Function
from siglum.ir.node import CONST, LOOP, PARAM, RESULT, Node, Region
from siglum.ir.ranges import Ranges
from siglum.ir.replay import Replay
from siglum.ir.types import is_scalar


def with_invariants_outside(function: Function) -> Function:
    """`function` with loop invariants hoisted and needless bounds checks gone."""
    if not any(n.op is LOOP for n in function.region.body):
        return function
    hoist = _Hoist(function)
    made = hoist.run()
    # what moved out of a loop in which an arm lists it too is listed twice: a second run leaves the inner ones out
    return Replay(made).run() if hoist.again else made


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
        if here and not self.arms and n.op.machine is not None and not n.stop and is_scalar(n.type):
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
