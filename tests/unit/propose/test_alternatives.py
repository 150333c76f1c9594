"""Programs that agree with the examples and differ: one of each behaviour is kept, and the question tells them apart."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.propose.search.support import spec

from siglum.propose.alternatives import STOPPED, Alternatives, probes, unreadable
from siglum.propose.examine import Program
from siglum.records import Budget, Candidate, Example, Spec

SMALL = spec("xs:[i64] -> i64", ([3, 1, 2], 3), ([5, 4], 5))


def alternatives(*texts: str, wanted: Spec = SMALL) -> Alternatives:
    found = Alternatives(wanted)
    for cost, text in enumerate(texts):
        found.add(Program(Candidate(text, "test", float(cost)), wanted))
    return found


def test_one_program_of_each_behaviour_is_kept() -> None:
    found = alternatives("xs maximum", "xs sort last", "xs first", "xs reverse last")
    assert [one.program.text for one in found.found] == ["xs maximum", "xs first"]
    assert [p.text for p in found.found[0].others] == ["xs sort last"]


def test_the_cheaper_program_stands_for_a_behaviour() -> None:
    found = Alternatives(SMALL)
    assert found.add(Program(Candidate("xs sort last", "test", 9.0), SMALL))
    assert not found.add(Program(Candidate("xs maximum", "test", 4.0), SMALL))
    assert [one.program.text for one in found.found] == ["xs maximum"]


def test_a_program_that_stops_is_not_replaced_by_a_dearer_one_of_the_same_behaviour() -> None:
    wanted = spec("xs:[i64] ys:[i64] -> i64", ([1, 2], [3, 4], 11))
    found = Alternatives(wanted)
    assert found.add(Program(Candidate("xs dot ys", "test", 1.0), wanted))
    assert not found.add(Program(Candidate("ys dot xs", "test", 4.0), wanted))
    assert [one.program.text for one in found.found] == ["xs dot ys"]


def test_stopping_costs_a_reading_of_the_english_less_than_a_program_that_was_searched_for() -> None:
    wanted = spec("xs:[i64] ys:[i64] -> i64", ([1, 2], [3, 4], 11))
    costs = {}
    for origin in ("lexical", "search"):
        found = Alternatives(wanted)
        found.add(Program(Candidate("xs dot ys", origin, 1.0), wanted))
        costs[origin] = found.found[0].cost
    assert 1.0 < costs["lexical"] < 2.5 < costs["search"]


def test_no_more_are_kept_than_wanted() -> None:
    few = replace(SMALL, budget=Budget(kept=2))
    found = alternatives("xs maximum", "xs first", "xs first + 0 * xs last else 0", "xs sum - xs tail sum * 2", wanted=few)
    assert len(found.found) == 2 and found.found[0].program.text == "xs maximum"


def test_the_question_is_an_input_on_which_they_differ() -> None:
    question = alternatives("xs maximum", "xs first").question()
    assert question is not None
    (given,) = question.arguments
    assert question.answers == (str(max(given)), str(given[0])) and max(given) != given[0]
    assert len(given) <= 4  # one that a person can look at


def test_one_behaviour_leaves_no_question() -> None:
    assert alternatives("xs maximum", "xs sort last").question() is None and alternatives().question() is None


def test_an_answer_leaves_those_that_give_it() -> None:
    found = alternatives("xs maximum", "xs first", "xs last")
    found.settle(Example(([1, 9, 2],), 9))
    assert [one.program.text for one in found.found] == ["xs maximum"]


def test_where_programs_stop_is_an_answer_too() -> None:
    found = alternatives("xs first", "xs first else 0")
    question = found.question()
    assert question is not None and question.arguments == ([],) and question.answers == (STOPPED, "0")


def test_inputs_where_none_stops_are_asked_about_first() -> None:
    found = alternatives("xs maximum", "xs first else 0")
    question = found.question()
    assert question is not None and STOPPED not in question.answers


@pytest.mark.parametrize(
    "signature",
    ["x:i64 -> i64", "s:str -> str", "xs:[f64] k:i64 -> f64", "words:[str] -> str", "m:{str:i64} -> i64", "p:(i64, str) -> i64",
     "b:bool c:char -> bool", "xs:[[i64]] -> i64", "x:u8 -> i64"],
)  # fmt: skip
def test_there_are_probes_for_every_type(signature: str) -> None:
    from siglum.pipeline import parse_signature

    params, result = parse_signature(signature)
    found = list(probes(Spec(params, result)))
    assert len(found) >= 2 and len({repr(one) for one in found}) == len(found) and all(len(one) == len(params) for one in found)


def test_probes_are_not_the_examples() -> None:
    assert ([3, 1, 2],) not in list(probes(SMALL))


def test_short_inputs_are_easier_to_read_than_long_or_empty_ones() -> None:
    assert unreadable(([1, 2],)) < unreadable(([],)) < unreadable(([-17, 233, -9, 41],))
