"""Words of the vocabulary that take several arguments: how people say what they are applied to.

Imports `siglum.ir` and its siblings chart, meanings, rules and values.
"""

from __future__ import annotations

from siglum.ir.types import BOOL
from siglum.propose.lexical.chart import Together
from siglum.propose.lexical.meanings import Predicate, Readings, Relation, readings
from siglum.propose.lexical.rules import Grammar, said
from siglum.propose.lexical.values import Builder, Value


class Word(Relation):
    """A word of the vocabulary that takes several arguments."""

    __slots__ = ("arity", "name")

    def __init__(self, builder: Builder, name: str, arity: int) -> None:
        super().__init__(builder, name, lambda _: None)
        self.name, self.arity = name, arity

    @property
    def asks(self) -> bool:
        """Whether it says if something is so."""
        return any(o.result is BOOL for o in self.builder.vocabulary.overloads(self.name))

    def on(self, *values: Value) -> Readings:
        """The word on these values; a word of two arguments goes through more of them."""
        if any(v.each is not None for v in values[1:]):
            return []
        values = tuple(self.builder.plain(v) for v in values)
        if len(values) == self.arity:
            return readings(self.builder.spread(values[0], lambda x: self.builder.call(self.name, x, *values[1:])))
        if self.arity == 2 and len(values) > 2:
            return readings(self.builder.fold(self.name, values))
        return []


def word_rules() -> Grammar:
    """How words of several arguments are said: "gcd of a and b", "a distance b", "clamp x between low and high"."""
    grammar = Grammar()

    @grammar.rule("V", "W of|between|for|from T; W T", cost=0.2)
    def of_several(_: Builder, word: Word, values: Together) -> Readings:
        return word.on(*values)

    @grammar.rule("V", "V W V; W of V with|by|to|at|from|and|in V; W V with|by|to|at|from|in|into|on V; W V V", cost=0.8)
    def of_two(_: Builder, *given: Word | Value) -> Readings:
        word = said(given, Word)
        return word.on(*[g for g in given if isinstance(g, Value)])

    @grammar.rule("V", "W V with|by|to|at|from|between V with|by|to|at|and|in V; W V V V; V W V and|with|to|by V", cost=0.8)
    def of_three(_: Builder, *given: Word | Value) -> Readings:
        word = said(given, Word)
        return word.on(*[g for g in given if isinstance(g, Value)])

    @grammar.rule("D", "W with|by|to|at|from|of|on|into V; W V", cost=0.7)
    def done_with(b: Builder, word: Word, other: Value) -> Relation:
        return Relation(b, f"{word.name} {other.key}", lambda x: word.on(x, other))

    @grammar.rule("D", "W with|by|to|at|from|between V with|by|to|at|and V; W V and V", cost=0.7)
    def done_with_two(b: Builder, word: Word, second: Value, third: Value) -> Relation:
        return Relation(b, f"{word.name} {second.key} {third.key}", lambda x: word.on(x, second, third))

    @grammar.rule("P", "W of|to|with|from|by|for|at|than|in V; W V; be W V", cost=0.4)
    def holds_with(b: Builder, word: Word, other: Value) -> Predicate | None:
        if not word.asks:
            return None
        return Predicate(b, f"{word.name} {other.key}", lambda x, _: word.on(x, other))

    @grammar.rule("P", "W V and V; W T", cost=0.4)
    def holds_with_two(b: Builder, word: Word, *others: Value | Together) -> Predicate | None:
        if not word.asks:
            return None
        values = [v for o in others for v in (o if isinstance(o, Together) else [o] if isinstance(o, Value) else [])]
        return Predicate(b, f"{word.name} {' '.join(v.key for v in values)}", lambda x, _: word.on(x, *values))

    @grammar.rule("C", "be T W; T be W; be T W [of|to|with] each other", cost=0.2)
    def hold_between(_: Builder, values: Together, word: Word) -> Readings:
        return [(v, c) for v, c in word.on(*values) if v.type is BOOL]

    @grammar.rule("V", "W", cost=1.0)
    def of_parameters(b: Builder, word: Word) -> Readings:
        return word.on(*b.params) if len(b.params) == word.arity or word.arity == 2 else []

    return grammar
