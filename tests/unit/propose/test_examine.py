"""One examination for all: what passes, and what is said of what does not."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.unit.propose.search.support import spec

from siglum import proposing
from siglum.errors import Stop
from siglum.ir.interpret import OutOfSteps
from siglum.ir.types import BOOL, CHAR, F64, I64, STR, Type
from siglum.propose.examine import LOOPS, MEMORY, STOPS, Program, examined, same
from siglum.propose.repair import parts
from siglum.records import Candidate, Feedback, Spec

TOTAL = spec("xs:[i64] -> i64", ([1, 2, 3], 6), ([], 0))


def found(text: str, wanted: Spec = TOTAL) -> Program | Feedback:
    return examined(wanted, Candidate(text, "test"))


def test_what_agrees_passes_in_its_printed_form() -> None:
    program = found("xs.sum")
    assert isinstance(program, Program) and program.text == "xs sum" and program([4, 5]) == 9


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("xs summ", "text", "summ"),
        ("xs sum +", "text", ""),
        ("xs reverse", "type", "[i64]"),
        ("xs length", "example", "[1,2,3] gives 3, not 6"),
        ("xs maximum", "example", "[1,2,3] gives 3, not 6"),
        ("xs first * 6", "stop", "it stops"),
        ("", "text", ""),
        ("\x00\u202e", "text", ""),
    ],
)
def test_what_fails_is_told_why(text: str, kind: str, said: str) -> None:
    failure = found(text)
    assert isinstance(failure, Feedback) and failure.kind == kind and said in failure.message, failure


@pytest.mark.parametrize(
    ("phrase", "effects"),
    [
        ('xs map text join "" save "PATH" length', "files"),
        ("xs map print sum", "write"),
        ("xs map (it print) sum", "write"),
        ('xs length = 0 ? 0 : ("PATH" exists ? 1 : 2)', "files"),
        ("xs sum + clock - clock", "clock"),
        ("xs sum as total total print", "write"),
        ("input length", "read"),
    ],
)
def test_what_acts_on_the_outside_is_never_run(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], phrase: str, effects: str
) -> None:
    made = tmp_path / "made"
    failure = found(phrase.replace("PATH", str(made)))
    assert isinstance(failure, Feedback)
    assert (failure.kind, failure.message) == ("text", f"it acts on the outside: {effects}")
    acting = {"save", "print", "exists", "clock", "input"}
    assert not [part.text for part in parts(TOTAL, [failure]) if acting & set(part.text.split())]
    assert not made.exists()
    assert capfd.readouterr() == ("", "")


def test_a_failed_example_is_a_counterexample() -> None:
    failure = found("xs length")
    assert isinstance(failure, Feedback)
    assert (failure.arguments, failure.expected, failure.got) == (([1, 2, 3],), "6", "3")


def test_a_reference_is_asked_on_fresh_inputs() -> None:
    reference = replace(TOTAL, examples=(), reference=sum)
    assert isinstance(found("xs sum", reference), Program)
    failure = found("xs sum abs", reference)
    assert isinstance(failure, Feedback) and failure.kind == "reference" and failure.arguments is not None
    (given,) = failure.arguments
    assert sum(given) < 0


def test_where_a_reference_stops_nothing_is_asked() -> None:
    def positive(xs: list[int]) -> int:
        if not all(x > 0 for x in xs):
            raise Stop("range")
        return sum(xs)

    assert isinstance(found("xs abs sum", replace(TOTAL, examples=(), reference=positive)), Program)


def test_properties_hold_of_the_result() -> None:
    def grows(xs: list[int], result: int) -> bool:
        return result >= len(xs)

    wanted = replace(TOTAL, examples=(), properties=(("it grows", grows),))
    assert isinstance(found("xs length + 1", wanted), Program)
    failure = found("xs length - 1", wanted)
    assert isinstance(failure, Feedback) and failure.kind == "property" and "it grows" in failure.message


@pytest.mark.parametrize(
    "text",
    ["n range sum", "0 to n | sum", "n down 1 length", '"ab" center n | length', "naturals take n sum", "n * n | range sum"],
)
def test_what_would_fill_the_memory_stops(text: str) -> None:
    program = Program(Candidate(text, "test"), spec("n:i64 -> i64", (1, 1)))
    start = time.process_time()
    with pytest.raises(Stop):
        program(2**31)
    assert time.process_time() - start < 10


@pytest.mark.parametrize(
    ("text", "signature", "arguments"),
    [
        ("n digits sum", "n:i64 -> i64", (987654321,)),
        ("xs sort reverse", "xs:[i64] -> [i64]", ([5, 10**6, -3],)),
        ("m keys sum", "m:{i64:i64} -> i64", ({5: 1, 10**6: 2},)),
        ("x * 2.0", "x:f64 -> f64", (12345.5,)),
        ("ps map left sum", "ps:[(i64,i64)] -> i64", ([(1, 10**6), (2, 3)],)),
        ("n * n * n * n * n * n * n", "n:i64 -> i64", (1001,)),
    ],
)
def test_large_numbers_give_what_small_ones_do(text: str, signature: str, arguments: tuple[Any, ...]) -> None:
    program = Program(Candidate(text, "test"), replace(spec(signature), overflow="wrap"))
    by_definitions = program._evaluate(program.definition, arguments, overflow="wrap")
    assert same(program(*arguments), by_definitions)


def test_a_number_that_no_type_holds_is_refused_as_ever() -> None:
    with pytest.raises(OverflowError):
        Program(Candidate("n + 1", "test"), spec("n:i64 -> i64"))(10**30)


def test_programs_that_never_end_are_given_up() -> None:
    failure = found("1 until (it < 0) (it + 1) + xs sum")
    assert isinstance(failure, Feedback) and failure.kind == "stop"


@pytest.mark.parametrize(
    ("a", "b", "equal"),
    [
        (1, 1.0, True), (1, True, False), (0.0, -0.0, False), (float("nan"), float("nan"), True), ([1, [2]], [1, [2]], True),
        ([1], [1, 2], False), ({"a": 1}, {"a": 1}, True), ({"a": 1, "b": 2}, {"b": 2, "a": 1}, False), ("a", ["a"], False),
        (None, 0, False), ((1, 2), (1, 2), True),
    ],
)  # fmt: skip
def test_values_are_the_same_where_a_person_would_say_so(a: Any, b: Any, equal: bool) -> None:
    assert same(a, b) is equal and same(b, a) is equal


@pytest.mark.parametrize("text", ["n factorial range reverse", "n factorial range sort", "'a' repeat (n factorial) reverse"])
def test_lists_as_long_as_a_computed_number_end_in_a_stop(text: str) -> None:
    program = Program(Candidate(text, "test"), spec("n:i64"))
    with pytest.raises(STOPS):
        program(18)
    assert program(3)


def arguments_of(t: Type) -> Any:
    """A list of sixteen, a number below it; KeyError for other types than these."""
    if t.kind == "array":
        count = 4 if t.element.kind == "array" else 16
        some = [arguments_of(t.element) if t.element is not I64 else 7 * k % 23 for k in range(count)]
        return "".join("abc"[k % 3] for k in range(count)) if t is STR else some
    return {I64: 9, F64: 2.5, BOOL: True, CHAR: "b"}[t]


def single_words() -> list[tuple[str, str, tuple[Type, ...], Type]]:
    """Each word alone, at the types the search knows it with."""
    operations = proposing.library().operations
    return [(o.words[0], o.text, o.params, o.result) for o in operations if len(o.words) == 1]


def test_a_word_that_makes_more_than_the_definitions_can_bear_runs_within_bounds() -> None:
    laborious: set[str] = set()
    for word, text, params, result in single_words():
        given = Spec(tuple(zip("abc", params, strict=False)), result)
        try:
            arguments = tuple(map(arguments_of, params))
        except KeyError:
            continue
        program = Program(Candidate(text, "test"), given)
        try:
            program._interpreted.run(arguments, memory_limit=MEMORY, steps=LOOPS)
        except OutOfSteps:
            laborious.add(word)
        except Stop as stop:
            laborious |= {word} if stop.kind == "memory" else set()
        assert word not in laborious or program._grows, text
    assert {"permutations", "subsets"} <= laborious


@pytest.mark.parametrize("text", ["xs permutations length", "xs subsets map (it sum) maximum", "xs combinations 12 length"])
def test_more_lists_than_the_memory_holds_end_in_a_stop(text: str) -> None:
    program = Program(Candidate(text, "test"), spec("xs:[i64]"))
    with pytest.raises(STOPS):
        program(list(range(26)))
    assert program([1, 2, 3]) is not None
