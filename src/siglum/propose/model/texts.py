"""The candidates in a model's reply, which is anybody's text: where they are looked for, in which order, how they are read.

Imports `siglum.errors`, `siglum.frontend.phrase` and its siblings. The rule:

1. Of a reply only the first 65536 characters count; what stands between `<think>` and `</think>` is left out.
2. Is it JSON (or its first fenced block, or what stands from its first `{` to its last `}`), the candidates are what stands under
   `phrase`, `phrases` or `candidates`, in order.
3. Else, are there fenced blocks, each is a candidate; a block of several lines that is no phrase as a whole is one a line.
4. Else each line is one, and each part of it between backticks, if it reads as a phrase; prose does not.
5. A block that is never closed ends with the reply. In a reply that was cut, it is left out, as is the last line outside blocks.

What else a reply says, of tests or proofs, is not looked at.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

LONGEST_REPLY: Final = 1 << 16
LONGEST_TEXT: Final = 2000
"""Characters of one candidate."""

MOST: Final = 20
MOST_LINES: Final = 40
"""Candidates of one reply, and lines that are tried."""

_THOUGHT: Final = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)
_FENCE: Final = re.compile(r"^[ \t]*(```+|~~~+)[^\n`]*$", re.MULTILINE)
_BULLET: Final = re.compile(r"(?:[-*\u2022]\s+|\(?[0-9]{1,3}[.):]\s+|(?:phrase|answer|candidate)[ 0-9]{0,3}[:=]\s*)", re.I)
_NAMES: Final = ("phrases", "candidates", "phrase")


class Found(NamedTuple):
    """A candidate's text and where in the reply it stood."""

    text: str
    where: str


class Texts(NamedTuple):
    """The candidates of a reply in order, and whether it was cut inside one."""

    found: tuple[Found, ...]
    ended_inside: bool


def texts_in(reply: str, cut: bool, reads: Callable[[str], bool]) -> Texts:
    """The candidates of `reply`, by the rule above. `reads` tells whether a text is a phrase."""
    reply = _THOUGHT.sub("", reply[:LONGEST_REPLY])
    blocks, rest, closed = _fenced(reply)
    listed = _of_json(reply) or (_of_json(blocks[0]) if blocks else [])
    if listed:
        return _texts([Found(text, f"entry {i} of {len(listed)}") for i, text in enumerate(listed, 1)], False)
    inside = cut and (not closed or not blocks)
    if inside and blocks:
        blocks.pop()
    entries: Iterator[tuple[str, str]]
    if blocks or not closed:
        entries = ((text, f"block {i} of {len(blocks)}") for i, b in enumerate(blocks[:MOST], 1) for text in _of_block(b, reads))
    elif not inside and len(rest.strip()) <= LONGEST_TEXT and reads(rest.strip()):
        entries = iter([(rest, "the whole reply")])
    else:
        lines = rest.split("\n")[: -1 if inside else None]
        entries = ((text, f"line {i}") for i, line in _lines(lines) for text in _of_line(line, reads))
    return _texts([Found(*entry) for entry in entries], inside)


def _lines(lines: list[str]) -> list[tuple[int, str]]:
    """The first lines that are neither empty nor endless, with their numbers."""
    return [(i, line) for i, line in enumerate(lines, 1) if 0 < len(line.strip()) <= LONGEST_TEXT][:MOST_LINES]


def _texts(found: list[Found], ended_inside: bool) -> Texts:
    kept = (Found(text, where) for text, where in ((f.text.strip(), f.where) for f in found) if 0 < len(text) <= LONGEST_TEXT)
    return Texts(tuple(dict.fromkeys(kept))[:MOST], ended_inside)


def _fenced(reply: str) -> tuple[list[str], str, bool]:
    """The blocks, what stands outside of them, and whether the last block is closed."""
    blocks: list[str] = []
    outside: list[str] = []
    opened: re.Match[str] | None = None
    at = 0
    for fence in _FENCE.finditer(reply):
        if opened is None:
            outside.append(reply[at : fence.start()])
            opened = fence
        elif fence[1][0] == opened[1][0] and len(fence[1]) >= len(opened[1]) and fence[0].strip() == fence[1]:
            blocks.append(reply[opened.end() : fence.start()])
            opened = None
        else:
            continue
        at = fence.end()
    if opened is None:
        return blocks, "".join([*outside, reply[at:]]), True
    return [*blocks, reply[opened.end() :]], "".join(outside), False


def _of_json(text: str) -> list[str]:
    """The phrases in a JSON text; none where it is not JSON, or of another shape."""
    first, last = text.find("{"), text.rfind("}")
    for tried in (text, text[first : last + 1] if 0 <= first < last else ""):
        try:
            held = json.loads(tried)
        except (ValueError, RecursionError):
            continue
        if isinstance(held, dict | list):
            return list(_phrases(held))
    return []


def _phrases(held: object, depth: int = 0) -> Iterator[str]:
    if isinstance(held, str):
        yield held
    elif isinstance(held, list) and depth < 3:
        for entry in held:
            yield from _phrases(entry, depth + 1)
    elif isinstance(held, dict) and depth < 3:
        for name in _NAMES:
            if name in held:
                yield from _phrases(held[name], depth + 1)
                return


def _of_block(block: str, reads: Callable[[str], bool]) -> Iterator[str]:
    lines = _lines(block.split("\n"))
    if len(lines) < 2 or (len(block) <= LONGEST_TEXT and reads(block.strip())):
        yield block
    else:
        yield from [text for _, line in lines for text in _of_line(line, reads)] or [block]


def _of_line(line: str, reads: Callable[[str], bool]) -> Iterator[str]:
    plain = line.strip()
    bullet = _BULLET.match(plain)
    plain = plain[bullet.end() :].strip() if bullet else plain
    for text in [plain, *(s.strip() for s in re.split("`+", plain)[1::2])]:
        if text and reads(text):
            yield text
