"""The instruction forms this model knows: every declaration, by the name of its iced-x86 `Code`. Imports `semantics` only."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from siglum.target.x86_64.semantics.declare import Table
from siglum.target.x86_64.semantics.float_forms import declare_floats
from siglum.target.x86_64.semantics.general_forms import declare_general
from siglum.target.x86_64.semantics.operation import Form
from siglum.target.x86_64.semantics.vector_forms import declare_vectors


def _declared() -> Mapping[str, Form]:
    table = Table()
    for declare in (declare_general, declare_vectors, declare_floats):
        declare(table)
    return MappingProxyType(table.forms)


FORMS: Final = _declared()
"""iced-x86 `Code` name to its declaration."""
