"""The bank of values: what programs give on all rows, each behaviour once, in memory that the engine fills.

Imports `errors`, `ir` and this folder. Executable memory is handed in.
"""

from __future__ import annotations

import ctypes
import mmap
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any, Final, NamedTuple

from siglum.errors import EnvironmentFault
from siglum.ir.types import I64, WIDTHS, Array, Type, components, is_scalar, parse_type
from siglum.propose.search import layout as at
from siglum.propose.search.catalogue import SPREAD_BITS, Operation
from siglum.propose.search.costs import UNITS, common_unit_of, unit_of, worth_looking_at
from siglum.propose.search.layout import JOB, OPERATION, REQUEST
from siglum.propose.search.packing import WORD, Packer, descriptor
from siglum.propose.search.words import COMMON

_ENTRY: Final = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_uint64)
_NO_RESERVE: Final = 0x4000
_HUGE: Final = 2 << 20
STEPS: Final = 4_000
MAGNITUDE: Final = (1 << 63) - 1
_FRAMES: Final = 1 << 20
_INPUTS: Final = 8 << 20
_HITS: Final = 1 << 15
_MANY: Final = 1 << 17
"""Entries of a table from which on large pages pay."""
_LARGER: Final = 3
_ROW_BYTES: Final = 128
_RESERVE: Final = 32
"""A share of the memory that is kept for what follows the search itself."""
MOST_JOBS: Final = 1 << 16
_FIRST_TABLE: Final = 1 << 14
_OPERATION: Final = struct.Struct("<QQQQIII3I3B4B")
_RANGES: Final = struct.Struct("<II3I3I3IIII")
_HIT: Final = struct.Struct("<iI3II")
_COVER: Final = struct.Struct("<QQII8x")
MOST_APART: Final = 64
"""Operations, at most, whose results are kept apart."""
_PAD: Final = 256
"""Bytes behind values that may be read and written, to no effect."""
_INDEX_BYTES: Final = 16 + at.ORIGIN_BYTES
"""What a value takes beside its record and its entry of the table: its address, its shape, and its origin."""
_MOST_COVERED: Final = 64
"""Elements that have a bit each."""
_LEAST_LEFT: Final = 64
"""The share of the memory that is not worth going on for."""


_WAYS: Final = {
    (False,): at.COLUMNS, (False, False): at.COLUMNS, (True,): at.LIST, (True, True): at.LISTS, (True, False): at.LIST_NUMBER,
    (False, True): at.NUMBER_LIST,
}  # fmt: skip
"""By which arguments are lists."""
_WAYS_WITH_NUMBERS: Final = {at.LIST_NUMBER: 1, at.NUMBER_LIST: 0}
"""Which argument is the number."""


class Hit(NamedTuple):
    """A goal (negative) or a value that was met by an operation on values, and the tag of the job."""

    met: int
    operation: int
    arguments: tuple[int, int, int]
    tag: int


class Cover(NamedTuple):
    """A value that is the same as a wanted one at some elements (a bit each), is as long on some rows (a bit each), and elsewhere
    above it or below (`layout.ABOVE`, `layout.BELOW`), or neither.
    """

    elements: int
    rows: int
    value: int
    sides: int


class Tally(NamedTuple):
    """Combinations that were seen beforehand to stop or to be another one; that were executed and stopped; that were hashed and
    looked up; and of these, those whose value was there.
    """

    refused: int
    stopped: int
    completed: int
    known: int


Span = tuple[int, int]
"""The numbers of values, from the first up to the second."""
_NO_RANGE: Final = (0, 0)


def ranges(spans: Sequence[Span], *, triangle: bool = False, tag: int = 0, shaped: int = 0) -> bytes:
    """The arguments of a job: ranges of values, all combinations of which are tried; in a triangle the second is not before the
    first. `shaped` is the argument (1, 2) whose lengths the result must have. Behind an operation's `Library.head` it makes a
    job.
    """
    (a, a_end), (b, b_end), (c, c_end) = (*spans, _NO_RANGE, _NO_RANGE, _NO_RANGE)[:3]
    return _RANGES.pack(0, triangle, a, b, c, a_end, b_end, c_end, 0, 0, 0, 0, tag, shaped)


class Shape(NamedTuple):
    """What operations take: they go over the same values. The argument `constant`, if any, is a literal."""

    params: tuple[Type, ...]
    commutes: bool
    constant: int | None = None


Operations = list[tuple[Type, bytes]]
"""What each gives, and the head of its jobs."""
Shapes = dict[Shape, dict[int, Operations]]
"""Operations by what they take and cost, the cheapest first."""


def _width(t: Type) -> int:
    """Of the elements of an array of scalars; 0 for other types."""
    return WIDTHS[t.element] if t.kind == "array" and is_scalar(t.element) else 0


def _class(t: Type) -> int:
    return at.COLUMN if is_scalar(t) else _width(t) or at.MIXED


def _way(o: Operation) -> int:
    """How all rows of an operation on numbers, or on lists of them, are done at once."""
    lists = tuple(p.kind == "array" for p in o.params)
    if len(lists) > 2 or not all(many or WIDTHS[p] == WORD for many, p in zip(lists, o.params, strict=True)):
        return at.ROWS
    if o.text.count(" zip "):
        return at.ZIPPED
    return _WAYS[lists]


class Memory:
    """Zeroed memory that costs nothing until it is touched. Raises EnvironmentFault where the system refuses it."""

    def __init__(self, size: int) -> None:
        try:
            self.view = mmap.mmap(-1, size, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | _NO_RESERVE)
        except (OSError, OverflowError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else "the size is out of range"
            raise EnvironmentFault(f"cannot reserve {size} bytes for the search: {reason}", fix="give it less memory") from None
        self.address = ctypes.addressof(ctypes.c_char.from_buffer(self.view))
        self.size = size

    def enlarge_pages(self) -> None:
        """From now on in large pages, which cost more to begin with and less to go on with."""
        if self.size >= 2 * _HUGE and hasattr(mmap, "MADV_HUGEPAGE"):
            with suppress(OSError):  # small pages do as well
                self.view.madvise(mmap.MADV_HUGEPAGE)


class Library:
    """Operations placed in executable memory, for all searches of a process. `place` puts code where it can run, at a multiple of
    64 bytes, and gives its address.
    """

    def __init__(self, engine: bytes, operations: Sequence[Sequence[Any]], code: bytes, place: Callable[[bytes], int]) -> None:
        self.holds: list[object] = []
        """What keeps the placed code where it is."""
        base, start = place(code), place(engine)
        self.work, self.insert, self.widen, self.covers = (_ENTRY(start + entry) for entry in struct.unpack_from("<4I", engine))
        types: dict[str, Type] = {}
        for row in operations:
            for text in (*row[1], row[2]):
                if text not in types:
                    types[text] = parse_type(text)
        self.operations = [
            Operation(text, tuple([types[p] for p in params]), types[result], tuple(words), bits, commutes)
            for text, params, result, words, bits, commutes, *_ in operations
        ]
        self.types = tuple(dict.fromkeys(types.values()))
        # one more operation a type stands for values that are given, not made
        self._given = {t: len(operations) + k for k, t in enumerate(self.types)}
        self._descriptors = Memory(1 << 16)
        self._apart: dict[int, int] = {}
        self._table = Memory(at.OPERATION_BYTES * (len(operations) + len(self.types) + MOST_APART))
        described = self._described()
        words_of = {t: len(components(t)) for t in self.types}
        for number, (operation, row) in enumerate(zip(self.operations, operations, strict=True)):
            flat = 0 if row[7] is None else base + row[7]
            self._write(number, base + row[6], flat, operation, described, words_of)
        for t, number in self._given.items():
            self._write(number, 0, 0, Operation("", (), t, (), 0), described, words_of)
        self._heads = [self.address_of(number).to_bytes(8, "little") for number in range(len(operations) + len(self.types))]
        self.by_text = {(o.text, o.params): number for number, o in enumerate(self.operations)}
        """Operations by text and types of arguments."""
        self._shapes: dict[tuple[frozenset[Type], Type, bool], Shapes] = {}
        self.units = [unit_of(o) for o in self.operations]
        """What each costs where nothing is known of the intent."""
        self.by_word: dict[str, list[int]] = {}
        """Operations by the words they are made of."""
        for number, o in enumerate(self.operations):
            for word in set(o.words):
                self.by_word.setdefault(word, []).append(number)
        self.signatures: dict[tuple[tuple[Type, ...], Type], list[int]] = {}
        """Operations by the types they take and give."""
        for number, o in enumerate(self.operations):
            self.signatures.setdefault((o.params, o.result), []).append(number)
        self.common_units = [common_unit_of(o) for o in self.operations]
        """What each costs among the common ones alone."""
        of_common = {
            key: [number for number in numbers if COMMON.issuperset(self.operations[number].words)]
            for key, numbers in self.signatures.items()
        }
        self.common_signatures = {key: numbers for key, numbers in of_common.items() if numbers}

    def _described(self) -> dict[Type, int]:
        found: dict[Type, int] = {}
        place = 0
        for t in self.types:
            content = descriptor(t)
            self._descriptors.view[place : place + len(content)] = content
            found[t] = self._descriptors.address + place
            place += len(content)
        return found

    def _write(
        self, number: int, entry: int, flat: int, o: Operation, described: dict[Type, int], words_of: dict[Type, int]
    ) -> None:
        seed = (self.types.index(o.result) + 1) * at.MIX & (1 << 64) - 1
        absent = [0] * (at.MOST_ARGUMENTS - len(o.params))
        counts, widths = ([of(p) for p in o.params] + absent for of in (words_of.__getitem__, _width))
        way = _way(o) if flat else at.ROWS
        head = (entry, flat, described[o.result], seed, len(o.params), number, words_of[o.result])
        last = (_class(o.result), WIDTHS.get(o.result, 0), way, o.result in (I64, Array(I64)))
        _OPERATION.pack_into(self._table.view, number * at.OPERATION_BYTES, *head, *counts, *widths, *last)

    def shapes(self, starts: frozenset[Type], goal: Type, costs: Sequence[int], *, common: bool = False) -> Shapes:
        """The operations worth looking at between these types, of `common` words alone where that is said. What they usually cost
        is worked out once.
        """
        usual, key = costs is self.units or common, (starts, goal, common)
        if usual and key in self._shapes:
            return self._shapes[key]
        found: Shapes = {}
        signatures, costs = (self.common_signatures, self.common_units) if common else (self.signatures, costs)
        for number in worth_looking_at(signatures, costs, starts, goal):
            operation = self.operations[number]
            head, cost = (operation.result, self._heads[number]), costs[number]
            constant = self.number_beside(number)
            if constant is not None:
                shape = Shape(operation.params, operation.commutes, constant)
                found.setdefault(shape, {}).setdefault(cost, []).append(head)
                cost += round(UNITS * SPREAD_BITS)
            found.setdefault(Shape(operation.params, operation.commutes), {}).setdefault(cost, []).append(head)
        found = {shape: dict(sorted(by_cost.items())) for shape, by_cost in found.items()}
        if usual:
            self._shapes[key] = found
        return found

    def is_apart(self, operation: int) -> bool:
        """Whether what the operation makes is apart."""
        return operation >= len(self.operations) + len(self.types)

    def head(self, operation: int) -> bytes:
        """The beginning of a job that does the operation."""
        return self._heads[operation]

    def apart(self, operation: int) -> int:
        """The number of an operation that does the same, and whose results are never equal to those of others that are not apart:
        what is made on the way to a goal must not be taken for a program's value.
        """
        number = self._apart.get(operation)
        if number is None:
            number = self._apart[operation] = len(self._heads)
            place, first = number * at.OPERATION_BYTES, operation * at.OPERATION_BYTES
            self._table.view[place : place + at.OPERATION_BYTES] = self._table.view[first : first + at.OPERATION_BYTES]
            (seed,) = struct.unpack_from("<Q", self._table.view, place + OPERATION["O_SEED"])
            struct.pack_into("<Q", self._table.view, place + OPERATION["O_SEED"], ~seed & (1 << 64) - 1)
            struct.pack_into("<I", self._table.view, place + OPERATION["O_NUMBER"], number)
            self._heads.append(self.address_of(number).to_bytes(8, "little"))
        return number

    def way(self, operation: int) -> int:
        """How the engine does all rows of an operation (`layout.ROWS` ..)."""
        return self._table.view[operation * at.OPERATION_BYTES + OPERATION["O_WAY"]]

    def number_beside(self, operation: int) -> int | None:
        """Which argument is a number that goes with all elements of a list."""
        return _WAYS_WITH_NUMBERS.get(self.way(operation))

    def address_of(self, operation: int) -> int:
        """Where the engine finds an operation."""
        return self._table.address + operation * at.OPERATION_BYTES

    def given(self, t: Type) -> int:
        """The number of the operation that stands for given values of a type; KeyError for types that are not looked at."""
        return self._given[t]


class Bank:
    """The values of one search over `rows` rows (at most 64), within `memory` bytes; an evaluation takes at most `steps` on a row
    in loops that nothing given bounds. Integers beyond `magnitude`, 2^n - 1, are not kept.
    """

    def __init__(self, library: Library, rows: int, memory: int, *, steps: int = STEPS, magnitude: int = MAGNITUDE) -> None:
        self.library, self.rows, self.magnitude = library, rows, magnitude
        self._fixed = _INPUTS + _FRAMES + 2 * at.SIDE_BYTES + _HITS * at.HIT_BYTES
        self._room = max(1 << 20, (memory - self._fixed) * (_RESERVE - 1) // _RESERVE)
        self._whole = max(self._room, memory - self._fixed)
        # address space is no memory: each part could take all of it
        self._values = Memory(self._whole + _PAD)
        most = self._whole // _INDEX_BYTES
        self._records, self._shapes, self._origins = Memory(8 * most), Memory(8 * most), Memory(at.ORIGIN_BYTES * most)
        self._table = Memory(_FIRST_TABLE * at.ENTRY_BYTES)
        self._request = Memory(at.REQUEST_BYTES)
        self._jobs = Memory(MOST_JOBS * at.JOB_BYTES)
        self._hits = Memory(_HITS * at.HIT_BYTES)
        self._frames = Memory(_FRAMES)
        self._context = Memory(4096)
        self._sides = Memory(2 * at.SIDE_BYTES)
        self._inputs = Memory(_INPUTS)
        self._input_end = 0
        self._largest = 0
        self.full = False
        struct.pack_into("<Q", self._context.view, 40, self._frames.address + _FRAMES // 2)
        self._put(
            R_RECORDS=self._records.address, R_SHAPES=self._shapes.address, R_ORIGINS=self._origins.address,
            R_CONTEXT=self._context.address, R_BANK=self._values.address,
            R_FRAME=self._frames.address + 64, R_SIDE=self._sides.address, R_OTHER_SIDE=self._sides.address + at.SIDE_BYTES,
            R_FUEL=steps, R_FLAT_FUEL=steps * rows, R_HITS_AT=self._hits.address, R_LENGTHS_BYTES=4 * rows + 7 & -8,
        )  # fmt: skip
        self._put4(R_ROWS=rows, R_HITS_MOST=_HITS)
        self._allow(_ROW_BYTES * rows)
        self._use_table(_FIRST_TABLE)
        self._portion()

    # The request -------------------------------------------------------------------------------------------------------
    def _put(self, **values: int) -> None:
        for name, value in values.items():
            struct.pack_into("<Q", self._request.view, REQUEST[name], value)

    def _put4(self, **values: int) -> None:
        for name, value in values.items():
            struct.pack_into("<I", self._request.view, REQUEST[name], value & 0xFFFF_FFFF)

    def _get(self, name: str) -> int:
        return int(struct.unpack_from("<Q", self._request.view, REQUEST[name])[0])

    def _get4(self, name: str) -> int:
        return int(struct.unpack_from("<I", self._request.view, REQUEST[name])[0])

    @property
    def count(self) -> int:
        """How many values there are; the next one gets this number."""
        return self._get4("R_COUNT")

    @property
    def candidates(self) -> int:
        """How many combinations were tried."""
        return self._get("R_CANDIDATES")

    @property
    def tally(self) -> Tally:
        """What became of them."""
        return Tally(*(self._get(name) for name in ("R_REFUSED", "R_STOPPED", "R_COMPLETED", "R_KNOWN")))

    @property
    def used(self) -> int:
        """Bytes of memory in use."""
        return self._taken() + self._fixed

    def _taken(self) -> int:
        return self._get("R_BANK") - self._values.address + self.count * _INDEX_BYTES + self._table.size

    def _portion(self) -> bool:
        """Gives half of the memory that is left to records and half to what goes with them; whether there is any."""
        left = self._room - self._taken()
        if left < self._room // _LEAST_LEFT:
            return False
        self._put(R_BANK_END=self._get("R_BANK") + left // 2)
        self._put4(R_MOST=self.count + left // 2 // _INDEX_BYTES)
        return True

    def _use_table(self, entries: int) -> None:
        self._put(R_TABLE=self._table.address, R_TABLE_MASK=entries - 1)
        self._put4(R_TABLE_MOST=entries // 2)

    def _widen(self) -> bool:
        """Twice as many entries, or where there is no memory for them a fuller table; whether there is room now."""
        old, entries = self._table, self._table.size // at.ENTRY_BYTES
        if self._taken() + 2 * old.size > self._room:
            self._put4(R_TABLE_MOST=entries * 7 // 8)
            return self.count < entries * 7 // 8 and self._portion()
        self._table = Memory(2 * old.size)
        if entries == _MANY:
            for memory in (self._values, self._records, self._shapes, self._origins):
                memory.enlarge_pages()
        self._table.enlarge_pages()
        self._put(R_OLD_TABLE=old.address, R_OLD=entries)
        self._use_table(2 * entries)
        self.library.widen(self._request.address)
        return self._portion()

    # Values that are given ------------------------------------------------------------------------------------------------
    def insert(self, column: Sequence[Any], t: Type, goal: int = 0, *, apart: bool = False) -> int:
        """A value by what it is on each row: its number, which is that of an equal one where there is one (`apart`: among those
        that are apart). With a negative `goal` it is what a hit reports from now on, and no value. Raises OverflowError and
        KeyError for what cannot be a value.
        """
        operation = self.library.given(t)
        if apart:
            operation = self.library.apart(operation)
        packer = Packer(self._inputs.address + self._input_end)
        lengths: list[int] = []
        content = packer.address
        if width := _width(t):
            lengths = packer.flat(column, t.element)
        else:
            words = [word for value in column for word in packer.words(value, t)]
            content += len(packer.data)
            packer.data += struct.pack(f"<{len(words)}Q", *words)
        lengths_at = packer.address + len(packer.data)
        packer.data += struct.pack(f"<{len(lengths)}I", *lengths) + bytes(_PAD)
        if self._input_end + len(packer.data) > _INPUTS:
            raise OverflowError("the inputs are too long for the search")
        self._inputs.view[self._input_end : self._input_end + len(packer.data)] = bytes(packer.data)
        self._input_end += len(packer.data) + -len(packer.data) % 16
        self._largest = max(self._largest, len(packer.data) - _PAD)
        # what lies far beyond the size of all that is given is hardly ever part of an answer
        self._allow(_LARGER * self._largest + _ROW_BYTES * self.rows)
        self._put(
            R_LAST_CONTENT=content, R_LAST_BYTES=width * sum(lengths) if width else WORD * self.rows, R_LAST_LENGTHS=lengths_at,
            R_OP=self.library.address_of(operation), R_MAGNITUDE=MAGNITUDE,
        )  # fmt: skip
        self._put4(R_GOAL=goal)
        return int(self.library.insert(self._request.address))

    def _allow(self, largest: int) -> None:
        """How many bytes a value may take."""
        self._put(R_LARGEST=largest, R_CONTENT_MOST=min(largest, at.MOST_CONTENT))

    def origin(self, value: int) -> tuple[int, tuple[int, int, int]]:
        """The operation that made a value, and of which values."""
        operation, *arguments = struct.unpack_from("<4I", self._origins.view, value * at.ORIGIN_BYTES)
        return operation, (arguments[0], arguments[1], arguments[2])

    def open_reserve(self) -> None:
        """Lets the values take the share of the memory that was kept back."""
        self._room = self._whole
        self.full = not self._portion()

    # Work ---------------------------------------------------------------------------------------------------------------------
    def run(self, jobs: Sequence[bytes], *, mode: int = at.KEEPS, pulse: Callable[[], bool], slice_: int = 200_000) -> bool:
        """Does the jobs (at most MOST_JOBS), in one of `layout`'s modes. `pulse` is asked after every slice of candidates whether
        to go on. False where it said no, or where the memory is full (`full`).
        """
        joined = b"".join(jobs)
        self._jobs.view[: len(joined)] = joined
        self._put(R_JOB=self._jobs.address, R_JOBS_END=self._jobs.address + len(joined), R_MAGNITUDE=self.magnitude)
        self._put4(R_MODE=mode)
        while True:
            self._put(R_LEFT=slice_)
            why = self.library.work(self._request.address)
            if why == at.FINISHED:
                return True
            if why == at.SLICE:
                if not pulse():
                    return False
            elif not (self._widen() if why == at.TABLE else self._portion()):
                self.full = True
                return False

    def shape_of(self, value: int) -> int:
        """The same for lists that are as long as each other on every row."""
        return int(struct.unpack_from("<Q", self._shapes.view, 8 * value)[0])

    def elements_of(self, value: int, *, listed: bool) -> int:
        """How many elements a list has on all rows together (65,535: so many or more); or, where none is `listed`, a number."""
        return self.shape_of(value) & 0xFFFF if listed else self.rows

    def coverable(self, wanted: int, *, listed: bool) -> bool:
        """Whether a value has few enough elements for `covers`, and some."""
        return 0 < self.elements_of(wanted, listed=listed) <= _MOST_COVERED

    def covers(self, wanted: int, values: Span, *, listed: bool, elements: int = 0, rows: int = 0) -> Iterator[Cover]:
        """Of a range of values of the wanted one's type (`listed`: lists of integers; else integers), those of which the wanted
        one may be the least or the greatest, with others: those that are the same at least at these `elements` and as long at
        least on these `rows`. It must be `coverable`.
        """
        count = self.elements_of(wanted, listed=listed)
        self._put(R_OFFSET=self._get("R_LENGTHS_BYTES") if listed else 0, R_NEED=elements, R_NEED_ROWS=rows)
        self._put4(R_WANTED=wanted, R_COVERED=count, R_FROM=values[0], R_TO=values[1])
        while True:
            why = self.library.covers(self._request.address)
            count = self._get4("R_HITS")
            self._put4(R_HITS=0)
            yield from map(Cover._make, _COVER.iter_unpack(self._hits.view[: count * at.HIT_BYTES]))
            if why == at.FINISHED:
                return

    def first_of(self, job: int) -> int:
        """The number of the first value that a job of the last run gave, or would have given."""
        begun, start = (
            struct.unpack_from("<I", self._jobs.view, job * at.JOB_BYTES + JOB[name])[0] for name in ("J_BEGUN", "J_START")
        )
        return int(start) if begun else self.count

    def hits(self) -> list[Hit]:
        """What was met since the last call."""
        count = self._get4("R_HITS")
        self._put4(R_HITS=0)
        found = []
        for k in range(count):
            met, operation, a, b, c, tag = _HIT.unpack_from(self._hits.view, k * at.HIT_BYTES)
            found.append(Hit(met, operation, (a, b, c), tag))
        return found


assert (OPERATION["O_NARROWS"] + 1, at.JOB_BYTES, JOB["J_TAG"] + 4) == (_OPERATION.size, 8 + _RANGES.size, 60)
