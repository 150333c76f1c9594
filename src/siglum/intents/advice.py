"""What a language model says of an intent: asked beside the search, heard when it answers, waited for in the end.

Imports `propose`, `records`, `errors` and its siblings.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from siglum.errors import EnvironmentFault, SiglumError, UserError
from siglum.intents.watching import Watch
from siglum.propose.apart import Apart
from siglum.propose.beside import Beside
from siglum.propose.examine import Program, examined
from siglum.proposing import KEPT_FEEDBACK, Enough, Proposed, patience, spent
from siglum.records import Candidate, Feedback, Spec

if TYPE_CHECKING:
    from siglum.propose.model.proposer import ModelProposer

SECONDS: Final = 30.0
"""How long a model is waited for where nobody says it."""
SLICE_S: Final = 0.1
SLACK_S: Final = 0.5
"""So much later than a request would end by itself its thread is ended: what the request says is the better message."""
NEXT_S: Final = 0.02
"""How long the next candidate of a reply may take to come."""
USUAL: Final = ("map", "filter", "length", "sum", "count", "sort", "take", "reverse", "unique", "join", "fold", "range")
LIKELIEST: Final = 20
"""Words that many programs need; they stand in the prompt behind so many that were retrieved."""
_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Model(NamedTuple):
    """A language model to be asked too. `name` is what the endpoint at `url` calls it, or, without one, the package `llm`;
    `key_variable` is the environment variable with the endpoint's key; it is waited for `seconds` of the clock in all.
    """

    name: str = ""
    url: str = ""
    key_variable: str = ""
    seconds: float = SECONDS


def advice_of(model: Model) -> Advice:
    """The model, not asked yet. Raises `UserError`: E-001 no name, or a key without an endpoint; E-002 no such model in the
    package; E-041 no URL, or no name of a variable; `EnvironmentFault` E-306 for a variable that is not set, a missing package.
    """
    from siglum.propose.model.proposer import from_endpoint, from_package
    from siglum.propose.model.wire import Limits

    if not model.name.strip():
        raise UserError("no model is named", None, "name one: --model NAME", "E-001")
    if model.key_variable and not model.url:
        raise UserError("a key is for an endpoint, and none is named", None, "name it: --model-url URL", "E-001")
    if model.key_variable and not _VARIABLE.fullmatch(model.key_variable):
        # It may be the key itself, so it is not repeated.
        what = "what is given for the key is no name of an environment variable"
        raise UserError(what, None, "put the key into a variable and name that", "E-041")
    if model.url:
        limits = Limits(min(10.0, model.seconds), model.seconds)
        return Advice(from_endpoint(model.url, model.name, retrieved, model.key_variable, limits), model.seconds)
    return Advice(from_package(model.name, retrieved), model.seconds)


def retrieved(spec: Spec) -> list[str]:
    """The words for a prompt: those that the English speaks of, the likeliest first, the usual ones before the last of them."""
    from siglum.propose.lexical.proposer import retrieve

    found = [word for word, _ in retrieve(spec.phrase, spec.params, spec.result)] if spec.phrase.strip() else []
    return [*found[:LIKELIEST], *USUAL, *found[LIKELIEST:]]


class Advice:
    """A model while an intent is looked into. `heard` are its candidates so far, which run `apart`; `fault` is why there is
    nothing, or nothing more, from it, None where nothing went wrong; `proposer` knows the bill.
    """

    def __init__(self, proposer: ModelProposer, seconds: float) -> None:
        self.proposer = proposer
        self.left = seconds
        self.heard: list[Candidate] = []
        self.apart = Apart()
        self._seconds = seconds
        self.fault: SiglumError | None = None
        self._broken_off = False
        self._beside: Beside | None = None
        self._start = 0.0

    @property
    def name(self) -> str:
        return self.proposer.name

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return self._beside is None or self._beside.over

    def begin(self, spec: Spec) -> None:
        """Asks. Does nothing where its time is spent, where something went wrong before, or where it was broken off."""
        self.end()
        if self.left > 0 and self.fault is None and not self._broken_off:
            self.proposer.prepare(spec)  # here, for the search counts the processor time of all threads as its own
            self._start = time.monotonic()
            self._beside = Beside(self.proposer, spec)
            try:
                self.apart.start()
            except EnvironmentFault as fault:
                self.give_up(fault)

    def take(self, seconds: float = 0.0) -> Candidate | None:
        """The next candidate, waited for so long. A model whose time is spent is given up."""
        if self._beside is None:
            return None
        found = self._beside.take(seconds)
        if found is None and not self._beside.over and time.monotonic() - self._start > self.left + SLACK_S:
            what = f"{self.name} gave no whole answer within {self._seconds:g} s"
            self.give_up(EnvironmentFault(what, None, "give it more time: --model-timeout S", "E-306"))
        return found

    def give_up(self, fault: SiglumError) -> None:
        """Ends it for what went wrong."""
        self.fault = fault
        if self._beside is not None:
            self._beside.close()

    def judge(self, failure: Feedback | None) -> None:
        """What became of the candidate that was taken."""
        assert self._beside is not None
        self._beside.judge(failure)

    def end(self) -> None:
        """Nothing more is wanted of the last question; a request that is under way is broken off."""
        if self._beside is not None:
            self._broken_off = not self._beside.over
            self.fault = self.fault or (None if self._broken_off else self.proposer.fault)
            self._beside.close()
            self._beside = None
            self.left -= time.monotonic() - self._start
            self.proposer.close()
        self.apart.close()

    def __str__(self) -> str:
        """Its name, its bill and what went wrong, in one line."""
        return f"{self.name}: {self.proposer.usage}" + (f"; {self.fault.message}" if self.fault else "")

    def as_data(self) -> dict[str, Any]:
        """The same for programs."""
        usage = self.proposer.usage
        return {
            "name": self.proposer.source.model,
            "requests": usage.requests,
            "retries": usage.retries,
            "prompt_tokens": usage.prompt_tokens,
            "reply_tokens": usage.reply_tokens,
            "unreported": usage.unreported,
            "fault": self.fault.as_json() if self.fault else None,
        }


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
