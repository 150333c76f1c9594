"""A call of foreign code as terms: what registers and memory hold on entry, what is assumed, and every duty on return."""

from __future__ import annotations

from typing import Any

import pytest

from siglum.check.foreign.convention import convention, parse_prototype
from siglum.check.foreign.regions import RegionMemory
from siglum.check.foreign.setting import Duty, Setting, setting
from siglum.ir.types import BOOL, F32, F64, I8, I16, I32, I64, U8, U16, U32, U64, Array, Option, Type
from siglum.sandbox.job import Code
from siglum.smt.evaluate import value_of
from siglum.smt.machine import FLOAT_FUNCTIONS
from siglum.smt.terms import Term, Terms, mask
from siglum.smt.values import Listed, Stored, Value
from siglum.target.x86_64.semantics.state import FLAGS, REGISTERS, RSP, State

STACK, CODE, LIST = 0x7FFF_0008, 0x40_0040, 0x10_0000
ONE, NAN, OTHER_NAN = 0x3FF0 << 48, 0x7FF8 << 48, 0xFFF8_0000_0000_0001
IMAGE = bytes(range(0x30, 0x38))
Signature = tuple[tuple[str, Type], ...]


class Called:
    """A call by a prototype, and a state after it that starts as the one on entry with the stack pointer back."""

    def __init__(self, prototype: str, params: Signature, result: Type, **lengths: int) -> None:
        self.terms = Terms()
        self.call: Setting = setting(
            self.terms, convention(parse_prototype(prototype), params, result), Code(IMAGE), params, lengths or None
        )
        self.entry = self.call.entry().state
        self.memory = self.entry.memory
        assert isinstance(self.memory, RegionMemory)
        self.after: State = self.entry.copy(self.memory.copy())
        self.after.registers[RSP] += 8

    def value(self, term: Term, **values: Any) -> int:
        given: dict[str, Any] = {f"{name}@entry": 0x1111 * k for k, name in enumerate(REGISTERS)}
        given |= {f"xmm{k}@entry": k << 120 | k for k in range(16)} | {f"{flag}@entry": 0 for flag in FLAGS}
        given |= {"rsp@entry": STACK, "code@entry": CODE, "return@entry": 0x99, "mxcsr@entry": 0x1F80}
        return int(value_of(term, {**given, **values}, FLOAT_FUNCTIONS))

    def assumed(self, **values: Any) -> bool:
        return all(self.value(p, **values) for p in self.call.pre)

    def broken(self, result: Value, **values: Any) -> list[str]:
        """The duties that do not hold on return."""
        return self.failing(self.call.duties(self.after, result), **values)

    def failing(self, duties: list[Duty], **values: Any) -> list[str]:
        return [d.name for d in duties if not self.value(d.holds, **values)]


TWO: Signature = (("x", U32), ("y", U32))


def two() -> Called:
    return Called("uint32_t f(uint32_t x, uint32_t y)", TWO, U32)


# Entry --------------------------------------------------------------------------------------------------------------
def test_arguments_are_where_the_abi_puts_them() -> None:
    params: Signature = (("a", I64), ("b", U8), ("c", F64), ("d", BOOL), ("e", F32), ("f", I16), ("g", U64))
    text = "void f(int64_t a, uint8_t b, double c, bool d, float e, int16_t f, uint64_t g, int64_t out[1])"
    c = Called(text, params, Array(I64))
    registers = c.entry.registers
    values = {"a": mask(64), "b": 0xAB, "c": ONE, "d": 1, "e": 0x3F800000, "f": 0x8001, "g": 1 << 63, "&out": LIST}
    read = {name: c.value(registers[REGISTERS.index(name)], **values) for name in REGISTERS}
    assert read["rdi"] == mask(64) and read["rsi"] == 0x6666 & ~0xFF | 0xAB and read["rdx"] == 0x2222 & ~0xFF | 1
    assert read["rcx"] == 0x8001 and read["r8"] == 1 << 63 and read["r9"] == LIST
    assert c.value(c.entry.registers[1], **values, **{"rcx@entry": mask(64)}) == mask(64) - 0xFFFF | 0x8001
    assert [read[name] for name in ("rax", "rbx", "rsp", "r10")] == [0, 0x3333, STACK, 0x1111 * 10]
    x0, x1, x2 = (c.value(c.entry.vectors[k], **values, **{f"xmm{k}@entry": mask(128)}) for k in range(3))
    assert (x0, x1, x2) == (mask(128) - mask(64) | ONE, mask(128) - mask(32) | 0x3F800000, mask(128))
    assert c.entry.flags["df"] is c.terms.false and c.entry.flags["cf"] is c.terms.var("cf@entry", 0)
    assert c.value(c.entry.registers[2], **{**values, "d": 0}) & 0xFF == 0
    assert c.call.entry().condition is c.terms.true


def test_a_list_is_a_pointer_and_a_length() -> None:
    params: Signature = (("p", Array(I32)), ("x", I32))
    c = Called("int32_t f(const int32_t *p, size_t n, int32_t x)", params, I32)
    registers = c.entry.registers
    assert registers[7] is c.terms.var("&p", 64)
    assert c.value(registers[6], **{"p.length": 5}) == 5 and c.value(registers[2], x=7) & mask(32) == 7
    c = Called("int32_t f(const int32_t *p, size_t n, int32_t x)", params, I32, p=3)
    assert c.value(c.entry.registers[6]) == 3
    assert c.memory.load(c.terms.var("&p", 64) + 8, 4) is c.terms.var("p.2", 32)


def test_a_list_of_floats_is_a_pointer_like_others() -> None:
    params: Signature = (("p", Array(F64)), ("x", F64), ("y", F64))
    c = Called("double f(const double p[2], double x, double y)", params, F64)
    assert c.entry.registers[7] is c.terms.var("&p", 64)
    assert [c.entry.vectors[k].bits(63, 0) for k in (0, 1)] == [c.terms.var("x", 64), c.terms.var("y", 64)]


def test_the_first_stack_slot_holds_the_return_address() -> None:
    c = two()
    assert c.memory.load(c.terms.var("rsp@entry", 64), 8) is c.call.home
    assert c.memory.load(c.terms.var("rsp@entry", 64) - 8, 1) is c.terms.var("stack-8", 8)
    assert c.memory.load(c.call.base + 3, 2).value == 0x3433
    assert c.memory.violations == []
    stack, code = c.call.regions
    assert (stack.low, stack.high, stack.writable, stack.floor) == (-(1 << 16), 8, (-(1 << 16), 0), -128)
    assert (code.low, code.high, code.writable, code.floor) == (0, 8, None, None)
    assert c.call.base is code.base and c.call.base is c.terms.var("code@entry", 64)


def test_another_code_in_the_same_call() -> None:
    c = Called("uint32_t f(uint32_t x, const uint8_t p[2])", (("x", U32), ("p", Array(U8))), U32)
    other = c.call.with_code(Code(b"\x90\xc3\xcc"))
    assert other.code.image == b"\x90\xc3\xcc" and other.pre == c.call.pre and other.values == c.call.values
    stack, code, p = other.regions
    assert (stack, p) == (c.call.regions[0], c.call.regions[2])
    assert (code.base, code.low, code.high, code.writable) == (c.call.base, 0, 3, None) and code.initial(2).value == 0xCC


# What is assumed ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("rsp@entry", (STACK, (1 << 47) - 8, (2 << 16) + 8), (STACK + 8, STACK + 1, STACK + 4, (1 << 47) + 8, 8, (2 << 16) - 8)),
        ("code@entry", (0, 64, CODE), (CODE + 32, CODE + 1, 1 << 47)),
        ("mxcsr@entry", (0x1F80, 0x1FBF, 0x1F81), (0x1F00, 0x9F80, 0x1FC0, 0x3F80, 0)),
    ],
)
def test_what_is_assumed_of_the_machine(name: str, good: tuple[int, ...], bad: tuple[int, ...]) -> None:
    c = two()
    assert [c.assumed(**{name: value}) for value in good] == [True] * len(good)
    assert [c.assumed(**{name: value}) for value in bad] == [False] * len(bad)


def test_what_is_assumed_of_a_list_of_known_length() -> None:
    params: Signature = (("p", Array(I32)),)
    c = Called("int32_t f(const int32_t p[3])", params, I32)
    top = 1 << 47
    for address, good in ((LIST, True), (4096, True), (4092, False), (LIST + 2, False), (LIST + 1, False), (LIST + 4, True),
                          (top - 16, True), (top - 12, False), (top, False), (mask(64) - 3, False), (0, False)):  # fmt: skip
        assert c.assumed(**{"&p": address}) == good, address
    region = c.call.regions[2]
    assert (region.low, region.high, region.writable, region.size) == (0, 12, None, None)
    # bytes may lie anywhere
    c = Called("uint8_t f(const uint8_t p[3])", (("p", Array(U8)),), U8)
    assert c.assumed(**{"&p": LIST + 1})


def test_what_is_assumed_of_a_list_of_any_length() -> None:
    c = Called("int64_t f(const int64_t *p, size_t n)", (("p", Array(I64)),), I64)
    top = 1 << 47
    for address, length, good in (
        (LIST, 0, True), (LIST, 5, True), (LIST + 4, 5, False), (top - 8, 0, True), (top, 0, False), (top - 8, 1, False),
        (top - 16, 1, True), (0, 0, True), (LIST, top // 8, False), (mask(64) - 7, 2, False),
        (8, top // 8 - 1, False), (0, top // 8 - 1, True),
    ):  # fmt: skip
        assert c.assumed(**{"&p": address, "p.length": length}) == good, (address, length)
    region = c.call.regions[2]
    assert region.size is not None and region.writable is None
    assert c.value(region.size, **{"p.length": 5}) == 40


def test_regions_that_are_mentioned_are_apart() -> None:
    params: Signature = (("p", Array(U8)), ("q", Array(U8)))
    c = Called("void f(uint8_t p[4], const uint8_t q[2])", params, Array(U8))
    p, q = c.terms.var("&p", 64), c.terms.var("&q", 64)
    assert c.call.apart({p}) == [] and c.call.apart({c.terms.var("x", 64)}) == []
    (condition,) = c.call.apart({p, q, c.terms.var("x", 64)})
    for at, good in ((LIST + 4, True), (LIST + 3, False), (LIST, False), (LIST - 1, False), (LIST - 2, True)):
        assert c.value(condition, **{"&p": LIST, "&q": at}) == good, at
    assert len(c.call.apart({p, q, c.call.base})) == 3
    (condition,) = c.call.apart({p, c.terms.var("rsp@entry", 64)})
    for at, good in ((STACK + 8, True), (STACK + 7, False), (STACK - (1 << 16) - 4, True), (STACK - (1 << 16) - 3, False)):
        assert c.value(condition, **{"&p": at}) == good, at
    c = Called("int64_t f(const uint8_t *p, size_t n, const uint8_t *q, size_t m)", params, I64)
    (condition,) = c.call.apart({c.terms.var("&p", 64), c.terms.var("&q", 64)})
    for n, m, at, good in ((4, 2, LIST + 4, True), (5, 2, LIST + 4, False), (5, 0, LIST + 4, True), (0, 2, LIST, True),
                           (4, 2, LIST - 2, True), (4, 3, LIST - 2, False)):  # fmt: skip
        assert c.value(condition, **{"&p": LIST, "&q": at, "p.length": n, "q.length": m}) == good, (n, m)


# Duties of every function ---------------------------------------------------------------------------------------------
def test_a_call_that_changes_nothing_breaks_only_the_result() -> None:
    c = two()
    names = [d.name for d in c.call.abi(c.after)]
    assert names == [
        "rbx is kept", "rbp is kept", "r12 is kept", "r13 is kept", "r14 is kept", "r15 is kept", "the stack pointer is back",
        "the direction flag is clear", "the control bits of MXCSR are kept", "the upper halves of the vector registers are zero",
    ]  # fmt: skip
    assert c.broken(c.terms.const(5, 64)) == ["the result"]
    c.after.registers[0] = c.terms.const(5, 64)
    assert c.broken(c.terms.const(5, 64)) == []


@pytest.mark.parametrize(
    ("number", "name"),
    [(3, "rbx is kept"), (5, "rbp is kept"), (12, "r12 is kept"), (13, "r13 is kept"), (14, "r14 is kept"), (15, "r15 is kept"),
     (4, "the stack pointer is back"), (1, ""), (2, ""), (6, ""), (7, ""), (8, ""), (9, ""), (10, ""), (11, "")],
)  # fmt: skip
def test_registers_that_are_kept(number: int, name: str) -> None:
    c = two()
    c.after.registers[0] = c.terms.const(5, 64)
    for off in (1, 1 << 63):
        c.after.registers[number] += off
        assert c.broken(c.terms.const(5, 64)) == ([name] if name else [])
        c.after.registers[number] -= off


def test_flags_and_vector_registers_that_are_kept() -> None:
    c = two()
    five = c.after.registers[0] = c.terms.const(5, 64)
    for flag in ("cf", "pf", "af", "zf", "sf", "of"):
        c.after.flags[flag] = ~c.after.flags[flag]
    assert c.broken(five) == []
    c.after.flags["df"] = c.terms.true
    assert c.broken(five) == ["the direction flag is clear"]
    c.after.flags["df"] = c.terms.false
    for mxcsr, good in ((0x1FBF, True), (0x1FC0, False), (0x9F80, False), (0x80001F80, False), (0x1F40, False)):
        c.after.mxcsr = c.terms.const(mxcsr, 32)
        assert c.broken(five) == ([] if good else ["the control bits of MXCSR are kept"])
    c.after.mxcsr = c.entry.mxcsr
    for k in (0, 15):
        for bit, good in ((127, True), (128, False), (255, False)):
            before = c.after.vectors[k]
            c.after.vectors[k] = before ^ (1 << bit)
            assert c.broken(five) == ([] if good else ["the upper halves of the vector registers are zero"])
            c.after.vectors[k] = before


# Results --------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("c_type", "t", "result", "got", "good"),
    [
        ("uint32_t", U32, 5, 5, True), ("uint32_t", U32, 5, 7 << 32 | 5, True), ("uint32_t", U32, 5, 1 << 31 | 5, False),
        ("int8_t", I8, -1 & mask(64), 0xFF, True), ("int8_t", I8, -1 & mask(64), 0x7F, False), ("int8_t", I8, 1, 0x101, True),
        ("int16_t", I16, 1, 0x101, False), ("int16_t", I16, 1, 0x10001, True), ("int64_t", I64, 1, 1 << 63 | 1, False),
        ("int64_t", I64, mask(64), mask(64), True),
    ],
)  # fmt: skip
def test_an_integer_result(c_type: str, t: Type, result: int, got: int, good: bool) -> None:
    c = Called(f"{c_type} f({c_type} x)", (("x", t),), t)
    c.after.registers[0] = c.terms.const(got, 64)
    assert c.broken(c.terms.const(result, 64), x=0) == ([] if good else ["the result"])


def test_a_truth_value_fills_a_byte() -> None:
    c = Called("bool f(bool x)", (("x", BOOL),), BOOL)
    for truth in (False, True):
        for got, good in ((truth, True), (0x100 | truth, True), (not truth, False), (2 | truth, False), (0x80 | truth, False)):
            c.after.registers[0] = c.terms.const(int(got), 64)
            assert c.broken(c.terms.truth(truth), x=0) == ([] if good else ["the result"])


def test_a_float_result_is_equal_in_bits_or_any_nan() -> None:
    c = Called("double f(double x)", (("x", F64),), F64)
    for got, result, good in (
        (ONE, ONE, True), (7 << 64 | ONE, ONE, True), (1 << 63, 0, False), (NAN, NAN, True), (NAN, OTHER_NAN, True),
        (NAN, ONE, False), (ONE, NAN, False), (0x7FF0 << 48, NAN, False),
    ):  # fmt: skip
        c.after.vectors[0] = c.terms.const(got, 256)
        assert c.broken(c.terms.const(result, 64), x=0) == ([] if good else ["the result"]), (got, result)
    c = Called("float f(float x)", (("x", F32),), F32)
    for got, result, good in (
        (0x3F800000, ONE, True), (9 << 32 | 0x3F800000, ONE, True), (0x3F800001, ONE, False), (0x7FC00000, NAN, True),
        (0xFFC00001, NAN, True), (0x7F800000, NAN, False), (0x7FC00000, ONE, False),
    ):  # fmt: skip
        c.after.vectors[0] = c.terms.const(got, 256)
        assert c.broken(c.terms.const(result, 64), x=0) == ([] if good else ["the result"]), (got, result)


def test_a_pointer_result_is_an_element_or_null() -> None:
    c = Called("int32_t *f(const int32_t *p, size_t n)", (("p", Array(I32)),), Option(I64))
    for present, index, got, good in (
        (1, 3, LIST + 12, True), (1, 3, LIST + 3, False), (1, 0, LIST, True), (0, 3, 0, True), (0, 3, LIST + 12, False),
        (1, 3, 0, False), (0, 0, LIST, False),
    ):  # fmt: skip
        c.after.registers[0] = c.terms.const(got, 64)
        result = c.terms.truth(bool(present)), c.terms.const(index, 64)
        assert c.broken(result, **{"&p": LIST, "p.length": 8}) == ([] if good else ["the result"])


# Buffers --------------------------------------------------------------------------------------------------------------
def test_a_writable_list_that_is_no_result_stays_as_it_was() -> None:
    c = Called("uint32_t f(uint32_t x, uint16_t p[2])", (("x", U32), ("p", Array(U16))), U32)
    assert isinstance(c.after.memory, RegionMemory)
    five = c.after.registers[0] = c.terms.const(5, 64)
    given = {"&p": LIST, "p.0": 0x2211, "p.1": 0x4433}
    assert c.broken(five, **given) == []
    assert {d.name for d in c.call.results(c.after, five)} == {"the result", "`p[0]` is unchanged", "`p[1]` is unchanged"}
    c.after.memory.store(c.terms.var("&p", 64) + 1, c.terms.const(0x22, 8))
    assert c.broken(five, **given) == []
    c.after.memory.store(c.terms.var("&p", 64) + 3, c.terms.const(0x45, 8))
    assert c.broken(five, **given) == ["`p[1]` is unchanged"]
    c.after.memory.store(c.terms.var("&p", 64), c.terms.const(0x10, 8))
    assert c.broken(five, **given) == ["`p[0]` is unchanged", "`p[1]` is unchanged"]


def test_a_read_only_list_has_no_duty() -> None:
    c = Called("uint32_t f(uint32_t x, const uint16_t p[2])", (("x", U32), ("p", Array(U16))), U32)
    assert [d.name for d in c.call.results(c.after, c.terms.const(5, 64))] == ["the result"]


def listed(c: Called, t: Type, *cells: Term) -> Listed:
    return Listed(tuple(cells), c.terms.const(len(cells), 64), t)


@pytest.mark.parametrize("writable", ["p", "out"])
def test_a_list_in_a_buffer_is_the_result(writable: str) -> None:
    params: Signature = (("p", Array(I16)),)
    c = Called("void f(int16_t p[2])" if writable == "p" else "void f(const int16_t p[2], int16_t out[2])", params, Array(I16))
    assert isinstance(c.after.memory, RegionMemory)
    base = c.terms.var(f"&{writable}", 64)
    result = listed(c, I16, c.terms.const(-1, 64), c.terms.const(0x1234, 64))
    given = {"&p": LIST, "&out": LIST + 64, "p.0": 1, "p.1": 2, "out.0": 3, "out.1": 4}
    assert c.broken(result, **given) == [f"`{writable}[0]`", f"`{writable}[1]`"]
    c.after.memory.store(base, c.terms.const(0xFFFF, 16))
    assert c.broken(result, **given) == [f"`{writable}[1]`"]
    c.after.memory.store(base + 2, c.terms.const(0x1234, 16))
    assert c.broken(result, **given) == []
    assert c.broken(result, **{**given, "p.0": 7, "out.0": 7}) == []
    short = Listed(result.cells, c.terms.const(1, 64), I16)
    assert c.broken(short, **given) == [f"`{writable}` has the result's length"]
    stored = Stored(c.terms.var("m", -1), c.terms.const(4, 64), c.terms.const(2, 64), I16)
    assert c.broken(stored, **given, m={4: 0xFF, 5: 0xFF, 6: 0x34, 7: 0x12}) == []
    assert c.broken(stored, **given, m={4: 0xFF, 5: 0xFF, 6: 0x34, 7: 0x13}) == [f"`{writable}[1]`"]


@pytest.mark.parametrize(
    ("c_type", "t", "cell", "size", "good", "bad"),
    [
        ("bool", BOOL, True, 8, (1,), (0, 2, 3, 0x80)), ("bool", BOOL, False, 8, (0,), (1, 2)),
        ("double", F64, ONE, 64, (ONE,), (NAN, ONE + 1)), ("double", F64, NAN, 64, (NAN, OTHER_NAN), (ONE, 0x7FF0 << 48)),
        ("float", F32, ONE, 32, (0x3F800000,), (0x7FC00000, 0x3F800001)),
        ("float", F32, NAN, 32, (0x7FC00000, 0xFFC00001), (0x3F800000, 0x7F800000)),
    ],
)  # fmt: skip
def test_elements_that_are_no_integers(
    c_type: str, t: Type, cell: bool | int, size: int, good: tuple[int, ...], bad: tuple[int, ...]
) -> None:
    c = Called(f"void f({c_type} x, {c_type} out[1])", (("x", t),), Array(t))
    assert isinstance(c.after.memory, RegionMemory)
    term = c.terms.truth(cell) if isinstance(cell, bool) else c.terms.const(cell, 64)
    for got in (*good, *bad):
        c.after.memory.store(c.terms.var("&out", 64), c.terms.const(got, size))
        assert c.broken(listed(c, t, term), x=0) == ([] if got in good else ["`out[0]`"]), hex(got)


def test_truth_values_in_memory_are_bytes_of_0_or_1() -> None:
    c = Called("bool f(const bool p[2])", (("p", Array(BOOL)),), BOOL)
    read = c.memory.load(c.terms.var("&p", 64), 2)
    assert [c.value(read, **{"p.0": a, "p.1": b}) for a in (0, 1) for b in (0, 1)] == [0, 0x100, 1, 0x101]
    c = Called("void f(bool x, bool out[1])", (("x", BOOL),), Array(BOOL))  # what is there before counts for nothing
    assert c.memory.load(c.terms.var("&out", 64), 1) is c.terms.var("out.0", 8)


def test_a_list_of_any_length_changes_as_the_reference_says() -> None:
    params: Signature = (("p", Array(U8)), ("q", Array(U8)))
    c = Called("void f(uint8_t *p, size_t n, const uint8_t *q, size_t m)", params, Array(U8))
    assert isinstance(c.after.memory, RegionMemory)
    given = {"&p": LIST, "&q": LIST + 64, "p.length": 2, "q.length": 1, "p.memory": {0: 5}, "q.memory": {}}
    p = c.call.value("p")
    assert isinstance(p, Stored)
    assert c.failing(c.call.results(c.after, p), **given) == []
    moved, longer = Stored(p.memory, c.terms.const(1, 64), p.length, U8), Stored(p.memory, p.at, p.length + 1, U8)
    for other in (moved, longer):
        assert c.failing(c.call.results(c.after, other), **given) == ["`p` has the result's length"]
    c.after.memory.store(c.terms.var("&p", 64), c.terms.const(6, 8))
    names = [d.name for d in c.call.results(c.after, p) if d.holds is not c.terms.true]
    assert names == ["`p` holds the result"]
    written = Stored(c.terms.store(p.memory, c.terms.const(0, 64), c.terms.const(6, 8)), p.at, p.length, U8)
    assert [d.name for d in c.call.results(c.after, written) if d.holds is not c.terms.true] == []
    c = Called("int64_t f(uint8_t *p, size_t n)", params[:1], I64)
    assert isinstance(c.after.memory, RegionMemory)
    assert [d.name for d in c.call.results(c.after, c.terms.const(0, 64)) if d.holds is not c.terms.true] == ["the result"]
    c.after.memory.store(c.terms.var("&p", 64), c.terms.const(6, 8))
    duties = [d.name for d in c.call.results(c.after, c.terms.const(0, 64)) if d.holds is not c.terms.true]
    assert duties == ["the result", "`p` is unchanged"]
