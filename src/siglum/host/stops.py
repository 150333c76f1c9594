"""The stops of an Image as errors and as lines of text.

Imports `records`, `ir.types` and `errors`; the other modules of this folder import it.
"""

from __future__ import annotations

from siglum.errors import STOP_CAUSES, STOP_CODES, Stop
from siglum.ir.types import STR, Type
from siglum.records import Image

Params = tuple[tuple[str, Type], ...]
ARGUMENTS = "<arguments>"
"""The source of stops in what takes the arguments of an executable."""
ARGUMENT = "<argument>"
"""The source of stops in what reads one argument; their line is its number."""
RESULT = "<result>"
"""The source of stops in what shows the result of an executable."""
PROGRAM = "<program>"
"""The source of stops between these."""


def stop_at(image: Image, number: int) -> Stop:
    """The stop that the context's `stop` field names by `number`, counted from 1."""
    witness = image.witness
    site = witness.stops[number - 1]
    origins = witness.blocks[site.block].function.origins
    if 0 <= site.origin < len(origins):
        return Stop(site.kind, origins[site.origin].word, origins[site.origin].place())
    return Stop(site.kind)


def stop_lines(image: Image, name: str, params: Params) -> list[str]:
    """What is printed at each stop of an image, in the order of the table. Around the function proper of the executable or
    library `name` it is said in its user's terms: of an argument, of `params`, of the result.
    """
    lines = []
    for number in range(1, len(image.witness.stops) + 1):
        stop = stop_at(image, number)
        source = stop.place.source if stop.place else ""
        what = ""
        if source == ARGUMENTS:
            what = _usage(name, params) if stop.kind == "argument" else f"arguments or standard input: {STOP_CAUSES[stop.kind]}"
        elif source == ARGUMENT and stop.place:
            what = _unread(stop.kind, stop.place.line, params[stop.place.line - 1])
        elif source in (RESULT, PROGRAM):
            what = f"{'the result' if source == RESULT else name}: {STOP_CAUSES[stop.kind]}"
        lines.append(plain_line(stop.kind, what) if what else stop.line() + "\n")
    return lines


def _usage(name: str, params: Params) -> str:
    count = f"{len(params)} argument{'' if len(params) == 1 else 's'}"
    whole = len(params) == 1 and params[0][1] is STR
    taken = " ".join(f"{n}:{t}" for n, t in params)
    how = "standard input" if whole else "lines of standard input"
    return f"{name} takes {count}, {taken}; without arguments it takes {how}"


def _unread(kind: str, number: int, param: tuple[str, Type]) -> str:
    shown = f"{param[0]}:{param[1]}"
    if kind in ("number", "argument"):
        return f"argument {number} cannot be read as {shown}"
    return f"argument {number} does not fit {shown}" if kind == "range" else f"argument {number}, {shown}: {STOP_CAUSES[kind]}"


def plain_line(kind: str, what: str = "") -> str:
    """The line of a stop outside of every word."""
    return f"siglum: error[{STOP_CODES[kind]}]: {what or 'stopped: ' + STOP_CAUSES[kind]}\n"
