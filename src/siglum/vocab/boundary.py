"""What a library does around its function: text comes as UTF-8 and goes as UTF-8.

Writes that as a Python definition in the restricted subset, composed by type, so that it is compiled and checked like everything
else. Imports `siglum.ir.types` and the annotations of `command_line`.
"""

from __future__ import annotations

from typing import Final

from siglum.ir.types import STR, U8, Array, Type, build
from siglum.vocab.command_line import annotation

ENTRY: Final = "outside"
"""The name of the definition that C calls."""
TARGET: Final = "target"
"""The name under which it calls the function itself."""
TAKER: Final = "taken"
"""With the number of a parameter behind it: the name under which it calls what decodes its argument."""
GIVER: Final = "given"
"""The name under which it calls what encodes the result."""
_HEADER: Final = """
from siglum import char, f32, i8, i16, i32, i64, u8, u16, u32, u64
from siglum.vocab.maps import keys, values
from siglum.vocab.utf8 import decode, encode
"""


def holds_text(t: Type) -> bool:
    """Whether a value of type `t` is text or has text in it."""
    return t is STR or any(map(holds_text, t.args))


def outer(t: Type) -> Type:
    """The type of the same value with its texts as UTF-8."""
    if t is STR:
        return Array(U8)
    return build(t.kind, tuple(map(outer, t.args))) if holds_text(t) else t


def boundary(params: tuple[tuple[str, Type], ...], result: Type) -> str:
    """Python source of `outside`, which calls `target` with its arguments decoded and encodes what it gives."""
    writer = _Writer()
    given = []
    for k, (_, t) in enumerate(params):
        given.append(f"{writer.converter(t, True, f'{TAKER}{k}')}(x{k})" if holds_text(t) else f"x{k}")
    call = f"{TARGET}({', '.join(given)})"
    if holds_text(result):
        call = f"{writer.converter(result, False, GIVER)}({call})"
    declared = ", ".join(f"x{k}: {annotation(outer(t))}" for k, (_, t) in enumerate(params))
    writer.define(ENTRY, f"({declared}) -> {annotation(outer(result))}", [f"return {call}"])
    return _HEADER + "\n".join([*writer.lines, ""])


class _Writer:
    """Definitions that decode (`inwards`) or encode values, one for each type met."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.names: dict[tuple[Type, bool], str] = {}

    def define(self, name: str, signature: str, body: list[str]) -> str:
        self.lines += ["", f"def {name}{signature}:", *("    " + line for line in body)]
        return name

    def converter(self, t: Type, inwards: bool, name: str = "") -> str:
        """The name of the definition that converts a value of type `t`, which holds text."""
        if not name and (t, inwards) in self.names:
            return self.names[t, inwards]
        body = self.converting(t, inwards)
        if not name:
            name = self.names[t, inwards] = f"convert{len(self.names)}"
        types = [annotation(outer(t)), annotation(t)]
        taken, made = types if inwards else types[::-1]
        return self.define(name, f"(value: {taken}) -> {made}", body)

    def converted(self, t: Type, inwards: bool, value: str) -> str:
        """The expression that converts `value`, where it holds text."""
        return f"{self.converter(t, inwards)}({value})" if holds_text(t) else value

    def converting(self, t: Type, inwards: bool) -> list[str]:
        if t is STR:
            return ["return decode(value)" if inwards else "return encode(value)"]
        if t.kind == "array":
            return [f"return [{self.converter(t.element, inwards)}(x) for x in value]"]
        if t.kind == "pair":
            left, right = (self.converted(part, inwards, f"value[{k}]") for k, part in enumerate(t.args))
            return [f"return ({left}, {right})"]
        if t.kind == "option":
            return ["if value is None:", "    return None", f"return {self.converter(t.element, inwards)}(value)"]
        names = self.converted(Array(t.args[0]), inwards, "keys(value)")
        things = self.converted(Array(t.args[1]), inwards, "values(value)")
        return [f"return dict(zip({names}, {things}))"]
