"""Which array bases may be addresses in the same memory, so that a store through one changes what lies at another.

What is equal by construction has one value number, but a part of an array, what a loop carries, and what an `if`, a loop or a
call gives have numbers of their own. Each base that may be stored into has the names of the memory it may be in: those of
`alloc` and `reserve`, of carried arrays, of the results of loops that store into them, and of what calls make. Inputs,
constants and elements of arrays are never stored into and have none. The verifier has shown (`ir.ownership`) that
bases used beside each other are apart where their names are, and neither's is one the other comes from.

Imports `ir` only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from siglum.ir.ownership import FROZEN, Summary
from siglum.ir.types import Type, components

Names = frozenset[int]
NO_NAMES: Final[Names] = frozenset()


def bases(t: Type, values: tuple[int, ...]) -> list[int]:
    """The array bases among the components of a value of type `t`."""
    return [value for value, kind in zip(values, components(t), strict=True) if kind == "b"] if t.args else []


class Memory:
    """The names of one function's bases; `loops` tells, of a name that a loop makes, since when names are made inside it and
    what it may have been before.
    """

    def __init__(self, fresh: Callable[[], int]) -> None:
        self.fresh = fresh
        self.names: dict[int, Names] = {}
        self.loops: dict[int, tuple[int, Names]] = {}
        self._stored: set[int] = set()
        self._origins: dict[int, Names] = {}

    def of(self, base: int) -> Names:
        return self.names.get(base, NO_NAMES)

    def made(self, base: int) -> None:
        """A base in memory of its own."""
        self.names[base] = frozenset({base})

    def same(self, base: int, *others: int) -> None:
        """A base that is one of others, or a part of one."""
        names = NO_NAMES.union(*map(self.of, others))
        if names:
            self.names[base] = names

    def stored(self, old: int, new: int) -> None:
        """The version of an array behind a store."""
        names = self.of(old)
        self._stored |= names
        self.same(new, old)

    def called(self, given: list[int], arguments: list[list[int]], summary: Summary | None) -> None:
        """What a call gives: see `ir.ownership.Ownership.call`."""
        if summary is None:
            for base in given:
                self.same(base, *[a for argument in arguments for a in argument])
            return
        own: dict[object, int] = {}
        for base, leaf in zip(given, summary.leaves, strict=True):
            found: set[int] = set()
            for m in leaf:
                if m[0] == "param":
                    found |= self.of(arguments[m[1]][m[2]])
                elif m is not FROZEN:
                    found.add(own.setdefault(m, self.fresh()))
            if found:
                self.names[base] = frozenset(found)

    def looped(self, since: int, carried: list[int], first: list[int], following: list[int], given: list[int]) -> None:
        """A loop, once its body is walked: the bases it carries, what they are at first and next, and its results."""
        entering, turning = [self.of(b) for b in first], [self.of(b) for b in following]
        changed = {k for k, base in enumerate(carried) if base in self._stored}
        while True:
            more = {j for k in changed for j, base in enumerate(carried) if base in turning[k]} - changed
            if not more:
                break
            changed |= more
        own = set(carried)
        for k, base in enumerate(carried):
            self.loops[base] = since, entering[k] | turning[k]
        for k, result in enumerate(given):
            if k in changed:
                self._stored |= entering[k]
                self.loops[result] = since, entering[k] | turning[k]
                self.made(result)
            else:
                self.names[result] = self._reached(carried[k], lambda m: m not in own)

    # Once the function is walked ------------------------------------------------------------------------------------
    def overlap(self, stored: Names, other: Names) -> bool:
        """Whether a store into memory with names `stored` may change memory with names `other`."""
        return any(not self.origins(m).isdisjoint(other) for m in stored) or any(
            not self.origins(m).isdisjoint(stored) for m in other
        )

    def origins(self, name: int) -> Names:
        """A name and those from outside its loop that it may stand for, and so on outwards."""
        known = self._origins.get(name)
        if known is None:
            found = {name}
            waiting = [name]
            while waiting:
                since = self.loops.get(one := waiting.pop(), (0, NO_NAMES))[0]
                new = self._reached(one, since.__gt__) - found
                found |= new
                waiting.extend(new)
            known = self._origins[name] = frozenset(found)
        return known

    def _reached(self, name: int, outside: Callable[[int], bool]) -> Names:
        """What a loop's name may have been before, up to what is `outside`."""
        found: set[int] = set()
        waiting, seen = [name], {name}
        while waiting:
            for m in self.loops.get(waiting.pop(), (0, NO_NAMES))[1]:
                if outside(m):
                    found.add(m)
                elif m not in seen:
                    seen.add(m)
                    waiting.append(m)
        return frozenset(found)
