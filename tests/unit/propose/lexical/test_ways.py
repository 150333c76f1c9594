"""Ways to ask for the same: what `ways.txt` lists under a phrase is read as something that does the same.

A paragraph of `ways.txt` starts with a signature and a phrase of the language; the lines below it are English for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest
from benchmarks.english import measure

from siglum import pipeline
from siglum.errors import Stop
from siglum.frontend.phrase.reference import evaluate
from siglum.frontend.phrase.typed import Definition
from siglum.propose.lexical import LexicalProposer
from siglum.records import Example, Spec

FUEL = 200_000
INPUTS = 8
CHEAPEST = 8
"""Readings that are looked at: two examples decide among them."""


class Ways(NamedTuple):
    """A phrase of the language over a signature, and English for it."""

    signature: str
    phrase: str
    english: tuple[str, ...]


def listed() -> list[Ways]:
    paragraphs = (Path(__file__).parent / "ways.txt").read_text().split("\n\n")
    found = []
    for head, *english in (p.splitlines() for p in paragraphs):
        signature, phrase = head.split(" | ", 1)
        found.append(Ways(signature, phrase, tuple(english)))
    return found


@cache
def meant(ways: Ways) -> Definition:
    params, result = pipeline.parse_signature(ways.signature)
    return pipeline.language().read(ways.phrase, params, result).main


def outcome(program: Definition, arguments: tuple[Any, ...]) -> Any:
    try:
        return evaluate(program, arguments, fuel=FUEL)
    except (Stop, RecursionError) as stop:
        return type(stop)


def inputs(ways: Ways) -> Iterator[tuple[Any, ...]]:
    """Arguments on which the phrase does not stop."""
    params, _ = pipeline.parse_signature(ways.signature)
    random = Random(ways.phrase)
    while True:
        drawn = tuple(measure.value(t, random) for _, t in params)
        arguments = tuple(measure.related(a, drawn, random) for a in drawn)
        if not isinstance(outcome(meant(ways), arguments), type):
            yield arguments


def agrees(program: Definition | None, ways: Ways, given: list[tuple[Any, ...]]) -> bool:
    return program is not None and all(measure.same(outcome(program, a), outcome(meant(ways), a)) for a in given)


@pytest.mark.parametrize("ways", listed(), ids=lambda ways: ways.phrase)
def test_english_is_read_as_the_phrase_that_it_stands_under(ways: Ways) -> None:
    params, result = pipeline.parse_signature(ways.signature)
    given = list(islice(inputs(ways), INPUTS))
    wrong = []
    for english in ways.english:
        examples = tuple(Example(a, outcome(meant(ways), a)) for a in given[:2])
        spec = Spec(params, result, examples=examples, phrase=english)
        found = islice(LexicalProposer().propose(spec, []), CHEAPEST)
        if not any(agrees(measure.read(c.text, spec), ways, given) for c in found):
            wrong.append(english)
    assert wrong == []


def test_every_phrase_has_several_ways_to_ask_for_it() -> None:
    assert all(ways.english for ways in listed())
    assert len({english for ways in listed() for english in ways.english}) > 500
