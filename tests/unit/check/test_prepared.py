"""The byte check refuses stencils whose holes do not fit their code or their family."""

from __future__ import annotations

from typing import Any, cast

import pytest

from siglum.check.layout import _Form
from siglum.stencil.families import FAMILIES
from siglum.stencil.table import Hole, Stencil, as_mapping, load

IMMEDIATE = Hole(3, 4, "i", 1, 0)


class OneStencil:
    """Stands for a table that has just this one."""

    def __init__(self, stencil: Stencil) -> None:
        self.only = stencil

    def stencil(self, family: str, registers: tuple[int, ...]) -> Stencil:
        return self.only


def prepared(family: str, stencil: Stencil) -> Any:
    return _Form(cast(Any, OneStencil(stencil)), FAMILIES[family])[(0,)]


def test_holes_that_fit() -> None:
    assert prepared("const.vi", Stencil(bytes(7), (IMMEDIATE,), b"", ())).length == 7


@pytest.mark.parametrize(
    "stencil",
    [
        Stencil(bytes(6), (IMMEDIATE,), b"", ()),
        Stencil(bytes(9), (IMMEDIATE, IMMEDIATE._replace(offset=5)), b"", ()),
        Stencil(bytes(7), (IMMEDIATE._replace(offset=-1),), b"", ()),
        Stencil(bytes(7), (IMMEDIATE._replace(width=2),), b"", ()),
        Stencil(bytes(7), (IMMEDIATE._replace(kind="s"),), b"", ()),
        Stencil(bytes(7), (IMMEDIATE._replace(operand=2),), b"", ()),
        Stencil(bytes(7), (), b"", ()),
        Stencil(bytes(7), (IMMEDIATE,), bytes(4), ()),
        Stencil(bytes(11), (IMMEDIATE, Hole(7, 4, "o", -1, -4)), b"", ()),
        Stencil(bytes(11), (IMMEDIATE, Hole(7, 4, "o", -1, -4)), bytes(4), (Hole(1, 4, "n", -1, -4),)),
    ],
)
def test_holes_that_do_not_fit(stencil: Stencil) -> None:
    with pytest.raises(KeyError):
        prepared("const.vi", stencil)


@pytest.mark.parametrize("target", ["x86-64-v2", "x86-64-v3"])
def test_every_stencil_of_the_tables_fits(target: str) -> None:
    table = load(target)
    forms = {name: _Form(table, family) for name, family in FAMILIES.items()}
    for (family, registers), stencil in as_mapping(table).items():
        assert forms[family][registers].code == stencil.code
