"""`Regions`: loops, arms that may still dissolve into selections, and lists ("cells") that change inside them.

Imports `siglum.ir`, the facts and the values.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, Final, NamedTuple

from siglum.frontend.elaborate.facts import Facts, leader
from siglum.frontend.elaborate.values import (
    ArrayVal,
)
from siglum.ir.node import CONST, PARAM, RESULT, Node, parameter
from siglum.ir.types import (
    BOOL,
    I64,
    SCALARS,
    Type,
)

_FEW_SELECTED: Final = 3
_FEW_NODES: Final = 6
_CHEAP: Final = frozenset({
    "add_wrap", "sub_wrap", "mul_wrap", "and", "or", "xor", "not", "shl", "shr", "sar", "eq", "ne", "lt", "le", "lt_u",
    "le_u", "min", "max", "select", "cast", "to_float", "fadd", "fsub", "fmul", "fneg", "fabs", "fmin", "fmax", "feq",
    "fne", "flt", "fle", "canonical", "pair", "left", "right", "option", "present", "held",
})  # fmt: skip
_EXTREMES: Final = {"lt": ("min", "max"), "le": ("min", "max"), "flt": ("fmin", "fmax")}
"""Comparison of a pair to what choosing its first or its second then is."""


class Arm(NamedTuple):
    """One branch that has been run: what it lists, the cells it changed (before and after), what it gave."""

    body: list[Node]
    before: dict[ArrayVal, tuple[Node, Node | None]]
    after: dict[ArrayVal, tuple[Node, Node | None]]
    value: Any


NO_ARM: Final = Arm([], {}, {}, None)
"""The other side of a branch without `else`."""


class Regions(Facts):
    """A builder whose branches and loops keep lists with identity up to date."""

    def __init__(self) -> None:
        super().__init__()
        self.depth = 0
        self.journals: list[dict[ArrayVal, tuple[Node, Node | None]]] = [{}]
        self.counts: list[Node] = []
        self._facts: list[tuple[dict[Node, int], dict[Node, Node]]] = []

    # Visibility and trial -----------------------------------------------------------------------------------
    def visible(self, n: Node) -> bool:
        """Whether `n` may be used where building stands."""
        if n.op is CONST or n.op is PARAM:
            return True
        return (n.args[0] if n.op is RESULT else n) in self._available

    def begin(self) -> None:
        """Starts a list of nodes whose fate is decided later."""
        self._bodies.append([])

    def end(self) -> list[Node]:
        """Ends the innermost such list; its nodes are no longer available."""
        body = self._bodies.pop()
        self._available.difference_update(body)
        return body

    def replay(self, body: Sequence[Node]) -> None:
        """Lists the nodes of an ended list where building stands."""
        for n in body:
            self._list(n)

    # Loops --------------------------------------------------------------------------------------------------
    def enter_loop(self, count: Node, inits: tuple[Node, ...]) -> tuple[Node, tuple[Node, ...]]:
        """`open_loop`, remembering the count so that indexing by the loop's own index needs no check."""
        self.counts.append(count)
        self._facts.append((self.lower, self.equal))
        self.equal = dict(self.equal)
        self.depth += 1
        index, carried = self.open_loop(count, inits)
        # parameters are interned by level and place: forget what was known of those of an earlier loop
        self.lower = {n: least for n, least in self.lower.items() if n not in carried}
        for p in carried:
            self._lengths.pop(p, None)
        return index, carried

    def leave_loop(self, again: Node | None, nexts: tuple[Node, ...]) -> tuple[Node, ...]:
        self.counts.pop()
        self.lower, self.equal = self._facts.pop()
        self.depth -= 1
        return self.close_loop(self.true if again is None else again, nexts)

    def equal_before(self, level: int, x: Node, y: Node) -> bool:
        """Whether two lengths were known to be equal when the loop at `level` was entered."""
        if x is y:
            return True
        equal = self._facts[level - 1][1]
        return bool(equal) and leader(equal, x) is leader(equal, y)

    @property
    def index(self) -> Node:
        """The innermost loop's index."""
        return parameter(self.level, 0, I64)

    # Branches -----------------------------------------------------------------------------------------------
    def arm(self, run: Callable[[], Any]) -> Arm:
        """Runs one branch; cells are as before afterwards."""
        facts = self.lower, self.equal
        self.lower, self.equal = dict(self.lower), dict(self.equal)
        self.depth += 1
        self.journals.append({})
        self.begin()
        value = run()
        body = self.end()
        before = self.journals.pop()
        self.depth -= 1
        self.lower, self.equal = facts
        # what was made inside keeps its state: it is part of the value, if anything
        before = {cell: state for cell, state in before.items() if cell.depth <= self.depth}
        after = {cell: (cell.node, cell.count) for cell in before}
        for cell, (n, count) in before.items():
            cell.node, cell.count = n, count
        return Arm(body, before, after, value)

    def join(
        self,
        condition: Node,
        then: Arm,
        otherwise: Arm,
        x: Sequence[Node],
        y: Sequence[Node],
        alive: Collection[ArrayVal] | None = None,
    ) -> tuple[Node, ...]:
        """The results of `if condition`: `x` and `y` are what the arms give. Cells changed in an arm are joined too; of
        these only those `alive`, where it is given.
        """
        cells = [c for c in dict.fromkeys((*then.before, *otherwise.before)) if c.depth <= self.depth]
        if alive is not None:
            cells = [c for c in cells if c in alive]
        left, right = list(x), list(y)
        forms: list[tuple[ArrayVal, bool, bool]] = []
        for cell in cells:
            a, m = then.after.get(cell, (cell.node, cell.count))
            b, n = otherwise.after.get(cell, (cell.node, cell.count))
            grows = m is not None or n is not None
            if grows:
                m, n = self._count_in(then, a, m), self._count_in(otherwise, b, n)
                left.append(m)
                right.append(n)
            left.append(a)
            right.append(b)
            forms.append((cell, grows, self.length_known(a) is self.length_known(b) is not None))
        results = list(self._branch(condition, then.body, tuple(left), otherwise.body, tuple(right)))
        at = len(x)
        for cell, grows, same in forms:
            count = None
            if grows:
                count = results[at]
                at += 1
            joined = results[at]
            if same and joined is not left[at]:
                self._lengths[joined] = self._capacity(left[at])
            at += 1
            self.change(cell, joined, count)
        return tuple(results[: len(x)])

    def _count_in(self, arm: Arm, array: Node, count: Node | None) -> Node:
        """How many elements a cell has at the end of an arm that leaves it at its full length."""
        made: Node = count if count is not None else self.inside(arm, lambda: self.length(array))
        return made

    def inside(self, arm: Arm, run: Callable[[], Any]) -> Any:
        """Runs something at the end of an arm that has been run."""
        self._bodies.append(arm.body)
        self._available.update(arm.body)
        result = run()
        self._available.difference_update(self._bodies.pop())
        return result

    def length_known(self, array: Node) -> Node | None:
        """The length of an array where it is a node that may be used here, else None."""
        n = self._capacity(array)
        return n if self.visible(n) else None

    def _capacity(self, array: Node) -> Node:
        """As `length`, without listing anything."""
        self.begin()
        n = self.length(array)
        self.end()
        return n

    def _branch(
        self, condition: Node, then: list[Node], x: tuple[Node, ...], otherwise: list[Node], y: tuple[Node, ...]
    ) -> tuple[Node, ...]:
        differ = [k for k in range(len(x)) if x[k] is not y[k] or not self.visible(x[k])]
        if self._selectable(then, otherwise, [(x[k], y[k]) for k in differ]):
            self.replay(then)
            self.replay(otherwise)
            return tuple(self.choose(condition, a, b) if a is not b else a for a, b in zip(x, y, strict=True))
        if not differ and not any(n.acts for n in then) and not any(n.acts for n in otherwise):
            return x
        first = self._region(then, tuple(x[k] for k in differ))
        second = self._region(otherwise, tuple(y[k] for k in differ))
        results = self.if_(condition, first, second)
        out = list(x)
        for k, r in zip(differ, results, strict=True):
            out[k] = r
        return tuple(out)

    def _selectable(self, then: list[Node], otherwise: list[Node], pairs: list[tuple[Node, Node]]) -> bool:
        if len(then) + len(otherwise) > _FEW_NODES or len(pairs) > _FEW_SELECTED:
            return False
        if any(a is not b and a.type.kind not in SCALARS for a, b in pairs):
            return False
        if sum(a.op is CONST and b.op is CONST and a.type is BOOL and a is not b for a, b in pairs) > 1:
            return False  # one arm leaves a loop: the jump is wanted
        return all(n.op.name in _CHEAP for n in then) and all(n.op.name in _CHEAP for n in otherwise)

    def _region(self, body: list[Node], results: tuple[Node, ...]) -> Any:
        self._bodies.append(body)
        self._available.update(body)
        return self.close_region(results)

    def choose(self, condition: Node, x: Node, y: Node) -> Node:
        """`x` where `condition` holds, else `y`, both computed."""
        if x is y:
            return x
        if x.type is BOOL and x.op is CONST and y.op is CONST:
            return condition if x.attr else self.emit("not", condition)
        if x.type is BOOL and y is self.false:
            return self.emit("and", condition, x)
        if x.type is BOOL and x is self.true:
            return self.emit("or", condition, y)
        extreme = _EXTREMES.get(condition.op.name)
        if extreme is not None and condition.args == (y, x):
            return self.emit(extreme[1], y, x)
        if extreme is not None and condition.args == (x, y):
            return self.emit(extreme[0], y, x)
        return self.emit("select", condition, x, y)

    # Cells --------------------------------------------------------------------------------------------------
    def array(self, n: Node, element: Type, count: Node | None = None, frozen: str = "") -> ArrayVal:
        """A new array value made where building stands."""
        return ArrayVal(n, element, count, frozen, self.depth)

    def change(self, cell: ArrayVal, n: Node, count: Node | None) -> None:
        """Gives a cell its next version."""
        self.journals[-1].setdefault(cell, (cell.node, cell.count))
        cell.node, cell.count = n, count

    def count_of(self, array: ArrayVal) -> Node:
        """How many elements an array has."""
        return array.count if array.count is not None else self.length(array.node)
