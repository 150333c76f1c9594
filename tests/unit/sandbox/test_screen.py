"""The static screen: wording and codes of its refusals, images with several functions, processor features."""

from __future__ import annotations

import pytest

from siglum.errors import SiglumError, UnsafeCode
from siglum.sandbox.job import Code
from siglum.sandbox.screen import Refusal, refusal, screen

V2 = frozenset({"pni", "ssse3", "sse4_1", "sse4_2", "popcnt", "cx16"})


def refused(code: str, **options: frozenset[str]) -> Refusal:
    found = refusal(Code(bytes.fromhex(code)), **options)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("code", "number", "exit", "said"),
    [
        ("", "E-026", 2, "empty code"),
        ("48b80102", "E-027", 2, "instruction at 0x0 runs past the end (needs 6 more bytes)"),
        ("4889f80f1f4048b8", "E-027", 2, "instruction at 0x7 runs past the end (needs 4 more bytes)"),
        ("ebffc0c3", "E-028", 5, "jump at 0x0 leads to 0x1, into the middle of the instruction at 0x0"),
        ("eb7fc3", "E-028", 5, "jump at 0x0 leads to 0x81, outside of the code (0x0..0x2)"),
        ("31c0", "E-028", 5, "execution runs past the end of the code at 0x2"),
        ("ebfe", "E-028", 5, "no ret can be reached from 0x0"),
        ("b83c00000031ff0f05", "E-029", 5, "syscall at 0x7 is not allowed: a candidate may make no system call"),
        ("0f31c3", "E-029", 5, "rdtsc at 0x0 is not allowed: results would depend on time"),
        ("fdc3", "E-029", 5, "std at 0x0 is not allowed: it changes how later instructions work"),
        ("f3480faed7c3", "E-029", 5, "wrfsbase at 0x0 is not allowed: it reads or moves the base of thread-local data"),
        ("ffe7", "E-029", 5, "jmp at 0x0 is not allowed: where it leads cannot be checked"),
        ("31dbc3", "E-030", 5, "rbx is written at 0x0 and never saved"),
        ("4889e5c3", "E-030", 5, "rbp is written at 0x0 and never saved"),
        ("49ffc4c3", "E-030", 5, "r12 is written at 0x0 and never saved"),
        ("c21000", "E-030", 5, "ret 16 at 0x0 leaves rsp 16 bytes off"),
    ],
)
def test_each_refusal_says_what_and_where(code: str, number: str, exit: int, said: str) -> None:
    with pytest.raises(SiglumError) as refusing:
        screen(Code(bytes.fromhex(code)))
    assert (refusing.value.code, refusing.value.exit) == (number, exit)
    assert refusing.value.message == said and refusing.value.fix
    assert isinstance(refusing.value, UnsafeCode) == (exit == 5)


@pytest.mark.parametrize(
    ("code", "reason", "offset", "mnemonic"),
    [
        ("b83c00000031ff0f05", "system call", 7, "syscall"),
        ("90ebfe", "no ret", 0, ""),
        ("90906690eb0a", "branch outside", 4, ""),
        ("908ed8c3", "segment register", 1, "mov"),
        ("900fb407c3", "segment register", 1, "lfs"),
        ("9064a4c3", "segment override", 1, "movsb"),
        ("31c0 488d64240890c3".replace(" ", ""), "", 0, ""),
    ],
)
def test_a_refusal_is_also_a_value(code: str, reason: str, offset: int, mnemonic: str) -> None:
    found = refusal(Code(bytes.fromhex(code)))
    assert (found[:3] if found else ("", 0, "")) == (reason, offset, mnemonic)


@pytest.mark.parametrize(
    "code",
    [
        "5331db5bb801000000c3",  # push rbx; xor ebx,ebx; pop rbx; mov eax,1; ret
        "48895c24f831db488b5c24f8c3",  # mov [rsp-8],rbx; xor ebx,ebx; mov rbx,[rsp-8]; ret
        "57c3",  # push rdi; ret: only running it shows
        "31d248f7f6c3",  # xor edx,edx; div rsi; ret
        "554889e54883e4e04883ec404889ec5dc3",  # a frame aligned to 32 bytes; mov rsp,rbp; pop rbp; ret
        "554889e54883ec10c9c3",  # push rbp; mov rbp,rsp; sub rsp,16; leave; ret
        "4883ec1848893c24488b04244883c418c3",  # sub rsp,24; mov [rsp],rdi; mov rax,[rsp]; add rsp,24; ret
        "488d04fd00000000c3",  # lea rax,[rdi*8]; ret
        "488b04fd00100000c3",  # mov rax,[rdi*8+0x1000]; ret
        "f30f1efa31c0c3",  # endbr64; xor eax,eax; ret
        "660f1f84000000000031c0c3",  # nop word [rax+rax]; xor eax,eax; ret
        "eb01cc31c0c3",  # jmp over an int3; xor eax,eax; ret
        "e801000000c3c3",  # call of a function behind the first
        "31c0c3cccccccccc",  # padding behind the last function
        "31c0c3e80000000090",  # a call that nobody reaches, and no end behind it
        "0f1f050000100031c0c3",  # nop [rip+0x100000]: touches nothing
    ],
)
def test_what_is_allowed_passes(code: str) -> None:
    assert refusal(Code(bytes.fromhex(code)), V2) is None
    screen(Code(bytes.fromhex(code)), V2)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("488b0501000000c3" + "00" * 8, ""),  # mov rax,[rip+1]; ret; data
        ("488b0502000000c3" + "00" * 8, "rip-relative outside"),  # one byte past the image
        ("488b05f0ffffffc3" + "00" * 8, "rip-relative outside"),  # before it
        ("48890501000000c3" + "00" * 8, "rip-relative store"),
        ("48ff0501000000c3" + "00" * 8, "rip-relative store"),  # inc qword [rip+1]
        ("488d0501000000c3" + "00" * 8, ""),  # lea rax,[rip+1]
        ("0f100501000000c3" + "00" * 8, "rip-relative outside"),  # movups: 16 bytes
        ("48833d0000000000c3" + "00" * 8, ""),  # cmp qword [rip],0: reads only
    ],
)
def test_loads_stay_inside_the_image(code: str, reason: str) -> None:
    image = bytes.fromhex(code)
    found = refusal(Code(image, 0, (0, 9 if "c3" in code[16:18] else 8)))
    assert (found.reason if found else "") == reason


def test_only_the_executable_part_is_decoded() -> None:
    data = bytes.fromhex("0f05060606")
    text = bytes.fromhex("31c0c3")
    assert refusal(Code(data + text, 5, (5, 8))) is None
    assert refusal(Code(data + text, 5)) is not None
    jumps_into_data = Code(data + bytes.fromhex("ebf9c3"), 5, (5, 8))
    found = refusal(jumps_into_data)
    assert found is not None and found.reason == "branch outside"


def test_forbidden_instructions_are_found_where_no_path_leads() -> None:
    assert refused("c30f05").reason == "system call"
    assert refused("c306").reason == "undecodable"


@pytest.mark.parametrize(
    ("code", "store"),
    [
        ("4889042431c0c3", True),  # mov [rsp],rax: the return address
        ("48894424f831c0c3", False),  # mov [rsp-8],rax
        ("5048890424 58c3".replace(" ", ""), False),  # push rax; mov [rsp],rax; pop rax
        ("50488944240858c3", True),  # push rax; mov [rsp+8],rax
        ("5048894424f858c3", False),
        ("4883ec08488944240889f84883c408c3", True),  # sub rsp,8; mov [rsp+8],rax
        ("554889e548894508 5dc3".replace(" ", ""), True),  # push rbp; mov rbp,rsp; mov [rbp+8],rax
        ("554889e5488945f85dc3", False),
        ("7401504889042431c0c3", False),  # the depth is not known where paths of two depths meet
    ],
)
def test_stores_to_the_callers_frame_are_seen(code: str, store: bool) -> None:
    found = refusal(Code(bytes.fromhex(code)))
    assert (found is not None and found.reason == "caller frame") == store


def test_features_are_those_of_the_processor_asked_about() -> None:
    add = "c5fdfec1c5f877c3"  # vpaddd ymm0,ymm0,ymm1; vzeroupper; ret
    found = refused(add, features=V2)
    assert (found.reason, found.offset, found.mnemonic) == ("missing feature", 0, "vpaddd")
    assert "lacks avx2" in found.error.message
    assert refusal(Code(bytes.fromhex(add)), V2 | {"avx", "avx2"}) is None
    assert refused("0f01f9c3", features=V2).reason == "clock"  # rdtscp: forbidden whatever the processor has
    assert refused("0f01eec3", features=V2).mnemonic == "rdpkru"
    assert refused("0f37c3", features=V2).reason != ""


@pytest.mark.parametrize("code", [Code(b"\xc3", 1), Code(b"\xc3", -1), Code(b"\xc3\xc3", 0, (1, 2)), Code(b"\xc3", 0, (0, 2))])
def test_an_entry_outside_of_the_code_is_refused(code: Code) -> None:
    with pytest.raises(ValueError):
        refusal(code)
