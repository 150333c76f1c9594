"""Programs said as phrases mean what the programs do, at both widths, exact and wrapping."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from tests.unit.propose.scalar.drawing import program

from siglum.errors import Stop
from siglum.frontend.phrase.reference import evaluate
from siglum.ir.types import BOOL, I32, I64, U8, U32, Type
from siglum.propose.examine import language
from siglum.propose.scalar.components import CHOICE, component, signed
from siglum.propose.scalar.lanes import Lanes
from siglum.propose.scalar.phrases import Form, Unsayable, phrase
from siglum.propose.scalar.programs import Draft
from siglum.propose.scalar.samples import draws


def ran(text: str, form: Form, arguments: tuple[Any, ...]) -> Any:
    """What a phrase gives, or its stop."""
    definition = language().read(text, form.params, form.result if form.result is BOOL else None).main
    try:
        return evaluate(definition, arguments, overflow="stop" if form.exact else "wrap")
    except Stop as stop:
        return stop


@pytest.mark.parametrize("width", [32, 64])
@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("seed", range(3))
def test_a_phrase_gives_what_its_program_gives(width: int, exact: bool, seed: int) -> None:
    random = Random(f"{width} {exact} {seed}")
    types: list[Type] = [U32, I32, U8, BOOL] if width == 32 else [I64, I32, U8, BOOL]
    compared = 0
    for _ in range(150):
        params = tuple((name, random.choice(types)) for name in "xy")
        constant = random.choice((0, 1, -1, 0x55, 1 << width - 1))
        made = program(random, 3, width, exact and width == 64)
        truth = bool(made.steps) and made.steps[-1].component.truth
        form = Form(width, params, BOOL if truth else I64, random.random() < 0.5, exact)
        try:
            text = phrase(made, form, [constant])
        except Unsayable:
            continue
        rows = [arguments for _, arguments in zip(range(10), draws([t for _, t in params], random), strict=False)]
        v = Lanes(width, len(rows))
        leaves = [v.pack([int(row[k]) & v.mask for row in rows]) for k in range(2)]
        found, stopped = made.run(v, [*leaves, v.spread(constant)])
        for row, word, stop in zip(rows, v.unpack(found), v.unpack(stopped & v.full), strict=True):
            if not stop:
                read = bool(word) if truth else signed(word, width) if width == 64 or form.with_sign else word
                assert ran(text, form, row) == read, (text, row)
                compared += 1
    assert compared > 1000


def said(texts: list[tuple[str, ...]], form: Form, constants: tuple[int, ...] = ()) -> str:
    """The phrase of steps written as component and arguments, parameters first."""
    draft = Draft(len(form.params) + len(constants))
    last = 0
    for name, *arguments in texts:
        made = CHOICE if name == "choice" else component(name)
        last = draft.apply(made, *map(int, arguments))
    return phrase(draft.program(last), form, constants)


SHORT = Form(32, (("x", U32), ("y", U32)), I64, False, True)
LONG = Form(64, (("x", I64), ("y", I64)), I64, False, True)


def test_at_32_bits_numbers_are_brought_into_range_only_where_that_matters() -> None:
    assert said([("sub:1", "0"), ("and", "0", "2")], SHORT) == "x bitand (x - 1)"
    assert said([("sub:1", "0"), ("or", "0", "2")], SHORT) == "x bitor (x - 1) bitand 4294967295"
    assert said([("add", "0", "1"), ("lshr:1", "2")], SHORT) == "(x + y) bitand 4294967295 shift -1"


def test_at_64_bits_operations_are_the_words() -> None:
    assert said([("neg", "0"), ("and", "0", "2")], LONG) == "x bitand (x negate)"
    assert said([("lshr:4", "0")], LONG) == "x shift -4 bitand 1152921504606846975"
    assert said([("shl:3", "0")], LONG) == "x * 8"


def test_what_is_used_twice_has_a_name_that_is_free() -> None:
    form = Form(64, (("a", I64),), I64, False, True)
    assert said([("add:1", "0"), ("mul", "1", "1")], form) == "a + 1 as b b * b"


def test_truth_values_stay_what_they_are() -> None:
    form = Form(64, (("x", I64), ("y", I64)), BOOL, False, True)
    assert said([("slt", "0", "1"), ("ne:0", "0"), ("and", "2", "3")], form) == "x < y and x != 0"
    assert said([("eq:3", "0"), ("eq:0", "2")], form) == "(x = 3) not"
    assert said([("and:1", "0")], form) == "x bitand 1 != 0"


def test_a_truth_value_among_numbers_is_one_or_zero() -> None:
    assert said([("slt", "0", "1"), ("add", "0", "2")], LONG) == "x + (x < y ? 1 : 0)"
    assert said([("-eq:0", "0"), ("and", "1", "2")], LONG) == "y bitand (x = 0 ? -1 : 0)"


def test_a_constant_stands_behind_what_it_is_compared_with() -> None:
    form = Form(64, (("x", I64),), BOOL, False, True)
    assert said([("slt", "1", "0")], form, (5,)) == "x > 5"


def test_choices_with_a_constant_truth_value_become_and_or_or() -> None:
    form = Form(64, (("x", I64), ("y", I64)), BOOL, False, True)
    steps = [("slt", "2", "0"), ("slt", "2", "1")]
    assert said([*steps, ("choice", "4", "5", "2")], form, (0, 1)) == "x > 0 and y > 0"
    assert said([*steps, ("choice", "4", "3", "5")], form, (0, 1)) == "x > 0 or y > 0"


def test_a_choice_between_numbers_is_said_as_one() -> None:
    assert said([("slt", "0", "1"), ("choice", "2", "1", "0")], LONG) == "x < y ? y : x"


def test_unsigned_division_is_not_said_at_64_bits() -> None:
    with pytest.raises(Unsayable):
        said([("udiv", "0", "1")], LONG)
