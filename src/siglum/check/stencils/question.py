"""What must be shown of a stencil: one question, which no machine state answers if the stencil keeps its contract.

Imports `smt` and the modules of `stencils` above only.
"""

from __future__ import annotations

from siglum.check.stencils import loops
from siglum.check.stencils.cells import Cells
from siglum.check.stencils.execute import Model, Rejected, run
from siglum.check.stencils.goals import kept
from siglum.check.stencils.holes import Ready
from siglum.check.stencils.scene import Contract, Scene
from siglum.smt.terms import Term


def question(scene: Scene, contract: Contract, ready: Ready, model: Model) -> list[Term]:
    """Assertions that cannot hold together if the code keeps the contract. Raises `Rejected` and the model's `Unsupported`."""
    wrong = _wrong(scene, contract, ready, model, 0)
    return [*scene.bounds(), *contract.given, scene.terms.any_of(wrong)]


def _wrong(scene: Scene, contract: Contract, ready: Ready, model: Model, at: int) -> list[Term]:
    """The ways in which the code from offset `at` on may break the contract."""
    terms = scene.terms
    state = scene.state()
    state.memory = Cells(terms, contract.windows)
    if contract.loop:
        return loops.wrong(scene, contract, ready, model)
    found = run(terms, ready, model, scene.base, state, at)
    if any(end.kind == "loop" for end in found.ends):
        raise Rejected("a loop that the contract does not have")
    wrong = list(found.faults)
    for end in found.ends:
        wrong.append(end.path & ~kept(scene, contract, end))
        if end.kind == "call" and contract.resumed is not None:
            wrong += _wrong(scene, contract.resumed, ready, model, end.at)
    return wrong
