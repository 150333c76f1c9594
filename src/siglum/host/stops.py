"""The stops of an Image as errors and as lines of text.

Imports `records` and `errors`; the other modules of this folder import it.
"""

from __future__ import annotations

from siglum.errors import STOP_CAUSES, STOP_CODES, Stop
from siglum.records import Image


def stop_at(image: Image, number: int) -> Stop:
    """The stop that the context's `stop` field names by `number`, counted from 1."""
    witness = image.witness
    site = witness.stops[number - 1]
    origins = witness.blocks[site.block].function.origins
    if 0 <= site.origin < len(origins):
        return Stop(site.kind, origins[site.origin].word, origins[site.origin].place())
    return Stop(site.kind)


def stop_lines(image: Image) -> list[str]:
    """What a program prints at each of its stops, in the order of the table."""
    return [stop_at(image, number).line() + "\n" for number in range(1, len(image.witness.stops) + 1)]


def plain_line(kind: str, what: str = "") -> str:
    """The line of a stop outside of every word."""
    return f"siglum: error[{STOP_CODES[kind]}]: {what or 'stopped: ' + STOP_CAUSES[kind]}\n"
