"""The typing rules that are no word's: literals, lists, choices, options, what a function may give.

Imports `siglum.ir` and `resolve`. Both the typer and `next_words` apply them, to arguments described by keys.
"""

from __future__ import annotations

from collections.abc import Sequence

from siglum.frontend.phrase.resolve import (
    FIXED,
    LETTER,
    NEGATIVE,
    ONE_LETTER,
    WHOLE,
    Key,
    becomes,
    can_become,
    holds_nothing,
)
from siglum.ir.types import BOOL, CHAR, I64, STR, Array, Option, Type, match, substitute

MASK = Array(BOOL)


def literal_flex(value: int | float | bool | str, type_: Type) -> int:
    """What else a literal may become."""
    if type_ is I64:
        return WHOLE if value >= 0 else NEGATIVE  # type: ignore[operator]
    if type_ is STR:
        return ONE_LETTER if len(value) == 1 else FIXED  # type: ignore[arg-type]
    return LETTER if type_ is CHAR else FIXED


def list_flex(flexes: set[int]) -> int:
    """What else a list of such elements may become."""
    if flexes == {WHOLE, NEGATIVE}:
        return NEGATIVE
    return flexes.pop() if len(flexes) == 1 else FIXED


def join(keys: Sequence[Key]) -> Type | None:
    """The one type all these values can become: that of a value that is no literal first."""
    first = keys[0][0]
    if all(type_ is first for type_, _ in keys):
        return first
    ordered = sorted(keys, key=lambda k: (k[1] != FIXED, holds_nothing(k[0])))
    candidates = [t for key in ordered for t in readable_as(key)]
    return next((t for t in candidates if all(can_become(k, t) for k in keys)), None)


def readable_as(key: Key) -> list[Type]:
    """The types a value has when nothing else is said: its own, then what it promotes or widens to."""
    return [t for cost, t in becomes(key) if cost < 2]


def without_option(key: Key) -> Key:
    """What a value is where an option is met."""
    return (key[0].element, FIXED) if key[0].kind == "option" else key


def chosen_type(then: Key, otherwise: Key) -> Type | None:
    """The type of `condition ? then : otherwise` for a bool."""
    joined = join([without_option(then), without_option(otherwise)])
    if joined is None or (then[0].kind != "option" and otherwise[0].kind != "option"):
        return joined
    return Option(joined)


def chosen_by_element(arms: Sequence[tuple[Key, bool]]) -> tuple[tuple[bool, bool], Type] | None:
    """For a mask: which arms give their elements, and the type of the elements. An arm is its key (no option) and whether
    it is a text literal.

    Arrays give elements. Text does too unless it is a literal; where that leaves two types, all text is one value.
    """
    for text_gives_characters in (True, False):
        gives = tuple(text_gives_characters and not literal if key[0] is STR else key[0].kind == "array" for key, literal in arms)
        joined = join([_element(key) if give else key for (key, _), give in zip(arms, gives, strict=True)])
        if joined is not None and not holds_nothing(joined):
            return (gives[0], gives[1]), joined
    return None


def _element(key: Key) -> Key:
    return key[0].element, FIXED if key[0] is STR else key[1]


def function_result(pattern: Type, body: Key, bindings: dict[str, Type]) -> Type | None:
    """The type a function's body becomes where the word wants `pattern`; binds its variables. None: it does not fit."""
    wanted = substitute(pattern, bindings)
    if not wanted.has_vars:
        return wanted if can_become(body, wanted) else None
    if holds_nothing(body[0]):
        return None
    for target in readable_as(body):
        trial = dict(bindings)
        if match(wanted, target, trial):
            bindings.update(trial)
            return target
    return None
