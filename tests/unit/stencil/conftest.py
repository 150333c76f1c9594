"""One CPU harness for all stencil tests of a process."""

from __future__ import annotations

import pytest
from tests.unit.stencil.cpu import Cpu


@pytest.fixture(scope="session")
def cpu() -> Cpu:
    return Cpu()
