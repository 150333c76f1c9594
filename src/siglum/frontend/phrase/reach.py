"""Which types can still be reached: whether a state of `states` can be completed to a phrase with types.

Imports `siglum.ir` and its siblings.

An expression may always go on with `as NAME EXPRESSION`, so what stands in it so far binds nothing but the operators and
choices that are open, the words that miss arguments, and the demand of the frame that opened it, which was found
satisfiable before. What remains is a search for values that can be written (`producible`) and for what a
value can become by further words (`solve`). Types are searched among those in reach of the scope and the values
written, their parts, the literals', and what words make of them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Generic, TypeVar

from siglum.frontend.phrase.grammar import CHAIN, COMPARE, ELSE, PRECEDENCE
from siglum.frontend.phrase.resolve import (
    FIXED,
    LETTER,
    NEGATIVE,
    ONE_LETTER,
    WHOLE,
    Word,
    can_become,
    holds_nothing,
    takes_alone,
)
from siglum.frontend.phrase.rules import MASK, function_result
from siglum.frontend.phrase.states import Frame, Items, Level, Lexicon, Naming, Pending, Reader, Value, choose, list_value
from siglum.ir.types import BOOL, CHAR, F64, I64, NOTHING, STR, U64, Array, Type, match, substitute

LITERALS = {
    "INTEGER": (Value(I64, WHOLE), Value(I64, NEGATIVE), Value(U64)),
    "FLOAT": (Value(F64),),
    "TEXT": (Value(STR, FIXED, True), Value(STR, ONE_LETTER, True)),
    "CHARACTER": (Value(CHAR, LETTER),),
}
"""The values a literal of each class can be."""

MAX_STATES = 400
"""States tried in one search; far above what any vocabulary with a way to the goal needs."""

_BASE = (I64, F64, BOOL, STR, CHAR)
_ALWAYS = frozenset((*_BASE, *(Array(t) for t in _BASE)))
_LIST_LITERALS = (Value(Array(NOTHING)), Value(Array(I64), WHOLE), Value(Array(I64), NEGATIVE), Value(Array(STR), ONE_LETTER))

Known = frozenset[Type]
State = tuple[tuple[tuple[Value, str], ...], Value, int]
T = TypeVar("T")
_END = object()


class Stream(Generic[T]):
    """What an iterator gives, made once, as far as anybody asked."""

    __slots__ = ("made", "rest")

    def __init__(self, source: Iterable[T]) -> None:
        self.made: list[T] = []
        self.rest = iter(source)

    def __iter__(self) -> Iterator[T]:
        at = 0
        while True:
            if at < len(self.made):
                yield self.made[at]
                at += 1
                continue
            item = next(self.rest, _END)
            if item is _END:
                return
            self.made.append(item)  # type: ignore[arg-type]


class Reach:
    """Answers for one lexicon and one demand on the whole phrase (`result`, or None for any)."""

    def __init__(self, lexicon: Lexicon, result: Type | None) -> None:
        self.lexicon, self.result = lexicon, result
        self.reader = Reader(lexicon)
        self.shapes = {n: found[1] for n in sorted(lexicon.names) if (found := lexicon.find(n)) is not None}
        self._universes: dict[Known, tuple[Value, ...]] = {}
        self._taken: dict[tuple[str, int, Value], bool] = {}
        self._operands: dict[tuple[object, ...], tuple[Frame | None, bool]] = {}
        self._completable: dict[tuple[object, ...], bool] = {}
        self._links: dict[tuple[Value, Known], Stream[Value]] = {}
        self._symbols: dict[tuple[str, Value, Known], Stream[Value]] = {}

    # states

    def viable(self, frame: Frame) -> bool:
        """Whether some continuation completes the phrase."""
        if isinstance(frame, Naming):
            return True
        if isinstance(frame, Items):
            return self.items_viable(frame)
        if isinstance(frame, Pending):
            return self.pending_viable(frame)
        return self.level_viable(frame)

    def accepts(self, frame: Frame | None, value: Value) -> bool:
        """Whether `value`, read in parentheses, a list or as an atom for `frame`, leaves a state that can be completed."""
        if frame is None:
            return self.satisfies(value)
        return any(self.viable(step.frame) for step in self.reader.deliver(frame, value))

    def satisfies(self, value: Value) -> bool:
        """Whether the whole phrase may give `value`."""
        if self.result is None:
            return not holds_nothing(value.met().type)
        return can_become(value.key, self.result)

    def some_value(self, below: Frame | None, frame: Frame) -> bool:
        """Whether an expression in the scope of `frame` can be written that `below` accepts."""
        return any(self.accepts(below, v) for v in self.universe(known(frame)))

    def items_viable(self, items: Items) -> bool:
        here = known(items)
        value = list_value(items.elements)
        if value is not None and self.accepts(items.below, value):
            return True
        for more in self.universe(here):
            value = list_value((*items.elements, more.met()))
            if value is not None and self.accepts(items.below, value):
                return True
        return False

    def pending_viable(self, pending: Pending) -> bool:
        here = known(pending)
        if pending.level.operators or pending.level.arms:
            return any(self.level_viable(pending.level._replace(value=v)) for v in self.pending_outcomes(pending, here))
        bindings = tuple(sorted((k, t.text) for k, t in pending.bindings.items()))
        key = (pending.word, pending.values, pending.rank, bindings, pending.done, here)
        found = self._completable.get(key)
        if found is None:
            found = any(not holds_nothing(v.type) for v in self.pending_outcomes(pending, here))
            self._completable[key] = found
        return found

    def level_viable(self, level: Level) -> bool:
        here = known(level)
        open_parts = level.operators or level.arms
        if level.value is None:
            if level.subject is not None and self.level_viable(level._replace(value=level.subject, subject=None)):
                return True
            return self.some_operand(level, here) if open_parts else self.some_value(level.below, level)
        if not open_parts:
            if not holds_nothing(level.value.type):
                return True
            if not level.barred and self.accepts(level.below, level.value):
                return True
            return self.solve(level, [((), level.value, CHAIN)], here)
        if not self.some_operand(level._replace(value=None), here):
            return False
        start = (level.operators, level.value, CHAIN)
        if not level.barred and self.completes(level, start, here):
            return True
        return self.solve(level, [start], here)

    def some_operand(self, level: Level, here: Known) -> bool:
        """Whether the open operators and choices can be completed with some value where an atom is due."""
        key = (level.operators, level.arms, here, id(level.below))
        if key not in self._operands:
            self._operands[key] = (level.below, self.search_operand(level, here))
        return self._operands[key][1]

    def forget_frames(self) -> None:
        """Drops what was found out about frames; what is known of the vocabulary stays."""
        self._operands.clear()

    def search_operand(self, level: Level, here: Known) -> bool:
        if not level.operators:
            return any(self.arms_close(level, v, here) for v in self.universe(here))
        left, symbol = level.operators[-1]
        outer = level.operators[:-1]
        starts: list[State] = []
        for result in self.symbol_results(symbol, left, here):
            starts.append((outer, result, PRECEDENCE[symbol]))
            if self.completes(level, starts[-1], here):
                return True
        return self.solve(level, starts, here)

    # values that can be written

    def universe(self, here: Known) -> tuple[Value, ...]:
        """Values that can be written where values of the types `here` are at hand: literals, named values, lists."""
        found = self._universes.get(here)
        if found is None:
            types = self.producible(here)
            literals = [v for vs in LITERALS.values() for v in vs if v.type is not U64]
            found = self._universes[here] = (*literals, *_LIST_LITERALS, *(Value(t) for t in types))
        return found

    def producible(self, here: Known) -> tuple[Type, ...]:
        """The types of values that words can make of those at hand, among their parts and the literals'."""
        wanted = {p for t in here for p in parts(t)} | set(_BASE)
        if self.result is not None:
            wanted |= parts(self.result)
        wanted |= {Array(t) for t in wanted if t.kind != "option"}
        made = set(here) | set(_BASE)
        growing = True
        while growing:
            growing = False
            for target in sorted(wanted - made, key=lambda t: t.text):
                is_list = target.kind == "array" and target.element in made
                if is_list or self.makes(target, made):
                    made.add(target)
                    growing = True
        return tuple(sorted(made, key=lambda t: (len(t.text), t.text)))

    def makes(self, target: Type, made: set[Type]) -> bool:
        """Whether some word gives `target` (or a `target?`, to be met) for arguments of types in `made`."""
        for name, shape in self.shapes.items():
            for overload in self.overloads(name):
                result = overload.result
                bindings: dict[str, Type] = {}
                if result.kind == "option" and target.kind != "option":
                    result = result.element
                if match(result, target, bindings) and all(
                    self.fits_some(p, bindings, made, bool(takes))
                    for (_, p), takes in zip(overload.params, shape.functions, strict=True)
                ):
                    return True
        return False

    def fits_some(self, pattern: Type, bindings: dict[str, Type], made: set[Type], function: bool) -> bool:
        wanted = substitute(pattern.args[-1] if function else pattern, bindings)
        if not wanted.has_vars:
            return wanted in made
        return function or any(match(wanted, t, dict(bindings)) for t in made)

    # words that miss arguments

    def pending_outcomes(self, pending: Pending, here: Known) -> Iterator[Value]:
        """What the word may give, whatever its missing arguments."""
        if pending.reading is None:
            yield from self.outcomes(pending.word, pending.values, here)
            return
        for bindings in self.function_bindings(pending, dict(pending.bindings), pending.done, here):
            result = substitute(pending.reading.result, bindings)
            if not result.has_vars:
                yield Value(result)

    def outcomes(self, word: str, values: tuple[Value, ...], here: Known) -> Iterator[Value]:
        """What `word` may give when its first arguments are `values`."""
        functions = self.shapes[word].functions
        if not all(self.takes(word, i, v) for i, v in enumerate(values)):
            return
        if len(values) < len(functions) and not functions[len(values)]:
            for more in self.universe(here):
                yield from self.outcomes(word, (*values, more), here)
        elif len(values) == len(functions):
            value = self.lexicon.result(word, values)
            if value is not None:
                yield value
        else:
            keys = (*(v.key for v in values), *(None for _ in functions[len(values) :]))
            base = Level(None, {})
            for reading in self.lexicon.readings(word, keys):
                pending = Pending(base, word, self.shapes[word], values, reading, 0, reading.bindings)
                yield from self.pending_outcomes(pending, here)

    def takes(self, word: str, at: int, value: Value) -> bool:
        """Whether some overload of `word` takes `value` as argument number `at`, the others aside."""
        key = (word, at, value)
        found = self._taken.get(key)
        if found is None:
            patterns = [o.params[at][1] for o in self.overloads(word)]
            found = self._taken[key] = word == ELSE or takes_alone(patterns, value.key)
        return found

    def overloads(self, word: str) -> Sequence[Word]:
        if word in self.lexicon.defined:
            return (self.lexicon.defined[word],)
        return self.lexicon.resolver.vocabulary.overloads(word)

    def function_bindings(self, pending: Pending, bindings: dict[str, Type], done: int, here: Known) -> Iterator[dict[str, Type]]:
        """The type variables after all functions that can still be written for the pending word."""
        at = len(pending.values) + done
        if at == pending.shape.arity:
            yield bindings
            return
        assert pending.reading is not None
        pattern = pending.reading.overload.params[at][1]
        given = [substitute(p, bindings) for p in pattern.args[:-1]]
        if any(t.has_vars for t in given):
            return
        seen: set[tuple[Type, ...]] = set()
        for body in self.bodies(here, given):
            trial = dict(bindings)
            if function_result(pattern.args[-1], body.met().key, trial) is not None:
                reached = tuple(trial[k] for k in sorted(trial))
                if reached not in seen:
                    seen.add(reached)
                    yield from self.function_bindings(pending, trial, done + 1, here)

    def bodies(self, here: Known, given: Sequence[Type]) -> Iterator[Value]:
        """Values that can be written in a function that is given values of these types; the likely ones first."""
        yield from (Value(t) for t in given)
        yield from self.universe(here)
        if not here.issuperset(given):
            yield from self.universe(here | frozenset(given))

    # what a value can become

    def solve(self, level: Level, starts: Sequence[State], here: Known) -> bool:
        """Whether the open operators and choices of `level` can be completed from one of `starts` by further words and
        symbols.
        """
        deepest = max([1, *(depth(t) for t in here)])
        queue = deque(starts)
        seen = set(starts)
        while queue and len(seen) < MAX_STATES:
            for following in self.moves(*queue.popleft(), here):
                if following not in seen and depth(following[1].type) <= deepest:
                    if self.completes(level, following, here):
                        return True
                    seen.add(following)
                    queue.append(following)
        return False

    def completes(self, level: Level, state: State, here: Known) -> bool:
        """Whether the expression can end, or be named, with what stands in `state` (its choices perhaps to be finished)."""
        operators, value, _ = state
        reduced = self.reader.reduce_to(operators, value, 0)
        return reduced is not None and self.arms_close(level, reduced[1], here)

    def moves(self, operators: tuple[tuple[Value, str], ...], value: Value, tightness: int, here: Known) -> Iterator[State]:
        if operators:
            left, symbol = operators[-1]
            reduced = self.reader.apply(symbol, left, value)
            if reduced is not None:
                yield operators[:-1], reduced, PRECEDENCE[symbol]
        if tightness == CHAIN:
            for result in self.links(value, here):
                yield operators, result, CHAIN
        waiting = PRECEDENCE[operators[-1][1]] if operators else 0
        for symbol, binds in PRECEDENCE.items():
            loose = binds < waiting or (binds == waiting and symbol != "**")
            if loose or tightness < binds or (binds == COMPARE == tightness) or (symbol == "**" and tightness != CHAIN):
                continue
            for result in self.symbol_results(symbol, value, here):
                yield operators, result, binds

    def links(self, value: Value, here: Known) -> Stream[Value]:
        """What one further word can make of `value`."""
        found = self._links.get((value, here))
        if found is None:
            words = [n for n, shape in self.shapes.items() if shape.functions and n not in PRECEDENCE]
            words.sort(key=lambda n: self.shapes[n].arity)
            found = self._links[value, here] = Stream(_once(r for n in words for r in self.outcomes(n, (value,), here)))
        return found

    def symbol_results(self, symbol: str, left: Value, here: Known) -> Stream[Value]:
        """What `left symbol RIGHT` can give."""
        key = (symbol, left, here)
        found = self._symbols.get(key)
        if found is None:
            results = self.outcomes(symbol, (left,), here) if symbol in self.shapes else iter(())
            found = self._symbols[key] = Stream(_once(results))
        return found

    def arms_close(self, level: Level, value: Value, here: Known) -> bool:
        """Whether the choices of `level` can be completed when the arm being read is `value`."""
        if not level.arms:
            return not holds_nothing(value.type) or (not level.barred and self.accepts(level.below, value))
        candidates = [value, *self.universe(here)]
        if level.arms[-1][1] is None:
            arms = (*level.arms[:-1], (level.arms[-1][0], value))
            return any(self.closes(level, choose(arms, other)) for other in candidates)
        if self.closes(level, choose(level.arms, value)):
            return True
        if value.met().type not in (BOOL, MASK):
            return False
        thens = [then for _, then in level.arms if then is not None]
        return any(self.closes(level, choose((*level.arms, (value.met(), then)), then)) for then in [*thens, *candidates])

    def closes(self, level: Level, value: Value | None) -> bool:
        if value is None:
            return False
        return not holds_nothing(value.type) or self.accepts(level.below, value)


def known(frame: Frame | None) -> Known:
    """The types at hand in `frame`: of the names in scope and of the values written since the innermost function began,
    which can be written again. What literals give anyway is left out.
    """
    found: set[Type] = set()
    scope_taken = False
    while frame is not None:
        if isinstance(frame, Items):
            found.update(e.type for e in frame.elements)
            frame = frame.below
        elif isinstance(frame, Pending):
            found.update(v.type for v in frame.values)
            frame = frame.level
        elif isinstance(frame, Naming):
            frame = frame.level
        else:
            if not scope_taken:
                found.update(frame.scope.values())
                scope_taken = True
            found.update(left.type for left, _ in frame.operators)
            found.update(v.type for arm in frame.arms for v in arm if v is not None)
            if frame.value is not None:
                found.add(frame.value.type)
            if isinstance(frame.below, Pending) and frame.below.takes:
                break
            frame = frame.below
    return frozenset(t for t in found if t not in _ALWAYS and not holds_nothing(t))


def depth(type_: Type) -> int:
    """How deeply a type nests."""
    return 1 + max(map(depth, type_.args)) if type_.args and type_ is not STR else 0


def _once(values: Iterable[Value]) -> Iterator[Value]:
    seen: set[Value] = set()
    for value in values:
        if value not in seen:
            seen.add(value)
            yield value


def parts(type_: Type) -> set[Type]:
    """A type and the types it is built of."""
    found = {type_}
    for inner in type_.args:
        found |= parts(inner)
    return found
