"""Tables for people: aligned text, with colour and wrapping by rich where a terminal shows it. Imports nothing of Siglum."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence


def table(header: Sequence[str], rows: Sequence[Sequence[str]], right: frozenset[int] = frozenset()) -> str:
    """`rows` under `header` in columns; the columns numbered in `right` are aligned to the right.

    Piped output is plain text with two spaces between columns, so that it can be cut and compared.
    """
    if sys.stdout.isatty() and "NO_COLOR" not in os.environ:
        shown = _rich_table(header, rows, right)
        if shown is not None:
            return shown
    lines = [header, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]

    def aligned(line: Sequence[str]) -> str:
        cells = [c.rjust(w) if i in right else c.ljust(w) for i, (c, w) in enumerate(zip(line, widths, strict=True))]
        return "  ".join(cells).rstrip()

    return "\n".join(map(aligned, lines))


def _rich_table(header: Sequence[str], rows: Sequence[Sequence[str]], right: frozenset[int]) -> str | None:
    """The table as rich draws it; None without rich."""
    try:
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text
    except ImportError:
        return None
    drawn = Table(box=None, header_style="bold", pad_edge=False)
    for column, name in enumerate(header):
        drawn.add_column(name, justify="right" if column in right else "left", style="cyan" if column == 0 else "")
    for row in rows:
        drawn.add_row(*map(Text, row))
    console = Console(file=sys.stdout)
    with console.capture() as captured:
        console.print(drawn)
    return captured.get()
