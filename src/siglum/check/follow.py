"""Check 2, values: one block's instances run on value numbers and compared with the Function.

Imports `ir`, `records`, `stencil.families` and the modules of `check` above it.

The state along the code is: where in the Function the code stands (a region's scope, and how many of its listed nodes lie
behind), and which value each register and slot holds. The rules:

* A store is one of a region around. What may lie in the memory it changes, other than the array's new version, is
  not known any more.
* An instance that may stop or acts is the next listed node that does: same operation, same operands, and its stop site
  names that node's kind and origin; the instance itself is said to serve that origin. What others are said to serve
  is a note for people: it only has to be an origin of the Function. Loads, stores and
  divisions are ones the Function has. Other instances may compute anything anywhere.
* A conditional jump decides an `if` (either way), fails a `require`, skips a loop that does not run, or ends one early. A
  latch ends a run of the innermost loop. No other jump goes back, so a block ends whenever its Function does.
* A label states where it stands and what is where. Each way to it must make that true, with the results of the regions
  left, or the parameters of the loop entered, replaced by what they are on that way. After a label only its
  statement holds. What it states is in scope there; at a loop's top, in scope before the loop.
* A region is left when nothing in it is left that acts; a loop's body, but by its latch or an end decided there, only on
  a way on which the loop does not go on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from siglum.check.mismatch import Mismatch
from siglum.check.scopes import ARM, LOOP_BODY, Numbering, Scope, Values
from siglum.check.terms import Term, Terms
from siglum.ir.function import Function
from siglum.ir.node import IF, Node
from siglum.ir.ownership import Summary
from siglum.ir.primitives import LANES
from siglum.records import Block, Image, Label, Location

SLOT = 16
BASES: Final = {"v": 0, "x": 8, "s": SLOT}
"""Kind of place to the location of its number 0."""
REGISTERS: Final = range(8)
Handler = Callable[["Follower", tuple[int, ...]], None]
Renames = tuple[dict[int, int], ...]
_STUB = -1


class Held(dict[int, int]):
    """What value each location holds, where that is known."""

    def __missing__(self, location: int) -> int:
        raise Unknown(location)


class Unknown(Exception):
    """A location is read that holds no known value."""

    def __init__(self, location: int) -> None:
        super().__init__(location)
        self.location = location


class Follower:
    """Follows one block. `held` maps locations (0..7 v, 8..15 x, 16 + k slot k) to values; `scope` is None where the code
    cannot be reached from above.
    """

    def __init__(self, image: Image, number: int, summaries: dict[Function, Summary]) -> None:
        self.image, self.number = image, number
        self.block: Block = image.witness.blocks[number]
        self.terms = Terms()
        self.numbering = Numbering(self.block.function, self.terms, summaries)
        self.scope: Scope | None = None
        self.at = 0
        self.offset = self.block.offset
        self.origin = -1
        self.held = Held()
        self.places = {"v": REGISTERS, "x": REGISTERS, "s": range(1, self.block.frame_slots)}
        self.renames: Renames = ()
        self.entered: Scope | None = None
        self.again: Scope | None = None
        self.stubs: dict[int, int] = {}
        self.called: set[int] = set()
        self.constants: set[tuple[int, int]] = set()
        self.effects: set[str] = set()
        self._labels: dict[int, tuple[Scope, int, list[tuple[int, int]]]] = {}

    def follow(self, handlers: dict[str, Handler]) -> None:
        """Raises `Mismatch` unless the block computes its Function."""
        try:
            self.instances(handlers)
        except Unknown as unknown:
            raise self.no(f"{show(unknown.location)} holds no known value") from None
        if self.scope is not None:
            raise self.no("the code runs past the block's end")

    def instances(self, handlers: dict[str, Handler]) -> None:
        block = self.block
        origins = len(block.function.origins)
        marked: dict[int, list[int]] = {}
        for k, label in enumerate(block.labels):
            if label.done != _STUB:
                marked.setdefault(label.offset, []).append(k)
        self.stubs = {instance.offset: instance.operands[0] - 1 for instance in block.instances if instance.family == "stop"}
        if self.number:
            self.start()
        elif not block.instances or block.instances[0].family != "entry":
            raise self.no("the image does not start with `entry`")
        for family, operands, offset, _, origin, _ in block.instances:
            self.offset, self.origin = offset, -1
            if offset in marked:
                for k in marked[offset]:
                    if self.scope is not None:
                        self.way(self.scope, self.at, self.renames, k, falling=True)
                    self.stand(k)
            if self.scope is None and family not in _FROM_NOWHERE:
                raise self.no("the code cannot be reached")
            handlers[family](self, operands)
            if self.origin >= 0:
                if origin != self.origin:
                    raise self.no(f"the instance is said to serve origin {origin}, but serves {self.origin}")
            elif not -1 <= origin < origins:
                raise self.no(f"the Function has no origin {origin}")

    def no(self, reason: str) -> Mismatch:
        return Mismatch(reason, self.offset)

    def start(self) -> None:
        """The state on entry: the parameters' components in slots 1 and on."""
        values = [v for p in self.numbering.params for v in p]
        if 1 + len(values) > self.block.frame_slots:
            raise self.no("the parameters pass the frame's end")
        self.held = Held({SLOT + 1 + k: v for k, v in enumerate(values)})
        self.scope = self.numbering.root

    def finish(self) -> None:
        """The function returns: its result lies in slots 1 and on, and nothing is left to do."""
        scope = self.at_scope()
        if scope is not self.numbering.root or not scope.quiet(self.at, len(scope.region.body)):
            raise self.no("returns before the Function does")
        if 1 + len(scope.results) > self.block.frame_slots:
            raise self.no("the result passes the frame's end")
        for k, v in enumerate(scope.results):
            if not self.holds(SLOT + 1 + k, self.named(v, self.renames)):
                raise self.no(f"slot {1 + k} does not hold the result")
        self.scope = None

    def at_scope(self) -> Scope:
        assert self.scope is not None, "no instance is followed that cannot be reached"
        return self.scope

    # Values -------------------------------------------------------------------------------------------------
    def holds(self, location: int, value: int) -> bool:
        """Whether `value` is at a location. Where one of several constants with these bytes is, this says which."""
        found = self.held.get(location)
        if found == value:
            return True
        if found is None:
            return False
        if value not in self.terms.choices.get(found, ()):
            return False
        self.moved(found, value)
        return True

    def element(self, base: int, before: Term, after: Term) -> int:
        """A load from the array whose base is at location `base`: the value of the term (*before, base, *after)."""
        terms = self.terms
        array = self.held[base]
        for one in terms.choices.get(array, ()):
            value = terms[(*before, one, *after)]
            if value in self.numbering.safe:
                self.moved(array, one)
                return value
        return self.safe(terms[(*before, array, *after)])

    def pair(self, location: int, values: Values) -> None:
        """Raises `Mismatch` unless an array's base and length lie at `location` and the next."""
        if not self.holds(location, values[0]) or not self.holds(location + 1, values[1]):
            raise self.no(f"{show(location)} and the next do not hold the array")

    def known(self, n: Node) -> Any:
        """The components of a node in scope."""
        return self.at_scope().known[n]

    def moved(self, old: int, new: int) -> None:
        """A store: wherever the old version of an array was, the new one is now; other arrays in its memory are lost."""
        held, memory = self.held, self.numbering.memory
        names, others = memory.of(old), memory.names
        lost = []
        for location, value in held.items():
            if value == old:
                held[location] = new
            elif names and value in others and value != new and memory.overlap(names, others[value]):
                lost.append(location)
        for location in lost:
            del held[location]

    def store(self, old: int, new: int) -> None:
        """A store that the Function makes on the way that leads here."""
        self.safe(new)
        places = self.numbering.stores[new]
        scope: Scope | None = self.at_scope()
        while scope not in places:
            if scope is None:
                raise self.no("this store is none that the Function makes here")
            scope = scope.parent
        self.moved(old, new)

    def safe(self, value: int) -> int:
        """A load, store or division, once it is one that the Function has."""
        if value not in self.numbering.safe:
            raise self.no("this load, store or division is none of the Function's")
        return value

    # Events -------------------------------------------------------------------------------------------------
    def event(self, name: str) -> Node:
        """The next listed node that stops or acts, which must be a `name`."""
        scope = self.at_scope()
        body = scope.region.body
        at = scope.next_acting[self.at]
        if at >= len(body) or body[at].op.name != name:
            found = f"`{body[at].op.name}`" if at < len(body) else "nothing"
            raise self.no(f"`{name}` stands where the Function has {found}")
        self.at = at + 1
        self.origin = body[at].origin
        return body[at]

    def site(self, which: int, n: Node, kind: str) -> None:
        """Raises `Mismatch` unless stop site `which` is that of node `n`."""
        stops = self.image.witness.stops
        if not 0 <= which < len(stops):
            raise self.no(f"there is no stop site {which}")
        stop = stops[which]
        if stop.kind != kind or stop.origin != n.origin or stop.block != self.number:
            raise self.no(f"stop site {which} names another word or kind than `{n.op.name}`")

    # Jumps --------------------------------------------------------------------------------------------------
    def jump(self, condition: int, when: bool, target: int) -> None:
        """A jump to label `target` taken where the bool `condition` is `when`."""
        base, straight = self.terms.sense(condition)
        taken = straight is when
        label = self.block.labels[target]
        if label.done == _STUB:
            self.fail(base, taken, label)
            return
        scope = self.at_scope()
        to, done, _ = self.label(target)
        for at in self.candidates(scope, to, done):
            n = scope.region.body[at]
            if n.op is IF:
                decided, holds = self.terms.sense(self.known(n.args[0])[0])
                if decided == base:
                    which = 0 if taken is holds else 1
                    self.way(self.numbering.inside[scope, n, which], 0, self.renames, target)
                    self.scope, self.at = self.numbering.inside[scope, n, 1 - which], 0
                    return
            else:
                inside = self.numbering.inside[scope, n, 0]
                if base == self.terms["lt", self.terms.const(0), inside.count] and not taken:
                    self.way(scope, at + 1, (*self.renames, inside.skip), target)
                    self.entered = inside
                    return
        nothing = "the jump decides nothing that the Function decides here"
        loop, renames = self.innermost(nothing)
        decided, holds = self.terms.sense(self.asked(loop, renames))
        if decided != base or taken is holds or loop.parent is None:
            raise self.no(nothing)
        self.way(loop.parent, loop.at + 1, (*renames, loop.leave), target)
        self.again = loop

    def candidates(self, scope: Scope, to: Scope, done: int) -> list[int]:
        """The listed nodes with regions that a jump to (`to`, `done`) may decide."""
        if to is scope:
            found = [done - 1]
        elif to.depth > scope.depth:
            while to.parent is not None and to.parent is not scope:
                to = to.parent
            found = [to.at] if to.parent is scope else []
        else:
            last = min(scope.next_acting[self.at], len(scope.region.body) - 1)
            found = [at for at in range(self.at, last + 1) if scope.region.body[at].op is IF]
        return [at for at in found if at >= self.at and scope.region.body[at].regions and scope.quiet(self.at, at)]

    def fail(self, base: int, taken: bool, label: Label) -> None:
        """A jump to a stop's stub: the failing way of a `require`."""
        n = self.event("require")
        decided, holds = self.terms.sense(self.known(n.args[0])[0])
        if decided != base or taken is holds:
            raise self.no("the jump to a stop tests another condition than the Function")
        site = self.stubs.get(label.offset)
        if site is None:
            raise self.no("a stop's label is at no stub")
        self.site(site, n, n.stop)

    def innermost(self, otherwise: str) -> tuple[Scope, Renames]:
        """The innermost loop, with what leaving the arms around this place renames; raises `otherwise` where they or
        the loop's body have something left that acts.
        """
        scope, at, renames = self.at_scope(), self.at, self.renames
        while True:
            if not scope.quiet(at, len(scope.region.body)):
                raise self.no(otherwise)
            if scope.kind == LOOP_BODY:
                return scope, renames
            if scope.kind != ARM or scope.parent is None:
                raise self.no(otherwise)
            renames = (*renames, scope.leave)
            scope, at = scope.parent, scope.at + 1

    def latch(self, register: int, count: int, target: int) -> None:
        """Adds 1 to a register and jumps to label `target` where it is less than `count`."""
        loop, renames = self.innermost("a run of the loop ends before its time")
        if self.held[register] != loop.index or count != loop.count or loop.parent is None:
            raise self.no("the latch counts something else than the loop")
        if self.again is not loop and self.terms.words.get(self.asked(loop, renames)) != 1:
            raise self.no("the loop goes on without asking whether to")
        self.held[register] = loop.turn[loop.index]
        to, done, stated = self.label(target)
        if to is not loop or done != 0:
            raise self.no("the latch does not lead to its loop's top")
        self.true_after((*renames, loop.turn), stated)
        self.scope, self.at, self.renames = loop.parent, loop.at + 1, (*renames, loop.leave)

    def goto(self, target: int) -> None:
        """An unconditional jump."""
        self.way(self.at_scope(), self.at, self.renames, target)
        self.scope = None

    # Labels -------------------------------------------------------------------------------------------------
    def label(self, which: int) -> tuple[Scope, int, list[tuple[int, int]]]:
        """What a label states: scope, listed nodes behind it, (location, value) pairs."""
        found = self._labels.get(which)
        if found is None:
            found = self._labels[which] = self.read(self.block.labels[which])
        return found

    def read(self, label: Label) -> tuple[Scope, int, list[tuple[int, int]]]:
        scope = self.numbering.root
        for n, which in label.path:
            inner = self.numbering.inside.get((scope, n, which))
            if inner is None:
                raise Mismatch("a label stands in a region that is not there", label.offset)
            scope = inner
        if not 0 <= label.done <= len(scope.region.body):
            raise Mismatch("a label stands behind a region's end", label.offset)
        known = scope.head if scope.kind == LOOP_BODY and label.done == 0 else scope.known
        places = self.places
        stated: list[tuple[int, int]] = []
        for n, locations in label.values:
            if n not in known and not known.has(n):
                raise Mismatch(f"a label names `{n.op.name}`, which is not in scope there", label.offset)
            values: Values = known[n]
            if n.type is LANES:
                stated.extend(enumerate(values, self.eight(locations, label)))
            elif len(locations) != len(values) or n.results:
                raise Mismatch(f"a label gives `{n.op.name}` the wrong number of places", label.offset)
            else:
                for k, place in enumerate(locations):
                    kind, index = place.kind, place.index
                    if kind:
                        if index not in places.get(kind, ()):
                            raise Mismatch(f"a label names the place {kind}{index}", label.offset)
                        stated.append((BASES[kind] + index, values[k]))
        return scope, label.done, stated

    def eight(self, places: tuple[Location, ...], label: Label) -> int:
        """The first of the eight slots of float lanes."""
        if len(places) != 1 or places[0].kind != "s" or not 1 <= places[0].index <= self.block.frame_slots - 8:
            raise Mismatch("a label gives lanes something else than eight slots", label.offset)
        return SLOT + places[0].index

    def way(self, scope: Scope, at: int, renames: Renames, target: int, *, falling: bool = False) -> None:
        """Raises `Mismatch` unless the code may go from (`scope`, `at`) to a label and its statement is true there."""
        to, done, stated = self.label(target)
        if not falling and self.block.labels[target].offset <= self.offset:
            raise self.no("a jump goes back that is no loop's")
        while scope is not to:
            if to.parent is scope and to.kind == LOOP_BODY and done == 0:
                if at > to.at or not scope.quiet(at, to.at):
                    raise self.no("a loop is entered before its time")
                if self.entered is not to and not self.surely_runs(to):
                    raise self.no("a loop is entered that may not run at all")
                self.true_after((*renames, to.enter), stated)
                return
            if scope.parent is None:
                raise self.no("a jump leads to a place that does not follow")
            if not scope.quiet(at, len(scope.region.body)):
                raise self.no("leaves a region before its time")
            if scope.kind == LOOP_BODY and self.terms.words.get(self.asked(scope, renames)) != 0:
                raise self.no("a jump leads to a place that does not follow")
            renames = (*renames, scope.leave)
            scope, at = scope.parent, scope.at + 1
        if at > done or not scope.quiet(at, done):
            raise self.no("something of the Function is left out or done twice")
        self.true_after(renames, stated)

    def surely_runs(self, loop: Scope) -> bool:
        return 0 < self.terms.words.get(loop.count, 0) < 1 << 63

    def named(self, value: int, renames: Renames) -> int:
        """What a value is before the regions were left or entered that `renames` tells of, innermost first."""
        for rename in reversed(renames):
            value = rename.get(value, value)
        return value

    def asked(self, loop: Scope, renames: Renames) -> int:
        """Whether a loop goes on, on a way out of the arms that `renames` tells of."""
        again, straight = self.terms.sense(loop.again)
        value = self.named(again, renames)
        if straight:
            return value
        word = self.terms.words.get(value)
        return self.terms.negate(value) if word is None else self.terms.const(1 - word)

    def true_after(self, renames: Renames, stated: list[tuple[int, int]]) -> None:
        """Raises `Mismatch` unless each stated location holds its value."""
        held = self.held
        outwards = renames[::-1]
        for location, value in stated:
            for rename in outwards:
                value = rename.get(value, value)
            if held.get(location) != value and not self.holds(location, value):
                raise self.no(f"{show(location)} does not hold what the label states")

    def stand(self, which: int) -> None:
        """Behind a label, what it states is all that is known."""
        self.scope, self.at, stated = self.label(which)
        self.held = Held(stated)
        self.renames, self.entered, self.again = (), None, None


_FROM_NOWHERE = frozenset({"entry", "stop"})


def show(location: int) -> str:
    """A location's name."""
    return f"v{location}" if location < 8 else f"x{location - 8}" if location < SLOT else f"slot {location - SLOT}"
