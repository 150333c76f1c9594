"""Whether a counterexample owes to what nobody promises: registers and stack on entry, addresses, undefined flags.

Such code may well be right in every run that is made. Imports `smt` and `check.foreign.setting`.
"""

from __future__ import annotations

from random import Random
from typing import Any, Final

from siglum.check.foreign.setting import ON_ENTRY
from siglum.smt.evaluate import evaluator, variables
from siglum.smt.machine import FLOAT_FUNCTIONS
from siglum.smt.solve import Portfolio
from siglum.smt.terms import BOOL, MEMORY, Term

_TRIES: Final = 8
_NAMED: Final = 3
"""At most so many are named."""


def depends_on(wrong: Term, given: tuple[Term, ...], inputs: list[Term], values: dict[str, Any], portfolio: Portfolio) -> str:
    """What beside the `inputs` decides whether `wrong` is in the solution `values`; "" where nothing does. Other values of it are
    tried at random and then asked for, only where all of `given` still holds.
    """
    own = set(variables(inputs))
    random = Random(1)
    run = evaluator([wrong, *given], FLOAT_FUNCTIONS)
    for variable in variables([wrong]):
        if variable in own or variable.width == MEMORY:
            continue
        for _ in range(_TRIES):
            other = random.getrandbits(1) if variable.width == BOOL else _near(variable, values, random)
            fails, *holding = run({**values, variable.value: other})
            if not fails and all(holding):
                return _named(variable.value)
    same = [_fixed(v, values) for v in own if v.width != MEMORY]
    answer = portfolio.ask([*given, ~wrong, *same])
    if answer.status != "sat":
        return ""
    moved = [v for v in variables([wrong]) if v not in own and v.width != MEMORY]
    moved = [v for v in moved if answer.values.get(v.value, 0) != values.get(v.value, 0)]
    return " and ".join(_named(v.value) for v in moved[:_NAMED])


def _fixed(variable: Term, values: dict[str, Any]) -> Term:
    """That the variable is what it is in the solution."""
    value = int(values.get(variable.value, 0))
    return variable.is_(value) if variable.width != BOOL else variable if value else ~variable


def _near(variable: Term, values: dict[str, Any], random: Random) -> int:
    """Another value; that of an address moves by whole pages as well, as its alignment may be promised."""
    if variable.width == 64 and random.random() < 0.5:
        return (int(values.get(variable.value, 0)) + (random.randrange(1, 1 << 16) << 12)) % (1 << 47)
    return random.getrandbits(variable.width)


def _named(name: str) -> str:
    if name.startswith("&"):
        return f"where `{name[1:]}` lies"
    if name.endswith(ON_ENTRY):
        name = name[: -len(ON_ENTRY)]
        return {"code": "where the code lies", "return": "where it returns to", "rsp": "where the stack is"}.get(
            name, f"what {name} holds on entry"
        )
    if name.startswith("code?"):
        return f"what lies beside the function at {int(name[5:]):#x}"
    if name.startswith("stack-"):
        return "what lies on the stack on entry"
    plain, fresh, _ = name.partition("!")
    if plain in ("undefined", "unknown"):
        return "what an instruction leaves undefined"
    return f"{plain}, which is undefined" if fresh else f"what `{plain.partition('.')[0]}` holds on entry"
