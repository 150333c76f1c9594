"""Reading an English text: what it may mean as a whole, what its parts mean, and which of its words are known.

Imports `siglum.frontend`, `siglum.ir`, `siglum.vocab` and its siblings chart, converting, grammar, index, lattice, meanings,
rules, seeds, tokens, values and words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache, cached_property, lru_cache
from typing import Final, NamedTuple

from siglum.frontend.phrase.language import Language, Params
from siglum.frontend.phrase.printer import print_tree
from siglum.frontend.phrase.syntax import SUBJECT
from siglum.ir.types import Fn, Type
from siglum.propose.lexical.chart import Chart, Together
from siglum.propose.lexical.converting import becoming
from siglum.propose.lexical.english import grammar
from siglum.propose.lexical.index import Index
from siglum.propose.lexical.lattice import Dictionary
from siglum.propose.lexical.meanings import Predicate, Readings, Relation, readings
from siglum.propose.lexical.rules import Grammar, Node
from siglum.propose.lexical.seeds import Seeds
from siglum.propose.lexical.tokens import Token, tokenise
from siglum.propose.lexical.values import Builder, Value
from siglum.propose.lexical.words import word_rules
from siglum.vocab.declare import vocabulary

MOST_TOKENS: Final = 30
"""Tokens of a sentence that are looked at."""

MOST_SENTENCES: Final = 3
LATER_SENTENCE: Final = 1.0
"""Bits for what a later sentence says alone."""

DEED, PROPERTY, NEXT_PARAMETER, SEVERAL = 0.2, 0.5, 1.2, 0.4
"""Bits for something done to, or true of, a parameter that is not said; for each parameter that comes before it, and for several
values as a list or a pair."""


_INTRODUCING: Final = frozenset({("for", "example"), ("for", "instance"), ("e", "g")})
"""Words before examples."""


class English(NamedTuple):
    """What reading English takes: made once."""

    language: Language
    tree: Node
    dictionary: Dictionary
    words: Index


@cache
def english() -> English:
    """The language over the whole vocabulary, the tree of rules, the dictionary of both, and the index of words."""
    rules = Grammar()
    rules.take(grammar())
    rules.take(word_rules())
    words, tree = vocabulary(), rules.tree()
    return English(Language(words), tree, Dictionary(words, set(tree.concepts())), Index(words))


class Whole(NamedTuple):
    """A program that a text may mean, as a value over the parameters, and its cost in bits."""

    value: Value
    cost: float


class Fragment(NamedTuple):
    """A part of a program that a part of the English may mean, and its cost in bits. Where `type` is of kind `fn` the text is the
    body of a function of `it`, else it is an expression over the parameters.
    """

    text: str
    type: Type
    cost: float


class Understood(NamedTuple):
    """Words of a text, in small letters: with a meaning, and known to nothing. What only joins others is counted in `joining`,
    names of parameters in `names`."""

    known: tuple[str, ...]
    unknown: tuple[str, ...]
    joining: int
    names: int = 0

    @property
    def is_english(self) -> bool:
        """Whether there is something to go by, and not mostly words of another language."""
        return bool(self.known or self.names) and len(self.unknown) <= len(self.known) + self.joining


def understood(text: str, params: Params = ()) -> Understood:
    """Which words of a text are known; the names of parameters are."""
    dictionary = english().dictionary
    names = {name.lower() for name, _ in params}
    known: dict[str, None] = {}
    unknown: dict[str, None] = {}
    joining = named = 0
    tokens = tokenise(text)
    said = {k for at, arcs in enumerate(dictionary.arcs(tokens)) for arc in arcs for k in range(at, arc.end)}
    for at, token in enumerate(tokens):
        if token.kind != "word" or token.word in names:
            named += token.word in names
            continue
        if dictionary.joins(token.word):
            joining += 1
        elif at in said:
            known[token.word] = None
        else:
            unknown[token.word] = None
    return Understood(tuple(known), tuple(unknown), joining, named)


def sentences(tokens: Sequence[Token]) -> list[list[Token]]:
    """The tokens of each sentence."""
    out: list[list[Token]] = [[]]
    for at, token in enumerate(tokens):
        ahead = tuple(t.word for t in tokens[at : at + 2])
        behind_mark = at > 0 and tokens[at - 1].word in (",", "(")
        aside = ahead in _INTRODUCING or (behind_mark and (token.word == "like" or ahead in (("such", "as"), ("as", "in"))))
        if aside and out[-1]:
            # what follows is an example
            out.append([])
        elif token.kind == "mark" and token.word in (".", "!", "?", ";"):
            if out[-1]:
                out.append([])
        else:
            out[-1].append(token)
    return [s[:MOST_TOKENS] for s in out if s][:MOST_SENTENCES]


class Reading:
    """The charts of a text's sentences over one signature."""

    def __init__(self, text: str, params: Params, result: Type | None) -> None:
        language, tree, dictionary, _ = english()
        self.params = params
        self.builder = Builder(language, params, result)
        self.charts: list[Chart] = []
        if understood(text, params).is_english:
            for tokens in sentences(tokenise(text)):
                arcs = dictionary.arcs(tokens)
                seeds = Seeds(self.builder, dictionary, tokens, arcs)
                self.charts.append(Chart(self.builder, tree, dictionary, tokens, arcs, seeds.by_start))

    @cached_property
    def wholes(self) -> list[Whole]:
        """Programs of the wanted type that the text may mean, the cheapest first. What is left out of a sentence costs."""
        found: dict[str, Whole] = {}
        for number, chart in enumerate(self.charts):
            before = [sum(chart.leaving_out[:at]) for at in range(chart.size + 1)]
            for start, category, end, meaning, cost in chart.all():
                outside = before[start] + before[chart.size] - before[end] + LATER_SENTENCE * number
                for value, more in self._closed(category, meaning):
                    total = cost + outside + more
                    if value.key not in found or total < found[value.key].cost:
                        found[value.key] = Whole(value, total)
        return sorted(found.values(), key=lambda w: w.cost)

    def fragments(self) -> list[Fragment]:
        """What parts of the text mean, the cheapest first: values, and predicates and relations of the parameters' elements."""
        found: dict[str, Fragment] = {}
        for chart in self.charts:
            for _, category, _, meaning, cost in chart.all():
                for fragment in self._parts(category, meaning, cost):
                    if fragment.text not in found or fragment.cost < found[fragment.text].cost:
                        found[fragment.text] = fragment
        return sorted(found.values(), key=lambda f: f.cost)

    def text(self, value: Value) -> str:
        """A value as a phrase."""
        return print_tree(value.tree, frozenset(name for name, _ in self.params))

    def _parts(self, category: str, meaning: object, cost: float) -> Iterator[Fragment]:
        if category in ("V", "C") and isinstance(meaning, Value):
            whole = self.builder.gathered(meaning)
            if whole is not None:
                yield Fragment(self.text(whole), whole.type, cost)
        elif category in ("P", "F", "D") and isinstance(meaning, (Predicate, Relation)):
            for element in dict.fromkeys(p.type.element for p in self.builder.params if p.element is not None):
                it = self.builder.it(element)
                for made, more in meaning.of(it):
                    if made.key != it.key and made.each is None:
                        text = print_tree(made.tree, frozenset((SUBJECT, *(name for name, _ in self.params))))
                        yield Fragment(text, Fn((element,), made.type), cost + more)

    def _as_one(self, values: Together) -> Value | None:
        """Several values as the list or the pair that is wanted."""
        parts = [self.builder.plain(v) for v in values]
        if self.builder.result is None or any(v.each is not None for v in parts):
            return None
        if self.builder.result.kind == "pair":
            return self.builder.call("pair", *parts) if len(parts) == 2 else None
        return self.builder.list_of(parts) if self.builder.result.kind == "array" else None

    def _closed(self, category: str, meaning: object) -> Readings:
        """Programs of the wanted type that a meaning may be: values as they are, deeds and predicates of a parameter."""
        builder = self.builder
        values: Readings = []
        if category in ("V", "C") and isinstance(meaning, Value):
            values = [(meaning, 0.0)]
        elif category == "T" and isinstance(meaning, Together):
            values = [(v, SEVERAL + c) for v, c in readings(self._as_one(meaning))]
        elif category == "D" and isinstance(meaning, Relation):
            values = [(v, c + DEED + NEXT_PARAMETER * at) for at, p in enumerate(builder.params) for v, c in meaning.of(p)]
        elif category == "P" and isinstance(meaning, Predicate):
            values = [(v, c + PROPERTY + NEXT_PARAMETER * at) for at, p in enumerate(builder.params) for v, c in meaning.holds(p)]
        out: Readings = []
        for value, cost in values:
            whole = builder.gathered(value)
            if whole is None:
                continue
            if builder.result is None:
                out.append((whole, cost))
            else:
                out += [(v, cost + c) for v, c in becoming(builder, whole, builder.result)]
        return out


@lru_cache(maxsize=4)
def reading_of(text: str, params: Params, result: Type | None) -> Reading:
    """The reading of a text, remembered for those who ask for candidates, priors and fragments of the same."""
    return Reading(text, params, result)
