"""What a front end may ask of a vocabulary: shapes for the parser, overloads for the typer.

Imports `siglum.ir.types` only; vocabularies implement these protocols, front ends take them as parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple, Protocol

from siglum.ir.types import Type


class Shape(NamedTuple):
    """How a word is written, the same for all its overloads.

    `functions` has one number per argument, the first argument included: 0 for a value, 1 for a
    function of `it`, 2 for a function of `acc` and `it`.
    """

    functions: tuple[int, ...]

    @property
    def arity(self) -> int:
        return len(self.functions)

    @property
    def takes_functions(self) -> bool:
        return any(self.functions)


class Declaration(Protocol):
    """A name with types. Parameter types may hold variables; function parameters are of kind `fn`."""

    @property
    def name(self) -> str: ...

    @property
    def params(self) -> tuple[tuple[str, Type], ...]: ...

    @property
    def result(self) -> Type: ...

    @property
    def doc(self) -> str: ...


class Overload(Declaration, Protocol):
    """One declaration of a word."""

    @property
    def reference(self) -> Callable[..., Any]:
        """The Python function that defines the word's meaning; options are `None` when absent."""
        ...


class Vocabulary(Protocol):
    """Words by name. A name has one shape and at least one overload; symbols such as `+` are words too."""

    def shape(self, name: str) -> Shape | None: ...

    def names(self) -> Collection[str]: ...

    def overloads(self, name: str) -> Sequence[Overload]: ...

    def synonym(self, name: str) -> str | None:
        """The word that `name` is a usual other name of (`len` for `length`), or None."""
        ...


def shape_of(overload: Declaration) -> Shape:
    """The shape that the parameters of `overload` imply."""
    return Shape(tuple(len(pattern.args) - 1 if pattern.kind == "fn" else 0 for _, pattern in overload.params))
