"""Types: interned, compared by identity. `str` and `[char]` are one type.

Imports `siglum.errors` only.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from siglum.errors import UserError, place_in


class Type:
    """A type or a type pattern (one that holds variables). `kind` is one of the scalar names, or
    `array`, `pair`, `option`, `map`, `fn` (arguments then result), `var`; `args` are its parts. `element`, the first of
    them, is what an array or an option holds; types without parts have none.
    """

    __slots__ = ("args", "element", "has_vars", "kind", "text")
    kind: str
    args: tuple[Type, ...]
    element: Type
    has_vars: bool
    text: str

    def __repr__(self) -> str:
        return self.text

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return parse_type, (self.text,)


MAX_NESTING: Final = 64
"""How deep a type may nest."""
_interned: dict[tuple[str, tuple[Type, ...]], Type] = {}


def _make(kind: str, args: tuple[Type, ...], text: str) -> Type:
    key = (kind if kind != "var" else "var " + text, args)
    found = _interned.get(key)
    if found is None:
        found = Type()
        found.kind, found.args, found.text = kind, args, text
        if args:
            found.element = args[0]
        found.has_vars = kind == "var" or any(a.has_vars for a in args)
        found = _interned.setdefault(key, found)
    return found


BOOL: Final = _make("bool", (), "bool")
I8: Final = _make("i8", (), "i8")
I16: Final = _make("i16", (), "i16")
I32: Final = _make("i32", (), "i32")
I64: Final = _make("i64", (), "i64")
U8: Final = _make("u8", (), "u8")
U16: Final = _make("u16", (), "u16")
U32: Final = _make("u32", (), "u32")
U64: Final = _make("u64", (), "u64")
F32: Final = _make("f32", (), "f32")
F64: Final = _make("f64", (), "f64")
CHAR: Final = _make("char", (), "char")
NOTHING: Final = _make("nothing", (), "nothing")
"""The type of the empty list's elements and of `none`, until something beside it says more."""

SCALARS: Final = {t.kind: t for t in (BOOL, I8, I16, I32, I64, U8, U16, U32, U64, F32, F64, CHAR)}
INTEGERS: Final = (I8, I16, I32, I64, U8, U16, U32, U64)
RANGES: Final = {
    I8: (-(2**7), 2**7 - 1),
    I16: (-(2**15), 2**15 - 1),
    I32: (-(2**31), 2**31 - 1),
    I64: (-(2**63), 2**63 - 1),
    U8: (0, 2**8 - 1),
    U16: (0, 2**16 - 1),
    U32: (0, 2**32 - 1),
    U64: (0, 2**64 - 1),
}
"""Inclusive bounds of each integer type."""

WIDTHS: Final = {
    BOOL: 1, I8: 1, U8: 1, I16: 2, U16: 2, I32: 4, U32: 4, F32: 4, CHAR: 4, I64: 8, U64: 8, F64: 8,
}  # fmt: skip
"""Bytes of a scalar as an array element."""


@cache
def Array(element: Type) -> Type:  # noqa: N802 - reads as a type
    """`[element]`; `[char]` is `str`."""
    return _make("array", (element,), "str" if element is CHAR else f"[{element.text}]")


@cache
def Pair(left: Type, right: Type) -> Type:  # noqa: N802
    return _make("pair", (left, right), f"({left.text}, {right.text})")


@cache
def Option(value: Type) -> Type:  # noqa: N802
    return _make("option", (value,), f"{value.text}?")


@cache
def Map(key: Type, value: Type) -> Type:  # noqa: N802
    return _make("map", (key, value), f"{{{key.text}:{value.text}}}")


def Fn(arguments: tuple[Type, ...], result: Type) -> Type:  # noqa: N802
    """The type of a function argument, as in `(T -> bool)`; it never is the type of a value."""
    return _make("fn", (*arguments, result), f"({' '.join(a.text for a in arguments)} -> {result.text})")


def Var(name: str) -> Type:  # noqa: N802
    """A type variable: N is i64 or f64, S an ordered scalar or str, any other capital stands for any type."""
    return _make("var", (), name)


STR: Final = Array(CHAR)


def is_scalar(t: Type) -> bool:
    return not t.args and t.kind in SCALARS


_WIDENED: Final = {**dict.fromkeys((I8, I16, I32, U8, U16, U32), I64), F32: F64}


def widened(t: Type) -> Type:
    """What words compute with: narrow integers widen to i64, f32 to f64."""
    return _WIDENED.get(t, t)


def fits_class(variable: str, t: Type) -> bool:
    """Whether `t` may stand for the type variable called `variable`."""
    if variable == "N":
        return t is I64 or t is F64
    if variable == "S":
        return t in (I64, U64, F64, BOOL, CHAR, STR)
    return t.kind != "fn"


def substitute(pattern: Type, bindings: dict[str, Type]) -> Type:
    """`pattern` with its variables replaced; unbound variables stay."""
    if not pattern.has_vars:
        return pattern
    if pattern.kind == "var":
        return bindings.get(pattern.text, pattern)
    args = tuple(substitute(a, bindings) for a in pattern.args)
    return build(pattern.kind, args)


def build(kind: str, args: tuple[Type, ...]) -> Type:
    """The type of `kind` with the given parts."""
    if kind == "array":
        return Array(args[0])
    if kind == "pair":
        return Pair(args[0], args[1])
    if kind == "option":
        return Option(args[0])
    if kind == "map":
        return Map(args[0], args[1])
    if kind == "fn":
        return Fn(args[:-1], args[-1])
    return SCALARS[kind]


def match(pattern: Type, t: Type, bindings: dict[str, Type]) -> bool:
    """One-way unification without promotion: extend `bindings` so that `pattern` becomes `t`."""
    if not pattern.has_vars:
        return pattern is t
    if pattern.kind == "var":
        bound = bindings.get(pattern.text)
        if bound is not None:
            return bound is t
        if not fits_class(pattern.text, t):
            return False
        bindings[pattern.text] = t
        return True
    if pattern.kind != t.kind or len(pattern.args) != len(t.args):
        return False
    return all(match(p, a, bindings) for p, a in zip(pattern.args, t.args, strict=True))


class _Reader:
    """Reads one type from text; `at` is the next position."""

    def __init__(self, text: str, at: int, source: str) -> None:
        self.text, self.at, self.source = text, at, source

    def fail(self, what: str) -> UserError:
        place = place_in(self.source, self.text, min(self.at, len(self.text)), self.at + 1)
        return UserError(what, place, "types are bool i64 f64 char str [T] (A, B) T? {K:V}", "E-011")

    def skip(self) -> str:
        while self.at < len(self.text) and self.text[self.at] in " \t":
            self.at += 1
        return self.text[self.at] if self.at < len(self.text) else ""

    def expect(self, token: str) -> None:
        self.skip()
        if not self.text.startswith(token, self.at):
            raise self.fail(f"expected `{token}` in the type")
        self.at += len(token)

    def type(self, depth: int = 0) -> Type:
        if depth > MAX_NESTING:
            place = place_in(self.source, self.text, self.at, self.at + 1)
            what = f"nesting over {MAX_NESTING} in the type at {place.line}:{place.column}"
            raise UserError(what, place, "types of values nest less", "E-015")
        c = self.skip()
        if c == "[":
            self.at += 1
            base = Array(self.type(depth + 1))
            self.expect("]")
        elif c == "{":
            self.at += 1
            key = self.type(depth + 1)
            self.expect(":")
            base = Map(key, self.type(depth + 1))
            self.expect("}")
        elif c == "(":
            base = self.parenthesized(depth)
        else:
            start = self.at
            while self.at < len(self.text) and (self.text[self.at].isalnum() or self.text[self.at] == "_"):
                self.at += 1
            name = self.text[start : self.at]
            if name == "str":
                base = STR
            elif name in SCALARS:
                base = SCALARS[name]
            elif len(name) == 1 and name.isupper():
                base = Var(name)
            else:
                self.at = start
                raise self.fail(f"unknown type `{name}`" if name else "a type is missing")
        while self.at < len(self.text) and self.text[self.at] == "?":
            self.at += 1
            base = Option(base)
        return base

    def parenthesized(self, depth: int) -> Type:
        self.at += 1
        parts = [self.type(depth + 1)]
        while True:
            c = self.skip()
            if c == ",":
                self.at += 1
                base = Pair(parts[0], self.type(depth + 1))
                self.expect(")")
                return base
            if self.text.startswith("->", self.at):
                self.at += 2
                base = Fn(tuple(parts), self.type(depth + 1))
                self.expect(")")
                return base
            if c == ")" and len(parts) == 1:
                self.at += 1
                return parts[0]
            if not c:
                raise self.fail("expected `)` in the type")
            parts.append(self.type(depth + 1))


def read_type(text: str, at: int, source: str = "<type>") -> tuple[Type, int]:
    """The type that starts at `text[at]`, and where it ends. Raises `UserError`."""
    reader = _Reader(text, at, source)
    return reader.type(), reader.at


def parse_type(text: str, source: str = "<type>") -> Type:
    """The type `text` denotes, e.g. `[(str, i64)]`. Raises `UserError`."""
    result, end = read_type(text, 0, source)
    reader = _Reader(text, end, source)
    if reader.skip():
        raise reader.fail("text after the type")
    return result


def components(t: Type) -> tuple[str, ...]:
    """The machine components of a value of type `t`, in order: `i` an integer register, `f` a float
    register, `b` an array base and `n` its length (both live in frame slots). See docs/frame.md.
    """
    kind = t.kind
    if kind == "array":
        return ("b", "n")
    if kind == "pair":
        return components(t.args[0]) + components(t.args[1])
    if kind == "option":
        return ("i", *components(t.args[0]))
    if kind == "map":
        return ("b", "n", "b", "n")
    return ("f",) if kind in ("f64", "f32") else ("i",)


def element_size(t: Type) -> int:
    """Bytes one element of type `t` takes in an array."""
    return WIDTHS[t] if is_scalar(t) else 8 * len(components(t))
