"""What is mutated, and the tests that must notice: cheapest and most telling first, in stages that are processes of their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

Stage = Sequence[str] | Callable[[], int]
"""Arguments of pytest, or what gives 0 where all is well."""
_COMMON: Final = (
    "pytest", "hypothesis", "iced_x86", "_pytest.assertion.rewrite", "siglum.records", "siglum.ir.sample", "siglum.ir.interpret",
    "siglum.ir.ownership", "siglum.smt.solve", "siglum.smt.functions", "siglum.smt.loops", "siglum.smt.lemmas",
    "siglum.stencil.table", "siglum.stencil.families", "siglum.bind", "siglum.sandbox.run",
)  # fmt: skip
_SEMANTICS: Final = "siglum/target/x86_64/semantics"
_MODELS: Final = tuple(f"{_SEMANTICS}/{name}".replace("/", ".") for name in ("forms", "decode", "own", "sleigh"))
STATES: Final = 300
"""States on which a changed form runs beside the CPU."""
MOST_FORMS: Final = 24


@dataclass(frozen=True)
class Area:
    """`files` lie below src; `ahead` are the modules that all its mutants share.
    `kinds` of tests are told apart by parts of their names.
    """

    name: str
    files: tuple[str, ...]
    stages: Callable[[], list[Stage]]
    ahead: tuple[str, ...] = _COMMON
    kinds: tuple[tuple[str, str], ...] = ()

    def kind_of(self, by: str) -> str:
        """What kind of test killed a mutant."""
        ends = {"late": "not ending", "memory": "not ending", "ended": "a crash"}
        return ends.get(by) or next((kind for part, kind in self.kinds if part in by), "its tests")


def _below(folder: str, names: str) -> tuple[str, ...]:
    return tuple(f"{folder}/{name}.py" for name in names.split())


# The instruction table ------------------------------------------------------------------------------------------------
RECORD_TEST: Final = "tests/unit/semantics/test_own_record.py::test_every_form_has_a_passing_record_of_its_present_meaning"


def beside_the_cpu() -> int:
    """The forms whose meaning is no longer what the record says, run beside the CPU: the failure is the CPU's, or where the CPU
    notices nothing, the record's.
    """
    from benchmarks.cosimulate import compare_form
    from siglum.sandbox.run import Sandbox
    from siglum.target.x86_64.cpu import cpu_features
    from siglum.target.x86_64.semantics import record
    from siglum.target.x86_64.semantics.forms import FORMS
    from siglum.target.x86_64.semantics.symbolic import digest

    entries = record.read()
    changed = [name for name, form in FORMS.items() if name not in entries or digest(name) != entries[name].digest]
    here = [name for name in changed if cpu_features().issuperset(FORMS[name].features)]
    with Sandbox() as box:
        for name in here[:: max(1, len(here) // MOST_FORMS)]:
            wrong = compare_form(box, name, STATES).wrong
            if wrong:
                print(f"FAILED beside the CPU {name}: {wrong[0]}")
                return 1
    if changed or FORMS.keys() != entries.keys():
        print(f"FAILED {RECORD_TEST} {changed[:3]}")
        return 1
    return 0


def _table_stages() -> list[Stage]:
    folder = "tests/unit/semantics"
    quick = ("test_flag_rules.py", "test_own_rules.py", "test_own_refusals.py", "test_own_properties.py")
    return [[f"{folder}/{name}" for name in quick], beside_the_cpu,
            [f"{folder}/test_own_record.py", f"{folder}/test_cosimulation.py", f"{folder}/test_models_agree.py"]]  # fmt: skip


# Contracts and proofs of stencils --------------------------------------------------------------------------------------
def share_answers() -> None:
    """Portfolios without a store of their own, or with one of a test's, use one on disk: what two solvers have said of a question
    stays said. A changed question is another question.
    """
    from benchmarks.mutant_runs import ROOT
    from siglum.smt import solve

    path = ROOT / "build" / "mutants" / "answers.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    store = _Answers(path)
    before = solve.Portfolio.__init__

    def sharing(self: Any, **options: Any) -> None:
        before(self, **{**options, "cache": store})

    solve.Portfolio.__init__ = sharing  # type: ignore[method-assign]


class _Answers:
    """Questions without an answer, by whom; read anew in every process."""

    def __init__(self, path: Any) -> None:
        self.path = path
        self.known: dict[str, tuple[str, ...]] | None = None

    def find(self, query: str) -> tuple[str, ...] | None:
        if self.known is None:
            self.known = {}
            if self.path.exists():
                for line in self.path.read_text(encoding="ascii").splitlines():
                    name, _, solvers = line.partition(" ")
                    self.known[name] = tuple(solvers.split("+"))
        return self.known.get(query)

    def keep(self, query: str, solvers: tuple[str, ...]) -> None:
        assert self.known is not None
        self.known[query] = solvers
        with self.path.open("a", encoding="ascii") as file:
            file.write(f"{query} {'+'.join(solvers)}\n")


def _sharing(*arguments: str) -> Stage:
    def work() -> int:
        from benchmarks.mutant_runs import tests

        share_answers()
        return tests(arguments)()

    return work


def _stencil_stages() -> list[Stage]:
    folder = "tests/unit/check"
    again = f"{folder}/test_stencil_proofs.py"
    slow = "not changed_bit and not theory_of_floats"
    return [_sharing(f"{folder}/test_contract_rules.py", f"{folder}/test_stencil_parts.py"), _sharing(again, "-k", slow)]


def _witness_stages() -> list[Stage]:
    names = ("witness_rules", "witness_parts", "attacks", "refusals", "prepared", "followed", "faults")
    return [[f"tests/unit/check/test_{name}.py" for name in names]]


def _condition_stages() -> list[Stage]:
    names = ("vc_memory", "vc_paths", "vc_calls", "vc_proofs", "vc_loops")
    return [_sharing(*(f"tests/unit/check/test_{name}.py" for name in names))]


AREAS: Final = (
    Area(
        "instruction table",
        _below(_SEMANTICS, "bits control decode declare flags float_forms floats forms general_forms integer lanes moves "
                           "operation own products record shifts shuffles state vector_forms"),
        _table_stages,
        kinds=(("beside", "the CPU"), ("test_own_record.py", "only the digest or the record")),
    ),
    Area(
        "stencil contracts and proofs",
        ("siglum/check/contracts.py",
         *_below("siglum/check/stencils", "abstract arrays cells control execute goals holes loops prove question scene values")),
        _stencil_stages,
        (*_COMMON, *_MODELS),
    ),
    Area("witness checker", _below("siglum/check", "follow image layout memory scopes semantics terms"), _witness_stages),
    Area(
        "verification conditions",
        _below("siglum/check/foreign", "explore prove regions setting simulation"),
        _condition_stages,
        (*_COMMON, *_MODELS, "siglum.ir.types", "siglum.check.foreign.convention"),
    ),
)  # fmt: skip
