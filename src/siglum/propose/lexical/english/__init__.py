"""The grammar of English, by subject: each module holds rules, and `grammar` is all of them.

Imports its modules and the sibling rules.
"""

from __future__ import annotations

from functools import cache

from siglum.propose.lexical.english import (
    arithmetic,
    calculating,
    comparisons,
    conditions,
    counting,
    cutting,
    ends,
    extremes,
    grouping,
    ignoring,
    joining,
    leaving,
    letter_case,
    moving,
    nouns,
    orders,
    parts,
    phrases,
    places,
    positions,
    properties,
    puzzles,
    quantities,
    ranges,
    remarks,
    removing,
    repeating,
    replacing,
    requests,
    running,
    sequences,
    several,
    splitting,
    terms,
    texts,
    truths,
    units,
)
from siglum.propose.lexical.rules import Grammar

_PARTS = (
    arithmetic,
    calculating,
    comparisons,
    conditions,
    counting,
    cutting,
    ends,
    extremes,
    grouping,
    ignoring,
    joining,
    leaving,
    letter_case,
    moving,
    nouns,
    orders,
    parts,
    phrases,
    places,
    positions,
    properties,
    puzzles,
    quantities,
    ranges,
    remarks,
    removing,
    repeating,
    replacing,
    requests,
    running,
    sequences,
    several,
    splitting,
    terms,
    texts,
    truths,
    units,
)


@cache
def grammar() -> Grammar:
    """All rules."""
    whole = Grammar()
    for part in _PARTS:
        whole.take(part.RULES)
    return whole
