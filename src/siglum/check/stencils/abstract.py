"""A question made easier: products and divisions become variables. What has no answer then has none at all.

Unlike `smt.abstraction` it takes nothing else for known, so that what it does are steps that the solvers confirm. Imports
`smt.terms` only.
"""

from __future__ import annotations

from typing import Final

from siglum.smt.terms import MEMORY, Term

_HARD: Final = ("mul", "udiv", "urem")


def abstracted(assertions: list[Term]) -> list[Term] | None:
    """The assertions with every product, quotient and remainder replaced by a variable of its own; None if there is none."""
    terms = assertions[0].home
    new: dict[Term, Term] = {}
    changed = False
    waiting = [(a, False) for a in reversed(assertions)]
    while waiting:
        term, ready = waiting.pop()
        if term in new:
            continue
        if term.op in _HARD:
            new[term] = terms.var(f"hard {term.number}", term.width)
            changed = True
        elif ready or not term.args:
            new[term] = _rebuilt(term, [new[a] for a in term.args])
        else:
            waiting.append((term, True))
            waiting += [(a, False) for a in reversed(term.args) if a not in new]
    return [new[a] for a in assertions] if changed else None


def _rebuilt(t: Term, args: list[Term]) -> Term:
    if all(a is b for a, b in zip(args, t.args, strict=True)):
        return t
    terms = t.home
    match t.op:
        case "sum":
            constant, coefficients = t.value
            return terms.linear(t.width, constant, tuple(zip(args, coefficients, strict=True)))
        case "concat":
            return terms.concat(*args)
        case "extract":
            return terms.extract(args[0], *t.value)
        case "sext":
            return terms.sext(args[0], t.width)
        case "apply":
            return terms.apply(t.value, t.width, *args)
        case "and" | "or" | "not":
            return getattr(terms, t.op + "_")(*args)  # type: ignore[no-any-return]
        case "xor" | "shl" | "lshr" | "ashr" | "ite" | "eq" | "ult" | "slt":
            return getattr(terms, t.op)(*args)  # type: ignore[no-any-return]
        case _:
            assert t.width != MEMORY, t.op
            raise ValueError(t.op)
