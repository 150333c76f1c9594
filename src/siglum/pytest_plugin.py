"""The fixture `equivalent` for pytest: a candidate does what a reference says, or the test fails with a counterexample.

A face. Pytest loads it wherever Siglum is installed, so nothing of Siglum is imported until a test asks for the fixture.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from siglum.checking import Checker
    from siglum.records import Verdict


class Equivalent:
    """Calls check a candidate against a reference. Solvers and sandbox serve all calls of a session."""

    def __init__(self) -> None:
        self._checkers: dict[Any, Checker] = {}

    def __call__(
        self,
        reference: Any,
        candidate: Any,
        *,
        prototype: str | None = None,
        signature: str | None = None,
        overflow: str = "stop",
        syntax: str = "intel",
        require: str = "proved",
        seconds: float = 8.0,
        runs: int = 256,
        length: int = 6,
        cached: bool = True,
    ) -> Verdict:
        """The verdict, if both halves hold for all inputs (`require="tested"`: if nothing speaks against them); else the test
        fails, with the counterexample where there is one. Arguments as for `siglum.check`.
        """
        from siglum import comparison
        from siglum.checking import Checker, Options
        from siglum.cli.verdicts import REQUIRED, exit_of, lines
        from siglum.errors import SiglumError

        __tracebackhide__ = True
        if require not in REQUIRED:
            raise ValueError(f"require is one of {', '.join(REQUIRED)}")
        options = Options(seconds, runs, length, cached)
        refused = ""
        try:
            meant = comparison.reference_from_python(reference, overflow, signature)
            given = comparison.candidate_from_python(candidate, meant, syntax, overflow)
            if options not in self._checkers:
                self._checkers[options] = Checker(options)
            checked = self._checkers[options].check(meant, given, prototype)
        except SiglumError as error:
            refused = error.line()
        if refused:
            pytest.fail(refused, pytrace=False)
        if exit_of(checked.verdict, require):
            about = f" as {checked.prototype}" if checked.prototype else ""
            title = f"the candidate is not shown to be {meant.unit.meant.name or 'the reference'}{about}:"
            pytest.fail("\n".join([title, *lines(checked.verdict, checked.params), *checked.notes]), pytrace=False)
        return checked.verdict

    def close(self) -> None:
        """Ends solvers and sandboxes."""
        while self._checkers:
            self._checkers.popitem()[1].close()


@pytest.fixture(scope="session")
def equivalent() -> Iterator[Equivalent]:
    """Fails a test whose candidate is not proved to do what its reference says: `equivalent(reference, candidate)`."""
    checking = Equivalent()
    yield checking
    checking.close()
