"""A language model that is asked about an intent beside the search: who it is, what it has said, what that has cost.

Imports `propose`, `records`, `errors` and its siblings.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from siglum.errors import EnvironmentFault, SiglumError, UserError
from siglum.propose.apart import Apart
from siglum.propose.beside import Beside
from siglum.records import Candidate, Feedback, Spec

if TYPE_CHECKING:
    from siglum.propose.model.proposer import ModelProposer

SECONDS: Final = 30.0
"""How long a model is waited for where nobody says it."""
MOST_SECONDS: Final = 3600.0
SLACK_S: Final = 0.5
"""So much later than a request would end by itself its thread is ended: what the request says is the better message."""
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
    package; E-006 a time that is none; E-041 no URL, or no name of a variable; `EnvironmentFault` E-306 for a variable that is
    not set, a missing package, or an endpoint that was to say what its model is called and cannot be reached.
    """
    from siglum.propose.model.proposer import from_endpoint, from_package
    from siglum.propose.model.wire import Limits

    if not 0 < model.seconds <= MOST_SECONDS:
        what = f"{model.seconds} seconds for a model are outside 0..{MOST_SECONDS:.0f}"
        raise UserError(what, None, "give a number above 0", "E-006")
    if not model.name.strip() and not model.url:
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
    from siglum.propose.lexical.embedding import embedding
    from siglum.propose.lexical.proposer import retrieve

    said = retrieve(spec.phrase, spec.params, spec.result, embedding()) if spec.phrase.strip() else []
    found = [word for word, _ in said]
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
