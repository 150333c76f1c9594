"""Parallel moves: whatever goes where, each target ends with what its source held at the start."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from siglum.bind.plan import CONSTANT, INT, Atom
from siglum.bind.registers import SLOT, Registers
from siglum.ir.node import constant
from siglum.ir.types import I64

ZERO = constant(0, I64)
INTEGER_PLACES = [*range(1, 8), *range(SLOT + 1, SLOT + 6)]
FLOAT_PLACES = [*range(9, 16), *range(SLOT + 6, SLOT + 11)]


def run(instances: list[tuple[str, tuple[int, ...], int]], held: dict[int, Any]) -> None:
    """What the moves do to what places hold."""
    for family, operands, _ in instances:
        name, _, kinds = family.partition(".")
        places = [{"v": 0, "x": 8, "s": SLOT}.get(k, 0) + o for k, o in zip(_kinds(family, kinds), operands, strict=True)]
        held[places[0]] = operands[1] if name == "const" else held[places[1]]


def _kinds(family: str, kinds: str) -> str:
    return {"ld.vs": "vs", "st.sv": "sv", "ld.xs": "xs", "st.sx": "sx"}.get(family, kinds)


@st.composite
def moves(draw: st.DrawFn) -> list[tuple[int, int | None, int]]:
    """(target, source or None for a constant, constant) with distinct targets, integers and floats apart."""
    found: list[tuple[int, int | None, int]] = []
    for places in (INTEGER_PLACES, FLOAT_PLACES):
        for target in draw(st.lists(st.sampled_from(places), unique=True)):
            source = draw(st.one_of(st.none(), st.sampled_from(places)))
            found.append((target, source, draw(st.integers(-(2**63), 2**63 - 1))))
    return found


@given(moves(), st.booleans())
def test_parallel_moves_happen_at_once(wanted: list[tuple[int, int | None, int]], v0_busy: bool) -> None:
    image: Any = None
    state = Registers(image)
    state.next_slot = 50
    held: dict[int, Any] = {place: f"at {place}" for place in [0, 8, *INTEGER_PLACES, *FLOAT_PLACES]}
    start = dict(held)
    given_moves = []
    for target, source, value in wanted:
        a = Atom(ZERO, 0, 1, CONSTANT if source is None else INT)
        a.value = value
        given_moves.append((target, a, -1 if source is None else source))
    state.parallel(given_moves, v0_busy=v0_busy)
    run(state.out, held)
    for target, source, value in wanted:
        assert held[target] == (value if source is None else start[source])
    untouched = set(start) - {target for target, _, _ in wanted} - {8} - (set() if v0_busy else {0})
    assert all(held[place] == start[place] for place in untouched)
