"""Types: which overload a word means, what lifts, what promotes, where options are met."""

from __future__ import annotations

import pytest
from tests.unit.phrase.words import Words, core, word

from siglum.errors import UserError
from siglum.frontend.phrase import typed
from siglum.frontend.phrase.language import Language
from siglum.ir.types import parse_type

LANGUAGE = Language(core())


def body_of(text: str) -> typed.Typed:
    return LANGUAGE.read(text).main.body


def result_of(text: str) -> str:
    return str(LANGUAGE.read(text).main.result)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("f xs:[i64] = xs filter even square sum", "i64"),
        ("f xs:[i64] = xs even", "[bool]"),
        ("f xs:[i64] ys:[i64] = xs = ys", "[bool]"),
        ("f s:str t:str = s = t", "bool"),
        ("f s:str = s = 'a'", "[bool]"),
        ('f c:char = c = "a"', "bool"),
        ("f ws:[str] s:str = ws = s", "[bool]"),
        ("f s:str = s upper", "str"),
        ("f s:str = s + 1", "str"),
        ("f s:str = s - 'a'", "[i64]"),
        ("f ws:[str] = ws length", "i64"),
        ("f ws:[str] = ws map length", "[i64]"),
        ("f ws:[str] = ws integer", "[i64]"),
        ("f s:str = s split ','", "[str]"),
        ("f xs:[f64] = xs + 1", "[f64]"),
        ("f xs:[f64] = xs sum / xs length", "f64"),
        ("f -> f64 = 1", "f64"),
        ("f -> [f64] = [1 -2.5]", "[f64]"),
        ("f xs:[f64] = xs fold 0 +", "f64"),
        ("f xs:[i64] = xs first", "i64"),
        ("f xs:[i64] -> i64? = xs first", "i64?"),
        ("f xs:[i64] -> i64? = 1", "i64?"),
        ("f xs:[i64] = xs at [0 1]", "[i64]"),
        ("f xs:[i64] = xs zip [true] first left", "i64"),
        ("f xs:[i64] = xs map (it > 0 ? 1.5 : 2)", "[f64]"),
        ('f xs:[i64] = xs even ? "even" : "odd"', "[str]"),
        ("f s:str = s vowel ? '*' : s", "str"),
        ('f s:str = s vowel ? "*" : s', "str"),
        ("f xs:[i64] = xs > 0 ? xs first : 0", "[i64]"),
        ("f x:i64 = x > 0 ? [x] first : 0", "i64"),
        ("f x:i64 = x > 0 ? [x] : []", "[i64]"),
        ("f xs:[i64] = [] concat xs", "[i64]"),
        ("f xs:[i64] = [[] xs]", "[[i64]]"),
        ("f xs:[u8] = xs sum", "i64"),
        ("f xs:[u8] = xs reverse", "[u8]"),
        ("f x:f32 = x + 1", "f64"),
        ("f x:u64 = x max 1", "u64"),
        ("f s:str = s counts filter (> 1) keys", "str"),
        ("fact n:i64 -> i64 = n < 2 ? 1 : n * (n - 1) fact", "i64"),
        ("f n:i64 = n g\ng n:i64 = n + 1", "i64"),
        ("square n:i64 = n square + 1", "i64"),
    ],
)
def test_result_types(text: str, result: str) -> None:
    assert result_of(text) == result


def test_exact_overload_comes_before_lifting() -> None:
    call = body_of("f xs:[i64] = xs + 1")
    assert isinstance(call, typed.Call) and call.lifted == (True, False)
    call = body_of("f ws:[str] = ws reverse")
    assert isinstance(call, typed.Call) and call.lifted == (False,)
    assert call.bindings["T"] is parse_type("str")


def test_integer_literals_promote_and_values_do_not() -> None:
    call = body_of("f x:f64 = x + 1")
    assert isinstance(call, typed.Call)
    one = call.args[1]
    assert isinstance(one, typed.Literal) and isinstance(one.value, float)
    with pytest.raises(UserError, match="does not take"):
        body_of("f x:f64 n:i64 = x + n")


def test_option_is_met_at_the_next_word_and_names_its_giver() -> None:
    call = body_of("f xs:[i64] = xs maximum + 1")
    assert isinstance(call, typed.Call)
    meet = call.args[0]
    assert isinstance(meet, typed.OptionMeet) and meet.word == "maximum"
    assert isinstance(body_of("f xs:[i64] = xs maximum else 0"), typed.Else)


def test_as_meets_an_option_once() -> None:
    let = body_of("f xs:[i64] = xs first as x x + x")
    assert isinstance(let, typed.Let) and isinstance(let.value, typed.OptionMeet)


def test_result_given_beside_the_text_lets_absence_through() -> None:
    ints = parse_type("[i64]")
    stops = LANGUAGE.read("first", subject=ints).main
    passes = LANGUAGE.read("first", subject=ints, result=parse_type("i64?")).main
    assert (str(stops.result), str(passes.result)) == ("i64", "i64?")


def test_call_of_itself_is_marked() -> None:
    definition = LANGUAGE.read("down n:i64 -> i64 = n < 1 ? 0 : (n - 1) down").main
    assert definition.calls_itself
    assert isinstance(definition.body, typed.Choice) and isinstance(definition.body.otherwise, typed.SelfCall)


def test_definitions_with_written_results_may_call_each_other() -> None:
    program = LANGUAGE.read("f n:i64 -> bool = n = 0 or (n - 1) g\ng n:i64 -> bool = n != 0 and (n - 1) f")
    assert [str(d.result) for d in program.definitions] == ["bool", "bool"]


def test_fixed_types_beat_variables() -> None:
    words = Words([word("w: [T] -> i64", len), word("w: str -> bool", bool)], {})
    assert str(Language(words).read("f s:str = s w").main.result) == "bool"


def test_tie_between_overloads_is_a_fault_of_the_vocabulary() -> None:
    words = Words([word("w: A -> i64", len), word("w: B -> bool", bool)], {})
    with pytest.raises(UserError) as caught:
        Language(words).read("f s:str = s w")
    assert caught.value.code == "E-012"


@pytest.mark.parametrize("width", ["u8", "i16", "f32", "i64", "f64", "u64", "char", "bool"])
def test_every_scalar_can_be_compared_with_itself(width: str) -> None:
    assert result_of(f"f x:{width} y:{width} = x < y") == "bool"
