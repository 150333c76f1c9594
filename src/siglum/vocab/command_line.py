"""What an executable does around its function: read the arguments by the signature, show the result.

Writes that as a Python definition in the restricted subset, composed by type of the building blocks in `parse`, `show` and
`streams`, so that executables are compiled like everything else. Imports `siglum.ir.types` only.
"""

from __future__ import annotations

from typing import Final

from siglum.errors import UserError
from siglum.ir.types import BOOL, CHAR, F32, F64, RANGES, STR, U8, U64, Array, Type

ENTRY: Final = "main"
"""The name of the definition that takes the command line and gives the output, or just runs."""
TARGET: Final = "target"
"""The name under which it calls the function itself."""
TAKER: Final = "texts"
"""The name under which it calls what takes the texts of all arguments."""
READER: Final = "read"
"""With the number of a parameter behind it: the name under which it calls what reads its argument."""
SHOWER: Final = "shown"
"""The name under which it calls what turns the result into output."""
_HEADER: Final = """
from siglum import char, f32, i8, i16, i32, i64, u8, u16, u32, u64
from siglum.vocab.intrinsics import stop
from siglum.vocab.maps import keys, values
from siglum.vocab.parse import (
    next_is, scan_bool, scan_character, scan_end, scan_float, scan_integer, scan_mark, scan_text, scan_unsigned, scan_word,
    unquoted,
)
from siglum.vocab.show import quote, show_character, text_of_bool, text_of_float, text_of_integer, text_of_unsigned
from siglum.vocab.streams import input_
from siglum.vocab.text import lines
from siglum.vocab.utf8 import decode, encode
"""


def command_line(params: tuple[tuple[str, Type], ...], result: Type, *, shows: bool) -> str:
    """Python source of `main`, which calls `target` with arguments of the types `params` read off the command line, or,
    where there are none, off the lines of standard input; one parameter of type `str` takes the input whole. In it `texts`
    takes the arguments as they come to their texts, `read0`, ... one's text to its value, and `shown` the result to bytes.
    `shows` says whether the result is output. A wrong number of arguments stops with `argument`. Raises `UserError` for a type
    no argument can have.
    """
    writer = _Writer()
    readers = [writer.reader(k, t) for k, (_, t) in enumerate(params)]
    body = []
    if params:
        writer.taker(params)
        body.append(f"given = {TAKER}(arguments)")
        body += [f"x{k} = {reader}(given[{k}])" for k, reader in enumerate(readers)]
    call = f"{TARGET}({', '.join(f'x{k}' for k in range(len(params)))})"
    parameters = "arguments: list[list[u8]]" if params else ""
    if shows:
        shower = writer.shower(result)
        writer.define(SHOWER, f"(value: {annotation(result)}) -> list[u8]", [f'return encode({shower}(value) + "\\n")'])
        body.append(f"return {SHOWER}({call})")
        gives = "list[u8]"
    else:
        body += [call, "return 0"]
        gives = "int"
    lines = [f"def {ENTRY}({parameters}) -> {gives}:", *("    " + line for line in body)]
    return _HEADER + "\n".join([*writer.lines, "", *lines, ""])


class _Writer:
    """Definitions that read and show values, one for each type met."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.scanners: dict[Type, str] = {}
        self.showers: dict[Type, str] = {}

    def define(self, name: str, signature: str, body: list[str]) -> str:
        self.lines += ["", f"def {name}{signature}:", *("    " + line for line in body)]
        return name

    def taker(self, params: tuple[tuple[str, Type], ...]) -> str:
        """A function from the command line to the arguments' texts, as many as there are parameters."""
        body = ["given: list[str] = []", "if len(arguments) == 0:"]
        if len(params) == 1 and params[0][1] is STR:
            body.append("    given.append(input_())")
        else:
            body += ["    for line in lines(input_()):", "        given.append(line)"]
        body += ["else:", "    for argument in arguments:", "        given.append(decode(argument))"]
        body += [f"if len(given) != {len(params)}:", '    stop("argument")', "return given"]
        return self.define(TAKER, "(arguments: list[list[u8]]) -> list[str]", body)

    def reader(self, number: int, t: Type) -> str:
        """A function from one argument's text to a value: the whole text is used up, and text needs no quotes."""
        if t is STR:
            body = ["return unquoted(text)"]
        elif t is CHAR:
            body = ["inside = unquoted(text)", "if len(inside) != 1:", '    stop("argument")', "return inside[0]"]
        else:
            body = [f"value, at = {self.scanner(t)}(text, 0)", "scan_end(text, at)", "return value"]
        return self.define(f"{READER}{number}", f"(text: str) -> {annotation(t)}", body)

    def scanner(self, t: Type) -> str:
        """A function from a text and a place to a value and the place behind it."""
        if t in self.scanners:
            return self.scanners[t]
        self.scanners[t] = name = f"scan{len(self.scanners)}"
        return self.define(name, f"(text: str, at: int) -> tuple[{annotation(t)}, int]", self.scanning(t))

    def scanning(self, t: Type) -> list[str]:
        if t is U64:
            return ["n, end = scan_unsigned(text, at)", "return n, end"]
        if t in RANGES:
            return ["n, end = scan_integer(text, at)", "return n, end"]
        if t in (F64, F32):
            return ["x, end = scan_float(text, at)", "return x, end"]
        if t is BOOL:
            return ["return scan_bool(text, at)"]
        if t is CHAR:
            return ["return scan_character(text, at)"]
        if t is STR:
            return ["return scan_text(text, at)"]
        if t.kind == "array":
            return [
                f"out: {annotation(t)} = []",
                'place = scan_mark(text, at, "[")',
                'while not next_is(text, place, "]"):',
                f"    value, end = {self.scanner(t.element)}(text, place)",
                "    out.append(value)",
                '    place = scan_mark(text, end, ",") if next_is(text, end, ",") else end',
                'return out, scan_mark(text, place, "]")',
            ]
        if t.kind == "pair":
            return [
                f'left, middle = {self.scanner(t.args[0])}(text, scan_mark(text, at, "("))',
                f'right, end = {self.scanner(t.args[1])}(text, scan_mark(text, middle, ","))',
                'return (left, right), scan_mark(text, end, ")")',
            ]
        if t.kind == "option":
            return [
                'if next_is(text, at, "n"):',
                '    return None, scan_word(text, at, "none")',
                f"value, end = {self.scanner(t.element)}(text, at)",
                "return value, end",
            ]
        raise UserError(f"an executable cannot read a {t} argument", None, "take its keys and its values", "E-011")

    def shower(self, t: Type) -> str:
        """A function from a value to its text."""
        simple = {F64: "text_of_float", BOOL: "text_of_bool", CHAR: "show_character", STR: "quote", U64: "text_of_unsigned"}
        if t in simple:
            return simple[t]
        if t in RANGES:
            return "text_of_integer"
        if t in self.showers:
            return self.showers[t]
        self.showers[t] = name = f"show{len(self.showers)}"
        return self.define(name, f"(value: {annotation(t)}) -> str", self.showing(t))

    def showing(self, t: Type) -> list[str]:
        if t is F32:
            return ["return text_of_float(value)"]
        if t.kind == "pair":
            left, right = map(self.shower, t.args)
            return [f'return "(" + {left}(value[0]) + "," + {right}(value[1]) + ")"']
        if t.kind == "option":
            return ["if value is None:", '    return "none"', f"return {self.shower(t.element)}(value)"]
        if t.kind == "map":
            key, item = map(self.shower, t.args)
            names, things = Array(t.args[0]), Array(t.args[1])
            return [
                f"names: {annotation(names)} = keys(value)",
                f"things: {annotation(things)} = values(value)",
                "out: list[char] = []",
                "for k in range(len(names)):",
                '    for c in "," if k > 0 else "{":',
                "        out.append(c)",
                f'    for c in {key}(names[k]) + ":" + {item}(things[k]):',
                "        out.append(c)",
                'return "".join(out) + "}" if len(names) > 0 else "{}"',
            ]
        return [
            "out: list[char] = []",
            "for k in range(len(value)):",
            '    for c in "," if k > 0 else "[":',
            "        out.append(c)",
            f"    for c in {self.shower(t.element)}(value[k]):",
            "        out.append(c)",
            'return "".join(out) + "]" if len(value) > 0 else "[]"',
        ]


def annotation(t: Type) -> str:
    """The Python annotation of a type."""
    if t is STR:
        return "str"
    if t.kind == "array":
        return f"list[{annotation(t.element)}]"
    if t.kind == "pair":
        return f"tuple[{annotation(t.args[0])}, {annotation(t.args[1])}]"
    if t.kind == "option":
        return f"{annotation(t.element)} | None"
    if t.kind == "map":
        return f"dict[{annotation(t.args[0])}, {annotation(t.args[1])}]"
    return {"i64": "int", "f64": "float"}.get(t.kind, t.kind)


COMMAND_LINE: Final = Array(Array(U8))
"""The type of the command line."""
