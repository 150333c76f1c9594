"""How a C function takes and gives the values of a reference: its prototype against the reference's signature.

A list crosses as a pointer and a length, or as a pointer alone where the prototype fixes the number of elements
(`int32_t p[3]`). A list the reference gives is what a buffer holds on return: one that has no parameter in the reference, or
a writable one that has. Imports `errors` and `ir.types`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, NamedTuple

from siglum.errors import UserError, echo, place_in
from siglum.ir.types import BOOL, F32, F64, I8, I16, I32, I64, U8, U16, U32, U64, Type, is_scalar

C_TYPES: Final[dict[str, Type]] = {
    "int8_t": I8, "int16_t": I16, "int32_t": I32, "int64_t": I64, "uint8_t": U8, "uint16_t": U16, "uint32_t": U32,
    "uint64_t": U64, "size_t": U64, "ssize_t": I64, "ptrdiff_t": I64, "uintptr_t": U64, "intptr_t": I64, "bool": BOOL,
    "_Bool": BOOL, "float": F32, "double": F64, "char": I8, "signed char": I8, "unsigned char": U8, "short": I16,
    "unsigned short": U16, "int": I32, "unsigned": U32, "unsigned int": U32, "long": I64, "unsigned long": U64, "long long": I64,
    "unsigned long long": U64,
}  # fmt: skip
"""C types by name, on x86-64 Linux."""
C_NAMES: Final = {
    I8: "int8_t", I16: "int16_t", I32: "int32_t", I64: "int64_t", U8: "uint8_t", U16: "uint16_t", U32: "uint32_t",
    U64: "uint64_t", BOOL: "bool", F32: "float", F64: "double",
}  # fmt: skip
WORDS: Final = 6
FLOATS: Final = 8
"""Arguments that travel in registers (System V psABI, 3.2.3)."""
_QUALIFIERS: Final = frozenset(("restrict", "__restrict", "__restrict__", "volatile", "static", "extern", "inline"))
_TOKEN: Final = re.compile(r"\s*([A-Za-z_]\w*|\d+|[*,()\[\];])")


class Parameter(NamedTuple):
    """One C parameter; `elements` is that of `T name[elements]`, 0 where it is open."""

    name: str
    type: Type | None
    pointer: bool
    const: bool
    elements: int


class Prototype(NamedTuple):
    """A C function's declaration; `result.type` None means void."""

    name: str
    parameters: tuple[Parameter, ...]
    result: Parameter
    text: str


@dataclass(frozen=True, slots=True)
class Argument:
    """What one argument register holds. `kind` is "scalar" (a value of `type`), "pointer" (to elements of `type`: `count` of
    them, or None where a length goes with it) or "length" (of the list `name`). A pointer with `given` False is a buffer
    that only takes the result.
    """

    kind: str
    name: str
    type: Type
    count: int | None = None
    writable: bool = False
    given: bool = True


@dataclass(frozen=True, slots=True)
class Convention:
    """`result` is "scalar", "pointer" (into the list `home`, or null for none) or "nothing"; `home` names the buffer that
    holds the reference's list on return where there is one.
    """

    prototype: str
    arguments: tuple[Argument, ...]
    result: str
    result_type: Type | None
    home: str

    @property
    def lists(self) -> tuple[Argument, ...]:
        """The buffers, in order."""
        return tuple(a for a in self.arguments if a.kind == "pointer")


# Reading ----------------------------------------------------------------------------------------------------------
class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[tuple[str, int]] = []
        at = 0
        while text[at:].strip():
            found = _TOKEN.match(text, at)
            if found is None:
                at += len(text[at:]) - len(text[at:].lstrip())
                raise self.refuse(f"{echo(text[at])!r} has no place in a prototype", at)
            self.tokens.append((found.group(1), found.start(1)))
            at = found.end()
        self.next = 0

    def refuse(self, what: str, at: int | None = None) -> UserError:
        at = self.at() if at is None else at
        fix = "write it as C does: int32_t f(const int32_t *p, size_t n)"
        return UserError(what, place_in("<prototype>", self.text, at, at + 1), fix, "E-070")

    def at(self) -> int:
        return self.tokens[self.next][1] if self.next < len(self.tokens) else len(self.text)

    def peek(self) -> str:
        return self.tokens[self.next][0] if self.next < len(self.tokens) else ""

    def take(self) -> str:
        token = self.peek()
        self.next += 1
        return token

    def expect(self, token: str) -> None:
        if self.peek() != token:
            raise self.refuse(f"expected `{token}` in the prototype")
        self.next += 1

    def parameter(self) -> Parameter:
        words: list[str] = []
        const = pointer = False
        start = self.at()
        name = ""
        while self.peek() and self.peek() not in ",()[;":
            token = self.take()
            if token == "*":
                if pointer:
                    raise self.refuse("a pointer to a pointer has no counterpart in a reference", start)
                pointer = True
            elif token == "const":
                const = const or not pointer
            elif token not in _QUALIFIERS:
                if pointer or (words and " ".join([*words, token]) not in C_TYPES and not _starts_type([*words, token])):
                    name = token
                else:
                    words.append(token)
        spelled = " ".join(words)
        if spelled != "void" and spelled not in C_TYPES:
            raise self.refuse(f"unknown C type `{echo(spelled)}`" if spelled else "a type is missing", start)
        count = 0
        if self.peek() == "[":
            self.take()
            size = self.take() if self.peek() != "]" else "0"
            if not size.isdigit():
                raise self.refuse("the number of elements must be a number", start)
            pointer, count = True, int(size)
            self.expect("]")
        return Parameter(name, C_TYPES.get(spelled), pointer, const, count)


def _starts_type(words: list[str]) -> bool:
    start = " ".join(words)
    return any(name == start or name.startswith(start + " ") for name in C_TYPES)


def parse_prototype(text: str) -> Prototype:
    """The declaration of one C function. Raises `UserError` (E-070)."""
    reader = _Reader(text)
    result = reader.parameter()
    if not result.name:
        raise reader.refuse("the function's name is missing")
    reader.expect("(")
    parameters: list[Parameter] = []
    while reader.peek() != ")":
        if parameters:
            reader.expect(",")
        at = reader.at()
        found = reader.parameter()
        if found.type is None and not found.pointer and not found.name and reader.peek() == ")" and not parameters:
            break
        if not found.name or found.type is None:
            raise reader.refuse("a parameter needs a type and a name", at)
        parameters.append(found)
    reader.expect(")")
    if reader.peek() == ";":
        reader.take()
    if reader.peek():
        raise reader.refuse("text after the prototype")
    return Prototype(result.name, tuple(parameters), result, text)


# Against a reference --------------------------------------------------------------------------------------------------
Signature = tuple[tuple[str, Type], ...]


def convention(prototype: Prototype, params: Signature, result: Type) -> Convention:
    """How the prototype takes `params` (by name) and gives `result`. Raises `UserError` (E-071) where they do not fit."""
    known = dict(params)
    arguments: list[Argument] = []
    left = list(prototype.parameters)
    while left:
        parameter = left.pop(0)
        assert parameter.type is not None
        t = known.pop(parameter.name, None)
        if not parameter.pointer:
            if t is None:
                raise _unfit(prototype, f"the reference has no parameter `{echo(parameter.name)}`")
            if t is not parameter.type:
                raise _unfit(prototype, f"`{parameter.name}` is {parameter.type} in C and {t} in the reference")
            arguments.append(Argument("scalar", parameter.name, t))
            continue
        if t is not None and (t.kind != "array" or t.element is not parameter.type):
            raise _unfit(prototype, f"`{parameter.name}` points to {parameter.type} in C and is {t} in the reference")
        with_length = not parameter.elements and left and left[0].type in (U64, I64) and not left[0].pointer
        with_length = with_length and left[0].name not in known
        if t is not None and not parameter.elements and not with_length:
            what = f"nothing tells the length of `{parameter.name}`: write {parameter.name}[3], or a size_t after it"
            raise _unfit(prototype, what)
        count = parameter.elements or None
        arguments.append(Argument("pointer", parameter.name, parameter.type, count, not parameter.const, t is not None))
        if with_length:
            left.pop(0)
            arguments.append(Argument("length", parameter.name, U64))
    if known:
        raise _unfit(prototype, f"the reference's `{next(iter(known))}` is no parameter in C")
    _check_registers(prototype, arguments)
    how, home = _result(prototype, arguments, result)
    return Convention(prototype.text, tuple(arguments), how, prototype.result.type if how == "scalar" else None, home)


def _result(prototype: Prototype, arguments: list[Argument], result: Type) -> tuple[str, str]:
    """How the result comes back, and the buffer it is in or points into."""
    given = prototype.result
    if given.pointer:
        homes = [a.name for a in arguments if a.kind == "pointer" and a.given and a.type is given.type]
        if result.kind != "option" or result.element is not I64 or len(homes) != 1:
            raise _unfit(prototype, f"a pointer answers for an index in one list (i64?), and the reference gives {result}")
        return "pointer", homes[0]
    if given.type is not None:
        if result is not given.type:
            raise _unfit(prototype, f"it gives {given.type} in C and {result} in the reference")
        return "scalar", ""
    if result.kind != "array":
        raise _unfit(prototype, f"it gives nothing in C and {result} in the reference")
    outputs = [a for a in arguments if a.kind == "pointer" and a.writable and a.type is result.element]
    only_outputs = [a for a in outputs if not a.given]
    chosen = only_outputs or outputs
    if len(chosen) != 1:
        what = "no buffer of that type is writable" if not chosen else f"{len(chosen)} buffers could hold it"
        raise _unfit(prototype, f"the reference gives {result}: {what}")
    if not chosen[0].given and chosen[0].count is None:
        raise _unfit(prototype, f"nothing tells how many elements `{chosen[0].name}` takes: write {chosen[0].name}[8]")
    return "nothing", chosen[0].name


def _check_registers(prototype: Prototype, arguments: list[Argument]) -> None:
    floats = sum(a.kind == "scalar" and a.type in (F32, F64) for a in arguments)
    if len(arguments) - floats > WORDS or floats > FLOATS:
        raise _unfit(prototype, f"more than {WORDS} integer or {FLOATS} float arguments")


def _unfit(prototype: Prototype, what: str) -> UserError:
    fix = "give --prototype with the reference's parameter names"
    return UserError(f"{echo(prototype.text, 120)} does not fit the reference: {what}", None, fix, "E-071")


def default_prototype(name: str, params: Signature, result: Type) -> Prototype:
    """The prototype a reference has without one of its own: scalars as they are, a list as a pointer to constants and its
    length. Raises `UserError` (E-071) for what C does not take so.
    """
    parts = []
    for parameter, t in params:
        if is_scalar(t) and t in C_NAMES:
            parts.append(f"{C_NAMES[t]} {parameter}")
        elif t.kind == "array" and t.element in C_NAMES:
            parts.append(f"const {C_NAMES[t.element]} *{parameter}, size_t {_unused(parameter, params)}")
        else:
            raise _no_default(f"`{parameter}` is {t}")
    if result not in C_NAMES:
        raise _no_default(f"the result is {result}")
    return parse_prototype(f"{C_NAMES[result]} {name or 'f'}({', '.join(parts) or 'void'})")


def _unused(parameter: str, params: Signature) -> str:
    name = f"{parameter}_length"
    while name in dict(params):
        name += "_"
    return name


def _no_default(what: str) -> UserError:
    fix = 'give one: --prototype "void f(int32_t p[3])", or @siglum.prototype("...") above the reference'
    return UserError(f"no C prototype follows from the reference: {what}", None, fix, "E-071")
