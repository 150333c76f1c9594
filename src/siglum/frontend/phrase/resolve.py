"""Which overload a word means for given argument types, and how its arguments are converted or lifted.

Imports `siglum.errors`, `siglum.ir` and `typed`. Pure: types in, `Reading`s out, remembered per vocabulary.

An argument is described by a `Key`: its type and, for literals, what else it may become. Readings come in the
order of the language: as it is (fewest literal promotions first, then the more special overload), else lifted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from siglum.frontend.phrase.typed import DefinedWord, lifted_result
from siglum.ir.types import (
    CHAR,
    F64,
    I64,
    INTEGERS,
    STR,
    U64,
    Array,
    Option,
    Type,
    is_scalar,
    match,
    substitute,
    widened,
)
from siglum.ir.vocabulary import Overload, Vocabulary

FIXED, WHOLE, NEGATIVE, ONE_LETTER, LETTER = range(5)
"""What an argument may become: nothing else; an integer literal at least 0, or below; a one-letter "text"; a 'c'."""

Key = tuple[Type, int]
Word = Overload | DefinedWord


class Reading:
    """One way to take a word. `targets` are the arguments' types after conversion (None for functions), lifted ones
    as arrays; `result` may hold variables that only a function argument binds.
    """

    __slots__ = ("bindings", "cost", "lifted", "overload", "result", "targets")

    def __init__(
        self,
        overload: Word,
        bindings: dict[str, Type],
        targets: tuple[Type | None, ...],
        lifted: tuple[bool, ...],
        result: Type,
        cost: tuple[int, int],
    ) -> None:
        self.overload, self.bindings, self.targets = overload, bindings, targets
        self.lifted, self.result, self.cost = lifted, result, cost


class Resolver:
    """Readings of the words of one vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._known: dict[tuple[str, tuple[Key | None, ...]], tuple[Reading, ...]] = {}

    def readings(self, word: str, keys: tuple[Key | None, ...]) -> tuple[Reading, ...]:
        """The ways to take `word` with these arguments (None for a function), the preferred one first."""
        found = self._known.get((word, keys))
        if found is None:
            found = readings_of(self.vocabulary.overloads(word), keys)
            self._known[word, keys] = found
        return found


def readings_of(overloads: Sequence[Word], keys: Sequence[Key | None]) -> tuple[Reading, ...]:
    """The ways to take a word that has these overloads: as it is, lifted, lifted with text by character, and last
    with a 'c' taken as text.
    """
    as_characters = [(k[0], FIXED) if k is not None and k[1] == LETTER else k for k in keys]
    for lift, tried in (((), as_characters), ((False,), as_characters), ((True,), as_characters), ((), keys)):
        if lift and None in keys:
            continue
        found = [r for o in overloads for r in _fitting(o, tried, lift)]
        if found:
            found.sort(key=lambda r: r.cost)
            return tuple(found)
    return ()


def takes_alone(patterns: Sequence[Type], key: Key) -> bool:
    """Whether a value fits one of these parameters, alone, converted or lifted; an open empty list may."""
    if holds_nothing(key[0]):
        return True
    alone = [DefinedWord("", (("", p),), p) for p in patterns if p.kind != "fn"]
    return bool(readings_of(alone, (key,))) or (key[0].kind == "option" and takes_alone(patterns, (key[0].element, FIXED)))


def tie(readings: Sequence[Reading]) -> tuple[Reading, Reading] | None:
    """Two readings by different overloads with nothing to prefer one, if the first has such a rival."""
    if len(readings) > 1 and readings[0].cost == readings[1].cost and readings[0].overload is not readings[1].overload:
        return readings[0], readings[1]
    return None


def becomes(key: Key) -> Iterator[tuple[int, Type]]:
    """The types an argument can be taken as, each with its cost: itself, literal promotions, widening."""
    type_, flex = key
    yield 0, type_
    if flex:
        for cost, leaf in _PROMOTIONS[flex]:
            yield cost, with_leaf(type_, leaf, flex)
    else:
        wide = _widened(type_)
        if wide is not type_:
            yield 1, wide


_PROMOTIONS: dict[int, tuple[tuple[int, Type], ...]] = {
    WHOLE: ((1, F64), (2, U64), *((3, t) for t in INTEGERS if t not in (I64, U64))),
    NEGATIVE: ((1, F64), *((3, t) for t in INTEGERS if t.kind[0] == "i" and t is not I64)),
    ONE_LETTER: ((1, CHAR),),
    LETTER: ((1, STR),),
}
_LEAVES = {WHOLE: I64, NEGATIVE: I64, ONE_LETTER: STR, LETTER: CHAR}


def with_leaf(type_: Type, leaf: Type, flex: int) -> Type:
    """The type of a literal (or nested list of literals) whose innermost values become `leaf`."""
    if type_ is _LEAVES[flex]:
        return leaf
    return Array(with_leaf(type_.element, leaf, flex))


def _widened(type_: Type) -> Type:
    if type_.kind == "array" and is_scalar(type_.element):
        return Array(widened(type_.element))
    return widened(type_)


def holds_nothing(type_: Type) -> bool:
    """Whether the type of an empty list in it is still open."""
    return "nothing" in type_.text


def fills(target: Type, open_type: Type) -> bool:
    """Whether a value whose empty lists are open can be of type `target`."""
    if open_type is target or open_type.kind == "nothing":
        return True
    if open_type.kind != target.kind or len(open_type.args) != len(target.args):
        return False
    return bool(target.args) and all(map(fills, target.args, open_type.args))


def can_become(key: Key, target: Type) -> bool:
    """Whether a value can be converted to `target`: promotion, widening, meeting or wrapping an option."""
    type_ = key[0]
    if type_ is target:
        return True
    if type_.kind == "option":
        if target.kind == "option":
            return False
        return can_become((type_.element, FIXED), target)
    if target.kind == "option":
        return can_become(key, target.element)
    if holds_nothing(type_):
        return fills(target, type_)
    return any(t is target for _, t in becomes(key))


def _fitting(overload: Word, keys: Sequence[Key | None], lift: tuple[bool, ...]) -> Iterator[Reading]:
    """`lift` is empty for no lifting, else (whether text gives its characters,)."""
    patterns = [pattern for _, pattern in overload.params]
    if len(patterns) != len(keys):
        return
    lifted = tuple(bool(lift) and k is not None and _lifts(p, k[0], lift[0]) for p, k in zip(patterns, keys, strict=True))
    if lift and not any(lifted):
        return
    has_char = any(k is not None and k[0] is CHAR for k in keys)
    choices: list[list[tuple[int, Type]]] = []
    for i, (pattern, key) in enumerate(zip(patterns, keys, strict=True)):
        if key is None:
            choices.append([])
            continue
        type_, flex = key
        if lifted[i]:
            type_ = _bare(type_).element
            if flex in (ONE_LETTER, LETTER) and type_ is CHAR:
                flex = FIXED
        elif type_.kind == "option" and pattern.kind != "option":
            type_ = type_.element
        elif flex == ONE_LETTER and i == 0 and not has_char:
            flex = FIXED
        if pattern.kind == "option" and type_.kind != "option":
            choices.append([(cost + 1, Option(t)) for cost, t in becomes((type_, flex))])
        else:
            choices.append(list(becomes((type_, flex))))
    general = sum(_variables(p) for p in patterns)
    for cost, bindings, types in _match_all(patterns, choices, keys, 0, {}):
        targets = tuple(None if t is None else Array(t) if up else t for t, up in zip(types, lifted, strict=True))
        result = substitute(overload.result, bindings)
        yield Reading(overload, bindings, targets, lifted, lifted_result(result) if lift else result, (cost, general))


def _bare(type_: Type) -> Type:
    return type_.element if type_.kind == "option" else type_


def _lifts(pattern: Type, type_: Type, text_too: bool) -> bool:
    """Whether an argument of this type gives its elements at a parameter of this pattern."""
    type_ = _bare(type_)
    if type_.kind != "array" or holds_nothing(type_):
        return False
    if type_ is STR:
        return text_too and pattern is not STR and _is_scalar_pattern(pattern)
    return _is_scalar_pattern(pattern)


def _is_scalar_pattern(pattern: Type) -> bool:
    return pattern is STR or is_scalar(pattern) or (pattern.kind == "var" and pattern.text in "NS")


def _match_all(
    patterns: Sequence[Type],
    choices: Sequence[Sequence[tuple[int, Type]]],
    keys: Sequence[Key | None],
    at: int,
    bindings: dict[str, Type],
) -> Iterator[tuple[int, dict[str, Type], list[Type | None]]]:
    """All ways to choose a type per argument so that the patterns match; open empty lists take what the rest says."""
    if at == len(patterns):
        types: list[Type | None] = [None] * at
        for i, key in enumerate(keys):
            if key is not None and choices[i] and holds_nothing(choices[i][0][1]):
                target = substitute(patterns[i], bindings)
                if target.has_vars or not fills(target, choices[i][0][1]):
                    return
                types[i] = target
        yield 0, bindings, types
        return
    if not choices[at] or holds_nothing(choices[at][0][1]):
        yield from _match_all(patterns, choices, keys, at + 1, bindings)
        return
    for cost, type_ in choices[at]:
        inner = dict(bindings)
        if match(patterns[at], type_, inner):
            for more, final, types in _match_all(patterns, choices, keys, at + 1, inner):
                types[at] = type_
                yield cost + more, final, types


def _variables(pattern: Type) -> int:
    if pattern.kind == "var":
        return 1 if pattern.text == "N" else 2 if pattern.text == "S" else 3
    return sum(_variables(a) for a in pattern.args) if pattern.has_vars else 0
