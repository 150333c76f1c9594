"""The rules in GBNF, the notation of llama.cpp. Imports its siblings only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from siglum.ir.types import STR, Type
from siglum.propose.model.grammar.reduce import Alternatives, Grammar, Part
from siglum.propose.model.grammar.symbols import (
    Atom,
    Body,
    Demand,
    Expression,
    Items,
    Link,
    More,
    Otherwise,
    Start,
    Step,
    Symbol,
    Token,
)
from siglum.propose.model.grammar.values import EMPTY

_DIGITS: Final = " [0-9]?" * 14
_LETTERS: Final = r"\u00C0-\u024F"
TOKENS: Final = {
    "natural": f'"0" | [1-9]{_DIGITS}',
    "negative": f'"-" [1-9]{_DIGITS}',
    "float": '"-"? ("0" | [1-9]' + " [0-9]?" * 8 + ') "." [0-9]' + " [0-9]?" * 5,
    "bool": '"true" | "false"',
    "one": rf'[ !#-\[\]-~{_LETTERS}] | "\\" [nt\\"]',
    "text": r'"\"" (one one+)? "\""',
    "letter-text": r'"\"" one "\""',
    "character": rf'''"'" ([ -&(-\[\]-~{_LETTERS}] | "\\" [nt\\']) "'"''',
    "naturals": '"[" natural (" " natural)* "]"',
    "integers": '"[" (natural " ")* negative (" " (natural | negative))* "]"',
    "letter-texts": '"[" letter-text (" " letter-text)* "]"',
}
"""Literals. Numbers are short enough to fit every type they may become; texts of one character are told apart."""

_USES: Final = {
    "text": ("one",), "letter-text": ("one",), "naturals": ("natural",), "integers": ("natural", "negative"),
    "letter-texts": ("letter-text", "one"),
}  # fmt: skip

_KINDS: Final[dict[type, str]] = {
    Demand: "d", Otherwise: "x", Expression: "e", More: "m", Start: "s", Link: "w", Step: "o", Atom: "a", Body: "f", Items: "i",
}  # fmt: skip

MOST_TYPES: Final = 2
HEADER: Final = """\
# Phrases for {signature}, one a line.
# d and e are expressions, a an argument, s an atom, i a list's elements, f a function, x what stands behind ":"; then come a
# number and the types they give (i64s is [i64], i64o is i64?). m is what may follow a value, w a word and o a symbol in it.
"""


def text_of(grammar: Grammar, signature: str, most: int) -> str:
    """The grammar as text: up to `most` phrases, a line each. `signature` is for people."""
    meanings = grammar.meanings
    names = {n: f"{_KINDS[type(meanings[n])]}{at}{_spelled(meanings[n])}" for at, n in enumerate(grammar.rules)}
    lines = [HEADER.format(signature=signature or "no arguments") + "root ::= phrase" + ' ("\\n" phrase)?' * (most - 1)]
    lines.append(f"phrase ::= {_alternatives(grammar.root, names)}")
    lines += [f"{names[number]} ::= {_alternatives(found, names)}" for number, found in grammar.rules.items()]
    used = {p.name for found in (grammar.root, *grammar.rules.values()) for a in found for p in a if isinstance(p, Token)}
    used = used.union(*(_USES.get(name, ()) for name in used))
    return "\n".join([*lines, *(f"{name} ::= {TOKENS[name]}" for name in TOKENS if name in used)]) + "\n"


def _alternatives(alternatives: Alternatives, names: Mapping[int, str]) -> str:
    return " | ".join(" ".join(_parts(a, names)) for a in alternatives)


def _parts(alternative: tuple[Part, ...], names: Mapping[int, str]) -> Iterator[str]:
    fixed = ""
    for part in alternative:
        if isinstance(part, str):
            fixed += part
            continue
        if fixed:
            yield _quoted(fixed)
            fixed = ""
        yield part.name if isinstance(part, Token) else names[part] if isinstance(part, int) else f"{names[part.rule]}?"
    if fixed:
        yield _quoted(fixed)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _spelled(symbol: Symbol) -> str:
    """The types that a symbol gives, as part of a name; nothing for the many symbols of what follows a value."""
    if isinstance(symbol, More | Link | Step):
        return ""
    if isinstance(symbol, Items):
        return "-" + _name(symbol.element)
    if isinstance(symbol, Start):
        return "-" + _name(symbol.value.type)
    values = symbol.bodies if isinstance(symbol, Body) else symbol.goal if isinstance(symbol, Expression) else symbol.values
    types = sorted({_name(v.met().type) for v in values if v != EMPTY})
    return "".join(f"-{t}" for t in types) if len(types) <= MOST_TYPES else ""


def _name(type_: Type) -> str:
    """`[i64]` as i64s, `i64?` as i64o."""
    if type_ is STR:
        return "str"
    if type_.kind in ("array", "option"):
        return _name(type_.element) + type_.kind.replace("array", "s").replace("option", "o")
    return "-".join([type_.kind, *map(_name, type_.args)])
