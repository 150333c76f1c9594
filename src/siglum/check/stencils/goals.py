"""Whether a way out of a stencil is as its contract says. Imports `smt` and the modules of `stencils` above only."""

from __future__ import annotations

from siglum.check.stencils.cells import Cells
from siglum.check.stencils.execute import End
from siglum.check.stencils.scene import FRAME, RSP, V_REGISTERS, Contract, Scene, Way
from siglum.smt.terms import Term
from siglum.target.x86_64.semantics.state import REGISTERS, State

PLACES = {"frame": FRAME, "rsp": RSP, **{f"v{k}": number for k, number in enumerate(V_REGISTERS)}}
"""The contract's names of general registers."""
UNCOMPARED = "below"
"""What lies below rsp is nobody's."""


def kept(scene: Scene, contract: Contract, end: End) -> Term:
    """Whether the contract allows this way out, and the machine is there as it says."""
    for way in contract.ways:
        if way.kind == end.kind:
            return scene.terms.all_of([way.condition, *as_said(scene, way, end)])
    return scene.terms.false


def as_said(scene: Scene, way: Way, end: End) -> list[Term]:
    """The equations that a way's changes come to."""
    state, terms = end.state, scene.terms
    if len(way.calls) != len(end.calls) or (way.to is None) != (end.to is None):
        return [terms.false]
    found = _general(scene, way, state) + _vectors(scene, way, state) + _memory(scene, way, state)
    if way.to is not None and end.to is not None:
        found.append(end.to.is_(way.to))
    for said, made in zip(way.calls, end.calls, strict=True):
        if len(said) != len(made):
            return [terms.false]
        found += [a.is_(b) for a, b in zip(said, made, strict=True)]
    return found


def _general(scene: Scene, way: Way, state: State) -> list[Term]:
    found = []
    before = {"frame": scene.frame, "rsp": scene.rsp, **{f"v{k}": scene.v[k] for k in scene.v_order}}
    for name, old in before.items():
        if not (way.loose and name[0] == "v"):
            found.append(state.registers[PLACES[name]].is_(way.registers.get(name, old)))
    for name, value in way.registers.items():
        if name in REGISTERS and name != "rsp":
            found.append(state.registers[REGISTERS.index(name)].is_(value))
    terms = scene.terms
    return [*found, state.flags["df"].is_(terms.var("df", 0)), controls(state.mxcsr).is_(controls(terms.var("mxcsr", 32)))]


def controls(mxcsr: Term) -> Term:
    """MXCSR without its six sticky exception flags, which float operations raise and nothing reads."""
    return mxcsr.bits(31, 6)


def _vectors(scene: Scene, way: Way, state: State) -> list[Term]:
    """The x registers, and all upper halves, which legacy SSE keeps."""
    found = []
    for k in scene.x_order:
        vector = state.vectors[k]
        if k < 8 and not way.loose:
            found.append(vector.bits(63, 0).is_(way.registers.get(f"x{k}", scene.x[k])))
        found.append(vector.bits(255, 128).is_(scene.terms.var(f"upper{k}", 128)))
    return found


def _memory(scene: Scene, way: Way, state: State) -> list[Term]:
    """At an arbitrary address of each region, the same is there."""
    memory, terms = state.memory, scene.terms
    assert isinstance(memory, Cells)
    said = Cells(terms, (), dict(way.stores))
    found = []
    sizes = {window.region: window.cell for window in memory.windows}
    for region in dict.fromkeys((*memory.stores, *way.stores)):
        if region == UNCOMPARED:
            continue
        made, wanted = memory.stores.get(region, ()), way.stores.get(region, ())
        if made != wanted:
            probe = terms.var(f"any {region}", 64)
            size = sizes.get(region, 8)
            found.append(memory.cell(region, probe, size).is_(said.cell(region, probe, size)))
    return found
