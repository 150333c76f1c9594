"""Which instructions a candidate may not contain, and which processor features it may ask for.

Imports iced-x86 when called. Names are those of iced-x86 in lower case; feature names on the right those of /proc/cpuinfo.
"""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple


class Ban(NamedTuple):
    """`reason` is the class of a refusal, `why` its words."""

    reason: str
    why: str


_BANS: Final = {
    Ban("system call", "a candidate may make no system call"): "syscall sysenter vmcall vmmcall vmfunc",
    Ban("interrupt", "a candidate may raise no interrupt"): "int int1 int3 into",
    Ban("flags", "it changes how later instructions work"): "std popf popfd popfq",
    Ban("floating-point control", "it changes rounding or exceptions for the caller"): (
        "ldmxcsr vldmxcsr fldcw fldenv frstor fxrstor fxrstor64 xrstor xrstor64 xrstors xrstors64 fsetpm"
    ),
    Ban("machine state", "it shows or changes state of the machine that is not the candidate's"): (
        "fxsave fxsave64 xsave xsave64 xsavec xsavec64 xsaveopt xsaveopt64 xsaves xsaves64 xgetbv xsetbv sgdt sidt sldt str smsw"
        " lar lsl verr verw cpuid rdpid rdpmc rdpru rdpkru wrpkru rdsspd rdsspq incsspd incsspq saveprevssp"
    ),
    Ban("segment base", "it reads or moves the base of thread-local data"): "rdfsbase rdgsbase wrfsbase wrgsbase swapgs",
    Ban("clock", "results would depend on time"): "rdtsc rdtscp",
    Ban("random", "results would depend on chance"): "rdrand rdseed",
    Ban("transaction", "it can roll back what was checked"): "xbegin xend xabort xtest xsusldtrk xresldtrk",
    Ban("cache", "it works on the machine's caches"): "clflush clflushopt clwb cldemote clzero invd wbinvd wbnoinvd",
    Ban("waiting", "it waits for something outside"): "monitor mwait monitorx mwaitx umonitor umwait tpause serialize",
    Ban("far transfer", "it leaves the code segment"): "iret iretd iretq retf sysret sysretq sysexit sysexitq rsm uiret",
    Ban("frame", "its frames are not followed"): "enter",
    Ban("undefined", "it is there to stop the program"): "ud0 ud1 ud2",
}
_ALWAYS: Final = (
    "intel8086 intel186 intel286 intel386 intel486 fpu fpu287 fpu387 cmov cx8 mmx sse sse2 x64 fxsr multibytenop pause clfsh"
    " prefetchw cet_ibt"
)
"""What every x86-64 processor has, or reads as doing nothing."""
_FEATURES: Final = {
    "sse3": "pni", "ssse3": "ssse3", "sse4_1": "sse4_1", "sse4_2": "sse4_2", "popcnt": "popcnt", "cmpxchg16b": "cx16",
    "avx": "avx", "avx2": "avx2", "bmi1": "bmi1", "bmi2": "bmi2", "lzcnt": "abm", "movbe": "movbe", "fma": "fma", "f16c": "f16c",
    "aes": "aes", "pclmulqdq": "pclmulqdq", "sha": "sha_ni", "adx": "adx", "gfni": "gfni", "vaes": "vaes",
    "vpclmulqdq": "vpclmulqdq", "avx_vnni": "avx_vnni", "avx512f": "avx512f", "avx512bw": "avx512bw", "avx512cd": "avx512cd",
    "avx512dq": "avx512dq", "avx512vl": "avx512vl", "avx512_ifma": "avx512ifma", "avx512_vbmi": "avx512vbmi",
    "avx512_vbmi2": "avx512_vbmi2", "avx512_vnni": "avx512_vnni", "avx512_bitalg": "avx512_bitalg",
    "avx512_vpopcntdq": "avx512_vpopcntdq", "avx512_bf16": "avx512_bf16", "avx512_fp16": "avx512_fp16",
}  # fmt: skip


@cache
def bans() -> dict[int, Ban]:
    """iced-x86's mnemonic to why it is forbidden."""
    from iced_x86 import Mnemonic

    return {getattr(Mnemonic, name.upper()): ban for ban, names in _BANS.items() for name in names.split()}


@cache
def needed() -> dict[int, str]:
    """iced-x86's feature to the name a processor must list; "" where every one has it, absent where none is offered."""
    from iced_x86 import CpuidFeature

    names = dict.fromkeys(_ALWAYS.split(), "") | _FEATURES
    return {getattr(CpuidFeature, name.upper()): listed for name, listed in names.items()}
