"""Every bit of a small function flipped: what is still certified gives the same on the CPU."""

from __future__ import annotations

from random import Random

from tests.unit.check.foreign.support import code, judge_with, meaning

from siglum.check.foreign.flips import CLASSES, flip_bits, mutants
from siglum.sandbox.run import Sandbox
from siglum.smt.solve import Portfolio

TEXT = "def f(a: u32, b: u32) -> u32:\n    return max(a, b)\n"
CODE = code("89f839f70f42c685c07400c3")  # mov eax,edi; cmp edi,esi; cmovb eax,esi; test eax,eax; je 1f; 1: ret
SEVERAL = 1 << 16


def test_each_bit_is_flipped_once() -> None:
    found = dict(mutants(CODE._replace(executable=(2, 4))))
    assert list(found) == list(range(16, 32))
    for bit, mutant in found.items():
        differing = [a ^ b for a, b in zip(CODE.image, mutant.image, strict=True)]
        assert differing == [(1 << bit % 8) * (k == bit // 8) for k in range(len(CODE.image))]


def test_mutants_are_refuted_or_mean_the_same() -> None:
    reference, convention = meaning(TEXT, "f", "uint32_t f(uint32_t a, uint32_t b)")
    told: list[str] = []
    with Portfolio() as portfolio, Sandbox() as sandbox:
        judge = judge_with(portfolio, sandbox)
        flips = flip_bits(judge, reference, convention, CODE, told.append)
        counts = flips.counts()
        assert list(counts) == list(CLASSES) and sum(counts.values()) == 8 * len(CODE.image) == len(told)
        assert counts["refuted"] > 30 and counts["equivalent"] > 5 and counts["unknown"] == 0
        random = Random(1)
        for mutant in flips.certified:
            for _ in range(2):
                start, other = random.getrandbits(64), random.getrandbits(64)
                original = sandbox.range(CODE, start, SEVERAL, (other,), 4, limit_s=2.0)
                assert original.stopped is None
                assert sandbox.range(mutant.code, start, SEVERAL, (other,), 4, limit_s=2.0) == original, mutant
