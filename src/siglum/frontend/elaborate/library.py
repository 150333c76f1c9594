"""Methods of texts as definitions of the subset: what Python's own do, on code points.

Read by the elaborator as source; run in CPython by the tests. Imports `siglum.errors` and the names of scalars.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from siglum.errors import Stop
from siglum.frontend.python.scalars import char


def blank(c: char) -> bool:
    """Whether Python's `str.strip` takes the character away."""
    n = ord(c)
    if n <= 32:
        return n == 32 or (n >= 9 and n <= 13) or (n >= 28 and n <= 31)
    if n < 128:
        return False
    if n < 8192:
        return n == 133 or n == 160 or n == 5760
    return n <= 8202 or n == 8232 or n == 8233 or n == 8239 or n == 8287 or n == 12288


def ends_line(c: char) -> bool:
    """Whether Python's `str.splitlines` ends a line at the character."""
    n = ord(c)
    return (n >= 10 and n <= 13) or (n >= 28 and n <= 30) or n == 133 or n == 8232 or n == 8233


def lstrip(text: str) -> str:
    """The text without blanks at its start."""
    first = 0
    n = len(text)
    while first < n and blank(text[first]):
        first += 1
    return text[first:]


def rstrip(text: str) -> str:
    """The text without blanks at its end."""
    n = len(text)
    while n > 0 and blank(text[n - 1]):
        n -= 1
    return text[:n]


def strip(text: str) -> str:
    """The text without blanks at either end."""
    return lstrip(rstrip(text))


def splitlines(text: str) -> list[str]:
    """The lines, without what ends them."""
    out: list[str] = []
    n = len(text)
    first = 0
    at = 0
    while at < n:
        c = text[at]
        if ends_line(c):
            out.append(text[first:at])
            if c == "\r" and at + 1 < n and text[at + 1] == "\n":
                at += 1
            first = at + 1
        at += 1
    if first < n:
        out.append(text[first:n])
    return out


def split_blanks(text: str) -> list[str]:
    """The pieces between blanks."""
    out: list[str] = []
    n = len(text)
    first = 0
    for at in range(n):
        if blank(text[at]):
            if first < at:
                out.append(text[first:at])
            first = at + 1
    if first < n:
        out.append(text[first:n])
    return out


def stands_at(text: str, part: str, at: int) -> bool:
    """Whether `part` stands in `text` from `at` on."""
    return at + len(part) <= len(text) and all(text[at + k] == part[k] for k in range(len(part)))


def split(text: str, separator: str) -> list[str]:
    """The pieces between separators."""
    out: list[str] = []
    n = len(text)
    size = len(separator)
    if size == 0:
        raise Stop("argument")
    first = 0
    at = 0
    while at < n:
        if stands_at(text, separator, at):
            out.append(text[first:at])
            at += size
            first = at
        else:
            at += 1
    out.append(text[first:n])
    return out


def replace(text: str, old: str, new: str) -> str:
    """The text with every `old` replaced. Stops with `argument` where `old` is empty."""
    out: list[char] = []
    n = len(text)
    size = len(old)
    if size == 0:
        raise Stop("argument")
    at = 0
    while at < n:
        if stands_at(text, old, at):
            for c in new:
                out.append(c)
            at += size
        else:
            out.append(text[at])
            at += 1
    return "".join(out)


METHODS: Final[dict[tuple[str, int], Callable[..., str | list[str]]]] = {
    ("strip", 0): strip,
    ("lstrip", 0): lstrip,
    ("rstrip", 0): rstrip,
    ("splitlines", 0): splitlines,
    ("split", 0): split_blanks,
    ("split", 1): split,
    ("replace", 2): replace,
}
"""Name and number of arguments to definition."""
