"""Memory as the frame contract cuts it: regions that are apart, each made of equal cells that do not overlap.

An access must lie in a declared window, by the form of its address. Imports `smt` only.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from siglum.smt.terms import Term, Terms

Stores = tuple[tuple[Term, Term], ...]
"""Addresses of cells and what was put there, oldest first."""


class Window(NamedTuple):
    """`size` bytes from `address` on that a stencil may read, and write where `writes`. The cells of a region have `cell` bytes
    and their addresses differ by multiples of it, so that two cells are the same or apart.
    """

    region: str
    address: Term
    size: int
    cell: int = 8
    writes: bool = False


class Outside(Exception):
    """An access that lies in no window: the text says which."""


_ACCESS: Final = ("reads", "writes")


class Cells:
    """What the regions hold. Where nothing was stored, a cell holds what the uninterpreted function named after its region
    gives for its address. A copy is independent.
    """

    def __init__(self, terms: Terms, windows: tuple[Window, ...], stores: dict[str, Stores] | None = None) -> None:
        self.terms, self.windows = terms, windows
        self.stores: dict[str, Stores] = dict(stores or {})

    def copy(self) -> Cells:
        return Cells(self.terms, self.windows, self.stores)

    # As instructions use it -------------------------------------------------------------------------------------
    def load(self, address: Term, size: int) -> Term:
        """The `8 * size` bits at `address`. Raises `Outside`."""
        window, offset = self._window(address, size, writes=False)
        first, inside = offset // window.cell * window.cell, offset % window.cell
        count = (inside + size + window.cell - 1) // window.cell
        cells = [self.cell(window.region, window.address + (first + k * window.cell), window.cell) for k in range(count)]
        whole = self.terms.concat(*reversed(cells))
        return whole.bits(8 * (inside + size) - 1, 8 * inside)

    def store(self, address: Term, value: Term) -> None:
        """Puts whole cells at `address`. Raises `Outside`."""
        size = value.width // 8
        window, offset = self._window(address, size, writes=True)
        if offset % window.cell or size % window.cell:
            raise Outside(f"writes a part of a cell of the {window.region}")
        bits = 8 * window.cell
        for k in range(size // window.cell):
            self.put(window.region, window.address + (offset + k * window.cell), value.bits(bits * k + bits - 1, bits * k))

    def _window(self, address: Term, size: int, *, writes: bool) -> tuple[Window, int]:
        for window in self.windows:
            offset = address - window.address
            if offset.is_const and 0 <= offset.value <= window.size - size and (window.writes or not writes):
                return window, offset.value
        raise Outside(f"{_ACCESS[writes]} {size} bytes at {address!r}"[:200])

    # As contracts use it ----------------------------------------------------------------------------------------
    def cell(self, region: str, address: Term, size: int = 8) -> Term:
        """What the cell at `address` holds."""
        stores = self.stores.get(region, ())
        start = 0
        for k in reversed(range(len(stores))):
            if stores[k][0] is address:
                start = k
                break
        else:
            start = -1
        found = stores[start][1] if start >= 0 else initial(self.terms, region, address, size)
        for at, value in stores[start + 1 :]:
            found = address.is_(at).ite(value, found)
        return found

    def put(self, region: str, address: Term, value: Term) -> None:
        self.stores[region] = (*self.stores.get(region, ()), (address, value))


def initial(terms: Terms, region: str, address: Term, size: int = 8) -> Term:
    """What a cell holds before the stencil."""
    return terms.apply(region, 8 * size, address)
