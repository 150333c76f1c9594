"""How the checker says no. Imports nothing of the package."""

from __future__ import annotations


class Mismatch(Exception):
    """The witness does not fit the bytes or the Function: why, and at which offset of the code (-1: nowhere)."""

    def __init__(self, reason: str, offset: int = -1) -> None:
        super().__init__(reason)
        self.reason, self.offset = reason, offset
