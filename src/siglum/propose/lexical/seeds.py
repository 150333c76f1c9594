"""Meanings that need no rule: parameters, numbers, quoted text, signs by name, words of the vocabulary.

Imports `siglum.ir` and its siblings; of the rules of English only units.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from siglum.ir.types import BOOL, CHAR, STR, Type
from siglum.propose.lexical import thesaurus
from siglum.propose.lexical.chart import Seed
from siglum.propose.lexical.comparing import is_list, is_number
from siglum.propose.lexical.english.units import unit_of
from siglum.propose.lexical.lattice import Arc, Dictionary
from siglum.propose.lexical.meanings import Predicate, Readings, Relation, readings
from siglum.propose.lexical.morphology import bases, is_plural
from siglum.propose.lexical.numerals import Numeral, numerals
from siglum.propose.lexical.tokens import POSSESSIVE, Token
from siglum.propose.lexical.values import Builder, Value
from siglum.propose.lexical.words import Word

UNKNOWN_NOUN: Final = 3.0
"""Bits for taking a noun that nothing knows for a parameter."""

DATA_NOUNS: Final = {
    "list": 0.2, "text": 0.2, "matrix": 0.2, "number": 0.3, "word": 0.3, "character": 0.3, "letter": 0.8, "row": 0.6,
    "digit": 1.5, "sub-text": 0.7, "element": 0.9,
}  # fmt: skip
"""Concepts that may be a parameter's name, with their cost."""


class Seeds:
    """The seeds of one text, by the token they start at."""

    def __init__(self, builder: Builder, dictionary: Dictionary, tokens: Sequence[Token], arcs: Sequence[Sequence[Arc]]) -> None:
        self.builder, self.dictionary, self.tokens, self.arcs = builder, dictionary, tokens, arcs
        self.by_start: list[list[Seed]] = [[] for _ in tokens]
        for numeral in numerals(tokens):
            self.by_start[numeral.start] += self._number(numeral)
        for at, token in enumerate(tokens):
            self.by_start[at] += self._parameters(at)
            self.by_start[at] += self._texts(at, token)
            unit = unit_of(token.word) if token.kind == "word" else None
            if unit is not None:
                self.by_start[at].append(Seed("M", at + 1, unit, 0.0))
            for arc in arcs[at]:
                if arc.concept.startswith("@"):
                    self.by_start[at] += self._word(at, arc.concept[1:], arc.end)
                else:
                    self.by_start[at] += self._data(at, arc)

    # parameters

    def _parameters(self, at: int) -> Iterator[Seed]:
        word = self.tokens[at].word
        if self.tokens[at].kind != "word":
            return
        for param in self.builder.params:
            name = param.key.lower()
            parts = name.split("_")
            if name == word:
                article = name == "a" and not self._ends_noun_phrase(at + 1)
                yield Seed("V", at + 1, param, 2.5 if article else 0.0)
            elif len(parts) > 1 and [t.word for t in self.tokens[at : at + len(parts)]] == parts:
                yield Seed("V", at + len(parts), param, 0.0)
            elif len(name) > 2 and (name in bases(word) or word in bases(name)):
                yield Seed("V", at + 1, param, 0.3)
        if at + 1 < len(self.tokens) and self._is_role(word):
            named = self.tokens[at + 1].word
            for param in self.builder.params:
                if param.key.lower() == named and (named != "a" or self._ends_noun_phrase(at + 2)):
                    yield Seed("V", at + 2, param, 0.1)
        yield from self._unknown(at, word)
        place = {"first": 0, "former": 0, "one": 0, "second": 1, "latter": 1, "other": 1}.get(word)
        if place is not None and len(self.builder.params) == 2 and self.builder.params[0].type is self.builder.params[1].type:
            yield Seed("V", at + 1, self.builder.params[place], 1.2)

    def _is_role(self, word: str) -> bool:
        """Whether the word may stand before the name of what plays the role: "the threshold t"."""
        return (
            len(word) > 2
            and word.isalpha()
            and (word in _ROLES or not (self.dictionary.knows(word) or self.dictionary.joins(word)))
        )

    def _ends_noun_phrase(self, at: int) -> bool:
        """Whether what stands here cannot be the noun after an article."""
        if at >= len(self.tokens):
            return True
        token = self.tokens[at]
        if token.kind == "mark":
            return True
        return token.word in _AFTER_A_NAME or any(p.key == token.word for p in self.builder.params)

    def _unknown(self, at: int, word: str) -> Iterator[Seed]:
        """ "prices", "the account": a noun that nothing knows may be a parameter."""
        if len(word) < 3 or self.dictionary.knows(word) or not word.isalpha():
            return
        for place, param in enumerate(self.builder.params):
            plural = is_plural(word)
            fits = (param.element is not None) == plural
            yield Seed("V", at + 1, param, UNKNOWN_NOUN + 0.5 * place + (0.0 if fits else 0.7))
            if is_list(param.type):
                same = Relation(self.builder, word, lambda v: v if is_list(v.type) else None, noun=True, strict=True)
                yield Seed("F", at + 1, same, UNKNOWN_NOUN)
                break

    def _data(self, at: int, arc: Arc) -> Iterator[Seed]:
        """ "the list", "the text", "the number": parameters by their type."""
        concept, end = arc
        if concept == "it":
            yield Seed("U", end, Subject(), 0.0)
            if self.builder.params:
                yield Seed("V", end, self.builder.params[0], 0.6)
        if concept not in DATA_NOUNS or concept == "it":
            if concept == "kth":
                for param in self.builder.params:
                    if is_number(param.type):
                        yield Seed("N", end, param, 0.2)
            return
        plural = is_plural(self.tokens[end - 1].word)
        fitting = [p for p in self.builder.params if _is_a(p.type, concept)]
        if concept in ("character", "letter"):
            fitting.sort(key=lambda p: p.type is not CHAR)
        if concept in ("sub-text", "element"):
            # "the given value": beside a list or a text to look in
            fitting = [p for p in fitting if any(p.key != q.key and q.element is not None for q in self.builder.params)][::-1]
        for place, param in enumerate(fitting):
            several = concept != "list" or is_list(param.type.element) if is_list(param.type) else False
            if not plural or several:
                yield Seed("V", end, param, DATA_NOUNS[concept] + 0.6 * place)
                self._described(at, end, param, DATA_NOUNS[concept] + 0.6 * place)
        ordinal = self.tokens[at - 1].word if at > 0 else ""
        wanted = {"first": 0, "one": 0, "second": 1, "other": 1, "another": 1, "third": 2, "last": -1}.get(ordinal)
        if wanted is not None and len(fitting) > 1 and wanted < len(fitting):
            self.by_start[at - 1].append(Seed("V", end, fitting[wanted], 0.0))

    def _described(self, at: int, end: int, param: Value, cost: float) -> None:
        """ "a non-negative integer", "the sorted list": the same from the words before that describe what is given."""
        while at > 0 and self.tokens[at - 1].word in _OF_A_PARAMETER:
            at -= 1
            cost += 0.5
            self.by_start[at].append(Seed("V", end, param, cost))

    # literals

    def _number(self, numeral: Numeral) -> Iterator[Seed]:
        value = self.builder.literal(numeral.value)
        word = self.tokens[numeral.start].word
        if numeral.kind == "number":
            # "one" is more often a pronoun
            if word == "negative":
                yield Seed("V", numeral.end, value, 1.5)
                return
            yield Seed("V", numeral.end, value, 1.0 if word in ("one", "couple", "pair", "double", "triple") else 0.0)
        elif numeral.kind == "ordinal":
            if numeral.value != 1 or word != "first":
                yield Seed("N", numeral.end, value, 0.0)
        elif numeral.kind == "fraction":
            yield Seed("V", numeral.end, value, 1.0)
        elif numeral.kind == "times":
            times = Predicate(self.builder, f"= {numeral.value}", lambda x, _: self.builder.call("=", x, value))
            yield Seed("Q", numeral.end, times, 0.0)

    def _texts(self, at: int, token: Token) -> Iterator[Seed]:
        if token.kind == "quoted" and isinstance(token.value, str):
            yield from (Seed("V", at + 1, p, 0.0) for p in self.builder.params if p.key == token.value and p.type is not STR)
            yield Seed("V", at + 1, self.builder.literal(token.value), 0.0)
            return
        if token.kind == "mark":
            said_as_one = at > 0 and self.tokens[at - 1].word in _BEFORE_A_SIGN
            if token.word in "#*@$&_+/-~^" or (said_as_one and len(token.word) == 1):
                yield Seed("V", at + 1, self.builder.literal(token.word), 1.2 if token.word in "#*@$&_+/-~^" else 1.5)
        if token.kind != "word":
            return
        if token.word in ("true", "false"):
            yield Seed("V", at + 1, self.builder.literal(token.word == "true"), 0.5)
        for size in (3, 2, 1):
            forms = [bases(t.word) for t in self.tokens[at : at + size]]
            if len(forms) == size:
                for sign, text in thesaurus.SIGNS.items():
                    words = sign.split()
                    if len(words) == size and all(w in f for w, f in zip(words, forms, strict=True)):
                        yield Seed("V", at + size, self.builder.literal(text), 0.3 if size > 1 else 0.6)
        yield from self._two_signs(at)
        following = self.tokens[at + 1].word if at + 1 < len(self.tokens) else ""
        if (
            len(token.word) == 1
            and token.word.isalnum()
            and following == POSSESSIVE
            and all(p.key != token.word for p in self.builder.params)
        ):
            # "how many e's"
            yield Seed("V", at + 2, self.builder.literal(token.value if isinstance(token.value, str) else token.word), 0.1)
        before = self.tokens[at - 1].word if at > 0 else ""
        named = before in ("letter", "character", "letters", "characters", "char", "digit")
        lettered = len(token.word) == 1 and token.word.isalpha() and all(p.key != token.word for p in self.builder.params)
        if lettered and isinstance(token.value, str) and (named or token.word != "i"):
            yield Seed("V", at + 1, self.builder.literal(token.value), 0.0 if named else 0.8)
        elif lettered:
            pointed = before in ("last", "first", "every", "each", "the", "all", "any", "no")
            article = token.word == "a" and not self._ends_noun_phrase(at + 1)
            if named or (not article and (pointed or token.word not in "ai")):
                cost = (0.7 if article else 0.0) if named else 0.8 if pointed else 1.5
                yield Seed("V", at + 1, self.builder.literal(token.word), cost)

    def _two_signs(self, at: int) -> Iterator[Seed]:
        """ "a comma and a space", "comma followed by space": both, one behind the other."""
        first = thesaurus.SIGNS.get(self.tokens[at].word)
        if first is None:
            return
        rest = [t.word for t in self.tokens[at + 1 : at + 5]]
        for joint in (("and",), ("and", "a"), ("followed", "by", "a"), ("followed", "by"), ("then", "a"), ("plus", "a"), ()):
            if tuple(rest[: len(joint)]) == joint and len(rest) > len(joint):
                second = thesaurus.SIGNS.get(rest[len(joint)])
                if second is not None:
                    yield Seed("V", at + len(joint) + 2, self.builder.literal(first + second), 0.5)

    # words of the vocabulary

    def _word(self, at: int, name: str, end: int) -> Iterator[Seed]:
        b = self.builder
        shape = b.vocabulary.shape(name)
        if shape is None or shape.takes_functions or not name.isalpha() or name in _LEFT_TO_RULES:
            return
        plural = is_plural(self.tokens[end - 1].word)
        if shape.arity == 0:
            made = b.call(name)
            if made is not None and name != "naturals":
                yield Seed("V", end, made, 0.3)
        elif shape.arity == 1:
            results = {o.result for o in b.vocabulary.overloads(name)}
            if results == {BOOL}:
                yield Seed("P", end, Predicate(b, name, lambda x, _: b.call(name, x)), 0.1)
            else:
                relation = Relation(b, name, lambda x: _applied(b, name, x), plural, noun=_gives_lists(b, name))
                yield Seed("F", end, relation, 0.1)
                yield Seed("D", end, Relation(b, name, lambda x: _applied(b, name, x)), 0.5)
        else:
            yield Seed("W", end, Word(b, name, shape.arity), 0.1)


def _applied(b: Builder, name: str, x: Value) -> Readings:
    """The word on a value; whole numbers become floats where nothing else fits."""
    found = readings(b.call(name, x))
    if not found and x.type.kind == "pair":
        both = b.template("[(x left) (x right)]", x)
        return readings(b.call(name, both)) if both is not None else []
    if not found and str(x.type) in ("i64", "[i64]"):
        real = b.call("real", x)
        made = b.call(name, real) if real is not None else None
        found = [(made, 0.5)] if made is not None else []
    return found


def _gives_lists(b: Builder, name: str) -> bool:
    return all(o.result.kind == "array" and o.result.text not in ("[S]", "[T]") for o in b.vocabulary.overloads(name))


def _is_a(t: Type, concept: str) -> bool:
    if concept == "list":
        return is_list(t)
    if concept == "matrix":
        return is_list(t) and t.element.kind == "array"
    if concept == "row":
        return is_list(t) and t.element.kind != "array"
    if concept == "element":
        return t.kind not in ("array", "map")
    if concept in ("text", "word", "sub-text"):
        return t is STR
    if concept in ("character", "letter"):
        return t is CHAR or t is STR
    return is_number(t)


class Subject:
    """What "it" and "them" mean where something is done to the subject."""

    key = "it"


_AFTER_A_NAME: Final = frozenset(
    {
        "and", "or", "with", "by", "from", "to", "in", "on", "at", "is", "are", "plus", "minus", "times", "divided", "mod",
        "modulo", "than", "then", "of", "for", "into", "as",
    }
)  # fmt: skip
"""Words that may stand behind a parameter called a, and not behind the article."""

_BEFORE_A_SIGN: Final = frozenset(
    {
        "a", "after", "all", "and", "at", "before", "between", "by", "each", "every", "first", "last", "next", "of", "on", "or",
        "sign", "the", "to", "with",
    }
)  # fmt: skip
"""Words behind which a mark is what is spoken of."""

_ROLES: Final = frozenset(
    {
        "array", "base", "char", "character", "count", "element", "exponent", "index", "integer", "length", "letter", "limit",
        "list", "number", "position", "prefix", "radius", "separator", "size", "string", "substring", "suffix", "text", "value",
        "word",
    }
)  # fmt: skip
"""Nouns with a meaning of their own that may stand before a parameter's name."""

_OF_A_PARAMETER: Final = frozenset(
    {
        "decimal", "empty", "given", "input", "integer", "natural", "negative", "nonempty", "nonnegative", "non", "original",
        "positive", "real", "single", "sorted", "unsorted", "whole",
    }
)  # fmt: skip
"""Words before a noun that describe what is given, and pick out nothing."""

_LEFT_TO_RULES: Final = frozenset(
    {
        "words", "lines", "digits", "text", "number", "is", "and", "or", "not", "first", "last", "second", "mean", "half", "keys",
        "pair", "space", "left", "right", "single", "print", "write", "warn", "map", "set", "list", "character",
    }
)  # fmt: skip
"""Words that rules speak of: their English means more than the word."""
