"""From a Spec to programs that pass: the proposers in turn on one budget, each candidate examined, the different ones kept.

Beside `siglum.pipeline`; it hands the search its evaluators and executable memory.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from math import inf
from typing import TYPE_CHECKING, Final

from siglum.propose.alternatives import Alternatives, Question
from siglum.propose.examine import Program, examined
from siglum.records import Candidate, Feedback, Spec

if TYPE_CHECKING:
    from siglum.propose.protocol import Proposer
    from siglum.propose.repair import Part
    from siglum.propose.search.bank import Library
    from siglum.propose.search.costs import Literal
    from siglum.propose.search.enumerator import Progress

SAID_BITS: Final = 1.0
HELD_BITS: Final = 3.0
MENTIONED_BITS: Final = 2.0
FRAGMENT_BITS: Final = 1.0
"""What a literal costs that the English says, one that the reference holds, how much less a word costs in the search than in its
probabilities, and what a fragment costs beside its reading."""
MOST_FRAGMENTS: Final = 60
KEPT_FEEDBACK: Final = 200
"""Failures that proposers are told."""
MORE: Final = 2.0
"""How many times the processor time of the first program is spent on others before the best is taken."""
SCALAR_S: Final = 1.0
SHARE: Final = 0.5
"""What scalar synthesis gets at first beside a reference: so many seconds, but no more than this part of them. Then the search
gets this part of what is left, and scalar synthesis has the rest. Beside a property it gets this part, and the search the rest.
"""
LEAST_MORE_S: Final = 0.15
"""The least that is spent on others, in seconds."""
UNSAID_MORE_S: Final = 0.25
CERTAIN_BITS: Final = 18.0
DOUBT_BITS: Final = 5.0
"""Where there is no English to tell likely programs from cheap ones: what is spent on others at CERTAIN_BITS, and after how many
bits more twice that. What costs much may well be met by chance."""
BEYOND_BITS: Final = 6.0
LONGER: Final = 4
"""Others are looked for until they cost so much more than the best, but no longer than so many times that time."""


class Enough(Exception):
    """Raised by whoever watches the progress of a search that need not go on."""


def spent() -> float:
    """Processor seconds of this process and of those that it started and that have ended."""
    times = os.times()
    return time.process_time() + times.children_user + times.children_system


class Deadline:
    """When to stop looking for others, in processor seconds: `until`, if the search is at `bits` by then, else `latest`. They
    move with what is found.
    """

    def __init__(self) -> None:
        self.until = self.latest = self.bits = self.reached = inf

    def move(self, best: float, seconds: float, now: float, end: float) -> None:
        """The best costs so many bits, and from `now` on others are looked for so long."""
        self.until, self.latest = min(end, now + seconds), min(end, now + LONGER * seconds)
        self.bits = best + BEYOND_BITS

    def passed(self) -> bool:
        """Whether the search, which has `reached` so many bits, need not go on."""
        now = spent()
        return now > self.latest or (now > self.until and self.reached >= self.bits)


@cache
def library() -> Library:
    """The search's operations, loaded once."""
    from siglum import evaluators
    from siglum.host.memory import process_arena
    from siglum.propose.search.bank import Library

    spans = []

    def place(code: bytes) -> int:
        span = process_arena().place(code)
        spans.append(span)
        return span.address

    made = evaluators.load()
    found = Library(made.engine, made.operations, made.code, place)
    found.holds.extend(spans)
    return found


def search(progress: Callable[[Progress], None] | None = None, deadline: Deadline | None = None) -> Proposer:
    """The search, with what the English says as its priors, literals and seeds."""
    from siglum.propose.search.proposer import SearchProposer

    def told(how: Progress) -> None:
        if progress:
            progress(how)
        if deadline:
            deadline.reached = how.bits
            if deadline.passed():
                raise Enough

    return SearchProposer(library, _priors, _said, _fragments, told)


@cache
def scalar() -> Proposer:
    """Scalar synthesis; it remembers what it did not find."""
    from siglum.propose.scalar.proposer import ScalarProposer

    return ScalarProposer()


def _priors(spec: Spec) -> Mapping[str, float]:
    """The words that the English speaks of, cheaper than they usually are."""
    if not spec.phrase:
        return {}
    from siglum.propose.lexical.embedding import embedding
    from siglum.propose.lexical.proposer import priors
    from siglum.propose.search.words import bits_of

    told = {word: max(1.0, bits - MENTIONED_BITS) for word, bits in priors(spec, embedding()).items()}
    return {word: bits for word, bits in told.items() if bits < bits_of(word)}


def _fragments(spec: Spec) -> Iterator[Part]:
    """What parts of the English may mean, as parts of programs."""
    if not spec.phrase:
        return
    from siglum.propose.lexical.proposer import fragments
    from siglum.propose.repair import valued

    for fragment in fragments(spec)[:MOST_FRAGMENTS]:
        if fragment.type.kind != "fn":
            found = valued(spec, fragment.text, FRAGMENT_BITS + fragment.cost)
            if found:
                yield found


def _said(spec: Spec) -> list[Literal]:
    """The numbers and quoted texts of the English, and the constants of the reference."""
    from siglum.ir.types import CHAR, F64, I64, STR
    from siglum.propose.constants import MOST, constants_of
    from siglum.propose.lexical.numerals import literals
    from siglum.propose.search.costs import Literal

    found = []
    for value in literals(spec.phrase) if spec.phrase else ():
        if isinstance(value, int):
            found += [Literal(value, I64, SAID_BITS), Literal(float(value), F64, SAID_BITS + 1)]
        elif isinstance(value, float):
            found.append(Literal(value, F64, SAID_BITS))
        else:
            found.append(Literal(value, STR, SAID_BITS))
            if len(value) == 1:
                found.append(Literal(value, CHAR, SAID_BITS))
    held = [(value, t) for value, t in constants_of(spec.reference) if t in (I64, F64, CHAR, STR)][:MOST]
    return [*found, *(Literal(value, t, HELD_BITS) for value, t in held)]


def proposers(progress: Callable[[Progress], None] | None = None, deadline: Deadline | None = None) -> list[Proposer]:
    """Who is asked where nobody is named, in this order: what the English says, then the search; for functions of numbers and
    truth values with a reference or a property scalar synthesis before it, and with a reference after it once more. The search
    tells its progress and keeps the deadline.
    """
    from siglum.propose.lexical.embedding import embedding
    from siglum.propose.lexical.proposer import LexicalProposer
    from siglum.propose.scalar.proposer import answers

    def referred(spec: Spec) -> bool:
        return spec.reference is not None and answers(spec)

    return [
        LexicalProposer(embedding()),
        Turn(scalar(), referred, SHARE, SCALAR_S),
        Turn(scalar(), lambda spec: answers(spec) and not referred(spec), SHARE),
        Turn(search(progress, deadline), referred, SHARE),
        Turn(search(progress, deadline), lambda spec: not referred(spec)),
        Turn(scalar(), referred),
    ]


class Turn:
    """A proposer that is asked `when` a Spec is for it, with a share of the seconds that are left, and at most so many."""

    def __init__(self, proposer: Proposer, when: Callable[[Spec], bool], share: float = 1.0, most: float = inf) -> None:
        self.proposer, self.when, self.share, self.most = proposer, when, share, most

    @property
    def name(self) -> str:
        return self.proposer.name

    def propose(self, spec: Spec, feedback: Sequence[Feedback]) -> Iterator[Candidate]:
        """The proposer's candidates."""
        if self.when(spec):
            budget = replace(spec.budget, seconds=min(self.share * spec.budget.seconds, self.most))
            yield from self.proposer.propose(replace(spec, budget=budget), feedback)


@dataclass
class Proposed:
    """What came of a Spec: the `alternatives` that pass (the cheapest first), the failures, how many candidates were examined and
    the processor seconds it took; `over` says why it ended.
    """

    spec: Spec
    alternatives: Alternatives
    feedback: list[Feedback] = field(default_factory=list)
    examined: int = 0
    seconds: float = 0.0
    over: str = ""

    @property
    def programs(self) -> list[Program]:
        """The different programs, cheapest first."""
        return [one.program for one in self.alternatives.found]

    def question(self) -> Question | None:
        return self.alternatives.question()


def passing(
    spec: Spec, asked: Sequence[Proposer], proposed: Proposed | None = None, left: Callable[[], float] | None = None
) -> Iterator[Program]:
    """Programs that pass, as they are found; `proposed` is told what fails. Each proposer has the seconds that those before it
    have left; `left` may say that there are fewer.
    """
    feedback: list[Feedback] = proposed.feedback if proposed else []
    end = spent() + spec.budget.seconds
    for proposer in asked:
        seconds = min(end - spent(), spec.budget.seconds if left is None else left())
        if seconds <= 0:
            return
        candidates = proposer.propose(replace(spec, budget=replace(spec.budget, seconds=seconds)), feedback)
        try:
            for candidate in candidates:
                found = _examined(spec, candidate, proposed)
                if isinstance(found, Program):
                    yield found
                elif len(feedback) < KEPT_FEEDBACK:
                    feedback.append(found)
        finally:
            close = getattr(candidates, "close", None)
            if close:
                close()


def _examined(spec: Spec, candidate: Candidate, proposed: Proposed | None) -> Program | Feedback:
    if proposed:
        proposed.examined += 1
    return examined(spec, candidate)


def patience(spec: Spec, first: float, more: float = MORE, bits: float = 0.0) -> float:
    """Processor seconds that are spent on other programs where the first was found after `first` seconds and the best costs
    `bits`.
    """
    least = LEAST_MORE_S if spec.phrase else UNSAID_MORE_S * 2 ** ((bits - CERTAIN_BITS) / DOUBT_BITS)
    return max(LEAST_MORE_S, least, more * first)


def propose(
    spec: Spec,
    asked: Sequence[Proposer] | None = None,
    *,
    more: float = MORE,
    feedback: Sequence[Feedback] = (),
    deadline: Deadline | None = None,
) -> Proposed:
    """The cheapest different programs that pass. Looks on for others for `more` times as long as the first one took, and longer
    where the best is not cheap. `feedback` is what has failed before; `deadline` is what the proposers in `asked` keep. On Ctrl-C
    the best so far is kept in what KeyboardInterrupt carries (`proposed`).
    """
    proposed = Proposed(spec, Alternatives(spec), list(feedback))
    start = spent()
    end = start + spec.budget.seconds
    met = 0.0
    deadline = deadline or Deadline()
    asked = proposers(deadline=deadline) if asked is None else asked
    programs = passing(spec, asked, proposed, lambda: min(end, deadline.latest) - spent())
    try:
        for program in programs:
            first = not proposed.alternatives.found
            proposed.alternatives.add(program)
            now = spent()
            if first:
                met = now - start
            best = proposed.programs[0].candidate.cost if proposed.programs else 0.0
            deadline.move(best, patience(spec, met, more, best), start + met, end)
            if deadline.passed():
                proposed.over = "enough"
                break
        else:
            proposed.over = "searched"
    except Enough:
        proposed.over = "enough"
    except KeyboardInterrupt as interrupt:
        proposed.over = "interrupted"
        interrupt.proposed = proposed  # type: ignore[attr-defined]
        raise
    finally:
        programs.close()  # type: ignore[attr-defined]
        proposed.seconds = spent() - start
    return proposed
