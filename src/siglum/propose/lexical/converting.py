"""Giving a value the type that is wanted, by the ways people leave unsaid.

Imports `siglum.frontend`, `siglum.ir` and its siblings meanings and values.
"""

from __future__ import annotations

from typing import Final

from siglum.frontend.phrase.resolve import can_become
from siglum.ir.types import CHAR, STR, Array, Type
from siglum.propose.lexical.meanings import Readings, readings
from siglum.propose.lexical.values import Builder, Value

UNASKED: Final = 3.0
"""Bits for making a number of what are no digits."""

_BECOMES: Final[dict[tuple[str, str], tuple[tuple[str, float], ...]]] = {
    ("i64", "f64"): (("x real", 0.3),),
    ("f64", "i64"): (("x round", 2.0), ("x floor", 2.5)),
    ("i64", "str"): (("x text", 0.8),),
    ("f64", "str"): (("x text", 1.0),),
    ("bool", "str"): (("x text", 3.0),),
    ("char", "str"): (("x text", 0.1),),
    ("str", "char"): (("x first", 2.0),),
    ("str", "i64"): (("x integer", 2.0), ("x length", 4.0)),
    ("str", "f64"): (("x number", 2.0),),
    ("[i64]", "i64"): (("x length", 3.0), ("x undigits", 3.0), ("x sum", 4.5)),
    ("[f64]", "f64"): (("x sum", 4.0),),
    ("[i64]", "[f64]"): (("x real", 0.5),),
    ("[i64]", "[str]"): (("x text", 2.0),),
    ("[i64]", "str"): (("x undigits text", 3.0), ('x text join " "', 3.0), ('x text join ""', 3.0)),
    ("str", "[i64]"): (("x map (text integer)", 2.5), ("x integers", 3.0)),
    ("[str]", "str"): (('x join " "', 1.0), ('x join ""', 1.2), ('x join "\\n"', 4.0)),
    ("str", "[str]"): (("x map text", 1.5), ("x words", 2.5)),
    ("[str]", "[i64]"): (("x integer", 2.0), ("x map length", 4.0)),
    ("[str]", "i64"): (("x length", 3.0),),
    ("[bool]", "bool"): (("x all", 0.8), ("x any", 1.6)),
    ("[bool]", "i64"): (("x count", 1.5),),
    ("[(i64, i64)]", "[[i64]]"): (("x map ([(it left) (it right)])", 0.3),),
    ("{i64:i64}", "[(i64, i64)]"): (("x entries", 0.3),),
    ("{str:i64}", "[(str, i64)]"): (("x entries", 0.3),),
    ("{char:i64}", "[(char, i64)]"): (("x entries", 0.3),),
    ("{char:i64}", "[(str, i64)]"): (("x entries map ((it left text) pair (it right))", 0.5),),
    ("{char:i64}", "{str:i64}"): (("x entries map ((it left text) pair (it right)) dictionary", 0.5),),
    ("{i64:i64}", "[[i64]]"): (("x entries map ([(it left) (it right)])", 0.5),),
    ("(i64, i64)", "[i64]"): (("[(x left) (x right)]", 0.3),),
    ("[i64]", "(i64, i64)"): (("(x first) pair (x last)", 2.0),),
    ("bool", "i64"): (("x ? 1 : 0", 1.0),),
    ("i64", "bool"): (("x != 0", 3.0), ("x > 0", 3.5)),
    ("[i64]", "bool"): (("x empty not", 3.0),),
    ("[str]", "bool"): (("x empty not", 3.5),),
    ("str", "bool"): (("x empty not", 3.5),),
}  # fmt: skip


def becoming(b: Builder, value: Value, wanted: Type) -> Readings:
    """The value as something of the wanted type, by the ways people leave unsaid."""
    if can_become(value.known, wanted):
        return [(value, 0.0)]
    if wanted.kind == "option":
        return becoming(b, value, wanted.element)
    value = b.plain(value)
    texts = _BECOMES.get((str(value.type), str(wanted)), ())
    if "digits(" not in value.key:
        texts = tuple((text, cost + (UNASKED if "undigits" in text else 0.0)) for text, cost in texts)
    out: list[tuple[Value | None, float]] = [(b.template(text, value), cost) for text, cost in texts]
    if wanted is STR and ("lines(" in value.key or "{x lines}" in value.key) and str(value.type) == "[str]":
        out.append((b.template('x join "\\n"', value), 0.5))
    if not texts and wanted is Array(value.type):
        out.append((b.call("single", value), 2.0))
    return [(v, c) for v, c in readings(out) if can_become(v.known, wanted)]


def character_or_text(b: Builder, value: Value, wanted: Type) -> Value | None:
    """A one-letter text as the character it may stand for, where a character is wanted."""
    literal = getattr(value.tree, "value", None)
    if wanted is CHAR and value.type is STR and isinstance(literal, str) and len(literal) == 1:
        return b.character(literal)
    return value
