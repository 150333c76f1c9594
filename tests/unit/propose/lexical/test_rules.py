"""How rules are written: patterns with choices, optional parts and objects; and that every rule of English fits its function."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any, get_args

import pytest

from siglum.ir.types import parse_type
from siglum.propose.lexical import thesaurus
from siglum.propose.lexical.chart import Together, several
from siglum.propose.lexical.english.conditions import Absence
from siglum.propose.lexical.english.orders import Order
from siglum.propose.lexical.english.units import Unit, unit_of
from siglum.propose.lexical.meanings import Predicate, Relation
from siglum.propose.lexical.reading import english
from siglum.propose.lexical.rules import Grammar, Item, Node, Rule, maybe, said
from siglum.propose.lexical.values import Builder, Value
from siglum.propose.lexical.words import Word
from siglum.vocab.declare import vocabulary


def rules_of(node: Node, path: tuple[str, ...] = (), given: int = 0) -> Iterator[tuple[tuple[str, ...], int, Rule]]:
    """Every rule with the items that lead to it and the number of arguments they give."""
    for rule in node.rules:
        yield path, given, rule
    for item, after in node.items():
        yield from rules_of(after, (*path, item.category or "|".join(item.concepts)), given + item.given)


def written(grammar: Grammar) -> list[tuple[str, str, int]]:
    """The rules of a grammar as (category, items, arguments)."""
    found = [(r.gives, " ".join(p), n + len(r.holes)) for p, n, r in rules_of(grammar.tree())]
    return sorted(found)


def test_a_pattern_is_words_and_categories() -> None:
    grammar = Grammar()
    grammar.rule("V", "sum of V")(print)
    assert written(grammar) == [("V", "sum of V", 1)]


def test_patterns_are_divided_by_semicolons() -> None:
    grammar = Grammar()
    grammar.rule("V", "sum of V; V summed")(print)
    assert written(grammar) == [("V", "V summed", 1), ("V", "sum of V", 1)]


def test_what_is_optional_is_there_or_given_as_none() -> None:
    grammar = Grammar()
    grammar.rule("V", "first V [of V]")(print)
    assert written(grammar) == [("V", "first V", 2), ("V", "first V of V", 2)]


def test_a_choice_marked_with_an_exclamation_mark_is_given() -> None:
    grammar = Grammar()
    grammar.rule("V", "larger|smaller! of V; largest|smallest of V")(print)
    assert written(grammar) == [("V", "larger|smaller of V", 2), ("V", "largest|smallest of V", 1)]


def test_a_verb_has_an_object_a_pronoun_or_nothing() -> None:
    grammar = Grammar()
    grammar.done("sort * by F")(print)
    assert written(grammar) == [("D", "sort U by F", 1), ("D", "sort by F", 1), ("V", "sort V by F", 2)]


def test_arguments_are_found_by_what_they_are() -> None:
    assert said((1, "one"), str) == "one"
    assert maybe((1, 2), str) is None


def test_every_rule_gives_its_function_what_it_takes() -> None:
    wrong = []
    for path, given, rule in rules_of(english().tree):
        arguments: list[Any] = [None] * (1 + given + len(rule.holes) - (rule.subject >= 0))
        try:
            inspect.signature(rule.make).bind(*arguments)
        except TypeError as error:
            wrong.append(f"{rule.make.__qualname__}, {' '.join(path)}: {error}")
    assert wrong == []


@pytest.mark.parametrize("name", sorted(thesaurus.names()))
def test_the_thesaurus_names_words_of_the_vocabulary(name: str) -> None:
    assert vocabulary().shape(name) is not None
    assert all(expression for expression in thesaurus.names()[name])


def test_related_words_are_words_of_the_vocabulary() -> None:
    related = {word for words in thesaurus.related().values() for word in words} - {"else"}
    assert {word for word in related if vocabulary().shape(word) is None} == set()


def test_no_expression_of_a_concept_is_empty() -> None:
    assert all(expressions and all(expressions) for expressions in thesaurus.concepts().values())


MEANINGS = {
    "V": Value, "T": Together, "F": Relation, "P": Predicate, "Q": Predicate, "N": Value, "D": Relation, "C": Value, "O": Order, "I": Relation,  # noqa: E501
    "W": Word, "M": Unit, "A": Absence,
}  # fmt: skip


def test_every_argument_of_a_rule_is_of_a_kind_that_its_function_takes() -> None:
    wrong = set()
    for items, rule in paths_of(english().tree):
        kinds: list[type] = [MEANINGS.get(item.category, str) for item in items if item.given]
        for hole in rule.holes:
            kinds.insert(hole, type(None))
        if rule.subject >= 0:
            del kinds[rule.subject]
        parameters = list(inspect.signature(rule.make, eval_str=True).parameters.values())[1:]
        for at, kind in enumerate(kinds):
            wanted = parameters[min(at, len(parameters) - 1)].annotation
            if wanted is not object and not any(issubclass(kind, one) for one in get_args(wanted) or (wanted,)):
                pattern = " ".join(i.category or i.concepts[0] for i in items)
                wrong.add(f"{rule.make.__qualname__}, argument {at + 1} of {pattern}: {kind.__name__}")
    assert wrong == set()


def paths_of(node: Node, items: tuple[Item, ...] = ()) -> Iterator[tuple[tuple[Item, ...], Rule]]:
    """Every rule with the items that lead to it."""
    for rule in node.rules:
        yield items, rule
    for item, after in node.items():
        yield from paths_of(after, (*items, item))


PARAMS = tuple(
    (name, parse_type(t))
    for name, t in (("xs", "[i64]"), ("n", "i64"), ("s", "str"), ("ws", "[str]"), ("x", "f64"), ("m", "[[i64]]"))
)


def dummies(b: Builder, subject: Value) -> dict[str, Any]:
    """One meaning of each category; the values are `subject`."""
    even = Predicate(b, "even", lambda x, _: b.call("even", x))
    length = Relation(b, "length", lambda v: b.call("length", v), noun=True)
    return {
        "V": subject, "T": Together((subject, b.params[0])), "F": length, "P": even, "Q": even, "N": b.literal(2), "D": length,
        "C": b.literal(True), "O": Order(True), "I": length, "W": Word(b, "gcd", 2), "M": unit_of("hour"),
        "A": Absence(),
    }  # fmt: skip


def used(meaning: Any, b: Builder) -> None:
    """Asks a meaning what it is of every parameter."""
    if isinstance(meaning, (Relation, Predicate)):
        for param in b.params:
            meaning.of(param)


@pytest.mark.parametrize("number", range(len(PARAMS)))
def test_no_rule_raises_whatever_its_arguments_mean(number: int) -> None:
    b = Builder(english().language, PARAMS, None)
    meant = dummies(b, b.params[number])
    for items, rule in paths_of(english().tree):
        arguments = [meant[item.category] if item.category else item.concepts[0] for item in items if item.given]
        for hole in rule.holes:
            arguments.insert(hole, None)
        if rule.subject >= 0:
            arguments.pop(rule.subject)
        for meaning, cost in several(rule.make(b, *arguments)):
            assert cost >= 0
            used(meaning, b)
