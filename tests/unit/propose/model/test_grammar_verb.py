"""`siglum grammar`: a grammar or a schema on standard output, one clear line for whatever is wrong."""

from __future__ import annotations

import json

import pytest
from tests.unit.propose.model.gbnf_reader import Gbnf

from siglum.cli.grammar_verb import command
from siglum.cli.verb import Output
from siglum.errors import UserError

SIGNATURE = ["--signature", "xs:[i64] -> i64"]


def run(*arguments: str) -> Output:
    output = command.main(list(arguments), "grammar", standalone_mode=False)
    assert isinstance(output, Output)
    return output


def test_gbnf_is_printed_as_it_is() -> None:
    output = run("--gbnf", *SIGNATURE, "--words", "filter, even sum")
    grammar = Gbnf(output.text)
    assert grammar.accepts("xs filter even sum")
    assert not grammar.accepts("xs length")
    assert output.data == {"gbnf": output.text}


def test_a_schema_is_printed_as_json() -> None:
    output = run("--json-schema", *SIGNATURE, "--words", "filter,sum", "--phrases", "4")
    schema = json.loads(output.text)
    assert schema == output.data["schema"]
    assert schema["properties"]["phrases"]["maxItems"] == 4


def test_without_a_signature_phrases_take_nothing() -> None:
    grammar = Gbnf(run("--gbnf", "--words", "range,sum").text)
    assert grammar.accepts("10 range sum")
    assert grammar.accepts("[1.5 2.5] sum")
    assert not grammar.accepts("sum")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([], "E-001"),
        (["--gbnf", "--json-schema"], "E-007"),
        (["--gbnf", "--words", ","], "E-009"),
        (["--gbnf", "--words", "fliter"], "E-010"),
        (["--json-schema", "--words", "fliter"], "E-010"),
        (["--gbnf", "--words", "\udcff"], "E-008"),
        (["--gbnf", "--phrases", "0"], "E-006"),
        (["--gbnf", "--phrases", "99"], "E-006"),
        (["--gbnf", "--signature", "xs"], "E-041"),
        (["--gbnf", "--signature", "-> {str:i64}", "--words", "sum"], "E-011"),
    ],
)
def test_what_cannot_be_exported_is_refused(arguments: list[str], code: str) -> None:
    with pytest.raises(UserError) as caught:
        run(*arguments)
    assert caught.value.code == code
    assert caught.value.line().isprintable()
