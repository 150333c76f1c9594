"""What English says beside noun phrases: relations ("length", "sorted by size") and predicates ("even", "longer than k").

Both are functions of values, remembered by the value's key. Imports `siglum.ir` and its sibling values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from siglum.ir.types import BOOL
from siglum.propose.lexical.values import Builder, Value

Readings = list[tuple[Value, float]]
"""Values and what each costs, in bits."""
Found = Value | Iterable[Value | tuple[Value | None, float] | None] | None
"""What a rule may give: one value, none, several, each with a cost or without."""
LOOSE = 0.7
"""Bits for taking a list of truths as whether all hold."""
BY_ELEMENT = 0.8
"""Bits for doing something with each element of a list that does not work on the list."""


def readings(found: Found) -> Readings:
    """What a rule gave, in one form."""
    if found is None:
        return []
    if isinstance(found, Value):
        return [(found, 0.0)]
    out: Readings = []
    for one in found:
        value, cost = one if isinstance(one, tuple) else (one, 0.0)
        if value is not None:
            out.append((value, cost))
    return out


class Relation:
    """A function of a value: "length", "digits", "sorted in reverse". `plural` where it was said of many ("lengths"), `noun`
    where it names things in its argument ("vowels").
    """

    __slots__ = ("_known", "builder", "key", "make", "noun", "plural", "strict")

    def __init__(
        self,
        builder: Builder,
        key: str,
        make: Callable[[Value], Found],
        plural: bool = False,
        noun: bool = False,
        strict: bool = False,
    ) -> None:
        self.builder, self.key, self.make = builder, key, make
        self.plural, self.noun, self.strict = plural, noun, strict
        self._known: dict[str, Readings] = {}

    def __repr__(self) -> str:
        return f"<relation {self.key}>"

    def of(self, value: Value) -> Readings:
        """What it is of `value`: as a whole, else of each element."""
        found = self._known.get(value.key)
        if found is None:
            found = self._known[value.key] = self._of(value)
        return found

    def _of(self, value: Value) -> Readings:
        if value.each is not None:
            inner = Value(value.tree, value.type, value.key.removesuffix("/" + value.each.key), value.flex)
            found: Readings = []
            for made, cost in self._of(inner):
                found.append((Value(made.tree, made.type, f"{made.key}/{value.each.key}", made.flex, value.each), cost))
            if found:
                return found
            gathered = self.builder.gathered(value)
            return self._of(gathered) if gathered is not None else []
        whole = readings(self.make(value))
        nested = value.element is not None and value.element.kind == "array"
        if self.strict or value.element is None or (whole and not self.plural and not (self.noun and nested)):
            return whole
        apart = self._of_each(value)
        if self.plural and whole:
            return [*apart, *[(v, c + BY_ELEMENT) for v, c in whole]]
        return [*whole, *[(v, c + (0.0 if self.plural else BY_ELEMENT)) for v, c in apart]]

    def _of_each(self, value: Value) -> Readings:
        out: Readings = []
        it = self.builder.it(value.type.element)
        for made, cost in readings(self.make(it)):
            if made.key == it.key:
                continue
            mapped = self.builder.over("map", value, made)
            if mapped is not None:
                out.append((mapped, cost))
        return out

    def then(self, outer: Relation) -> Relation:
        """`outer` of this."""

        def make(value: Value) -> Readings:
            return [(v, a + b) for inner, a in self.of(value) for v, b in outer.of(inner)]

        return Relation(self.builder, f"{outer.key}.{self.key}", make, outer.plural, outer.noun, strict=True)


class Predicate:
    """Whether something holds of a value; `source` is the list the value is an element of, where that matters ("repeated")."""

    __slots__ = ("_known", "builder", "key", "make")

    def __init__(self, builder: Builder, key: str, make: Callable[[Value, Value | None], Found]) -> None:
        self.builder, self.key, self.make = builder, key, make
        self._known: dict[tuple[str, str], Readings] = {}

    def __repr__(self) -> str:
        return f"<predicate {self.key}>"

    def of(self, value: Value, source: Value | None = None) -> Readings:
        """Truths: of one value exactly as it is; a list of truths is none."""
        known = value.key, source.key if source is not None else ""
        found = self._known.get(known)
        if found is None:
            made = readings(self.make(self.builder.plain(value), source))
            found = self._known[known] = [(v, c) for v, c in made if v.type is BOOL]
        return found

    def holds(self, value: Value) -> Readings:
        """Truths of a value, of each where it is said of each; a list of truths counts as whether all hold."""
        if value.each is not None:
            inner = Value(value.tree, value.type, value.key.removesuffix("/" + value.each.key), value.flex)
            return [
                (Value(v.tree, v.type, f"{v.key}/{value.each.key}", v.flex, value.each), c) for v, c in self.of(inner, value.each)
            ]
        if value.origin is not None and value.origin.how == "edge":
            # the first letter of a text is none where the text is empty
            return self.of_all(value, "any")
        found = list(self.of(value))
        for made, cost in readings(self.make(self.builder.plain(value), None)):
            if made.type.kind == "array" and made.type.element is BOOL:
                every = self.builder.call("all", made)
                if every is not None:
                    found.append((every, cost + LOOSE))
        if not found:
            found = [(v, c + LOOSE) for v, c in self.of_all(value, "all")]
        return found

    def of_all(self, xs: Value, quantifier: str) -> Readings:
        """Whether `all` or `any` of the elements have it, or the `count` of those that do."""
        out: Readings = []
        if xs.element is None:
            return out
        for made, cost in self.of(self.builder.it(xs.element), xs):
            mask = self.builder.over("map", xs, made)
            value = self.builder.call(quantifier, mask) if mask is not None else None
            if value is not None:
                out.append((value, cost))
        return out

    def mask(self, xs: Value) -> Readings:
        """For each element whether it holds."""
        if xs.element is None:
            return []
        made = self.of(self.builder.it(xs.element), xs)
        masks = ((self.builder.over("map", xs, m), c) for m, c in made)
        return [(m, c) for m, c in masks if m is not None]

    def among(self, xs: Value, word: str = "filter") -> Readings:
        """The elements of which it holds (or with `reject` does not, with `find` the first of which it does, ...)."""
        out: Readings = []
        if xs.element is None:
            return out
        for made, cost in self.of(self.builder.it(xs.element), xs):
            value = self.builder.over(word, xs, made)
            if value is not None:
                out.append((value.said_of(word, xs, self), cost))
        return out

    def negated(self) -> Predicate:
        def make(value: Value, source: Value | None) -> Readings:
            return [(n, c) for v, c in readings(self.make(value, source)) if (n := self.builder.call("not", v)) is not None]

        return Predicate(self.builder, f"not {self.key}", make)

    def joined(self, word: str, other: Predicate) -> Predicate:
        """Both with `and`, one with `or`."""

        def make(value: Value, source: Value | None) -> Readings:
            return [
                (v, c + d)
                for a, c in self.of(value, source)
                for b, d in other.of(value, source)
                if (v := self.builder.call(word, a, b)) is not None
            ]

        return Predicate(self.builder, f"({self.key} {word} {other.key})", make)
