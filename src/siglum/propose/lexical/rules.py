"""How rules of English are written down: patterns of words and categories, a cost in bits, and a function that gives the meaning.

Imports the standard library only. Patterns:

    sort            a concept: one of the expressions of `concepts`, or else the word itself in any of its forms
    on|at|by        one of these
    greater|less!   one of these, and the function is given which
    V               a category; the function is given the meaning
    [of V]          may be left out: the function is given None for each category in it
    *               what something is done to: see `Grammar.done`

Categories: V a value, T several values said together, F a relation, P a predicate, Q a predicate on a number ("at least 3"), N an
ordinal number, D something done to a value ("reverse", "sorted by length"), C a clause (a truth), O an order of sorting, I a
relation of the subject ("its length"), U what stands for the subject ("it"), W a word of several arguments, M a unit of measure,
A that something is not there ("if there is none").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeVar

CATEGORIES: Final = frozenset("VTFPQNDCOIUWMA")

_PART: Final = re.compile(r"\[|\]|[^\s\[\]]+")


Make = TypeVar("Make", bound=Callable[..., Any])


class Item(NamedTuple):
    """One place in a pattern: a category, or concepts one of which stands there. `given` says whether the function gets it."""

    category: str
    concepts: tuple[str, ...]
    given: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """What the items on the way to it mean together is `make(builder, ...)`, of category `gives`. `holes` are the arguments that
    are None; argument `subject` (-1: there is none) is what the relation that `make` gives is applied to.
    """

    gives: str
    holes: tuple[int, ...]
    subject: int
    cost: float
    make: Callable[..., Any]


class Node:
    """A place in the tree of all patterns: which rules end here, and where the next item leads."""

    __slots__ = ("_items", "by_category", "by_concept", "rules")

    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self.by_concept: dict[str, list[tuple[Node, bool]]] = {}
        self.by_category: dict[str, Node] = {}
        self._items: dict[Item, Node] = {}

    def after(self, item: Item) -> Node:
        """The node that an item leads to; a new one where there is none yet."""
        node = self._items.get(item)
        if node is None:
            node = self._items[item] = Node()
            if item.category:
                self.by_category[item.category] = node
            for concept in item.concepts:
                self.by_concept.setdefault(concept, []).append((node, item.given))
        return node

    def items(self) -> Iterator[tuple[Item, Node]]:
        """Every item that may come next, and where it leads."""
        yield from self._items.items()

    def concepts(self) -> Iterator[str]:
        """All that is named here and below."""
        yield from self.by_concept
        for node in self._items.values():
            yield from node.concepts()


_OBJECT: Final = Item("V", (), True)
_PRONOUN: Final = Item("U", (), False)


class Grammar:
    """Rules as they are written; `tree` is what a chart goes through."""

    def __init__(self) -> None:
        self._written: list[tuple[bool, str, str, float, Callable[..., Any]]] = []

    def rule(self, gives: str, patterns: str, cost: float = 0.3) -> Callable[[Make], Make]:
        """Adds rules with the decorated function as their meaning: one for each pattern, divided by semicolons, and choice of
        optional parts."""

        def add(make: Make) -> Make:
            self._written.append((False, gives, patterns, cost, make))
            return make

        return add

    def done(self, patterns: str, cost: float = 0.3) -> Callable[[Make], Make]:
        """Adds rules whose function gives what is done: a relation, or several (with costs). `*` is where its object stands:
        with a value there the rule gives a value (V), with a pronoun or nothing it gives what is done (D).
        """

        def add(make: Make) -> Make:
            self._written.append((True, "D", patterns, cost, make))
            return make

        return add

    def take(self, other: Grammar) -> None:
        """Adds the rules of another grammar."""
        self._written += other._written

    def tree(self) -> Node:
        """The tree of all patterns."""
        root = Node()
        for done, gives, patterns, cost, make in self._written:
            for pattern in patterns.split(";"):
                for parts in _variants(pattern):
                    stars = [at for at, part in enumerate(parts) if part is not None and part.category == "*"] if done else []
                    if not stars:
                        _add(root, gives, parts, cost, make)
                        continue
                    before, after = parts[: stars[0]], parts[stars[0] + 1 :]
                    _add(root, "V", [*before, _OBJECT, *after], cost, make, _given(before))
                    _add(root, "D", [*before, _PRONOUN, *after], cost, make)
                    _add(root, "D", [*before, *after], cost, make)
        return root


def _add(root: Node, gives: str, parts: list[Item | None], cost: float, make: Callable[..., Any], subject: int = -1) -> None:
    holes = tuple([_given(parts[:at]) for at, part in enumerate(parts) if part is None])
    node = root
    for item in parts:
        if item is not None:
            node = node.after(item)
    if node is not root:
        node.rules.append(Rule(gives, holes, subject, cost, make))


def _given(parts: list[Item | None]) -> int:
    """How many arguments the parts are: None is one that is left out."""
    return sum(part is None or part.given for part in parts)


def _variants(pattern: str) -> Iterator[list[Item | None]]:
    """The pattern with each optional part there or not; None for each argument that is left out."""
    stack: list[list[Any]] = [[]]
    for part in _PART.findall(pattern):
        if part == "[":
            stack.append([])
        elif part == "]":
            inner = stack.pop()
            stack[-1].append(inner)
        elif part in CATEGORIES or part == "*":
            stack[-1].append(Item(part, (), part != "U" and part != "*"))
        else:
            stack[-1].append(Item("", tuple(part.rstrip("!").split("|")), part.endswith("!")))
    return _expanded(stack[0])


def _expanded(tree: list[Any]) -> Iterator[list[Item | None]]:
    if not tree:
        yield []
        return
    head, rest = tree[0], tree[1:]
    for after in _expanded(rest):
        if isinstance(head, Item):
            yield [head, *after]
        else:
            for inside in _expanded(head):
                yield [*inside, *after]
            yield [*([None] * _arguments(head)), *after]


def _arguments(tree: list[Any]) -> int:
    return sum(part.given if isinstance(part, Item) else _arguments(part) for part in tree)


Kind = TypeVar("Kind")


def said(given: Sequence[object], kind: type[Kind]) -> Kind:
    """The one of a rule's arguments that is of this kind, wherever it stands."""
    return next(g for g in given if isinstance(g, kind))


def maybe(given: Sequence[object], kind: type[Kind]) -> Kind | None:
    """The same, or None where there is none."""
    return next((g for g in given if isinstance(g, kind)), None)
