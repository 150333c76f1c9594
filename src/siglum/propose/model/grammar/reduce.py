"""From the symbols a phrase may need to the rules that matter: those in reach, that derive something, said once.

Imports its siblings only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from siglum.propose.model.grammar import symbols
from siglum.propose.model.grammar.rules import Rulebook
from siglum.propose.model.grammar.symbols import Body, Symbol, Token

MAX_GIVEN: Final = 4
"""Functions of one value, and of two, that may be written in parentheses, by the types they are given; others are words."""

LONGEST_INLINED: Final = 6


class Maybe(NamedTuple):
    """What the rule of this number derives, or nothing."""

    rule: int


Part = str | Token | int | Maybe
"""A text, a literal, or what the rule of a number derives."""

Alternatives = tuple[tuple[Part, ...], ...]


class Grammar(NamedTuple):
    """Rules by number, the first ones nearest to the root, what each stands for, and the root's alternatives: none where no
    phrase fits.
    """

    root: Alternatives
    rules: Mapping[int, Alternatives]
    meanings: Sequence[Symbol]


def grammar_of(book: Rulebook, given: int = MAX_GIVEN) -> Grammar:
    """All that phrases of `book` need; functions in parentheses are given one of `given` types."""
    numbered = _Numbered(book, given)
    root, rules = numbered.root, numbered.rules
    deriving = _deriving(rules)
    root = _without(root, deriving)
    rules = [_without(alternatives, deriving) for alternatives in rules]
    inliner = _Inliner(rules)
    root = inliner.inlined(root)
    reached: dict[int, Alternatives] = {}
    todo = list(_used(root))
    for number in todo:
        if number not in reached:
            reached[number] = inliner.inlined(rules[number])
            todo.extend(_used(reached[number]))
    return Grammar(root, reached, numbered.meanings)


class _Numbered:
    """The rules of all symbols that the root leads to, breadth first."""

    def __init__(self, book: Rulebook, most: int) -> None:
        self.meanings: list[Symbol] = []
        self.rules: list[Alternatives] = []
        self._numbers: dict[Symbol, int] = {}
        in_order = sorted(book.given(), key=book.familiarity)
        given = {g for arity in (1, 2) for g in [g for g in in_order if len(g) == arity][:most]}
        self.root = self._with_numbers(book.root())
        for symbol in self.meanings:
            alternatives = book.alternatives(symbol)
            if isinstance(symbol, Body) and symbol.given not in given:
                alternatives = tuple(a for a in alternatives if a[0] != "(")
            self.rules.append(self._with_numbers(alternatives))

    def _with_numbers(self, alternatives: Iterable[symbols.Alternative]) -> Alternatives:
        return tuple(tuple(map(self._part, a)) for a in alternatives)

    def _part(self, part: symbols.Part) -> Part:
        if isinstance(part, str | Token):
            return part
        if isinstance(part, symbols.Maybe):
            return Maybe(self._number(part.symbol))
        return self._number(part)

    def _number(self, symbol: Symbol) -> int:
        found = self._numbers.setdefault(symbol, len(self.meanings))
        if found == len(self.meanings):
            self.meanings.append(symbol)
        return found


def _used(alternatives: Alternatives) -> Iterator[int]:
    for alternative in alternatives:
        for part in alternative:
            if isinstance(part, int):
                yield part
            elif isinstance(part, Maybe):
                yield part.rule


def _deriving(rules: Sequence[Alternatives]) -> set[int]:
    """The rules that derive some text."""
    waiting: list[int] = []
    owners: list[int] = []
    users: dict[int, list[int]] = {}
    todo: list[int] = []
    for number, alternatives in enumerate(rules):
        for alternative in alternatives:
            needed = [p for p in alternative if isinstance(p, int)]
            for part in needed:
                users.setdefault(part, []).append(len(waiting))
            waiting.append(len(needed))
            owners.append(number)
            if not needed:
                todo.append(number)
    found: set[int] = set()
    while todo:
        number = todo.pop()
        if number not in found:
            found.add(number)
            for user in users.get(number, ()):
                waiting[user] -= 1
                if not waiting[user]:
                    todo.append(owners[user])
    return found


def _without(alternatives: Alternatives, deriving: set[int]) -> Alternatives:
    """The alternatives that derive some text, less optional parts that do not."""
    kept = (a for a in alternatives if deriving.issuperset(p for p in a if isinstance(p, int)))
    return tuple(tuple(p for p in a if not isinstance(p, Maybe) or p.rule in deriving) for a in kept)


class _Inliner:
    """Puts rules of one short alternative in their places."""

    def __init__(self, rules: Sequence[Alternatives]) -> None:
        self.rules = rules
        self.open: set[int] = set()

    def inlined(self, alternatives: Alternatives) -> Alternatives:
        return tuple(dict.fromkeys(tuple(self._parts(a)) for a in alternatives))

    def _parts(self, alternative: tuple[Part, ...]) -> Iterator[Part]:
        for part in alternative:
            if isinstance(part, int) and part not in self.open:
                alternatives = self.rules[part]
                if len(alternatives) == 1 and len(alternatives[0]) <= LONGEST_INLINED:
                    self.open.add(part)
                    yield from self._parts(alternatives[0])
                    self.open.remove(part)
                    continue
            yield part
