"""Goals: the result that is wanted, and what an argument of a last operation would have to be for it.

Imports its siblings `components`, `inverses`, `lanes` and `programs`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from siglum.propose.scalar.components import Component
from siglum.propose.scalar.inverses import partners, undone
from siglum.propose.scalar.lanes import Lanes
from siglum.propose.scalar.programs import Draft


class Goal(NamedTuple):
    """A vector over the samples, from which `last` (if any) makes the result: the component, the place of this value among its
    arguments, and the leaf at the other place.
    """

    vector: int
    last: tuple[Component, int, int] | None

    @property
    def steps(self) -> int:
        """Operations from here to the result."""
        return 0 if self.last is None else 1

    def finish(self, draft: Draft, value: int, leaves: Sequence[int]) -> int:
        """Writes the last operation after a value's number."""
        if self.last is None:
            return value
        made, place, leaf = self.last
        if made.arity == 1:
            return draft.apply(made, value)
        other = leaves[leaf]
        return draft.apply(made, *((value, other) if place == 0 else (other, value)))


def goals(v: Lanes, components: Sequence[Component], wanted: int, leaves: Sequence[int]) -> list[Goal]:
    """The result itself, then everything one operation away from it that is certain, exclusive-or first. `leaves` are vectors."""
    found = {wanted: Goal(wanted, None)}
    for made in sorted(components, key=lambda made: made.name != "xor"):
        if made.arity == 1:
            before = undone(made, v, wanted)
            if before is not None:
                found.setdefault(before, Goal(before, (made, 0, 0)))
            continue
        for leaf, vector in enumerate(leaves):
            for place, before in partners(made, v, wanted, vector):
                found.setdefault(before, Goal(before, (made, place, leaf)))
    return list(found.values())
