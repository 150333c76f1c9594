"""A model of meaning where one is installed: the extra `embedding`, which is the package wordllama with its word vectors.

Imports `siglum.errors`, and the package when texts are first compared. Nothing is ever downloaded.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import cache, cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from siglum.errors import echo

PACKAGE: Final = "wordllama"
DIGITS: Final = 3
"""What is kept of a similarity: the last bits of a sum depend on the processor."""

MOST_CHARACTERS: Final = 160
"""Of what is said of a package that does not load."""


@cache
def embedding() -> Embedding | None:
    """The model where its package is installed, one for the process; None elsewhere. It is loaded when it first compares."""
    return Embedding() if find_spec(PACKAGE) is not None else None


class Embedding:
    """Compares texts by their vectors. Where the package cannot be loaded all texts are unrelated, and `fault` says why."""

    def __init__(self) -> None:
        self.fault = ""
        self._texts: tuple[str, ...] = ()
        self._vectors: Any = None

    @cached_property
    def _model(self) -> Any:
        """The package's model, None where it cannot be loaded."""
        try:
            return _loaded()
        except Exception as raised:  # noqa: BLE001 - a package of others may raise anything, and there is proposing without it
            self.fault = echo(f"{type(raised).__name__}: {raised}", MOST_CHARACTERS)
            return None

    def similar(self, query: str, texts: Sequence[str]) -> Sequence[float]:
        """The cosine for each text, nothing below 0. The vectors of the last texts are kept."""
        if self._model is None or not query.strip():
            return [0.0] * len(texts)
        kept = tuple(texts)
        if kept != self._texts:
            self._texts, self._vectors = kept, self._model.embed(list(kept), norm=True)
        cosines = self._vectors @ self._model.embed(query, norm=True)[0]
        return [max(0.0, round(cosine, DIGITS)) for cosine in cosines.tolist()]


def _loaded() -> Any:
    """The package's model from the package's own files; raises what the package raises."""
    root, silent = logging.getLogger(), logging.NullHandler()
    root.addHandler(silent)  # else importing it sets up logging for the whole process
    try:
        import wordllama

        # it finds its tokenizer only where this folder is named
        model = wordllama.WordLlama.load(cache_dir=Path(wordllama.__file__).parent, disable_download=True)
        model.embed("what cannot compare shows it here", norm=True)
        return model
    finally:
        root.removeHandler(silent)
