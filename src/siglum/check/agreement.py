"""Whether two outcomes made of terms agree, asked of the solvers; a counterexample counts only if the interpreter confirms it.

Imports `ir`, `smt`, `records` and `errors`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from random import Random
from typing import Any, Final, NamedTuple

from siglum.check.differential import exact
from siglum.errors import Stop, UserError
from siglum.ir.function import Function
from siglum.ir.interpret import OutOfSteps, Program, Unsound
from siglum.ir.types import F32, F64, Type
from siglum.records import Refuted
from siglum.smt import values
from siglum.smt.evaluate import evaluator, variables
from siglum.smt.floats import canonical
from siglum.smt.functions import Outcome
from siglum.smt.inputs import to_python
from siglum.smt.machine import FLOAT_FUNCTIONS
from siglum.smt.solve import Answer, Portfolio
from siglum.smt.terms import BOOL, MEMORY, Term, Terms, mask
from siglum.smt.values import Listed, Stored, Unsupported, Value

STEPS = 200_000
LIMITS = frozenset({"memory", "stack", "fuel"})


class Proving:
    """Asks the solvers and keeps account: queries, the solvers that settled them, lemmas used."""

    def __init__(self, portfolio: Portfolio, seconds: float | None = None) -> None:
        self.portfolio, self.seconds = portfolio, seconds
        self.queries: list[str] = []
        self.solvers: set[str] = set()
        self.lemmas: dict[str, None] = {}

    def ask(self, assertions: Sequence[Term], seconds: float | None = None) -> Answer:
        """Whether the assertions can hold together; "unsat" is noted as part of the proof."""
        asked = [a for a in assertions if not (a.is_const and a.value)]
        if not asked:
            return Answer("sat", ("rewriting",), {}, "", "", 0.0)
        answer = self.portfolio.ask(asked, seconds=seconds or self.seconds)
        if answer.status == "unsat":
            self.queries.append(answer.query)
            if "rewriting" not in answer.solvers:
                self.solvers |= {name.partition("-")[0] for name in answer.solvers}
        return answer

    def never(self, *assertions: Term, seconds: float | None = None) -> bool:
        """Whether the assertions are proved never to hold together."""
        if any(a.is_const and not a.value for a in assertions):
            return True
        if _holds_by_chance(assertions):
            return False
        return self.ask(assertions, seconds).status == "unsat"

    @property
    def named(self) -> tuple[str, ...]:
        """The solvers that settled queries, two of them each; none where rewriting settled all."""
        return tuple(sorted(self.solvers))


_CHANCES: Final = 24


def _holds_by_chance(assertions: Sequence[Term]) -> bool:
    """Whether some of a few random assignments makes all assertions true, which spares the solvers a question."""
    asked = [a for a in assertions if not a.is_const]
    made = evaluator(asked, FLOAT_FUNCTIONS)
    names = variables(asked)
    random = Random(len(names))
    return any(all(made({v.value: _chance(v.width, random) for v in names})) for _ in range(_CHANCES))


def _chance(width: int, random: Random) -> Any:
    if width == MEMORY:
        words = (_chance(64, random).to_bytes(8, "little") for _ in range(9))
        return dict(enumerate(b"".join(words)))
    if width == BOOL:
        return random.random() < 0.5
    small = random.randrange(-2, 7)
    return (small if random.random() < 0.8 else random.getrandbits(width)) & mask(width)


# Values -----------------------------------------------------------------------------------------------------
def differ(x: Value, y: Value, t: Type) -> Term:
    """Where two values of type `t` differ; NaNs are one value. For arrays a variable is made: some element differs."""
    if t.kind == "pair":
        assert isinstance(x, tuple) and isinstance(y, tuple)
        left, right = (differ(a, b, part) for a, b, part in zip(x, y, t.args, strict=True))
        return left | right
    if t.kind == "option":
        assert isinstance(x, tuple) and isinstance(y, tuple)
        assert isinstance(x[0], Term) and isinstance(y[0], Term)
        return ~x[0].is_(y[0]) | (x[0] & differ(x[1], y[1], t.element))
    if t.kind == "map":
        assert isinstance(x, tuple) and isinstance(y, tuple)
        keys, items = (_arrays_differ(a, b, part) for a, b, part in zip(x, y, t.args, strict=True))
        return keys | items
    if t.kind == "array":
        return _arrays_differ(x, y, t.element)
    assert isinstance(x, Term) and isinstance(y, Term)
    if x is y:
        return x.home.false
    return ~(canonical(x).is_(canonical(y)) if t in (F64, F32) else x.is_(y))


def _arrays_differ(x: Value, y: Value, element: Type) -> Term:
    assert isinstance(x, Listed | Stored) and isinstance(y, Listed | Stored)
    if x == y:
        return x.length.home.false
    terms = x.length.home
    lengths = ~x.length.is_(y.length)
    if isinstance(x, Listed) and isinstance(y, Listed):
        found = lengths
        for k, (a, b) in enumerate(zip(x.cells, y.cells, strict=False)):
            within = terms.const(k, 64).ult(x.length)
            if a is not None and b is not None:
                found = found | (within & differ(a, b, element))
            elif a is not b:
                found = found | within
        return found
    at = terms.fresh("somewhere", 64)
    return lengths | (at.ult(x.length) & differ(values.load(x, at), values.load(y, at), element))


# Counterexamples ----------------------------------------------------------------------------------------------
class Inputs(NamedTuple):
    """Arguments made of terms, with what their types demand."""

    params: tuple[tuple[str, Type], ...]
    values: tuple[Value, ...]
    assumptions: tuple[Term, ...]

    def python(self, solution: Mapping[str, Any]) -> tuple[Any, ...]:
        """The Python arguments of a solution. Raises `Unsupported` where it is none, or too large to be run."""

        def value(term: Term) -> Any:
            return evaluator([term], FLOAT_FUNCTIONS)(solution)[0]

        return tuple([to_python(v, t, value) for v, (_, t) in zip(self.values, self.params, strict=True)])


class Interpreted:
    """The reference Function and the function, run on Python arguments."""

    def __init__(self, reference: Function, function: Function) -> None:
        self.reference, self.function = (Program(f, checked=False, counted=True) for f in (reference, function))

    def outcome(self, program: Program, arguments: tuple[Any, ...]) -> Any:
        """The value, the `Stop`, or `_NOTHING` where it takes too long or a limit ends it."""
        try:
            return program.run(arguments, steps=STEPS, memory_limit=1 << 24)
        except Stop as stop:
            return _NOTHING if stop.kind in LIMITS else stop
        except (OutOfSteps, Unsound):
            return _NOTHING

    def compare(self, arguments: tuple[Any, ...], got: Callable[..., Any] | None = None) -> Disagreement | None:
        """How the function (or `got`) disagrees with the reference on these arguments, if it does."""
        try:
            expected = self.outcome(self.reference, arguments)
            found = self.outcome(self.function, arguments) if got is None else _run(partial(got, *arguments))
        except UserError:
            return None
        if expected is _NOTHING or isinstance(expected, Stop) or found is _NOTHING:
            return None
        if isinstance(found, Stop) and found.kind in LIMITS:
            return None
        if isinstance(found, Stop):
            return Disagreement(arguments, expected, found)
        return None if exact(expected) == exact(found) else Disagreement(arguments, expected, found)


_NOTHING = object()


def _run(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except Stop as stop:
        return stop


class Disagreement(NamedTuple):
    """Arguments on which the reference gives a value and the function another one, or stops."""

    arguments: tuple[Any, ...]
    expected: Any
    got: Any

    @property
    def stops(self) -> bool:
        return isinstance(self.got, Stop)

    def refuted(self) -> Refuted:
        return Refuted(self.arguments, repr(self.expected), str(self.got) if self.stops else repr(self.got))


# Outcomes -----------------------------------------------------------------------------------------------------
class Agreement(NamedTuple):
    """What the solvers say of two outcomes. `values`: wherever neither stops the results are equal; `stops`: the function stops
    nowhere the reference does not; None is unknown. `wrong` is a confirmed counterexample, `reason` says what is missing.
    """

    values: bool | None
    stops: bool | None
    wrong: Disagreement | None
    reason: str


def agree(
    proving: Proving, inputs: Inputs, reference: Outcome, function: Outcome, runs: Interpreted, extra: Sequence[Term] = ()
) -> Agreement:
    """Compares the outcomes wherever the reference finishes and does not stop, and the function finishes."""
    where = [
        *inputs.assumptions, *reference.assumptions, *function.assumptions, *extra, ~reference.stopped, ~reference.unfinished,
        ~function.unfinished,
    ]  # fmt: skip
    unequal = differ(reference.value, function.value, reference.type)
    answer = proving.ask([*where, function.stopped | unequal])
    if answer.status == "unsat":
        return Agreement(True, True, None, "")
    wrong = confirmed(answer, inputs, runs)
    if wrong is not None and not wrong.stops:
        return Agreement(False, None, wrong, "")
    never_stops = proving.ask([*where, function.stopped])
    wrong_stop = wrong or confirmed(never_stops, inputs, runs)
    equal = proving.ask([*where, ~function.stopped, unequal])
    wrong = confirmed(equal, inputs, runs)
    stops = True if never_stops.status == "unsat" else False if wrong_stop is not None and wrong_stop.stops else None
    if wrong is not None:
        return Agreement(False, stops, wrong, "")
    reason = "" if equal.status == "unsat" else _missing(equal)
    return Agreement(equal.status == "unsat" or None, stops, wrong_stop, reason)


def _missing(answer: Answer) -> str:
    return "a counterexample of the solvers is none in the interpreter" if answer.status == "sat" else answer.reason


def confirmed(answer: Answer, inputs: Inputs, runs: Interpreted) -> Disagreement | None:
    """A solution's arguments, if the interpreter disagrees on them too."""
    if answer.status != "sat":
        return None
    try:
        return runs.compare(inputs.python(answer.values))
    except (Unsupported, UserError, OverflowError):
        return None


def fresh_inputs(terms: Terms, params: tuple[tuple[str, Type], ...], made: Callable[[Type, str], Any]) -> Inputs:
    """Inputs whose values and assumptions `made` gives for each type and name."""
    given = [made(t, f"{name}#{k}") for k, (name, t) in enumerate(params)]
    return Inputs(params, tuple(v for v, _ in given), tuple(a for _, facts in given for a in facts))
