"""The chart, with a grammar of its own: costs, words left out, fillers, what is kept."""

from __future__ import annotations

import pytest

from siglum.frontend.phrase.language import Language
from siglum.ir.types import parse_type
from siglum.propose.lexical.chart import DEAREST, Chart, Seed
from siglum.propose.lexical.lattice import Dictionary
from siglum.propose.lexical.meanings import Relation
from siglum.propose.lexical.rules import Grammar
from siglum.propose.lexical.tokens import tokenise
from siglum.propose.lexical.values import Builder, Value
from siglum.vocab.declare import vocabulary

LANGUAGE = Language(vocabulary())
GRAMMAR = Grammar()


@GRAMMAR.rule("V", "sum of V", cost=1.0)
def sum_of(b: Builder, xs: Value) -> Value | None:
    return b.call("sum", xs)


@GRAMMAR.rule("V", "V plus V", cost=0.5)
def plus(b: Builder, left: Value, right: Value) -> Value | None:
    return b.call("+", left, right)


@GRAMMAR.done("reverse *", cost=0.25)
def reverse(b: Builder) -> Relation:
    return Relation(b, "reverse", lambda v: b.call("reverse", v))


def chart_of(text: str) -> Chart:
    builder = Builder(LANGUAGE, (("xs", parse_type("[i64]")), ("n", parse_type("i64"))), None)
    tree = GRAMMAR.tree()
    dictionary = Dictionary(vocabulary(), set(tree.concepts()))
    tokens = tokenise(text)
    seeds = [[Seed("V", at + 1, p, 0.0) for p in builder.params if p.key == t.word] for at, t in enumerate(tokens)]
    return Chart(builder, tree, dictionary, tokens, dictionary.arcs(tokens), seeds)


def meanings(text: str, category: str = "V") -> dict[str, float]:
    """What the whole text may mean, with its cost."""
    chart = chart_of(text)
    return {m.key: cost for start, c, end, m, cost in chart.all() if (start, c, end) == (0, category, chart.size)}


def test_a_rule_adds_its_cost_to_what_it_puts_together() -> None:
    assert meanings("sum of xs") == {"sum(xs)": 1.0}
    assert meanings("sum of xs plus n")["+(sum(xs),n)"] == 1.5


def test_every_way_to_put_it_together_is_a_meaning() -> None:
    assert set(meanings("n plus n plus n")) == {"+(n,+(n,n))", "+(+(n,n),n)"}


def test_fillers_between_the_items_of_a_rule_cost_little() -> None:
    assert meanings("sum of the xs")["sum(xs)"] == pytest.approx(1.2)


def test_a_word_that_is_left_out_behind_a_meaning_costs_more() -> None:
    assert meanings("sum of xs platypus")["sum(xs)"] > meanings("sum of xs please")["sum(xs)"] > 1.0


def test_a_verb_means_a_value_with_its_object_and_a_deed_without() -> None:
    assert meanings("reverse xs") == {"reverse(xs)": 0.25}
    assert list(meanings("reverse", "D")) == ["reverse"]


def test_what_has_no_types_is_no_meaning() -> None:
    assert meanings("sum of n") == {}


def test_nothing_dearer_than_the_limit_is_kept() -> None:
    chart = chart_of("sum of xs plus n plus n plus n plus n plus n")
    assert max(cost for *_, cost in chart.all()) <= DEAREST


def test_a_text_without_a_meaning_gives_none() -> None:
    assert list(chart_of("colourless green ideas").all()) == []
