"""The instruction forms this model knows: every declaration, by the name of its iced-x86 `Code`. Imports `semantics` only."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from siglum.target.x86_64.semantics.declare import Table
from siglum.target.x86_64.semantics.general_forms import declare_general
from siglum.target.x86_64.semantics.operation import Form


def _declared() -> Mapping[str, Form]:
    table = Table()
    declare_general(table)
    return MappingProxyType(table.forms)


FORMS: Final = _declared()
"""iced-x86 `Code` name to its declaration."""
