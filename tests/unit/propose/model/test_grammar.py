"""The exported grammar: all that it derives are phrases with types, and the phrases that people write are derived."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from tests.golden.tasks import FIFTEEN, TWELVE_PLAIN
from tests.unit.propose.model.gbnf_reader import Gbnf

from siglum.errors import UserError
from siglum.frontend.phrase.lexer import read_tokens
from siglum.frontend.phrase.parser import parse_signature, split_definition
from siglum.propose.examine import language
from siglum.propose.model.grammar.export import gbnf, json_schema, known_words
from siglum.propose.model.grammar.reduce import MAX_GIVEN
from siglum.propose.model.grammar.universe import MAX_TYPES
from siglum.propose.model.proposer import NARROW_GIVEN, NARROW_TYPES
from siglum.vocab.declare import vocabulary

ROOT = Path(__file__).parents[4]
LONGEST = 2000
"""Characters of a phrase; the language refuses some that are much longer, for their number of readings."""

LISTS = "filter map sum even square sort fold first length max take"
TEXT = "words filter length map upper vowel join split counts keys reverse at toggle"


SIGNATURES = ("xs:[i64] n:i64 -> i64", "s:str -> str", "xs:[f64] -> [f64]", "n:i64 -> bool", "ws:[str] -> {str:i64}")


WIDE, NARROW = (MAX_TYPES, MAX_GIVEN), (NARROW_TYPES, NARROW_GIVEN)
"""How grammars are exported, and how they go along with requests."""


@cache
def exported(signature: str, words: str, width: tuple[int, int]) -> Gbnf:
    return Gbnf(gbnf(*parse_signature(signature), words.split(), 1, *width))


def lists(width: tuple[int, int] = WIDE) -> Gbnf:
    return exported("xs:[i64] -> i64", LISTS, width)


def derived(grammar: Gbnf, seed: int, wanted: int) -> list[str]:
    rng = random.Random(seed)
    found: list[str] = []
    while len(found) < wanted:
        text = grammar.derive(rng, rng.choice((4, 7, 10, 14)))
        if len(text) <= LONGEST:
            found.append(text)
    return found


@pytest.mark.parametrize(
    ("signature", "words", "width"),
    [
        ("xs:[i64] -> i64", LISTS, WIDE),
        ("xs:[i64] -> [i64]", "filter scan take drop windows zip left unique range delta min", WIDE),
        ("xs:[f64] -> f64", "sum mean maximum minimum map root round real fold sort at", NARROW),
        ("s:str -> str", TEXT, WIDE),
        ("s:str n:i64 -> [str]", TEXT + " between code text", NARROW),
        ("n:i64 -> [i64]", "trace iterate times until digits range odd half pair factors", WIDE),
        ("xs:[i64] ys:[i64] -> bool", "is in contains index search any all positions compare", WIDE),
        ("m:{str:i64} s:str -> i64?", "get keys values entries left right most first sort", WIDE),
        ("xs:[[i64]] -> [[i64]]", "columns map sort sum concat first chunks flatten outer", NARROW),
        ("x:u64 b:u8 c:char -> u64", "unsigned signed code character min shift bitand", WIDE),
        ("p:(i64, str) -> str", "left right text concat repeat join pair swapped", WIDE),
        ("o:i64? -> i64", "abs square min max", WIDE),
        ("text:str count:i64 -> i64", "count text length words sum", WIDE),
        ("xs:[bool] -> [str]", "not any map text xor", NARROW),
        ("xs:[i64]", "map filter group counts single", WIDE),
        ("-> i64", "range sum pi alphabet length", WIDE),
    ],
)
def test_everything_derived_is_a_phrase_with_types(signature: str, words: str, width: tuple[int, int]) -> None:
    params, result = parse_signature(signature)
    for text in derived(exported(signature, words, width), 1, 30):
        try:
            program = language().read(text, params, result)
        except UserError as refused:
            pytest.fail(f"{text!r} is derived: {refused}")
        assert result is None or program.main.result is result


@pytest.mark.parametrize("seed", range(6))
def test_whatever_the_words_are_everything_derived_is_a_phrase(seed: int) -> None:
    rng = random.Random(seed)
    params, result = parse_signature(rng.choice(SIGNATURES))
    words = rng.sample(sorted(vocabulary().names()), 15)
    try:
        grammar = Gbnf(gbnf(params, result, [*words, "length", "counts"], 1, *NARROW))
    except UserError as refused:
        assert refused.code == "E-011"
        return
    for text in derived(grammar, seed, 30):
        language().read(text, params, result)


MANY_TYPES = ("caesar", "encode", "column", "select_words", "is_nested")
"""Those of the phrases that were measured which no narrow grammar derives."""


@pytest.mark.parametrize("definition", [t.phrase for t in (*TWELVE_PLAIN, *FIFTEEN) if " as " not in t.phrase])
def test_phrases_that_were_measured_are_derived(definition: str) -> None:
    found = split_definition(definition, vocabulary())
    assert found is not None
    _, params, _, _, at = found
    phrase = definition[at:].strip()
    result = language().read(phrase, params).main.result
    words = [str(t.value) for t in read_tokens(phrase, "").all if t.kind == "name" and vocabulary().shape(str(t.value))]
    width = WIDE if definition.split()[0] in MANY_TYPES else NARROW
    assert Gbnf(gbnf(params, result, words, 1, *width)).accepts(phrase)


@pytest.mark.parametrize(
    ("phrase", "derives"),
    [
        ("xs filter even square sum", True),
        ("filter even square sum", True),
        ("xs map (it * 2 + 1) sum", True),
        ("filter (> 1) length", True),
        ("xs fold 0 (acc * 2 + it)", True),
        ("xs filter (it % 2 = 0 and it > 3) sum // 2", True),
        ("(xs sum + 1) * 2", True),
        ("xs length = 0 ? 0 : xs first else 0", True),
        ("xs sum > 3 ? 1 : xs sum < 0 ? 2 : 3", True),
        ("xs sum + 1 | max 3", True),
        ("xs sum - xs length - 1", True),
        ("xs max [1 2 3] sum", True),
        ("xs filter (length) sum", False),
        ("xs length sum", False),
        ("xs = xs", False),
        ("xs sum sum", False),
        ("xs sum +", False),
        ("xs  sum", False),
        ("xs filter", False),
        ("1 < 2 < 3", False),
        ("xs product", False),
        ("", False),
    ],
)
def test_types_decide_what_is_derived(phrase: str, derives: bool) -> None:
    assert lists().accepts(phrase) is derives


def test_a_narrow_grammar_is_much_smaller() -> None:
    assert lists(NARROW).accepts("xs filter (it % 2 = 0) map (it * it) sum")
    assert len(lists(NARROW).rules) < len(lists().rules) / 2


def test_whoever_follows_the_grammar_is_in_no_more_states_for_longer_phrases_and_few_more_for_nested_ones() -> None:
    grammar = lists(NARROW)

    def most(phrase: str) -> int:
        assert grammar.accepts(phrase)
        return max(len(grammar.stacks(phrase[:n])) for n in range(len(phrase)))

    step = " filter (it % 2 = 0 and it > 3)"
    assert most(f"xs{step} sum") == most(f"xs{step * 3} sum")
    flat, once, twice = (most(f"xs map ({body}) sum") for body in ("it * it", "it * (it - 1)", "it * (it - (it + 1))"))
    assert flat < 200
    assert once < 4 * flat
    assert twice < 4 * once


def test_several_phrases_stand_on_a_line_each() -> None:
    params, result = parse_signature("xs:[i64] -> i64")
    grammar = Gbnf(gbnf(params, result, ["sum", "length"], most=2))
    assert grammar.accepts("xs sum")
    assert grammar.accepts("xs sum\nxs length")
    assert not grammar.accepts("xs sum\nxs length\nxs sum")


def test_names_that_are_words_too_are_values_where_a_value_may_stand() -> None:
    params, result = parse_signature("sum:[i64] -> i64")
    grammar = Gbnf(gbnf(params, result, ["sum", "length"]))
    assert grammar.accepts("sum sum")
    assert not grammar.accepts("length")


@pytest.mark.parametrize(
    ("signature", "words", "code"),
    [("s:str -> {str:i64}", ["upper"], "E-011"), ("s:str", ["fliter"], "E-010"), ("s:str", [""], "E-010")],
)
def test_words_that_lead_nowhere_are_refused(signature: str, words: list[str], code: str) -> None:
    with pytest.raises(UserError) as caught:
        gbnf(*parse_signature(signature), words)
    assert caught.value.code == code


def test_words_with_effects_are_left_out_unless_they_are_named() -> None:
    assert "print" not in known_words(None)
    assert known_words(["print", "len"]) == ["print", "length"]


def test_the_same_grammar_every_time() -> None:
    code = (
        "import hashlib, sys; from siglum.frontend.phrase.parser import parse_signature\n"
        "from siglum.propose.model.grammar.export import gbnf\n"
        "kept = [object() for _ in range(int(sys.argv[1]))]\n"
        "text = gbnf(*parse_signature('s:str n:i64 -> [str]'), ['words', 'filter', 'counts', 'keys'])\n"
        "print(hashlib.sha256(text.encode()).hexdigest())"
    )
    found = set()
    for seed in ("1", "20000"):
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", code, seed]
        found.add(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout)
    assert len(found) == 1


def test_the_pattern_of_the_schema_lets_all_phrases_through_and_little_else() -> None:
    params, result = parse_signature("xs:[i64] s:str -> i64")
    words = ["filter", "sum", "length", "at", "code", "words"]
    schema = json_schema(params, words)
    pattern = re.compile(schema["properties"]["phrase"]["pattern"])
    for text in derived(Gbnf(gbnf(params, result, words, 1, *NARROW)), 3, 60):
        assert pattern.search(text), text
    for text in ["import os", "xs.sum()", "xs sum;", "```", "xs  sum", "xs sum ", "\x1b", "xs\nsum", "frobnicate", ""]:
        assert not pattern.search(text), text


def test_a_schema_asks_for_one_phrase_or_for_several() -> None:
    params, _ = parse_signature("xs:[i64]")
    one, several = json_schema(params, ["sum"]), json_schema(params, ["sum"], 3)
    assert one["required"] == ["phrase"]
    assert several["required"] == ["phrases"]
    assert several["properties"]["phrases"]["maxItems"] == 3
    assert not one["additionalProperties"]
