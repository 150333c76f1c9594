"""What is wrong with a phrase, in the user's terms: syntax, unknown words, types.

Imports `siglum.errors` and `siglum.ir` only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from siglum.errors import UserError, echo, place_in
from siglum.ir.types import BOOL, CHAR, F64, I64, STR, U64, Array, Type, Var
from siglum.ir.vocabulary import Declaration, Vocabulary

NEAREST = 3

_NUMERIC = (I64, U64, F64)
_NUMERIC_ARRAYS = tuple(Array(t) for t in _NUMERIC)
_ONE = {BOOL: "a bool", I64: "an integer (i64)", F64: "a number with decimals (f64)", CHAR: "a character", STR: "text"}
_MANY = {BOOL: "bools", I64: "integers [i64]", F64: "numbers with decimals [f64]", CHAR: "text", STR: "texts [str]"}


def syntax_error(message: str, fix: str, text: str, source: str, span: tuple[int, int]) -> UserError:
    """The text breaks the grammar at `span`."""
    return UserError(message, place_in(source, text, *span), fix, "E-041")


def unknown_word(
    name: str, others: Iterable[str], vocabulary: Vocabulary, text: str, source: str, span: tuple[int, int]
) -> UserError:
    """No such word: the nearest three with their types. `others` are names in scope that count as near too."""
    if name in ("true", "false"):
        fix = "put a word or a symbol between them; `not` stands after its value"
        return syntax_error("a value cannot follow a value", fix, text, source, span)
    near = nearest(name, [*vocabulary.names(), *others])
    message = f"unknown word `{echo(name, 40)}`"
    if near:
        message += f": did you mean `{near[0]}`?"
    shown = [f"`{n}` {signatures(vocabulary.overloads(n))}" if vocabulary.shape(n) else f"`{n}`" for n in near]
    fix = ("nearest: " + "; ".join(shown) + "; " if shown else "") + "`siglum words` lists all words"
    error = UserError(message, place_in(source, text, *span), fix, "E-010")
    error.extra["nearest"] = near
    return error


def signatures(overloads: Sequence[Declaration]) -> str:
    """The types of a word: `[N] -> N`; several overloads are joined by a comma, at most three shown."""
    shown = ", ".join(signature(o) for o in overloads[:3])
    return shown + (", ..." if len(overloads) > 3 else "")


def signature(overload: Declaration) -> str:
    """`[T] (T -> bool) -> [T]`."""
    return " ".join([*(str(pattern) for _, pattern in overload.params), "->", str(overload.result)])


def nearest(name: str, names: Iterable[str], limit: int = NEAREST) -> list[str]:
    """The names most like `name`, the likest first: few edits, none beyond half its length."""
    lowered = name.lower()[:40]
    allowed = max(1, len(lowered) // 2)
    ranked: list[tuple[float, str]] = []
    for candidate in set(names):
        if not candidate[:1].isalpha() or abs(len(candidate) - len(lowered)) > allowed:
            continue
        distance = float(edits(lowered, candidate, allowed))
        if distance <= allowed and distance < max(len(lowered), len(candidate)):
            if candidate[0] == lowered[:1]:
                distance -= 0.5
            ranked.append((distance, candidate))
    return [candidate for _, candidate in sorted(ranked)[:limit]]


def edits(a: str, b: str, limit: int) -> int:
    """Insertions, deletions, substitutions and swaps of neighbours between `a` and `b`; `limit + 1` if more."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row = row, [i] + [0] * len(b)
        for j, y in enumerate(b, 1):
            row[j] = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                row[j] = min(row[j], before[j - 2] + 1)
        if min(row) > limit:
            return limit + 1
        before = last
    return row[-1]


def wanted(pattern: Type) -> str:
    """A parameter type in plain words: `[N]` is "numbers"."""
    if pattern in _ONE:
        return _ONE[pattern]
    kind = pattern.kind
    if kind == "var":
        return {"N": "a number", "S": "a number, text, character or bool"}.get(pattern.text, "a value")
    if kind == "array":
        inner = pattern.element
        if inner in _MANY:
            return _MANY[inner]
        if inner.kind == "var":
            return {"N": "numbers", "S": "an array of numbers, texts, characters or bools"}.get(inner.text, "an array")
        if inner.kind == "array" and inner.element.kind == "var":
            return "an array of arrays"
        return f"an array {pattern}"
    if kind == "pair":
        return f"a pair {pattern}"
    if kind == "map":
        return f"a map {pattern}"
    if kind == "option":
        return "a value that may be absent"
    return str(pattern)


def wanted_any(patterns: Iterable[Type]) -> str:
    """What several overloads want at one place: "numbers or text"."""
    shown = list(patterns)
    numeric = [p for p in shown if p in _NUMERIC]
    if len(set(numeric)) > 1:
        shown = [Var("N"), *(p for p in shown if p not in _NUMERIC)]
    numeric = [p for p in shown if p in _NUMERIC_ARRAYS]
    if len(set(numeric)) > 1:
        shown = [Array(Var("N")), *(p for p in shown if p not in _NUMERIC_ARRAYS)]
    seen = list(dict.fromkeys(wanted(p) for p in shown))
    return seen[0] if len(seen) == 1 else ", ".join(seen[:-1]) + " or " + seen[-1]
