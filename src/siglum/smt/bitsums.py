"""Bits counted in the fields of a word: masks, shifts and sums that add bits side by side are one sum over the bits.

A term is read as the sum of weight * bit, modulo 2^width. Where the weights modulo 2^k add up to less than 2^k, no carry
crosses bit k: what is below is the sum with those weights, what is above the sum with the weights shifted right.
Imports `smt.terms`, `smt.evaluate` and `smt.lemmas`.
"""

from __future__ import annotations

from typing import Final

from siglum.smt.evaluate import below
from siglum.smt.lemmas import rewritten
from siglum.smt.terms import Term, mask

NAME: Final = "bits counted in fields"
FEWEST: Final = 8
"""Bits from which on a sum is worth it."""

Bit = tuple[Term, int]
Weights = dict[Bit, int]


def with_bit_sums(terms: list[Term]) -> tuple[list[Term], bool]:
    """The terms with each count of bits in fields written as a sum over bits, and whether there was one."""
    if not any(t.op == "and" and t.args[0].op == "const" and t.width for t in below(terms)):
        return terms, False
    known: dict[Term, Weights | None] = {}
    changed = False

    def replace(term: Term) -> Term | None:
        nonlocal changed
        if term.op not in ("sum", "and", "extract", "concat") or term.width < 2:
            return None
        weights = _weights(term, known)
        if weights is None or len(weights) < FEWEST or len(set(weights.values())) == len(weights):
            return None
        home = term.home
        parts = tuple((home.zext(home.extract(x, k, k), term.width), w) for (x, k), w in weights.items())
        found = home.linear(term.width, 0, parts)
        if found is term:
            return None
        changed = True
        return found

    return rewritten(terms, replace), changed


def _weights(term: Term, known: dict[Term, Weights | None]) -> Weights | None:
    if term not in known:
        known[term] = None
        known[term] = _find(term, known)
    return known[term]


def _find(term: Term, known: dict[Term, Weights | None]) -> Weights | None:
    op = term.op
    if op == "const":
        return {} if term.value == 0 else None
    if op == "sum":
        constant, coefficients = term.value
        if constant:
            return None
        found: Weights = {}
        for part, coefficient in zip(term.args, coefficients, strict=True):
            weights = _weights(part, known)
            if weights is None:
                return None
            for bit, weight in weights.items():
                found[bit] = (found.get(bit, 0) + coefficient * weight) & mask(term.width)
        return {bit: weight for bit, weight in found.items() if weight}
    if op == "and" and term.args[0].op == "const":
        weights = _weights(term.args[1], known)
        return None if weights is None else _masked(weights, term.args[0].value, term.width)
    if op == "extract" and (term.args[0].op not in ("var", "apply", "select") or not term.value[1]):
        weights = _weights(term.args[0], known)
        return None if weights is None else _cut(weights, term.value[0] + 1, term.value[1], term.args[0].width)
    if op == "concat":
        found = {}
        at = term.width
        for part in term.args:
            at -= part.width
            weights = _weights(part, known)
            if weights is None or sum(weights.values()) > mask(part.width):
                return None
            for bit, weight in weights.items():
                found[bit] = found.get(bit, 0) + (weight << at)
        return found
    return _plain(term)


def _plain(term: Term) -> Weights | None:
    """A term bit by bit."""
    if term.op == "extract":
        base, (high, low) = term.args[0], term.value
        return {(base, k): 1 << k - low for k in range(low, high + 1)}
    return {(term, k): 1 << k for k in range(term.width)} if term.op in ("var", "apply", "select") else None


def _cut(weights: Weights, high: int, low: int, width: int) -> Weights | None:
    """Bits `low` .. `high`-1 of the word, if no carry crosses its ends."""
    if high < width or sum(weights.values()) > mask(width):
        weights = {bit: weight & mask(high) for bit, weight in weights.items() if weight & mask(high)}
        if sum(weights.values()) > mask(high):
            return None
    if low and sum(weight & mask(low) for weight in weights.values()) > mask(low):
        return None
    return {bit: weight >> low for bit, weight in weights.items() if weight >> low}


def _masked(weights: Weights, bits: int, width: int) -> Weights | None:
    """The word with all bits outside of `bits` cleared, run by run."""
    found: Weights = {}
    at = 0
    while bits >> at:
        if not bits >> at & 1:
            at += 1
            continue
        end = at
        while bits >> end & 1:
            end += 1
        part = _cut(weights, end, at, width)
        if part is None:
            return None
        for bit, weight in part.items():
            found[bit] = found.get(bit, 0) + (weight << at)
        at = end
    return found
