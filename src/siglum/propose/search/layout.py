"""What the engine and Python share: the request, jobs and operations, and where each field is.

Imports nothing of the package; the engine's assembly takes every number from here.
"""

from __future__ import annotations

from typing import Final

MOST_ARGUMENTS: Final = 3
MOST_ROWS: Final = 64
RESULT_WORDS: Final = 16
"""Components of one row of a result, at most."""

REQUEST: Final = {
    "R_JOB": 0, "R_JOBS_END": 8, "R_OP": 16, "R_LEFT": 24, "R_CANDIDATES": 32, "R_KNOWN": 40, "R_STOPPED": 48,
    "R_RECORDS": 56, "R_ORIGINS": 64, "R_TABLE": 72, "R_TABLE_MASK": 80, "R_BANK": 88, "R_BANK_END": 96,
    "R_CONTEXT": 104, "R_FRAME": 112, "R_SCRATCH": 120, "R_FUEL": 128, "R_HITS_AT": 136, "R_STACK": 144,
    "R_COUNT": 152, "R_MOST": 156, "R_TABLE_MOST": 160, "R_ROWS": 164, "R_ROW": 168, "R_MODE": 172,
    "R_HITS": 176, "R_HITS_MOST": 180, "R_GOAL": 184, "R_SIDE": 188, "R_PENDING": 192, "R_LAST": 196, "R_HASH": 208,
    "R_NEXT_HASH": 216, "R_LAST_RESULTS": 224, "R_NEXT_RESULTS": 232, "R_ARGUMENTS": 240, "R_OLD_TABLE": 264, "R_OLD": 272,
    "R_LARGEST": 280, "R_RESULTS": 288,
}  # fmt: skip
"""JOB .. JOBS_END are the jobs that are left; LEFT is how many candidates may still be tried. CANDIDATES were tried, of them
KNOWN gave a value that was there, STOPPED stopped. RECORDS, ORIGINS and TABLE are by number of value, by number and by hash."""
RESULTS_BYTES: Final = 8 * MOST_ROWS * RESULT_WORDS
REQUEST_BYTES: Final = REQUEST["R_RESULTS"] + 2 * RESULTS_BYTES
SCRATCH_BYTES: Final = 1 << 16
"""What the arrays of one candidate may take, on all rows."""
JOB: Final = {"J_OP": 0, "J_BEGUN": 8, "J_TRIANGLE": 12, "J_FIRST": 16, "J_LAST": 28, "J_NOW": 40, "J_START": 52, "J_TAG": 56}
"""FIRST .. LAST are the numbers of the values each argument goes through; in a TRIANGLE the second starts where the first is.
START is the number of the first value the job gave."""
JOB_BYTES: Final = 64
OPERATION: Final = {
    "O_ENTRY": 0, "O_DESCRIPTOR": 8, "O_SEED": 16, "O_ARITY": 24, "O_NUMBER": 28, "O_RESULT_WORDS": 32, "O_WORDS": 36,
    "O_BOUND": 48, "O_CHECKS": 56,
}  # fmt: skip
"""BOUND is 0, or what no integer in the arguments may pass; CHECKS says of each argument where it holds integers."""
OPERATION_BYTES: Final = 64
CHECK_NUMBER, CHECK_LIST = 1, 2
ORIGIN_BYTES: Final = 16
"""Per value: its operation and the numbers of three arguments."""
ENTRY_BYTES: Final = 16
HIT_BYTES: Final = 32
"""What was met (a goal is negative), operation, three arguments, the job's tag."""

FINISHED, SLICE, VALUES, BANK, TABLE = range(5)
"""Why the engine came back."""
KEEPS, PROBES = 0, 1
"""Modes: values that are new are kept; or what is known already is reported."""
SCALAR, NESTED, END = 0, 16, 255
"""Codes of a descriptor beside the widths of elements."""
MIX: Final = 0x9E3779B97F4A7C15
"""The odd number nearest to 2^64 over the golden ratio (Knuth, The Art of Computer Programming 3, 6.4)."""

NUMBERS: Final = {
    **REQUEST, **JOB, **OPERATION, "JOB_BYTES": JOB_BYTES, "RESULTS_BYTES": RESULTS_BYTES, "SCRATCH_BYTES": SCRATCH_BYTES,
    "PROBES": PROBES, "CHECK_NUMBER": CHECK_NUMBER, "NESTED": NESTED, "END": END, "MIX": MIX,
    "SLICE": SLICE, "VALUES": VALUES, "BANK": BANK, "TABLE": TABLE,
}  # fmt: skip
