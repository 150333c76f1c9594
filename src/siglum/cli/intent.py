"""The options that say what is wanted, how they become an intent, and what is shown while it is searched for. Imports click."""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from siglum.cli.progress import Progress
from siglum.errors import UserError, echo

if TYPE_CHECKING:
    from siglum.intents.given import Given
    from siglum.intents.watching import Watch
    from siglum.records import Candidate

MOST_SECONDS: Final = 3600.0
MOST_KEPT: Final = 100
EVENT_SECONDS: Final = 0.2
"""How often events tell of a search."""

_Command = TypeVar("_Command", bound=Callable[..., Any])

_OPTIONS: Final = (
    click.option("-e", "examples", multiple=True, metavar='"IN -> OUT"', help="An example, as in -e '[1,2,3] -> 6'; repeatable."),
    click.option("--examples", "files", multiple=True, metavar="FILE", help="Examples in .json, .jsonl, .csv, .tsv or .txt."),
    click.option("--ref", "reference", metavar="FILE.py:NAME|PHRASE|FORMULA",
                 help="What does what is meant: a Python function, a phrase, or a formula as in 'x & (x - 1)'."),
    click.option("--property", "properties", multiple=True, metavar="PHRASE|FILE.py:NAME",
                 help="What holds of parameters and result, as in 'result >= 0'."),
    click.option("--intent", "as_intent", is_flag=True, help="Take the text for English even where it is a program."),
    click.option("--answer", "answers", multiple=True, metavar='"IN -> OUT"', help="The answer to a question: one more example."),
    click.option("--model", metavar="NAME", help="A language model to ask too, of --model-url or of the package `llm`."),
    click.option("--model-url", metavar="URL", help="An OpenAI-style endpoint, as in http://localhost:8080/v1."),
    click.option("--model-key-env", metavar="VARIABLE", help="The environment variable that holds the endpoint's key."),
    click.option("--model-timeout", default="30", show_default=True, metavar="S", help="Seconds to wait for the model, in all."),
    click.option("--timeout", default="10", show_default=True, metavar="S", help="Processor seconds of a search."),
)  # fmt: skip


def intent_options(command: _Command) -> _Command:
    """Adds the options of an intent to a verb; their values go to `given`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def given(
    text: str | None,
    examples: tuple[str, ...],
    files: tuple[str, ...],
    reference: str | None,
    properties: tuple[str, ...],
    as_intent: bool,
    answers: tuple[str, ...],
    model: str | None,
    model_url: str | None,
    model_key_env: str | None,
    model_timeout: str,
    timeout: str,
    signature: str | None,
    overflow: str,
    nothing_to: str,
    kept: int | None = None,
) -> Given:
    """The command line as what was given of an intent. Raises `UserError` E-006 for a time that is none."""
    from siglum.intents.advice import Model
    from siglum.intents.given import Given
    from siglum.records import Budget

    budget = Budget(seconds=seconds("--timeout", timeout))
    if kept is not None:
        budget = Budget(budget.seconds, budget.memory, kept)
    asked = None
    patience = seconds("--model-timeout", model_timeout)
    if model is not None or model_url is not None or model_key_env is not None:
        asked = Model(model or "", model_url or "", model_key_env or "", patience)
    return Given(
        text, examples, files, answers, reference, properties, signature, overflow, as_intent, budget, nothing_to, asked
    )  # fmt: skip


def seconds(option: str, text: str) -> float:
    """A time limit; raises `UserError` E-006 with the accepted range."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value <= MOST_SECONDS:
        raise UserError(f"{option} {echo(text)} is outside 0..{MOST_SECONDS:.0f}", None, "give a number above 0", "E-006")
    return value


# While it is searched for -----------------------------------------------------------------------------------------------
@contextmanager
def watching() -> Iterator[Watch]:
    """What a search tells: one line on a terminal, with `--json` one event a line on standard error."""
    from siglum.intents.watching import Watch

    class Line(Watch):
        """The line on a terminal."""

        def __init__(self, progress: Progress) -> None:
            super().__init__()
            self.progress, self.text = progress, ""

        def searching(self, candidates: int, bits: float, values: int, memory: int) -> None:
            best = f", best `{echo(self.text, 40)}`" if self.text else ""
            self.progress.show(f"{candidates:,} candidates, {bits:.0f} bits deep{best}")

        def found(self, candidate: Candidate) -> None:
            self.text = candidate.text

        def waiting(self, name: str) -> None:
            best = f", best so far `{echo(self.text, 40)}`" if self.text else ""
            self.progress.show(f"waiting for {name}{best}")

        def over(self) -> None:
            super().over()
            self.text = ""
            self.progress.clear()

    class Events(Watch):
        """Objects for a program that reads along."""

        def __init__(self) -> None:
            super().__init__()
            self.last = -math.inf
            self.waited_for = ""

        def searching(self, candidates: int, bits: float, values: int, memory: int) -> None:
            now = time.monotonic()
            if now - self.last > EVENT_SECONDS:
                self.last = now
                _tell({"event": "searching", "candidates": candidates, "bits": bits, "values": values, "memory": memory})

        def found(self, candidate: Candidate) -> None:
            _tell({"event": "found", "text": candidate.text, "cost": candidate.cost, "origin": candidate.origin})

        def waiting(self, name: str) -> None:
            if name != self.waited_for:
                self.waited_for = name
                _tell({"event": "waiting", "for": name})

    if as_json():
        yield Events()
        return
    with Progress() as progress:
        yield Line(progress)


def _tell(event: dict[str, Any]) -> None:
    sys.stderr.write(json.dumps(event) + "\n")
    sys.stderr.flush()


def as_json() -> bool:
    """Whether the result goes to standard output as an object."""
    return bool(click.get_current_context().meta.get("siglum.json"))
