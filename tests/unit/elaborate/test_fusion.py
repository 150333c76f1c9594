"""Chains become one loop; what may be computed later is, what may stop is not skipped."""

from __future__ import annotations

from typing import Any

import pytest

from siglum.errors import Stop, UserError
from siglum.frontend.elaborate import elaborate_phrase, function_from_source
from siglum.frontend.phrase.language import Language
from siglum.frontend.phrase.reference import evaluate
from siglum.ir.function import Function
from siglum.ir.interpret import run
from siglum.ir.node import Region
from siglum.ir.types import parse_type
from siglum.ir.verify import verify
from siglum.vocab.declare import vocabulary

LANGUAGE = Language(vocabulary())


def count(region: Region, *names: str) -> int:
    """How many nodes of these primitives a region holds, at any depth."""
    return sum((n.op.name in names) + sum(count(r, *names) for r in n.regions) for n in region.body)


def phrase(text: str, subject: str = "[i64]", overflow: str = "stop") -> Function:
    made = elaborate_phrase(LANGUAGE.read(text, subject=parse_type(subject)), overflow=overflow)
    verify(made)
    return made


ONE_LOOP = (
    "filter even square sum", "map (it * 2 + 1) maximum else 0", "scan + < 0 | any", "square filter even first else 0",
    "* it | sum", "> 3 | count", "reverse sum", "drop 1 take 3 sum", "take 2 square sum", "filter odd length",
)  # fmt: skip


@pytest.mark.parametrize("text", ONE_LOOP)
def test_a_chain_is_one_loop(text: str) -> None:
    made = phrase(text)
    assert count(made.region, "loop") == 1
    definition = LANGUAGE.read(text, subject=parse_type("[i64]")).main
    for xs in ([], [5], [1, 2, 3, 4], [-3, 8, 0, 2, 7]):
        assert run(made, (xs,)) == evaluate(definition, (xs,))


@pytest.mark.parametrize(
    "text",
    ["filter even square sum", "scan + < 0 | any", "> 3 | count", "* it | sum", "filter odd length", "filter odd empty",
     "square last", "filter even last", "square maximum", "filter odd minimum"],
)  # fmt: skip
def test_a_reduced_chain_takes_no_memory(text: str) -> None:
    assert count(phrase(text).region, "alloc", "reserve", "store") == 0


def test_counting_computes_what_may_stop() -> None:
    with pytest.raises(Stop, match="//"):
        run(phrase("map (6 // it) length"), ([1, 0],))
    assert run(phrase("map (6 // it) length"), ([1, 2],)) == 2
    assert run(phrase("filter positive map (6 // it) length"), ([1, 0, 2],)) == 2


@pytest.mark.parametrize(
    "text",
    ["square last", "map (6 // it) last", "filter (!= 2) map (6 // it) maximum", "tail minimum", "filter even last", "last",
     "windows 2 last", "real * 1.5 | last", "real * -1.5 | maximum"],
)  # fmt: skip
def test_the_last_and_the_extreme_of_a_chain(text: str) -> None:
    made = phrase(text)
    definition = LANGUAGE.read(text, subject=parse_type("[i64]")).main

    def outcome(give: Any) -> Any:
        try:
            return give()
        except Stop as stop:
            return stop.kind, stop.word

    for xs in ([], [5], [2], [1, 2, 3, 4], [-3, 8, 0, 2, 7], [-(2**63), 3], [2**63 - 1]):
        assert outcome(lambda xs=xs: run(made, (xs,))) == outcome(lambda xs=xs: evaluate(definition, (xs,))), xs


def test_memory_is_taken_for_the_word_that_needs_it() -> None:
    made = phrase("filter even second")
    (room,) = [n for n in made.region.body if n.op.name == "reserve"]
    assert made.origins[made.origin_of(room)].word == "second"


def test_a_place_that_a_test_shows_to_exist_is_checked_once() -> None:
    text = "def f(xs: list[int]) -> int:\n    n = len(xs)\n    return 0 if n == 0 else xs[n - 1]\n"
    made = function_from_source(text, "f")
    assert count(made.region, "sub", "select", "bounds") == 1
    assert [run(made, (xs,)) for xs in ([], [7], [7, 8])] == [0, 7, 8]


def test_a_lifted_chain_stores_once() -> None:
    made = phrase("* 2 + 1")
    assert (count(made.region, "loop"), count(made.region, "store", "alloc", "reserve", "bounds")) == (1, 2)


def test_python_comprehensions_fuse() -> None:
    text = "def f(xs: list[int]) -> int:\n    sq = [x * x for x in xs]\n    return sum(y for y in sq if y > 3)\n"
    made = function_from_source(text, "f")
    assert (count(made.region, "loop"), count(made.region, "reserve")) == (1, 0)


def test_a_python_list_is_complete_before_it_is_used() -> None:
    text = "def f(xs: list[int]) -> bool:\n    return any(y > 0 for y in [6 // x for x in xs])\n"
    with pytest.raises(Stop):
        run(function_from_source(text, "f"), ([1, 0],))


def test_a_python_generator_is_computed_as_far_as_needed() -> None:
    text = "def f(xs: list[int]) -> bool:\n    return any(6 // x > 0 for x in xs)\n"
    assert run(function_from_source(text, "f"), ([1, 0],)) is True


def test_a_dropped_element_stops_nothing() -> None:
    made = phrase("filter (!= 0) map (6 // it) sum")
    assert run(made, ([0, 3, 0],)) == 2


def test_float_sums_have_eight_lanes_fused_or_not() -> None:
    xs = [1e16, 1.0, -1e16, 3.5, 2.25, 0.1, 0.2, 0.3, 0.7, 1e16, 5.0]
    fused, whole = phrase("filter positive sum", "[f64]"), phrase("sum", "[f64]")
    assert run(fused, (xs,)) == run(whole, ([x for x in xs if x > 0.0],))


STOPS = {
    "square sum": ("[i64]", [2**40], "overflow", "square", 1, 6),
    "sum square": ("[i64]", [2**62, 2**61], "overflow", "square", 5, 6),
    "maximum": ("[i64]", [], "empty", "maximum", 1, 7),
    "+ [1 2]": ("[i64]", [1], "length", "+", 1, 1),
    "map (6 // it)": ("[i64]", [0], "division by zero", "//", 8, 2),
    "at 3": ("[i64]", [1], "empty", "at", 1, 2),
}


@pytest.mark.parametrize("text", STOPS)
def test_a_stop_names_the_word_and_its_place(text: str) -> None:
    subject, value, kind, word, column, length = STOPS[text]
    with pytest.raises(Stop) as stop:
        run(phrase(text, subject), (value,))
    place = stop.value.place
    assert place is not None
    assert (stop.value.kind, stop.value.word, place.column, place.length) == (kind, word, column, length)


def program(text: str) -> Function:
    made = elaborate_phrase(LANGUAGE.read(text))
    verify(made)
    return made


DEFINITIONS: dict[str, tuple[tuple[Any, ...], Any]] = {
    "fact n:i64 -> i64 = n < 2 ? 1 : n * (n - 1 | fact)": ((5,), 120),
    "twice x:i64 = x + x\nf xs:[i64] = xs map twice sum": (([1, 2],), 6),
    "f xs:[i64] = xs filter even as e e length + (e sum)": (([2, 4, 5],), 8),
    "f xs:[i64] -> i64? = xs maximum": (([],), None),
    "f xs:[i64] = xs even ? (xs half) : (xs * 3 + 1)": (([3, 4],), [10, 2]),
    "f xs:[u8] = xs + 1 | sum": (([255, 1],), 258),
    "f s:str = s words map length": (("ab c",), [2, 1]),
    "f xs:[i64] n:i64 = n = 0 ? 7 : (10 // n)": (([], 0), 7),
}


@pytest.mark.parametrize("text", DEFINITIONS)
def test_definitions_give_what_they_say(text: str) -> None:
    args, wanted = DEFINITIONS[text]
    assert run(program(text), args) == wanted


def test_an_arm_stops_only_the_elements_that_choose_it() -> None:
    assert run(program("f xs:[i64] = xs = 0 ? 0 : (6 // xs)"), ([0, 3],)) == [0, 2]


def test_small_definitions_may_call_each_other() -> None:
    made = program("a n:i64 -> bool = n < 1 ? true : (n - 1 | b)\nb n:i64 -> bool = n < 1 ? false : (n - 1 | a)")
    assert [run(made, (n,)) for n in range(4)] == [False, True, False, True]


def test_large_definitions_that_call_each_other_are_refused() -> None:
    sums = " + ".join(["n"] * 30)
    text = f"a n:i64 -> i64 = n < 1 ? 0 : (n - 1 | b) + {sums}\nb n:i64 -> i64 = n < 1 ? 1 : (n - 1 | a) + {sums}"
    with pytest.raises(UserError) as caught:
        program(text)
    assert caught.value.code == "E-016"
    assert "b -> a -> b" in str(caught.value)


def test_every_example_of_the_vocabulary_holds() -> None:
    names = ("filter", "sum", "sort", "words", "split", "counts", "group", "unique", "windows", "fold", "scan", "prime", "text")
    for name in names:
        for overload in vocabulary().overloads(name):
            for example in overload.examples:
                for overflow in ("stop", "wrap"):
                    made = elaborate_phrase(LANGUAGE.read(example), overflow=overflow)
                    verify(made)
                    assert run(made, ()) is True, example
