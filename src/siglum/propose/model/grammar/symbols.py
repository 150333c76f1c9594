"""The symbols of the grammar: what each stands for in a phrase. Imports `siglum.ir` and `siglum.frontend.phrase`."""

from __future__ import annotations

from dataclasses import dataclass

from siglum.frontend.phrase.states import Value
from siglum.ir.types import Type
from siglum.propose.model.grammar.values import Values


@dataclass(frozen=True, slots=True)
class Scope:
    """Types of the names that a function's body has, None where it has not."""

    it: Type | None = None
    acc: Type | None = None


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression, no lone literal, that binds at least as tight as `loosest` and gives one of `goal`: a type, perhaps with its
    option. `opens` says whether it may begin with parentheses, `alone` whether an atom may be all of it.
    """

    scope: Scope
    loosest: int
    goal: Values
    opens: bool = True
    alone: bool = True


@dataclass(frozen=True, slots=True)
class Demand:
    """An expression that binds at least as tight as `loosest` and gives one of `values`, of whatever type."""

    scope: Scope
    loosest: int
    values: Values


@dataclass(frozen=True, slots=True)
class Otherwise:
    """The last part of a choice, which gives one of `values`."""

    scope: Scope
    values: Values


@dataclass(frozen=True, slots=True)
class More:
    """What follows `value`, not nothing, until an expression that binds at least as tight as `loosest` gives one of `goal`.
    `tightness` is that of the last symbol; `spaced` says whether a space comes first.
    """

    scope: Scope
    value: Value
    tightness: int
    loosest: int
    goal: Values
    spaced: bool = True


@dataclass(frozen=True, slots=True)
class Start:
    """An atom of exactly this value, but for parentheses."""

    scope: Scope
    value: Value


@dataclass(frozen=True, slots=True)
class Link:
    """One word behind `value`, with its further arguments, that gives `result`."""

    scope: Scope
    value: Value
    result: Value
    spaced: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One symbol of strength `level` behind `value`, with its right side, that gives `result`."""

    scope: Scope
    level: int
    value: Value
    result: Value
    spaced: bool


@dataclass(frozen=True, slots=True)
class Atom:
    """An atom of one of these values."""

    scope: Scope
    values: Values


@dataclass(frozen=True, slots=True)
class Body:
    """A function that is given values of these types, in a word's place for one."""

    given: tuple[Type, ...]
    bodies: Values


@dataclass(frozen=True, slots=True)
class Items:
    """The elements of a list of `element`; `fixed` says whether one that can be nothing else stands before."""

    scope: Scope
    element: Type
    fixed: bool


@dataclass(frozen=True, slots=True)
class Token:
    """A literal of a class that `siglum.propose.model.grammar.gbnf` spells out."""

    name: str


@dataclass(frozen=True, slots=True)
class Maybe:
    """A symbol, or nothing."""

    symbol: Symbol


Symbol = Demand | Otherwise | Expression | More | Start | Link | Step | Atom | Body | Items
Part = str | Token | Symbol | Maybe
Alternative = tuple[Part, ...]
