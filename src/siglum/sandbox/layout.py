"""The job file that parent and runner share: where each field is, and the numbers both must agree on.

Imports nothing of the package; the runner's assembly takes every number from here.
"""

from __future__ import annotations

from typing import Final

PAGE: Final = 4096

HEADER: Final = {
    "H_MODE": 0x00,
    "H_TOKEN": 0x08,
    "H_SPAN": 0x10,
    "H_SPAN_END": 0x18,
    "H_TEXT": 0x20,
    "H_SELF": 0x28,
    "H_ALTERNATE": 0x30,
    "H_ALTERNATE_SIZE": 0x38,
    "H_TICK": 0x40,
    "H_CPU": 0x60,
    "H_NOTHING": 0x70,
    "H_COUNT": 0x80,
    "H_ENTRY": 0x88,
    "H_STACK": 0x90,
    "H_TIMEOUTS": 0x98,
    "H_FEATURES": 0xA0,
    "H_RECORD": 0xA8,
    "H_OUT": 0xB0,
    "H_DATA": 0xB8,
    "H_DATA_SIZE": 0xC0,
    "H_STRIDE": 0xC8,
    "H_START": 0xD0,
    "H_WIDTH": 0xD8,
    "H_REST": 0xE0,
    "H_NEAR": 0x108,
    "H_FAR": 0x110,
    "H_MXCSR": 0x118,
    "J_RAX": 0x180,
    "J_R10": 0x188,
    "J_R11": 0x190,
    "J_RBX": 0x198,
    "J_RBP": 0x1A0,
    "J_R12": 0x1A8,
    "J_R13": 0x1B0,
    "J_R14": 0x1B8,
    "J_R15": 0x1C0,
    "J_FLAGS": 0x1C8,
    "J_VECTORS": 0x200,
}
"""Fields the parent writes, at these offsets of the first page. Addresses are those in the child.

SPAN..SPAN_END is where everything but the data area lies; TICK an itimerval, CPU and NOTHING rlimits; NEAR and FAR count
the mappings made before and after the rest is unmapped; J_ fields are junk.
"""
COPIED: Final = 0x300
"""Bytes of the header that the child copies beside its text."""
REPORT: Final = {
    "O_FINISHED": 0x300, "O_STEP": 0x308, "O_ERROR": 0x310, "O_PROGRESS": 0x318, "O_BEGUN": 0x320, "O_OUTCOME": 0x340,
}  # fmt: skip
"""Fields of the first page that the child writes; BEGUN that it took the job, OUTCOME is that of a range."""
MAPPINGS: Final = 0x400
MAPPING_SIZE: Final = 48
"""A mapping: address, length, protection, flags, descriptor, offset; 8 bytes each."""
MOST_MAPPINGS: Final = (PAGE - MAPPINGS) // MAPPING_SIZE

CALL: Final = {"C_WORDS": 0, "C_FLOATS": 48, "C_OUT": 112, "C_COUNT": 120, "C_BUFFERS": 128}
"""A call: argument words and floats, the address of its outcome, how many buffers, then the buffers."""
BUFFER: Final = {"B_AT": 0, "B_SOURCE": 8, "B_SIZE": 16, "B_OUT": 24, "B_BEFORE": 32, "B_AFTER": 40, "B_BYTES": 48}
"""A buffer: where it is written, where its content comes from, bytes, where it goes afterwards (0: nowhere), and how many
bytes of junk stand before and after it.
"""
OUTCOME: Final = {
    "F_RAX": 0,
    "F_RDX": 8,
    "F_XMM0": 16,
    "F_XMM1": 24,
    "F_RIP": 0,
    "F_ADDRESS": 8,
    "F_NUMBER": 16,
    "F_TRAP": 24,
    "F_ERROR": 28,
    "F_STATUS": 32,
    "F_SIGNAL": 36,
    "F_CODE": 40,
    "F_WRONG": 40,
    "F_BYTES": 64,
}
"""What became of a call: results, or where and how it was stopped."""
NOT_RUN, RETURNED, STOPPED, TIMED_OUT = 0, 1, 2, 3

STATE: Final = {
    "T_GENERAL": 0,
    "T_FLAGS": 128,
    "T_MXCSR": 136,
    "T_SIGNAL": 140,
    "T_RIP": 144,
    "T_ADDRESS": 152,
    "T_VECTORS": 160,
    "T_MEMORY": 672,
}
"""A machine state: 16 general registers in encoding order, flags, MXCSR, 16 vector registers of 32 bytes, memory."""

SCRATCH: Final = {
    "S_PROGRESS": 0x300,
    "S_TICKED": 0x308,
    "S_RECORD": 0x310,
    "S_OUTPUT": 0x318,
    "S_RSP": 0x320,
    "S_RAX": 0x328,
    "S_RDX": 0x330,
    "S_RBX": 0x338,
    "S_SEGMENTS": 0x340,
    "S_IN_USE": 0x368,
    "S_PROGRAM": 0x370,
    "S_FLOATING": 0x400,
    "S_INITIAL": 0x600,
    "S_FILTER": 0x900,
    "S_STACK": 0x1800,
}
"""What the child keeps beside its text, behind the copy of the header; its own small stack ends at STACK."""
SCRATCH_PAGES: Final = 3

MODES: Final = {"M_CALLS": 0, "M_STATES": 1, "M_RANGE": 2}
FEATURES: Final = {"HAS_AVX": 1, "HAS_BASES": 2, "HAS_IN_USE": 4}

WRONGS: Final = (
    "rbx", "rbp", "r12", "r13", "r14", "r15", "stack pointer", "caller frame", "direction flag", "alignment flag",
    "nested-task flag", "mxcsr control", "x87 control", "x87 stack", "fs base", "gs base", "segment register",
    "upper vector state", "buffer slack",
)  # fmt: skip
"""What a call can leave wrong, by bit of F_WRONG."""

STEPS: Final = (
    "", "mappings at chosen addresses (MAP_FIXED_NOREPLACE)", "unmapping", "sigaltstack", "rt_sigaction", "setrlimit",
    "prctl(PR_SET_TSC)", "setitimer", "prctl(PR_SET_NO_NEW_PRIVS)", "seccomp filters", "prctl(PR_SET_PDEATHSIG)",
)  # fmt: skip
"""What the child sets up, by number of the step that failed."""
STEP_NUMBERS: Final = {
    "STEP_MAP": 1, "STEP_UNMAP": 2, "STEP_STACK": 3, "STEP_ACTION": 4, "STEP_LIMIT": 5, "STEP_CLOCK": 6, "STEP_TIMER": 7,
    "STEP_PRIVILEGES": 8, "STEP_FILTER": 9, "STEP_PARENT": 10,
}  # fmt: skip

NUMBERS: Final = {
    **HEADER, **REPORT, **CALL, **BUFFER, **OUTCOME, **STATE, **SCRATCH, **MODES, **FEATURES, **STEP_NUMBERS,
    **{"WRONG_" + name.upper().replace(" ", "_").replace("-", "_"): 1 << bit for bit, name in enumerate(WRONGS)},
    "COPIED": COPIED, "MAPPINGS": MAPPINGS, "MAPPING_SIZE": MAPPING_SIZE,
    "NOT_RUN": NOT_RUN, "RETURNED": RETURNED, "STOPPED": STOPPED, "TIMED_OUT": TIMED_OUT,
}  # fmt: skip
"""Every number the assembly may name."""
