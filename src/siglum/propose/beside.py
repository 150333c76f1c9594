"""A proposer that takes long, in a thread of its own beside those that do not: each candidate is judged before the next.

Imports `records`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from queue import Empty, SimpleQueue
from typing import Final, Protocol

from siglum.records import Candidate, Feedback, Spec

PATIENCE_S: Final = 0.5
"""How long a thread is waited for that was told to end. What it may still be in then, a name being looked up or weights being
loaded, cannot be ended; it does nothing more afterwards and ends with the process at the latest."""


class Stoppable(Protocol):
    """A proposer that another thread can end while it waits."""

    def propose(self, spec: Spec, feedback: Sequence[Feedback]) -> Iterator[Candidate]: ...

    def stop(self) -> None: ...


class Beside:
    """A proposer at work in a thread. `over` says that nothing more will come."""

    def __init__(self, proposer: Stoppable, spec: Spec) -> None:
        """Starts it."""
        self.proposer, self.over = proposer, False
        self._spec = spec
        self._feedback: list[Feedback] = []
        self._ready: SimpleQueue[Candidate | BaseException | None] = SimpleQueue()
        self._judged = threading.Semaphore(0)
        self._wanted = True
        self._thread = threading.Thread(target=self._run, name="siglum proposer", daemon=True)
        self._thread.start()

    def take(self, seconds: float = 0.0) -> Candidate | None:
        """The next candidate, waited for so long; None where there is none by then. `judge` has to follow before the next one.
        Raises what the proposer raised.
        """
        if self.over:
            return None
        try:
            found = self._ready.get(timeout=seconds) if seconds > 0 else self._ready.get_nowait()
        except Empty:
            return None
        if isinstance(found, Candidate):
            return found
        self.over = True
        if found is not None:
            raise found
        return None

    def judge(self, failure: Feedback | None) -> None:
        """What became of the candidate that was taken: why it failed, or None."""
        if failure is not None:
            self._feedback.append(failure)
        self._judged.release()

    def close(self) -> None:
        """Ends it, wherever it is."""
        self._wanted = False
        if self._thread.is_alive() and not self.over:
            self.proposer.stop()
            self._judged.release()
            self._thread.join(PATIENCE_S)
        self.over = True

    def _run(self) -> None:
        end: BaseException | None = None
        try:
            for candidate in self.proposer.propose(self._spec, self._feedback):
                self._ready.put(candidate)
                self._judged.acquire()
                if not self._wanted:
                    break
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that takes
            end = error
        self._ready.put(end)
