"""`siglum run`: a program on arguments, as machine code in this process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from siglum.cli.options import count, named_arguments, overflow_option, signature_option
from siglum.cli.verb import Output, Verb
from siglum.errors import EnvironmentFault, SiglumError, UserError


@click.command("run", cls=Verb)
@click.argument("phrase", required=False)
@click.argument("arguments", nargs=-1, metavar="[ARG]...")
@click.option("--arg", "named", multiple=True, metavar="NAME=VALUE", help="An argument by its parameter's name.")
@signature_option
@overflow_option
@click.option("--memory", default="1024", show_default=True, metavar="MB", help="How much memory the program may take.")
@click.option("--fuel", metavar="STEPS", help="Stop loops after this many steps.")
def command(
    phrase: str | None,
    arguments: tuple[str, ...],
    named: tuple[str, ...],
    signature: str | None,
    overflow: str,
    memory: str,
    fuel: str | None,
) -> Output:
    """Run PHRASE (or FILE.py:NAME) on arguments and print its result.

    An open phrase takes one argument as its subject: siglum run "filter even square sum" "[1,2,3,4]". A definition takes
    one argument per parameter. Values are written as 4, 1.5, true, "text", [1,2], (1,"a"), {"a":1} or none.
    """
    if phrase is None:
        raise UserError("nothing to run", None, 'give a phrase, as in siglum run "filter even sum" "[1,2]"', "E-001")
    limits = {"arena_limit": count("--memory", memory, 1 << 20) << 20}
    if fuel is not None:
        limits["fuel"] = count("--fuel", fuel, (1 << 62) - 1)
    from siglum import pipeline
    from siglum.frontend.literals import show_value
    from siglum.host.callable import Native
    from siglum.invocation import call_of

    call = call_of(phrase, arguments, named_arguments(named), signature, overflow)
    function = call.unit.function
    built = pipeline.build(function)
    native = Native(built.image, **limits)
    silent = pipeline.writes(function)
    result, written = completed(lambda: native(*call.values), capture=as_json())
    shown = show_value(result, function.result)
    data = {"result": shown, "type": str(function.result), "target": built.image.target}
    if as_json():
        data["bytes"] = str(pipeline.bytes_finding(built)[0])
    return Output("" if silent else shown, {**data, "output": written} if silent else data)


def as_json() -> bool:
    """Whether the result goes to stdout as an object, so that the program's own output must not."""
    return bool(click.get_current_context().meta.get("siglum.json"))


def completed(run: Callable[[], Any], capture: bool) -> tuple[Any, str]:
    """The result of `run` and, with `capture`, what it wrote to standard output.

    Machine code cannot be interrupted from its own thread; it gets another, and an interrupt ends the wait.
    """
    from threading import Thread

    outcome: list[Any] = []
    failure: list[BaseException] = []

    def work() -> None:
        try:
            outcome.append(run())
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
            failure.append(error)

    thread = Thread(target=work, daemon=True)
    with Captured() if capture else Uncaptured() as output:
        try:
            thread.start()
        except RuntimeError:
            fix = "raise the limits on processes and memory"
            raise EnvironmentFault("the system refused a thread to run the program in", None, fix) from None
        thread.join()
    if failure:
        if output.text and isinstance(failure[0], SiglumError):
            failure[0].extra["output"] = output.text
        raise failure[0]
    return outcome[0], output.text


class Uncaptured:
    """Standard output as it is."""

    text = ""

    def __enter__(self) -> Uncaptured:
        return self

    def __exit__(self, *_: object) -> None:
        return None


class Captured(Uncaptured):
    """Standard output of this process, machine code included, kept in memory."""

    def __enter__(self) -> Captured:
        import os

        self._file = os.memfd_create("siglum-output", os.MFD_CLOEXEC)
        self._before = os.dup(1)
        os.dup2(self._file, 1)
        return self

    def __exit__(self, *_: object) -> None:
        import os

        os.dup2(self._before, 1)
        os.close(self._before)
        size = os.lseek(self._file, 0, os.SEEK_END)
        self.text = os.pread(self._file, size, 0).decode("utf-8", "replace")
        os.close(self._file)
