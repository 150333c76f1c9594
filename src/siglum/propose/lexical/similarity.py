"""What an optional model of meaning has to offer to retrieval: how near texts are to one another.

Imports the standard library only. The proposer works without one; `embedding` has one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Similarity(Protocol):
    """A model that compares texts, such as one of sentence embeddings."""

    def similar(self, query: str, texts: Sequence[str]) -> Sequence[float]:
        """For each text how near it is to the query, from 0 (unrelated) to 1 (the same)."""
        ...
