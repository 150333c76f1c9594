"""The search as a proposer: all words first, and where that takes long common words alone, in turns.

Imports `records`, `repair` and this folder.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Final

from siglum.propose.repair import Part, parts
from siglum.propose.search.bank import Library
from siglum.propose.search.costs import Literal
from siglum.propose.search.enumerator import Progress, Search
from siglum.records import Candidate, Feedback, Spec

ALONE_S: Final = 0.1
"""Seconds after which a search of common words takes turns with that of all."""
COMMON_SHARE: Final = 0.4
"""Its share of the memory."""


class SearchProposer:
    """The search as a proposer. `library` is loaded when it is first needed; `priors`, `said` and `fragments` read the
    intent's words. Where nothing is said in English, programs of common words are looked for too.
    """

    name = "search"

    def __init__(
        self,
        library: Callable[[], Library],
        priors: Callable[[Spec], Mapping[str, float]] | None = None,
        said: Callable[[Spec], Sequence[Literal]] | None = None,
        fragments: Callable[[Spec], Iterable[Part]] | None = None,
        progress: Callable[[Progress], None] | None = None,
    ) -> None:
        self.library, self.priors, self.said, self.fragments, self.progress = library, priors, said, fragments, progress

    def propose(self, spec: Spec, feedback: Sequence[Feedback]) -> Iterator[Candidate]:
        """Programs that agree with the examples; nothing without examples or without a result's type."""
        if not spec.examples or spec.result is None:
            return
        priors = self.priors(spec) if self.priors else {}
        said = self.said(spec) if self.said else ()
        seeds = chain(self.fragments(spec) if self.fragments else (), parts(spec, feedback))
        searches: list[Search] = []

        def tell(how: Progress) -> None:
            if self.progress:
                banks = [search.bank for search in searches]
                candidates, values, memory = map(sum, zip(*[(b.candidates, b.count, b.used) for b in banks], strict=True))
                self.progress(Progress(candidates, how.bits, values, memory))

        several = not spec.phrase
        share = 1 - COMMON_SHARE if several else 1.0
        searches.append(Search(self.library(), spec, priors, said, seeds, share=share, progress=tell))
        turns = [_Turn(searches[0])]
        while turns:
            if several and turns[0].seconds > ALONE_S:
                several = False
                made = parts(spec, feedback)
                searches.append(Search(self.library(), spec, None, said, made, common=True, share=COMMON_SHARE, progress=tell))
                turns.append(_Turn(searches[1], turns[0].seconds))
            yield from min(turns, key=lambda turn: turn.seconds).step()
            turns = [turn for turn in turns if turn.going]


class _Turn:
    """A search that goes on cost by cost, and the processor seconds it has had."""

    def __init__(self, search: Search, seconds: float = 0.0) -> None:
        self.steps, self.seconds, self.going = search.steps(), seconds, True

    def step(self) -> Iterator[Candidate]:
        """What is found at the next cost."""
        while True:
            start = time.process_time()
            found = next(self.steps, self)
            self.seconds += time.process_time() - start
            if found is self:
                self.going = False
                return
            if not isinstance(found, Candidate):
                return
            yield found
