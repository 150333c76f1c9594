"""Proves one stencil, in both instruction models where both know all of its instructions.

Imports `smt`, `stencil`, `target.x86_64.semantics` and the modules of `stencils` above only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from siglum.check.contracts import contract_of
from siglum.check.stencils.abstract import abstracted
from siglum.check.stencils.execute import Model, Rejected
from siglum.check.stencils.holes import Malformed, ready
from siglum.check.stencils.question import question
from siglum.check.stencils.scene import Scene
from siglum.smt.solve import REWRITING, Answer
from siglum.smt.steps import Recording
from siglum.smt.terms import Term
from siglum.stencil.table import Stencil
from siglum.target.x86_64.semantics.state import Unsupported

Ask = Callable[[list[Term]], Answer]


class Proof(NamedTuple):
    """`status` is "proved", "refuted" (a state breaks the contract), "unknown" (the solvers do not settle it), "rejected" (the
    code does what no contract has a place for) or "unsupported" (our own model lacks an instruction), with the `reason`.
    `models` names the models in which it is proved, `queries` the questions' hashes, `solvers` who answered them: of each
    question two, and of the steps by which its terms came to their form (`steps`) two as well.
    """

    status: str
    models: tuple[str, ...] = ()
    solvers: tuple[str, ...] = ()
    queries: tuple[str, ...] = ()
    reason: str = ""


def models() -> dict[str, Model]:
    """The instruction models by name; the first has to know every instruction."""
    from siglum.target.x86_64.semantics import own, sleigh

    return {"own": own.step, "sleigh": sleigh.step}


def prove(family: str, registers: tuple[int, ...], stencil: Stencil, ask: Ask, chosen: dict[str, Model]) -> Proof:
    """Proves it in each of the chosen models, in order. A model but the first may lack an instruction; where the models
    differ, the worse finding counts.
    """
    proved: list[str] = []
    solvers: list[str] = []
    queries: list[str] = []
    lacking = ""
    for name, model in chosen.items():
        terms = Recording()
        scene = Scene(family, registers, stencil, terms)
        try:
            asked = question(scene, contract_of(scene), ready(scene, stencil), model)
        except (Rejected, Malformed) as reason:
            return Proof("rejected", reason=f"{name}: {reason}")
        except Unsupported as unsupported:
            if not proved:
                return Proof("unsupported", reason=f"{name}: {unsupported.what}")
            lacking = f"{name} lacks {unsupported.what}"
            continue
        answer = _settled(ask, asked)
        if answer.status != "unsat":
            status = "refuted" if answer.status == "sat" else "unknown"
            return Proof(status, tuple(proved), (), (answer.query,), f"{name}: {answer.reason or shown(answer)}")
        confirmed = [ask([doubt]) for doubt in terms.doubted()]
        unsettled = next((c for c in confirmed if c.status != "unsat"), None)
        if unsettled is not None:
            lacking = f"{name}: the algebra of its terms is not confirmed ({unsettled.reason or shown(unsettled)})"
            if not proved:
                return Proof("unknown", reason=lacking)
            continue
        proved.append(name)
        for one in (answer, *confirmed):
            queries.append(one.query)
            solvers += [solver for solver in one.solvers if solver not in solvers and solver != REWRITING]
    return Proof("proved", tuple(proved), tuple(solvers), tuple(queries), lacking)


def _settled(ask: Ask, assertions: list[Term]) -> Answer:
    """Asks the question without products first, and the whole one where that has an answer."""
    easier = abstracted(assertions)
    if easier is not None:
        answer = ask(easier)
        if answer.status == "unsat":
            return answer
    return ask(assertions)


def shown(answer: Answer) -> str:
    """A counterexample in a line."""
    return ", ".join(f"{name} = {value:#x}" for name, value in answer.values.items() if isinstance(value, int))[:300]
