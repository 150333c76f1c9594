"""Examples and tasks as machine code: bound, followed by the checker, run."""

from __future__ import annotations

from typing import Final

import pytest
from tests.golden.tasks import FIFTEEN, TWELVE, TWELVE_PLAIN, Task

from siglum import pipeline
from siglum.vocab.declare import Overload

WORDS: Final = pipeline.language().vocabulary
PURE: Final = [o for name in WORDS.names() for o in WORDS.overloads(name) if isinstance(o, Overload) and not o.effects]


@pytest.mark.parametrize("overload", PURE, ids=repr)
def test_examples_hold_natively(overload: Overload) -> None:
    for example in overload.examples:
        image = pipeline.build(pipeline.unit_from_phrase(example).function).image
        assert pipeline.load(image)() is True, example


@pytest.mark.parametrize("task", [*TWELVE, *TWELVE_PLAIN, *FIFTEEN], ids=lambda t: t.phrase)
def test_tasks_natively(task: Task) -> None:
    run = pipeline.load(pipeline.build(pipeline.unit_from_phrase(task.phrase).function).image)
    for arguments, expected in task.runs:
        assert run(*arguments) == expected
