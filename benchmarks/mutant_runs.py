"""Runs tests against one changed module, in a forked process that has the heavy imports already; the files stay as they are.

A mutant lives in memory: an import hook gives the changed code of one module in place of its file's.
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import re
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import CodeType, ModuleType
from typing import Final, NamedTuple

from benchmarks.mutating import changed, changes

ROOT: Final = Path(__file__).parents[1]
SOURCES: Final = ROOT / "src"
MOST_MEMORY: Final = 3 << 30
"""Bytes: a mutant that takes more never ends."""
_FAILED: Final = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)


class Ran(NamedTuple):
    """How tests fared: `outcome` is "passed", "failed", "ended" (the process did), "late" or "memory"; `first` the test that
    failed first.
    """

    outcome: str
    first: str
    seconds: float
    text: str


class _Changed(importlib.machinery.SourceFileLoader):
    """Loads a module with one change to its text."""

    def __init__(self, name: str, path: str, text: str, number: int) -> None:
        super().__init__(name, path)
        self.text, self.number = text, number

    def get_code(self, fullname: str) -> CodeType:
        tree = ast.parse(self.text)
        return compile(changed(tree, changes(tree)[self.number]), self.path, "exec", dont_inherit=True)


class Hook(importlib.abc.MetaPathFinder):
    """Finds one module, with change number `number` to the text it had when the changes were chosen."""

    def __init__(self, file: str, text: str, number: int) -> None:
        self.path = SOURCES / file
        self.name = module_of(file)
        self.text, self.number = text, number

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self.name:
            return None
        loader = _Changed(fullname, str(self.path), self.text, self.number)
        return importlib.util.spec_from_file_location(fullname, self.path, loader=loader)


def module_of(file: str) -> str:
    """The module in a file below src."""
    return file.removesuffix(".py").replace("/", ".")


def load_ahead(modules: Sequence[str], files: Sequence[str]) -> None:
    """Imports what all mutants share; nothing of it may need a module that will be changed."""
    for name in modules:
        importlib.import_module(name)
    early = sorted({module_of(file) for file in files} & sys.modules.keys())
    if early:
        raise ValueError(f"these are to be changed and were imported already: {', '.join(early)}")


def run(work: Callable[[], int], hook: Hook | None, limit: float) -> Ran:
    """What `work` gives (0 where all is well) in a child process with the hook; ended after `limit` seconds."""
    with tempfile.NamedTemporaryFile("r+", suffix=".txt") as output:
        start = time.monotonic()
        child = os.fork()
        if not child:
            _child(work, hook, output.fileno())
        outcome = _watched(child, start + limit)
        output.seek(0)
        text = output.read()
    found = _FAILED.search(text)
    return Ran(outcome, found[1] if found else "", time.monotonic() - start, text)


def _child(work: Callable[[], int], hook: Hook | None, output: int) -> None:
    """Never returns."""
    code = 3
    try:
        os.setsid()
        os.dup2(output, 1)
        os.dup2(output, 2)
        if hook:
            sys.meta_path.insert(0, hook)
        with tempfile.TemporaryDirectory() as folder:
            _quiet_hypothesis(folder)
            code = work()
    except BaseException as error:  # noqa: BLE001 - a mutant may raise anything, and that is a failure like others
        print(f"ERROR {type(error).__name__} {error}")
    finally:
        sys.stdout.flush()
        os._exit(min(code, 3))


def _quiet_hypothesis(folder: str) -> None:
    """What one mutant's failing examples were is nothing to the next."""
    from hypothesis.configuration import set_hypothesis_home_dir

    set_hypothesis_home_dir(folder)


def _watched(child: int, end: float) -> str:
    """Waits for the child, and ends it and its own children where it takes too long or too much memory."""
    outcome = ""
    while not outcome:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            code = os.waitstatus_to_exitcode(status)
            outcome = "passed" if code == 0 else "ended" if code < 0 or code > 2 else "failed"
        elif time.monotonic() > end:
            outcome = "late"
        elif _memory(child) > MOST_MEMORY:
            outcome = "memory"
        else:
            time.sleep(0.03)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    if outcome in ("late", "memory"):
        os.waitpid(child, 0)
    return outcome


def _memory(process: int) -> int:
    """Bytes that are resident."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    except (FileNotFoundError, ProcessLookupError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def tests(arguments: Sequence[str]) -> Callable[[], int]:
    """Runs these tests up to the first failure."""

    def work() -> int:
        import pytest

        quiet = ["-W", "ignore:Module already imported"]
        # plain: pytest would otherwise load the modules of a package with a plugin itself, past the hook
        options = ["-x", "-q", "-p", "no:cacheprovider", "--assert=plain", "--tb=line", "--hypothesis-seed=1", *quiet]
        return int(pytest.main([*options, *arguments]))

    return work
