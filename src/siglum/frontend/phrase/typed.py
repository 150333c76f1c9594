"""The typed tree: every word resolved to one overload, every conversion written out.

Imports `siglum.errors` and `siglum.ir` only. The elaborator and the reference evaluator read it.

Every node has `type` and `span`: character offsets (start, end) in the text; for a word or symbol the
span of the word itself, which is the place a stop names. Nothing in the tree has to be inferred again:
what a call stops on, lifts or converts is in the node.
"""

from __future__ import annotations

from collections.abc import Mapping

from siglum.errors import Place, place_in
from siglum.ir.types import Array, Fn, Option, Type
from siglum.ir.vocabulary import Overload

Span = tuple[int, int]


class Binder:
    """One binding of a name, compared by identity. `kind` is `param`, `it`, `acc` or `as`."""

    __slots__ = ("kind", "name", "type")

    def __init__(self, name: str, type: Type, kind: str) -> None:
        self.name, self.type, self.kind = name, type, kind

    def __repr__(self) -> str:
        return f"{self.name}:{self.type}"


class Literal:
    """A constant. `value` is int, float, bool or str (one code point where `type` is char)."""

    __slots__ = ("span", "type", "value")
    span: Span
    type: Type

    def __init__(self, value: int | float | bool | str, type: Type, span: Span) -> None:
        self.value, self.type, self.span = value, type, span


class Name:
    """The value of a binder."""

    __slots__ = ("binder", "span", "type")
    span: Span
    type: Type

    def __init__(self, binder: Binder, span: Span) -> None:
        self.binder, self.type, self.span = binder, binder.type, span


class Call:
    """A word applied. `bindings` gives the overload's type variables; `args` are in signature order.

    An argument whose parameter is a function is a `Lambda`, any other is a value of the parameter's type
    (after `bindings`), or, where `lifted[i]`, an array of such. If any argument is lifted, the word runs once
    per element: lifted arguments together (unequal lengths stop with `length`), others broadcast; the
    result is the array of results, and if the overload's result is an option each absent one stops with `empty`.
    Arguments given to all elements are evaluated first, also where the arrays are empty.

    The words `and` and `or`, not lifted, evaluate their second argument only when it matters.
    """

    __slots__ = ("args", "bindings", "lifted", "overload", "span", "type")
    span: Span
    type: Type

    def __init__(
        self,
        overload: Overload | DefinedWord,
        bindings: Mapping[str, Type],
        args: tuple[Argument, ...],
        lifted: tuple[bool, ...],
        type: Type,
        span: Span,
    ) -> None:
        self.overload, self.bindings, self.args, self.lifted = overload, bindings, args, lifted
        self.type, self.span = type, span


class SelfCall:
    """The enclosing definition calling itself; `args` and `lifted` as in `Call`."""

    __slots__ = ("args", "lifted", "span", "type")
    span: Span
    type: Type

    def __init__(self, args: tuple[Typed, ...], lifted: tuple[bool, ...], type: Type, span: Span) -> None:
        self.args, self.lifted, self.type, self.span = args, lifted, type, span


class Lambda:
    """A function argument: `params` is (it,) or (acc, it). `type` is of kind `fn`; no value ever has it."""

    __slots__ = ("body", "params", "span", "type")
    span: Span
    type: Type

    def __init__(self, params: tuple[Binder, ...], body: Typed, span: Span) -> None:
        self.params, self.body, self.span = params, body, span
        self.type = Fn(tuple(p.type for p in params), body.type)


class Let:
    """`value as NAME body`: `value` is evaluated once, before `body`."""

    __slots__ = ("binder", "body", "span", "type", "value")
    span: Span
    type: Type

    def __init__(self, binder: Binder, value: Typed, body: Typed, span: Span) -> None:
        self.binder, self.value, self.body, self.span, self.type = binder, value, body, span, body.type


class Choice:
    """`condition ? then : otherwise`.

    Not `per_element`: `condition` is bool and only the chosen arm is evaluated; both arms have `type`.

    `per_element`: `condition` is `[bool]` and `type` is an array. `elements` says for each arm whether it is
    an array that gives its elements (its length equals the mask's, or the program stops with `length`) or one
    value for all. An arm stops the program only at elements that choose it: in an arm a lifted call, another choice
    per element, a `Widen` or `as` name of those, and any value that is not an array, run only for the chosen
    elements; any other array is evaluated whole, when the choice is reached.
    """

    __slots__ = ("condition", "elements", "otherwise", "per_element", "span", "then", "type")
    span: Span
    type: Type

    def __init__(
        self,
        condition: Typed,
        then: Typed,
        otherwise: Typed,
        elements: tuple[bool, bool] | None,
        type: Type,
        span: Span,
    ) -> None:
        self.condition, self.then, self.otherwise, self.type, self.span = condition, then, otherwise, type, span
        self.per_element = elements is not None
        self.elements = elements or (False, False)


class ListOf:
    """`[a b c]`: all elements have the array's element type."""

    __slots__ = ("elements", "span", "type")
    span: Span
    type: Type

    def __init__(self, elements: tuple[Typed, ...], type: Type, span: Span) -> None:
        self.elements, self.type, self.span = elements, type, span


class OptionMeet:
    """A `T?` met where a T is wanted: absent stops with `empty`, naming `word` (which gave the option)."""

    __slots__ = ("span", "type", "value", "word")
    span: Span
    type: Type

    def __init__(self, value: Typed, word: str, span: Span) -> None:
        self.value, self.word, self.span, self.type = value, word, span, value.type.element


class Present:
    """A T where a `T?` is wanted: the option that holds it."""

    __slots__ = ("span", "type", "value")
    span: Span
    type: Type

    def __init__(self, value: Typed) -> None:
        self.value, self.span, self.type = value, value.span, Option(value.type)


class Widen:
    """A narrow scalar (u8, f32, ...) or an array of them, read as i64 or f64 (arrays: as `[i64]` or `[f64]`)."""

    __slots__ = ("span", "type", "value")
    span: Span
    type: Type

    def __init__(self, value: Typed, type: Type) -> None:
        self.value, self.type, self.span = value, type, value.span


class Else:
    """`value else default`: `default` is evaluated only where the option `value` is absent."""

    __slots__ = ("default", "span", "type", "value")
    span: Span
    type: Type

    def __init__(self, value: Typed, default: Typed, span: Span) -> None:
        self.value, self.default, self.span, self.type = value, default, span, default.type


Typed = Literal | Name | Call | SelfCall | Let | Choice | ListOf | OptionMeet | Present | Widen | Else
Argument = Typed | Lambda


class Definition:
    """A named function. An open phrase is a definition without a name whose first parameter is called `it`.

    `body.type` is `result`. `calls_itself` says whether a `SelfCall` occurs. `text` and `source` are where
    the spans point.
    """

    __slots__ = ("body", "calls_itself", "name", "params", "result", "source", "span", "text")

    def __init__(
        self, name: str, params: tuple[Binder, ...], body: Typed, calls_itself: bool, span: Span, text: str, source: str
    ) -> None:
        self.name, self.params, self.body, self.result = name, params, body, body.type
        self.calls_itself, self.span, self.text, self.source = calls_itself, span, text, source

    def place(self, span: Span) -> Place:
        """The place of `span` in the definition's text."""
        return place_in(self.source, self.text, span[0], span[1])


class DefinedWord:
    """A definition used as a word by another one: the `overload` of such calls.

    `definition` is set when the definition has been typed, which is before anyone sees the whole tree.
    Where definitions with written results call each other, it is reached again from inside its own body.
    """

    __slots__ = ("definition", "doc", "name", "params", "result")
    definition: Definition

    def __init__(self, name: str, params: tuple[tuple[str, Type], ...], result: Type) -> None:
        self.name, self.params, self.result, self.doc = name, params, result, ""


class Program:
    """All definitions of a text, in its order; `main` is the last."""

    __slots__ = ("definitions",)

    def __init__(self, definitions: tuple[Definition, ...]) -> None:
        self.definitions = definitions

    @property
    def main(self) -> Definition:
        return self.definitions[-1]


def lifted_result(result: Type) -> Type:
    """The type of a lifted call whose overload gives `result`: options are met element by element."""
    return Array(result.element if result.kind == "option" else result)
