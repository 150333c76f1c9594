"""The verifier. Imports the modules of `siglum.ir` below it.

`verify` checks, of a function and of every function it calls:

1. Types (E-201). Each node has the type its row's rule gives for its arguments; constants lie in their type; the arms of
   an `if` give the same types, its condition is a bool; a loop's count is an i64 and its carried values keep their
   types; calls fit the callee's parameters and result.
2. Scope (E-202). Every argument is a constant, a parameter of an enclosing region, or listed before, in the same region
   or an enclosing one; `result` nodes take an existing result. What has a value is not listed again where it is in scope.
3. Shape (E-203). Parameters carry their level and index; arms of `if` have none; a loop body has the index and one
   parameter for each carried value, and gives whether to go on and the next values; a function gives one result;
   regions nest at most `MAX_NESTING` deep.
4. Origins (E-204). Nodes that may stop and calls have an origin in the function's table; no other node has one. Kinds of
   stop are known.
5. Linear use (E-205). No version of an array is used after a store into it (its length may be); inputs, constants
   and elements of arrays are never stored into; a loop stores only into arrays it carries or makes, and carried arrays
   that are stored into never overlap.
6. Indices (E-206). Each index of `load` and `store` lies inside the array's capacity by one of
   R1 it is `bounds(_, n)`; R2 it is the index of a loop of n runs; R3 it is a rank: a carried value that starts at 0
   and grows by at most 1 a run of a loop of n runs; R4 it is a constant below a constant capacity; R5 `lanes_add8`
   starts at 8*i in a loop of n/8 runs; R6 it is i + k in a loop of n - k runs or fewer; R7 it is n - 1 - i in a loop of n
   runs. n is the capacity or (in R1, R2, R3, R7) a `min` with it; in R2, R3 and R5 it may be equal to it by a `require`
   before the loop, as code may load as soon as index and array are there. The capacity is traced through stores, arms
   that agree and loops that keep it, or is the `length` of the array. `read` has room for what it reads.
7. Divisors (E-207). They are `nonzero(...)` or constants other than 0.
8. Events (E-208). A fresh array, and what acts and has a value, is listed once in the whole function, so that its value is
   one value.

Not checked: that elements of `reserve` are stored before they are loaded, that the path of `open` ends with a zero byte,
that a map's keys differ and are as many as its values, that loops and recursion end.
"""

from __future__ import annotations

from siglum.errors import STOP_CODES, UserError
from siglum.ir.function import Function
from siglum.ir.node import CALL, CONST, IF, LOOP, PARAM, READ, RECUR, RESULT, Node, Region
from siglum.ir.ownership import TOUCHES_ARRAYS, Misuse, Ownership, Summary
from siglum.ir.primitives import BYTES, PRIMITIVES, in_narrow
from siglum.ir.ranges import Ranges
from siglum.ir.types import BOOL, CHAR, F32, F64, I64, NOTHING, RANGES, Type, is_scalar

MAX_NESTING = 256
_INDEXED = {"load": 1, "store": 1}
_DIVISIONS = frozenset({"floordiv", "mod", "div_u", "mod_u"})
_FRESH = frozenset({"alloc", "reserve"})
_CONTROL = frozenset(PRIMITIVES[name] for name in ("const", "param", "result", "if", "loop", "call", "recur"))


def verify(function: Function) -> None:
    """Returns if every invariant above holds. Raises `UserError` (E-201 .. E-208) whose message names the path."""
    _verified(function, {})


def _verified(function: Function, done: dict[Function, Summary]) -> Summary:
    summary = done.get(function)
    if summary is None:
        summary = done[function] = _Verifier(function, done).summary
    return summary


_FIX = "this is a fault of the front end that made the function"


class _Verifier:
    """Walks one function in the order of evaluation."""

    def __init__(self, function: Function, done: dict[Function, Summary]) -> None:
        self.function, self.done = function, done
        self.path: list[str] = []
        self.level = self.depth = 0
        self.scope: set[Node] = set()
        self.events: set[Node] = set()
        self.ranges = Ranges()
        self.ownership = Ownership(function.region.params)
        region = function.region
        if len(region.params) != len(function.params):
            raise self.fault("E-203", "the parameters differ from the signature")
        self.params(region, tuple(t for _, t in function.params))
        if len(region.results) != 1:
            raise self.fault("E-203", f"a function gives one result, not {len(region.results)}")
        self.scope.update(region.params)
        self.body(region)
        if region.results[0].type is not function.result:
            raise self.fault("E-201", f"the result is {region.results[0].type}, not {function.result}")
        try:
            self.summary = self.ownership.finish(region.results[0])
        except Misuse as misuse:
            raise self.fault("E-205", f"in the result, {misuse}") from None

    def fault(self, code: str, what: str) -> UserError:
        steps = self.path if len(self.path) < 12 else [*self.path[:4], "...", *self.path[-4:]]
        path = " > ".join([self.function.name, *steps])
        return UserError(f"not a well-formed function: {what}, in {path}", None, _FIX, code)

    def params(self, region: Region, types: tuple[Type, ...]) -> None:
        """The parameters of `region` are numbered at this level and have `types`."""
        for k, (p, t) in enumerate(zip(region.params, types, strict=True)):
            if p.op is not PARAM or p.attr != (self.level, k):
                raise self.fault("E-203", f"parameter {k} of level {self.level} is {p!r}")
            if p.type is not t:
                raise self.fault("E-201", f"parameter {k} is {p.type}, not {t}")

    # Scope --------------------------------------------------------------------------------------------------
    def body(self, region: Region) -> None:
        """Checks what `region` lists and that its results are in scope; the scope is as before afterwards."""
        added: list[Node] = []
        scope = self.scope
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise self.fault("E-203", f"regions nest deeper than {MAX_NESTING}")
        known = len(self.ranges.equal)
        for at, n in enumerate(region.body):
            for a in n.args:
                if a not in scope and not self.reachable(a):
                    self.path.append(f"{at}:{n.op.name}")
                    raise self.fault("E-202", f"`{a.op.name}` is used before it is listed, or outside its region")
            self.path.append(f"{at}:{n.op.name}")
            if n in scope and (n.results or n.type is not NOTHING):
                raise self.fault("E-202", f"`{n.op.name}` is listed again where it is in scope")
            try:
                self.listed(n)
            except Misuse as misuse:
                raise self.fault("E-205", str(misuse)) from None
            self.path.pop()
            if n not in scope:
                scope.add(n)
                added.append(n)
        for r in region.results:
            if r not in scope and not self.reachable(r):
                raise self.fault("E-202", f"the region gives `{r.op.name}`, which it cannot see")
        self.depth -= 1
        if region is not self.function.region:
            scope.difference_update(added)
            del self.ranges.equal[known:]

    def reachable(self, n: Node) -> bool:
        if n.op is RESULT:
            if not 0 <= n.attr < len(n.args[0].results) or n.type is not n.args[0].results[n.attr]:
                raise self.fault("E-202", f"there is no result {n.attr} of `{n.args[0].op.name}`")
            return n.args[0] in self.scope
        if n.op is CONST:
            self.word(n.attr, n.type)
            return True
        return False

    def word(self, value: object, t: Type) -> None:
        if t in RANGES:
            low, high = RANGES[t]
            fits = type(value) is int and low <= value <= high
        elif t in (F64, F32):
            fits = type(value) is float
        else:
            fits = type(value) is bool if t is BOOL else t is CHAR and type(value) is int and in_narrow(value, CHAR)
        if not fits:
            raise self.fault("E-201", f"{value!r} is no constant of type {t}")

    # Nodes --------------------------------------------------------------------------------------------------
    def listed(self, n: Node) -> None:
        op = n.op
        if op.name in _FRESH or (op.effect and (n.results or n.type is not NOTHING)):
            if n in self.events:
                raise self.fault("E-208", f"`{op.name}` is listed twice, so its value is not one value")
            self.events.add(n)
        if op in _CONTROL:
            if op is IF:
                self.branch(n)
            elif op is LOOP:
                self.loop(n)
            elif op is CALL:
                self.call(n, n.attr)
            elif op is RECUR:
                self.call(n, self.function)
            else:
                raise self.fault("E-203", f"`{op.name}` is listed")
            return
        self.row(n)
        if op.name in TOUCHES_ARRAYS:
            self.ownership.plain(n)
            if op.name == "data":
                self.data(n)
        if n.args:
            self.operands(n)

    def row(self, n: Node) -> None:
        op = n.op
        try:
            made = op.rule(n.attr, tuple(a.type for a in n.args))
        except TypeError as problem:
            raise self.fault("E-201", str(problem)) from None
        if made is not n.type or n.regions or n.results != ((BYTES, I64) if op is READ else ()):
            raise self.fault("E-201", f"its type is {made}, not {n.type}")
        if n.stop != (n.attr if op.stop == "attr" else op.stop):
            raise self.fault("E-204", f"its stop is {n.stop!r}")
        if n.stop:
            if n.stop not in STOP_CODES:
                raise self.fault("E-204", f"{n.stop!r} is no kind of stop")
            self.origin(n)
        elif n.origin != -1:
            raise self.fault("E-204", "it cannot stop, yet has an origin")

    def origin(self, n: Node) -> None:
        if not 0 <= n.origin < len(self.function.origins):
            raise self.fault("E-204", f"it may stop, and its origin is {n.origin} of {len(self.function.origins)}")

    def operands(self, n: Node) -> None:
        name = n.op.name
        if name in _INDEXED:
            if not self.ranges.inside(n.args[1], n.args[0]):
                raise self.fault("E-206", "its index is not known to lie inside the array")
        elif name in _DIVISIONS:
            divisor = n.args[1]
            if divisor.op.name != "nonzero" and not (divisor.op is CONST and divisor.attr != 0):
                raise self.fault("E-207", "its divisor may be zero")
        elif name == "require":
            self.ranges.require(n)
        elif name == "lanes_add8" and not self.ranges.eight_inside(n.args[2], n.args[1]):
            raise self.fault("E-206", "its eight elements are not known to lie inside the array")
        elif name == "read" and not self.ranges.room(n.args[2], n.args[1]):
            raise self.fault("E-206", "its buffer is not known to have room")

    def data(self, n: Node) -> None:
        element, values = n.attr
        if not is_scalar(element) or type(values) is not tuple:
            raise self.fault("E-201", f"constant data of type {element}")
        for value in values:
            self.word(value, element)

    # Regions ------------------------------------------------------------------------------------------------
    def branch(self, n: Node) -> None:
        if len(n.args) != 1 or n.args[0].type is not BOOL or len(n.regions) != 2:
            raise self.fault("E-203", "takes one bool and two regions")
        before = self.ownership.before_arm()
        arms = []
        for which, arm in enumerate(n.regions):
            if arm.params or tuple(r.type for r in arm.results) != n.results:
                raise self.fault("E-203", f"arm {which} has parameters, or gives other types than {n.results}")
            self.path.append("else" if which else "then")
            self.body(arm)
            arms.append(self.ownership.after_arm(n, which, before))
            self.path.pop()
        self.ownership.after_if(n, arms, before)

    def loop(self, n: Node) -> None:
        if not n.args or n.args[0].type is not I64 or len(n.regions) != 1:
            raise self.fault("E-203", "takes an i64, first values and one region")
        (inner,) = n.regions
        types = tuple(a.type for a in n.args[1:])
        if n.results != types or len(inner.params) != 1 + len(types):
            raise self.fault("E-203", f"carries {types}, gives {n.results}, has {len(inner.params)} parameters")
        if tuple(r.type for r in inner.results) != (BOOL, *types):
            raise self.fault("E-203", f"its body gives {[r.type for r in inner.results]}, not bool and {types}")
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

    def call(self, n: Node, callee: Function) -> None:
        if tuple(a.type for a in n.args) != tuple(t for _, t in callee.params) or n.results != (callee.result,):
            raise self.fault("E-201", f"the call does not fit {callee!r}")
        self.origin(n)
        self.ownership.call(n, _verified(callee, self.done) if n.op is CALL else None)


__all__ = ["verify"]
