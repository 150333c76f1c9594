"""Comparison and truth.

Imports `siglum.vocab.declare` only.
"""

from __future__ import annotations

from siglum.vocab.declare import S, T, word


@word("=", examples=("3 = 3", "([1 2] = [1 3]) is [true false]"))
def equal(x: S, y: S) -> bool:
    """Whether two scalars or texts are equal; over arrays, element by element."""
    return x == y


@word("!=", examples=("3 != 4", '"abc" != "abd"'))
def unequal(x: S, y: S) -> bool:
    """Whether two scalars or texts differ."""
    return x != y


@word("<", examples=("3 < 4", '"abc" < "abd"'))
def less(x: S, y: S) -> bool:
    """Whether x comes before y; texts compare by code points."""
    return x < y


@word(">", examples=("4 > 3", "([1 5] > 3) is [false true]"))
def greater(x: S, y: S) -> bool:
    """Whether x comes after y."""
    return y < x


@word("<=", examples=("3 <= 3", '"ab" <= "abc"'))
def at_most(x: S, y: S) -> bool:
    """Whether x comes before y or equals it."""
    return x <= y


@word(">=", examples=("4 >= 3", "([1 5] >= 5) is [false true]"))
def at_least(x: S, y: S) -> bool:
    """Whether x comes after y or equals it."""
    return y <= x


@word("is", examples=("[1 2] is [1 2]", "([1 2] is [1 2 3]) is false"))
def identical(x: T, y: T) -> bool:
    """Whether two whole values are equal."""
    return x == y


@word("and", examples=("true and true", "([true false] and true) is [true false]"))
def both(x: bool, y: bool) -> bool:
    """Whether both hold; the second is looked at only where the first holds."""
    return x and y


@word("or", examples=("false or true", "([true false] or false) is [true false]"))
def either(x: bool, y: bool) -> bool:
    """Whether one holds; the second is looked at only where the first does not."""
    return x or y


@word("not", examples=("false not", "[true false] not is [false true]"))
def negation(x: bool) -> bool:
    """Whether x does not hold."""
    return not x


@word("xor", examples=("true xor false", "[true false] xor true is [false true]"))
def exclusive(x: bool, y: bool) -> bool:
    """Whether exactly one holds."""
    return x != y


@word("implies", examples=("false implies false", "(true implies false) is false"))
def implies(x: bool, y: bool) -> bool:
    """Whether y holds wherever x does."""
    return not x or y


@word("min", examples=("3 min 4 is 3", "[1 5] min 3 is [1 3]"))
def lesser(x: S, y: S) -> S:
    """The one that comes first; x where they are equal."""
    return y if y < x else x


@word("max", examples=("3 max 4 is 4", '"abc" max "abd" is "abd"'))
def larger(x: S, y: S) -> S:
    """The one that comes last; x where they are equal."""
    return y if x < y else x


@word("between", examples=("3 between 1 3", "[0 2] between 1 3 is [false true]"))
def between(x: S, low: S, high: S) -> bool:
    """Whether low <= x <= high."""
    return low <= x and x <= high


@word("compare", examples=("3 compare 4 is -1", '"b" compare "ab" is 1'))
def compare(x: S, y: S) -> int:
    """-1, 0 or 1 as x comes before y, with it or after it."""
    return -1 if x < y else 1 if y < x else 0
