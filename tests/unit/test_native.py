"""Calling Images from Python: values of every type arrive and return as they are, and nothing that does not fit gets in.

The machine code here is a few hand-encoded instructions, so that the host is tested apart from the binder.
"""

from __future__ import annotations

import ctypes
import math
import resource
import subprocess
import sys
import threading
from array import array
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

import siglum
from siglum.errors import SiglumError, Stop, UserError
from siglum.host.callable import Native
from siglum.host.memory import CODE_CHUNK, CallMemory, CodeArena
from siglum.ir.function import Origin
from siglum.ir.types import Type, parse_type
from siglum.records import StopSite
from siglum.target.x86_64.encode import RAX, RCX, RDI, RSI, Assembler

SOURCE = str(Path(siglum.__file__).parent.parent)
IDENTITY = bytes.fromhex("31c0c3")  # the first parameter and the result share slots


def image(code: bytes, parameters: str, result: str, stops: tuple[StopSite, ...] = (), name: str = "tried") -> Any:
    """What `Native` reads of an Image: machine code, signature and the table of stops."""
    params = tuple((part.split(":", 1)[0], parse_type(part.split(":", 1)[1])) for part in parameters.split(";") if part)
    function = SimpleNamespace(name=name, origins=(Origin("square", "<phrase>", 1, 9, 6),))
    block = SimpleNamespace(function=function, frame_slots=9)
    witness = SimpleNamespace(blocks=(block,), stops=stops)
    return SimpleNamespace(
        code=code, params=params, result=parse_type(result), function=function, witness=witness, capabilities=frozenset()
    )


def identity(t: str) -> Native:
    return Native(image(IDENTITY, f"x:{t}", t))


def adder() -> Native:
    code = Assembler()
    code.load(RAX, RSI, 8)
    code.load(RCX, RSI, 16)
    code.arithmetic("add", RAX, RCX)
    code.store(RSI, 8, RAX)
    code.clear(RAX)
    code.ret()
    return Native(image(code.finish()[0], "x:i64;y:i64", "i64", name="plus"))


def first_of_array(t: str) -> Native:
    """Returns the array's address and length as a pair, to show what the machine code sees."""
    return Native(image(IDENTITY, f"x:{t}", "(i64, i64)"))


def values(t: Type) -> st.SearchStrategy[Any]:
    """Python values of a type."""
    kind = t.kind
    bounds = {"i8": (-128, 127), "u8": (0, 255), "i16": (-(2**15), 2**15 - 1), "u16": (0, 2**16 - 1), "u32": (0, 2**32 - 1),
              "i32": (-(2**31), 2**31 - 1), "i64": (-(2**63), 2**63 - 1), "u64": (0, 2**64 - 1)}  # fmt: skip
    if kind in bounds:
        return st.integers(*bounds[kind])
    if kind == "bool":
        return st.booleans()
    if kind in ("f64", "f32"):
        return st.floats(width=64 if kind == "f64" else 32, allow_nan=False)
    if kind == "char":
        return st.characters(exclude_categories=["Cs"])
    if t is parse_type("str"):
        return st.text(max_size=6)
    if kind == "array":
        return st.lists(values(t.element), max_size=5)
    if kind == "pair":
        return st.tuples(values(t.args[0]), values(t.args[1]))
    if kind == "option":
        return st.none() | values(t.args[0])
    return st.dictionaries(values(t.args[0]), values(t.args[1]), max_size=4)


TYPES = [
    "i64", "u64", "i8", "u8", "i16", "u16", "i32", "u32", "bool", "char", "f64", "f32", "str", "[i64]", "[u64]", "[i8]", "[u8]",
    "[i16]", "[u16]", "[i32]", "[u32]", "[f64]", "[f32]", "[bool]", "[str]", "[[i64]]", "[[bool]]", "(i64, f64)", "[(i64, str)]",
    "(str, [f64])", "i64?", "str?", "[i64?]", "((i64, bool), u64?)", "{str:i64}", "{i64:[str]}", "[{i64:f64}]", "[[(char, u8)]]",
]  # fmt: skip


@pytest.mark.parametrize("t", TYPES)
def test_every_value_comes_back_as_it_went_in(t: str) -> None:
    native = identity(t)

    @given(values(parse_type(t)))
    def same(value: Any) -> None:
        assert native(value) == value

    same()


def test_numbers_are_added() -> None:
    plus = adder()
    assert plus(40, 2) == 42
    assert plus(-(2**63), 2**63 - 1) == -1
    assert plus(y=3, x=4) == 7


def test_nan_and_signed_zero_keep_their_bits() -> None:
    assert math.isnan(identity("f64")(math.nan))
    assert math.copysign(1, identity("f64")(-0.0)) == -1


@pytest.mark.parametrize(
    ("t", "make"),
    [
        ("[i64]", lambda: numpy.arange(5)),
        ("[f64]", lambda: numpy.arange(5.0)),
        ("[u8]", lambda: numpy.frombuffer(b"hello", numpy.uint8)),
        ("[bool]", lambda: numpy.array([True, False])),
        ("[f32]", lambda: numpy.arange(3, dtype="float32")),
        ("[i32]", lambda: numpy.arange(3, dtype="int32")),
    ],
)
def test_numpy_arrays_are_used_in_place_and_come_back_as_arrays(t: str, make: Any) -> None:
    given_array = make()
    assert first_of_array(t)(given_array) == (given_array.ctypes.data, len(given_array))
    back = identity(t)(given_array)
    assert isinstance(back, numpy.ndarray)
    assert back.dtype == given_array.dtype
    assert back.tolist() == given_array.tolist()
    assert not numpy.shares_memory(back, given_array)


def test_other_buffers_are_used_in_place() -> None:
    numbers = array("q", [1, 2, 3])
    assert first_of_array("[i64]")(numbers) == (numbers.buffer_info()[0], 3)
    assert first_of_array("[i64]")(memoryview(numbers)[1:]) == (numbers.buffer_info()[0] + 8, 2)
    assert identity("[u8]")(b"\x00\xff") == [0, 255]
    assert identity("[u8]")(bytearray(b"ab")) == [97, 98]
    assert identity("[i64]")((ctypes.c_int64 * 2)(5, 6)) == [5, 6]


def test_a_large_array_is_not_copied() -> None:
    large = numpy.zeros(1 << 25)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    first_of_array("[f64]")(large)
    first_of_array("[bool]")(large.view(numpy.uint8)[: 1 << 26].view(bool))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 1 << 15, "in kB"


UNFIT = [
    ("[i64]", lambda: numpy.arange(5.0), "the array holds f64", "int64"),
    ("[f64]", lambda: numpy.arange(5), "the array holds i64", "float64"),
    ("[f64]", lambda: numpy.zeros(3, complex), "the array holds complex", "float64"),
    ("[f64]", lambda: numpy.zeros(3, ">f8"), "elements of format", "float64"),
    ("[i64]", lambda: numpy.array([1, None]), "the array holds objects", "int64"),
    ("[i64]", lambda: numpy.arange(10)[::2], "16 bytes apart", "ascontiguousarray"),
    ("[i64]", lambda: numpy.arange(10)[::-1], "-8 bytes apart", "ascontiguousarray"),
    ("[i64]", lambda: numpy.zeros((2, 2), int), "2 dimensions", "row"),
    ("[i64]", lambda: numpy.array(5), "0 dimensions", "row"),
    ("[i64]", lambda: numpy.frombuffer(bytes(17), "u1")[1:].view("i8"), "not a multiple of 8", "copy"),
    ("[bool]", lambda: numpy.array([0, 2, 1], "u1").view(bool), "bytes other than 0 and 1", "!= 0"),
    ("[i64]", lambda: b"abcdefgh", "the array holds u8", "int64"),
    ("[i64]", lambda: [1, 2.5], "2.5 is no i64", ""),
    ("[i64]", lambda: [1, 2**63], "9223372036854775808 does not fit i64", ""),
    ("[u8]", lambda: [1, 300], "300 does not fit u8 (0..255)", ""),
    ("[u8]", lambda: [-1], "-1 does not fit u8", ""),
    ("[i64]", lambda: [True], "True is no i64", ""),
    ("[bool]", lambda: [1], "1 is no bool", ""),
    ("[f64]", lambda: ["a"], "'a' is no f64", ""),
    ("[f64]", lambda: [10**400], "does not fit f64", ""),
    ("[i64]", lambda: "text", "'text' is no [i64]", ""),
    ("[i64]", lambda: {1: 2}, "{1: 2} is no [i64]", ""),
    ("[i64]", lambda: {1}, "{1} is no [i64]", ""),
    ("[i64]", lambda: 5, "5 is no [i64]", ""),
    ("[i64]", lambda: None, "None is no [i64]", ""),
    ("i64", lambda: 1.0, "1.0 is no i64", ""),
    ("i64", lambda: 2**63, "does not fit i64", ""),
    ("str", lambda: 5, "5 is no str", ""),
    ("str", lambda: "a\ud800b", "character 1 is U+D800", ""),
    ("str", lambda: b"abc", "is no str", ""),
    ("[str]", lambda: ["a", 5], "5 is no str", ""),
    ("[[i64]]", lambda: [[1], 2], "2 is no [i64]", ""),
    ("[[i64]]", lambda: "ab", "'ab' is no [[i64]]", ""),
    ("(i64, i64)", lambda: (1, 2, 3), "(1, 2, 3) is no (i64, i64)", ""),
    ("{str:i64}", lambda: [("a", 1)], "is no {str:i64}", ""),
    ("char", lambda: "ab", "'ab' is no char", ""),
]  # fmt: skip


@pytest.mark.parametrize(("t", "make", "message", "fix"), UNFIT, ids=[f"{t} {m}" for t, _, m, _ in UNFIT])
def test_what_does_not_fit_is_refused_naming_the_parameter(t: str, make: Any, message: str, fix: str) -> None:
    with pytest.raises(UserError) as refusal:
        identity(t)(make())
    assert refusal.value.message.startswith("`x`: ")
    assert message in refusal.value.message
    assert fix in refusal.value.fix
    assert refusal.value.code in ("E-011", "E-018")


@pytest.mark.parametrize(
    ("args", "named", "message"),
    [
        ((1,), {}, "needs `y`"),
        ((1, 2, 3), {}, "got 3 arguments"),
        ((1, 2), {"z": 1}, "no free parameter `z`"),
        ((1,), {"x": 1}, "no free parameter `x`"),
    ],
)
def test_arguments_are_counted(args: tuple[Any, ...], named: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError) as refusal:
        adder()(*args, **named)
    assert message in refusal.value.message
    assert "x: i64" in refusal.value.fix


def stopping() -> Native:
    code = Assembler()
    code.store_value(RDI, 24, 2)
    code.mov_value(RAX, 1)
    code.ret()
    sites = (StopSite("fuel", -1, 0), StopSite("overflow", 0, 0))
    return Native(image(code.finish()[0], "x:i64", "i64", sites))


def test_a_stop_names_word_and_place() -> None:
    with pytest.raises(Stop) as stop:
        stopping()(1)
    assert (stop.value.kind, stop.value.word, stop.value.exit, stop.value.code) == ("overflow", "square", 1, "E-101")
    assert str(stop.value.place) == "<phrase>:1:9"


def test_memory_is_handed_back_after_stops_and_refusals() -> None:
    native = stopping()
    for _ in range(50):
        with pytest.raises(Stop):
            native(1)
    with pytest.raises(UserError):
        native("x")
    assert len(native._pool._free) >= 1


def test_the_context_is_what_the_contract_says() -> None:
    code = Assembler()  # copies six fields of the context to the result slots
    for k, offset in enumerate((0, 8, 16, 24, 40)):
        code.load(RAX, RDI, offset)
        code.store(RSI, 8 + 8 * k, RAX)
    code.store(RSI, 48, RSI)
    code.clear(RAX)
    code.ret()
    t = "((u64, u64), (u64, (u64, (u64, u64))))"
    native = Native(image(code.finish()[0], "", t), arena_limit=1 << 20, frame_limit=1 << 14, fuel=77)
    (arena, arena_end), (fuel, (stop, (frame_end, frame))) = native()
    assert arena_end - arena == 1 << 20
    assert (fuel, stop) == (77, 0)
    assert frame_end - frame == 1 << 14
    assert arena % 16 == frame % 16 == 0
    assert arena - frame_end >= 2 * 8 * 9


def test_calls_from_several_threads_do_not_meet() -> None:
    plus = adder()
    wrong: list[int] = []

    def work(seed: int) -> None:
        wrong.extend(k for k in range(500) if plus(seed, k) != seed + k)

    threads = [threading.Thread(target=work, args=(10**6 * k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_arena_pages_of_a_large_call_go_back() -> None:
    memory = CallMemory(1 << 28, 1 << 20, 1 << 16)
    memory.prepare(1)
    memory.view[memory.arena : memory.arena + (1 << 25)] = b"x" * (1 << 25)
    memory.view[0:8] = (memory.base + memory.arena + (1 << 25)).to_bytes(8, "little")
    memory.reset()
    assert memory.view[memory.arena] == memory.view[memory.arena + (1 << 25) - 1] == 0


def test_code_is_never_writable_where_it_runs() -> None:
    span = CodeArena().place(IDENTITY)
    assert span.address % 64 == 0
    with open("/proc/self/maps", encoding="ascii") as maps:
        permissions = [line.split()[1] for line in maps if _holds(line, span.address)]
    assert permissions == ["r-xs"]


def _holds(line: str, address: int) -> bool:
    low, _, high = line.split()[0].partition("-")
    return int(low, 16) <= address < int(high, 16)


def test_code_memory_returns_with_its_last_user() -> None:
    arena = CodeArena()
    before = _mapped_chunks()
    for _ in range(20):
        arena.place(bytes(CODE_CHUNK // 2 + 64))
    assert _mapped_chunks() - before <= 4
    large = arena.place(bytes(3 * CODE_CHUNK))
    assert large.size == 3 * CODE_CHUNK


FORKED = """
import os
from siglum.host.memory import process_arena
first = process_arena().place(b"first")
to_child, to_parent = os.pipe(), os.pipe()
if os.fork() == 0:
    mine = process_arena().place(b"child")
    os.write(to_parent[1], b".")
    os.read(to_child[0], 1)
    import ctypes
    os._exit(0 if ctypes.string_at(mine.address, 5) == b"child" and ctypes.string_at(first.address, 5) == b"first" else 1)
os.read(to_parent[0], 1)
process_arena().place(b"other")
os.write(to_child[1], b".")
print(os.waitstatus_to_exitcode(os.wait()[1]))
"""


def test_a_forked_child_has_code_memory_of_its_own() -> None:
    done = subprocess.run([sys.executable, "-c", FORKED], capture_output=True, text=True, check=True, env={"PYTHONPATH": SOURCE})
    assert done.stdout == "0\n"


def _mapped_chunks() -> int:
    with open("/proc/self/maps", encoding="ascii") as maps:
        return sum("memfd:siglum" in line for line in maps)


def test_a_reservation_that_cannot_be_made_says_so() -> None:
    with pytest.raises(SiglumError, match="cannot reserve") as fault:
        Native(image(IDENTITY, "x:i64", "i64"), arena_limit=1 << 62)(1)
    assert fault.value.exit == 3


def test_refused_executable_memory_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("os.memfd_create", refuse)
    with pytest.raises(SiglumError, match="refuses executable memory: memfd_create: Operation not permitted") as fault:
        CodeArena().place(IDENTITY)
    assert fault.value.exit == 3


def test_an_array_of_dates_is_refused_by_name() -> None:
    with pytest.raises(UserError) as refusal:
        identity("[i64]")(numpy.zeros(2, dtype="datetime64[s]"))
    assert refusal.value.code == "E-011"
    assert refusal.value.message.startswith("`x`: [i64] is wanted, the array cannot be read")
    assert "int64" in refusal.value.fix
