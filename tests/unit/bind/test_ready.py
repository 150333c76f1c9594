"""Instances made ready: their bytes do not depend on what was asked before, and no more of them are kept than said."""

from __future__ import annotations

import struct

import pytest

from siglum.bind import ready
from siglum.bind.link import LONGEST_NOP, padding
from siglum.bind.ready import Instances
from siglum.stencil.table import load

TABLE = load("x86-64-v2")


def test_numbers_are_filled_and_distances_left_open() -> None:
    instances = Instances(TABLE)
    made = instances["add.vi", (3, 77, 5)]
    assert (77).to_bytes(4, "little", signed=True) in made.code
    assert made.length == len(made.code) == len(TABLE.stencil("add.vi", (3,)).code)
    assert [(kind, target) for _, kind, target, _ in made.aims] == [("k", 5)]
    assert instances["add.vi", (3, 77, 5)] is made
    assert instances["add.vi", (3, 78, 5)].code != made.code


def test_no_more_are_kept_than_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ready, "KEPT", 10)
    instances = Instances(TABLE)
    found = [instances["const.vi", (1, value)] for value in range(100)]
    assert len(instances) <= 10
    assert [instances["const.vi", (1, value)] for value in range(100)] == found


def test_an_operand_that_does_not_fit_is_refused_each_time() -> None:
    instances = Instances(TABLE)
    for _ in range(2):
        with pytest.raises(struct.error):
            instances["add.vi", (3, 2**31, 5)]
        with pytest.raises(ValueError, match="does not fit 8 bytes"):
            instances["const.vq", (1, 2**64)]
    assert not instances


@pytest.mark.parametrize("size", [1, LONGEST_NOP, LONGEST_NOP + 1, 63])
def test_padding_is_as_long_as_wanted(size: int) -> None:
    instances = Instances(TABLE)
    assert sum(instances[family, operands].length for family, operands, _ in padding(size)) == size
