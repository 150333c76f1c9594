"""The proposer that asks a model: rounds, what is yielded, what it costs; the rules that every proposer keeps."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from tests.unit.propose.model.fake_endpoint import answering, endpoint
from tests.unit.propose.model.gbnf_reader import Gbnf

from siglum.errors import EnvironmentFault, SiglumError, UserError
from siglum.frontend.phrase.parser import parse_signature
from siglum.propose.beside import Beside
from siglum.propose.conformance import faults
from siglum.propose.model import local
from siglum.propose.model.chat import Reply, Request, Usage
from siglum.propose.model.proposer import FIRST_COST, UNTYPED, ModelProposer, from_endpoint, from_package
from siglum.records import Candidate, Example, Feedback, Spec

SPEC = Spec(*parse_signature("xs:[i64] -> i64"), phrase="the sum")


def words(_: Spec) -> Sequence[str]:
    return ("filter", "even", "sum", "len")


class Told:
    """A model that says what it is told, the last thing again and again."""

    def __init__(self, *said: str | SiglumError) -> None:
        self.said = list(said)
        self.model, self.usage = "told", Usage()
        self.asked: list[Request] = []
        self.takes_grammar = True

    def ask(self, request: Request) -> list[Reply]:
        self.asked.append(request)
        self.usage.requests += 1
        said = self.said.pop(0) if len(self.said) > 1 else self.said[0]
        if isinstance(said, SiglumError):
            raise said
        return [Reply(said, False)]

    def stop(self) -> None:
        pass


def test_candidates_come_in_the_order_of_the_reply_each_costing_more() -> None:
    found = list(ModelProposer(Told("xs sum\nxs length"), words).propose(SPEC, []))
    assert [(c.text, c.cost) for c in found] == [("xs sum", FIRST_COST), ("xs length", FIRST_COST + 1)]
    assert found[0].notes == ("line 1",)


def test_texts_that_are_no_phrases_come_too_for_repair_but_cost_more() -> None:
    found = list(ModelProposer(Told("```\nxs frobnicate\n```"), words).propose(SPEC, []))
    assert [(c.text, c.cost) for c in found] == [("xs frobnicate", FIRST_COST + UNTYPED)]


def test_nothing_is_proposed_twice() -> None:
    told = [Feedback(Candidate("xs length", "lexical"), "example", "no")]
    source = Told("xs sum\nfilter even sum", "xs sum\nxs filter even sum")
    found = []
    for candidate in ModelProposer(source, words).propose(SPEC, told):
        found.append(candidate.text)
        told.append(Feedback(candidate, "example", "no"))
    assert found == ["xs sum", "xs filter even sum"]
    assert len(source.asked) == 2


def test_without_news_no_further_round_is_asked() -> None:
    source = Told("xs sum")
    assert [c.text for c in ModelProposer(source, words, rounds=5).propose(SPEC, [])] == ["xs sum"]
    assert len(source.asked) == 1


def test_where_one_of_a_reply_has_passed_no_further_round_is_asked() -> None:
    source, told = Told("xs sum\nxs length", "xs first else 0"), list[Feedback]()
    for candidate in ModelProposer(source, words).propose(SPEC, told):
        if candidate.text != "xs sum":
            told.append(Feedback(candidate, "example", "no"))
    assert len(source.asked) == 1


def test_later_rounds_are_warmer() -> None:
    source, told = Told("xs sum", "xs length", "xs first else 0"), list[Feedback]()
    for candidate in ModelProposer(source, words).propose(SPEC, told):
        told.append(Feedback(candidate, "example", "no"))
    assert [r.temperature for r in source.asked] == [0.0, 0.4, 0.8]


def test_a_model_is_given_the_words_and_a_grammar_of_them() -> None:
    source = Told("xs sum")
    list(ModelProposer(source, words, phrases=2).propose(SPEC, []))
    request = source.asked[0]
    assert "\nlength [T] -> i64" in request.system
    assert "\nproduct" not in request.system
    assert Gbnf(request.grammar()).accepts("xs filter even sum\nxs length")
    assert request.schema["properties"]["phrases"]["maxItems"] == 2


def test_what_is_asked_can_be_made_ahead_of_time(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Spec] = []

    def retrieved(spec: Spec) -> Sequence[str]:
        made.append(spec)
        return words(spec)

    proposer = ModelProposer(Told("xs sum"), retrieved)
    proposer.prepare(SPEC)
    monkeypatch.setattr("siglum.propose.model.proposer.export.gbnf", lambda *_: pytest.fail("made again"))
    assert [c.text for c in proposer.propose(SPEC, [])] == ["xs sum"]
    assert proposer.source.asked[0].grammar()
    assert made == [SPEC]


def test_a_reply_without_a_phrase_is_asked_for_again() -> None:
    proposer = ModelProposer(Told("I am not sure.", "Let me think.", "xs sum"), words)
    assert [c.text for c in proposer.propose(SPEC, [])] == ["xs sum"]
    assert (proposer.usage.requests, proposer.usage.retries, proposer.fault) == (3, 2, None)


def test_a_prompt_that_is_too_long_for_a_model_is_halved_until_it_fits() -> None:
    fault = EnvironmentFault("Requested tokens (1085) exceed context window of 512")
    many = ("filter", "even", "sum", "length", "sort", "take", "drop", "square")
    source = Told(fault, fault, "xs sum")
    proposer = ModelProposer(source, lambda _: many)
    assert [c.text for c in proposer.propose(SPEC, [])] == ["xs sum"]
    assert [r.system.partition("Words:")[2].count("->") >= 2 for r in source.asked] == [True, True, True]
    assert ["\nsort " in r.system for r in source.asked] == [True, False, False]
    assert (proposer.usage.requests, proposer.usage.retries, proposer.fault) == (3, 2, None)
    hopeless = ModelProposer(Told(fault), lambda _: many)
    assert list(hopeless.propose(SPEC, [])) == []
    assert hopeless.fault is fault
    assert hopeless.usage.requests == 3


def test_the_last_fault_is_kept_and_ends_the_candidates() -> None:
    fault = EnvironmentFault("nobody there")
    proposer = ModelProposer(Told("xs sum", fault), words)
    told: list[Feedback] = []
    for candidate in proposer.propose(SPEC, told):
        told.append(Feedback(candidate, "example", "no"))
    assert proposer.fault is fault


def test_where_nothing_is_wanted_nothing_is_asked() -> None:
    source = Told("xs sum")
    assert list(ModelProposer(source, words).propose(Spec(SPEC.params, SPEC.result), [])) == []
    assert source.asked == []


def test_a_result_that_no_phrase_gives_has_no_grammar() -> None:
    source = Told("nothing")
    spec = Spec(*parse_signature("s:str -> {str:[f64]}"), phrase="odd")
    list(ModelProposer(source, lambda _: (), rounds=1, retries=0).propose(spec, []))
    assert source.asked[0].grammar() == ""


@pytest.mark.parametrize("reply", ["xs sum\nx\ns reverse", "```\nhello\n```", "", '{"phrases": []}'])
def test_it_keeps_the_rules_of_proposers(reply: str) -> None:
    assert faults(ModelProposer(Told(reply), words)) == []


def test_a_model_has_to_be_named_unless_the_endpoint_has_only_one() -> None:
    with endpoint(answering({"data": [{"id": "small"}]})) as server:
        assert from_endpoint(server.url, " ", words).name == "model small"
    several = r"no model is named; name one: --model NAME; 127.* has small, \\x1b\[2Jodd"
    two = answering({"data": [{"id": "small"}, {"id": "\x1b[2Jodd"}]})
    with endpoint(two) as server, pytest.raises(UserError, match=several):
        from_endpoint(server.url, "", words)
    with endpoint(answering({"data": []})) as server, pytest.raises(UserError, match=r"no model is named; .* --model NAME$"):
        from_endpoint(server.url, "", words)


# models of the package `llm`


PACKAGE = """
import sys, time
from types import SimpleNamespace

class UnknownModelError(Exception):
    pass

class Response(list):
    def usage(self):
        return SimpleNamespace(input=100, output=7)

def prompt(text, system, **options):
    assert options == {"max_tokens": 240}, options
    print("what plug-ins say of themselves")
    BEHAVIOUR

model = SimpleNamespace(model_id="tiny", prompt=prompt, Options=SimpleNamespace(model_fields={"max_tokens": None}))

def get_models():
    return [model]

def get_model(name):
    if name != "tiny":
        raise UnknownModelError(name)
    return model
"""


@pytest.fixture
def packaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., ModelProposer]]:
    """A model of a package that stands in for `llm` and behaves as told."""
    made: list[ModelProposer] = []

    def package(behaviour: str, model: str = "tiny") -> ModelProposer:
        (tmp_path / "llm.py").write_text(PACKAGE.replace("BEHAVIOUR", behaviour))
        monkeypatch.syspath_prepend(str(tmp_path))
        made.append(from_package(model, words))
        return made[-1]

    yield package
    for proposer in made:
        proposer.close()


Packaged = Callable[..., ModelProposer]


def test_a_packaged_model_answers_in_pieces(packaged: Packaged) -> None:
    proposer = packaged('return Response(["xs ", "sum"])')
    assert [(c.text, c.origin) for c in proposer.propose(SPEC, [])] == [("xs sum", "model tiny")]
    assert str(proposer.usage) == "1 request, 100 + 7 tokens"
    assert [c.text for c in proposer.propose(SPEC, [])] == ["xs sum"]
    proposer.close()
    assert [c.text for c in proposer.propose(SPEC, [])] == ["xs sum"]


def test_a_packaged_model_that_fails_is_one_line(packaged: Packaged) -> None:
    proposer = packaged('raise RuntimeError("no \\x1b[2J weights")')
    assert list(proposer.propose(SPEC, [])) == []
    assert proposer.fault is not None
    assert proposer.fault.message == "the model tiny of the package llm fails: no \\x1b[2J weights"


def test_a_packaged_model_that_takes_its_process_with_it_is_one_line(packaged: Packaged) -> None:
    proposer = packaged("import os; os.kill(os.getpid(), 11)")
    assert list(proposer.propose(SPEC, [])) == []
    assert proposer.fault is not None
    assert proposer.fault.message == "the model tiny of the package llm fails: its process has ended"
    assert proposer.fault.exit == 3


def test_a_packaged_model_can_be_stopped_wherever_it_is(packaged: Packaged) -> None:
    proposer = packaged("time.sleep(300)")
    beside = Beside(proposer, SPEC)
    assert beside.take(0.5) is None
    start = time.monotonic()
    beside.close()
    assert time.monotonic() - start < 5
    assert list(proposer.propose(SPEC, [])) == []
    assert proposer.usage.requests == 1


def test_an_unknown_packaged_model_is_refused_with_those_there_are(packaged: Packaged) -> None:
    with pytest.raises(UserError, match="has no model 'huge'; models: tiny"):
        packaged("", "huge")


def test_a_package_that_cannot_be_loaded_is_one_line(packaged: Packaged) -> None:
    with pytest.raises(EnvironmentFault, match="the package llm cannot be loaded: IndentationError: expected an indented block"):
        packaged("if True:")


def test_a_missing_package_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "find_spec", lambda name: None)
    with pytest.raises(EnvironmentFault, match=r"the package llm is missing; pip install 'siglum\[llm\]'"):
        from_package("tiny", words)


def test_examples_alone_are_enough_to_ask() -> None:
    source = Told("xs sum")
    spec = Spec(SPEC.params, SPEC.result, examples=(Example(([1, 2],), 3),))
    assert [c.text for c in ModelProposer(source, words).propose(spec, [])] == ["xs sum"]
    assert "xs=[1,2] gives 3" in source.asked[0].user
