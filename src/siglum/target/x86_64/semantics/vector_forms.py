"""The forms of integer vectors and vector moves. Reads like the manual's table; see `declare.expand` for patterns.

Imports `semantics` only.
"""

from __future__ import annotations

from typing import Final

from siglum.target.x86_64.semantics import lanes, moves, shuffles
from siglum.target.x86_64.semantics.declare import AVX, AVX2, Table
from siglum.target.x86_64.semantics.operation import Meaning

_SSE3: Final = "pni"
_LANES: Final = {"B": 8, "W": 16, "D": 32, "Q": 64}


def _two(table: Table, name: str, meaning: Meaning, *sse: str, wide: str = "avx2", tail: str = "") -> None:
    """An instruction of two sources: legacy, and VEX with 128 and 256 bits, which needs the feature `wide`."""
    table.form(f"{name}_XMM_XMMM128{tail}", meaning, *sse, aligned=True)
    table.form(f"VEX_V{name}_XMM_XMM_XMMM128{tail}", meaning, *AVX)
    table.form(f"VEX_V{name}_YMM_YMM_YMMM256{tail}", meaning, wide)


def _one(table: Table, name: str, meaning: Meaning, *sse: str, wide: str = "avx2", tail: str = "") -> None:
    """Likewise of one source."""
    table.form(f"{name}_XMM_XMMM128{tail}", meaning, *sse, aligned=True)
    table.form(f"VEX_V{name}_XMM_XMMM128{tail}", meaning, *AVX)
    table.form(f"VEX_V{name}_YMM_YMMM256{tail}", meaning, wide)


def _by_lanes(table: Table, names: str, function: lanes.Binary, *sse: str) -> None:
    """The last letter of a name tells the lanes' width."""
    for name in names.split():
        _two(table, name, lanes.by_lane(_LANES[name[-1]], function), *sse)


def _arithmetic(table: Table) -> None:
    _by_lanes(table, "PADDB PADDW PADDD PADDQ", lanes.ADD)
    _by_lanes(table, "PSUBB PSUBW PSUBD PSUBQ", lanes.SUB)
    _by_lanes(table, "PADDSB PADDSW", lanes.add_signed)
    _by_lanes(table, "PSUBSB PSUBSW", lanes.sub_signed)
    _by_lanes(table, "PADDUSB PADDUSW", lanes.add_unsigned)
    _by_lanes(table, "PSUBUSB PSUBUSW", lanes.sub_unsigned)
    _by_lanes(table, "PAVGB PAVGW", lanes.average)
    _by_lanes(table, "PMULLW", lanes.MUL)
    _by_lanes(table, "PMULLD", lanes.MUL, "sse4_1")
    _by_lanes(table, "PMULHW", lanes.high_signed)
    _by_lanes(table, "PMULHUW", lanes.high_unsigned)
    _by_lanes(table, "PMULHRSW", lanes.high_rounded, "ssse3")
    _two(table, "PMULUDQ", lanes.by_lane(64, lanes.even_unsigned))
    _two(table, "PMULDQ", lanes.by_lane(64, lanes.even_signed), "sse4_1")
    _two(table, "PMADDWD", lanes.by_lane(32, lanes.dot_words))
    _two(table, "PMADDUBSW", lanes.by_lane(16, lanes.dot_bytes), "ssse3")
    _two(table, "PSADBW", lanes.by_lane(64, lanes.distance))
    _by_lanes(table, "PCMPEQB PCMPEQW PCMPEQD", lanes.equal)
    _by_lanes(table, "PCMPEQQ", lanes.equal, "sse4_1")
    _by_lanes(table, "PCMPGTB PCMPGTW PCMPGTD", lanes.greater)
    _by_lanes(table, "PCMPGTQ", lanes.greater, "sse4_2")
    _by_lanes(table, "PMINSW", lanes.min_signed)
    _by_lanes(table, "PMAXSW", lanes.max_signed)
    _by_lanes(table, "PMINUB", lanes.min_unsigned)
    _by_lanes(table, "PMAXUB", lanes.max_unsigned)
    _by_lanes(table, "PMINSB PMINSD", lanes.min_signed, "sse4_1")
    _by_lanes(table, "PMAXSB PMAXSD", lanes.max_signed, "sse4_1")
    _by_lanes(table, "PMINUW PMINUD", lanes.min_unsigned, "sse4_1")
    _by_lanes(table, "PMAXUW PMAXUD", lanes.max_unsigned, "sse4_1")
    _by_lanes(table, "PSIGNB PSIGNW PSIGND", lanes.with_sign, "ssse3")
    for letter in "BWD":
        _one(table, f"PABS{letter}", lanes.each_lane(_LANES[letter], lanes.magnitude), "ssse3")
    for name, width, function in (
        ("PHADDW", 16, lanes.ADD), ("PHADDD", 32, lanes.ADD), ("PHADDSW", 16, lanes.add_signed),
        ("PHSUBW", 16, lanes.SUB), ("PHSUBD", 32, lanes.SUB), ("PHSUBSW", 16, lanes.sub_signed),
    ):  # fmt: skip
        _two(table, name, lanes.horizontal(width, function), "ssse3")


def _logic(table: Table) -> None:
    for name, function in (
        ("AND", lambda a, b: a & b), ("ANDN", lambda a, b: ~a & b), ("OR", lambda a, b: a | b), ("XOR", lambda a, b: a ^ b),
    ):  # fmt: skip
        meaning = lanes.whole(function)
        _two(table, f"P{name}", meaning)
        _two(table, f"{name}PS", meaning, wide="avx")
        _two(table, f"{name}PD", meaning, wide="avx")
    table.form("PTEST_XMM_XMMM128", lanes.ptest, "sse4_1", aligned=True)
    table.form("VEX_VPTEST_{XMM_XMMM128|YMM_YMMM256}", lanes.ptest, *AVX)
    for register in ("XMM", "YMM"):
        for name, width, feature in (("PMOVMSKB", 8, "avx2"), ("MOVMSKPS", 32, "avx"), ("MOVMSKPD", 64, "avx")):
            if register == "XMM":
                table.form(f"{name}_R{{d}}_XMM", lanes.signs(width))
            table.form(f"VEX_V{name}_R{{d}}_{register}", lanes.signs(width), feature if register == "YMM" else "avx")


def _shifts(table: Table) -> None:
    form = table.form
    for kind, letters in (("SLL", "WDQ"), ("SRL", "WDQ"), ("SRA", "WD")):
        for letter in letters:
            name, meaning = f"P{kind}{letter}", lanes.shift_all(_LANES[letter], kind)
            form(f"{name}_XMM_IMM8", meaning)
            form(f"{name}_XMM_XMMM128", meaning, aligned=True)
            form(f"VEX_V{name}_XMM_XMM_{{IMM8|XMMM128}}", meaning, *AVX)
            form(f"VEX_V{name}_YMM_YMM_{{IMM8|XMMM128}}", meaning, *AVX2)
        for letter in letters.replace("W", ""):
            each = lanes.by_lane(_LANES[letter], lanes.SHIFTS[kind])
            form(f"VEX_VP{kind}V{letter}_{{XMM_XMM_XMMM128|YMM_YMM_YMMM256}}", each, *AVX2)
    for name, left in (("PSLLDQ", True), ("PSRLDQ", False)):
        form(f"{name}_XMM_IMM8", lanes.shift_bytes(left=left))
        form(f"VEX_V{name}_XMM_XMM_IMM8", lanes.shift_bytes(left=left), *AVX)
        form(f"VEX_V{name}_YMM_YMM_IMM8", lanes.shift_bytes(left=left), *AVX2)


def _shuffles(table: Table) -> None:
    for name, width in (("BW", 8), ("WD", 16), ("DQ", 32), ("QDQ", 64)):
        _two(table, f"PUNPCKL{name}", shuffles.unpack(width, high=False))
        _two(table, f"PUNPCKH{name}", shuffles.unpack(width, high=True))
    for name, width in (("PS", 32), ("PD", 64)):
        _two(table, f"UNPCKL{name}", shuffles.unpack(width, high=False), wide="avx")
        _two(table, f"UNPCKH{name}", shuffles.unpack(width, high=True), wide="avx")
    _two(table, "PACKSSWB", shuffles.pack(16, signed=True))
    _two(table, "PACKSSDW", shuffles.pack(32, signed=True))
    _two(table, "PACKUSWB", shuffles.pack(16, signed=False))
    _two(table, "PACKUSDW", shuffles.pack(32, signed=False), "sse4_1")
    _two(table, "PSHUFB", shuffles.pshufb, "ssse3")
    _one(table, "PSHUFD", shuffles.PSHUFD, tail="_IMM8")
    _one(table, "PSHUFLW", shuffles.PSHUFLW, tail="_IMM8")
    _one(table, "PSHUFHW", shuffles.PSHUFHW, tail="_IMM8")
    _two(table, "PALIGNR", shuffles.palignr, "ssse3", tail="_IMM8")
    _two(table, "SHUFPS", shuffles.shufps, wide="avx", tail="_IMM8")
    _two(table, "SHUFPD", shuffles.shufpd, wide="avx", tail="_IMM8")
    _two(table, "PBLENDW", shuffles.blend(16, 8), "sse4_1", tail="_IMM8")
    _two(table, "BLENDPS", shuffles.blend(32, 8), "sse4_1", wide="avx", tail="_IMM8")
    _two(table, "BLENDPD", shuffles.blend(64, 8), "sse4_1", wide="avx", tail="_IMM8")
    for name, width, wide in (("PBLENDVB", 8, "avx2"), ("BLENDVPS", 32, "avx"), ("BLENDVPD", 64, "avx")):
        table.form(f"{name}_XMM_XMMM128", shuffles.blend_by_signs(width), "sse4_1", aligned=True)
        table.form(f"VEX_V{name}_XMM_XMM_XMMM128_XMM", shuffles.blend_by_signs(width), *AVX)
        table.form(f"VEX_V{name}_YMM_YMM_YMMM256_YMM", shuffles.blend_by_signs(width), wide)
    for letters, narrow in (("BW", 64), ("BD", 32), ("BQ", 16), ("WD", 64), ("WQ", 32), ("DQ", 64)):
        for kind, signed in (("SX", True), ("ZX", False)):
            meaning = shuffles.extend(_LANES[letters[0]], _LANES[letters[1]], signed=signed)
            table.form(f"PMOV{kind}{letters}_XMM_XMMM{narrow}", meaning, "sse4_1")
            table.form(f"VEX_VPMOV{kind}{letters}_XMM_XMMM{narrow}", meaning, *AVX)
            table.form(f"VEX_VPMOV{kind}{letters}_YMM_XMMM{2 * narrow}", meaning, *AVX2)


def _single_lanes(table: Table) -> None:
    form = table.form
    for prefix, first, feature in (("", "", ()), ("VEX_V", "_XMM", AVX)):
        later = feature or ("sse4_1",)
        form(f"{prefix}PEXTRW_R{{d}}_XMM_IMM8", shuffles.extract_lane(16), *feature)
        form(f"{prefix}PEXTRB_{{R32M8|R64M8}}_XMM_IMM8", shuffles.extract_lane(8), *later)
        form(f"{prefix}PEXTRW_{{R32M16|R64M16}}_XMM_IMM8", shuffles.extract_lane(16), *later)
        form(f"{prefix}PEXTRD_RM32_XMM_IMM8 {prefix}EXTRACTPS_RM32_XMM_IMM8", shuffles.extract_lane(32), *later)
        form(f"{prefix}PEXTRQ_RM64_XMM_IMM8", shuffles.extract_lane(64), *later)
        form(f"{prefix}PINSRW_XMM{first}_{{R32M16|R64M16}}_IMM8", shuffles.insert_lane(16), *feature)
        form(f"{prefix}PINSRB_XMM{first}_{{R32M8|R64M8}}_IMM8", shuffles.insert_lane(8), *later)
        form(f"{prefix}PINSRD_XMM{first}_RM32_IMM8", shuffles.insert_lane(32), *later)
        form(f"{prefix}PINSRQ_XMM{first}_RM64_IMM8", shuffles.insert_lane(64), *later)
        form(f"{prefix}INSERTPS_XMM{first}_XMMM32_IMM8", shuffles.insertps, *later)


def _across(table: Table) -> None:
    form = table.form
    for letter, width in _LANES.items():
        form(f"VEX_VPBROADCAST{letter}_{{XMM|YMM}}_XMMM{width}", shuffles.broadcast(width), *AVX2)
    form("VEX_VBROADCASTSS_{XMM|YMM}_M32", shuffles.broadcast(32), *AVX)
    form("VEX_VBROADCASTSS_{XMM|YMM}_XMM", shuffles.broadcast(32), *AVX2)
    form("VEX_VBROADCASTSD_YMM_M64", shuffles.broadcast(64), *AVX)
    form("VEX_VBROADCASTSD_YMM_XMM", shuffles.broadcast(64), *AVX2)
    for kind, feature in (("F", "avx"), ("I", "avx2")):
        form(f"VEX_VBROADCAST{kind}128_YMM_M128", shuffles.broadcast(128), feature)
        form(f"VEX_VINSERT{kind}128_YMM_YMM_XMMM128_IMM8", shuffles.insert_half, feature)
        form(f"VEX_VEXTRACT{kind}128_XMMM128_YMM_IMM8", shuffles.extract_half, feature)
        form(f"VEX_VPERM2{kind}128_YMM_YMM_YMMM256_IMM8", shuffles.permute_halves, feature)
    form("VEX_{VPERMQ|VPERMPD}_YMM_YMMM256_IMM8", shuffles.permute_quads, *AVX2)
    form("VEX_{VPERMD|VPERMPS}_YMM_YMM_YMMM256", shuffles.permute_words, *AVX2)
    form("VEX_VPERMILPS_{XMM_XMMM128|YMM_YMMM256}_IMM8", shuffles.PERMILPS, *AVX)
    form("VEX_VPERMILPD_{XMM_XMMM128|YMM_YMMM256}_IMM8", shuffles.permilpd, *AVX)
    form("VEX_VPERMILPS_{XMM_XMM_XMMM128|YMM_YMM_YMMM256}", shuffles.permil_by(32), *AVX)
    form("VEX_VPERMILPD_{XMM_XMM_XMMM128|YMM_YMM_YMMM256}", shuffles.permil_by(64), *AVX)
    form("VEX_VPBLENDD_{XMM_XMM_XMMM128|YMM_YMM_YMMM256}_IMM8", shuffles.blend(32, 8), *AVX2)


def _moves(table: Table) -> None:
    form = table.form
    vex = "{XMM_XMMM128|YMM_YMMM256|XMMM128_XMM|YMMM256_YMM}"
    for name in ("MOVDQA", "MOVAPS", "MOVAPD"):
        form(f"{name}_{{XMM_XMMM128|XMMM128_XMM}}", moves.move, aligned=True)
        form(f"VEX_V{name}_{vex}", moves.move, *AVX, aligned=True)
    for name in ("MOVDQU", "MOVUPS", "MOVUPD"):
        form(f"{name}_{{XMM_XMMM128|XMMM128_XMM}}", moves.move)
        form(f"VEX_V{name}_{vex}", moves.move, *AVX)
    for name in ("MOVNTDQ", "MOVNTPS", "MOVNTPD"):
        form(f"{name}_M128_XMM", moves.move, aligned=True)
        form(f"VEX_V{name}_{{M128_XMM|M256_YMM}}", moves.move, *AVX, aligned=True)
    form("LDDQU_XMM_M128", moves.move, _SSE3)
    form("VEX_VLDDQU_{XMM_M128|YMM_M256}", moves.move, *AVX)
    form("MOVNTDQA_XMM_M128", moves.move, "sse4_1", aligned=True)
    form("VEX_VMOVNTDQA_XMM_M128", moves.move, *AVX, aligned=True)
    form("VEX_VMOVNTDQA_YMM_M256", moves.move, *AVX2, aligned=True)
    for prefix, source, feature in (("", "", ()), ("VEX_V", "_XMM", AVX)):
        form(f"{prefix}MOVD_{{XMM_RM32|RM32_XMM}}", moves.move_low(32), *feature)
        form(f"{prefix}MOVQ_{{XMM_RM64|RM64_XMM|XMM_XMMM64|XMMM64_XMM}}", moves.move_low(64), *feature)
        for name in ("PS", "PD"):
            form(f"{prefix}MOVL{name}_XMM{source}_M64", moves.load_half(high=False), *feature)
            form(f"{prefix}MOVH{name}_XMM{source}_M64", moves.load_half(high=True), *feature)
            form(f"{prefix}MOVL{name}_M64_XMM", moves.store_half(high=False), *feature)
            form(f"{prefix}MOVH{name}_M64_XMM", moves.store_half(high=True), *feature)
        form(f"{prefix}MOVLHPS_XMM{source}_XMM", moves.cross_half(upward=True), *feature)
        form(f"{prefix}MOVHLPS_XMM{source}_XMM", moves.cross_half(upward=False), *feature)
    for name, width in (("MOVSS", 32), ("MOVSD", 64)):
        scalar = moves.move_scalar(width)
        form(f"{name}_{{XMM_XMMM{width}|XMMM{width}_XMM}}", scalar)
        form(f"VEX_V{name}_{{XMM_XMM_XMM|XMM_XMM_XMM_0F11|XMM_M{width}|M{width}_XMM}}", scalar, *AVX)
    form("MOVDDUP_XMM_XMMM64", moves.duplicate(64, odd=False), _SSE3)
    form("VEX_VMOVDDUP_{XMM_XMMM64|YMM_YMMM256}", moves.duplicate(64, odd=False), *AVX)
    _one(table, "MOVSLDUP", moves.duplicate(32, odd=False), _SSE3, wide="avx")
    _one(table, "MOVSHDUP", moves.duplicate(32, odd=True), _SSE3, wide="avx")
    form("VEX_VZEROUPPER", moves.zero_upper, *AVX)
    form("VEX_VZEROALL", moves.zero_all, *AVX)


def declare_vectors(table: Table) -> None:
    """All of them."""
    for part in (_arithmetic, _logic, _shifts, _shuffles, _single_lanes, _across, _moves):
        part(table)
