"""References and solvers for the tests of verification conditions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from siglum.check.foreign.convention import Convention, convention, parse_prototype
from siglum.ir.function import Function
from siglum.pipeline import unit_from_source
from siglum.sandbox.job import Code
from siglum.smt.solve import Portfolio
from siglum.target.x86_64.semantics import own
from siglum.target.x86_64.semantics.state import Model

IMPORTS = "from siglum import i8, i16, i32, i64, u8, u16, u32, u64, f32, f64\n"


@dataclass
class Remembered:
    """What a solver has said of a question."""

    known: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def find(self, query: str) -> tuple[str, ...] | None:
        return self.known.get(query)

    def keep(self, query: str, solvers: tuple[str, ...]) -> None:
        self.known[query] = solvers


def one_solver() -> Portfolio:
    """Enough to show that a condition says what it should; that two solvers have to agree is tested elsewhere."""
    return Portfolio(order=("bitwuzla",), needed=1, seconds=10.0, cache=Remembered())


class Case:
    """A reference in Python, a C prototype, and code in hex; `overflow` is "stop" or "wrap"."""

    def __init__(self, source: str, prototype: str, code: str, overflow: str = "stop", **options: Any) -> None:
        self.function: Function = unit_from_source(IMPORTS + source, "f", overflow=overflow).meant
        self.convention: Convention = convention(parse_prototype(prototype), self.function.params, self.function.result)
        self.code = Code(bytes.fromhex(code), **options)


OWN: Model = own.step
"""The first model alone: the second is another translation to the same terms."""
