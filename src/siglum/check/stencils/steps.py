"""Terms that remember how they were rewritten, so that the solvers can confirm every step that a proof has taken.

Each operation asked for is kept as a term that nothing has rewritten, beside what the algebra made of it. Imports `smt.terms`
only.
"""

from __future__ import annotations

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

    # The operations: those that others are made of are not told apart ---------------------------------------------
    def add(self, x: Term, y: Term) -> Term:
        if self._inside:
            return super().add(x, y)
        self._inside = True
        found = super().add(x, y)
        self._inside = False
        return self._took("sum", (x, y), (0, (1, 1)), x.width, found)

    def sub(self, x: Term, y: Term) -> Term:
        if self._inside:
            return super().sub(x, y)
        self._inside = True
        found = super().sub(x, y)
        self._inside = False
        return self._took("sum", (x, y), (0, (1, mask(x.width))), x.width, found)

    def neg(self, x: Term) -> Term:
        if self._inside:
            return super().neg(x)
        self._inside = True
        found = super().neg(x)
        self._inside = False
        return self._took("sum", (x,), (0, (mask(x.width),)), x.width, found)

    def mul(self, x: Term, y: Term) -> Term:
        if self._inside:
            return super().mul(x, y)
        self._inside = True
        found = super().mul(x, y)
        self._inside = False
        return self._took("mul", (x, y), None, x.width, found)

    def and_(self, x: Term, y: Term) -> Term:
        if self._inside:
            return super().and_(x, y)
        self._inside = True
        found = super().and_(x, y)
        self._inside = False
        return self._took("and", (x, y), None, x.width, found)

    def or_(self, x: Term, y: Term) -> Term:
        if self._inside:
            return super().or_(x, y)
        self._inside = True
        found = super().or_(x, y)
        self._inside = False
        return self._took("or", (x, y), None, x.width, found)

    def xor(self, x: Term, y: Term) -> Term:
        if self._inside:
            return super().xor(x, y)
        self._inside = True
        found = super().xor(x, y)
        self._inside = False
        return self._took("xor", (x, y), None, x.width, found)

    def not_(self, x: Term) -> Term:
        if self._inside:
            return super().not_(x)
        self._inside = True
        found = super().not_(x)
        self._inside = False
        return self._took("not", (x,), None, x.width, found)

    def shl(self, x: Term, count: Term) -> Term:
        if self._inside:
            return super().shl(x, count)
        self._inside = True
        found = super().shl(x, count)
        self._inside = False
        return self._took("shl", (x, count), None, x.width, found)

    def lshr(self, x: Term, count: Term) -> Term:
        if self._inside:
            return super().lshr(x, count)
        self._inside = True
        found = super().lshr(x, count)
        self._inside = False
        return self._took("lshr", (x, count), None, x.width, found)

    def ashr(self, x: Term, count: Term) -> Term:
        if self._inside:
            return super().ashr(x, count)
        self._inside = True
        found = super().ashr(x, count)
        self._inside = False
        return self._took("ashr", (x, count), None, x.width, found)

    def udiv(self, x: Term, y: Term) -> Term:
        if self._inside:
            return super().udiv(x, y)
        self._inside = True
        found = super().udiv(x, y)
        self._inside = False
        return self._took("udiv", (x, y), None, x.width, found)

    def urem(self, x: Term, y: Term) -> Term:
        if self._inside:
            return super().urem(x, y)
        self._inside = True
        found = super().urem(x, y)
        self._inside = False
        return self._took("urem", (x, y), None, x.width, found)

    def extract(self, x: Term, high: int, low: int) -> Term:
        if self._inside:
            return super().extract(x, high, low)
        self._inside = True
        found = super().extract(x, high, low)
        self._inside = False
        return self._took("extract", (x,), (high, low), high - low + 1, found)

    def sext(self, x: Term, width: int) -> Term:
        if self._inside:
            return super().sext(x, width)
        self._inside = True
        found = super().sext(x, width)
        self._inside = False
        return self._took("sext", (x,), None, width, found)

    def ite(self, condition: Term, x: Term, y: Term) -> Term:
        if self._inside:
            return super().ite(condition, x, y)
        self._inside = True
        found = super().ite(condition, x, y)
        self._inside = False
        return self._took("ite", (condition, x, y), None, x.width, found)

    def eq(self, x: Term, y: Term) -> Term:
        if self._inside:
            return super().eq(x, y)
        self._inside = True
        found = super().eq(x, y)
        self._inside = False
        return self._took("eq", (x, y), None, BOOL, found)

    def ult(self, x: Term, y: Term) -> Term:
        if self._inside:
            return super().ult(x, y)
        self._inside = True
        found = super().ult(x, y)
        self._inside = False
        return self._took("ult", (x, y), None, BOOL, found)

    def slt(self, x: Term, y: Term) -> Term:
        if self._inside:
            return super().slt(x, y)
        self._inside = True
        found = super().slt(x, y)
        self._inside = False
        return self._took("slt", (x, y), None, BOOL, found)

    def linear(self, width: int, constant: int, parts: tuple[tuple[Term, int], ...]) -> Term:
        if self._inside:
            return super().linear(width, constant, parts)
        self._inside = True
        found = super().linear(width, constant, parts)
        self._inside = False
        limit = mask(width)
        value = constant & limit, tuple(c & limit for _, c in parts)
        return self._took("sum", tuple(t for t, _ in parts), value, width, found)

    def concat(self, *parts: Term) -> Term:
        if self._inside or len(parts) == 1:
            return super().concat(*parts)
        self._inside = True
        found = super().concat(*parts)
        self._inside = False
        return self._took("concat", parts, None, found.width, found)

    def zext(self, x: Term, width: int) -> Term:
        return x if width == x.width else self.concat(self.const(0, width - x.width), x)


def _same_sum(op: str, args: tuple[Term, ...], value: Any, given: Term) -> bool:
    """Whether a sum was only put in order."""
    if op != "sum" or given.op != "sum" or given.value[0] != value[0] or len(given.args) != len(args):
        return False
    return dict(zip(args, value[1], strict=True)) == dict(zip(given.args, given.value[1], strict=True))
