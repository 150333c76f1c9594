"""The meaning of one encoded instruction, as terms over a state of variables; its digest.

Imports `smt` and `semantics`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Final, NamedTuple

from siglum.smt.evaluate import below
from siglum.smt.terms import Term, Terms
from siglum.target.x86_64.semantics.decode import decode
from siglum.target.x86_64.semantics.encodings import encodings
from siglum.target.x86_64.semantics.literal import Literal
from siglum.target.x86_64.semantics.own import execute
from siglum.target.x86_64.semantics.state import FLAGS, REGISTERS, Exit, Fault, State, Unsupported

CANONICAL: Final = 8
"""Encodings of a form that its digest is made of."""


class Access(NamedTuple):
    """A load (`value` is the variable it gave) or a store."""

    address: Term
    value: Term


class Recorded:
    """A memory that gives a fresh variable for each load and keeps stores in a list. One instruction loads before it stores."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.loads: list[Access] = []
        self.stores: list[Access] = []

    def load(self, address: Term, size: int) -> Term:
        assert not self.stores
        found = self.terms.var(f"load{len(self.loads)}", 8 * size)
        self.loads.append(Access(address, found))
        return found

    def store(self, address: Term, value: Term) -> None:
        self.stores.append(Access(address, value))


class Meaning(NamedTuple):
    """What an instruction does: for each part of the state that it changes, by the variable's name, the new value."""

    changed: dict[str, Term]
    loads: Sequence[Access]
    stores: Sequence[Access]
    faults: Sequence[Fault]
    ways: Sequence[Exit]


def meaning_of(code: bytes, terms: Terms | None = None) -> Meaning:
    """The meaning of the instruction `code`, whose address is the variable `base`. Raises Unsupported."""
    terms = terms or Terms()
    memory = Recorded(terms)
    before, state = State.unknown(terms, memory), State.unknown(terms, memory)
    step = execute(terms, state, decode(code), 0, terms.var("base", 64))
    names = [*REGISTERS, *(f"ymm{k}" for k in range(len(state.vectors))), *FLAGS, "mxcsr"]
    old, new = ([*s.registers, *s.vectors, *(s.flags[name] for name in FLAGS), s.mxcsr] for s in (before, state))
    changed = {name: after for name, start, after in zip(names, old, new, strict=True) if after is not start}
    return Meaning(changed, memory.loads, memory.stores, step.faults, step.ways())


def digest(name: str) -> str:
    """SHA-256, in hex, of what a form does with its first encodings: of its terms as they are written, node by node."""
    found = sha256()
    count = 0
    for code in encodings(name):
        try:
            meaning = meaning_of(code, Literal())
        except Unsupported:
            continue
        found.update(_text(code, meaning).encode())
        count += 1
        if count == CANONICAL:
            break
    return found.hexdigest()


def _text(code: bytes, meaning: Meaning) -> str:
    """All that it does, so that nothing about it can change unnoticed."""
    terms = [*meaning.changed.values()]
    labels = [code.hex(), *meaning.changed]
    for kind, accesses in (("load", meaning.loads), ("store", meaning.stores)):
        for access in accesses:
            labels.append(f"{kind} {access.value.width}")
            terms += [access.address, access.value]
    for fault in meaning.faults:
        labels.append(f"fault {fault.kind}")
        terms.append(fault.condition)
    for way in meaning.ways:
        labels.append(f"{way.kind} {way.target}")
        terms += [way.condition] if way.to is None else [way.condition, way.to]
    return "\n".join([*labels, *_nodes(terms)])


def _nodes(roots: Sequence[Term]) -> Iterator[str]:
    """A line for each term, by the numbers of the lines of its arguments; then those of the roots."""
    lines: dict[Term, int] = {}
    for term in below(roots):
        lines[term] = len(lines)
        yield f"{term.op} {term.value} {term.width} {[lines[argument] for argument in term.args]}"
    yield str([lines[root] for root in roots])
