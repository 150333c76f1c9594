"""Hearing a model in one round of a search: its candidates are examined as they come, and what becomes of them is told to all.

Imports `proposing`, `propose`, `records`, `errors` and its siblings.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import Any, Final

from siglum.errors import EnvironmentFault
from siglum.intents.advice import Advice
from siglum.intents.watching import Watch
from siglum.propose.examine import Program, examined
from siglum.proposing import KEPT_FEEDBACK, Enough, Proposed, patience, spent
from siglum.records import Candidate, Feedback, Spec

SLICE_S: Final = 0.1
"""How long a wait is before the person is told of it again."""
NEXT_S: Final = 0.02
"""How long the next candidate of a reply may take to come."""


@dataclass
class Listener:
    """Hears the model in one round of a search. Its programs are kept until the round is over; `seeds` says that there are parts
    of failed candidates which a new round could begin with.
    """

    advice: Advice
    spec: Spec
    lessons: list[tuple[Any, ...]]
    watch: Watch
    more: float
    programs: list[Program] = field(default_factory=list)
    failures: list[Feedback] = field(default_factory=list)
    told: int = 0
    start: float = field(default_factory=spent)
    end: float = inf
    seeds: bool = False

    def recall(self) -> list[Feedback]:
        """Examines again what the model said in rounds before; the failures are what the others know of."""
        try:
            for candidate in self.advice.heard:
                self._examine(candidate)
        except EnvironmentFault as fault:
            self.advice.give_up(fault)
        self.told = len(self.failures)
        return list(self.failures)

    def listen(self) -> None:
        """Examines what has come by now. Raises `Enough` where the others need not go on: enough time has passed since a
        candidate has passed, or all of a reply failed, whose parts are what to begin with.
        """
        before = len(self.failures)
        while self._hear(NEXT_S if len(self.failures) > before else 0.0):
            pass
        now = spent()
        if self.programs:
            if now > self.end:
                raise Enough
        elif len(self.failures) > before and self.watch.best == inf:
            self.seeds = True
            raise Enough

    def rest(self, found: Proposed, *, wait: bool) -> None:
        """Adds what was heard to what others found, what comes until the model is done included where that is waited for."""
        before = len(self.failures)
        try:
            while wait and not self.advice.over and not (self.programs and not self.more):
                self.watch.waiting(self.advice.name)
                self._hear(SLICE_S)
            self.seeds = self.seeds or len(self.failures) > before
        finally:
            for program in self.programs:
                found.alternatives.add(program)
            found.feedback += self.failures[self.told :][: max(0, KEPT_FEEDBACK - len(found.feedback))]
            found.examined += len(self.programs) + len(self.failures)

    def _hear(self, seconds: float) -> bool:
        """Examines the next candidate; whether there was one."""
        candidate = self.advice.take(seconds)
        if candidate is None:
            return False
        try:
            failure = self._examine(candidate)
        except EnvironmentFault as fault:
            self.advice.give_up(fault)
            return False
        self.advice.judge(failure)
        self.advice.heard.append(candidate)
        return True

    def _examine(self, candidate: Candidate) -> Feedback | None:
        """Why a candidate fails; one that passes is kept, to run here from now on."""
        result = examined(self.spec, candidate, self.advice.apart.program)
        if isinstance(result, Feedback):
            self.failures.append(result)
            if self.spec.reference is not None and result.arguments is not None:
                self._learn(result.arguments)
            return result
        if not self.programs:
            now = spent()
            self.end = now + (patience(self.spec, now - self.start, self.more) if self.more else 0.0)
        self.programs.append(Program(candidate, self.spec))
        if candidate.cost < self.watch.best:
            self.watch.best = candidate.cost
            self.watch.found(candidate)
        return None

    def _learn(self, arguments: tuple[Any, ...]) -> None:
        known = {repr(example.arguments) for example in self.spec.examples}
        if repr(arguments) not in known:
            self.lessons.append(arguments)
