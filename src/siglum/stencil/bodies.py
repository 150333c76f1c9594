"""What each family does, written through the LLVM builder: one IR function (two with a cold part) per stencil.

A family with a primitive gets its meaning from the primitive's row; what is said here is where operands come from and
where results go. Imports `llvm`, `families`, `ir.primitives` and the standard library only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from siglum.ir.primitives import PRIMITIVES
from siglum.stencil.families import NEAR_LOADS, NEAR_REGISTERS, NEAR_STORES, REGISTER_KINDS, Family
from siglum.stencil.llvm import Builder, Truth

COUNT_PROBES: Final = (37, 42, 1)
WORD_PROBES: Final = (-0x35A7C913, -0x4B96E3D5, 4)
"""Two numbers for an immediate and the bytes of its field. Being negative, a field of 4 bytes is sign-extended."""
COLD_SUFFIX: Final = "_cold"
CONTEXT: Final = {"arena_next": 0, "arena_end": 8, "fuel": 16}
"""Byte offsets in the context, as docs/frame.md has them."""


class Written(NamedTuple):
    """A function's text and the constants it hides from LLVM."""

    text: str
    constants: frozenset[str]


class Site:
    """One stencil being written: its family, its registers by operand, its builder."""

    def __init__(self, family: Family, registers: tuple[int, ...], probe: int | None, *, split: bool = False) -> None:
        given = iter(registers)
        self.family = family
        self.register = [next(given) if kind in REGISTER_KINDS else -1 for kind in family.kinds]
        self.probe = probe
        self.b = Builder(split=split)

    def name(self, k: int) -> str:
        """The register that is operand `k`, as the parameter that holds it on entry."""
        return f"%{self.family.kinds[k]}{self.register[k]}"

    def value(self, k: int, kind: str = "i64") -> str:
        """What operand `k` holds; `kind` is the type of a slot's contents."""
        letter = self.family.kinds[k]
        if letter in REGISTER_KINDS:
            return self.name(k)
        if letter == "s":
            return self.b.load(kind, self.b.slot(k))
        probed = probes(self.family)
        if self.probe is not None and probed is not None and probed[0] == k:
            return self.b.const(self.probe)
        return self.b.operand(k, wide=letter == "q")

    def primitive(self, *arguments: str) -> str:
        """The primitive's result; a truth value stays one."""
        machine = PRIMITIVES[self.family.primitive].machine
        assert machine is not None, self.family.name
        extra = () if self.family.attr is None else (self.family.attr,)
        return machine(self.b, *arguments, *extra)  # type: ignore[no-any-return]

    def give(self, result: str, k: int = 0, edge: str = "_NEXT") -> None:
        """Put the result in operand `k`, a register, and leave."""
        word = self.b.word(result) if isinstance(result, Truth) else result
        self.b.leave(edge, {self.name(k): word})

    def go_on(self) -> None:
        self.b.leave("_NEXT")

    def context(self, field: str) -> str:
        """The address of a field of the context."""
        b = self.b
        return b.emit(f"getelementptr i8, ptr {b.load('ptr', '%frame')}, i64 {CONTEXT[field]}")


# The common forms -------------------------------------------------------------------------------------------
def _binary(s: Site) -> None:
    kind = "double" if s.family.kinds[0] == "x" else "i64"
    s.give(s.primitive(s.value(0), s.value(1, kind)))


def _binary_swapped(s: Site) -> None:
    s.give(s.primitive(s.value(1), s.value(0)))


def _unary(s: Site) -> None:
    s.give(s.primitive(s.value(1)))


def _jump(s: Site) -> None:
    _taken_if(s, s.primitive(s.value(0), s.value(1)))


def _jump_swapped(s: Site) -> None:
    _taken_if(s, s.primitive(s.value(1), s.value(0)))


def _jump_unless(s: Site) -> None:
    _taken_if(s, s.b.emit(f"xor i1 {s.primitive(s.value(0), s.value(1))}, true"))


def _taken_if(s: Site, condition: str, changed: dict[str, str] | None = None) -> None:
    s.b.branch(condition, "_TAKEN", changed)
    s.b.leave("_NEXT", changed)


# Families of their own ----------------------------------------------------------------------------------------
def _float_compare(s: Site) -> None:
    s.b.leave("_NEXT", {"%v0": s.b.word(Truth(s.primitive(s.value(0), s.value(1))))})


def _select(s: Site) -> None:
    kind = "double" if s.family.kinds[0] == "x" else "i64"
    chosen = s.b.bit("%v0")
    s.give(s.b.emit(f"select i1 {chosen}, {kind} {s.value(0)}, {kind} {s.value(1)}"))


def _if_true(s: Site) -> None:
    _taken_if(s, s.b.ne(s.value(0), "0"))


def _if_false(s: Site) -> None:
    _taken_if(s, s.b.eq(s.value(0), "0"))


def _jmp(s: Site) -> None:
    s.b.leave("_TAKEN")


def _latch(s: Site) -> None:
    next_value = s.b.add(s.value(0), "1")
    bound = next_value if s.register[1] == s.register[0] else s.value(1)
    _taken_if(s, s.b.slt(next_value, bound), {s.name(0): next_value})


def _move(s: Site) -> None:
    s.give(s.value(1, "double" if s.family.kinds[0] == "x" else "i64"))


def _set_slot(s: Site) -> None:
    kind = "double" if s.family.kinds[1] == "x" else "i64"
    s.b.store(kind, s.value(1, kind), s.b.slot(0))
    s.go_on()


def _float_constant(s: Site) -> None:
    s.give(s.b.from_bits(s.value(1)))


_MEMORY: Final = {
    "i8": ("i8", 1, "sext i8 {} to i64"), "u8": ("i8", 1, "zext i8 {} to i64"),
    "i16": ("i16", 2, "sext i16 {} to i64"), "u16": ("i16", 2, "zext i16 {} to i64"),
    "i32": ("i32", 4, "sext i32 {} to i64"), "u32": ("i32", 4, "zext i32 {} to i64"), "i64": ("i64", 8, ""),
    "f32": ("float", 4, "fpext float {} to double"), "f64": ("double", 8, ""),
    "8": ("i8", 1, "trunc i64 {} to i8"), "16": ("i16", 2, "trunc i64 {} to i16"), "32": ("i32", 4, "trunc i64 {} to i32"),
    "64": ("i64", 8, ""),
}  # fmt: skip
"""Width name to the type in memory, its bytes, and the change between it and the widened value."""


def _element(s: Site, array: int, index: str, size: int) -> str:
    """The address of an element of the array in slots `array`, `array` + 1."""
    base = s.b.load("ptr", s.b.slot(array))
    return s.b.emit(f"getelementptr i{8 * size}, ptr {base}, i64 {index}")


def _near_element(s: Site, index: str, size: int) -> str:
    """The same for an array whose base is in the register that the family names."""
    base = s.b.emit(f"inttoptr i64 %v{s.family.name[len('near')]} to ptr")
    return s.b.emit(f"getelementptr i{8 * size}, ptr {base}, i64 {index}")


def _load(s: Site) -> None:
    kind, size, widen = _MEMORY[s.family.name.split(".")[-1]]
    near = s.family.name.startswith("near")
    address = _near_element(s, s.value(1), size) if near else _element(s, 1, s.value(2), size)
    found = s.b.load(kind, address, size)
    s.give(s.b.emit(widen.format(found)) if widen else found)


def _store(s: Site) -> None:
    kind, size, cut = _MEMORY[s.family.name.split(".")[-1]]
    if kind == "float":
        cut = "fptrunc double {} to float"
    near = s.family.name.startswith("near")
    value = s.value(1 if near else 2)
    address = _near_element(s, s.value(0), size) if near else _element(s, 0, s.value(1), size)
    s.b.store(kind, s.b.emit(cut.format(value)) if cut else value, address, size)
    s.go_on()


def _cell(s: Site, array: int, index: int) -> str:
    """The address of a component: operands 3 and 4 are the stride and the offset."""
    base = s.b.load("ptr", s.b.slot(array))
    start = s.b.emit(f"getelementptr i8, ptr {base}, i64 {s.b.mul(s.value(index), s.value(3))}")
    return s.b.emit(f"getelementptr i8, ptr {start}, i64 {s.value(4)}")


def _cell_load(s: Site) -> None:
    kind = "double" if s.family.kinds[0] == "x" else "i64"
    found = s.b.load(kind, _cell(s, 1, 2))
    if s.family.kinds[0] == "s":
        s.b.store(kind, found, s.b.slot(0))
        s.go_on()
    else:
        s.give(found)


def _cell_store(s: Site) -> None:
    kind = "double" if s.family.kinds[2] == "x" else "i64"
    s.b.store(kind, s.value(2, kind), _cell(s, 0, 1))
    s.go_on()


def _data(s: Site) -> None:
    s.b.store("ptr", "@_D", s.b.slot(0))
    s.b.store("i64", s.value(2), s.b.slot(0, 8))
    s.go_on()


def _fresh_memory(s: Site, *, zero: bool) -> None:
    """Takes whole units of 16 bytes, so that `arena_next` stays aligned."""
    b = s.b
    next_field = s.context("arena_next")
    start = b.load("i64", next_field)
    available = b.sub(b.load("i64", s.context("arena_end")), start)
    count = s.value(1)
    b.stop_if(b.unsigned_mul_overflows(count, s.value(2)))
    wanted = b.mul(count, s.value(2))
    b.stop_if(b.ult(available, wanted))
    taken = b.and_(b.add(wanted, "15"), "-16")
    b.stop_if(b.ult(available, taken))
    end = b.add(start, taken)
    b.store("i64", end, next_field)
    b.store("i64", start, b.slot(0))
    b.store("i64", count, b.slot(0, 8))
    if zero:
        for line in ("br label %ready", "ready:", "br label %test", "test:"):
            b.lines.append(line)
        b.write(f"%at = phi i64 [ {start}, %ready ], [ %after, %clear ]")
        b.write(f"%more = icmp ne i64 %at, {end}")
        b.write("br i1 %more, label %clear, label %done")
        b.label("clear")
        b.write("%unit = inttoptr i64 %at to ptr")
        b.store("<2 x i64>", "zeroinitializer", "%unit", 16)
        b.write("%after = add i64 %at, 16")
        b.write("br label %test")
        b.label("done")
    s.go_on()


def _alloc(s: Site) -> None:
    _fresh_memory(s, zero=True)


def _reserve(s: Site) -> None:
    _fresh_memory(s, zero=False)


def _array(s: Site) -> None:
    count = s.value(2)
    s.b.stop_if(s.b.ult(s.b.load("i64", s.b.slot(1, 8)), count))
    base = s.value(1)
    s.b.store("i64", base, s.b.slot(0))
    s.b.store("i64", count, s.b.slot(0, 8))
    s.go_on()


def _view(s: Site) -> None:
    b, start, count = s.b, s.value(2), s.value(3)
    length = b.load("i64", b.slot(1, 8))
    b.stop_if(b.ult(length, start))
    b.stop_if(b.ult(b.sub(length, start), count))
    base = b.add(s.value(1), b.mul(start, s.value(4)))
    b.store("i64", base, b.slot(0))
    b.store("i64", count, b.slot(0, 8))
    s.go_on()


def _wide_add(s: Site) -> None:
    low, x = s.value(0), s.value(1)
    carries = s.b.signed_add_overflows(low, x)
    changed = {s.name(0): s.b.add(low, x)}
    s.b.branch(carries, "_COLD", changed)
    s.b.leave("_NEXT", changed)


def _wide_add_cold(s: Site) -> None:
    # the low word has wrapped: the carry is +1 if it is now negative, else -1
    high = s.value(2)
    carry = s.b.or_(s.b.ashr(s.value(0), "63"), "1")
    s.b.store("i64", s.b.sub(high, carry), s.b.slot(2))
    s.go_on()


def _wide_fit(s: Site) -> None:
    s.b.stop_if(s.b.ne(s.value(1), "0"))
    s.go_on()


def _lanes(s: Site) -> None:
    for k in range(8):
        s.b.store("i64", "-9223372036854775808", s.b.slot(0, 8 * k))
    s.go_on()


def _lanes_add(s: Site) -> None:
    lane = s.b.and_(s.value(1), "7")
    address = s.b.emit(f"getelementptr double, ptr {s.b.slot(0)}, i64 {lane}")
    s.b.store("double", s.b.fadd(s.b.load("double", address), s.value(2)), address)
    s.go_on()


def _lanes_add8(s: Site) -> None:
    b, first = s.b, _element(s, 1, s.value(2), 8)
    for k in range(0, 64, 16):
        address = b.slot(0, k)
        lanes = b.load("<2 x double>", address)
        elements = b.load("<2 x double>", b.emit(f"getelementptr i8, ptr {first}, i64 {k}"))
        b.store("<2 x double>", b.read(f"fadd <2 x double> {lanes}, {elements}"), address)
    s.go_on()


def _lanes_total(s: Site) -> None:
    b = s.b
    lanes = [b.load("double", b.slot(1, 8 * k)) for k in range(8)]
    for half in (4, 2, 1):
        lanes = [b.fadd(lanes[k], lanes[k + half]) for k in range(half)]
    s.give(lanes[0])


def _require(s: Site) -> None:
    s.b.stop_if(s.b.eq(s.value(0), "0"))
    s.go_on()


def _tick(s: Site) -> None:
    b = s.b
    field = s.context("fuel")
    fuel = b.load("i64", field)
    b.stop_if(b.eq(fuel, "0"))
    b.store("i64", b.sub(fuel, "1"), field)
    s.go_on()


_FORMS: Final[dict[str, Callable[[Site], None]]] = {
    "binary": _binary, "binary swapped": _binary_swapped, "unary": _unary,
    "jump": _jump, "jump swapped": _jump_swapped, "jump unless": _jump_unless,
}  # fmt: skip
_OWN: Final[dict[str, Callable[[Site], None]]] = {
    **dict.fromkeys(("feq.xx", "fne.xx", "flt.xx", "fle.xx"), _float_compare),
    **dict.fromkeys(("select.vv", "select.xx"), _select),
    "j.true.v": _if_true, "j.false.v": _if_false, "jmp": _jmp,
    **dict.fromkeys(("latch.vv", "latch.vs", "latch.vi"), _latch),
    **dict.fromkeys(("mov.vv", "mov.xx", "ld.vs", "ld.xs", "const.vi", "const.vq"), _move),
    **dict.fromkeys(("st.sv", "st.sx", "mov.ss", "const.si"), _set_slot),
    "const.xq": _float_constant,
    **dict.fromkeys((f"load.{w}" for w in ("i8", "u8", "i16", "u16", "i32", "u32", "i64", "f32", "f64")), _load),
    **dict.fromkeys((f"store.{w}" for w in ("8", "16", "32", "64", "f32", "f64")), _store),
    **dict.fromkeys((f"near{r}.load.{w}" for r in NEAR_REGISTERS for w in NEAR_LOADS), _load),
    **dict.fromkeys((f"near{r}.store.{w}" for r in NEAR_REGISTERS for w in NEAR_STORES), _store),
    **dict.fromkeys(("cell.load.v", "cell.load.x", "cell.load.s"), _cell_load),
    **dict.fromkeys(("cell.store.v", "cell.store.x", "cell.store.s"), _cell_store),
    "data": _data, "alloc": _alloc, "reserve": _reserve, "array": _array, "view": _view,
    "wide_add": _wide_add, "wide_fit": _wide_fit,
    "lanes": _lanes, "lanes_add": _lanes_add, "lanes_add8": _lanes_add8, "lanes_total": _lanes_total,
    "require.v": _require, "tick": _tick,
}  # fmt: skip


_PROBED: Final = {
    **dict.fromkeys(("shl.vi", "shr.vi", "sar.vi"), (1, COUNT_PROBES)),
    **dict.fromkeys(("mul.vi", "mul_wrap.vi", "mul_overflows.vi", "and.vi", "or.vi", "xor.vi", "const.vi"), (1, WORD_PROBES)),
    **dict.fromkeys((f"cell.{access}.{kind}" for access in ("load", "store") for kind in "vxs"), (3, WORD_PROBES)),
    "view": (4, WORD_PROBES),
}  # fmt: skip


def probes(family: Family) -> tuple[int, tuple[int, int, int]] | None:
    """Where LLVM takes an immediate only as a number: its operand, the two numbers it is given in turn, and the bytes
    of the field, which is where the two codes differ.
    """
    return _PROBED.get(family.name)


def write(family: Family, registers: tuple[int, ...], name: str, probe: int | None = None) -> Written:
    """The IR of one stencil: function `name`, and `name` + `COLD_SUFFIX` if it has a cold part."""
    s = Site(family, registers, probe, split=family.name == "canonical.x")
    (_FORMS[family.form] if family.form != "own" else _OWN[family.name])(s)
    text = s.b.function(name)
    cold: Site | None = None
    if s.b.cold is not None:
        cold = Site(family, registers, probe)
        cold.give(cold.b.emit(s.b.cold))
    elif family.name == "wide_add":
        cold = Site(family, registers, probe)
        _wide_add_cold(cold)
    if cold is not None:
        text += cold.b.function(name + COLD_SUFFIX)
    return Written(text, frozenset(s.b.constants))
