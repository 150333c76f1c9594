"""Exploring foreign code: paths meet again, loops stop at their fuel, and whatever no function may do is a violation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from siglum.check.foreign.explore import Arrival, Explored, Explorer, cases, merged
from siglum.check.foreign.regions import Region, RegionMemory
from siglum.smt.evaluate import value_of
from siglum.smt.terms import Term, Terms, mask
from siglum.target.x86_64.semantics import own
from siglum.target.x86_64.semantics.state import RAX, RCX, RSP, State, Step, Unsupported

STACK = 1 << 40
CODE = 1 << 20
BACK = 0x1234_5678


class Exploration:
    """Code in hex, explored from its first byte with any registers; what it gives is asked for by values of the registers."""

    def __init__(
        self,
        code: str,
        *,
        executable: tuple[int, int] | None = None,
        start: int = 0,
        cuts: frozenset[int] = frozenset(),
        leaving: bool = False,
        change: Callable[[State], None] = lambda state: None,
        **options: Any,
    ) -> None:
        self.terms = terms = Terms()
        raw = bytes.fromhex(code)
        self.home = terms.var("home", 64)
        stack = terms.var("rsp", 64)
        memory = RegionMemory(terms, (
            Region("the stack", stack, -4096, 8, (-4096, 0), self._on_stack, floor=-128),
            Region("the code", terms.var("code", 64), 0, len(raw), None, lambda at: terms.const(raw[at], 8)),
        ))  # fmt: skip
        state = State.unknown(terms, memory)
        change(state)
        self.ticks = 0
        self.explorer = Explorer(
            terms, own.step, raw, executable or (0, len(raw)), terms.var("code", 64), self.home, tick=self._tick, **options
        )
        self.found: Explored = self.explorer.run(start, Arrival(terms.true, state), cuts, leaving=leaving)

    def _tick(self) -> None:
        self.ticks += 1

    def _on_stack(self, at: int) -> Term:
        return self.home.bits(8 * at + 7, 8 * at) if 0 <= at < 8 else self.terms.var(f"stack{at}", 8)

    def value(self, term: Term, **values: int) -> int:
        defaults = dict.fromkeys(("rax", "rcx", "rdx", "rbx", "rsi", "rdi"), 0)
        given = {"rsp": STACK, "code": CODE, "home": BACK, **defaults, **{k: v & mask(64) for k, v in values.items()}}
        return int(value_of(term, given))

    def result(self, register: int = RAX, **values: int) -> int | None:
        """What a register holds on return; None where it does not return."""
        if self.found.returned is None or not self.value(self.found.returned.condition, **values):
            return None
        return self.value(self.found.returned.state.registers[register], **values)

    def wrong(self, **values: int) -> list[tuple[str, int]]:
        return [(v.what, v.at) for v in self.found.violations if self.value(v.condition, **values)]


# Paths --------------------------------------------------------------------------------------------------------------
def test_two_returns_are_one() -> None:
    e = Exploration("4885ff7406b801000000c3b802000000c3")  # test rdi,rdi; je 1f; mov eax,1; ret; 1: mov eax,2; ret
    assert (e.result(rdi=0), e.result(rdi=5)) == (2, 1)
    assert e.result(RSP, rdi=0) == e.result(RSP, rdi=1) == STACK + 8
    assert e.found.violations == [] and e.found.unfinished is e.terms.false and e.found.cuts == {}
    assert e.found.edges == {(0, 3), (3, 5), (3, 11), (5, 10), (11, 16)} and e.ticks == 6
    assert e.found.loop_heads() == set()


def test_paths_meet_before_the_code_behind_them_runs() -> None:
    # test rdi,rdi; je 1f; mov eax,1; jmp 2f; 1: mov eax,2; 2: add rax,rsi; ret
    e = Exploration("4885ff7407b801000000eb05b8020000004801f0c3")
    assert e.ticks == 7
    assert (e.result(rdi=0, rsi=10), e.result(rdi=5, rsi=10)) == (12, 11)
    returned = e.found.returned
    assert returned is not None and returned.condition is e.terms.true


def test_memory_and_flags_meet_as_registers_do() -> None:
    # test rdi,rdi; je 1f; mov byte ptr [rsp-1],1; jmp 2f; 1: mov byte ptr [rsp-1],2; 2: movzx eax,byte ptr [rsp-1]; ret
    e = Exploration("4885ff7407c64424ff01eb05c64424ff020fb64424ffc3")
    assert (e.result(rdi=0), e.result(rdi=5)) == (2, 1) and e.ticks == 7
    # a path that a later one overtakes keeps its own memory
    e = Exploration("4885ff7406c64424ff01c3c64424ff020fb64424ffc3")
    assert e.found.returned is not None and e.result(rdi=0) == 2
    memory = e.found.returned.state.memory
    assert isinstance(memory, RegionMemory)
    kept = memory.load(e.terms.var("rsp", 64) - 1, 1)
    assert (e.value(kept, rdi=0), e.value(kept, rdi=5)) == (2, 1)


def test_everything_is_merged_by_its_condition() -> None:
    terms = Terms()
    p, q = terms.var("p", 0), terms.var("q", 0)
    one, other = (State.unknown(terms, RegionMemory(terms, ()), suffix) for suffix in ("1", "2"))
    arrival = merged(terms, Arrival(p, one), Arrival(q, other))
    assert arrival.condition is terms.or_(p, q)
    assert arrival.state.registers == [p.ite(a, b) for a, b in zip(one.registers, other.registers, strict=True)]
    assert arrival.state.vectors == [p.ite(a, b) for a, b in zip(one.vectors, other.vectors, strict=True)]
    assert arrival.state.flags == {name: p.ite(one.flags[name], other.flags[name]) for name in one.flags}
    assert arrival.state.mxcsr is p.ite(one.mxcsr, other.mxcsr)
    assert merged(terms, None, Arrival(q, other)).state is other
    assert merged(terms, Arrival(terms.false, one), Arrival(q, other)).state is other
    assert merged(terms, Arrival(p, one), Arrival(terms.false, other)).state is one


def test_a_call_inside_comes_back() -> None:
    e = Exploration("e8050000004883c001c34889f8c3")  # call 1f; add rax,1; ret; 1: mov rax,rdi; ret
    assert e.result(rdi=41) == 42 and e.wrong() == []
    assert e.found.edges == {(0, 10), (10, 13), (13, 5), (5, 9)}


def test_returns_and_jumps_to_known_places_go_on() -> None:
    assert Exploration("488d0503000000ffe0909090b807000000c3").result() == 7  # lea rax,[rip+3]; jmp rax; nop x3; mov eax,7; ret
    assert Exploration("488d050200000050c390b807000000c3").result() == 7  # lea rax,[rip+2]; push rax; ret; nop; mov eax,7; ret
    # test rdi,rdi; lea rax,1f; lea rcx,2f; cmove rax,rcx; jmp rax; 1: mov eax,7; ret; 2: mov eax,8; ret
    e = Exploration("4885ff488d050d000000488d0d0c000000480f44c1ffe0b807000000c3b808000000c3")
    assert (e.result(rdi=1), e.result(rdi=0)) == (7, 8) and e.wrong(rdi=0) == e.wrong(rdi=1) == []
    assert {(21, 23), (21, 29)} <= e.found.edges


def test_a_choice_is_taken_apart() -> None:
    terms = Terms()
    p, q = terms.var("p", 0), terms.var("q", 0)
    a, b, c = (terms.var(name, 64) for name in "abc")
    assert cases(a) == [([], a)]
    found = cases(p.ite(q.ite(a, b), c))
    assert found == [([p, q], a), ([p, ~q], b), ([~p], c)]


# Loops --------------------------------------------------------------------------------------------------------------
SUMMING = "31c04801f84883ef0175f7c3"  # xor eax,eax; 1: add rax,rdi; sub rdi,1; jne 1b; ret


@pytest.mark.parametrize("fuel", [1, 3])
def test_a_loop_runs_as_often_as_its_fuel(fuel: int) -> None:
    e = Exploration(SUMMING, fuel=fuel)
    for n in range(1, fuel + 1):
        assert e.result(rdi=n) == n * (n + 1) // 2 and not e.value(e.found.unfinished, rdi=n)
    for n in (fuel + 1, 0):
        assert e.result(rdi=n) is None and e.value(e.found.unfinished, rdi=n)
    assert e.found.loop_heads() == {2}


def test_a_known_number_of_runs_is_run() -> None:
    # mov ecx,3; xor eax,eax; 1: add rax,rdi; sub ecx,1; jne 1b; ret
    e = Exploration("b90300000031c04801f883e90175f8c3")
    assert e.result(rdi=5) == 15 and e.found.unfinished is e.terms.false


def test_steps_end_in_any_case() -> None:
    e = Exploration("ebfe", fuel=1 << 40, most_steps=10)  # 1: jmp 1b
    assert e.found.unfinished is e.terms.true and e.found.returned is None and e.ticks == 10


def test_a_jump_backwards_that_does_not_come_round_is_no_loop() -> None:
    # jmp 2f; 1: mov eax,1; ret; 2: test rdi,rdi; jne 1b; mov eax,2; ret
    e = Exploration("eb06b801000000c34885ff75f5b802000000c3")
    assert e.found.loop_heads() == set() and (e.result(rdi=0), e.result(rdi=1)) == (2, 1)
    # mov rax,rdi; 1: sub rax,rsi; ja 1b; 2: add rax,1; jne 2b; ret
    assert Exploration("4889f84829f077fb4883c00175fac3", fuel=2).found.loop_heads() == {3, 8}
    assert Exploration("ebfe", fuel=2).found.loop_heads() == {0}


def test_a_cut_keeps_what_comes_there() -> None:
    e = Exploration(SUMMING, cuts=frozenset({2}))
    assert e.found.cuts.keys() == {2} and e.found.returned is None and e.ticks == 1
    assert e.found.cuts[2].condition is e.terms.true and e.value(e.found.cuts[2].state.registers[RAX], rax=7) == 0
    e = Exploration(SUMMING, start=2, cuts=frozenset({2}), leaving=True)
    assert e.result(rdi=1, rax=7) == 8 and e.result(rdi=2, rax=7) is None
    assert e.value(e.found.cuts[2].state.registers[RAX], rax=7, rdi=2) == 9
    assert [e.value(e.found.cuts[2].condition, rdi=n) for n in (1, 2, 0)] == [0, 1, 1]
    e = Exploration(SUMMING, start=2, cuts=frozenset({2}))
    assert e.ticks == 0 and e.found.cuts[2].state.registers[RAX] is e.terms.var("rax", 64)
    # test rdi,rdi; je 1f; mov eax,1; jmp 2f; 1: mov eax,2; 2: add rax,rsi; ret
    e = Exploration("4885ff7407b801000000eb05b8020000004801f0c3", cuts=frozenset({12, 17}))
    assert e.found.cuts.keys() == {12, 17} and e.found.returned is None
    assert [e.value(e.found.cuts[12].condition, rdi=n) for n in (0, 1)] == [1, 0]


def test_arrivals_at_a_cut_are_merged() -> None:
    # test rdi,rdi; je 1f; mov eax,1; jmp 2f; 1: mov eax,2; jmp 2f; 2: ret
    e = Exploration("4885ff7407b801000000eb07b802000000eb00c3", cuts=frozenset({19}))
    cut = e.found.cuts[19]
    assert cut.condition is e.terms.true
    assert [e.value(cut.state.registers[RAX], rdi=n) for n in (0, 1)] == [2, 1]


# What no function may do --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("code", "what", "at"),
    [
        ("57c3", "returns elsewhere than to its caller", 1),  # push rdi; ret
        ("4883c408c3", "reads past the stack: 8 bytes at 8", 4),  # add rsp,8; ret
        ("48893c24c3", "writes past the stack: 8 bytes at 0", 0),  # mov [rsp],rdi; ret
        ("b801000000", "jumps outside its code", 0),  # mov eax,1
        ("eb10", "jumps outside its code", 0),  # jmp .+0x12
        ("ebf0", "jumps outside its code", 0),  # jmp .-0x0e
        ("e810000000c3", "jumps outside its code", 0),  # call .+0x15; ret
        ("c6842480000000ffc3", "writes past the stack: 1 bytes at 128", 0),  # mov byte ptr [rsp+128],-1; ret
        ("488b05f0ffffffc3", "reads past the code: 8 bytes at -9", 0),  # mov rax,[rip-16]; ret
        ("488905f9ffffffc3", "writes to the code, which is read-only", 0),  # mov [rip-7],rax; ret
        ("488b07c3", "reads 8 bytes outside every region", 0),  # mov rax,[rdi]; ret
        ("0f0b", "runs an instruction that always faults", 0),  # ud2
    ],
)
def test_what_always_goes_wrong(code: str, what: str, at: int) -> None:
    e = Exploration(code)
    assert (what, at) in e.wrong() and e.wrong()[0][1] == at
    assert e.found.returned is None or what.startswith("writes")


def test_nothing_goes_on_behind_what_always_goes_wrong() -> None:
    e = Exploration("488b07488b07c3")  # mov rax,[rdi]; mov rax,[rdi]; ret
    assert e.wrong() == [("reads 8 bytes outside every region", 0)] and e.found.returned is None and e.ticks == 1
    # test rdi,rdi; je 1f; mov rax,[rdi]; 1: ret
    e = Exploration("4885ff7403488b07c3")
    assert e.wrong(rdi=0) == [] and e.wrong(rdi=1) == [("reads 8 bytes outside every region", 5)]
    assert e.result(rdi=0, rax=3) == 3 and e.result(rdi=1) is None


def test_what_goes_wrong_sometimes_goes_on_otherwise() -> None:
    e = Exploration("4889f8489948f7fec3")  # mov rax,rdi; cqo; idiv rsi; ret
    what = "divides by zero, or the quotient does not fit"
    assert e.wrong(rdi=7, rsi=0) == e.wrong(rdi=1 << 63, rsi=-1) == [(what, 5)] and e.wrong(rdi=7, rsi=2) == []
    assert e.result(rdi=7, rsi=2) == 3 and e.result(rdi=7, rsi=0) is None


@pytest.mark.parametrize(("at", "aligned"), [(-24, True), (-20, False), (-16, False)])
def test_memory_must_be_aligned_where_the_instruction_says(at: int, aligned: bool) -> None:
    e = Exploration(f"0f284424{at & 255:02x}c3")  # movaps xmm0,[rsp+at]; ret
    what = "accesses memory that must be aligned and need not be"
    assert e.wrong(rsp=STACK + 8) == ([] if aligned else [(what, 0)])
    assert (e.result(rsp=STACK + 8) is None) != aligned


def test_below_the_red_zone_of_the_stack_pointer_then() -> None:
    assert Exploration("c64424800ac3").wrong() == []  # mov byte ptr [rsp-128],10; ret
    assert Exploration("c684247fffffff0ac3").wrong() == [("writes past the stack: 1 bytes at -129", 0)]  # [rsp-129]
    # push rdi; mov byte ptr [rsp-128],10; pop rdi; ret
    assert Exploration("57c64424800a5fc3").wrong() == []
    # push rdi; pop rdi; mov byte ptr [rsp-136],10; ret
    assert Exploration("575fc6842478ffffff0ac3").wrong() == [("writes past the stack: 1 bytes at -136", 2)]


def test_only_what_may_run_is_run() -> None:
    assert Exploration("eb0190c3", executable=(0, 4)).wrong() == []  # jmp 1f; nop; 1: ret
    assert Exploration("eb0190c3", executable=(0, 3)).wrong() == [("leaves its code", 3)]
    assert Exploration("90c3", executable=(1, 2)).wrong() == [("leaves its code", 0)]
    e = Exploration("b801000000c3", executable=(0, 4))  # the instruction ends behind what may run
    assert e.wrong() == [("an instruction runs past the end of the code", 0)] and e.found.returned is None
    assert Exploration("b801000000c3", executable=(0, 6)).result() == 1


def test_only_bytes_that_are_known_are_run() -> None:
    code = "b801000000c3"  # mov eax,1; ret
    for known, at in ((((0, 6),), None), (((0, 5), (5, 6)), None), (((0, 5),), 5), (((0, 4),), 0), (((1, 6),), 0), ((), 0)):
        e = Exploration(code, known=known)
        assert e.wrong() == ([] if at is None else [("runs what lies beside its code", at)]), known
        assert (e.found.returned is None) == (at is not None)


def test_computed_jumps_are_not_supported() -> None:
    for code, at in (("ffe7", 0), ("90ffe7", 1)):  # jmp rdi
        with pytest.raises(Unsupported, match="computed address") as caught:
            Exploration(code)
        assert caught.value.at == at
    with pytest.raises(Unsupported, match="computed address"):
        Exploration("488d80e8030000ffe0")  # lea rax,[rax+1000]; jmp rax
    with pytest.raises(Unsupported, match="computed address"):
        Exploration("488d05f91f0000ffe0")  # lea rax,[rip+0x1ff9]; jmp rax, far behind the code


def test_the_model_is_asked_once_for_each_place_and_where_it_is() -> None:
    asked = []
    terms = Terms()

    def model(terms: Terms, state: State, code: bytes, at: int, base: Term) -> Step:
        asked.append((code, at, base))
        memory = state.memory
        assert isinstance(memory, RegionMemory)
        assert memory.at == at and memory.top is state.registers[RSP] and memory.guard is terms.true
        return own.step(terms, state, code, at, base)

    home, base = terms.var("home", 64), terms.var("code", 64)
    region = Region("the stack", terms.var("rsp", 64), -64, 8, (-64, 0), lambda at: home.bits(8 * at + 7, 8 * at))
    state = State.unknown(terms, RegionMemory(terms, (region,)))
    code = bytes.fromhex("90b901000000c3")
    found = Explorer(terms, model, code, (0, 7), base, home).run(0, Arrival(terms.true, state))
    assert asked == [(code, 0, base), (code, 1, base), (code, 6, base)]
    assert found.returned is not None and found.returned.state.registers[RCX].value == 1


def test_an_arrival_that_cannot_be_is_not_followed() -> None:
    terms = Terms()
    state = State.unknown(terms, RegionMemory(terms, ()))
    explorer = Explorer(terms, own.step, b"\xc3", (0, 1), terms.var("code", 64), terms.var("home", 64))
    found = explorer.run(0, Arrival(terms.false, state))
    assert found.violations == [] and found.returned is None and found.cuts == {}
