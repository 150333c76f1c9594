"""Stencils with a loop: its invariant, and what must be shown of one round of it.

`alloc` zeroes the arena from where it was to where it is now: in a round, everything below the pointer is zero. `write` asks
the kernel again with what is left. Each invariant counts down what is left, so the loop ends. Imports `smt` and the modules of
`stencils` above only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from siglum.check.stencils.arrays import UNIT
from siglum.check.stencils.cells import Cells, Window
from siglum.check.stencils.control import WRITE
from siglum.check.stencils.execute import End, Model, Rejected, run
from siglum.check.stencils.goals import as_said, controls, kept
from siglum.check.stencils.holes import Ready
from siglum.check.stencils.scene import Contract, Scene, Way
from siglum.smt.terms import Term
from siglum.target.x86_64.semantics.state import RAX, RBP, RBX, RCX, RDX, RSI, State

_SCRATCH: Final = (RAX, RCX, RDX, 10, RBX, RBP)
_R11: Final = 11


class Round(NamedTuple):
    """The invariant over `left`, which is `bound` at first and never more. `roles` gives registers for it, `free` ones hold
    anything, and all else is as it was when the loop was entered. `windows` are open in a round beside the contract's.
    `following` is what is left after a round; `shown` what else holds then; `leaves` whether a way out is right; `assumed` what
    the kernel keeps to.
    """

    roles: Callable[[Term], dict[int, Term]]
    free: tuple[int, ...]
    left: Term
    bound: Term
    following: Term
    windows: tuple[Window, ...]
    shown: Callable[[End], Term]
    leaves: Callable[[End], Term]
    assumed: Term


def wrong(scene: Scene, contract: Contract, ready: Ready, model: Model) -> list[Term]:
    """The ways in which a stencil with a loop may break the contract."""
    head = _head(scene, contract, ready, model)
    terms = scene.terms
    state = scene.state()
    state.memory = Cells(terms, contract.windows)
    found = run(terms, ready, model, scene.base, state, 0, (head,))
    entered = [end for end in found.ends if end.kind == "loop"]
    if len(entered) != 1 or entered[0].at != head or entered[0].calls:
        raise Rejected("a loop that is entered in several ways")
    broken = list(found.faults) + [end.path & ~kept(scene, contract, end) for end in found.ends if end.kind != "loop"]
    before = entered[0]
    of = INVARIANTS[contract.loop](scene, contract, before.state)
    first = of.roles(of.bound)
    broken += [before.path & before.state.registers[k].isnt(value) for k, value in first.items()]
    return broken + _one_round(scene, contract, ready, model, before, of)


def _head(scene: Scene, contract: Contract, ready: Ready, model: Model) -> int:
    """Where the loop starts: a path through one round comes there again."""
    state = scene.state()
    first = Window("arena", scene.field("arena_next"), UNIT, UNIT, writes=True)
    state.memory = Cells(scene.terms, (*contract.windows, first))
    found = run(scene.terms, ready, model, scene.base, state)
    heads = {end.at for end in found.ends if end.kind == "loop"}
    if len(heads) != 1:
        raise Rejected("not the one loop that the contract has")
    return heads.pop()


def _one_round(scene: Scene, contract: Contract, ready: Ready, model: Model, before: End, of: Round) -> list[Term]:
    terms = scene.terms
    memory = before.state.memory
    assert isinstance(memory, Cells)
    state = before.state.copy(Cells(terms, (*contract.windows, *of.windows), memory.stores))
    for name in state.flags.keys() - {"df"}:
        state.flags[name] = terms.fresh(name, 0)
    for number, value in of.roles(of.left).items():
        state.registers[number] = value
    for number in of.free:
        state.registers[number] = terms.fresh("free", 64)
    start = state.copy(Cells(terms, (), memory.stores))
    found = run(terms, ready, model, scene.base, state, before.at, (before.at,))
    known = terms.all_of([before.path, of.left.ule(of.bound), of.assumed])
    broken = [known & fault for fault in found.faults]
    for end in found.ends:
        if end.kind == "loop" and end.at == before.at:
            held = [of.following.ult(of.left), of.shown(end), *_unchanged(of, start, end.state)]
            broken.append(known & end.path & ~terms.all_of(held))
        else:
            broken.append(known & end.path & ~of.leaves(end))
    return broken


def _unchanged(of: Round, start: State, state: State) -> list[Term]:
    roles = of.roles(of.following)
    found = [state.registers[k].is_(roles.get(k, start.registers[k])) for k in range(len(state.registers)) if k not in of.free]
    found += [a.is_(b) for a, b in zip(state.vectors, start.vectors, strict=True)]
    return [*found, state.flags["df"].is_(start.flags["df"]), controls(state.mxcsr).is_(controls(start.mxcsr))]


def _stores_kept(start: State, end: End, *, apart: str) -> bool:
    """Whether a round stored nothing but in the region `apart`."""
    before, after = start.memory, end.state.memory
    assert isinstance(before, Cells) and isinstance(after, Cells)
    return {r: s for r, s in after.stores.items() if r != apart} == {r: s for r, s in before.stores.items() if r != apart}


# The two loops ----------------------------------------------------------------------------------------------------
def _zeroing(scene: Scene, contract: Contract, entered: State) -> Round:
    terms, start = scene.terms, scene.field("arena_next")
    size = contract.ways[0].stores["context"][0][1] - start  # what the contract takes from the arena
    pointer = _holding(entered, start)
    counter = _holding(entered, size)
    left = terms.var("left", 60).zext(64) << 4
    unit = Window("arena", start + size - left, UNIT, UNIT, writes=True)

    def shown(end: End) -> Term:
        memory = end.state.memory
        assert isinstance(memory, Cells)
        zeroed = memory.stores.get("arena") == ((unit.address, terms.const(0, 8 * UNIT)),)
        return terms.truth(zeroed and not end.calls and _stores_kept(entered, end, apart="arena"))

    def leaves(end: End) -> Term:
        return left.is_(0) & kept(scene, contract, end)

    return Round(
        lambda t: {pointer: start + size - t, counter: t}, (), left, size, left - UNIT, (unit,), shown, leaves, terms.true
    )


def _holding(state: State, value: Term) -> int:
    """The scratch register that holds `value`: a guess that the proof then holds to."""
    for number in _SCRATCH:
        if state.registers[number] is value:
            return number
    raise Rejected("a loop whose registers are not found")


def _writing(scene: Scene, contract: Contract, entered: State) -> Round:
    terms, base, length = scene.terms, scene.at_slot(0), scene.at_slot(0, 1)
    left, took = terms.var("left", 64), terms.var("kernel 0", 64)
    call = (scene.const(WRITE), scene.v[0], base + length - left, left)
    some = terms.const(0, 64).slt(took)

    def shown(end: End) -> Term:
        alone = [len(asked) for asked in end.calls] == [len(call)] and _stores_kept(entered, end, apart="below")
        same = [a.is_(b) for asked in end.calls for a, b in zip(asked, call, strict=False)]
        return terms.all_of([terms.truth(alone), some, *same])

    def leaves(end: End) -> Term:
        # all is written, or the kernel took none
        way = Way("next", terms.true, {"v0": some.ite(terms.const(0, 64), left)}, calls=(call,))
        out = terms.truth(end.kind == way.kind)
        return terms.all_of([out, some.ite(took.is_(left), terms.true), *as_said(scene, way, end)])

    return Round(
        lambda t: {RSI: base + length - t, RDX: t}, (RAX, RCX, _R11), left, length, left - took, (), shown, leaves,
        some.ite(took.ule(left), terms.true),
    )  # fmt: skip


INVARIANTS: Final[dict[str, Callable[[Scene, Contract, State], Round]]] = {"zeroing": _zeroing, "writing": _writing}
