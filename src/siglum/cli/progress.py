"""What is being done, on a terminal while it takes long. Imports click."""

from __future__ import annotations

import sys
import time
from types import TracebackType

import click


class Progress:
    """One line on standard error that says what is being done, where that is a terminal; gone when the work is."""

    def __init__(self) -> None:
        self.on = sys.stderr.isatty() and not click.get_current_context().meta.get("siglum.json")
        self.start = self.last = time.monotonic()
        self.shown = False

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.clear()

    def clear(self) -> None:
        """Takes the line away; the next thing said brings it back."""
        if self.shown:
            self.shown = False
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def show(self, what: str) -> None:
        """Says `what`, a few times a second at most."""
        now = time.monotonic()
        if self.on and (now - self.last > 0.1 or not self.shown):
            self.last, self.shown = now, True
            sys.stderr.write(f"\r\x1b[Ksiglum: {what} ({now - self.start:.0f} s)")
            sys.stderr.flush()
