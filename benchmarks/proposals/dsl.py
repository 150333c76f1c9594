"""The list language of ExeDec's DeepCoder tasks: its programs, the notation of its examples, and inputs drawn afresh.

Integers lie in [-50, 50]; a value outside, also on the way, is an error, as is the head of an empty list. Imports nothing
of siglum.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, starmap
from random import Random
from typing import Any, Final, NamedTuple

LOW: Final = -50
HIGH: Final = 50
LONGEST: Final = 5
"""Lists that are drawn are no longer; integers that stand alone are places and counts of such lists, from 0."""
DRAWS: Final = 20_000
"""Inputs that are drawn before there are taken to be no more that a program has a value for."""

Value = int | list[int]


class Undefined(Exception):
    """The program has no value here."""


_OF_ONE: Final[dict[str, Callable[[int], int]]] = {
    "(+1)": lambda x: x + 1, "(-1)": lambda x: x - 1, "(*(-1))": operator.neg, "(**2)": lambda x: x * x,
    "(*2)": lambda x: x * 2, "(*3)": lambda x: x * 3, "(*4)": lambda x: x * 4,
    "(/2)": lambda x: x // 2, "(/3)": lambda x: x // 3, "(/4)": lambda x: x // 4,
}  # fmt: skip
_WHETHER: Final[dict[str, Callable[[int], bool]]] = {
    "(>0)": lambda x: x > 0, "(<0)": lambda x: x < 0, "(%2==0)": lambda x: x % 2 == 0, "(%2==1)": lambda x: x % 2 == 1,
}  # fmt: skip
_OF_TWO: Final[dict[str, Callable[[int, int], int]]] = {
    "(+)": operator.add, "(-)": operator.sub, "(*)": operator.mul, "(min)": min, "(max)": max,
}  # fmt: skip
_FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {**_OF_ONE, **_WHETHER, **_OF_TWO}


def _access(place: int, xs: list[int]) -> int:
    if not 0 <= place < len(xs):
        raise IndexError
    return xs[place]


_OPERATIONS: Final[dict[str, Callable[..., Value]]] = {
    "Head": lambda xs: xs[0],
    "Last": lambda xs: xs[-1],
    "Take": lambda n, xs: xs[:n],
    "Drop": lambda n, xs: xs[n:],
    "Access": _access,
    "Minimum": min,
    "Maximum": max,
    "Reverse": lambda xs: xs[::-1],
    "Sort": sorted,
    "Sum": sum,
    "Map": lambda f, xs: list(map(f, xs)),
    "Filter": lambda f, xs: list(filter(f, xs)),
    "Count": lambda f, xs: sum(map(f, xs)),
    "ZipWith": lambda f, xs, ys: list(starmap(f, zip(xs, ys, strict=False))),
    "Scanl1": lambda f, xs: list(accumulate(xs, f)),
}


class Step(NamedTuple):
    """One line of a program: what it names, the operation, and its arguments: names of values, or a function first."""

    name: str
    operation: str
    arguments: tuple[str, ...]


class Truth:
    """A program of the language. Calling it gives its value, or raises `Undefined`."""

    def __init__(self, text: str) -> None:
        """Raises ValueError for what is no program."""
        self.text = text
        self.inputs: list[str] = []
        self.steps: list[Step] = []
        for line in text.split(" | "):
            name, _, right = line.partition(" = ")
            operation, *arguments = right.split(" ")
            if operation == "INPUT":
                self.inputs.append(name)
                continue
            known = {*self.inputs, *(step.name for step in self.steps), *_FUNCTIONS}
            if operation not in _OPERATIONS or not arguments or not known.issuperset(arguments):
                raise ValueError(f"no line of a program: {line!r}")
            self.steps.append(Step(name, operation, tuple(arguments)))
        if not self.steps:
            raise ValueError(f"no program: {text!r}")

    def __call__(self, *arguments: Value) -> Value:
        result: Value = self.values(*arguments)[self.steps[-1].name]
        return result

    def values(self, *arguments: Value) -> dict[str, Any]:
        """The value of every name, the functions' as well. Raises `Undefined`."""
        found: dict[str, Any] = {**_FUNCTIONS, **dict(zip(self.inputs, map(_checked, arguments), strict=True))}
        for step in self.steps:
            try:
                result = _OPERATIONS[step.operation](*(found[name] for name in step.arguments))
            except (IndexError, ValueError):  # of an empty list
                raise Undefined from None
            found[step.name] = _checked(result)
        return found


def _checked(value: Value) -> Value:
    items = value if isinstance(value, list) else [value]
    if any(not LOW <= item <= HIGH for item in items):
        raise Undefined
    return value


def answer(truth: Truth, arguments: Sequence[Value]) -> Value | None:
    """What a program gives for arguments of the language's tasks, None where it has no value or they are none."""
    if any(isinstance(value, int) and not 0 <= value <= LONGEST for value in arguments):
        return None
    try:
        return truth(*arguments)
    except Undefined:
        return None


UNEQUAL: Final = "lists of unequal length are zipped"
NEGATIVE: Final = "a negative count counts from the end"
TRAITS: Final = (UNEQUAL, NEGATIVE)


def traits(truth: Truth, arguments: Sequence[Value]) -> set[str]:
    """What a program does on an input where other languages stop or do something else. Raises `Undefined`."""
    values = truth.values(*arguments)
    found = set()
    for step in truth.steps:
        given = [values[name] for name in step.arguments]
        if step.operation == "ZipWith" and len(given[1]) != len(given[2]):
            found.add(UNEQUAL)
        if step.operation in ("Take", "Drop") and given[0] < 0:
            found.add(NEGATIVE)
    return found


# The notation of the examples -----------------------------------------------------------------------------------------


def read_value(text: str) -> Value:
    """`[ 1 -2 ]` or `3`. Raises ValueError."""
    items = text.split()
    if items[:1] == ["["] and items[-1:] == ["]"]:
        return [int(item) for item in items[1:-1]]
    return int(text)


def read_inputs(text: str) -> tuple[Value, ...]:
    """`x0 = [ 1 2 ] | x1 = 3`, without the names. Raises ValueError."""
    return tuple(read_value(part.partition("=")[2]) for part in text.split("|"))


# Inputs drawn afresh --------------------------------------------------------------------------------------------------


def fresh(
    truth: Truth, like: Sequence[Value], random: Random, known: Iterable[Sequence[Value]] = ()
) -> Iterator[tuple[tuple[Value, ...], Value]]:
    """Different inputs, none of the `known` ones, with what the program gives: as `like` has lists or integers. Lists of up to
    five elements from the whole range, drawn again where the program has no value. Ends after `DRAWS` draws.
    """
    seen = {repr(tuple(arguments)) for arguments in known}
    for _ in range(DRAWS):
        arguments = tuple(_drawn(isinstance(value, list), random) for value in like)
        key = repr(arguments)
        if key in seen:
            continue
        seen.add(key)
        result = answer(truth, arguments)
        if result is not None:
            yield arguments, result


def _drawn(is_list: bool, random: Random) -> Value:
    length = random.randint(0, LONGEST)
    return [random.randint(LOW, HIGH) for _ in range(length)] if is_list else length
