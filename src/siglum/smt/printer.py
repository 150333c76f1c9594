"""Terms as an SMT-LIB 2 script that every solver reads alike. Imports `smt.terms` only.

Written here because solvers' own printers use operators that others refuse (bvudiv_i, ext_rotate_left, unary `and`).
"""

from __future__ import annotations

from typing import Final

from siglum.smt.terms import BOOL, MEMORY, Term, mask

_SAME: Final = {
    "mul": "bvmul", "udiv": "bvudiv", "urem": "bvurem", "shl": "bvshl", "lshr": "bvlshr", "ashr": "bvashr",
    "ite": "ite", "eq": "=", "ult": "bvult", "slt": "bvslt", "select": "select", "store": "store",
}  # fmt: skip


def sort(width: int) -> str:
    """The SMT-LIB sort of a width."""
    if width == BOOL:
        return "Bool"
    return "(Array (_ BitVec 64) (_ BitVec 8))" if width == MEMORY else f"(_ BitVec {width})"


def script(assertions: list[Term], *, models: bool = True) -> str:
    """A script that asks whether all of `assertions` can hold. Variables are named `v0`, `v1`, ... in the order of
    `variables_of`, so that questions that differ in names alone are equal texts.
    """
    terms = _in_order(assertions)
    names: dict[Term, str] = {}
    functions: dict[tuple[str, tuple[int, ...], int], str] = {}
    lines: list[str] = []
    declared: list[str] = []
    for term in terms:
        if term.op == "var":
            names[term] = f"v{len(declared)}"
            declared.append(f"(declare-const {names[term]} {sort(term.width)})")
        elif term.op == "const":
            names[term] = constant(term)
        else:
            if term.op == "apply":
                key = (term.value, tuple(a.width for a in term.args), term.width)
                if key not in functions:
                    functions[key] = f"f{len(functions)}"
            names[term] = f"t{len(lines)}"
            lines.append(f"(define-fun {names[term]} () {sort(term.width)} {_text(term, names, functions)})")
    for (_, widths, width), name in functions.items():
        declared.append(f"(declare-fun {name} ({' '.join(map(sort, widths))}) {sort(width)})")
    logic = "QF_" + ("A" if any(t.width == MEMORY for t in terms) else "") + ("UF" if functions else "") + "BV"
    head = [f"(set-logic {logic})"] if not models else ["(set-option :produce-models true)", f"(set-logic {logic})"]
    asserts = [f"(assert {names[a]})" for a in assertions]
    return "\n".join([*head, *declared, *lines, *asserts, "(check-sat)"]) + "\n"


def variables_of(assertions: list[Term]) -> list[Term]:
    """The variables of a script, in the order of their names."""
    return [t for t in _in_order(assertions) if t.op == "var"]


def _in_order(roots: list[Term]) -> list[Term]:
    """All terms below, arguments first, in the order in which a walk from the first root leaves them."""
    found: dict[Term, None] = {}
    waiting = [(root, False) for root in reversed(roots)]
    while waiting:
        term, left = waiting.pop()
        if left:
            found.setdefault(term)
        elif term not in found:
            waiting.append((term, True))
            waiting.extend((a, False) for a in reversed(term.args) if a not in found)
    return list(found)


def constant(term: Term) -> str:
    if term.width == BOOL:
        return "true" if term.value else "false"
    return f"(_ bv{term.value} {term.width})"


def _text(t: Term, names: dict[Term, str], functions: dict[tuple[str, tuple[int, ...], int], str]) -> str:
    a = [names[x] for x in t.args]
    match t.op:
        case "sum":
            return _sum(t, a)
        case "and" | "or":
            return f"({t.op if t.width == BOOL else 'bv' + t.op} {a[0]} {a[1]})"
        case "xor":
            return f"(bvxor {a[0]} {a[1]})"
        case "not":
            return f"({'not' if t.width == BOOL else 'bvnot'} {a[0]})"
        case "concat":
            found = a[0]
            for name in a[1:]:
                found = f"(concat {found} {name})"
            return found
        case "extract":
            return f"((_ extract {t.value[0]} {t.value[1]}) {a[0]})"
        case "sext":
            return f"((_ sign_extend {t.width - t.args[0].width}) {a[0]})"
        case "apply":
            name = functions[t.value, tuple(x.width for x in t.args), t.width]
            return f"({name} {' '.join(a)})" if a else name
        case _:
            return f"({_SAME[t.op]} {' '.join(a)})"


def _sum(t: Term, a: list[str]) -> str:
    value, coefficients = t.value
    limit = mask(t.width)
    added: list[str] = []
    taken: list[str] = []
    for name, c in zip(a, coefficients, strict=True):
        negative = c > limit >> 1
        size = limit + 1 - c if negative else c
        product = name if size == 1 else f"(bvmul (_ bv{size} {t.width}) {name})"
        (taken if negative else added).append(product)
    if value or not added:
        added.append(f"(_ bv{value} {t.width})")
    found = added[0]
    for part in added[1:]:
        found = f"(bvadd {found} {part})"
    for part in taken:
        found = f"(bvsub {found} {part})"
    return found
