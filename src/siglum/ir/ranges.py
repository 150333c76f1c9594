"""Which indices lie inside their arrays, by syntax alone: the rules that `ir.verify` lists as R1 to R8.

Imports the modules of `siglum.ir` below it; `ir.verify` drives it.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import Final

from siglum.ir.node import CONST, IF, LOOP, PARAM, RESULT, Node, constant, node
from siglum.ir.primitives import PRIMITIVES
from siglum.ir.types import BOOL, CHAR, I64, U8, U16, U32

_LENGTH = PRIMITIVES["length"]
_MIN = PRIMITIVES["min"]
_VALUES: Final = {U8: 1 << 8, U16: 1 << 16, U32: 1 << 32}
"""How many values the bytes of an element can make, from 0 on."""
_PATIENCE = 100_000
"""How many loops are looked through for the capacity of what they give, before it counts as unknown."""
_STEP = 1 << 8
"""What is added at once to something that counts is at most this."""
_LOOKS_EACH = 200
"""Nodes one question looks at: each may take three calls on Python's stack, and the regions around it have theirs."""
_LOOKS = 2_000_000
"""How many nodes are looked at to learn what is never negative, before it counts as unknown."""
_FAR = 1 << 31
"""Shifts of an index stay below this, so that a length less a shift cannot wrap."""


class Ranges:
    """The loops and equalities around the point that the verifier has reached."""

    def __init__(self) -> None:
        self.loops: list[Node] = []
        self.equal: list[tuple[Node, Node]] = []
        self._facts: list[int] = []
        self._capacity: dict[Node, Node] = {}
        self._lengths: dict[Node, Node] = {}
        self._of_results: dict[tuple[Node, int], Node] = {}
        """Capacities of results of `if` and `loop`, as long as nothing changes in `_capacity`."""
        self._patience = _PATIENCE
        self.checked: list[Node] = []
        """What is known to be at least 0 and far below 2^63, as a `bounds` would have stopped else."""
        self._near: set[Node] = set()
        self.looks = _LOOKS
        self._shown: dict[tuple[Node, ...], list[Node]] = {}
        """For the arguments of a `bounds` what it stays below and is at least 0 wherever they are compared."""

    # Capacities ---------------------------------------------------------------------------------------------
    def capacity(self, array: Node) -> Node:
        """The node whose value is the number of elements of `array`."""
        while True:
            known = self._capacity.get(array)
            if known is not None:
                return known
            op = array.op
            if op is PARAM:
                return self._length(array)
            if op.name == "store":
                array = array.args[0]
            elif op.name in ("array", "view"):
                return array.args[-1]
            elif op.name in ("alloc", "reserve"):
                return array.args[0]
            elif op.name == "data":
                return constant(len(array.attr[1]), I64)
            elif op is RESULT and array.args[0].op.name == "read":
                array = array.args[0].args[1]
            elif op is RESULT and array.args[0].op in (IF, LOOP):
                place = array.args[0], array.attr
                found = self._of_results.get(place)
                if found is None:
                    found = self._joined(array) if place[0].op is IF else self._looped(array)
                    self._of_results[place] = found
                return found
            else:
                return self._length(array)

    def _length(self, array: Node) -> Node:
        found = self._lengths.get(array)
        if found is None:
            found = self._lengths[array] = node(_LENGTH, (array,))
        return found

    def _joined(self, array: Node) -> Node:
        then, otherwise = (self.capacity(r.results[array.attr]) for r in array.args[0].regions)
        return then if then is otherwise else self._length(array)

    def _looped(self, array: Node) -> Node:
        loop = array.args[0]
        self._patience -= 1
        if self._patience < 0:
            return self._length(array)
        saved, others = dict(self._capacity), self._of_results
        self.enter(loop)
        found = [self._capacity.get(p) for p in loop.regions[0].params[1:]]
        self.leave()
        self._capacity, self._of_results = saved, others
        others.update({(loop, k): kept for k, kept in enumerate(found) if kept is not None})
        kept = found[array.attr]
        return kept if kept is not None else self._length(array)

    def enter(self, loop: Node) -> None:
        """Enters a loop: finds the carried arrays that keep the capacity of their first value."""
        self.loops.append(loop)
        self._facts.append(len(self.equal))
        body = loop.regions[0]
        for p in body.params:
            self._capacity.pop(p, None)
        self._of_results = {}
        kept = {}
        for k, p in enumerate(body.params[1:]):
            if p.type.kind == "array":
                kept[p] = (self.capacity(loop.args[1 + k]), body.results[1 + k])
        for p, (first, _) in kept.items():
            self._capacity[p] = first
        # assume that all keep theirs; drop those that do not until none is left to drop
        failed = list(kept)
        while failed:
            self._of_results = {}
            failed = [p for p, (first, following) in kept.items() if self.capacity(following) is not first]
            for p in failed:
                del kept[p]
                del self._capacity[p]

    def leave(self) -> None:
        """Leaves the innermost loop."""
        self._facts.pop()
        for p in self.loops.pop().regions[0].params:
            self._capacity.pop(p, None)
        self._of_results = {}

    # Indices ------------------------------------------------------------------------------------------------
    def inside(self, index: Node, array: Node) -> bool:
        """Whether `index` is known to be at least 0 and below the capacity of `array`."""
        return any(self.below(index, most) for most in self._measures(array))

    def _measures(self, array: Node) -> Iterator[Node]:
        """The capacity as it is traced, and as the `length` of what the stores began with."""
        while array.op.name == "store":
            array = array.args[0]
        traced = self.capacity(array)
        yield traced
        plain = self._length(array)
        if plain is not traced:
            yield plain

    def below(self, index: Node, most: Node) -> bool:
        """Whether `index` is known to be at least 0 and below `most`."""
        if index.op is CONST:
            return most.op is CONST and bool(0 <= index.attr < most.attr)
        if index.op.name == "bounds":
            bound = index.args[1]
            # it compares as unsigned words: below a negative bound lies anything
            shown = self._shown.get(index.args, ())
            return self._at_most(bound, most) and all(
                one is most or one in shown or one.op is _MIN or _Signs(self, frozenset()).holds(one, tuple(self.loops))
                for one in _smallest_of(bound)
            )
        loop = self._loop_of(index)
        if loop is not None:
            if index.attr[1] == 0 or is_rank(loop, index):
                return self._at_most(loop.args[0], most) or self._equal_at(index.attr[0], loop.args[0], most)
            return False
        if index.op.name == "add_wrap":
            return self._shifted_below(index.args[0], index.args[1], most)
        if index.op.name == "sub_wrap":
            return self._mirrored_below(index.args[0], index.args[1], most)
        if index.op.name == "cast" and index.args[0].op.name == "load":
            return most.op is CONST and bool(most.attr >= _VALUES.get(index.args[0].type, most.attr + 1))
        return False

    # Signs -------------------------------------------------------------------------------------------------
    def forget(self, kept: int) -> None:
        """Leaves what was checked first, up to `kept`."""
        self._near.difference_update(self.checked[kept:])
        del self.checked[kept:]

    def bounds(self, n: Node) -> None:
        """Notes what a `bounds` establishes: its index is at least 0 and near where that is so of what it stays below."""
        index, bound = n.args
        if not _is_length(bound):
            loops = tuple(self.loops)
            before = self._shown.get(n.args)
            self._shown[n.args] = [
                one for one in (_smallest_of(bound) if before is None else before) if _Signs(self, self._near).holds(one, loops)
            ]
            if not _Counts(self, self._near).holds(bound, loops):
                return
        if index not in self._near:
            self.checked.append(index)
            self._near.add(index)

    def _loop_of(self, p: Node) -> Node | None:
        """The loop around here whose parameter `p` is."""
        return self.loops[p.attr[0] - 1] if p.op is PARAM and 0 < p.attr[0] <= len(self.loops) else None

    def _shifted_below(self, counter: Node, shift: Node, most: Node) -> bool:
        """i + k < n, where i counts to n - k; n is a length, so nothing wraps."""
        loop = self._loop_of(counter)
        if loop is None or counter.attr[1] != 0 or shift.op is not CONST or not 0 <= shift.attr < _FAR:
            return False
        count = loop.args[0]
        if count.op is CONST and most.op is CONST:
            return bool(count.attr + shift.attr <= most.attr)
        return (
            count.op.name == "sub_wrap"
            and count.args[1].op is CONST
            and shift.attr <= count.args[1].attr < _FAR
            and count.args[0] is most
            and _is_length(most)
        )

    def _mirrored_below(self, last: Node, counter: Node, most: Node) -> bool:
        """0 <= n - 1 - i < n, where i counts to n or less."""
        loop = self._loop_of(counter)
        if loop is None or counter.attr[1] != 0:
            return False
        if last.op is CONST:
            runs = loop.args[0]
            return runs.op is CONST and most.op is CONST and bool(runs.attr - 1 <= last.attr < most.attr)
        if last.op.name != "sub_wrap" or not _is_constant(last.args[1], 1):
            return False
        return last.args[0] is most and _is_length(most) and self._at_most(loop.args[0], most)

    def eight_inside(self, index: Node, array: Node) -> bool:
        """Whether `index` .. `index` + 7 are known to lie inside `array`: it is 8*i in a loop of capacity/8 runs."""
        if index.op.name != "shl" or not _is_constant(index.args[1], 3):
            return False
        counter = index.args[0]
        if counter.op is not PARAM or counter.attr[1] != 0 or not 0 < counter.attr[0] <= len(self.loops):
            return False
        level = counter.attr[0]
        count = self.loops[level - 1].args[0]
        for most in self._measures(array):
            if count.op is CONST and most.op is CONST:
                return 8 * int(count.attr) <= int(most.attr)
            if count.op.name == "shr" and _is_constant(count.args[1], 3) and self._equal_at(level, count.args[0], most):
                return True
        return False

    def room(self, count: Node, array: Node) -> bool:
        """Whether `count` is at least 0 and at most the capacity of `array`."""
        return any(
            count is most or (count.op is CONST and most.op is CONST and 0 <= count.attr <= most.attr)
            for most in self._measures(array)
        )

    def _at_most(self, bound: Node, most: Node) -> bool:
        for n in _smallest_of(bound):
            if n is most or (n.op is CONST and most.op is CONST and n.attr <= most.attr):
                return True
            if n.op is _LENGTH and self.capacity(n.args[0]) is most:
                return True
        return False

    def _equal_at(self, level: int, x: Node, y: Node) -> bool:
        """Whether `x` and `y` are one node, or equal by requirements before the loop at `level` was entered."""
        facts = self.equal[: self._facts[level - 1]]
        reached = {x}
        grown = bool(facts)
        while grown and y not in reached:
            grown = False
            for pair in facts:
                if (pair[0] in reached) != (pair[1] in reached):
                    reached.update(pair)
                    grown = True
        return y in reached

    def require(self, n: Node) -> None:
        """Notes the equality that a `require` establishes, if it is one."""
        condition = n.args[0]
        if condition.op.name == "eq" and condition.args[0].type is I64:
            self.equal.append((condition.args[0], condition.args[1]))


class _Signs:
    """Asks once which values are never negative. `assumed` are the carried values that are so if all of `assumed` were in the
    run before, or at the start; `left` is how many nodes are still looked at, `checked` what is known.
    """

    def __init__(self, ranges: Ranges, checked: AbstractSet[Node]) -> None:
        self.ranges, self.checked = ranges, checked
        self.assumed: set[tuple[Node, int]] = set()
        self.left = _LOOKS_EACH

    def holds(self, n: Node, loops: tuple[Node, ...]) -> bool:
        """Whether `n`, seen from inside of `loops`, is at least 0."""
        if self.tired() or n.type is not I64:
            return False
        name = n.op.name
        if name in _NEVER or n in self.checked:
            return True
        if n.op is CONST:
            return bool(n.attr >= 0)
        if n.op is PARAM:
            level, k = n.attr
            return 0 < level <= len(loops) and (k == 0 or self.carried(loops[level - 1], k, loops[:level]))
        if n.op is RESULT:
            (of,) = n.args
            if of.op is IF:
                return all(self.holds(r.results[n.attr], loops) for r in of.regions)
            if of.op is not LOOP:
                return False
            level = of.regions[0].params[0].attr[0]
            return self.carried(of, 1 + n.attr, (*loops[: level - 1], of))
        if name == "cast":
            return n.args[0].type in _UNSIGNED
        if name in _ALL:
            return all(self.holds(a, loops) for a in n.args)
        if name in _ANY:
            return any(self.holds(a, loops) for a in n.args)
        if name == "add_wrap":
            return _Counts(self.ranges, self.checked).holds(n, loops)
        return name in _WHICH and all(self.holds(n.args[k], loops) for k in _WHICH[name])

    def tired(self) -> bool:
        self.left -= 1
        self.ranges.looks -= 1
        return self.left < 0 or self.ranges.looks < 0

    def carried(self, loop: Node, k: int, loops: tuple[Node, ...]) -> bool:
        """Whether carried value `k` (from 1 on) of `loop`, the last of `loops`, is at least 0 in each run and after them."""
        if (loop, k) in self.assumed:
            return True
        before = set(self.assumed)
        self.assumed.add((loop, k))
        if self.holds(loop.args[k], loops[:-1]):
            # in an earlier run other things were checked
            checked, self.checked = self.checked, frozenset()
            found = self.holds(loop.regions[0].results[k], loops)
            self.checked = checked
            if found:
                return True
        self.assumed = before
        return False


class _Counts(_Signs):
    """Asks which values were reached by counting, from constants and lengths on: that takes them nowhere near 2^63."""

    def holds(self, n: Node, loops: tuple[Node, ...]) -> bool:
        name = n.op.name
        if n in self.checked:
            return True
        if n.op is CONST or n.op is PARAM or n.op is RESULT:
            return super().holds(n, loops) and (n.op is not CONST or n.attr < _FAR)
        if self.tired() or n.type is not I64:
            return False
        if name in ("add", "add_wrap"):
            x, y = n.args[::-1] if n.args[0].op is CONST else n.args
            return y.op is CONST and 0 <= y.attr <= _STEP and self.holds(x, loops)
        if name in ("select", "bounds"):
            return all(self.holds(a, loops) for a in n.args[1:])
        return name == "length" or (name in ("min", "max") and all(self.holds(a, loops) for a in n.args))


_UNSIGNED: Final = (BOOL, CHAR, U8, U16, U32)
_NEVER: Final = frozenset({"length", "popcount", "leading_zeros", "trailing_zeros"})
_ALL: Final = frozenset({"add", "mul", "floordiv", "min"})
"""At least 0 if all arguments are; the first two stop where they do not fit."""
_ANY: Final = frozenset({"and", "max"})
_WHICH: Final = {"select": (1, 2), "bounds": (1,), "mod": (1,), "sar": (0,), "nonzero": (0,)}
"""At least 0 if the arguments at these places are."""


def _smallest_of(n: Node) -> list[Node]:
    """`n`, and if it is a `min` what it is the smallest of."""
    found = [n]
    seen = {n}
    for one in found:
        if one.op is _MIN:
            new = [a for a in one.args if a not in seen]
            found.extend(new)
            seen.update(new)
    return found


def _is_length(n: Node) -> bool:
    """Whether `n` cannot be negative because it is the length of an array."""
    return n.op.name == "length"


def is_rank(loop: Node, p: Node) -> bool:
    """Whether the carried value `p` of `loop` starts at 0 and grows by at most 1 a run, so never passes the index."""
    k = p.attr[1]
    if p.type is not I64 or not _is_constant(loop.args[k], 0):
        return False
    return _at_most_one_more(loop.regions[0].results[k], p)


def _at_most_one_more(n: Node, p: Node) -> bool:
    """Whether `n` is `p` or `p` + 1 on every path."""
    paths = [n]
    seen = {p}
    for one in paths:
        if one in seen:
            continue
        seen.add(one)
        if one.op.name == "select":
            paths.extend(one.args[1:])
        elif one.op is RESULT and one.args[0].op is IF:
            paths.extend([r.results[one.attr] for r in one.args[0].regions])
        else:
            grows = one.op.name in ("add", "add_wrap")
            if not grows or not any(x is p and _is_zero_or_one(y) for x, y in (one.args, one.args[::-1])):
                return False
    return True


def _is_zero_or_one(n: Node) -> bool:
    return _is_constant(n, 0) or _is_constant(n, 1) or (n.op.name == "cast" and n.args[0].type is BOOL)


def _is_constant(n: Node, value: int) -> bool:
    return n.op is CONST and n.type is I64 and bool(n.attr == value)
