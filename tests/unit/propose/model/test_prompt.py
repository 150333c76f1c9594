"""What a model is told is short: the language, the retrieved words, the task, what failed."""

from __future__ import annotations

import pytest

from siglum.frontend.phrase.parser import parse_signature
from siglum.measure.tokens import count_tokens
from siglum.propose.examine import language
from siglum.propose.model import prompt
from siglum.propose.model.proposer import MOST_PHRASES, MOST_WORDS
from siglum.records import Candidate, Example, Feedback, Spec
from siglum.vocab.declare import vocabulary

PARAMS, RESULT = parse_signature("xs:[i64] n:i64 -> i64")
SPEC = Spec(PARAMS, RESULT, phrase="the sum of the\n n largest", examples=(Example(([3, 1, 2], 2), 5), Example(([], 1), 0)))


def test_the_task_has_its_signature_english_and_examples() -> None:
    assert prompt.user_prompt(SPEC, []) == (
        "Signature: xs:[i64] n:i64 -> i64\n"
        "Task: the sum of the n largest\n"
        "Example: xs=[3,1,2], n=2 gives 5\n"
        "Example: xs=[], n=1 gives 0\n"
        "Phrases:"
    )


def test_what_failed_is_told_with_its_counterexample_or_its_message() -> None:
    told = [
        Feedback(Candidate("xs sum", "model"), "example", "it gives 6, not 5", ([3, 1, 2], 2), "5", "6"),
        Feedback(Candidate("xs \x1b[2J foo", "model"), "text", "unknown word `foo`"),
    ]
    lines = prompt.user_prompt(SPEC, told).split("\n")
    assert lines[-3:-1] == [
        "Wrong: xs sum: for xs=[3,1,2], n=2 wanted 5, got 6",
        "Wrong: xs \\x1b[2J foo: unknown word `foo`",
    ]


def test_only_the_last_failures_and_the_first_examples_are_told() -> None:
    told = [Feedback(Candidate(f"xs at {i}", "model"), "text", "no") for i in range(50)]
    many = Spec(PARAMS, RESULT, examples=tuple(Example(([i], i), i) for i in range(50)))
    text = prompt.user_prompt(many, told)
    assert text.count("Wrong:") == prompt.MOST_FAILED
    assert text.count("Example:") == prompt.MOST_EXAMPLES
    assert "xs at 49" in text


def test_values_of_other_types_and_of_any_size_are_shown_shortly() -> None:
    assert prompt.shown("text", RESULT) == "text"
    assert prompt.shown([1, "a"], PARAMS[0][1]) == "[1,a]"
    assert prompt.shown(None, PARAMS[0][1]) == "None"
    assert prompt.shown("\u202e", None) == "'\\u202e'"
    assert len(prompt.shown(list(range(10_000)), PARAMS[0][1])) <= prompt.LONGEST_VALUE + 3


def test_a_word_is_described_by_its_types_and_its_meaning() -> None:
    types = "[T] (T -> bool) -> [T], {K:V} (V -> bool) -> {K:V}"
    assert prompt.described("filter") == f"filter {types}: The elements for which keep holds, in order"
    assert "\n" not in "".join(map(prompt.described, vocabulary().names()))


def test_words_nobody_has_and_words_with_effects_are_left_out() -> None:
    assert prompt.known(["filter", "frobnicate", "print", "len", "filter", "+", "else"], 9) == ["filter", "length"]
    assert len(prompt.known(vocabulary().names(), MOST_WORDS)) == MOST_WORDS


def test_the_prompt_with_all_the_words_it_may_have_stays_below_a_thousand_tokens() -> None:
    words = prompt.known([name for name in vocabulary().names() if name not in ("min", "max")], MOST_WORDS)
    tokens = count_tokens(prompt.system_prompt(words, MOST_PHRASES) + prompt.user_prompt(SPEC, []))
    assert all(count <= 1000 for count in tokens.values()), tokens
    assert count_tokens(prompt.system_prompt([], MOST_PHRASES))["o200k"] <= 280


SHOTS = prompt.LANGUAGE.split("For example\n")[1].splitlines()


@pytest.mark.parametrize("line", SHOTS)
def test_the_examples_of_the_prompt_are_phrases(line: str) -> None:
    head, phrase = line.split(": ", 1)
    params, result = parse_signature(head.split(",")[0])
    assert language().read(phrase, params, result).main.result is result
