"""Programs as phrases: each operation in the vocabulary's words, at 64 bits as they are and at 32 bits in 64-bit numbers.

At 32 bits a number stands for what it is modulo 2^32; bounds are kept, and it is brought into range only where that matters.
Imports `ir.types` and its siblings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final, NamedTuple

from siglum.ir.types import BOOL, RANGES, Type
from siglum.propose.scalar.components import CHOICE, COMPARISONS, SHIFTS, Component
from siglum.propose.scalar.programs import Program

_ATOM, _CHAIN, _MULTIPLY, _ADD, _COMPARE, _AND, _OR, _CHOICE = range(8)
_LOW, _HIGH = -(2**63), 2**63 - 1
_MASK32: Final = 2**32 - 1
_SIGN32: Final = 2**31
_SYMBOLS: Final = {"eq": "=", "ne": "!=", "ult": "<", "slt": "<", "ule": "<=", "sle": "<="}
_TURNED: Final = {"<": ">", "<=": ">="}
_WORDS: Final = {"and": "bitand", "or": "bitor", "xor": "bitxor"}
_OF_TRUTH: Final = {"and": ("and", _AND), "or": ("or", _OR), "xor": ("xor", _CHAIN)}
_PLAIN: Final = {"abs": "abs", "sign": "sign", "ones": "ones", "parity": "parity", "leading": "leading", "trailing": "trailing"}
_MOST_LETTERS: Final = "abcdefghjkmnpqrstuvw"


class Unsayable(Exception):
    """No phrase for an operation at this width."""


@dataclass(frozen=True, slots=True)
class Said:
    """A text, how tightly it binds, inclusive bounds of its value, and whether that is a truth value (then 0 and 1 stand for
    no and yes).
    """

    text: str
    binds: int
    low: int
    high: int
    truth: bool = False

    def within(self, binds: int) -> str:
        """The text where something that binds so tightly has to stand."""
        return self.text if self.binds <= binds else f"({self.text})"


class Form(NamedTuple):
    """How programs are read: the width they were found at, parameters, the result's type, whether it is read with sign (at 32
    bits), and whether arithmetic stops where it overflows.
    """

    width: int
    params: tuple[tuple[str, Type], ...]
    result: Type
    with_sign: bool
    exact: bool


def phrase(program: Program, form: Form, constants: Sequence[int]) -> str:
    """The phrase of a program whose leaves are the parameters and then the constants. Raises `Unsayable`."""
    return _Speaker(form).whole(program, constants)


def _literal(value: int) -> Said:
    return Said(str(value), _ATOM, value, value)


def _word(subject: Said, name: str, *others: Said, low: int = _LOW, high: int = _HIGH) -> Said:
    rest = "".join(f" {other.within(_ATOM)}" for other in others)
    return Said(f"{subject.within(_CHAIN)} {name}{rest}", _CHAIN, low, high)


def _symbol(x: Said, name: str, y: Said, binds: int, low: int, high: int, truth: bool = False) -> Said:
    return Said(f"{x.within(binds if binds != _COMPARE else _ADD)} {name} {y.within(binds - 1)}", binds, low, high, truth)


def _bits(*values: Said) -> int:
    """So many bits below the sign hold any of them."""
    return max((x if x >= 0 else ~x).bit_length() for value in values for x in (value.low, value.high))


class _Speaker:
    """Says the steps of one program in order."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.short = form.width == 32

    def whole(self, program: Program, constants: Sequence[int]) -> str:
        said = [self.param(name, t) for name, t in self.form.params]
        said += [_literal(self.constant(c)) for c in constants]
        uses = Counter(a for step in program.steps for a in step.arguments)
        names = _names({name for name, _ in self.form.params})
        before: list[str] = []
        for number, (made, arguments) in enumerate(program.steps, len(said)):
            value = self.step(made, [said[a] for a in arguments])
            if uses[number] > 1:
                name = next(names)
                before.append(f"{value.text} as {name} ")
                value = Said(name, _ATOM, value.low, value.high, value.truth)
            said.append(value)
        return "".join(before) + self.result(said[program.result]).text

    def param(self, name: str, t: Type) -> Said:
        if t is BOOL:
            return Said(name, _ATOM, 0, 1, True)
        return Said(name, _ATOM, *RANGES[t])

    def constant(self, value: int) -> int:
        """A constant as the number it is nearest to zero."""
        w = self.form.width
        value &= (1 << w) - 1
        return value - (1 << w) if value == (1 << w) - 1 or (w == 64 and value >> 63) else value

    def result(self, value: Said) -> Said:
        if self.form.result is BOOL:
            return value if value.truth else _symbol(self.number(value), "!=", _literal(0), _COMPARE, 0, 1, True)
        value = self.number(value)
        if not self.short:
            return value
        return self.signed(value) if self.form.with_sign else self.unsigned(value)

    # Forms ------------------------------------------------------------------------------------------------------
    def number(self, value: Said) -> Said:
        """A truth value as 0 or 1."""
        return Said(f"{value.within(_OR)} ? 1 : 0", _CHOICE, 0, 1) if value.truth else value

    def unsigned(self, value: Said) -> Said:
        """At 32 bits the number from 0 to 2^32 - 1, at 64 bits as it is."""
        if not self.short or (value.low >= 0 and value.high <= _MASK32):
            return value
        return _word(value, "bitand", _literal(_MASK32), low=0, high=_MASK32)

    def signed(self, value: Said) -> Said:
        """At 32 bits the number from -2^31 to 2^31 - 1, at 64 bits as it is."""
        if not self.short or (value.low >= -_SIGN32 and value.high < _SIGN32):
            return value
        flipped = _word(self.unsigned(value), "bitxor", _literal(_SIGN32))
        return _symbol(flipped, "-", _literal(_SIGN32), _ADD, -_SIGN32, _SIGN32 - 1)

    def fitting(self, low: int, high: int) -> bool:
        """Whether 64 bits hold it, or need not."""
        return not self.short or (low >= _LOW and high <= _HIGH)

    # Steps ------------------------------------------------------------------------------------------------------
    def step(self, made: Component, given: list[Said]) -> Said:
        if made.constant is not None:
            given = [*given, _literal(made.constant if made.name in SHIFTS else self.constant(made.constant))]
        if made.commutes and given[0].low == given[0].high:
            given.reverse()
        if made.name in COMPARISONS:
            return self.comparison(made, given)
        if made is CHOICE:
            return self.choice(*given)
        if all(value.truth for value in given) and made.name in _OF_TRUTH:
            name, binds = _OF_TRUTH[made.name]
            said = _symbol(given[0], name, given[1], binds, 0, 1, True) if binds != _CHAIN else _word(given[0], name, given[1])
            return Said(said.text, said.binds, 0, 1, True)
        given = [self.number(value) for value in given]
        if made.name in _WORDS:
            return self.bitwise(made.name, *given)
        if made.name in SHIFTS:
            return self.shift(made.name, *given)
        if made.name in _PLAIN:
            return self.plain(made.name, given[0])
        says: dict[str, Callable[..., Said]] = {
            "add": self.add, "sub": self.sub, "mul": self.mul, "neg": self.neg, "not": self.complement, "udiv": self.divided,
            "urem": self.divided, "div": self.divided, "mod": self.divided, "min": self.extreme, "max": self.extreme,
        }  # fmt: skip
        return says[made.name](made.name, *given)

    def comparison(self, made: Component, given: list[Said]) -> Said:
        if made.name in ("eq", "ne") and given[0].truth and given[1].text in ("0", "1"):
            kept = (made.name == "eq") == (given[1].text == "1")
            said = given[0] if kept else _word(given[0], "not", low=0, high=1)
            said = Said(said.text, said.binds, 0, 1, True)
        else:
            x, y = given
            if not (x.truth and y.truth and made.name in ("eq", "ne")):
                x, y = self.number(x), self.number(y)
            if made.name in ("slt", "sle"):
                x, y = self.signed(x), self.signed(y)
            elif made.name in ("ult", "ule") and not self.short:
                x, y = self.flipped(x), self.flipped(y)
            else:
                x, y = self.unsigned(x), self.unsigned(y)
            name = _SYMBOLS[made.name]
            if x.low == x.high and name in _TURNED:
                x, name, y = y, _TURNED[name], x
            said = _symbol(x, name, y, _COMPARE, 0, 1, True)
        return Said(f"{said.within(_OR)} ? -1 : 0", _CHOICE, -1, 0) if made.mask else said

    def choice(self, condition: Said, x: Said, y: Said) -> Said:
        if not condition.truth:
            condition = _symbol(self.unsigned(condition), "!=", _literal(0), _COMPARE, 0, 1, True)
        if x.truth and y.text == "0":
            return _symbol(condition, "and", x, _AND, 0, 1, True)
        if y.truth and x.text == "1":
            return _symbol(condition, "or", y, _OR, 0, 1, True)
        truth = x.truth and y.truth
        if not truth:
            x, y = self.number(x), self.number(y)
        text = f"{condition.within(_OR)} ? {x.within(_OR)} : {y.text}"
        return Said(text, _CHOICE, min(x.low, y.low), max(x.high, y.high), truth)

    def flipped(self, value: Said) -> Said:
        """A word whose order with sign is the value's without."""
        if value.low == value.high:
            return _literal(value.low + _LOW if value.low >= 0 else value.low - _LOW)
        return _word(value, "bitxor", _literal(_LOW))

    def bitwise(self, name: str, x: Said, y: Said) -> Said:
        most = (1 << _bits(x, y)) - 1
        low, high = -most - 1, most
        if name == "and" and (x.low >= 0 or y.low >= 0):
            low, high = 0, min(value.high for value in (x, y) if value.low >= 0)
        elif x.low >= 0 and y.low >= 0:
            low = 0
        return _word(x, _WORDS[name], y, low=low, high=high)

    def complement(self, name: str, x: Said) -> Said:
        return _word(x, "bitnot", low=~x.high, high=~x.low)

    def neg(self, name: str, x: Said) -> Said:
        if not self.fitting(-x.high, -x.low):
            x = self.unsigned(x)
        return _word(x, "negate", low=max(-x.high, _LOW), high=min(-x.low, _HIGH))

    def add(self, name: str, x: Said, y: Said) -> Said:
        if not self.fitting(x.low + y.low, x.high + y.high):
            x, y = self.unsigned(x), self.unsigned(y)
        low, high = max(x.low + y.low, _LOW), min(x.high + y.high, _HIGH)
        if _LOW < y.low == y.high < 0:
            return _symbol(x, "-", _literal(-y.low), _ADD, low, high)
        return _symbol(x, "+", y, _ADD, low, high)

    def sub(self, name: str, x: Said, y: Said) -> Said:
        if not self.fitting(x.low - y.high, x.high - y.low):
            x, y = self.unsigned(x), self.unsigned(y)
        low, high = max(x.low - y.high, _LOW), min(x.high - y.low, _HIGH)
        if _LOW < y.low == y.high < 0:
            return _symbol(x, "+", _literal(-y.low), _ADD, low, high)
        return _symbol(x, "-", y, _ADD, low, high)

    def mul(self, name: str, x: Said, y: Said) -> Said:
        ends = [a * b for a in (x.low, x.high) for b in (y.low, y.high)]
        if not self.fitting(min(ends), max(ends)):
            x, y = self.signed(x), self.signed(y)
            ends = [a * b for a in (x.low, x.high) for b in (y.low, y.high)]
        return _symbol(x, "*", y, _MULTIPLY, max(min(ends), _LOW), min(max(ends), _HIGH))

    def divided(self, name: str, x: Said, y: Said) -> Said:
        whole = name in ("udiv", "div")
        if name in ("udiv", "urem"):
            if not self.short:
                raise Unsayable(name)
            x, y = self.unsigned(x), self.unsigned(y)
            low, high = 0, x.high if whole else y.high
        else:
            x, y = self.signed(x), self.signed(y)
            most = max(abs(x.low), abs(x.high)) if whole else max(abs(y.low), abs(y.high))
            low, high = max(-most, _LOW), min(most, _HIGH)
        return _symbol(x, "//" if whole else "%", y, _MULTIPLY, low, high)

    def extreme(self, name: str, x: Said, y: Said) -> Said:
        x, y = self.signed(x), self.signed(y)
        return _word(x, name, y, low=min(x.low, y.low), high=max(x.high, y.high))

    def plain(self, name: str, x: Said) -> Said:
        if name in ("abs", "sign"):
            x = self.signed(x)
            low, high = (0, min(max(-x.low, x.high), _HIGH)) if name == "abs" else (-1, 1)
            return _word(x, name, low=low, high=high)
        x = self.unsigned(x)
        if self.short and name == "leading":
            return _symbol(_word(x, name), "-", _literal(32), _ADD, 0, 32)
        if self.short and name == "trailing":
            return _word(_word(x, "bitor", _literal(2**32)), name, low=0, high=32)
        return _word(x, name, low=0, high=1 if name == "parity" else self.form.width)

    def shift(self, name: str, x: Said, places: Said) -> Said:
        known = places.low & self.form.width - 1 if places.low == places.high else None
        if known is not None:
            places = _literal(known)
        if not self.short:
            return self.long_shift(name, x, places, known)
        if known is None and not (places.low >= 0 and places.high < 32):
            places = _word(places, "bitand", _literal(31), low=0, high=31)
        if name == "shl":
            x = self.unsigned(x)
            if known is None:
                return _word(x, "shift", places, low=0, high=x.high << places.high)
            return _symbol(x, "*", _literal(1 << known), _MULTIPLY, 0, x.high << known)
        if name == "rotl":
            raise Unsayable(name)
        x = self.unsigned(x) if name == "lshr" else self.signed(x)
        ends = [end >> moved for end in (x.low, x.high) for moved in (places.low, places.high)]
        return _word(x, "shift", self.backwards(places, known), low=min(ends), high=max(ends))

    def backwards(self, places: Said, known: int | None) -> Said:
        return _literal(-known) if known is not None else _word(places, "negate")

    def long_shift(self, name: str, x: Said, places: Said, known: int | None) -> Said:
        if name == "rotl":
            return _word(x, "rotl", places)
        if known is None and not (places.low >= 0 and places.high < 64):
            places = _word(places, "bitand", _literal(63), low=0, high=63)
        if name == "shl":
            if self.form.exact and known in (None, 63):
                return _word(x, "shift", places)
            if known is not None:
                return _symbol(x, "*", _literal(1 << known if known < 63 else _LOW), _MULTIPLY, _LOW, _HIGH)
            return _symbol(x, "*", _word(_literal(1), "rotl", places), _MULTIPLY, _LOW, _HIGH)
        moved = _word(x, "shift", self.backwards(places, known))
        if name == "ashr":
            return moved
        if known is not None:
            return _word(moved, "bitand", _literal((1 << 64 - known) - 1), low=0, high=(1 << 64 - known) - 1) if known else x
        if self.form.exact:
            raise Unsayable(name)
        kept = _symbol(_literal(63), "-", places, _ADD, 0, 63)
        double = _symbol(_word(_literal(1), "rotl", kept), "*", _literal(2), _MULTIPLY, _LOW, _HIGH)
        return _word(moved, "bitand", _symbol(double, "-", _literal(1), _ADD, _LOW, _HIGH))


def _names(taken: set[str]) -> Iterator[str]:
    """Names for values that are used more than once."""
    yield from (letter for letter in _MOST_LETTERS if letter not in taken)
    yield from (f"v{k}" for k in count(1) if f"v{k}" not in taken)
