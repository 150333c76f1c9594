"""What every test shares: the `--bless` option, golden files, and property tests that a busy machine does not fail."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("siglum", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("siglum")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--bless", action="store_true", help="rewrite golden files with what the code gives now")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """`golden(name, text)`: `text` must equal tests/golden/NAME; with --bless the file is written instead."""
    folder = Path(request.config.rootpath) / "tests" / "golden"

    def check(name: str, text: str) -> None:
        path = folder / name
        if request.config.getoption("--bless"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            return
        hint = f"tests/golden/{name} differs: read the change, then rewrite it with `pytest --bless {request.node.nodeid}`"
        expected = path.read_text(encoding="utf-8") if path.exists() else ""
        assert text == expected, hint

    return check
