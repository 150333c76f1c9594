"""Functions as terms: symbolic execution over all inputs of a shape, loops and calls unrolled up to a bound.

Imports `ir` and `smt`. The program's own stops are conditions; limits of memory, stack and fuel are not modelled (an assumption).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from siglum.ir.function import Function, Origin
from siglum.ir.node import CALL, CONST, IF, LOOP, RECUR, RESULT, Node, Region
from siglum.ir.types import BOOL, CHAR, F32, F64, Type, element_size, is_scalar
from siglum.smt import values
from siglum.smt.machine import TermMachine, bits_of
from siglum.smt.terms import MEMORY, Term, Terms
from siglum.smt.values import Array, Listed, Stored, Unsupported, Value, merge


@dataclass(frozen=True, slots=True)
class StopAt:
    """A place where the program stops: when it is reached and what is required fails, the kind of stop, word and place."""

    condition: Term
    kind: str
    origin: Origin | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run gives. It stops exactly where `stopped` holds, as the first of `stops` says whose condition holds; elsewhere
    it gives `value`. Where `unfinished` holds, a loop or a call went over its bound and nothing is known. `assumptions`
    are what inputs of their types keep (characters in memory are code points, truth values 0 or 1).
    """

    value: Value
    type: Type
    stops: tuple[StopAt, ...]
    stopped: Term
    unfinished: Term
    assumptions: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far loops are unrolled (`runs` of one loop), calls nest, fresh arrays of unknown length reach (`cells`; None puts them
    in memories instead), and how many operations are executed in all, and for how long, before the whole is `Unsupported`.
    """

    runs: int = 16
    calls: int = 8
    cells: int | None = 16
    operations: int = 200_000
    seconds: float = 60.0


def execute(terms: Terms, function: Function, arguments: Sequence[Value], bounds: Bounds | None = None) -> Outcome:
    """Runs `function` on values made of terms. Raises `Unsupported` for effects and for what grows too large."""
    run = Executor(terms, bounds or Bounds())
    value = run.call(function, tuple(arguments))
    return Outcome(value, function.result, tuple(run.stops), run.stopped, run.unfinished, tuple(run.assumptions))


ZEROS: Final = "zeros"
UNWRITTEN: Final = "unwritten"
"""The memories of fresh arrays of unknown length. What `alloc` gives is not known to be zero here, but it is one content; what
`reserve` gives is stored before it is loaded (which the front end answers for), so one content may stand for all.
"""
_EFFECTS: Final = frozenset({"write", "read", "open", "close", "clock"})
_PASSED_ON: Final = frozenset({"pair", "option", "mapping"})
_PARTS: Final = {"left": 0, "right": 1, "present": 0, "held": 1, "keys": 0, "values": 1}
_WIDE: Final = 128


class Executor:
    """One run: what is reached (`path`), and what has been collected so far."""

    def __init__(self, terms: Terms, bounds: Bounds) -> None:
        self.terms, self.bounds = terms, bounds
        self.machine = TermMachine(terms)
        self.path = terms.true
        self.stopped = terms.false
        self.unfinished = terms.false
        self.stops: list[StopAt] = []
        self.assumptions: list[Term] = []
        self.functions: list[Function] = []
        self.left = bounds.operations
        self.end = time.process_time() + bounds.seconds

    # Functions and regions ----------------------------------------------------------------------------------------
    def call(self, function: Function, arguments: tuple[Value, ...]) -> Value:
        """The result of a call; one nested too deep is unfinished."""
        if self.functions.count(function) > self.bounds.calls:
            self.give_up(self.path)
            return values.zero(self.terms, function.result)
        self.functions.append(function)
        known: dict[Node, Any] = dict(zip(function.region.params, arguments, strict=True))
        (found,) = self.region(function.region, known)
        self.functions.pop()
        return found

    def region(self, region: Region, known: dict[Node, Any]) -> tuple[Value, ...]:
        """Runs what the region lists; gives its results."""
        self.left -= len(region.body)
        if self.left < 0:
            raise Unsupported(f"over {self.bounds.operations} operations when unrolled")
        if time.process_time() > self.end:
            raise Unsupported(f"over {self.bounds.seconds:g} seconds to unroll")
        for n in region.body:
            op = n.op
            if op is IF:
                known[n] = self.branch(n, known)
            elif op is LOOP:
                known[n] = self.loop(n, known)
            elif op is CALL or op is RECUR:
                callee = self.functions[-1] if op is RECUR else n.attr
                known[n] = (self.call(callee, tuple([self.get(a, known) for a in n.args])),)
            else:
                known[n] = self.plain(n, known)
        return tuple([self.get(r, known) for r in region.results])

    def get(self, n: Node, known: dict[Node, Any]) -> Value:
        if n.op is CONST:
            return self.constant(n.attr, n.type)
        if n.op is RESULT:
            found: Value = known[n.args[0]][n.attr]
            return found
        value: Value = known[n]
        return value

    def constant(self, value: Any, t: Type) -> Term:
        """A scalar constant of the type."""
        if t is BOOL:
            return self.terms.truth(value)
        return self.terms.const(bits_of(value) if t in (F64, F32) else value, 64)

    def branch(self, n: Node, known: dict[Node, Any]) -> tuple[Value, ...]:
        condition = self.get(n.args[0], known)
        assert isinstance(condition, Term)
        then, otherwise = n.regions
        if condition.is_const:
            return self.region(then if condition.value else otherwise, known)
        outer = self.path
        self.path = outer & condition
        taken = self.region(then, known)
        self.path = outer & ~condition
        left = self.region(otherwise, known)
        self.path = outer
        return tuple([merge(condition, a, b) for a, b in zip(taken, left, strict=True)])

    def loop(self, n: Node, known: dict[Node, Any]) -> tuple[Value, ...]:
        count, *carried = [self.get(a, known) for a in n.args]
        assert isinstance(count, Term)
        body, outer = n.regions[0], self.path
        again, most = self.terms.true, most_runs(n, count)
        if most is not None and n.args[0].op.name == "min":  # below the constant, only the other argument counts
            count = self.other_count(n, known, count)
        run = 0
        while True:
            going = again & self.terms.const(run, 64).slt(count)
            self.path = outer & going
            if (self.path.is_const and not self.path.value) or (most is not None and run >= most):
                break
            if run >= self.bounds.runs and not (again.is_const and count.is_const):
                self.give_up(self.path)
                break
            known.update(zip(body.params, (self.terms.const(run, 64), *carried), strict=True))
            on, *following = self.region(body, known)
            carried = [merge(going, new, old) for new, old in zip(following, carried, strict=True)]
            assert isinstance(on, Term)
            again = going & on
            run += 1
        self.path = outer
        return tuple(carried)

    def other_count(self, n: Node, known: dict[Node, Any], count: Term) -> Term:
        """The argument beside the constant of a count that is a `min`."""
        others = [self.get(a, known) for a in n.args[0].args if a.op is not CONST]
        return others[0] if len(others) == 1 and isinstance(others[0], Term) else count

    # Conditions -----------------------------------------------------------------------------------------------------
    def stop_where(self, condition: Term, kind: str, n: Node) -> None:
        """Records that a node stops where the condition holds."""
        reached = self.path & condition
        if reached.is_const and not reached.value:
            return
        origins = self.functions[-1].origins
        self.stops.append(StopAt(reached, kind, origins[n.origin] if 0 <= n.origin < len(origins) else None))
        self.stopped = self.stopped | reached

    def give_up(self, condition: Term) -> None:
        self.unfinished = self.unfinished | (condition & ~self.stopped)

    def assume(self, fact: Term, where: Term) -> None:
        """A fact about inputs that holds where it is reached and `where` holds."""
        if not (fact.is_const and fact.value):
            self.assumptions.append(~(self.path & ~self.stopped & where) | fact)

    # Nodes --------------------------------------------------------------------------------------------------------
    def plain(self, n: Node, known: dict[Node, Any]) -> Any:
        name = n.op.name
        args: list[Any] = [self.get(a, known) for a in n.args]
        own = _OWN.get(name)
        if own is not None:
            return own(self, n, *args)
        if name in _PASSED_ON:
            return tuple(args)
        if name in _PARTS:
            return args[0][_PARTS[name]]
        if name in _EFFECTS or n.op.machine is None:
            raise Unsupported(f"the effect `{name}`" if name in _EFFECTS else f"`{name}`")
        if n.type is BOOL and n.args[0].type is BOOL:
            return _on_truth(name, args)
        made = n.op.machine(self.machine, *args, *((n.attr,) if name == "narrow" else ()))
        for condition in self.machine.stops:
            self.stop_where(condition, n.stop, n)
        self.machine.stops.clear()
        return made

    def require(self, n: Node, condition: Term) -> None:
        self.stop_where(~condition, n.stop, n)

    def tick(self, n: Node) -> None:
        """Fuel is a limit, not a meaning."""

    def cast(self, n: Node, x: Term) -> Term:
        if n.args[0].type is BOOL and n.attr is not BOOL:
            return self.machine.word(x)
        return x

    def select(self, n: Node, condition: Term, x: Value, y: Value) -> Value:
        return merge(condition, x, y)

    def wide(self, n: Node, x: Term) -> Term:
        return x.sext(_WIDE)

    def wide_add(self, n: Node, w: Term, x: Term) -> Term:
        return w + x.sext(_WIDE)

    def wide_fit(self, n: Node, w: Term) -> Term:
        low = w.bits(63, 0)
        self.stop_where(w.isnt(low.sext(_WIDE)), n.stop, n)
        return low

    def lanes(self, n: Node) -> Value:
        return (self.constant(-0.0, F64),) * 8

    def lanes_add(self, n: Node, lanes: tuple[Term, ...], k: Term, x: Term) -> Value:
        return tuple([(k & 7).is_(j).ite(self.machine.fadd(lane, x), lane) for j, lane in enumerate(lanes)])

    def lanes_add8(self, n: Node, lanes: tuple[Term, ...], array: Array, k: Term) -> Value:
        added = []
        for j, lane in enumerate(lanes):
            x = values.load(array, k + j)
            assert isinstance(x, Term)
            added.append(self.machine.fadd(lane, x))
        return tuple(added)

    def lanes_total(self, n: Node, lanes: tuple[Term, ...]) -> Term:
        add = self.machine.fadd
        four = [add(lanes[j], lanes[j + 4]) for j in range(4)]
        return add(add(four[0], four[2]), add(four[1], four[3]))

    # Arrays -------------------------------------------------------------------------------------------------------
    def alloc(self, n: Node, count: Term) -> Array:
        return self.made(n, count, values.zero(self.terms, n.type.element))

    def reserve(self, n: Node, count: Term) -> Array:
        return self.made(n, count, None)

    def made(self, n: Node, count: Term, filled: Value | None) -> Array:
        self.stop_where(count.slt(0), n.stop, n)
        element, cells = n.type.element, self.bounds.cells
        if count.is_const and not count.slt(0).value:
            cells = count.value if cells is None or count.value <= max(cells, 4096) else cells
        if cells is not None:
            self.give_up(self.path & self.terms.const(cells, 64).slt(count))
            return Listed((filled,) * min(cells, count.high), count, element)
        if not is_scalar(element):
            values.refuse_nested(element)
        name = ZEROS if n.op.name == "alloc" else UNWRITTEN
        return Stored(self.terms.var(name, MEMORY), self.terms.const(0, 64), count, element)

    def array(self, n: Node, array: Array, length: Term) -> Array:
        return self.view(n, array, self.terms.const(0, 64), length)

    def view(self, n: Node, array: Array, start: Term, length: Term) -> Array:
        inside = length.ule(array.length) & start.ule(array.length - length)
        self.stop_where(~inside, n.stop, n)
        return values.view(array, start, length)

    def length(self, n: Node, array: Array) -> Term:
        return array.length

    def load(self, n: Node, array: Array, index: Term) -> Value:
        found = values.load(array, index)
        if isinstance(array, Stored) and n.type in (BOOL, CHAR):
            inside = index.ult(array.length)
            raw = values.read_word(array.memory, array.at + index * element_size(n.type), element_size(n.type)).zext(64)
            self.assume(raw.ult(2) if n.type is BOOL else values.in_range(raw, CHAR), inside)
        return found

    def store(self, n: Node, array: Array, index: Term, value: Value) -> Array:
        return values.store(array, index, value)

    def data(self, n: Node) -> Array:
        element, words = n.attr
        cells = tuple([self.constant(w, element) for w in words])
        return Listed(cells, self.terms.const(len(cells), 64), element)


def most_runs(n: Node, count: Term) -> int | None:
    """How many runs a loop takes at most, where that is plain to see."""
    if count.is_const:
        return max(count.signed, 0)
    if n.args[0].op.name == "min":
        ends = [max(a.attr, 0) for a in n.args[0].args if a.op is CONST]
        return int(ends[0]) if ends else None
    return count.high if count.high < 1 << 16 else None


def _on_truth(name: str, args: list[Term]) -> Term:
    """Primitives of truth values, without the detour over words."""
    if name == "not":
        return ~args[0]
    x, y = args
    return {"and": x & y, "or": x | y, "xor": ~x.is_(y), "eq": x.is_(y), "ne": ~x.is_(y)}[name]


_OWN: Final[dict[str, Callable[..., Any]]] = {
    name: getattr(Executor, name)
    for name in (
        "require", "tick", "cast", "select", "wide", "wide_add", "wide_fit", "lanes", "lanes_add", "lanes_add8", "lanes_total",
        "alloc", "reserve", "array", "view", "length", "load", "store", "data",
    )
}  # fmt: skip

__all__ = ["Bounds", "Executor", "Outcome", "StopAt", "Unsupported", "execute", "most_runs"]
