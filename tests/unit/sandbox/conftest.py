"""One running sandbox for the tests of a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from siglum.sandbox.run import Sandbox


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running
