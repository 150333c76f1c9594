"""Partial products: parts of two parameters whose product is exact, as long multiplication is made of.

Imports `scalar.bank`, `scalar.components` and `scalar.programs`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Final, NamedTuple

from siglum.propose.scalar.bank import Bank
from siglum.propose.scalar.components import Component
from siglum.propose.scalar.programs import Draft

_MOST: Final = 16


class Product(NamedTuple):
    """The product of two values of a bank, and its words on the samples."""

    multiply: Component
    left: int
    right: int
    words: tuple[int, ...]

    def write(self, draft: Draft, bank: Bank, leaves: Sequence[int]) -> int:
        """Writes it into a draft."""
        return draft.apply(self.multiply, bank.write(draft, self.left, leaves), bank.write(draft, self.right, leaves))


def exact_products(bank: Bank, components: Sequence[Component]) -> list[Product]:
    """The products of values of one operation on different leaves, each of half the width at most on every sample; none where
    nothing multiplies, or where there are too many to make leaves of.
    """
    multiply = next((made for made in components if made.name == "mul" and made.arity == 2), None)
    if multiply is None or bank.levels < 1:
        return []
    v = bank.lanes(1)
    words = {number: v.unpack(bank.vector([number])) for number in bank.numbers(1)}
    narrow: dict[int, list[int]] = {}
    for number, of in words.items():
        if bank.left[number] == bank.right[number] and 2 * max(of).bit_length() <= bank.width:
            narrow.setdefault(bank.left[number], []).append(number)
    leaves = sorted(narrow)
    pairs = [pair for k, a in enumerate(leaves) for b in leaves[k + 1 :] for pair in product(narrow[a], narrow[b])]
    if not 1 < len(pairs) <= _MOST:
        return []
    return [Product(multiply, a, b, tuple([x * y for x, y in zip(words[a], words[b], strict=True)])) for a, b in pairs]
