"""The proposer that asks a language model. Imports `siglum.records`, `siglum.errors` and its siblings.

A round is one request: its prompt holds the words that `retrieve` gives for the Spec, and what became of earlier candidates.
Where all of them have failed there is another one. A reply that holds nothing usable, or was cut inside its first candidate, is
asked for again, and with half the words where the prompt was too long; every request is counted.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

from siglum.errors import EnvironmentFault, SiglumError, UserError, echo
from siglum.propose.model import prompt
from siglum.propose.model.chat import MAX_TOKENS, Endpoint, Reply, Request, Source, Usage
from siglum.propose.model.grammar import export
from siglum.propose.model.reading import Reading, reading_of, reads
from siglum.propose.model.texts import texts_in
from siglum.propose.model.wire import FAULT, Limits, Stopped
from siglum.records import Candidate, Feedback, Spec

MOST_WORDS: Final = 32
LEAST_WORDS: Final = 3
"""Words in a prompt, and how few may be left of them where it is too long for a model."""

MOST_PHRASES: Final = 5
FIRST_COST: Final = 12.0
"""Bits of the first candidate of a reply; each after it has one more."""

UNTYPED: Final = 8.0
"""Bits more for a text that is no phrase with types, which only repair can make use of."""

WARMER: Final = 0.4
"""Temperature added in each round after the first."""

NARROW_TYPES: Final = 3
NARROW_GIVEN: Final = 2
LONGEST_GRAMMAR: Final = 600_000
"""How wide the grammar of a request is, and how many characters it may have: it goes along with every request."""

MOST_NAMED: Final = 20
LONGEST_NAME: Final = 40
"""Models of an endpoint that are named where none was, and characters of each."""

_TOO_LONG: Final = re.compile(r"context (?:window|size|length)|prompt is too long|too many tokens|maximum context", re.I)

Retrieve = Callable[[Spec], Sequence[str]]


class ModelProposer:
    """Candidates of a language model. `fault` is the last thing that went wrong, None while nothing did: an endpoint that does
    not answer (exit 3), or replies without a phrase (exit 4). `usage` is what asking has cost.
    """

    def __init__(
        self, source: Source, retrieve: Retrieve, *, rounds: int = 3, retries: int = 2, phrases: int = MOST_PHRASES
    ) -> None:
        """`rounds` requests are made at most, each again up to `retries` times; each asks for up to `phrases` phrases."""
        self.source, self.retrieve = source, retrieve
        self.rounds, self.retries, self.phrases = rounds, retries, phrases
        self.fault: SiglumError | None = None
        self._prepared: tuple[Spec, _Form] | None = None

    @property
    def name(self) -> str:
        return f"model {echo(self.source.model)}"

    @property
    def usage(self) -> Usage:
        return self.source.usage

    def stop(self) -> None:
        """Ends the request that another thread may be waiting for; the candidates end."""
        self.source.stop()

    def prepare(self, spec: Spec) -> None:
        """Makes what requests for `spec` hold, which takes up to a second; `propose` of the same object finds it."""
        form = self._form_of(spec)
        if self.source.takes_grammar:
            form.request.grammar()
        self._prepared = spec, form

    def _form_of(self, spec: Spec) -> _Form:
        if self._prepared is not None and self._prepared[0] is spec:
            return self._prepared[1]
        return _form(spec, prompt.known(self.retrieve(spec), MOST_WORDS), self.phrases)

    def close(self) -> None:
        """Gives back what the model holds, its memory above all."""
        self.source.close()

    def propose(self, spec: Spec, feedback: Sequence[Feedback]) -> Iterator[Candidate]:
        if not spec.phrase.strip() and not spec.examples:
            return
        self.fault = None
        form = self._form_of(spec)
        given = {f.candidate.text for f in feedback}
        told = -1
        for number in range(self.rounds):
            if len(feedback) == told:
                return
            told = len(feedback)
            asked: dict[str, Any] = {"user": prompt.user_prompt(spec, feedback), "temperature": min(1.0, WARMER * number)}
            found = self._round(form.request._replace(**asked), spec)
            while self.fault is not None and _TOO_LONG.search(self.fault.message) and len(form.words) > LEAST_WORDS:
                form = _form(spec, form.words[: len(form.words) // 2], self.phrases)
                self.usage.retries += 1
                found = self._round(form.request._replace(**asked), spec)
            new = [c for c in found if c.text not in given]
            for candidate in new:
                given.add(candidate.text)
                yield candidate
            if self.fault is not None or not {c.text for c in new} <= {f.candidate.text for f in feedback}:
                return

    def _round(self, request: Request, spec: Spec) -> list[Candidate]:
        """The candidates of one request, asked again where its replies hold none; none where that was in vain."""
        for attempt in range(self.retries + 1):
            self.usage.retries += attempt > 0
            try:
                replies = self.source.ask(request)
            except Stopped:
                self.fault = EnvironmentFault("the request was stopped", None, "", FAULT)
                return []
            except SiglumError as fault:
                self.fault = fault
                return []
            found = [c for reply in replies for c in self._candidates(reply, spec)]
            if found:
                self.fault = None
                return found
            if any(r.cut for r in replies):
                request = request._replace(max_tokens=2 * request.max_tokens)
        self.fault = self._unusable(replies)
        return []

    def _candidates(self, reply: Reply, spec: Spec) -> Iterator[Candidate]:
        texts = texts_in(reply.text, reply.cut, lambda text: reads(text, spec))
        readings = [(reading_of(found.text, spec), found.where) for found in texts.found]
        usable: dict[str, tuple[Reading, str]] = {}
        for reading, where in readings:
            if reading is not None:
                usable.setdefault(reading.text, (reading, where))
        for rank, (reading, where) in enumerate(usable.values()):
            cost = FIRST_COST + rank + (0.0 if reading.typed else UNTYPED)
            yield Candidate(reading.text, self.name, cost, tuple(filter(None, (where, reading.how))))

    def _unusable(self, replies: Sequence[Reply]) -> SiglumError:
        asked = f"asked {self.retries + 1} times"
        if any(r.cut for r in replies):
            message, code = f"reply ended inside a block (max_tokens?), {asked}", "E-036"
            return SiglumError(message, None, f"allow more than {MAX_TOKENS} tokens, or ask a terser model", code, 4)
        return SiglumError(f"no reply holds a phrase, {asked}", None, "ask another model", "E-035", 4)


class _Form(NamedTuple):
    """What is asked of these words, less the task itself."""

    words: Sequence[str]
    request: Request


def _form(spec: Spec, words: Sequence[str], phrases: int) -> _Form:
    grammar = cache(lambda: _grammar(spec, words, phrases))
    schema = export.json_schema(spec.params, words, phrases)
    return _Form(words, Request(prompt.system_prompt(words, phrases), "", grammar, schema))


def _grammar(spec: Spec, words: Sequence[str], phrases: int) -> str:
    """The grammar of a reply, narrow enough to be sent along; empty where none is, or where no phrase of these words gives the
    result.
    """
    try:
        made = export.gbnf(spec.params, spec.result, words, phrases, NARROW_TYPES, NARROW_GIVEN)
    except UserError:
        return ""
    return made if len(made) <= LONGEST_GRAMMAR else ""


def from_endpoint(
    url: str, model: str, retrieve: Retrieve, key_variable: str = "", limits: Limits | None = None, constrained: bool = True
) -> ModelProposer:
    """The proposer for `model` of the endpoint at `url`. `key_variable`, if given, names the environment variable with the key.

    Asks nothing yet, but for the model's name where it is empty. Raises `UserError`: E-041 for a URL that is none, E-001 where no
    model is named and the endpoint does not list exactly one; `EnvironmentFault` for a variable that is not set.
    """
    key = ""
    if key_variable:
        key = os.environ.get(key_variable, "").strip()
        if not key:
            message = f"the environment variable {echo(key_variable)} is not set"
            raise EnvironmentFault(message, None, "set it to the endpoint's key", FAULT)
    endpoint = Endpoint(url, model.strip(), key, limits, constrained)
    if not endpoint.model:
        listed = endpoint.check()
        if len(listed) != 1:
            there = f"; {endpoint.address} has {', '.join(name[:LONGEST_NAME] for name in listed[:MOST_NAMED])}" if listed else ""
            raise UserError("no model is named", None, f"name one: --model NAME{there}", "E-001")
        endpoint.model = listed[0]
    return ModelProposer(endpoint, retrieve)


def from_package(model: str, retrieve: Retrieve) -> ModelProposer:
    """The proposer for a model of the package `llm`, which is an extra; its first use may load the model.

    Raises `EnvironmentFault` where the package is missing, `UserError` (E-002) where it has no such model.
    """
    from siglum.propose.model.local import PackagedModel

    return ModelProposer(PackagedModel(model), retrieve)
