"""The witness checker refuses faulty images, and never raises."""

from __future__ import annotations

import os
import signal
from dataclasses import fields, replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.differential.native import Native
from tests.support.mutate import flipped, mutants

from siglum.bind import bind
from siglum.check import check_image
from siglum.check.differential import exact
from siglum.errors import Stop
from siglum.ir.inputs import inputs
from siglum.ir.interpret import Program
from siglum.ir.node import parameter
from siglum.ir.sample import Shape, sample
from siglum.ir.types import I64
from siglum.records import Block, Followed, Image, Instance, Label, Location, Rejected, StopSite, Witness
from siglum.stencil.table import load

TABLE = load("x86-64-v3")


def image_of(seed: int, size: int) -> Image:
    return bind(sample(seed, Shape(size=size)), TABLE)


@pytest.mark.parametrize("seed", range(4))
def test_every_single_bit_flip_is_rejected(seed: int) -> None:
    image = image_of(seed, 4)
    assert isinstance(check_image(image, TABLE), Followed)
    for bit in range(8 * len(image.code)):
        assert isinstance(check_image(flipped(image, bit), TABLE), Rejected), bit


def outcome(run: Any) -> Any:
    try:
        return exact(run())
    except Stop as stop:
        return stop.kind, stop.word


def behaves_alike(image: Image, seed: int) -> bool:
    """Whether an image's code gives what its Function means on some inputs; it runs in a child process."""
    child = os.fork()
    if child == 0:
        signal.alarm(20)
        program, native = Program(image.function), Native(image)
        types = tuple(t for _, t in image.params)
        same = all(
            outcome(lambda given=given: program.run(given, fuel=1000)) == outcome(lambda given=given: native(given, fuel=1000))
            for given in inputs(types, seed, 60)
        )
        os._exit(0 if same else 1)
    return os.waitpid(child, 0)[1] == 0


@pytest.mark.parametrize("seed", range(100, 112))
def test_a_binder_bug_is_rejected_unless_it_changes_nothing(seed: int) -> None:
    image = image_of(seed, 6 + seed % 30)
    rejected = 0
    for kind, mutant in mutants(image, TABLE, seed, 25):
        if isinstance(check_image(mutant, TABLE), Rejected):
            rejected += 1
        else:
            assert behaves_alike(mutant, seed), kind
    assert rejected > 5


BASE = image_of(246, 30)
JUNK: list[Any] = [
    None, -1, 0, 1, 2**70, True, "x", 1.5, (), (1,), ((),), [], {}, b"", Location("v", 3), Location("q", 0), Location("s", 10**9),
    Label(0, (), 0, ()), StopSite("overflow", 0, 0), parameter(0, 0, I64), Witness((), ()), frozenset({"stdout"}),
]  # fmt: skip


def damaged(value: Any, random: Random, depth: int = 0) -> Any:
    """`value` with one part, somewhere inside, replaced."""
    if depth and (random.random() < 0.25 or not isinstance(value, (tuple, Image, Witness, Block, Location)) or value == ()):
        if type(value) is int and random.random() < 0.7:
            return value + random.choice((-1, 1, 8, -8, 2**31, -(2**40)))
        return random.choice(JUNK)
    if isinstance(value, (Image, Witness, Block, Location)):
        name = random.choice([f.name for f in fields(value) if f.name != "function" or random.random() < 0.2])
        return replace(value, **{name: damaged(getattr(value, name), random, depth + 1)})
    at = random.randrange(len(value))
    parts = [*value[:at], damaged(value[at], random, depth + 1), *value[at + 1 :]]
    return type(value)(*parts) if isinstance(value, (Instance, Label, StopSite)) else tuple(parts)


@given(st.integers(0, 2**32))
@settings(max_examples=250, deadline=None)
def test_a_malformed_witness_is_an_answer_and_no_crash(seed: int) -> None:
    found = check_image(damaged(BASE, Random(seed)), TABLE)
    assert isinstance(found, (Rejected, Followed))


def test_another_table_is_refused() -> None:
    found = check_image(BASE, load("x86-64-v2"))
    assert found == Rejected("the image was made with another stencil table")
