"""What English noun phrases mean: typed phrase trees, and how they are built from smaller ones.

Imports `siglum.errors`, `siglum.frontend` and `siglum.ir`. Everything built here has types; what has none is None.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from siglum.errors import SiglumError
from siglum.frontend.phrase.language import Language, Params
from siglum.frontend.phrase.resolve import FIXED, Key, can_become
from siglum.frontend.phrase.rules import chosen_type, join, list_flex, literal_flex
from siglum.frontend.phrase.syntax import (
    SUBJECT,
    Call,
    Choice,
    Definition,
    Function,
    Let,
    ListOf,
    Literal,
    Name,
    Program,
    Tree,
    children,
    mentions,
)
from siglum.frontend.phrase.typed import OptionMeet
from siglum.frontend.phrase.typer import type_program
from siglum.ir.types import BOOL, CHAR, F64, I64, STR, Array, Map, Option, Type

MAX_INTEGER: Final = 2**63


class Origin(NamedTuple):
    """How a value was picked out of `source`, so that "remove", "replace" and "position of" can take it apart: `how` is
    filter (`detail` the predicate), first, last, take, suffix, at, maximum, minimum.
    """

    how: str
    source: Value
    detail: object = None


class Value:
    """A typed tree over the parameters, or, where `each` is a list, over the elements (`it`) of that list. `key` is equal where
    the trees are. `late` says that it was finished by something said last ("in rising order"), which goes better with the whole.
    """

    __slots__ = ("each", "flex", "key", "late", "origin", "tree", "type")

    def __init__(
        self, tree: Tree, type_: Type, key: str, flex: int = FIXED, each: Value | None = None, origin: Origin | None = None
    ) -> None:
        self.tree, self.type, self.key, self.flex, self.each, self.origin = tree, type_, key, flex, each, origin
        self.late = False

    def __repr__(self) -> str:
        return f"<{self.key}: {self.type}>"

    @property
    def known(self) -> Key:
        return self.type, self.flex

    @property
    def element(self) -> Type | None:
        """What its elements are, None where it is no list."""
        return self.type.element if self.type.kind == "array" else None

    def said_of(self, how: str, source: Value, detail: object = None) -> Value:
        """The same value, known to be picked out of `source`."""
        return Value(self.tree, self.type, self.key, self.flex, self.each, Origin(how, source, detail))


Maker = Callable[[Value], Value | None]


class Builder:
    """Builds values over the parameters of one signature."""

    def __init__(self, language: Language, params: Params, result: Type | None) -> None:
        self.language, self.resolver = language, language.resolver
        self.vocabulary = language.vocabulary
        self.params = tuple(Value(Name(name), t, name) for name, t in params)
        self.result = result
        self._signature = params
        self._templates: dict[tuple[str, int], Tree | None] = {}
        self._types: dict[tuple[str, tuple[str, ...]], Type | None] = {}

    # atoms

    def literal(self, value: int | float | bool | str) -> Value:
        """A constant; one character is text that may stand for a character."""
        if isinstance(value, bool):
            return Value(Literal(value, "bool"), BOOL, str(value).lower())
        if isinstance(value, int) and -MAX_INTEGER <= value < MAX_INTEGER:
            return Value(Literal(value, "i64"), I64, str(value), literal_flex(value, I64))
        if isinstance(value, str):
            return Value(Literal(value, "str"), STR, repr(value), literal_flex(value, STR))
        return Value(Literal(float(value), "f64"), F64, repr(float(value)))

    def character(self, value: str) -> Value:
        return Value(Literal(value, "char"), CHAR, f"'{value}'", literal_flex(value, CHAR))

    def letter_of(self, value: Value) -> Value | None:
        """The character that a literal of one letter may stand for."""
        text = value.tree.value if isinstance(value.tree, Literal) else None
        return self.character(text) if isinstance(text, str) and len(text) == 1 else None

    def it(self, type_: Type) -> Value:
        """The element inside a function."""
        return Value(Name(SUBJECT), type_, f"it:{type_}")

    # words

    def call(self, word: str, *args: Value) -> Value | None:
        """The word on these arguments, in signature order; none of them is said of each."""
        if any(a.each is not None for a in args):
            return None
        readings = self.resolver.readings(word, tuple([a.known for a in args]))
        if not readings:
            return None
        result = readings[0].result
        if result.has_vars:
            return None
        key = f"{word}({','.join([a.key for a in args])})"
        return Value(Call(word, tuple([a.tree for a in args])), result, key)

    def chain(self, value: Value | None, *words: str) -> Value | None:
        """Words of one argument, one after the other."""
        for word in words:
            if value is None:
                return None
            value = self.call(word, value)
        return value

    def by(self, word: str, xs: Value, body: Maker) -> Value | None:
        """A word that takes a list, or a map, and a function of its elements, whose body `body` makes."""
        element = _element_of(self.plain(xs).type)
        made = body(self.it(element)) if element is not None else None
        return self.over(word, xs, made) if made is not None else None

    def over(self, word: str, xs: Value, body: Value) -> Value | None:
        """The same with a body already made, of `it`."""
        result = self._result_by(word, xs.type, body.type) if _element_of(xs.type) is not None else None
        if result is None:
            return None
        return Value(Call(word, (xs.tree, Function(body.tree, 1))), result, f"{word}({xs.key},{body.key})")

    @staticmethod
    def _result_by(word: str, xs: Type, body: Type) -> Type | None:
        """What a word with a function gives, by its pattern."""
        body = body.element if body.kind == "option" else body
        if word == "map":
            return Map(xs.args[0], body) if xs.kind == "map" else Array(body)
        if word in ("filter", "reject", "takewhile", "dropwhile", "partition"):
            return xs if body is BOOL and (xs.kind == "array" or word == "filter") else None
        if xs.kind != "array":
            return None
        if word == "find":
            return Option(xs.element) if body is BOOL else None
        if not can_become((body, FIXED), body) or body not in _ORDERED:
            return None
        if word in ("most", "least"):
            return Option(xs.element)
        return xs if word == "order" else Map(body, xs) if word == "group" else None

    def list_of(self, values: Sequence[Value]) -> Value | None:
        """`[a b c]`, where the values have one type."""
        type_ = join([v.known for v in values]) if values and all(v.each is None for v in values) else None
        if type_ is None:
            return None
        flex = list_flex({v.flex for v in values})
        return Value(ListOf(tuple(v.tree for v in values)), Array(type_), f"[{' '.join(v.key for v in values)}]", flex)

    def choice(self, condition: Value, then: Value, otherwise: Value) -> Value | None:
        """`condition ? then : otherwise` for a bool."""
        if condition.type is not BOOL:
            return None
        type_ = chosen_type(then.known, otherwise.known)
        if type_ is None:
            return None
        tree = Choice(condition.tree, then.tree, otherwise.tree)
        return Value(tree, type_, f"({condition.key}?{then.key}:{otherwise.key})")

    def otherwise(self, value: Value, default: Value) -> Value | None:
        """`value else default`."""
        if value.type.kind != "option" or not can_become(default.known, value.type.element):
            return None
        return Value(Call("else", (value.tree, default.tree)), value.type.element, f"else({value.key},{default.key})")

    def fold(self, word: str, values: Sequence[Value]) -> Value | None:
        """`a word b word c`."""
        total: Value | None = values[0] if values else None
        for value in values[1:]:
            total = self.call(word, total, value) if total is not None else None
        return total

    # lists and their elements

    def plain(self, value: Value) -> Value:
        """The value with an absent option met."""
        if value.type.kind != "option":
            return value
        return Value(value.tree, value.type.element, value.key, FIXED, value.each, value.origin)

    def each(self, xs: Value) -> Value | None:
        """Every element of a list, on its own."""
        xs = self.plain(self.gathered(xs) or xs)
        if xs.element is None:
            return None
        it = self.it(xs.element)
        return Value(it.tree, it.type, f"{it.key}/{xs.key}", each=xs)

    def gathered(self, value: Value) -> Value | None:
        """What was said of each element, as a list."""
        if value.each is None:
            return value
        if isinstance(value.tree, Name) and value.tree.text == SUBJECT:
            return value.each
        return self.by("map", value.each, lambda _: Value(value.tree, value.type, value.key))

    def spread(self, value: Value, make: Maker) -> Value | None:
        """`make` for each element where the value is said of each, else for the value."""
        if value.each is None:
            return make(value)
        made = make(Value(value.tree, value.type, value.key, value.flex))
        if made is None:
            return None
        return Value(made.tree, made.type, f"{made.key}/{value.each.key}", made.flex, value.each)

    # phrases with places for values

    def template(self, text: str, *args: Value) -> Value | None:
        """The phrase `text`, in which x, y and z stand for `args`."""
        if any(a.each is not None for a in args):
            return None
        pattern = self._pattern(text, len(args))
        if pattern is None:
            return None
        key = f"{{{text}}}({','.join([a.key for a in args])})"
        names = dict(zip("xyz", args, strict=False))
        typed = tuple(str(a.type) if a.flex == FIXED else a.key for a in args)
        type_ = self._type_of(text, typed, pattern, names)
        if type_ is None:
            return None
        return Value(self._filled(pattern, {n: a.tree for n, a in names.items()}), type_, key)

    def _pattern(self, text: str, count: int) -> Tree | None:
        if (text, count) not in self._templates:
            params = tuple((name, I64) for name in "xyz"[:count])
            try:
                self._templates[text, count] = self.language.parse(text, params).main_body
            except SiglumError:
                self._templates[text, count] = None
        return self._templates[text, count]

    def _type_of(self, text: str, typed: tuple[str, ...], pattern: Tree, names: dict[str, Value]) -> Type | None:
        if (text, typed) not in self._types:
            fixed = {n: a.tree for n, a in names.items() if a.flex != FIXED}
            params = tuple((n, a.type) for n, a in names.items() if a.flex == FIXED)
            self._types[text, typed] = self.type_of(_put(pattern, fixed), params)
        return self._types[text, typed]

    def _filled(self, pattern: Tree, names: dict[str, Tree]) -> Tree:
        """`pattern` with trees for names; what is no atom and is said twice, or inside a function, gets a name first."""
        put: dict[str, Tree] = {}
        named: list[tuple[str, Tree]] = []
        free = (n for n in _FRESH if all(n != p.key for p in self.params))
        for name, tree in names.items():
            outside, everywhere = said_in(pattern, name, inside=False), said_in(pattern, name)
            simple = isinstance(tree, Literal) or (isinstance(tree, Name) and (tree.text != SUBJECT or outside == everywhere))
            if simple or outside == everywhere == 1:
                put[name] = tree
            else:
                fresh = next(free)
                put[name] = Name(fresh)
                named.append((fresh, tree))
        body = _put(pattern, put)
        for name, tree in reversed(named):
            body = Let(name, tree, body)
        return body

    def type_of(self, tree: Tree, params: Params) -> Type | None:
        """The type of a tree over names with these types; options stay options."""
        program = Program((Definition("", params, None, tree),), "", "<meaning>")
        try:
            body = type_program(program, self.resolver).main.body
        except SiglumError:
            return None
        return Option(body.type) if isinstance(body, OptionMeet) else body.type

    def as_step(self, value: Value, param: Value) -> Value | None:
        """What is made of a parameter, as what is made of `it`: None where it is not made of that alone."""
        if (
            value.each is not None
            or value.type is not param.type
            or not said_in(value.tree, param.key)
            or mentions(value.tree, SUBJECT)
        ):
            return None
        return Value(_put(value.tree, {param.key: Name(SUBJECT)}), value.type, f"{value.key}[{param.key}:=it]")

    def list_within(self, value: Value) -> Value | None:
        """The list that a value is computed from: its first argument, or the first argument of that."""
        tree = value.tree
        while isinstance(tree, Call) and tree.args and not isinstance(tree.args[0], Function):
            tree = tree.args[0]
            type_ = self.type_of(tree, self._signature)
            if type_ is not None and type_.kind == "array":
                return Value(tree, type_, f"within {value.key}")
        return None

    def with_parameter(self, value: Value, name: str, make: Maker) -> Value | None:
        """The value with what `make` makes of a parameter in the parameter's place."""
        param = next((p for p in self.params if p.key == name), None)
        made = make(param) if param is not None else None
        if param is None or made is None or not said_in(value.tree, name):
            return None
        if value.each is None and mentions(value.tree, SUBJECT):
            return None
        tree = _put(value.tree, {name: made.tree})
        params = self._signature if value.each is None else (*self._signature, (SUBJECT, value.each.element or I64))
        type_ = self.type_of(tree, params)
        if type_ is None:
            return None
        each = self.with_parameter(value.each, name, make) or value.each if value.each is not None else None
        return Value(tree, type_, f"{value.key}[{name}:={made.key}]", value.flex, each)


_FRESH: Final = ("v", "w", "u", "p", "q", "r")
_ORDERED: Final = (I64, F64, BOOL, CHAR, STR)


def _element_of(t: Type) -> Type | None:
    """What a function of the elements gets: an element of a list, a value of a map."""
    return t.element if t.kind == "array" else t.args[1] if t.kind == "map" else None


def said_in(tree: Tree, name: str, inside: bool = True) -> int:
    """How often a name is said in a tree, inside functions too or only outside of them."""
    if isinstance(tree, Name):
        return int(tree.text == name)
    parts = [p for p in children(tree) if inside or not isinstance(p, Function)]
    return sum(said_in(part.body if isinstance(part, Function) else part, name, inside) for part in parts)


def _put(tree: Tree, names: dict[str, Tree]) -> Tree:
    if isinstance(tree, Name):
        return names.get(tree.text, tree)
    if isinstance(tree, Call):
        return Call(tree.word, tuple(_put_in(a, names) for a in tree.args))
    if isinstance(tree, ListOf):
        return ListOf(tuple(_put(e, names) for e in tree.elements))
    if isinstance(tree, Choice):
        return Choice(_put(tree.condition, names), _put(tree.then, names), _put(tree.otherwise, names))
    if isinstance(tree, Let):
        return Let(tree.name, _put(tree.value, names), _put(tree.body, names))
    return tree


def _put_in(part: Tree | Function, names: dict[str, Tree]) -> Tree | Function:
    if isinstance(part, Function):
        return Function(_put(part.body, names), part.arity)
    return _put(part, names)


def some(*values: Value | None) -> Iterable[Value]:
    """Those that are there."""
    return (v for v in values if v is not None)
