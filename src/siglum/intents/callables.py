"""References and properties as functions that a Spec can call: what they raise is one of few kinds, arguments stay as they are.

Imports `pipeline`, `comparison`, `checking` and `errors`.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from functools import wraps
from typing import Any, Final, NamedTuple

from siglum import pipeline
from siglum.comparison import Program
from siglum.errors import Stop, UserError, echo
from siglum.invocation import PYTHON
from siglum.ir.function import Function
from siglum.ir.types import BOOL, Type
from siglum.propose.examine import STOPS
from siglum.records import Params

STEPS: Final = 50_000
"""Runs of loops and calls after which a run of a reference counts as one that stops."""
MEMORY: Final = 1 << 24
RESULT: Final = "result"
"""What a property calls the result."""


class Property(NamedTuple):
    """What holds of arguments and result; `name` is its text, `holds` gives the truth or raises one of `examine.STOPS`."""

    name: str
    holds: Callable[..., bool]


class Reference:
    """A reference by its Function, as the interpreter runs it: it stops where that stops, and where it takes too long. `function`
    is there for those who prove. Raises `UserError` E-072 for a reference with effects.
    """

    def __init__(self, reference: Program) -> None:
        from siglum.checking import without_effects
        from siglum.ir.interpret import Program as Interpreted

        without_effects(reference.unit)
        self.function = reference.unit.meant
        self._program = Interpreted(self.function, checked=False, counted=True)
        self._known: dict[str, Any] = {}

    def __call__(self, *arguments: Any) -> Any:
        """The result. Raises `Stop`."""
        key = repr(arguments)
        if key not in self._known:
            self._known[key] = self._outcome(arguments)
        found = self._known[key]
        if isinstance(found, Stop):
            raise found
        return deepcopy(found)

    def _outcome(self, arguments: tuple[Any, ...]) -> Any:
        from siglum.ir.interpret import OutOfSteps

        try:
            return self._program.run(arguments, memory_limit=MEMORY, steps=STEPS)
        except OutOfSteps:
            return Stop("fuel")
        except Stop as stop:
            return stop


def property_of(given: Any, params: Params, result: Type | None, overflow: str = "stop") -> Property:
    """A property: a phrase over the parameters and `result`, `FILE.py:NAME`, or a Python function of arguments and result.

    Raises `UserError`: E-011 a phrase that is no bool, E-042 no file, E-050 no Python, E-054 no function of that name, E-092 one
    that cannot be run, and what phrases are refused for.
    """
    if callable(given):
        return Property(echo(getattr(given, "__name__", "property")), _guarded(given))
    if PYTHON.fullmatch(given):
        return Property(echo(given), _guarded(python_function(given)))
    if result is None:
        fix = "give an example, or the result's type: --signature '... -> i64'"
        raise UserError(f"the property {echo(given)} is about a result of unknown type", None, fix, "E-092")
    if any(name == RESULT for name, _ in params):
        fix = "give the parameter another name with --signature, or the property as FILE.py:NAME"
        raise UserError("a parameter is called `result`, as properties call the result", None, fix, "E-092")
    unit = pipeline.unit_from_phrase(given, (*params, (RESULT, result)), BOOL, overflow=overflow, source="<property>")
    return Property(echo(given), _Denoted(unit.reference, unit.meant))


def python_function(named: str) -> Callable[..., Any]:
    """The function that `FILE.py:NAME` names; the file is run. Raises `UserError` E-042, E-050, E-054, E-092."""
    from siglum.files import read_text

    found = PYTHON.fullmatch(named)
    assert found is not None
    path, name = found["path"], found["name"]
    try:
        code = compile(read_text(path), path, "exec")
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        raise UserError(f"{echo(path)}{f':{line}' if line else ''} is no Python: {echo(str(error))}", None, "", "E-050") from None
    scope: dict[str, Any] = {"__name__": "<siglum>", "__file__": path}
    try:
        exec(code, scope)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a user's file may raise anything
        what = f"{echo(path)} cannot be run: {type(error).__name__}: {echo(str(error))}"
        raise UserError(what, None, "run it with python to see where", "E-092") from None
    function = scope.get(name)
    if not callable(function):
        functions = ", ".join(echo(k) for k, v in scope.items() if callable(v) and getattr(v, "__module__", "") == "<siglum>")
        raise UserError(f"{echo(path)} has no function `{name}`", None, f"it has {functions or 'none'}", "E-054")
    return function  # type: ignore[no-any-return]


class _Denoted:
    """A predicate with the Function that it computes."""

    def __init__(self, call: Callable[..., Any], function: Function) -> None:
        self.call, self.function = call, function

    def __call__(self, *arguments: Any) -> bool:
        return bool(self.call(*arguments))


def _guarded(function: Callable[..., Any]) -> Callable[..., bool]:
    @wraps(function)
    def holds(*arguments: Any) -> bool:
        try:
            return bool(function(*deepcopy(arguments)))
        except STOPS:
            raise
        except Exception as error:  # noqa: BLE001 - a user's function may raise anything
            raise ValueError(str(error) or type(error).__name__) from None

    return holds
