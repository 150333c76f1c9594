"""A small vocabulary for the tests of the phrase language: enough shapes and types to exercise every rule."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from itertools import accumulate
from typing import Any, NamedTuple

from siglum.ir.types import Type, parse_type
from siglum.ir.vocabulary import Overload, Shape, Vocabulary, shape_of


class Word(NamedTuple):
    name: str
    params: tuple[tuple[str, Type], ...]
    result: Type
    doc: str
    reference: Callable[..., Any]


class Words:
    """A vocabulary from declarations; implements `siglum.ir.vocabulary.Vocabulary`."""

    def __init__(self, words: list[Word], synonyms: dict[str, str]) -> None:
        self._words: dict[str, list[Word]] = {}
        self._synonyms = synonyms
        for word in words:
            self._words.setdefault(word.name, []).append(word)

    def shape(self, name: str) -> Shape | None:
        return shape_of(self._words[name][0]) if name in self._words else None

    def names(self) -> tuple[str, ...]:
        return tuple(self._words)

    def overloads(self, name: str) -> tuple[Overload, ...]:
        return tuple(self._words.get(name, ()))

    def synonym(self, name: str) -> str | None:
        return self._synonyms.get(name)


def word(text: str, reference: Callable[..., Any]) -> Word:
    """A declaration from `name: TYPE TYPE -> TYPE`."""
    name, types = text.split(": ")
    left, result = types.rsplit(" -> ", 1)
    inside = parse_type(f"({left} -> {result})") if left else parse_type(result)
    arguments = inside.args[:-1] if left else ()
    params = tuple((f"a{i}", t) for i, t in enumerate(arguments))
    return Word(name, params, parse_type(result), f"The word {name}.", reference)


def _find(xs: Any, keep: Any) -> Any:
    return next((x for x in xs if keep(x)), None)


def _times(x: Any, n: int, step: Any) -> Any:
    for _ in range(n):
        x = step(x)
    return x


def _trace(x: Any, keep: Any, step: Any) -> list[Any]:
    out = [x]
    while keep(x):
        x = step(x)
        out.append(x)
    return out


def _counts(xs: list[Any]) -> dict[Any, int]:
    out: dict[Any, int] = {}
    for x in xs:
        out[x] = out.get(x, 0) + 1
    return out


def _at(xs: list[Any], i: int) -> Any:
    return xs[i] if -len(xs) <= i < len(xs) else None


def _digits(n: int) -> list[int]:
    return [int(d) for d in str(abs(n))]


def core() -> Vocabulary:
    """Words of the fifteen examples and a little more."""
    words = [
        word("+: i64 i64 -> i64", lambda a, b: a + b),
        word("+: f64 f64 -> f64", lambda a, b: a + b),
        word("+: char i64 -> char", lambda a, b: chr(ord(a) + b)),
        word("-: N N -> N", lambda a, b: a - b),
        word("-: char char -> i64", lambda a, b: ord(a) - ord(b)),
        word("*: N N -> N", lambda a, b: a * b),
        word("/: i64 i64 -> f64", lambda a, b: a / b),
        word("/: f64 f64 -> f64", lambda a, b: a / b),
        word("/: f64 i64 -> f64", lambda a, b: a / b),
        word("/: i64 f64 -> f64", lambda a, b: a / b),
        word("//: i64 i64 -> i64", lambda a, b: a // b),
        word("%: i64 i64 -> i64", lambda a, b: a % b),
        word("**: N N -> N", lambda a, b: a**b),
        *(
            word(f"{symbol}: S S -> bool", function)
            for symbol, function in {
                "=": lambda a, b: a == b,
                "!=": lambda a, b: a != b,
                "<": lambda a, b: a < b,
                ">": lambda a, b: a > b,
                "<=": lambda a, b: a <= b,
                ">=": lambda a, b: a >= b,
            }.items()
        ),
        word("is: T T -> bool", lambda a, b: a == b),
        word("and: bool bool -> bool", lambda a, b: a and b),
        word("or: bool bool -> bool", lambda a, b: a or b),
        word("not: bool -> bool", lambda a: not a),
        word("min: S S -> S", min),
        word("max: S S -> S", max),
        word("square: N -> N", lambda a: a * a),
        word("half: i64 -> i64", lambda a: a // 2),
        word("even: i64 -> bool", lambda a: a % 2 == 0),
        word("odd: i64 -> bool", lambda a: a % 2 == 1),
        word("real: i64 -> f64", float),
        word("digits: i64 -> [i64]", _digits),
        word("to: i64 i64 -> [i64]", lambda a, b: list(range(a, b + 1))),
        word("text: N -> str", str),
        word("words: str -> [str]", str.split),
        word("split: str str -> [str]", str.split),
        word("join: [str] str -> str", lambda a, b: b.join(a)),
        word("toggle: char -> char", str.swapcase),
        word("upper: char -> char", str.upper),
        word("vowel: char -> bool", lambda c: c in "aeiouAEIOU"),
        word("integer: str -> i64", int),
        word("sum: [N] -> N", sum),
        word("count: [bool] -> i64", lambda a: a.count(True)),
        word("any: [bool] -> bool", any),
        word("length: [T] -> i64", len),
        word("maximum: [S] -> S?", lambda a: max(a, default=None)),
        word("minimum: [S] -> S?", lambda a: min(a, default=None)),
        word("first: [T] -> T?", lambda a: a[0] if a else None),
        word("last: [T] -> T?", lambda a: a[-1] if a else None),
        word("at: [T] i64 -> T?", _at),
        word("in: S [S] -> bool", lambda a, b: a in b),
        word("reverse: [T] -> [T]", lambda a: a[::-1]),
        word("tail: [T] -> [T]", lambda a: a[1:]),
        word("sort: [S] -> [S]", sorted),
        word("append: [T] T -> [T]", lambda a, b: [*a, b]),
        word("concat: [T] [T] -> [T]", lambda a, b: [*a, *b]),
        word("windows: [T] i64 -> [[T]]", lambda a, n: [a[i : i + n] for i in range(len(a) - n + 1)]),
        word("zip: [T] [U] -> [(T, U)]", lambda a, b: list(zip(a, b, strict=False))),
        word("pair: A B -> (A, B)", lambda a, b: (a, b)),
        word("left: (A, B) -> A", lambda a: a[0]),
        word("right: (A, B) -> B", lambda a: a[1]),
        word("counts: [S] -> {S:i64}", _counts),
        word("keys: {K:V} -> [K]", list),
        word("values: {K:V} -> [V]", lambda a: list(a.values())),
        word("filter: [T] (T -> bool) -> [T]", lambda a, f: [x for x in a if f(x)]),
        word("filter: {K:V} (V -> bool) -> {K:V}", lambda a, f: {k: v for k, v in a.items() if f(v)}),
        word("reject: [T] (T -> bool) -> [T]", lambda a, f: [x for x in a if not f(x)]),
        word("map: [T] (T -> U) -> [U]", lambda a, f: [f(x) for x in a]),
        word("find: [T] (T -> bool) -> T?", _find),
        word("most: [T] (T -> S) -> T?", lambda a, f: max(a, key=f, default=None)),
        word("scan: [T] (T T -> T) -> [T]", lambda a, f: list(accumulate(a, f))),
        word("fold: [T] A (A T -> A) -> A", lambda a, x, f: reduce(f, a, x)),
        word("times: A i64 (A -> A) -> A", _times),
        word("trace: A (A -> bool) (A -> A) -> [A]", _trace),
        word("pi:  -> f64", lambda: 3.141592653589793),
    ]
    return Words(words, {"len": "length", "sorted": "sort", "select": "filter"})
