"""A function built again is the same function; refined ones mean the same."""

from __future__ import annotations

import pytest

from siglum.check.differential import exact
from siglum.errors import Stop
from siglum.ir.function import Function
from siglum.ir.inputs import inputs
from siglum.ir.interpret import Program
from siglum.ir.node import IF, LOOP
from siglum.ir.replay import Replay
from siglum.ir.sample import Shape, sample
from siglum.ir.text import parse, show
from siglum.ir.verify import verify
from siglum.pipeline import refined

BLOCK = 25


@pytest.mark.parametrize("block", range(4))
def test_a_replay_that_changes_nothing_gives_the_same_text(block: int) -> None:
    for seed in range(BLOCK * block, BLOCK * block + BLOCK):
        once = Replay(sample(seed, Shape(size=5 + seed % 40, counting=seed % 2 == 1))).run()
        verify(once)
        assert show(Replay(once).run()) == show(once), seed


def test_a_known_condition_leaves_one_arm() -> None:
    class Known(Replay):
        def loop(self, n: object) -> None:
            raise AssertionError("there is none")

    f = parse("""function f(p0: bool, p1: i64) -> i64 {
  %0 = if p0.0 {
    %1 = add_wrap p0.1, 1
    give %1
  } {
    %2 = loop 3 (p0.1) {
      %3 = mul_wrap p1.1, 2
      give true, %3
    }
    give %2.0
  }
  give %0.0
}
""")
    replay = Known(f)
    replay.known[f.region.params[0]] = replay.builder.const(True, f.region.params[0].type)
    made = replay.run()
    verify(made)
    assert not any(n.op in (IF, LOOP) for n in made.region.body)
    assert Program(made).run((False, 41)) == 42


def outcomes(f: Function, given: list[tuple[object, ...]]) -> list[object]:
    program = Program(f, checked=True)
    found: list[object] = []
    for arguments in given:
        try:
            found.append(exact(program.run(arguments, fuel=2_000)))
        except Stop as stop:
            found.append((stop.kind, stop.word, str(stop.place)))
    return found


@pytest.mark.parametrize("block", range(8))
def test_refined_functions_verify_and_mean_the_same(block: int) -> None:
    changed = 0
    for seed in range(BLOCK * block, BLOCK * block + BLOCK):
        f = sample(seed, Shape(size=5 + seed % 50, depth=1 + seed % 4, counting=True))
        made = refined(f)
        verify(made)
        given = inputs(tuple(t for _, t in f.params), seed, 6)
        assert outcomes(made, given) == outcomes(f, given), seed
        changed += made is not f
    assert changed > BLOCK // 4


@pytest.mark.parametrize("seed", [665, 769, 1063, 2309])
def test_a_first_run_split_off_keeps_places_inside_arrays(seed: int) -> None:
    f = sample(seed, Shape(size=4 + seed % 61, depth=1 + seed % 4, counting=True))
    verify(f)
    verify(refined(f))
