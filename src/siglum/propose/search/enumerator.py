"""The search: programs of rising cost, built bottom-up over values on the examples, until the goal is met and as long as it may run.

Imports `records`, `ir`, `frontend.literals` and this folder.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from siglum.frontend.literals import show_value
from siglum.ir.types import Type
from siglum.propose.search.bank import MOST_JOBS, Bank, Hit, Job, Library
from siglum.propose.search.catalogue import NAMES, Operation
from siglum.propose.search.costs import UNITS, Literal, literals_for, units, worth_looking_at
from siglum.propose.search.goals import JOINS, Goal, goals
from siglum.propose.search.layout import MOST_ROWS
from siglum.records import Candidate, Feedback, Spec

INPUT_BITS: Final = 1.0
MOST_BITS: Final = 60.0
_NAME: Final = re.compile(r"\b[abc]\b")
_ATOM: Final = re.compile(r'[A-Za-z_]\w*|\d[\d.]*|"[^"\\]*"|\'[^\'\\]\'')

Ranges = list[tuple[int, int]]


class Progress(NamedTuple):
    """How far a search is: combinations tried, the cost they have now (bits), values kept, bytes of memory."""

    candidates: int
    bits: float
    values: int
    memory: int


class Search:
    """One search for one Spec. `seeds` are phrases over the parameters that may be parts of the answer, with their cost in bits
    and their value on every example.
    """

    def __init__(
        self,
        library: Library,
        spec: Spec,
        priors: Mapping[str, float] | None = None,
        said: Sequence[Literal] = (),
        *,
        progress: Callable[[Progress], None] | None = None,
    ) -> None:
        assert spec.result is not None
        self.library, self.spec, self.goal_type = library, spec, spec.result
        self.examples = spec.examples[:MOST_ROWS]
        self.progress = progress or (lambda how: None)
        self.costs = units(library.operations, priors or {})
        self.literals = literals_for(spec, said)
        self.bank = Bank(library, len(self.examples), spec.budget.memory)
        self.groups: dict[Type, dict[int, Ranges]] = {}
        self.leaves: dict[int, str] = {}
        self.end = time.process_time() + spec.budget.seconds
        self.level = 0

    # Leaves -----------------------------------------------------------------------------------------------------------
    def _leaf(self, column: Sequence[Any], t: Type, text: str, bits: float) -> None:
        number = self.bank.insert(column, t)
        if number == self.bank.count - 1 and number not in self.leaves:
            self.leaves[number] = text
            self.groups.setdefault(t, {}).setdefault(max(1, round(UNITS * bits)), []).append((number, number + 1))

    def _begin(self) -> None:
        rows = range(len(self.examples))
        for k, (name, t) in enumerate(self.spec.params):
            self._leaf([example.arguments[k] for example in self.examples], t, name, INPUT_BITS)
        known = set(self.library.types)
        for literal in self.literals:
            if literal.type in known:
                self._leaf([literal.value for _ in rows], literal.type, show_value(literal.value, literal.type), literal.bits)
        self.goals: list[Goal] = []
        self.goal_values: list[int] = []
        for goal in goals([example.result for example in self.examples], self.goal_type):
            try:
                value = self.bank.insert(goal.column, goal.type)
                self.bank.insert(goal.column, goal.type, goal=-1 - len(self.goals))
            except OverflowError:
                continue
            self.goals.append(goal)
            self.goal_values.append(value)
        starts = {t for _, t in self.spec.params} or {literal.type for literal in self.literals}
        ops, costs = self.library.operations, self.costs
        chosen = worth_looking_at(ops, costs, starts, self.goal_type)
        # by type of the result, so that what a level makes of one type lies together; the goal's own type last
        order = {t: k for k, t in enumerate(self.library.types)}
        self.chosen = sorted(chosen, key=lambda k: (ops[k].result is self.goal_type, order[ops[k].result], costs[k]))

    # Levels -----------------------------------------------------------------------------------------------------------
    def run(self) -> Iterator[Candidate]:
        """Candidates that meet the goal on the examples, cheapest first as far as the search goes. Ends with the budget."""
        try:
            self._begin()
        except (KeyError, OverflowError):
            return  # a type that is not looked at, or a value that does not fit
        yield from self._given()
        told: set[str] = set()
        for self.level in range(1, round(UNITS * MOST_BITS)):
            for hit, extra in self._level():
                candidate = self._candidate(hit, self.level / UNITS + extra)
                if candidate.text not in told:
                    told.add(candidate.text)
                    yield candidate
            if self.bank.full or time.process_time() > self.end:
                return

    def _given(self) -> Iterator[Candidate]:
        """A parameter or a literal that is the answer."""
        wanted = [example.result for example in self.examples]
        for k, (name, t) in enumerate(self.spec.params):
            if t is self.goal_type and all(e.arguments[k] == w for e, w in zip(self.examples, wanted, strict=True)):
                yield Candidate(name, "search", INPUT_BITS)
        for literal in self.literals:
            if literal.type is self.goal_type and all(literal.value == w for w in wanted):
                yield Candidate(show_value(literal.value, literal.type), "search", literal.bits)

    def _level(self) -> Iterator[tuple[Hit, float]]:
        operations = self.library.operations
        jobs: list[Job] = []
        current: Type | None = None
        made: list[tuple[Type, int, int]] = []
        for number in self.chosen:
            operation = operations[number]
            if operation.result is not current:
                yield from self._do(jobs, current, made)
                jobs, current = [], operation.result
            rest = self.level - self.costs[number]
            if rest > 0 or not operation.params:
                jobs.extend(self._jobs(number, operation, rest))
        yield from self._do(jobs, current, made)
        for t, first, last in made:
            self.groups.setdefault(t, {}).setdefault(self.level, []).append((first, last))
            yield from self._joins(t, first, last)

    def _jobs(self, number: int, operation: Operation, rest: int) -> Iterator[Job]:
        """An operation on all arguments that cost `rest` together."""
        groups = [self.groups.get(p) for p in operation.params]
        if not groups:
            if rest == 0:
                yield Job(number, ())
            return
        if not all(groups):
            return
        first = groups[0] or {}
        if len(groups) == 1:
            for span in first.get(rest, ()):
                yield Job(number, (span,))
            return
        second = groups[1] or {}
        for cost, spans in first.items():
            left = rest - cost
            if left <= 0:
                continue
            if len(groups) == 2:
                if operation.commutes and cost > left:
                    continue
                for a in spans:
                    for b in second.get(left, ()):
                        if operation.commutes and cost == left and b[0] < a[0]:
                            continue
                        yield Job(number, (a, b), operation.commutes and a == b)
                continue
            third = groups[2] or {}
            for other, others in second.items():
                for c in third.get(left - other, ()):
                    for a in spans:
                        for b in others:
                            yield Job(number, (a, b, c))

    def _do(self, jobs: list[Job], t: Type | None, made: list[tuple[Type, int, int]]) -> Iterator[tuple[Hit, float]]:
        if not jobs or t is None or self.bank.full or time.process_time() > self.end:
            return
        first = self.bank.count
        for start in range(0, len(jobs), MOST_JOBS):
            going = self.bank.run(jobs[start : start + MOST_JOBS], pulse=self._pulse)
            for hit in self.bank.hits():
                yield hit, 0.0
            if not going:
                break
        if self.bank.count > first:
            made.append((t, first, self.bank.count))

    def _pulse(self) -> bool:
        bank = self.bank
        self.progress(Progress(bank.candidates, self.level / UNITS, bank.count, bank.used))
        return time.process_time() < self.end

    # Meeting in the middle -------------------------------------------------------------------------------------------
    def _joins(self, t: Type, first: int, last: int) -> Iterator[tuple[Hit, float]]:
        """Each new value with what it would need beside it to give the goal."""
        if t is not self.goal_type or self.bank.full or time.process_time() > self.end:
            return
        jobs: list[Job] = []
        numbers = _by_text(self.library)
        for k, join in enumerate(JOINS.get(t, ())):
            operation = numbers.get((join.probe.translate(_SWAP) if join.probe.startswith("b") else join.probe, (t, t)))
            if operation is None:
                continue
            for g, value in enumerate(self.goal_values):
                wanted = (value, value + 1)
                ranges = ((first, last), wanted) if join.probe.startswith("b") else (wanted, (first, last))
                jobs.append(Job(operation, ranges, tag=1 + k * len(self.goals) + g))
        self.bank.run(jobs, probe=True, pulse=self._pulse)
        for hit in self.bank.hits():
            # what is met need not give the goal (a quotient leaves a remainder): it is made, and seen to be one
            rule = JOINS[t][(hit.tag - 1) // len(self.goals)]
            theirs = hit.arguments[0] if rule.probe.startswith("b") else hit.arguments[1]
            made = numbers.get((rule.made, (t, t)))
            if made is not None and hit.met >= 0 and hit.met not in self.goal_values:
                extra = self._cost_of(hit.met) + self.costs[made] / UNITS
                self.bank.run([Job(made, ((theirs, theirs + 1), (hit.met, hit.met + 1)))], pulse=self._pulse)
                for found in self.bank.hits():
                    yield found, extra

    # Programs -----------------------------------------------------------------------------------------------------------
    def _candidate(self, hit: Hit, bits: float) -> Candidate:
        goal = self.goals[-1 - hit.met]
        operation = self.library.operations[hit.operation]
        text = self._applied(operation.text, [self.text_of(v) for v in hit.arguments[: len(operation.params)]])
        if goal.text != "a":
            text = self._applied(goal.text, [text])
        return Candidate(text, "search", bits + goal.bits)

    def _cost_of(self, value: int) -> float:
        for groups in self.groups.values():
            for cost, spans in groups.items():
                if any(a <= value < b for a, b in spans):
                    return cost / UNITS
        return self.level / UNITS

    def text_of(self, value: int) -> str:
        """The phrase whose value this is."""
        leaf = self.leaves.get(value)
        if leaf is not None:
            return leaf
        number, arguments = self.bank.origin(value)
        if number >= len(self.library.operations):
            return "?"  # a goal as a value of its own
        operation = self.library.operations[number]
        return self._applied(operation.text, [self.text_of(v) for v in arguments[: len(operation.params)]])

    def _applied(self, text: str, arguments: Sequence[str]) -> str:
        given = dict(zip(NAMES, arguments, strict=False))
        return _NAME.sub(lambda found: _grouped(given[found.group()]), text)


def _grouped(text: str) -> str:
    return text if _ATOM.fullmatch(text) else f"({text})"


_SWAP: Final = str.maketrans("ab", "ba")


def _by_text(library: Library) -> dict[tuple[str, tuple[Type, ...]], int]:
    return {(o.text, o.params): k for k, o in enumerate(library.operations)}


class SearchProposer:
    """The search as a proposer. `library` is loaded when it is first needed; `priors` and `said` read the intent's words."""

    name = "search"

    def __init__(
        self,
        library: Callable[[], Library],
        priors: Callable[[Spec], Mapping[str, float]] | None = None,
        said: Callable[[Spec], Sequence[Literal]] | None = None,
        progress: Callable[[Progress], None] | None = None,
    ) -> None:
        self.library, self.priors, self.said, self.progress = library, priors, said, progress

    def propose(self, spec: Spec, feedback: Sequence[Feedback]) -> Iterator[Candidate]:
        """Programs that agree with the examples; nothing without examples or without a result's type."""
        if not spec.examples or spec.result is None:
            return
        priors = self.priors(spec) if self.priors else {}
        said = self.said(spec) if self.said else ()
        yield from Search(self.library(), spec, priors, said, progress=self.progress).run()
