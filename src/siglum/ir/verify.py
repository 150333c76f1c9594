"""The verifier. Imports the modules of `siglum.ir` below it.

`verify` checks, of a function and of every function it calls:

1. Types (E-201). Each node has the type its row's rule gives for its arguments; constants lie in their type; wide sums and
   lanes are part of nothing and not selected; the arms of
   an `if` give the same types, its condition is a bool; a loop's count is an i64 and its carried values keep their
   types; calls fit the callee's parameters and result.
2. Scope (E-202). Every argument is a constant, a parameter of an enclosing region, or listed before, in the same region
   or an enclosing one; `result` nodes take an existing result. What has a value or regions is not listed again where it is
   in scope.
3. Shape (E-203). Parameters carry their level and index; arms of `if` have none; a loop body has the index and one
   parameter for each carried value, and gives whether to go on and the next values; a function gives one result;
   regions nest at most `MAX_NESTING` deep and list at most
   `MAX_LISTED` nodes, one in a region that stands in two places counted twice.
4. Origins (E-204). Nodes that may stop and calls have an origin in the function's table; no other node has one. Kinds of
   stop are known.
5. Linear use (E-205). No version of an array is used after a store into it (its length may be); inputs, constants
   and elements of arrays are never stored into; a loop stores only into arrays it carries or makes, and carried arrays
   that are stored into never overlap.
6. Indices (E-206). Each index of `load` and `store` lies inside the array's capacity by one of
   R1 it is `bounds(_, n)` and n is never negative; R2 it is the index of a loop of n runs; R3 it is a rank: a carried value that
   starts at 0 and grows by at most 1 a run of a loop of n runs; R4 it is a constant below a constant capacity; R5 `lanes_add8`
   starts at 8*i in a loop of n/8 runs; R6 it is i + k in a loop of n - k runs or fewer; R7 it is n - 1 - i in a loop of n runs;
   R8 it is a loaded u8, u16 or u32, and n a constant above all its values. n is the capacity or (in R1, R2, R3, R7) a `min`
   with it; in R2, R3 and R5 it may be equal to it by a `require` before the loop, as code may load as soon as index and array
   are there. The capacity is traced through stores, arms that agree and loops that keep it, or is the `length` of the array.
   `read` has room for what it reads.
7. Divisors (E-207). They are `nonzero(...)` or constants other than 0.
8. Events (E-208). A fresh array, and what acts and has a value, is listed once in the whole function, so that its value is
   one value.

Not checked: that elements of `reserve` are stored before they are loaded, that the path of `open` ends with a zero byte,
that a map's keys differ and are as many as its values, that loops and recursion end.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from operator import attrgetter
from typing import Final

from siglum.errors import STOP_CODES, UserError
from siglum.ir.function import Function
from siglum.ir.node import CALL, CONST, PARAM, READ, RESULT, Node, Region
from siglum.ir.ownership import TOUCHES_ARRAYS, Misuse, Ownership, Summary
from siglum.ir.primitives import BYTES, LANES, PRIMITIVES, WIDE, Primitive, in_narrow, round_to_f32
from siglum.ir.ranges import Ranges
from siglum.ir.types import BOOL, CHAR, F32, F64, I64, NOTHING, RANGES, Type, is_scalar

MAX_NESTING = 256
MAX_LISTED = 1 << 20
_type = attrgetter("type")
_FIX = "this is a fault of the front end that made the function"


def verify(function: Function) -> dict[Function, Summary]:
    """What the results of the function and of all it calls may be made of, if every invariant above holds. Raises
    `UserError` (E-201 .. E-208) whose message names the path.
    """
    done: dict[Function, Summary] = {}
    _verified(function, done)
    return done


def _verified(function: Function, done: dict[Function, Summary]) -> Summary:
    summary = done.get(function)
    if summary is None:
        try:
            summary = done[function] = _Verifier(function, done).verified()
        except _Fault as fault:
            raise fault.error(function) from None
    return summary


class _Fault(Exception):
    """Something is not well-formed. `steps` lead from there outwards to the function's body."""

    def __init__(self, code: str, what: str) -> None:
        super().__init__(what)
        self.code, self.what = code, what
        self.steps: list[str] = []

    def error(self, function: Function) -> UserError:
        steps = self.steps[::-1]
        if len(steps) >= 12:
            steps = [*steps[:4], "...", *steps[-4:]]
        path = " > ".join([function.name, *steps])
        return UserError(f"not a well-formed function: {self.what}, in {path}", None, _FIX, self.code)


class _Verifier:
    """Walks one function in the order of evaluation."""

    def __init__(self, function: Function, done: dict[Function, Summary]) -> None:
        self.function, self.done = function, done
        self.level = self.depth = self.listed = 0
        self.scope: set[Node] = set()
        self.events: set[Node] = set()
        self.ranges = Ranges()
        self.ownership = Ownership(function.region.params)

    def verified(self) -> Summary:
        """What the function's result may be made of, once all is well-formed."""
        function = self.function
        region = function.region
        if len(region.params) != len(function.params):
            raise _Fault("E-203", "the parameters differ from the signature")
        if any(_has_sums(part) for _, t in function.params for part in t.args):
            raise _Fault("E-201", "a parameter has a part that is a wide sum or lanes")
        self.params(region, tuple([t for _, t in function.params]))
        if len(region.results) != 1:
            raise _Fault("E-203", f"a function gives one result, not {len(region.results)}")
        self.scope.update(region.params)
        self.body(region)
        if region.results[0].type is not function.result:
            raise _Fault("E-201", f"the result is {region.results[0].type}, not {function.result}")
        try:
            return self.ownership.finish(region.results[0])
        except Misuse as misuse:
            raise _Fault("E-205", f"in the result, {misuse}") from None

    def params(self, region: Region, types: tuple[Type, ...]) -> None:
        """The parameters of `region` are numbered at this level and have `types`."""
        for k, (p, t) in enumerate(zip(region.params, types, strict=True)):
            if p.op is not PARAM or p.attr != (self.level, k):
                raise _Fault("E-203", f"parameter {k} of level {self.level} is {p!r}")
            if p.type is not t:
                raise _Fault("E-201", f"parameter {k} is {p.type}, not {t}")

    # Scope --------------------------------------------------------------------------------------------------
    def body(self, region: Region, arm: str = "") -> None:
        """Checks what `region` lists and that its results are in scope; the scope is as before afterwards."""
        added: list[Node] = []
        scope = self.scope
        if not type(region.params) is type(region.body) is type(region.results) is tuple:
            raise _Fault("E-203", "a region is no tuples")
        self.depth += 1
        known, checked = len(self.ranges.equal), len(self.ranges.checked)
        listed: Node | None = None
        at = 0
        try:
            if self.depth > MAX_NESTING:
                raise _Fault("E-203", f"regions nest deeper than {MAX_NESTING}")
            self.listed += 1 + len(region.body)
            if self.listed > MAX_LISTED:
                raise _Fault("E-203", f"over {MAX_LISTED} nodes are listed")
            for at, listed in enumerate(region.body):  # noqa: B007 - the path of a fault names it
                for a in listed.args:
                    if a not in scope and not self.reachable(a, added):
                        raise _Fault("E-202", f"`{a.op.name}` is used before it is listed, or outside its region")
                again = listed in scope
                if again and (listed.results or listed.regions or listed.type is not NOTHING):
                    raise _Fault("E-202", f"`{listed.op.name}` is listed again where it is in scope")
                for duty in _DUTIES.get(listed.op, _UNKNOWN):
                    duty(self, listed)
                if not again:
                    scope.add(listed)
                    added.append(listed)
            listed = None
            for r in region.results:
                if r not in scope and not self.reachable(r, added):
                    raise _Fault("E-202", f"the region gives `{r.op.name}`, which it cannot see")
        except (_Fault, Misuse) as problem:
            fault = problem if isinstance(problem, _Fault) else _Fault("E-205", str(problem))
            if listed is not None:
                fault.steps.append(f"{at}:{listed.op.name}")
            if arm:
                fault.steps.append(arm)
            raise fault from None
        self.depth -= 1
        if self.depth:
            scope.difference_update(added)
            del self.ranges.equal[known:]
            self.ranges.forget(checked)

    def reachable(self, n: Node, added: list[Node]) -> bool:
        """Whether `n` can be used without being listed. What can is then in scope: constants for good, `result` nodes
        until the region ends that has them in `added`.
        """
        if n.op is CONST:
            self.word(n.attr, n.type)
            self.scope.add(n)
            return True
        if n.op is not RESULT:
            return False
        (of,) = n.args
        if not 0 <= n.attr < len(of.results) or n.type is not of.results[n.attr]:
            raise _Fault("E-202", f"there is no result {n.attr} of `{of.op.name}`")
        if of not in self.scope:
            return False
        self.scope.add(n)
        added.append(n)
        return True

    def word(self, value: object, t: Type) -> None:
        if t in RANGES:
            low, high = RANGES[t]
            fits = type(value) is int and low <= value <= high
        elif t in (F64, F32):
            fits = type(value) is float and (t is F64 or value != value or round_to_f32(value) == value)
        else:
            fits = type(value) is bool if t is BOOL else t is CHAR and type(value) is int and in_narrow(value, CHAR)
        if not fits:
            raise _Fault("E-201", f"{value!r} is no constant of type {t}")

    # Nodes --------------------------------------------------------------------------------------------------
    def event(self, n: Node) -> None:
        """A fresh array or an effect: one with a value is listed once."""
        if n.results or n.type is not NOTHING:
            if n in self.events:
                raise _Fault("E-208", f"`{n.op.name}` is listed twice, so its value is not one value")
            self.events.add(n)

    def misplaced(self, n: Node) -> None:
        raise _Fault("E-203", f"`{n.op.name}` is listed")

    def row(self, n: Node) -> None:
        """A node without regions that is no call is what its row makes of its arguments."""
        op = n.op
        try:
            made = op.rule(n.attr, tuple(map(_type, n.args)))
        except TypeError as problem:
            raise _Fault("E-201", str(problem)) from None
        if made is not n.type or n.regions or n.results != ((BYTES, I64) if op is READ else ()):
            raise _Fault("E-201", f"its type is {made}, not {n.type}")
        if (made.args and _has_sums(made)) or (op is _SELECT and _has_sums(made)):
            raise _Fault("E-201", f"a wide sum or lanes cannot be a part of {made}, or selected")
        if n.stop != (n.attr if op.stop == "attr" else op.stop):
            raise _Fault("E-204", f"its stop is {n.stop!r}")
        if n.stop:
            if n.stop not in STOP_CODES:
                raise _Fault("E-204", f"{n.stop!r} is no kind of stop")
            self.origin(n)
        elif n.origin != -1:
            raise _Fault("E-204", "it cannot stop, yet has an origin")

    def origin(self, n: Node) -> None:
        if not 0 <= n.origin < len(self.function.origins):
            raise _Fault("E-204", f"it may stop, and its origin is {n.origin} of {len(self.function.origins)}")

    def arrays(self, n: Node) -> None:
        self.ownership.plain(n)

    def index(self, n: Node) -> None:
        if not self.ranges.inside(n.args[1], n.args[0]):
            raise _Fault("E-206", "its index is not known to lie inside the array")

    def divisor(self, n: Node) -> None:
        divisor = n.args[1]
        if divisor.op is not _NONZERO and not (divisor.op is CONST and divisor.attr != 0):
            raise _Fault("E-207", "its divisor may be zero")

    def eight(self, n: Node) -> None:
        if not self.ranges.eight_inside(n.args[2], n.args[1]):
            raise _Fault("E-206", "its eight elements are not known to lie inside the array")

    def room(self, n: Node) -> None:
        if not self.ranges.room(n.args[2], n.args[1]):
            raise _Fault("E-206", "its buffer is not known to have room")

    def requirement(self, n: Node) -> None:
        self.ranges.require(n)

    def bounds(self, n: Node) -> None:
        self.ranges.bounds(n)

    def data(self, n: Node) -> None:
        element, values = n.attr
        if not is_scalar(element) or type(values) is not tuple:
            raise _Fault("E-201", f"constant data of type {element}")
        for value in values:
            self.word(value, element)

    # Regions ------------------------------------------------------------------------------------------------
    def control(self, n: Node) -> None:
        if n.type is not NOTHING:
            raise _Fault("E-201", f"its type is {n.type}, though it has results")

    def quiet(self, n: Node) -> None:
        if n.stop or n.origin != -1:
            raise _Fault("E-204", "it cannot stop itself, yet has a stop or an origin")

    def branch(self, n: Node) -> None:
        if len(n.args) != 1 or n.args[0].type is not BOOL or len(n.regions) != 2:
            raise _Fault("E-203", "takes one bool and two regions")
        before = self.ownership.before_arm()
        arms = []
        for which, arm in enumerate(n.regions):
            if arm.params or tuple(map(_type, arm.results)) != n.results:
                raise _Fault("E-203", f"arm {which} has parameters, or gives other types than {n.results}")
            self.body(arm, "else" if which else "then")
            arms.append(self.ownership.after_arm(n, which, before))
        self.ownership.after_if(n, arms, before)

    def loop(self, n: Node) -> None:
        if not n.args or n.args[0].type is not I64 or len(n.regions) != 1:
            raise _Fault("E-203", "takes an i64, first values and one region")
        (inner,) = n.regions
        types = tuple(map(_type, n.args[1:]))
        if n.results != types or len(inner.params) != 1 + len(types):
            raise _Fault("E-203", f"carries {types}, gives {n.results}, has {len(inner.params)} parameters")
        given = tuple(map(_type, inner.results))
        if given != (BOOL, *types):
            raise _Fault("E-203", f"its body gives {given}, not bool and {types}")
        self.level += 1
        self.params(inner, (I64, *types))
        self.scope.update(inner.params)
        saved = self.ownership.before_loop(n)
        self.ranges.enter(n)
        self.body(inner)
        self.ranges.leave()
        self.ownership.after_loop(n, saved)
        self.scope.difference_update(inner.params)
        self.level -= 1

    def call(self, n: Node) -> None:
        callee = n.attr if n.op is CALL else self.function
        if n.regions or n.stop:
            raise _Fault("E-203", "a call has regions or a stop of its own")
        if tuple(map(_type, n.args)) != tuple([t for _, t in callee.params]) or n.results != (callee.result,):
            raise _Fault("E-201", f"the call does not fit {callee!r}")
        self.origin(n)
        self.ownership.call(n, _verified(callee, self.done) if n.op is CALL else None)


@cache
def _has_sums(t: Type) -> bool:
    """Whether a wide sum or lanes are `t` or a part of it."""
    return t is WIDE or t is LANES or any(_has_sums(part) for part in t.args)


_NONZERO: Final = PRIMITIVES["nonzero"]
_SELECT: Final = PRIMITIVES["select"]
_CONTROL: Final = {
    "if": _Verifier.branch, "loop": _Verifier.loop, "call": _Verifier.call, "recur": _Verifier.call,
    "const": _Verifier.misplaced, "param": _Verifier.misplaced, "result": _Verifier.misplaced,
}  # fmt: skip
_OPERANDS: Final = {
    "load": _Verifier.index, "store": _Verifier.index, "lanes_add8": _Verifier.eight, "read": _Verifier.room,
    "floordiv": _Verifier.divisor, "mod": _Verifier.divisor, "div_u": _Verifier.divisor, "mod_u": _Verifier.divisor,
    "require": _Verifier.requirement, "bounds": _Verifier.bounds, "data": _Verifier.data,
}  # fmt: skip


def _duties(op: Primitive) -> tuple[Callable[[_Verifier, Node], None], ...]:
    """What is checked of a listed node of a row, in order."""
    found: list[Callable[[_Verifier, Node], None]] = []
    if op.effect or op.name in ("alloc", "reserve"):
        found.append(_Verifier.event)
    if op.name in ("if", "loop", "call", "recur"):
        found.append(_Verifier.control)
    if op.name in ("if", "loop"):
        found.append(_Verifier.quiet)
    if op.name in _CONTROL:
        return (*found, _CONTROL[op.name])
    found.append(_Verifier.row)
    if op.name in TOUCHES_ARRAYS:
        found.append(_Verifier.arrays)
    if op.name in _OPERANDS:
        found.append(_OPERANDS[op.name])
    return tuple(found)


_UNKNOWN: Final = (_Verifier.misplaced,)
_DUTIES: Final = {op: _duties(op) for op in PRIMITIVES.values()}

__all__ = ["verify"]
