"""One solver in a process of its own: `python -m siglum.smt.worker NAME`, asked over its standard streams.

A question is a line of JSON {"script", "names", "seconds"}, the answer one of {"status", "values", "cpu", "reason"}. Imports
the solver it is named after and the standard library only, so that a solver that hangs or dies takes nothing with it.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from typing import Any, Final, TextIO

Reply = tuple[str, dict[str, int], str]
"""Status ("sat", "unsat", "unknown"), the values of the asked names where sat, the reason where unknown."""


class Z3:
    """Z3 over its text interface, in a context per question."""

    def __init__(self) -> None:
        import z3

        self.z3 = z3
        self.version: str = z3.get_version_string()

    def ask(self, script: str, names: list[str], seconds: float) -> Reply:
        context = self.z3.Context()
        solver = self.z3.SolverFor("QF_AUFBV" if "QF_A" in script else "QF_UFBV" if "QF_UF" in script else "QF_BV", ctx=context)
        solver.set("timeout", max(int(seconds * 1000), 1))
        solver.from_string(script)
        status = str(solver.check())
        if status != "sat":
            return status, {}, solver.reason_unknown() if status == "unknown" else ""
        model = solver.model()
        found = {str(d.name()): model[d] for d in model.decls() if d.arity() == 0}
        values = {}
        for name in names:
            value = found.get(name)
            if value is not None and self.z3.is_bv_value(value):
                values[name] = value.as_long()
            elif value is not None and self.z3.is_true(value):
                values[name] = 1
        return "sat", values, ""


class Bitwuzla:
    """Bitwuzla, parsing the script."""

    def __init__(self) -> None:
        import bitwuzla

        self.bitwuzla = bitwuzla
        self.version: str = bitwuzla.version()

    def ask(self, script: str, names: list[str], seconds: float) -> Reply:
        b = self.bitwuzla
        manager = b.TermManager()
        options = b.Options()
        options.set(b.Option.PRODUCE_MODELS, True)
        options.set(b.Option.TIME_LIMIT_PER, max(int(seconds * 1000), 1))
        parser = b.Parser(manager, options)
        parser.parse(script.replace("(check-sat)\n", ""), True, False)
        solver = parser.bitwuzla()
        result = solver.check_sat()
        if result == b.Result.UNSAT:
            return "unsat", {}, ""
        if result != b.Result.SAT:
            return "unknown", {}, "timeout"
        declared = {t.symbol(): t for t in parser.get_declared_funs()}
        values = {}
        for name in names:
            if name in declared:
                value = solver.get_value(declared[name])
                values[name] = int(value.value()) if value.sort().is_bool() else int(value.value(16), 16)
        return "sat", values, ""


class Cvc5:
    """cvc5, with `options` as given; `solve-bv-as-int` makes integers of bit-vectors."""

    def __init__(self, *options: tuple[str, str]) -> None:
        import cvc5

        self.cvc5, self.options = cvc5, options
        self.version: str = cvc5.__version__

    def ask(self, script: str, names: list[str], seconds: float) -> Reply:
        c = self.cvc5
        manager = c.TermManager()
        solver = c.Solver(manager)
        solver.setOption("produce-models", "true")
        solver.setOption("tlimit-per", str(max(int(seconds * 1000), 1)))
        for name, value in self.options:
            solver.setOption(name, value)
        symbols = c.SymbolManager(manager)
        parser = c.InputParser(solver, symbols)
        parser.setStringInput(c.InputLanguage.SMT_LIB_2_6, script, "question")
        status = "unknown"
        while True:
            command = parser.nextCommand()
            if command.isNull():
                break
            output = str(command.invoke(solver, symbols)).strip()
            if output:
                status = output
        if status not in ("sat", "unsat"):
            return "unknown", {}, status
        if status == "unsat":
            return "unsat", {}, ""
        declared = {t.getSymbol(): t for t in symbols.getDeclaredTerms()}
        values = {}
        for name in names:
            if name in declared:
                value = solver.getValue(declared[name])
                values[name] = int(value.getBooleanValue()) if value.isBooleanValue() else int(value.getBitVectorValue(10))
        return "sat", values, ""


MAKERS: Final[dict[str, Any]] = {
    "z3": Z3,
    "bitwuzla": Bitwuzla,
    "cvc5": Cvc5,
    "cvc5-int": lambda: Cvc5(("solve-bv-as-int", "sum")),
}


def _end_with_parent() -> None:
    """A solver in the middle of a question would outlive a parent that is killed."""
    import ctypes

    set_death_signal, kill = 1, 9  # PR_SET_PDEATHSIG, SIGKILL
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(set_death_signal, kill)


def main(name: str) -> int:
    _end_with_parent()
    # what a solver prints of its own must not reach the answers
    with os.fdopen(os.dup(1), "w", encoding="ascii") as answers:
        os.dup2(2, 1)
        return _serve(name, answers)


def _serve(name: str, answers: TextIO) -> int:
    try:
        solver = MAKERS[name]()
    except ImportError as missing:
        answers.write(json.dumps({"missing": missing.name or name}) + "\n")
        return 3
    answers.write(json.dumps({"version": solver.version}) + "\n")
    answers.flush()
    for line in sys.stdin:
        question = json.loads(line)
        start = time.process_time()
        try:
            status, values, reason = solver.ask(question["script"], question["names"], question["seconds"])
        except Exception as error:  # noqa: BLE001 - whatever a solver raises means that it does not know
            status, values, reason = "unknown", {}, f"{type(error).__name__}: {error}"[:200]
        cpu = time.process_time() - start
        answers.write(json.dumps({"status": status, "values": values, "reason": reason, "cpu": cpu}) + "\n")
        answers.flush()
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1]))
    except KeyboardInterrupt:
        sys.exit(130)
