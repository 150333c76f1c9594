"""The lists of docs/trusted.md; as a plug-in of coverage it has exactly the trusted modules measured."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from coverage import CoveragePlugin
from coverage.types import TConfigurable

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "siglum"
_ROW = re.compile(r"^\| `([\w/]+\.py)` \| (\S.*?) \|$", re.MULTILINE)


def lists(text: str) -> tuple[dict[str, str], dict[str, str]]:
    """The trusted modules with what a fault could let through, and the others with why it could not; by path."""
    trusted, _, others = text.partition("\n## Used by them")
    return _rows(trusted), _rows(others)


def _rows(text: str) -> dict[str, str]:
    found = _ROW.findall(text)
    twice = {name for name, _ in found if [n for n, _ in found].count(name) > 1}
    if twice:
        raise ValueError(f"listed twice: {', '.join(sorted(twice))}")
    return dict(found)


def document() -> str:
    return (ROOT / "docs" / "trusted.md").read_text(encoding="utf-8")


class OnlyTrusted(CoveragePlugin):
    """Leaves all modules out that are not trusted; one that no test imports counts as never run."""

    def configure(self, config: TConfigurable) -> None:
        trusted, _ = lists(document())
        rest = [str(path) for path in sorted(PACKAGE.rglob("*.py")) if str(path.relative_to(PACKAGE)) not in trusted]
        config.set_option("run:source", [str(PACKAGE)])
        config.set_option("run:omit", rest)


def coverage_init(registry: Any, options: dict[str, str]) -> None:
    """Called by coverage."""
    registry.add_configurer(OnlyTrusted())
