"""What several tests draw: words, components and programs."""

from __future__ import annotations

from random import Random

from siglum.propose.scalar.components import COMPARISONS, SHIFTS, Component, component
from siglum.propose.scalar.programs import Draft, Program

UNARY = ("not", "neg", "abs", "sign", "ones", "leading", "trailing", "parity")
BINARY = (
    "and", "or", "xor", "add", "sub", "mul", "udiv", "urem", "div", "mod", "min", "max", "ult", "ule", "slt", "sle", "eq", "ne",
    "shl", "lshr", "ashr", "rotl",
)  # fmt: skip
UNSAID = {32: {"rotl"}, 64: {"udiv", "urem"}}
"""Components that phrases do not say at a width."""


def words(random: Random, width: int, count: int) -> list[int]:
    """Words of which many are at an edge."""
    edges = (0, 1, (1 << width) - 1, 1 << width - 1, (1 << width - 1) - 1)
    return [random.choice((*edges, random.getrandbits(width), random.getrandbits(5))) for _ in range(count)]


def drawn(random: Random, width: int, exact: bool) -> Component:
    """Any component that phrases say."""
    name = random.choice([n for n in (*UNARY, *BINARY) if n not in UNSAID[width]])
    text = name
    if name in BINARY and random.random() < 0.4:
        if name in SHIFTS:
            number = random.choice((1, 2, 31, width - 1))
        elif name in ("div", "mod", "udiv", "urem"):
            number = random.choice((1, 2, 3, 7))
        else:
            number = random.choice((0, 1, -1, 2, 255, 1 << 31, 0x55555555, (1 << width) - 1))
        text += f":{number}"
    if name in COMPARISONS and random.random() < 0.3:
        text = "-" + text
    return component(text, exact=exact)


def program(random: Random, leaves: int, width: int, exact: bool) -> Program:
    """A program of up to six steps, most of which use the last ones."""
    draft = Draft(leaves)
    last = 0
    for _ in range(random.randrange(1, 7)):
        made = drawn(random, width, exact)
        near = range(leaves + len(draft.steps))[-3:]
        last = draft.apply(made, *(random.choice(near) for _ in range(made.arity)))
    return draft.program(last)
