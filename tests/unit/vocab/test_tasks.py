"""The small tasks are phrases of general words, give what they must, and are short."""

from __future__ import annotations

from importlib import import_module

import pytest
from tests.golden.tasks import FIFTEEN, TWELVE, TWELVE_IN_PYTHON, TWELVE_PLAIN, Task

from siglum.frontend.phrase.language import Language
from siglum.frontend.phrase.reference import evaluate
from siglum.vocab.declare import vocabulary

LANGUAGE = Language(vocabulary())


@pytest.mark.parametrize("task", [*TWELVE, *TWELVE_PLAIN, *FIFTEEN], ids=lambda t: t.phrase)
def test_task(task: Task) -> None:
    definition = LANGUAGE.read(task.phrase).main
    for arguments, expected in task.runs:
        assert evaluate(definition, list(arguments)) == expected


def test_the_twelve_take_a_third_of_the_tokens_of_python() -> None:
    encode = import_module("quicktok").get_encoding("o200k_base").encode_ordinary
    assert sum(len(encode(task.phrase)) for task in TWELVE) <= 0.33 * TWELVE_IN_PYTHON
