"""The value of terms on given inputs: each set of terms becomes one Python function. Imports `smt.terms` only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from siglum.smt.terms import BOOL, MEMORY, Term, mask

Values = Mapping[str, Any]
"""Variable to its value: an unsigned number, a bool, or for a memory a mapping from address to byte (0 where it has none)."""
Functions = Mapping[str, Callable[..., int]]


def below(roots: Iterable[Term]) -> list[Term]:
    """All terms that `roots` are made of, arguments before what is made of them."""
    seen: set[Term] = set()
    waiting = list(roots)
    while waiting:
        term = waiting.pop()
        if term not in seen:
            seen.add(term)
            waiting.extend(term.args)
    return sorted(seen, key=lambda t: t.number)


def variables(roots: Iterable[Term]) -> list[Term]:
    """The variables in them, in order of first use."""
    return [t for t in below(roots) if t.op == "var"]


def evaluator(roots: Iterable[Term], functions: Functions | None = None) -> Callable[[Values], list[int]]:
    """A function from the variables' values to the roots' values; a variable left out is 0. `functions` are the meanings of
    uninterpreted functions; one without a meaning raises KeyError when it is needed.
    """
    roots = list(roots)
    lines = ["def evaluate(v):"]
    for term in below(roots):
        lines.append(f"    t{term.number} = {_expression(term)}")
    lines.append(f"    return [{', '.join(f't{r.number}' for r in roots)}]")
    scope: dict[str, Any] = {"F": functions or {}, "sar": _sar, "less": _less}
    exec("\n".join(lines), scope)
    found: Callable[[Values], list[int]] = scope["evaluate"]
    return found


def value_of(root: Term, values: Values, functions: Functions | None = None) -> int:
    """One term's value."""
    return evaluator([root], functions)(values)[0]


def _sar(x: int, count: int, width: int) -> int:
    signed = x - (x >> width - 1 << width)
    return (signed >> min(count, width)) & mask(width)


def _less(x: int, y: int, width: int) -> bool:
    half = 1 << width - 1
    return x ^ half < y ^ half


def _expression(t: Term) -> str:
    a = [f"t{x.number}" for x in t.args]
    m = mask(t.width) if t.width > 0 else 1
    match t.op:
        case "const":
            return repr(bool(t.value)) if t.width == BOOL else repr(t.value)
        case "var":
            if t.width == MEMORY:
                return f"v.get({t.value!r}) or {{}}"
            return f"bool(v.get({t.value!r}, 0))" if t.width == BOOL else f"v.get({t.value!r}, 0) & {m}"
        case "sum":
            constant, coefficients = t.value
            return f"({constant} + {' + '.join(f'{c}*{x}' for c, x in zip(coefficients, a, strict=True))}) & {m}"
        case "concat":
            found = a[0]
            for x, name in zip(t.args[1:], a[1:], strict=True):
                found = f"({found}) << {x.width} | {name}"
            return found
        case "extract":
            return f"{a[0]} >> {t.value[1]} & {m}"
        case "sext":
            w = t.args[0].width
            return f"{a[0]} | {m ^ mask(w)} if {a[0]} >> {w - 1} else {a[0]}"
        case "not":
            return f"not {a[0]}" if t.width == BOOL else f"{a[0]} ^ {m}"
        case "slt":
            return f"less({a[0]}, {a[1]}, {t.args[0].width})"
        case "apply":
            return f"F[{t.value!r}]({', '.join(a)})"
        case _:
            return _PLAIN[t.op].format(*a, m=m, w=t.width)


_PLAIN: Final = {
    "mul": "{0} * {1} & {m}", "udiv": "{0} // {1} if {1} else {m}", "urem": "{0} % {1} if {1} else {0}",
    "and": "{0} & {1}", "or": "{0} | {1}", "xor": "{0} ^ {1}", "shl": "{0} << {1} & {m} if {1} < {w} else 0",
    "lshr": "{0} >> {1}", "ashr": "sar({0}, {1}, {w})", "ite": "{1} if {0} else {2}", "eq": "{0} == {1}", "ult": "{0} < {1}",
    "select": "{0}.get({1}, 0)", "store": "{{**{0}, {1}: {2}}}",
}  # fmt: skip
