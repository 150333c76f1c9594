"""One job: its header, the mappings every job has, and what the runner reported of it.

Imports `errors`, `target` and this folder; `run` alone imports it.
"""

from __future__ import annotations

import os
import platform
import resource
import struct
import time
from dataclasses import dataclass
from random import Random
from typing import Final, NamedTuple

from siglum.errors import EnvironmentFault
from siglum.sandbox import layout
from siglum.sandbox.built import TEXT_AT, runner_bytes
from siglum.sandbox.layout import FEATURES, HEADER, PAGE, REPORT
from siglum.sandbox.outcomes import Where
from siglum.sandbox.server import Server
from siglum.sandbox.space import EXECUTE, READ, WRITE, Space, pages
from siglum.target.x86_64.cpu import cpu_features

STACK_SIZE: Final = 256 << 10
ALTERNATE_SIZE: Final = 64 << 10
TIMEOUTS: Final = 3
"""How many calls of a job may use up their time; the rest is then skipped."""
JOB_SECONDS: Final = 60
"""How long a whole job may take, waiting for the processor included."""
ATTEMPTS: Final = 3
"""Drawn addresses may be taken; how often others are drawn."""
_TEXT_FILE: Final = PAGE
_PADDING: Final = 256
_JUNK: Final = slice(HEADER["J_RAX"], layout.COPIED)
_FLAGS_IN_JUNK: Final = HEADER["J_FLAGS"] - HEADER["J_RAX"]
VECTORS_IN_JUNK: Final = HEADER["J_VECTORS"] - HEADER["J_RAX"]
_STATUS_FLAGS: Final = 0x8D5
ALWAYS_SET: Final = 0x202
"""Flags of every program: interrupts on, and the bit that is always 1."""
_TAKEN: Final = 17
_MAPPING_STEP: Final = 1


class Setting(NamedTuple):
    """A job begun: its header so far, its addresses, rsp at a call, and from where on the job file is free."""

    space: Space
    header: bytearray
    where: Where
    stack: int
    free: int


@dataclass(frozen=True, slots=True)
class Report:
    """What is known of a job that ended: whether it ran to its end, the signal that killed it or None, whether it had to be
    ended from outside, how many calls were over, and the outcome record of a range.
    """

    finished: bool
    signal: int | None
    hung: bool
    progress: int
    outcome: bytes


class Engine:
    """The runner with everything a job needs. Raises EnvironmentFault where the kernel lacks something."""

    def __init__(self) -> None:
        if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
            what = f"the sandbox runs x86-64 code on Linux; this is {platform.system()} {platform.machine()}"
            raise EnvironmentFault(what, fix="use an x86-64 Linux machine")
        self._text = runner_bytes()[TEXT_AT:]
        (self.state_returned,) = struct.unpack_from("<I", self._text, 4)
        self._text_size = pages(len(self._text) + PAGE)
        self.random = Random(os.urandom(32))
        features = cpu_features()
        names = {"avx": "HAS_AVX", "fsgsbase": "HAS_BASES", "xgetbv1": "HAS_IN_USE"}
        self._features = sum(FEATURES[field] for name, field in names.items() if name in features)
        _, hardest = resource.getrlimit(resource.RLIMIT_CPU)
        self._processor_s = JOB_SECONDS if hardest == resource.RLIM_INFINITY else min(JOB_SECONDS, hardest)
        self.elapsed = 0.0
        """Seconds the jobs since the last reset took, as seen from here."""
        self._stack_file = _TEXT_FILE + self._text_size
        self._code_file = self._stack_file + 2 * STACK_SIZE
        self.server = Server()
        self.server.grow(self._code_file + 64 * PAGE)
        junk = os.urandom(STACK_SIZE)
        self.server.file[self._stack_file : self._code_file] = junk + complement(junk)

    def junk(self) -> bytes:
        """Junk for registers and slack, drawn anew."""
        return self.random.randbytes(_JUNK.stop - _JUNK.start)

    def begin(self, image: bytes, entry: int, junk: bytes, side: int, at: int | None = None) -> Setting:
        """Maps what every job has, and the code: image at address `at` where one is given, else at a drawn one."""
        space = Space(self.random)
        header = bytearray(PAGE)
        # both sides of a pair take these from junk that is complementary, so they differ in every bit
        shift, pad, slide = 64 * (junk[128] & 63), _PADDING + 64 * (junk[129] & 31), 16 * (junk[130] & 63)
        header_at = space.shared(0, PAGE, READ | WRITE)
        text_at = space.reserve(self._text_size + layout.SCRATCH_PAGES * PAGE)
        space.private_at(text_at, _TEXT_FILE, self._text_size, READ | EXECUTE)
        space.blank_at(text_at + self._text_size, layout.SCRATCH_PAGES * PAGE)
        stack_at = space.private(self._stack_file + side * STACK_SIZE, STACK_SIZE, READ | WRITE)
        alternate_at = space.blank(ALTERNATE_SIZE)
        text_at += shift
        stack = stack_at + STACK_SIZE - 512 - slide
        if at is not None:
            pad = PAGE + at % PAGE
            image += struct.pack("<6BQ", 0xFF, 0x25, 0, 0, 0, 0, text_at + self.state_returned)
        size = pages(pad + len(image) + _PADDING)
        if at is None:
            code_at = space.private(self._code_file, size, READ | EXECUTE)
        else:
            code_at = at - pad
            space.far_code(code_at, self._code_file, size)
        self.server.grow(self._code_file + size)
        file = self.server.file
        file[_TEXT_FILE + shift : _TEXT_FILE + shift + len(self._text)] = self._text
        file[self._code_file : self._code_file + size] = (b"\xcc" * pad + image).ljust(size, b"\xcc")
        header[_JUNK] = junk
        (flags,) = struct.unpack_from("<Q", junk, _FLAGS_IN_JUNK)
        put(
            header,
            H_TOKEN=1 + self.random.getrandbits(30),
            H_TEXT=text_at,
            H_SELF=header_at,
            H_ALTERNATE=alternate_at,
            H_ALTERNATE_SIZE=ALTERNATE_SIZE,
            H_ENTRY=code_at + pad + entry,
            H_STACK=stack,
            H_TIMEOUTS=TIMEOUTS,
            H_FEATURES=self._features,
            H_MXCSR=0x1F80,
            J_FLAGS=flags & _STATUS_FLAGS | ALWAYS_SET,
        )
        where = Where(code_at + pad, (code_at, code_at + size), (stack_at - PAGE, stack_at))
        return Setting(space, header, where, stack, self._code_file + size)

    def finish(self, setting: Setting, limit_s: float, attempt: int) -> Report | None:
        """Runs the job; None where a drawn address was taken and the job must be begun anew.

        Raises EnvironmentFault naming what the kernel lacks, ValueError for given addresses that cannot be had.
        """
        header = setting.header
        microseconds = max(1, round(limit_s * 1e6))
        tick = divmod(microseconds, 1_000_000)
        struct.pack_into("<4Q", header, HEADER["H_TICK"], *tick, *tick)
        struct.pack_into("<2Q", header, HEADER["H_CPU"], self._processor_s, self._processor_s)
        setting.space.write(header)
        file = self.server.file
        file[:PAGE] = bytes(header)
        start = time.perf_counter()
        ended = self.server.run(JOB_SECONDS)
        self.elapsed += time.perf_counter() - start
        finished, step, error, progress = struct.unpack_from("<4Q", file, REPORT["O_FINISHED"])
        if step:
            if step == _MAPPING_STEP and error == _TAKEN and attempt + 1 < ATTEMPTS:
                return None
            if step == _MAPPING_STEP and setting.space.far:
                raise ValueError(f"an address given for code or data cannot be had: {os.strerror(error)}")
            what = f"the sandbox needs {layout.STEPS[step]}: {os.strerror(error)}"
            raise EnvironmentFault(what, fix="run on Linux 5.4 or later, outside of what forbids it")
        (token,) = struct.unpack_from("<Q", header, HEADER["H_TOKEN"])
        at = REPORT["O_OUTCOME"]
        last = file[at : at + layout.OUTCOME["F_BYTES"]]
        if ended is None:
            return Report(False, None, True, progress, last)
        # both say so: the status is eight bits of the token only, and the page can be written by whoever finds it
        done = ended.signal is None and finished == token and ended.status == token & 0xFF
        return Report(done, ended.signal, False, progress, last)


def put(header: bytearray, **values: int) -> None:
    """Sets fields of the header by name."""
    for name, value in values.items():
        struct.pack_into("<Q", header, HEADER[name], value)


def complement(junk: bytes) -> bytes:
    """Every bit the other way round."""
    return (int.from_bytes(junk, "little") ^ ((1 << 8 * len(junk)) - 1)).to_bytes(len(junk), "little")
