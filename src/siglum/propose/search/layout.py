"""What the engine and Python share: the request, jobs and operations, and where each field is.

Imports nothing of the package; the engine's assembly takes every number from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

MOST_ARGUMENTS: Final = 3
MOST_ROWS: Final = 64
RESULT_WORDS: Final = 16
"""Components of one row of a result, at most."""


def _placed(fields: Mapping[str, int], start: int = 0) -> dict[str, int]:
    """The offsets of fields of these sizes behind each other."""
    found, place = {}, start
    for name, size in fields.items():
        found[name] = place
        place += size
    return found


_REQUEST_SIZES: Final = {
    **dict.fromkeys(
        (
            "R_JOB", "R_JOBS_END", "R_OP", "R_LEFT", "R_CANDIDATES", "R_REFUSED", "R_STOPPED", "R_COMPLETED", "R_KNOWN",
            "R_RECORDS", "R_SHAPES", "R_ORIGINS", "R_TABLE", "R_TABLE_MASK", "R_BANK", "R_BANK_END", "R_CONTEXT", "R_FRAME",
            "R_FUEL", "R_FLAT_FUEL", "R_HITS_AT", "R_STACK", "R_LARGEST", "R_MAGNITUDE", "R_CONTENT_MOST", "R_LENGTHS_BYTES",
            "R_SIDE", "R_OTHER_SIDE",
            "R_OLD_TABLE", "R_OLD", "R_CONTENT", "R_BYTES", "R_SHAPE", "R_LENGTHS", "R_HASH", "R_LAST_CONTENT",
            "R_LAST_BYTES", "R_LAST_SHAPE", "R_LAST_LENGTHS", "R_LAST_HASH", "R_OFFSET", "R_NEED", "R_NEED_ROWS",
        ),
        8,
    ),
    "R_CURSORS": 8 * MOST_ARGUMENTS,
    "R_LENGTHS_AT": 8 * MOST_ARGUMENTS,
    **dict.fromkeys(
        ("R_COUNT", "R_MOST", "R_TABLE_MOST", "R_ROWS", "R_ROW", "R_MODE", "R_HITS", "R_HITS_MOST", "R_GOAL", "R_PENDING",
         "R_WANTED", "R_COVERED", "R_FROM", "R_TO"),
        4,
    ),
    "R_LAST": 4 * MOST_ARGUMENTS,
}  # fmt: skip
REQUEST: Final = _placed(_REQUEST_SIZES)
"""JOB .. JOBS_END are the jobs that are left; LEFT is how many candidates may still be tried. Of CANDIDATES, REFUSED were seen
beforehand to stop or to be another one, STOPPED were executed and stopped, COMPLETED were hashed and looked up; KNOWN of these
gave a value that was there. RECORDS, SHAPES and ORIGINS are by number of value, TABLE by hash. CONTENT .. HASH are the
candidate's result, LAST_.. that of the one before, whose entry of the table is on its way."""
REQUEST_BYTES: Final = sum(_REQUEST_SIZES.values())

MOST_FLAT: Final = 4096
"""Elements on all rows, at most, that are worked on at once."""
MOST_CONTENT: Final = 60_000
"""Bytes of the elements of a result, at most."""
ARENA_BYTES: Final = 1 << 16
ARGUMENT_BYTES: Final = 8 * MOST_FLAT + 640
SIDE: Final = _placed(
    {
        "S_LENGTHS": 4 * MOST_ROWS,
        "S_WORDS": 8 * MOST_ROWS * RESULT_WORDS,
        "S_CONTENT": (1 << 16) + 640,
        "S_ARENA": ARENA_BYTES + 1280,
        "S_MADE": 8 * MOST_ARGUMENTS,
        "S_FIRST": MOST_ARGUMENTS * ARGUMENT_BYTES,
    }
)
"""Where a candidate's results and what it is made of lie: lengths of arrays by row, components by row, elements of all rows, what
the evaluator allocates, and its arguments where they have to be made (MADE says of which records they were)."""
SIDE_BYTES: Final = 1 << 18
assert SIDE["S_FIRST"] + MOST_ARGUMENTS * ARGUMENT_BYTES <= SIDE_BYTES

JOB: Final = {
    "J_OP": 0, "J_BEGUN": 8, "J_TRIANGLE": 12, "J_FIRST": 16, "J_LAST": 28, "J_NOW": 40, "J_START": 52, "J_TAG": 56,
    "J_SHAPED": 60,
}  # fmt: skip
"""FIRST .. LAST are the numbers of the values each argument goes through; in a TRIANGLE the second starts where the first is.
START is the number of the first value the job gave. Where two lists are gone through side by side, the one that SHAPED says
(1, 2) must not be the longer one on any row."""
JOB_BYTES: Final = 64
_OPERATION_SIZES: Final = {
    "O_ENTRY": 8, "O_FLAT": 8, "O_DESCRIPTOR": 8, "O_SEED": 8, "O_ARITY": 4, "O_NUMBER": 4, "O_RESULT_WORDS": 4,
    "O_WORDS": 4 * MOST_ARGUMENTS, "O_WIDTHS": MOST_ARGUMENTS, "O_CLASS": 1,
    "O_ELEMENT": 1, "O_WAY": 1, "O_NARROWS": 1,
}  # fmt: skip
OPERATION: Final = _placed(_OPERATION_SIZES)
"""ENTRY evaluates one row, FLAT all of them at once as WAY says. WIDTHS are of the elements of arguments that are arrays of
scalars, 0 for others; CLASS is the same of the result, or MIXED; ELEMENT is the width of what FLAT gives; NARROWS says whether
it is made of integers."""
OPERATION_BYTES: Final = 64
assert sum(_OPERATION_SIZES.values()) <= OPERATION_BYTES
COLUMN, MIXED = 0, 255
"""Classes of results, beside the widths of elements: a scalar on each row; anything else."""
ROWS, COLUMNS, LIST, LISTS, LIST_NUMBER, NUMBER_LIST, ZIPPED = range(7)
"""Ways: row by row; scalars as one list; a list; two of equal lengths; one and a number on each row; two, as far as the shorter
one goes."""
ORIGIN_BYTES: Final = 16
"""Per value: its operation and the numbers of three arguments."""
ENTRY_BYTES: Final = 16
HIT_BYTES: Final = 32
"""What was met (a goal is negative), operation, three arguments, the job's tag."""

FINISHED, SLICE, VALUES, BANK, TABLE = range(5)
"""Why the engine came back."""
KEEPS, PROBES, MEETS = range(3)
"""Modes: values that are new are kept, and goals reported; goals and values that are known are reported; goals alone are."""
ABOVE, BELOW = 1, 2
"""On which sides of the wanted value others are."""
SCALAR, NESTED, END = 0, 16, 255
"""Codes of a descriptor beside the widths of elements."""
MIX: Final = 0x9E3779B97F4A7C15
"""The odd number nearest to 2^64 over the golden ratio (Knuth, The Art of Computer Programming 3, 6.4)."""
FIRST_KEY, SECOND_KEY = 0xD1B54A32D192ED03, 0xABC98388FB8FAC03
"""What pairs of words are mixed with before they are multiplied: fractions of the roots of x^3 = x + 1 (Roberts's sequence)."""

NUMBERS: Final = {
    **REQUEST, **SIDE, **JOB, **OPERATION, "JOB_BYTES": JOB_BYTES, "ARENA_BYTES": ARENA_BYTES,
    "ARGUMENT_BYTES": ARGUMENT_BYTES, "MOST_FLAT": MOST_FLAT,
    "ABOVE": ABOVE, "BELOW": BELOW, "MIXED": MIXED, "KEEPS": KEEPS, "PROBES": PROBES, "NESTED": NESTED, "END": END, "MIX": MIX,
    "FIRST_KEY": FIRST_KEY, "SECOND_KEY": SECOND_KEY, "SLICE": SLICE, "VALUES": VALUES, "BANK": BANK, "TABLE": TABLE,
}  # fmt: skip
