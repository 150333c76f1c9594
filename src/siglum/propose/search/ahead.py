"""The last word, ahead of its cost: what turns a value that was just made into a goal.

Imports this folder's bank, covers, joins and layout.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from siglum.ir.types import I64, Array, Type
from siglum.propose.search.bank import Bank, Library, Span, ranges
from siglum.propose.search.costs import UNITS
from siglum.propose.search.covers import Step
from siglum.propose.search.joins import Joined
from siglum.propose.search.layout import MEETS

_DIVISORS: Final = (3, 4)
_ALWAYS: Final = {I64: ("a half",), Array(I64): ("a half",)}
"""What nothing undoes, as it loses something, and whose results may be anything."""
_DIVIDED: Final = "a // b"
_CHEAP: Final = round(5.0 * UNITS)
_DEAR: Final = round(9.0 * UNITS)
_MOST: Final = 4
"""Words that cost less come soon enough, and those that cost more are hardly ever meant; so many of the others are looked at."""


class Ahead:
    """The words that are tried on all values of the goal's type as soon as these are made: those that the goal is a fixed point
    of, as it is of a sorting or filtering that made it, and those that divide. `leaves` are the numbers of literals.
    """

    def __init__(
        self,
        bank: Bank,
        t: Type,
        goal: int,
        costs: Sequence[int],
        leaves: Mapping[tuple[object, Type], int],
        pulse: Callable[[], bool],
    ) -> None:
        self.bank, self.pulse = bank, pulse
        library = bank.library
        words = [
            number
            for number in library.signatures.get(((t,), t), ())
            if _CHEAP <= costs[number] <= _DEAR and library.operations[number].text not in _ALWAYS.get(t, ())
        ]
        bank.run([library.head(number) + ranges(((goal, goal + 1),), tag=number) for number in words], mode=MEETS, pulse=pulse)
        fixed = sorted({hit.tag for hit in bank.hits() if hit.met == -1}, key=lambda number: costs[number])
        self.words: list[tuple[int, int | None]] = [(number, None) for number in fixed[:_MOST]]
        """Operations, each with the literal that is its second argument if it has one."""
        self.words += [(number, None) for text in _ALWAYS.get(t, ()) for number in _numbered(library, text, t)]
        for divisor in _DIVISORS if t in _ALWAYS else ():
            leaf = leaves.get((divisor, I64))
            if leaf is not None:
                self.words += [(number, leaf) for number in _numbered(library, _DIVIDED, t, I64)]

    def of(self, values: Span) -> Iterator[Joined]:
        """What gives a goal of these values."""
        head = self.bank.library.head
        jobs = [
            head(number) + ranges((values,) if leaf is None else (values, (leaf, leaf + 1)), tag=k)
            for k, (number, leaf) in enumerate(self.words)
        ]
        self.bank.run(jobs, mode=MEETS, pulse=self.pulse)
        for hit in self.bank.hits():
            number, leaf = self.words[hit.tag]
            step: Step = (number, hit.arguments[0]) if leaf is None else (number, hit.arguments[0], leaf)
            yield Joined(hit.met, (step,))


def _numbered(library: Library, text: str, *params: Type) -> list[int]:
    number = library.by_text.get((text, params))
    return [] if number is None else [number]
