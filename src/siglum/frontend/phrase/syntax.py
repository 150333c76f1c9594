"""The untyped tree of a phrase: what the parser gives and the printer takes. No types, no vocabulary.

Imports `siglum.ir.types` only (for the types written in signatures).

Nodes are immutable and compare by structure; `span` (character offsets, start and end) takes no part in it.
`height` counts the nodes on the longest way down.
"""

from __future__ import annotations

from siglum.ir.types import Type

Span = tuple[int, int]

SUBJECT = "it"
RUNNING = "acc"


class Node:
    """Base of all nodes: structural equality over `parts`, frozen after construction."""

    __slots__ = ("height", "span")
    parts: tuple[str, ...] = ()
    span: Span
    height: int

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable")

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        return all(getattr(self, part) == getattr(other, part) for part in self.parts)

    def __hash__(self) -> int:
        return hash((type(self).__name__, *(getattr(self, part) for part in self.parts)))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(repr(getattr(self, part)) for part in self.parts)})"


_set = object.__setattr__


class Name(Node):
    """A parameter, an `as` name, `it` or `acc`."""

    __slots__ = ("text",)
    parts = ("text",)
    text: str

    def __init__(self, text: str, span: Span = (0, 0)) -> None:
        _set(self, "text", text)
        _set(self, "span", span)
        _set(self, "height", 1)


class Literal(Node):
    """A constant; `kind` is i64, f64, bool, str or char and decides how `value` compares."""

    __slots__ = ("kind", "value")
    parts = ("kind", "value")
    value: int | float | bool | str
    kind: str

    def __init__(self, value: int | float | bool | str, kind: str, span: Span = (0, 0)) -> None:
        _set(self, "value", value)
        _set(self, "kind", kind)
        _set(self, "span", span)
        _set(self, "height", 1)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Literal) and self.kind == other.kind and repr(self.value) == repr(other.value)

    __hash__ = Node.__hash__


class ListOf(Node):
    """`[a b c]`."""

    __slots__ = ("elements",)
    parts = ("elements",)
    elements: tuple[Tree, ...]

    def __init__(self, elements: tuple[Tree, ...], span: Span = (0, 0)) -> None:
        _set(self, "elements", elements)
        _set(self, "span", span)
        _set(self, "height", 1 + max((e.height for e in elements), default=0))


class Call(Node):
    """A word or symbol with all its arguments in signature order; `span` is the word's own."""

    __slots__ = ("args", "word")
    parts = ("word", "args")
    word: str
    args: tuple[Tree | Function, ...]

    def __init__(self, word: str, args: tuple[Tree | Function, ...], span: Span = (0, 0)) -> None:
        height = 0
        for arg in args:
            if arg.height > height:
                height = arg.height
        _set(self, "word", word)
        _set(self, "args", args)
        _set(self, "span", span)
        _set(self, "height", height + 1)


class Function(Node):
    """A function argument; `arity` 1 binds `it` in `body`, 2 binds `acc` and `it`."""

    __slots__ = ("arity", "body")
    parts = ("arity", "body")
    body: Tree
    arity: int

    def __init__(self, body: Tree, arity: int, span: Span = (0, 0)) -> None:
        _set(self, "body", body)
        _set(self, "arity", arity)
        _set(self, "span", span)
        _set(self, "height", body.height + 1)


class Let(Node):
    """`value as name body`; `span` is the name's own."""

    __slots__ = ("body", "name", "value")
    parts = ("name", "value", "body")
    name: str
    value: Tree
    body: Tree

    def __init__(self, name: str, value: Tree, body: Tree, span: Span = (0, 0)) -> None:
        _set(self, "name", name)
        _set(self, "value", value)
        _set(self, "body", body)
        _set(self, "span", span)
        _set(self, "height", 1 + max(value.height, body.height))


class Choice(Node):
    """`condition ? then : otherwise`; `span` is the question mark's own."""

    __slots__ = ("condition", "otherwise", "then")
    parts = ("condition", "then", "otherwise")
    condition: Tree
    then: Tree
    otherwise: Tree

    def __init__(self, condition: Tree, then: Tree, otherwise: Tree, span: Span = (0, 0)) -> None:
        _set(self, "condition", condition)
        _set(self, "then", then)
        _set(self, "otherwise", otherwise)
        _set(self, "span", span)
        _set(self, "height", 1 + max(condition.height, then.height, otherwise.height))


Tree = Name | Literal | ListOf | Call | Let | Choice


class Definition(Node):
    """A definition, or with an empty `name` a bare expression.

    `subject` is the name an open bare expression starts from (`it`, or the first parameter of a signature
    given beside the text); it is empty where the text is closed. `result` is the written result type.
    """

    __slots__ = ("body", "name", "params", "result", "subject")
    parts = ("name", "params", "result", "body")
    name: str
    params: tuple[tuple[str, Type], ...]
    result: Type | None
    body: Tree
    subject: str

    def __init__(
        self,
        name: str,
        params: tuple[tuple[str, Type], ...],
        result: Type | None,
        body: Tree,
        span: Span = (0, 0),
        subject: str = "",
    ) -> None:
        _set(self, "name", name)
        _set(self, "params", params)
        _set(self, "result", result)
        _set(self, "body", body)
        _set(self, "span", span)
        _set(self, "subject", subject)
        _set(self, "height", body.height)


class Program(Node):
    """The definitions of a text in order, or its one bare expression."""

    __slots__ = ("definitions", "source", "text")
    parts = ("definitions",)
    definitions: tuple[Definition, ...]
    text: str
    source: str

    def __init__(self, definitions: tuple[Definition, ...], text: str, source: str) -> None:
        _set(self, "definitions", definitions)
        _set(self, "text", text)
        _set(self, "source", source)
        _set(self, "span", (0, len(text)))
        _set(self, "height", max(d.height for d in definitions))

    @property
    def main_body(self) -> Tree:
        """The body of the last definition."""
        return self.definitions[-1].body


def extent(tree: Tree | Function) -> Span:
    """The whole text of a tree, from its first token to its last (closing brackets aside)."""
    start, end = tree.span
    for part in children(tree):
        inner = extent(part)
        if inner[0] < inner[1]:
            start, end = min(start, inner[0]), max(end, inner[1])
    return start, end


def children(tree: Tree | Function) -> tuple[Tree | Function, ...]:
    """The direct parts of a node, in the order they are evaluated."""
    if isinstance(tree, Call):
        return tree.args
    if isinstance(tree, ListOf):
        return tree.elements
    if isinstance(tree, Function):
        return (tree.body,)
    if isinstance(tree, Let):
        return (tree.value, tree.body)
    if isinstance(tree, Choice):
        return (tree.condition, tree.then, tree.otherwise)
    return ()


def mentions(tree: Tree, name: str) -> int:
    """How often `name` is said in `tree`, where inner functions and `as` do not bind it anew."""
    if isinstance(tree, Name):
        return 1 if tree.text == name else 0
    total = 0
    for part in children(tree):
        if isinstance(part, Function):
            if name == SUBJECT or (name == RUNNING and part.arity == 2):
                continue
            total += mentions(part.body, name)
        elif isinstance(tree, Let) and part is tree.body and tree.name == name:
            continue
        else:
            total += mentions(part, name)
    return total
