"""Standalone executables: what they read, write and say, with hand-encoded code inside."""

from __future__ import annotations

import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from siglum.errors import SiglumError
from siglum.host.program import executable
from siglum.ir.function import Origin
from siglum.ir.types import parse_type
from siglum.records import StopSite
from siglum.target.x86_64.encode import RAX, RCX, RDI, RSI, Assembler

IDENTITY = bytes.fromhex("31c0c3")
LINE = b"siglum: error[E-101]: `square` stopped: the result does not fit, <phrase>:1:9\n"


def image(code: bytes, params: str, result: str, *, stops: int = 0, family: str = "") -> Any:
    """What `executable` reads of an Image; stop 1 is out of fuel, all others are overflows of `square`."""
    function = SimpleNamespace(name="main", origins=(Origin("square", "<phrase>", 1, 9, 6),))
    instances = (SimpleNamespace(family=family),) if family else ()
    block = SimpleNamespace(function=function, frame_slots=4, instances=instances, offset=0, length=len(code))
    sites = (StopSite("fuel", -1, 0), *(StopSite("overflow", 0, 0) for _ in range(stops - 1))) if stops else ()
    if stops == 1:
        sites = (StopSite("overflow", 0, 0),)
    return SimpleNamespace(
        code=code,
        params=(("arguments", parse_type(params)),) if params else (),
        result=parse_type(result),
        function=function,
        witness=SimpleNamespace(blocks=(block,), stops=sites),
    )


def run(made: Any, folder: Path, *arguments: bytes | str, **options: Any) -> tuple[int, bytes, bytes]:
    path = folder / "program"
    path.write_bytes(executable(made))
    path.chmod(0o755)
    done = subprocess.run([path, *arguments], capture_output=True, check=False, **options)
    return done.returncode, done.stdout, done.stderr


def first_argument() -> bytes:
    """The first argument, or nothing where there is none, as the result."""
    code = Assembler()
    code.load(RAX, RSI, 16)
    code.test(RAX, RAX)
    code.jump_if("e", "none")
    code.load(RAX, RSI, 8)
    code.load(RCX, RAX, 8)
    code.store(RSI, 16, RCX)
    code.load(RAX, RAX, 0)
    code.store(RSI, 8, RAX)
    code.label("none")
    code.clear(RAX)
    code.ret()
    return code.finish()[0]


def raw_arguments() -> bytes:
    """The table of arguments itself, 16 bytes each, as the result."""
    code = Assembler()
    code.load(RAX, RSI, 16)
    code.shift("shl", RAX, 4)
    code.store(RSI, 16, RAX)
    code.clear(RAX)
    code.ret()
    return code.finish()[0]


def stopping(site: int) -> bytes:
    code = Assembler()
    code.store_value(RDI, 24, site)
    code.mov_value(RAX, 1)
    code.ret()
    return code.finish()[0]


@pytest.mark.parametrize("family", ["", "alloc"], ids=["on the stack", "mapped"])
def test_arguments_arrive_and_results_are_written(tmp_path: Path, family: str) -> None:
    made = image(first_argument(), "[[u8]]", "[u8]", family=family)
    assert run(made, tmp_path, "hello", "world") == (0, b"hello", b"")
    assert run(made, tmp_path, b"\xff\xfe") == (0, b"\xff\xfe", b"")
    assert run(made, tmp_path, "") == (0, b"", b"")
    assert run(made, tmp_path) == (0, b"", b"")
    assert run(made, tmp_path, b"x" * 100_000)[1] == b"x" * 100_000


@pytest.mark.parametrize("family", ["", "alloc"], ids=["on the stack", "mapped"])
def test_every_argument_has_its_length(tmp_path: Path, family: str) -> None:
    given = ["a", "", "three", "x" * 500]
    status, table, _ = run(image(raw_arguments(), "[[u8]]", "[u8]", family=family), tmp_path, *given)
    lengths = [int.from_bytes(table[at : at + 8], "little") for at in range(8, len(table), 16)]
    assert (status, lengths) == (0, [1, 0, 5, 500])


@pytest.mark.parametrize("family", ["", "alloc"], ids=["on the stack", "mapped"])
@pytest.mark.parametrize(("stops", "site"), [(1, 1), (2, 2), (5, 5)])
def test_a_stop_says_its_line(tmp_path: Path, family: str, stops: int, site: int) -> None:
    made = image(stopping(site), "", "i64", stops=stops, family=family)
    assert run(made, tmp_path) == (1, b"", LINE)


def test_each_stop_says_its_own_line(tmp_path: Path) -> None:
    made = image(stopping(1), "[[u8]]", "[u8]", stops=3)
    assert run(made, tmp_path, "x") == (1, b"", b"siglum: error[E-109]: stopped: out of fuel\n")


@pytest.mark.parametrize("site", [1, 2, 3, 200])
def test_lines_that_many_stops_say_are_there_once(tmp_path: Path, site: int) -> None:
    made = image(stopping(site), "[[u8]]", "[u8]", stops=300)
    assert run(made, tmp_path)[1:] == (b"", LINE if site > 1 else b"siglum: error[E-109]: stopped: out of fuel\n")
    assert executable(made).count(LINE) == 1


def test_other_results_are_dropped(tmp_path: Path) -> None:
    assert run(image(IDENTITY, "", "i64"), tmp_path) == (0, b"", b"")


def test_output_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    path = tmp_path / "program"
    path.write_bytes(executable(image(first_argument(), "[[u8]]", "[u8]")))
    path.chmod(0o755)
    with open("/dev/full", "wb") as full:
        done = subprocess.run([path, "x"], stdout=full, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (1, b"siglum: error[E-112]: cannot write to standard output\n")


def test_memory_that_cannot_be_had_is_named(tmp_path: Path) -> None:
    import resource

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (1 << 28, 1 << 28))

    made = image(IDENTITY, "", "i64", family="alloc")
    assert run(made, tmp_path, preexec_fn=limit) == (1, b"", b"siglum: error[E-108]: stopped: out of memory\n")


def test_fuel_is_given_where_it_is_used(tmp_path: Path) -> None:
    code = Assembler()  # stops unless there is fuel
    code.load(RAX, RDI, 16)
    code.test(RAX, RAX)
    code.mov_value(RAX, 0)
    code.jump_if("ne", "fuelled")
    code.store_value(RDI, 24, 1)
    code.mov_value(RAX, 1)
    code.label("fuelled")
    code.ret()
    raw = code.finish()[0]
    assert run(image(raw, "", "i64", stops=1, family="tick"), tmp_path)[0] == 0
    assert run(image(raw, "", "i64", stops=1), tmp_path)[0] == 1


def test_start_code_is_small_where_little_is_needed() -> None:
    assert len(executable(image(IDENTITY, "", "i64"))) - len(IDENTITY) <= 176 + 40
    grown = executable(image(bytes(250) + IDENTITY, "", "i64"))
    assert len(grown) <= 400, "the header for the stack goes first"


@pytest.mark.parametrize("params", ["i64", "[[i64]]", "str"])
def test_other_signatures_are_refused(params: str) -> None:
    with pytest.raises(SiglumError, match=r"an executable takes \[\[u8\]\]") as refusal:
        executable(image(IDENTITY, params, "i64"))
    assert refusal.value.exit == 2
