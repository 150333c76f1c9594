"""What was given, resolved: is the text a program or English, what are the types, and is all of it about one function?

Imports `pipeline`, `comparison`, `checking`, `propose` and its siblings.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

from siglum import comparison, pipeline
from siglum.comparison import Program
from siglum.errors import UserError, echo
from siglum.intents import english, evidence
from siglum.intents.advice import Advice, Model, advice_of
from siglum.intents.callables import Reference, property_of
from siglum.invocation import PYTHON, phrase_text
from siglum.ir.types import Type
from siglum.records import Budget, Params, Spec

EXAMPLE: Final = '-e "[1,2,3] -> 6"'
NEEDED: Final = f"give an example: {EXAMPLE}, a file of them: --examples FILE, or a reference: --ref FILE.py:NAME"
SHOWN_BY_REFERENCE: Final = 10
"""So many examples a reference makes for the proposers, which look at examples."""


class Given(NamedTuple):
    """What a face was given. `text` is a phrase, `FILE.py:NAME`, a file with a phrase, or English (`as_intent`: in any case);
    `answers` are more examples; `model` is to be asked too; `nothing_to` names the verb in errors.
    """

    text: str | None = None
    examples: Sequence[str] = ()
    files: Sequence[str] = ()
    answers: Sequence[str] = ()
    reference: Any = None
    properties: Sequence[Any] = ()
    signature: str | None = None
    overflow: str = "stop"
    as_intent: bool = False
    budget: Budget = Budget()
    nothing_to: str = "build"
    model: Model | None = None

    @property
    def evidence(self) -> bool:
        """Whether there is something beside the text that says what is meant."""
        return bool(self.examples or self.files or self.answers or self.reference is not None)


@dataclass(frozen=True)
class Intent:
    """What is wanted, resolved. `program` is there where the text is a program, `reference` where one was given; `stops` are
    inputs on which the program has to stop; `given` counts the examples that people gave; `notes` are for them; `advice` is the
    model that is to be asked.
    """

    spec: Spec
    program: Program | None = None
    reference: Program | None = None
    stops: tuple[tuple[Any, ...], ...] = ()
    given: int = 0
    notes: tuple[str, ...] = ()
    advice: Advice | None = None


def understand(given: Given) -> Intent:
    """The intent that was given. Raises `UserError`: E-001 nothing, E-013 and E-017 what contradicts itself, E-020 an intent
    without an example, E-090 one that is not understood, E-092 a property that cannot be run, and what examples, phrases,
    signatures, Python functions and models are refused for.
    """
    pipeline.check_overflow(given.overflow)
    stated = bool(given.properties) and given.signature is not None
    if given.text is None and not given.evidence and not stated:
        what = 'give a phrase, as in "sumsq xs:[i64] = xs square sum", examples (-e, --examples FILE) or --ref FILE.py:NAME'
        raise UserError(f"nothing to {given.nothing_to}", None, what, "E-001")
    advice = advice_of(given.model) if given.model is not None else None
    return replace(_Reading(given).intent(), advice=advice)


def signature_text(params: Params, result: Type | None) -> str:
    """`xs:[i64] -> i64`."""
    return " ".join([*(f"{name}:{t}" for name, t in params), *(["->", str(result)] if result is not None else [])])


class _Reading:
    """One intent being read; `params` and `result` are what is written of the signature."""

    def __init__(self, given: Given) -> None:
        self.given = given
        self.params: Params | None = None
        self.result: Type | None = None
        self.reference: Program | None = None
        self.notes: list[str] = []
        self._found: dict[tuple[Params | None, Type | None], evidence.Read] = {}
        if given.reference is not None:
            in_python = isinstance(given.reference, str) and PYTHON.fullmatch(given.reference)
            signature = None if in_python else given.signature
            self.reference = comparison.reference_from_python(given.reference, given.overflow, signature)
            self.params, self.result = self.reference.unit.meant.params, self.reference.unit.meant.result
        if given.signature is not None:
            self._take_signature(given.signature)

    def _take_signature(self, text: str) -> None:
        params, result = pipeline.parse_signature(text)
        if self.params is not None and (params, result or self.result) != (self.params, self.result):
            here, there = signature_text(params, result), signature_text(self.params, self.result)
            raise UserError(f"the signature is {here}, the reference's {there}", None, "leave out --signature", "E-071")
        self.params, self.result = params, result or self.result

    def intent(self) -> Intent:
        """The intent, whatever the text is."""
        given = self.given
        if given.text is None:
            return self._wanted("")
        named = PYTHON.fullmatch(given.text)
        if given.as_intent:
            if named:
                raise UserError(f"{echo(given.text)} is no English", None, "leave out --intent", "E-007")
            return self._english(phrase_text(given.text, given.nothing_to)[0])
        try:
            program = self._program(given.text)
        except UserError as refusal:
            if named or refusal.code in ("E-001", "E-008", "E-054"):
                raise
            text, _, _ = phrase_text(given.text, given.nothing_to)
            if not english.is_english(text, self._names(), evidence=given.evidence) or self._is_misspelt(text, refusal):
                if refusal.code == "E-010" and not refusal.extra.get("nearest") and not given.evidence:
                    refusal.fix += f"; English needs an example: {EXAMPLE}"
                raise
            return self._english(text, refusal)
        meant = program.unit.meant
        self.params, self.result = meant.params, meant.result
        if self.reference is not None:
            from siglum.checking import check_same_types

            check_same_types(self.reference.unit, program.unit)
        return replace(self._wanted(""), program=program)

    # Texts ------------------------------------------------------------------------------------------------------------
    def _program(self, text: str) -> Program:
        """The program under the types that are known: its own, those of the reference, or those of the examples."""
        given = self.given
        named = PYTHON.fullmatch(text)
        signature = given.signature
        if signature is None and self.params is not None and not named:
            signature = signature_text(self.params, self.result)
        try:
            return comparison.program_of(text, signature, given.overflow, given.nothing_to)
        except UserError as error:
            if error.code == "E-007" and given.signature is None and not named:
                return comparison.program_of(text, None, given.overflow, given.nothing_to)
            if named or self.params is not None or not given.evidence or english.is_definition(text):
                raise
        read = self._read(None)
        return comparison.program_of(text, signature_text(read.params, read.result), given.overflow, given.nothing_to)

    def _english(self, text: str, refusal: UserError | None = None) -> Intent:
        """The text as an intent; `refusal` is why it is no program."""
        text = text.strip()
        english.check_intent(text)
        asks_model = self.given.model is not None
        ignored = english.check_understood(text, self._read(self.params).params, asks_model=asks_model)
        if not self.given.evidence and self.params is None:
            missing = "an intent in English needs an example"
            if refusal is not None:
                unknown = english.listed(english.unknown_words(text))
                missing = f"{unknown} are no words of the vocabulary, so this is English, which needs an example"
            raise UserError(missing, None, NEEDED, "E-020")
        if refusal is not None and (refusal.code != "E-010" or refusal.extra.get("nearest")):
            unknown_words = english.unknown_words(text, self._names())
            if len(unknown_words) < english.LEAST_UNKNOWN:
                self.notes.append(f"read as English, for as a program it is refused: {refusal.message}")
        self._note_unknown(ignored, asks_model)
        return self._wanted(text)

    def _note_unknown(self, words: Sequence[str], asks_model: bool) -> None:
        """Notes what becomes of words that nothing is known of."""
        near, fault = english.likened(words)
        ignored = words if asks_model else [word for word in words if word not in near]
        if ignored:
            what = "left to the model" if asks_model else "left out"
            self.notes.append(f"not understood, and {what}: {english.listed(ignored)}")
        for word, like in list(near.items())[: english.SHOWN]:
            self.notes.append(f"the embedding model likens {english.listed([word])} to {english.listed(like)}")
        if fault:
            self.notes.append(f"the embedding model does not load, and is left out: {fault}; {english.REINSTALL}")

    def _is_misspelt(self, text: str, refusal: UserError) -> bool:
        """Whether one word is all that is wrong with a program: with one that looks like it, it is one."""
        place, unknown = refusal.place, english.unknown_words(text, self._names())
        if refusal.code != "E-010" or place is None or len(unknown) != 1:
            return False
        line = text.splitlines()[place.line - 1]
        start = text.index(line) + place.column - 1
        for near in refusal.extra.get("nearest", ()):
            with contextlib.suppress(UserError):
                self._program(f"{text[:start]}{near}{text[start + place.length :]}")
                return True
        return False

    def _names(self) -> list[str]:
        """The parameters' names, as far as they are known."""
        return [name for name, _ in self._read(self.params).params]

    def _wanted(self, phrase: str) -> Intent:
        """The Spec of all that was given."""
        given = self.given
        read = self._read(self.params)
        call = Reference(self.reference) if self.reference is not None else None
        properties = tuple(property_of(p, read.params, read.result, given.overflow) for p in given.properties)
        spec = Spec(read.params, read.result, given.overflow, read.examples, phrase, call, properties, given.budget)
        evidence.check_examples(spec)
        if call is not None and len(read.examples) < SHOWN_BY_REFERENCE:
            more = evidence.by_reference(spec, call, SHOWN_BY_REFERENCE - len(read.examples))
            spec = replace(spec, examples=(*read.examples, *more))
            if not spec.examples:
                what = "the reference stops, or does not end, on every input that was tried"
                raise UserError(what, None, "give examples, or a reference that has a result on small inputs", "E-092")
        return Intent(spec, None, self.reference, read.stops, len(read.examples), (*self.notes, *read.notes))

    def _read(self, params: Params | None) -> evidence.Read:
        """The examples and answers under written types, or under none."""
        key = (params, self.result)
        if key not in self._found:
            given = self.given
            self._found[key] = evidence.read(given.examples, given.files, given.answers, params, self.result)
        return self._found[key]
