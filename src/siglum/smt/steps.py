"""Terms that remember how they were rewritten, so that the solvers can confirm every step that a proof has taken.

Each operation asked for is kept as a term that nothing has rewritten, beside what the algebra made of it. Imports `smt.terms`
only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from siglum.smt.terms import BOOL, Term, Terms, mask

_COMMUTING: Final = frozenset(("and", "or", "mul", "eq", "xor"))
_OPAQUE: Final = ("mul", "udiv", "urem", "apply")
_FIRST_NUMBER: Final = 1 << 40


class Recording(Terms):
    """`Terms` with the steps taken so far."""

    def __init__(self) -> None:
        self._inside = False
        self._steps: dict[tuple[Any, ...], tuple[Term, Term]] = {}
        self._open: dict[Term, Term] = {}
        self._opaque: dict[Term, frozenset[Term]] = {}
        self._plains = _FIRST_NUMBER
        super().__init__()

    def doubted(self) -> list[Term]:
        """Questions without an answer if every step was right, in terms that are not rewritten. Where a step makes no product,
        division or function's value, these are variables in it: what holds of all numbers holds of them.
        """
        found: list[Term] = []
        together: list[Term] = []
        for plain, given in self._steps.values():
            own = plain.op in _OPAQUE or not self._opaque_in(given) <= self._opaque_in(plain)
            sides = (plain, given) if own else (self._opened(plain), self._opened(given))
            wrong = self._plain("not", (self._plain("eq", sides, None, BOOL),), None, BOOL)
            # sums are easy alone, which is how solvers bring them to one form themselves
            (found if own or plain.op == "sum" else together).append(wrong)
        return [*found, self._any(together)] if together else found

    def _opaque_in(self, term: Term) -> frozenset[Term]:
        """The products, divisions and functions in a term that are in no other one."""
        known = self._opaque
        waiting = [term]
        while waiting:
            here = waiting[-1]
            if here in known:
                waiting.pop()
            elif here.op in _OPAQUE:
                known[here] = frozenset((here,))
            else:
                missing = [a for a in here.args if a not in known]
                if missing:
                    waiting += missing
                else:
                    known[here] = frozenset().union(*(known[a] for a in here.args))
        return known[term]

    def _any(self, conditions: list[Term]) -> Term:
        found = conditions[0]
        for condition in conditions[1:]:
            found = self._plain("or", (found, condition), None, BOOL)
        return found

    def _opened(self, term: Term) -> Term:
        """The term with a variable for each product, division and function in it."""
        opened = self._open
        waiting = [term]
        while waiting:
            here = waiting[-1]
            if here in opened:
                waiting.pop()
            elif here.op in _OPAQUE:
                opened[here] = self._plain("var", (), f"opaque {here.number}", here.width)
            else:
                missing = [a for a in here.args if a not in opened]
                if missing:
                    waiting += missing
                    continue
                args = tuple(opened[a] for a in here.args)
                opened[here] = here if args == here.args else self._plain(here.op, args, here.value, here.width)
        return opened[term]

    def _plain(self, op: str, args: tuple[Term, ...], value: Any, width: int) -> Term:
        made = Term()
        made.home, made.op, made.args, made.value, made.width = self, op, args, value, width
        made.low, made.high = 0, 1 if width == BOOL else mask(max(width, 1))
        self._plains += 1
        made.number = self._plains
        return made

    def _took(self, op: str, args: tuple[Term, ...], value: Any, width: int, given: Term) -> Term:
        """Remembers a step that did more than to put arguments in order."""
        if given.op == op and given.value == value and (given.args == args or (op in _COMMUTING and given.args == args[::-1])):
            return given
        if _same_sum(op, args, value, given) or (op == "eq" and args[0] is args[1]) or (op == "sext" and given is args[0]):
            return given
        key = (op, args, value, width)
        if key not in self._steps:
            if op == "xor" and width == BOOL:
                plain = self._plain("not", (self._plain("eq", args, None, BOOL),), None, BOOL)
            else:
                plain = self._plain(op, args, value, width)
            self._steps[key] = plain, given
        return given

    def _told(self, method: Callable[..., Term], given: tuple[Any, ...], op: str, args: tuple[Term, ...], value: Any) -> Term:
        """What `method` of `Terms` makes of what it is `given`, which means the operation; others that it uses are not told."""
        if self._inside:
            return method(self, *given)
        self._inside = True
        found = method(self, *given)
        self._inside = False
        return self._took(op, args, value, found.width, found)

    # The operations -------------------------------------------------------------------------------------------------
    def add(self, x: Term, y: Term) -> Term:
        return self._told(Terms.add, (x, y), "sum", (x, y), (0, (1, 1)))

    def sub(self, x: Term, y: Term) -> Term:
        return self._told(Terms.sub, (x, y), "sum", (x, y), (0, (1, mask(x.width))))

    def neg(self, x: Term) -> Term:
        return self._told(Terms.neg, (x,), "sum", (x,), (0, (mask(x.width),)))

    def mul(self, x: Term, y: Term) -> Term:
        return self._told(Terms.mul, (x, y), "mul", (x, y), None)

    def and_(self, x: Term, y: Term) -> Term:
        return self._told(Terms.and_, (x, y), "and", (x, y), None)

    def or_(self, x: Term, y: Term) -> Term:
        return self._told(Terms.or_, (x, y), "or", (x, y), None)

    def xor(self, x: Term, y: Term) -> Term:
        return self._told(Terms.xor, (x, y), "xor", (x, y), None)

    def not_(self, x: Term) -> Term:
        return self._told(Terms.not_, (x,), "not", (x,), None)

    def shl(self, x: Term, count: Term) -> Term:
        return self._told(Terms.shl, (x, count), "shl", (x, count), None)

    def lshr(self, x: Term, count: Term) -> Term:
        return self._told(Terms.lshr, (x, count), "lshr", (x, count), None)

    def ashr(self, x: Term, count: Term) -> Term:
        return self._told(Terms.ashr, (x, count), "ashr", (x, count), None)

    def udiv(self, x: Term, y: Term) -> Term:
        return self._told(Terms.udiv, (x, y), "udiv", (x, y), None)

    def urem(self, x: Term, y: Term) -> Term:
        return self._told(Terms.urem, (x, y), "urem", (x, y), None)

    def extract(self, x: Term, high: int, low: int) -> Term:
        return self._told(Terms.extract, (x, high, low), "extract", (x,), (high, low))

    def sext(self, x: Term, width: int) -> Term:
        return self._told(Terms.sext, (x, width), "sext", (x,), None)

    def ite(self, condition: Term, x: Term, y: Term) -> Term:
        return self._told(Terms.ite, (condition, x, y), "ite", (condition, x, y), None)

    def eq(self, x: Term, y: Term) -> Term:
        return self._told(Terms.eq, (x, y), "eq", (x, y), None)

    def ult(self, x: Term, y: Term) -> Term:
        return self._told(Terms.ult, (x, y), "ult", (x, y), None)

    def slt(self, x: Term, y: Term) -> Term:
        return self._told(Terms.slt, (x, y), "slt", (x, y), None)

    def linear(self, width: int, constant: int, parts: tuple[tuple[Term, int], ...]) -> Term:
        value = constant & mask(width), tuple(c & mask(width) for _, c in parts)
        return self._told(Terms.linear, (width, constant, parts), "sum", tuple(t for t, _ in parts), value)

    def concat(self, *parts: Term) -> Term:
        return parts[0] if len(parts) == 1 else self._told(Terms.concat, parts, "concat", parts, None)

    def zext(self, x: Term, width: int) -> Term:
        return x if width == x.width else self.concat(self.const(0, width - x.width), x)


def _same_sum(op: str, args: tuple[Term, ...], value: Any, given: Term) -> bool:
    """Whether a sum was only put in order."""
    if op != "sum" or given.op != "sum" or given.value[0] != value[0] or len(given.args) != len(args):
        return False
    return dict(zip(args, value[1], strict=True)) == dict(zip(given.args, given.value[1], strict=True))
