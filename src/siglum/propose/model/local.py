"""Models of the package `llm`, in a process of their own: what runs there can be ended at any time, and take nothing with it.

Imports `children`, `errors`, `propose.apart` and its siblings. The package is an extra, imported by that process (`python -m
siglum.propose.model.local MODEL`), which reads a question a line and writes an answer a line, both JSON. Its models take no
grammar.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
from collections.abc import Iterable, Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import IO, Any, Final

from siglum.children import environment
from siglum.errors import EnvironmentFault, UserError, echo
from siglum.propose.apart import end
from siglum.propose.model.chat import Reply, Request, Usage
from siglum.propose.model.wire import FAULT, SLICE, Stopped

MOST_NAMED: Final = 20
"""Models that are named where one is unknown."""


class PackagedModel:
    """The model that `llm` knows as `model`."""

    takes_grammar = False

    def __init__(self, model: str) -> None:
        """Starts its process. Raises `EnvironmentFault` where the package is missing, `UserError` (E-002) where it has no such
        model.
        """
        self.model, self.usage = model, Usage()
        self._stopped = False
        self._process: subprocess.Popen[bytes] | None = None
        try:
            self._begin()
        except KeyboardInterrupt:
            self.close()
            raise

    def stop(self) -> None:
        self._stopped = True

    def close(self) -> None:
        process, self._process = self._process, None
        end(process)

    def ask(self, request: Request) -> list[Reply]:
        if self._stopped:
            raise Stopped
        self.usage.requests += 1
        self._begin()
        options = {"max_tokens": request.max_tokens, "temperature": request.temperature}
        answer = self._answer({"prompt": request.user, "system": request.system, "options": options})
        if "text" not in answer:
            message = f"the model {echo(self.model)} of the package llm fails: {_error_in(answer)}"
            raise EnvironmentFault(message, None, "try it with `llm prompt`", FAULT)
        given, said = answer["input"], answer["output"]
        self.usage.add(given, said)
        return [Reply(answer["text"], said is not None and said >= request.max_tokens)]

    def _begin(self) -> None:
        """Starts the process unless it runs, and waits until it has the package."""
        if self._process is not None and self._process.poll() is None:
            return
        self.close()
        if find_spec("llm") is None:
            raise EnvironmentFault("the package llm is missing", None, "pip install 'siglum[llm]'", FAULT)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "siglum.propose.model.local", self.model],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(),
            start_new_session=True,  # Ctrl-C is for the parent, which ends this one
        )
        answer = self._answer(None)
        if "ready" not in answer:
            self.close()
            if "unknown" in answer:
                names = ", ".join(echo(name, 30) for name in answer["unknown"][:MOST_NAMED])
                raise UserError(f"the package llm has no model '{echo(self.model)}'", None, f"models: {names}", "E-002")
            message = f"the package llm cannot be loaded: {_error_in(answer)}"
            raise EnvironmentFault(message, None, "try it with `llm models`", FAULT)

    def _answer(self, question: dict[str, Any] | None) -> dict[str, Any]:
        """What the process says next, to a question if there is one; nothing where it has ended. Raises `Stopped` once nobody
        wants an answer, and ends the process then.
        """
        assert self._process is not None and self._process.stdin is not None and self._process.stdout is not None
        with contextlib.suppress(OSError):
            if question is not None:
                self._process.stdin.write(json.dumps(question).encode() + b"\n")
                self._process.stdin.flush()
        said = b""
        while not said.endswith(b"\n"):
            if self._stopped:
                self.close()
                raise Stopped
            if select.select([self._process.stdout], [], [], SLICE)[0]:
                piece = os.read(self._process.stdout.fileno(), 1 << 16)
                if not piece:
                    return {}
                said += piece
        answer: dict[str, Any] = json.loads(said)
        return answer


def _error_in(answer: dict[str, Any]) -> str:
    return echo(answer.get("error", "its process has ended"), 120)


# The other process ------------------------------------------------------------------------------------------------------
def serve(model: str, questions: Iterable[str], answers: IO[str]) -> None:
    """Answers until there are no more questions."""
    for answer in _answers(model, questions):
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def _answers(name: str, questions: Iterable[str]) -> Iterator[dict[str, Any]]:
    try:
        package = import_module("llm")
        try:
            model = package.get_model(name)
        except package.UnknownModelError:
            yield {"unknown": sorted(m.model_id for m in package.get_models())}
            return
    except Exception as error:  # noqa: BLE001 - a plug-in may raise anything
        yield {"error": f"{type(error).__name__}: {error}"}
        return
    yield {"ready": True}
    for line in questions:
        question = json.loads(line)
        known = model.Options.model_fields
        options = {option: value for option, value in question["options"].items() if option in known}
        try:
            response = model.prompt(question["prompt"], system=question["system"], **options)
            text = "".join(response)
            counted = response.usage()
            yield {"text": text, "input": counted.input, "output": counted.output}
        except Exception as error:  # noqa: BLE001 - a plug-in may raise anything
            yield {"error": str(error) or type(error).__name__}


def main(model: str) -> None:
    """The process, gone when its parent is. What plug-ins print must not reach the answers."""
    import ctypes

    set_death_signal, kill = 1, 9  # PR_SET_PDEATHSIG, SIGKILL
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(set_death_signal, kill)
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        os.dup2(2, 1)
        serve(model, sys.stdin, answers)


if __name__ == "__main__":
    main(sys.argv[1])
