"""The types that phrases of a signature are likely to need: those between the parameters and the result.

Imports `siglum.ir`, `siglum.frontend.phrase` and its siblings.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Final

from siglum.frontend.phrase.grammar import PRECEDENCE
from siglum.frontend.phrase.reach import depth, parts
from siglum.frontend.phrase.resolve import holds_nothing
from siglum.frontend.phrase.states import Value
from siglum.ir.types import BOOL, I64, Array, Type
from siglum.propose.model.grammar.calls import Calls
from siglum.propose.model.grammar.values import EMPTY, LITERALS, SCALARS, Values, oddness, ordered, scalars_in

MAX_TYPES: Final = 5
"""Types in one grammar beside those of the signature, bool, i64 and options."""

MAX_LOOKED_AT: Final = 20
ROUNDS: Final = 4
"""How many words, one behind the other, are followed to find types, and how many types at most."""

FAR: Final = 3
"""The distance of types that no word makes of the parameters, or that make no result."""

Edges = dict[Type, set[Type]]


def values_in_reach(calls: Calls, params: Sequence[Type], result: Type | None, most: int = MAX_TYPES) -> Values:
    """The values that a grammar tells apart: literals, and up to `most` types on the way from `params` to `result`."""
    written = {I64, BOOL}.union(*map(parts, params), set() if result is None else parts(result))
    familiar = {I64, BOOL}.union(*map(scalars_in, written))
    scalars = familiar | _mentioned(calls)
    literals = [v for v in LITERALS if v == EMPTY or scalars_in(v.type) <= scalars]
    start = list(dict.fromkeys([*sorted(written, key=str), *(t for t in SCALARS if t in scalars), Array(I64)]))
    types, edges = _explored(calls, start, max([1, *map(depth, written)]) + 1, familiar)
    ahead = _distances(edges, params or [I64])
    behind = _distances(_reversed(edges), start if result is None else [result])

    def rank(t: Type) -> tuple[int, int, str]:
        return ahead.get(t, FAR) + behind.get(t, FAR), oddness(t, familiar), str(t)

    chosen = sorted((t for t in types if t not in written and t.kind != "option"), key=rank)[:most]
    kept = {*written, *chosen}
    kept |= {t for t in types if t.kind == "option" and t.element in kept}
    return frozenset([*(v for v in literals if v == EMPTY or scalars_in(v.type) <= kept), *map(Value, kept)])


def _mentioned(calls: Calls) -> set[Type]:
    """The scalars that words, not symbols, are declared with."""
    found: set[Type] = set()
    for word in calls.shapes.keys() - PRECEDENCE.keys():
        for overload in calls.lexicon.resolver.vocabulary.overloads(word):
            found.update(*(scalars_in(t) for _, t in overload.params), scalars_in(overload.result))
    return {t for t in found if t.kind != "var"}


def _explored(calls: Calls, start: list[Type], deepest: int, familiar: set[Type]) -> tuple[list[Type], Edges]:
    """Types that words make of those of `start`, and for each type those that are made with it."""
    types, edges = list(start), Edges()
    tried: Values = frozenset()
    for _ in range(ROUNDS):
        values = ordered(map(Value, types))
        made: set[Type] = set()
        for word in calls.shapes:
            for source, target in _made_with(calls, word, values, tried):
                edges.setdefault(source, set()).add(target)
                made.add(target)
        tried = frozenset(values)
        fitting = (t for t in made.difference(types) if depth(t) <= deepest and not holds_nothing(t))
        new = sorted(fitting, key=lambda t: (oddness(t, familiar), str(t)))
        room = MAX_LOOKED_AT - sum(t.kind != "option" for t in types)
        types += [t for t in new if t.kind != "option"][:room]
        types += [t for t in new if t.kind == "option" and t.element in types]
    return types, edges


def _made_with(calls: Calls, word: str, values: Sequence[Value], tried: Values) -> Iterator[tuple[Type, Type]]:
    """Pairs of types: an argument's and what `word` makes with it (its result, or what it gives to a function); a body's and the
    result. Only of calls whose arguments were not all `tried` before.
    """
    taken = calls.taking(word, values)
    for at in range(len(taken)):
        before = [[v for v in choices if v in tried] for choices in taken[:at]]
        new = [v for v in taken[at] if v not in tried]
        for arguments in product(*before, new, *taken[at + 1 :]):
            for functions, result in calls.ways(word, arguments, values):
                for argument in arguments:
                    yield argument.type, result.type
                    yield from ((argument.type, t) for f in functions for t in f.given)
                yield from ((body.type, result.type) for f in functions for body in f.bodies)
    if not taken and not tried:
        yield from ((result.type, result.type) for _, result in calls.ways(word, (), values))


def _distances(edges: Mapping[Type, set[Type]], start: Iterable[Type]) -> dict[Type, int]:
    found = dict.fromkeys(start, 0)
    todo = deque(found)
    while todo:
        source = todo.popleft()
        for target in edges.get(source, ()):
            if target not in found:
                found[target] = found[source] + 1
                todo.append(target)
    return found


def _reversed(edges: Edges) -> Edges:
    found = Edges()
    for source, targets in edges.items():
        for target in targets:
            found.setdefault(target, set()).add(source)
    return found
