"""Every word's examples are phrases that hold, and every declaration is complete."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from importlib import import_module

import pytest

from siglum.frontend.phrase import typed
from siglum.frontend.phrase.language import Language
from siglum.frontend.phrase.reference import evaluate
from siglum.vocab import SUBJECTS
from siglum.vocab.declare import Overload, Vocabulary, overloads_in, vocabulary

WORDS = vocabulary()
LANGUAGE = Language(WORDS)
OVERLOADS = [o for name in WORDS.names() for o in WORDS.overloads(name)]


@pytest.fixture
def nothing_to_read() -> Iterator[None]:
    """Standard input is empty."""
    kept, empty = os.dup(0), os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    yield
    os.dup2(kept, 0)
    os.close(kept)
    os.close(empty)


@pytest.mark.parametrize("overload", OVERLOADS, ids=repr)
def test_examples_hold(overload: Overload, nothing_to_read: None, capfd: pytest.CaptureFixture[str]) -> None:
    assert len(set(overload.examples)) >= 2
    for example in overload.examples:
        tree = LANGUAGE.read(example).main
        assert evaluate(tree, []) is True, example
    capfd.readouterr()


@pytest.mark.parametrize("overload", OVERLOADS, ids=repr)
def test_examples_use_the_overload(overload: Overload) -> None:
    def words(node: object) -> Iterator[object]:
        if isinstance(node, typed.Call):
            yield node.overload
        for name in getattr(type(node), "__slots__", ()):
            part = getattr(node, name, None)
            for inner in part if isinstance(part, tuple) else (part,):
                if type(inner).__module__ == typed.__name__ and not isinstance(inner, typed.Binder):
                    yield from words(inner)

    if overload.name != "else":
        assert any(overload in words(LANGUAGE.read(example).main.body) for example in overload.examples)


def test_doc_lines_are_sentences() -> None:
    assert [o for o in OVERLOADS if not o.doc.endswith(".") or len(o.doc) > 130] == []


@pytest.mark.parametrize("subject", SUBJECTS)
def test_signatures_and_contracts_of_a_subject(subject: str, golden: Callable[[str, str], None]) -> None:
    shown = []
    for o in overloads_in(import_module(f"siglum.vocab.{subject}")):
        inside = " ".join(str(t) for _, t in o.params)
        notes = "".join(f" !{e}" for e in sorted(o.effects)) + (" wraps" if o.wraps else "")
        other = f" ({', '.join(o.synonyms)})" if o.synonyms else ""
        shown.append(f"{o.name}{other} : {inside + ' ' if inside else ''}-> {o.result}{notes}\n    {o.doc}\n")
        shown.extend(f"    {example}\n" for example in o.examples)
    golden(f"words/{subject}.txt", "".join(shown))


@pytest.mark.parametrize(("given", "same"), [("[3 1] sorted", "[3 1] sort"), ("[1 2] foldl 0 +", "[1 2] fold 0 +")])
def test_other_names_are_read(given: str, same: str) -> None:
    assert evaluate(LANGUAGE.read(given).main, []) == evaluate(LANGUAGE.read(same).main, [])


def test_a_synonym_of_nothing_is_refused() -> None:
    with pytest.raises(TypeError, match="no word"):
        Vocabulary(OVERLOADS, {"whatever": "nowhere"})
    with pytest.raises(TypeError, match="a word and a synonym"):
        Vocabulary(OVERLOADS, {"sort": "order"})
