"""Values: typed trees built from English, said of each element, taken apart again."""

from __future__ import annotations

import pytest

from siglum.frontend.phrase.language import Language
from siglum.frontend.phrase.printer import print_tree
from siglum.ir.types import parse_type
from siglum.propose.lexical.meanings import Predicate, Relation
from siglum.propose.lexical.picking import every_kth, first_few, first_of
from siglum.propose.lexical.undoing import replaced, where, without
from siglum.propose.lexical.values import Builder, Value
from siglum.vocab.declare import vocabulary

LANGUAGE = Language(vocabulary())
PARAMS = tuple((name, parse_type(t)) for name, t in (("xs", "[i64]"), ("n", "i64"), ("s", "str"), ("ws", "[str]"), ("x", "f64")))
B = Builder(LANGUAGE, PARAMS, None)
XS, N, S, WS, X = B.params


def text(value: Value | None) -> str:
    assert value is not None
    return print_tree(value.tree, frozenset(name for name, _ in PARAMS))


def test_a_word_gets_its_type_from_its_arguments() -> None:
    made = B.call("take", XS, N)
    assert text(made) == "xs take n" and str(made.type if made else "") == "[i64]"
    assert B.call("take", N, XS) is None


def test_a_function_of_the_elements_is_made_of_it() -> None:
    assert text(B.by("filter", XS, lambda it: B.call(">", it, N))) == "xs filter (> n)"
    assert B.by("filter", XS, lambda it: B.call("+", it, N)) is None


def test_a_template_puts_values_in_place_of_x_and_y() -> None:
    assert text(B.template("x take y concat x", XS, N)) == "xs take n concat xs"
    assert B.template("x take y", N, XS) is None


def test_a_value_said_twice_in_a_template_gets_a_name() -> None:
    evens = B.by("filter", XS, lambda it: B.call("even", it))
    assert evens is not None
    assert text(B.template("x concat x", evens)) == "xs filter even as v v concat v"


def test_the_element_does_not_slip_into_another_function() -> None:
    word = B.it(parse_type("str"))
    inner = B.template("(y map (it concat x))", word, WS)
    assert text(inner) == "it as v ws map (concat v)"


def test_a_literal_may_become_a_float() -> None:
    assert text(B.template("x * y", X, B.literal(2))) == "x * 2"


def test_what_is_said_of_each_is_gathered_by_map() -> None:
    each = B.each(WS)
    assert each is not None
    lengths = Relation(B, "length", lambda v: B.call("length", v)).of(each)
    assert [text(B.gathered(v)) for v, _ in lengths] == ["ws map length"]


def test_a_relation_of_a_list_may_be_meant_of_each_element() -> None:
    relation = Relation(B, "length", lambda v: B.call("length", v), plural=True)
    assert [text(v) for v, _ in relation.of(WS)] == ["ws map length", "ws length"]


def test_predicates_filter_count_and_hold_of_all() -> None:
    even = Predicate(B, "even", lambda x, _: B.call("even", x))
    assert [text(v) for v, _ in even.among(XS)] == ["xs filter even"]
    assert [text(v) for v, _ in even.negated().among(XS)] == ["xs filter (even not)"]
    assert [text(v) for v, _ in even.of_all(XS, "count")] == ["xs map even count"]
    assert [text(v) for v, _ in even.holds(N)] == ["n even"]


def test_what_was_picked_out_can_be_left_out() -> None:
    even = Predicate(B, "even", lambda x, _: B.call("even", x))
    picked = [first_of(B, XS), first_few(B, XS, N), even.among(XS), every_kth(B, XS, B.literal(2))]
    assert [text(without(B, p[0][0])[0][0]) for p in picked] == ["xs tail", "xs drop n", "xs reject even", "xs drop 1 step 2"]


def test_where_something_was_picked_out_is_its_position() -> None:
    even = Predicate(B, "even", lambda x, _: B.call("even", x))
    assert [text(v) for v, _ in where(B, even.among(XS, "find")[0][0])] == ["xs map even index true"]
    assert [text(v) for v, _ in where(B, even.among(XS)[0][0])] == ["xs map even positions"]


def test_what_was_picked_out_can_be_replaced() -> None:
    even = Predicate(B, "even", lambda x, _: B.call("even", x))
    assert text(replaced(B, even.among(XS)[0][0], B.literal(0))[0][0]) == "xs map (it even ? 0 : it)"
    vowel = Predicate(B, "vowel", lambda x, _: B.call("vowel", x))
    assert text(replaced(B, vowel.among(S)[0][0], B.literal("*"))[0][0]) == 's map (it vowel ? "*" : it)'
    assert text(replaced(B, vowel.among(S)[0][0], B.literal("ab"))[0][0]) == 's map (it vowel ? "ab" : it text) join ""'


@pytest.mark.parametrize("value", [1, -2, 2.5, True, "a", "text", ""])
def test_literals_read_back(value: int | float | bool | str) -> None:
    made = B.literal(value)
    assert LANGUAGE.read(print_tree(made.tree), ()).main.result is made.type


def test_something_done_to_a_parameter_first() -> None:
    made = B.call("=", S, S)
    assert made is not None
    assert text(B.with_parameter(made, "s", lambda p: B.call("lower", p))) == "s lower = s lower"
    assert B.with_parameter(made, "n", lambda p: B.call("square", p)) is None
