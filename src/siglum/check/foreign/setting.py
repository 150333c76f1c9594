"""A function's call as terms: what registers and memory hold on entry, the precondition, and what must hold on return.

Imports `check.foreign`, `smt` and `target.x86_64.semantics`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final, NamedTuple

from siglum.check.foreign.convention import Argument, Convention
from siglum.check.foreign.explore import RED_ZONE, Arrival
from siglum.check.foreign.regions import Region, RegionMemory
from siglum.ir.types import BOOL, F32, F64, WIDTHS, Type
from siglum.sandbox.job import Code
from siglum.smt.floats import is_nan
from siglum.smt.inputs import symbolic
from siglum.smt.terms import MEMORY, Term, Terms
from siglum.smt.values import Listed, Stored, Value, load
from siglum.target.x86_64.semantics.state import RBP, RBX, RDI, RDX, RSI, RSP, State

ARGUMENTS: Final = (RDI, RSI, RDX, 1, 8, 9)
"""The registers of integer arguments in order (System V psABI, 3.2.3)."""
CALLEE_SAVED: Final = (RBX, RBP, 12, 13, 14, 15)
STACK_BYTES: Final = 1 << 16
"""How far down the stack a function may go."""
ADDRESSES: Final = 1 << 47
"""Buffers and stack lie below this address."""
CODE_ALIGNMENT: Final = 64
ON_ENTRY: Final = "@entry"
"""Ends the names of what the machine holds on entry, so that no parameter of a reference can have such a name."""


class Duty(NamedTuple):
    """Something that must hold on return."""

    name: str
    holds: Term


@dataclass(frozen=True)
class Setting:
    """One call of `code` by `convention`. `values` are the reference's arguments, `pre` what is assumed on entry, beside the
    regions being apart from each other.
    """

    terms: Terms
    convention: Convention
    code: Code
    params: tuple[tuple[str, Type], ...]
    values: tuple[Value, ...]
    pre: tuple[Term, ...]
    regions: tuple[Region, ...]

    @property
    def base(self) -> Term:
        """The address of the image's first byte."""
        return code_address(self.terms)

    @property
    def home(self) -> Term:
        """The address to return to."""
        return self.terms.var("return" + ON_ENTRY, 64)

    def value(self, name: str) -> Value:
        return next(v for (n, _), v in zip(self.params, self.values, strict=True) if n == name)

    def with_code(self, code: Code) -> Setting:
        """The same call of other code."""
        regions = [_code_region(self.terms, code) if r.base is self.base else r for r in self.regions]
        return replace(self, code=code, regions=tuple(regions))

    def apart(self, mentioned: set[Term]) -> list[Term]:
        """That the regions whose addresses are mentioned do not overlap; nothing where those are fewer than two."""
        terms = self.terms
        spans = []
        for region in self.regions:
            if region.base in mentioned:
                end = region.base + region.high if region.size is None else region.base + region.size
                spans.append((region.base + region.low, end))
        found = []
        for (one, one_end), (other, other_end) in combinations(spans, 2):
            empty = terms.or_(one.is_(one_end), other.is_(other_end))
            found.append(terms.any_of([empty, one_end.ule(other), other_end.ule(one)]))
        return found

    def entry(self) -> Arrival:
        """The state on entry; unused registers hold anything, the upper halves of vector registers zero."""
        terms = self.terms
        state = State.unknown(terms, RegionMemory(terms, self.regions), ON_ENTRY)
        state.vectors = [terms.var(f"xmm{k}{ON_ENTRY}", 128).zext(256) for k in range(16)]
        state.flags["df"] = terms.false
        words = iter(ARGUMENTS)
        floats = iter(range(8))
        for argument in self.convention.arguments:
            if argument.kind == "scalar" and argument.type in (F32, F64):
                k = next(floats)
                low = terms.var(argument.name, 8 * WIDTHS[argument.type])
                state.vectors[k] = terms.concat(state.vectors[k].bits(127, low.width), low).zext(256)
            else:
                register = next(words)
                state.registers[register] = self._word(argument, state.registers[register])
        return Arrival(terms.true, state)

    def _word(self, argument: Argument, junk: Term) -> Term:
        """What an integer argument's register holds: bits above a narrow value are anything."""
        terms = self.terms
        if argument.kind == "pointer":
            return address_of(terms, argument.name)
        if argument.kind == "length":
            found = self.value(argument.name)
            assert isinstance(found, Stored | Listed)
            return found.length
        width = 8 * WIDTHS[argument.type]
        if argument.type is BOOL:
            low = terms.ite(terms.var(argument.name, 0), terms.const(1, 8), terms.const(0, 8))
        else:
            low = terms.var(argument.name, width)
        return low if width == 64 else terms.concat(junk.bits(63, width), low)

    # On return --------------------------------------------------------------------------------------------------
    def duties(self, state: State, result: Value) -> list[Duty]:
        """What must hold on return, where `result` is the reference's."""
        return [*self.abi(state), *self.results(state, result)]

    def abi(self, state: State) -> list[Duty]:
        terms = self.terms
        before = State.unknown(terms, state.memory, ON_ENTRY)
        found = [
            Duty(f"r{k} is kept" if k > 7 else f"{'rbx' if k == RBX else 'rbp'} is kept",
                 state.registers[k].is_(before.registers[k]))
            for k in CALLEE_SAVED
        ]  # fmt: skip
        found.append(Duty("the stack pointer is back", state.registers[RSP].is_(before.registers[RSP] + 8)))
        found.append(Duty("the direction flag is clear", ~state.flags["df"]))
        # the exception bits are the function's to set
        kept = state.mxcsr.bits(31, 6).is_(before.mxcsr.bits(31, 6))
        found.append(Duty("the control bits of MXCSR are kept", kept))
        clean = terms.all_of([v.bits(255, 128).is_(0) for v in state.vectors])
        found.append(Duty("the upper halves of the vector registers are zero", clean))
        return found

    def results(self, state: State, result: Value) -> list[Duty]:
        convention, terms = self.convention, self.terms
        found: list[Duty] = []
        if convention.result == "scalar":
            assert isinstance(result, Term) and convention.result_type is not None
            found.append(Duty("the result", self._scalar(state, result, convention.result_type)))
        elif convention.result == "pointer":
            assert isinstance(result, tuple) and isinstance(result[0], Term) and isinstance(result[1], Term)
            size = next(WIDTHS[a.type] for a in convention.lists if a.name == convention.home)
            expected = terms.ite(result[0], address_of(terms, convention.home) + result[1] * size, terms.const(0, 64))
            found.append(Duty("the result", state.registers[0].is_(expected)))
        memory = state.memory
        assert isinstance(memory, RegionMemory)
        for argument in convention.lists:
            expected_list = result if argument.name == convention.home and convention.result == "nothing" else None
            if argument.writable:
                found += self._content(memory, argument, expected_list)
        return found

    def _scalar(self, state: State, result: Term, t: Type) -> Term:
        terms = self.terms
        if t is BOOL:
            word = terms.ite(result, terms.const(1, 8), terms.const(0, 8))
            return state.registers[0].bits(7, 0).is_(word)
        if t is F64:
            got = state.vectors[0].bits(63, 0)
            return terms.or_(got.is_(result), terms.and_(is_nan(got), is_nan(result)))
        if t is F32:
            got = terms.apply("cvtss2sd", 64, state.vectors[0].bits(31, 0))
            return terms.or_(got.is_(result), terms.and_(is_nan(got), is_nan(result)))
        width = 8 * WIDTHS[t]
        return state.registers[0].bits(width - 1, 0).is_(result.bits(width - 1, 0))

    def _content(self, memory: RegionMemory, argument: Argument, expected: Value | None) -> list[Duty]:
        """What a buffer holds: the reference's list, or what it held before."""
        terms, size = self.terms, WIDTHS[argument.type]
        name = argument.name
        if argument.count is None:
            now = memory.memories[name]
            if expected is None:
                return [Duty(f"`{name}` is unchanged", now.is_(terms.var(f"{name}.memory", MEMORY)))]
            assert isinstance(expected, Stored)
            value = self.value(name)
            assert isinstance(value, Stored)
            whole = terms.and_(expected.length.is_(value.length), expected.at.is_(0))
            return [
                Duty(f"`{name}` has the result's length", whole),
                Duty(f"`{name}` holds the result", now.is_(expected.memory)),
            ]
        region = next(r for r in self.regions if r.name == name)
        found = []
        if expected is not None:
            assert isinstance(expected, Listed | Stored)
            found.append(Duty(f"`{name}` has the result's length", expected.length.is_(argument.count)))
        for k in range(argument.count):
            held = [memory.bytes.get((name, size * k + j)) or region.initial(size * k + j) for j in reversed(range(size))]
            got = terms.concat(*held)
            if expected is not None:
                cell = load(expected, terms.const(k, 64))
                assert isinstance(cell, Term)
                found.append(Duty(f"`{name}[{k}]`", _same_element(got, cell, argument.type)))
            else:
                before = terms.concat(*[region.initial(size * k + j) for j in reversed(range(size))])
                found.append(Duty(f"`{name}[{k}]` is unchanged", got.is_(before)))
        return found


def _same_element(got: Term, cell: Term, t: Type) -> Term:
    terms = got.home
    if t is BOOL:
        return got.is_(terms.ite(cell, terms.const(1, 8), terms.const(0, 8)))
    if t is F32:
        wide = terms.apply("cvtss2sd", 64, got)
        return terms.or_(wide.is_(cell), terms.and_(is_nan(wide), is_nan(cell)))
    if t is F64:
        return terms.or_(got.is_(cell), terms.and_(is_nan(got), is_nan(cell)))
    return got.is_(cell.bits(got.width - 1, 0))


def address_of(terms: Terms, name: str) -> Term:
    """The address of a buffer."""
    return terms.var(f"&{name}", 64)


def code_address(terms: Terms) -> Term:
    """The address of the image's first byte."""
    return terms.var("code" + ON_ENTRY, 64)


def setting(
    terms: Terms,
    convention: Convention,
    code: Code,
    params: tuple[tuple[str, Type], ...],
    lengths: dict[str, int] | None = None,
) -> Setting:
    """The setting of a call; `lengths` fixes the lengths of lists whose length is an argument."""
    lengths = {a.name: a.count for a in convention.lists if a.count is not None} | (lengths or {})
    convention = _with_lengths(convention, lengths)
    values: list[Value] = []
    pre: list[Term] = []
    for name, t in params:
        fixed = iter([lengths[name]]) if name in lengths else None
        value, assumed = symbolic(terms, t, name, fixed)
        values.append(value)
        pre += assumed
    stack, base = terms.var("rsp" + ON_ENTRY, 64), code_address(terms)
    pre += [stack.bits(3, 0).is_(8), terms.const(2 * STACK_BYTES, 64).ult(stack), stack.ult(ADDRESSES)]
    pre += [base.bits(5, 0).is_(0), base.ult(ADDRESSES)]
    # rounding to nearest, every exception masked, no flushing of small numbers
    pre.append(terms.var("mxcsr" + ON_ENTRY, 32).bits(31, 6).is_(0x7E))
    home = terms.var("return" + ON_ENTRY, 64)
    regions = [
        Region("the stack", stack, -STACK_BYTES, 8, (-STACK_BYTES, 0), _stack_byte(terms, home), floor=-RED_ZONE),
        _code_region(terms, code),
    ]
    for argument in convention.lists:
        regions.append(_buffer(terms, argument, dict(zip((n for n, _ in params), values, strict=True)), pre))
    return Setting(terms, convention, code, params, tuple(values), tuple(pre), tuple(regions))


def _with_lengths(convention: Convention, lengths: dict[str, int]) -> Convention:
    arguments = tuple(
        replace(a, count=lengths[a.name]) if a.kind == "pointer" and a.name in lengths else a for a in convention.arguments
    )
    return replace(convention, arguments=arguments)


def _stack_byte(terms: Terms, home: Term) -> Callable[[int], Term]:
    def initial(at: int) -> Term:
        return home.bits(8 * at + 7, 8 * at) if 0 <= at < 8 else terms.var(f"stack{at}", 8)

    return initial


def _code_region(terms: Terms, code: Code) -> Region:
    def initial(at: int) -> Term:
        if code.known is None or any(start <= at < end for start, end in code.known):
            return terms.const(code.image[at], 8)
        return terms.var(f"code?{at}", 8)

    return Region("the code", code_address(terms), 0, len(code.image), None, initial)


def _buffer(terms: Terms, argument: Argument, values: dict[str, Value], pre: list[Term]) -> Region:
    name, size = argument.name, WIDTHS[argument.type]
    base = address_of(terms, name)
    if size > 1:
        pre.append(base.bits(size.bit_length() - 2, 0).is_(0))
    if argument.count is not None:
        length = size * argument.count
        pre += [terms.const(4095, 64).ult(base), base.ult(ADDRESSES - length)]
        return Region(name, base, 0, length, (0, length) if argument.writable else None, _element_byte(terms, argument))
    value = values[name]
    assert isinstance(value, Stored)
    total = value.length * size
    # no address wraps: base + length * size stays below the limit
    pre += [value.length.ult(ADDRESSES // size), base.ult(ADDRESSES), (base + total).ult(ADDRESSES)]
    writable = (0, 0) if argument.writable else None
    return Region(name, base, 0, 0, writable, lambda at: terms.var(f"{name}?{at}", 8), total, value.memory)


def _element_byte(terms: Terms, argument: Argument) -> Callable[[int], Term]:
    size = WIDTHS[argument.type]

    def initial(at: int) -> Term:
        k, j = divmod(at, size)
        if argument.type is BOOL and argument.given:
            return terms.ite(terms.var(f"{argument.name}.{k}", 0), terms.const(1, 8), terms.const(0, 8))
        return terms.var(f"{argument.name}.{k}", 8 * size).bits(8 * j + 7, 8 * j)

    return initial
