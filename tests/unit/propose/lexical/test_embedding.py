"""The optional embedding model: who asks it, what is said of it, and what becomes of a package that is broken."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from siglum.cli.frame import run
from siglum.frontend.phrase.parser import parse_signature
from siglum.intents.advice import retrieved
from siglum.propose.lexical import LexicalProposer, embedding
from siglum.propose.lexical.proposer import MOST_REWORDED, REWORDINGS, reworded
from siglum.proposing import proposers
from siglum.records import Spec

PARAMS, RESULT = parse_signature("xs:[i64] -> i64")
EXAMPLES = ["-e", "[1,9,3] -> 9", "-e", "[5,2,7] -> 7"]
TEXT = "the frobest number"


class Likening:
    """A model that finds some texts near one word; `fault` is as of the real one."""

    fault = ""

    def __init__(self, word: str, near: dict[str, float]) -> None:
        self.word, self.near = word, near

    def similar(self, query: str, texts: Sequence[str]) -> list[float]:
        return [self.near.get(text, 0.0) if query == self.word else 0.0 for text in texts]


FROBEST = Likening("frobest", {"largest": 0.8, "smallest": 0.6, "shortest": 0.5, "longest": 0.4})


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """`installed(model)`: it is the installed one, None for none."""
    return lambda model: monkeypatch.setattr(embedding, "embedding", lambda: model)


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    capsys.readouterr()
    run(["propose", *arguments, "--json"])
    return json.loads(capsys.readouterr().out)  # type: ignore[no-any-return]


# where the model has a say --------------------------------------------------------------------------------------


def test_an_unknown_word_is_read_as_what_it_is_near_to() -> None:
    spec = Spec(PARAMS, RESULT, phrase=TEXT)
    assert "xs maximum" not in [c.text for c in LexicalProposer().propose(spec, [])]
    found = list(LexicalProposer(FROBEST).propose(spec, []))
    texts = [c.text for c in found]
    assert texts.index("xs maximum") < texts.index("xs minimum")
    assert len(texts) == len(set(texts)) <= 300 + REWORDINGS * MOST_REWORDED


def test_what_is_farther_costs_more() -> None:
    assert [text for text, _ in reworded(TEXT, PARAMS, FROBEST)] == [
        "the largest number",
        "the smallest number",
        "the shortest number",
    ]
    bits = [cost for _, cost in reworded(TEXT, PARAMS, FROBEST)]
    assert 0 < bits[0] < bits[1] < bits[2]


@pytest.mark.parametrize("text", ["the largest number", "the gizmo", "frobest zzz qqq", "xs"])
def test_a_text_without_a_likened_word_is_not_read_again(text: str) -> None:
    assert list(reworded(text, PARAMS, FROBEST)) == []


def test_proposers_and_prompts_use_the_installed_model(installed: Callable[[Any], None]) -> None:
    spec = Spec(PARAMS, RESULT, phrase=TEXT)
    installed(None)
    without = retrieved(spec)
    assert "maximum" not in without
    installed(FROBEST)
    assert retrieved(spec)[0] == "maximum"
    lexical = proposers()[0]
    assert "xs maximum" in [c.text for c in lexical.propose(spec, [])]


# what is said of it ---------------------------------------------------------------------------------------------


def test_it_is_noted_what_a_word_was_likened_to(installed: Callable[[Any], None], capsys: pytest.CaptureFixture[str]) -> None:
    installed(FROBEST)
    report = told(capsys, f"{TEXT} gizmo", *EXAMPLES)
    assert report["candidates"][0]["text"] == "xs maximum"
    assert report["notes"] == [
        "not understood, and left out: `gizmo`",
        "the embedding model likens `frobest` to `largest`, `smallest`, `shortest`",
    ]


def test_without_a_model_nothing_is_said(installed: Callable[[Any], None], capsys: pytest.CaptureFixture[str]) -> None:
    installed(None)
    assert told(capsys, TEXT, *EXAMPLES)["notes"] == ["not understood, and left out: `frobest`"]


# the package ----------------------------------------------------------------------------------------------------


class Vectors(list[list[float]]):
    """As much of an array as is used."""

    def __matmul__(self, other: list[float]) -> Vectors:
        return Vectors([[sum(a * b for a, b in zip(row, other, strict=True)) for row in self]])

    def tolist(self) -> list[float]:
        return self[0]


@pytest.fixture
def package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ModuleType]:
    """A stand-in for the package, whose texts have letters' counts for vectors; `asked` is how it was loaded."""
    module = ModuleType(embedding.PACKAGE)
    module.__file__ = str(tmp_path / "__init__.py")
    module.asked, module.embedded = [], []  # type: ignore[attr-defined]

    class Model:
        def embed(self, texts: str | list[str], norm: bool) -> Vectors:
            module.embedded.append(texts)
            found = []
            for text in [texts] if isinstance(texts, str) else texts:
                counts = [float(text.count(letter)) for letter in "abc"]
                length = sum(c * c for c in counts) ** 0.5
                found.append([c / length if length else float("nan") for c in counts])
            return Vectors(found)

    class WordLlama:
        @staticmethod
        def load(cache_dir: Path, disable_download: bool) -> Model:
            module.asked.append((cache_dir, disable_download))
            return Model()

    module.WordLlama = WordLlama  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, embedding.PACKAGE, module)
    yield module


def test_it_is_loaded_at_its_first_use_and_never_downloads(package: ModuleType, tmp_path: Path) -> None:
    model = embedding.Embedding()
    assert package.asked == []
    assert model.similar("a", ["a", "ab", "c", "", "zz"]) == [1.0, 0.707, 0.0, 0.0, 0.0]
    assert model.similar(" ", ["a"]) == [0.0]
    assert package.asked == [(tmp_path, True)]
    assert model.fault == ""


def test_vectors_of_the_texts_are_made_once(package: ModuleType) -> None:
    model = embedding.Embedding()
    for query in "abc":
        model.similar(query, ("ab", "bc"))
    assert package.embedded.count(["ab", "bc"]) == 1


def test_a_package_that_does_not_load_is_done_without_and_named(
    monkeypatch: pytest.MonkeyPatch, package: ModuleType, installed: Callable[[Any], None], capsys: pytest.CaptureFixture[str]
) -> None:
    def missing(**_: object) -> None:
        raise FileNotFoundError("Weights file not found\n\x1b[31m" + "x" * 500)

    monkeypatch.setattr(package.WordLlama, "load", missing)
    installed(embedding.Embedding())
    report = told(capsys, f"the sum of the frobs {TEXT}", "-e", "[1,2] -> 3", "-e", "[5] -> 5")
    assert report["candidates"][0]["text"] == "xs sum"
    assert report["notes"][0].startswith("not understood, and left out: ")
    assert report["notes"][1].startswith("the embedding model does not load, and is left out: FileNotFoundError: Weights file")
    assert report["notes"][1].endswith("pip install --force-reinstall 'siglum[embedding]'")
    assert report["notes"][1].isprintable()


def test_a_package_that_cannot_be_imported_is_one_that_does_not_load(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, embedding.PACKAGE, None)
    model = embedding.Embedding()
    assert model.similar("sum", ["total"]) == [0.0]
    assert model.fault.startswith("ModuleNotFoundError: ")


def test_the_process_keeps_its_logging(package: ModuleType) -> None:
    before = list(logging.getLogger().handlers)
    embedding.Embedding().similar("a", ["a"])
    assert logging.getLogger().handlers == before


@pytest.mark.parametrize("there", [True, False])
def test_whether_it_is_installed_is_looked_up_without_importing_it(monkeypatch: pytest.MonkeyPatch, there: bool) -> None:
    monkeypatch.setattr(embedding, "find_spec", lambda name: object() if there else None)
    embedding.embedding.cache_clear()
    try:
        assert (embedding.embedding() is not None) is there
        assert embedding.embedding() is embedding.embedding()
    finally:
        embedding.embedding.cache_clear()
