"""Following code from its entries: what is found, what is left over, and which refusal comes first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from siglum.errors import UnsafeCode, UserError
from siglum.sandbox.walk import Walk

if TYPE_CHECKING:
    from iced_x86 import Instruction


def code(text: str) -> bytes:
    return bytes.fromhex(text)


def test_of_two_places_that_do_not_decode_the_first_that_is_followed_is_named() -> None:
    walk = Walk(code("740106 06"))  # jz 3; at 2 and at 3 there is no instruction
    with pytest.raises(UserError, match=r"no x86-64 instruction at 0x2 \(06 06\)"):
        walk.walk([0])
    assert walk.trouble == ("undecodable", 2)


def test_an_instruction_over_one_that_is_known_is_refused() -> None:
    walk = Walk(code("b890909090c3"))  # mov eax, 0x90909090, or from 1 on: nop; nop; nop; nop; ret
    with pytest.raises(UnsafeCode, match="the code leads to 0x0, where the bytes overlap the instruction at 0x1"):
        walk.walk([0, 1])
    assert walk.trouble == ("branch into instruction", 0)


def test_a_jump_to_bytes_over_a_known_instruction_names_the_jump() -> None:
    walk = Walk(code("b8909090909090ebf7"))  # 7: jmp 0, over the nops from 1 on
    with pytest.raises(UnsafeCode, match="jump at 0x7 leads to 0x0, where the bytes overlap the instruction at 0x1"):
        walk.walk([1])


def test_a_jump_in_code_nobody_reaches_may_not_lead_into_an_instruction_either() -> None:
    walk = Walk(code("c3eb01b800000000c3"))  # ret; jmp 4; 3: mov eax,0; ret
    walk.walk([0])
    walk.sweep()
    with pytest.raises(UnsafeCode, match="jump at 0x1 leads to 0x4, into the middle of the instruction at 0x3"):
        walk.check_jumps()
    assert walk.trouble == ("branch into instruction", 1)


class Until(Walk):
    """Stops at an offset, and goes on once at another."""

    stop = -1
    again: tuple[int, ...] = ()

    def visit(self, at: int, instruction: Instruction) -> bool:
        return super().visit(at, instruction) and at != self.stop

    def resume(self) -> list[int]:
        found, self.again = list(self.again), ()
        return found + super().resume()


def test_nothing_is_followed_behind_an_instruction_that_ends_all() -> None:
    walk = Until(code("9090c3"))
    walk.stop = 1
    walk.walk([0])
    assert sorted(walk.found) == [0, 1] and walk.unreached() == ((2, 3),)


def test_places_that_turn_up_late_are_followed_too() -> None:
    walk = Until(code("c390c3"))
    walk.again = (1,)
    walk.walk([0])
    assert sorted(walk.found) == [0, 1, 2] and walk.unreached() == ()


def test_what_is_left_over_is_given_in_spans() -> None:
    walk = Walk(code("eb020606 eb0106c3 06"))
    walk.walk([0])
    assert walk.unreached() == ((2, 4), (6, 7), (8, 9))
    assert walk.runs_off is None


def test_running_off_the_end_and_indirect_jumps_are_noted() -> None:
    walk = Walk(code("90"))
    walk.walk([0])
    assert (walk.runs_off, walk.indirect) == (1, False)
    walk = Walk(code("ffe0"))
    walk.walk([0])
    assert (walk.runs_off, walk.indirect) == (None, True)
