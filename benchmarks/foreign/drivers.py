"""Machine code that calls a function on many inputs made of one number, so that the sandbox's ranges can run it a million times.

Each driver fills 96 bytes of its stack from its argument (every odd argument with few distinct values, for ties), calls what
stands behind it, and folds the bytes afterwards, and the result where there is one, into rax. Imports `siglum`.
"""

from __future__ import annotations

from typing import Final

from siglum.check.foreign.convention import Convention
from siglum.sandbox.job import Code

_FILL: Final = (
    "4883ec68 4889f8 31c9"  # sub rsp,104; mov rax,rdi; xor ecx,ecx
    "48ba157c4a7fb979379e 4801d0 4889c2"  # fill: rax += 0x9e37...; rdx = splitmix64's finalizer of rax
    "4989c0 49c1e81e 4c31c2 49b8b9e5e41c6d4758bf 490fafd0 4989d0 49c1e81b 4c31c2"
    "49b8eb113113bb49d094 490fafd0 4989d0 49c1e81f 4c31c2"
    "40f6c701 740d 49b80300008003000080 4c21c2"  # where rdi is odd: rdx &= 0x8000000380000003
    "488914cc ffc1 83f90c 7598"  # mov [rsp+8*rcx],rdx; twelve times
)
_FOLD: Final = "31c9 4869c043420f00 483304cc ffc1 83f90c 75ee 4883c468 c3"  # rax = rax * 1000003 ^ [rsp+8*rcx], twelve times
_BUFFERS: Final = _FILL + "488d7c2440 4889e6 488d542420 e83d000000 31c0" + _FOLD
"""f(rsp + 64, rsp, rsp + 32)"""
_LIST: Final = (
    _FILL
    + (
        "4889e7 4889d0 48c1e820 486bc019 48c1e820 4889c6 8b1424"  # rdi = rsp; rsi = 0 .. 24; edx = [rsp]
        "e832000000 4889c1 4829e1 4883f960 7304 488d4101"  # call; a pointer into the list becomes its offset plus 1
    )
    + _FOLD
)
"""f(rsp, 0 .. 24, any)"""
SIZE: Final = 192


def driven(code: Code, convention: Convention) -> Code:
    """The driver that fits the convention, before the code; code that takes numbers alone stays as it is."""
    if not convention.lists:
        return code
    text = _LIST if any(a.count is None for a in convention.lists) else _BUFFERS
    driver = bytearray(bytes.fromhex(text)).ljust(SIZE, b"\xcc")
    at = driver.index(b"\xe8", 0x70)
    driver[at + 1 : at + 5] = (SIZE + code.entry - at - 5).to_bytes(4, "little")
    _, end = code.extent
    return Code(bytes(driver) + code.image, 0, (0, SIZE + end))
