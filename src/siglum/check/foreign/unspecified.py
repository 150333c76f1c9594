"""Whether a counterexample owes to what nobody promises: registers and stack on entry, addresses, undefined flags.

Such code may well be right in every run that is made. Imports `smt` and `check.foreign.setting`.
"""

from __future__ import annotations

from random import Random
from typing import Any, Final

from siglum.check.foreign.setting import ON_ENTRY
from siglum.smt.evaluate import evaluator, variables
from siglum.smt.machine import FLOAT_FUNCTIONS
from siglum.smt.terms import BOOL, MEMORY, Term

_TRIES: Final = 8


def depends_on(wrong: Term, given: tuple[Term, ...], inputs: list[Term], values: dict[str, Any]) -> str:
    """What beside the `inputs` decides whether `wrong` is in the solution `values`; "" where nothing does. Other values of it are
    tried only where all of `given` still holds.
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
    return ""


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
    if name.startswith("stack-"):
        return "what lies on the stack on entry"
    plain, fresh, _ = name.partition("!")
    return f"{plain}, which is undefined" if fresh else f"what `{plain.partition('.')[0]}` holds on entry"
