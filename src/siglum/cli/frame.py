"""The frame around the verbs: the lazy command group, errors as one line or one object, exit codes.

Imports click, `siglum.errors` and its neighbours here; verbs are imported when they are used.
"""

from __future__ import annotations

import os
import sys
from typing import IO, Any, Final

import click

from siglum import __version__
from siglum.cli.suggest import nearest, unknown
from siglum.cli.verb import Output
from siglum.errors import EnvironmentFault, SiglumError, UserError, echo

VERBS: Final = {
    "run": "Run a phrase or a Python function on arguments.",
    "build": "Compile a program, or what is found for an intent, to .so, .o, an executable, .asm or .hex, checked.",
    "propose": "Find programs for an intent: English, examples, or a reference.",
    "check": "Prove or refute that machine code, or a phrase, does what a reference says.",
    "verify": "Check a certificate again, against the bytes it is about.",
    "explain": "Show every instruction with the word it comes from.",
    "words": "Search the vocabulary by name, type or meaning.",
    "next": "List what can follow the beginning of a phrase.",
    "grammar": "Print a grammar of the phrases that a signature allows, for models that are held to one.",
    "emit": "Turn hex digits or assembly into an executable, an object or a shared library.",
    "tokens": "Count the tokens of a file or a phrase in several vocabularies.",
    "doctor": "Report what this machine and this installation can do.",
}
"""Each verb, in the order of the help text, with its one line. Its command is `command` in `siglum.cli.VERB_verb`."""

INTERRUPTED: Final = 130
INTERNAL: Final = "E-999"


class Verbs(click.Group):
    """The group; a verb's module is imported when that verb is looked up."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        from importlib import import_module

        command = import_module(f"siglum.cli.{cmd_name}_verb").command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in VERBS:
            if name.startswith("-"):
                raise click.NoSuchOption(name, ctx=ctx)
            raise unknown("verb", name, list(VERBS))
        return name, self.get_command(ctx, name), args[1:]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Verbs"):
            formatter.write_dl(list(VERBS.items()))


@click.group(
    cls=Verbs,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option("--json", is_flag=True, expose_value=False, hidden=True)
@click.version_option(__version__, prog_name="siglum", message="%(prog)s %(version)s")
@click.pass_context
def siglum(context: click.Context) -> None:
    """From a phrase or a Python function to machine code that a checker has followed byte by byte.

    Every verb takes --json. Exit codes: 0 done, 1 refuted or stopped, 2 bad input, 3 environment, 4 unknown or out of
    budget, 5 unsafe code, 130 interrupted.
    """
    if context.invoked_subcommand is None:
        raise UserError("no verb given", None, f"verbs: {', '.join(VERBS)}", "E-001")


def run(arguments: list[str]) -> int:
    """Runs the command line `arguments` and returns the exit code; whatever goes wrong is printed here, as one line
    on stderr or, with `--json`, as one object on stdout.
    """
    as_json = "--json" in arguments[: arguments.index("--")] if "--" in arguments else "--json" in arguments
    if sys.stdin is None:  # closed before the process started, as the others may be
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115 - open until the process ends
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - open until the process ends
        elif hasattr(getattr(sys, name), "reconfigure"):
            getattr(sys, name).reconfigure(errors="backslashreplace")
    try:
        instruction = os.environ.get("_SIGLUM_COMPLETE")
        if instruction:
            from click.shell_completion import shell_complete

            return shell_complete(siglum, {}, "siglum", "_SIGLUM_COMPLETE", instruction)
        output = invoke(arguments)
        print_output(output, as_json)
        sys.stdout.flush()
        return output.exit
    except BrokenPipeError:
        _silence(sys.stdout)
        return 0
    except (KeyboardInterrupt, click.Abort):
        return report(SiglumError("interrupted", None, "", "E-130", INTERRUPTED), as_json)
    except SiglumError as error:
        return report(error, as_json)
    except click.UsageError as error:
        return report(usage_error(error), as_json)
    except MemoryError:
        return report(EnvironmentFault("out of memory", None, "give a smaller input or raise the limit"), as_json)
    except ImportError as error:
        fix = "reinstall siglum; `siglum doctor` lists what is missing"
        return report(EnvironmentFault(f"cannot load {error.name or 'a module'}: {echo(error.msg, 120)}", None, fix), as_json)
    except OSError as error:
        name = f" {echo(str(error.filename))}" if error.filename is not None else ""
        return report(EnvironmentFault(f"the system refused{name}: {error.strerror or error}"), as_json)
    except Exception as error:  # noqa: BLE001 - the last line of defence: a traceback is no answer
        return report(internal_error(error), as_json)


def invoke(arguments: list[str]) -> Output:
    """Parses `arguments` and runs the verb they name. Help and version come back as output without data."""
    if sys.flags.optimize > 1:
        raise EnvironmentFault("Python -OO takes away the texts that words are described with", None, "run without -OO")
    try:
        with siglum.make_context("siglum", arguments or ["--help"]) as context:
            output = siglum.invoke(context)
    except click.exceptions.Exit as stop:
        return Output("", exit=stop.exit_code)
    assert isinstance(output, Output)
    return output


def print_output(output: Output, as_json: bool) -> None:
    """Writes a verb's result to stdout."""
    if as_json and output.data:
        print_json(output.data)
    elif output.text:
        sys.stdout.write(output.text if output.text.endswith("\n") else output.text + "\n")


def print_json(data: dict[str, Any]) -> None:
    sys.stdout.write(json_line(data))


def json_line(data: dict[str, Any]) -> str:
    import json

    return json.dumps(data, ensure_ascii=True, allow_nan=False) + "\n"


def report(error: SiglumError, as_json: bool) -> int:
    """Prints `error` and returns its exit code; a caret follows the line on a terminal. An object that standard output
    does not take becomes a line on standard error.
    """
    if as_json and written(sys.stdout, json_line(error.as_json())):
        return error.exit
    line = " ".join(error.line().split("\n"))
    caret = f"\n{error.place.caret()}" if error.place and error.place.text and sys.stderr.isatty() else ""
    written(sys.stderr, f"{line}{caret}\n")
    return error.exit


def written(stream: IO[str], text: str) -> bool:
    """Whether `stream` took `text`, or has no reader any more, which is no error."""
    try:
        stream.write(text)
        stream.flush()
    except OSError as error:
        _silence(stream)
        return isinstance(error, BrokenPipeError)
    return True


def _silence(stream: IO[str]) -> None:
    """Lets the interpreter end without a second complaint about what cannot be written."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def usage_error(error: click.UsageError) -> UserError:
    """The refusal (E-002) of a command line that click could not parse."""
    verb = error.ctx.info_name if error.ctx else None
    fix = f"see siglum {verb} --help" if verb and verb != "siglum" else "see siglum --help"
    if isinstance(error, click.NoSuchOption):
        options = [o[2:] for p in error.ctx.command.params for o in p.opts if o.startswith("--")] if error.ctx else []
        close = nearest(error.option_name.lstrip("-"), options)
        maybe = f"did you mean --{close[0]}? {fix}" if close else f"{fix}; `--` stands before arguments that start with `-`"
        return UserError(f"unknown option '{echo(error.option_name)}'", None, maybe, "E-002")
    message = error.format_message().rstrip(".")
    return UserError(echo(message[:1].lower() + message[1:], 200), None, fix, "E-002")


def internal_error(error: Exception) -> SiglumError:
    """The one line for a fault of Siglum itself; with SIGLUM_DEBUG=1 the traceback is printed first."""
    if os.environ.get("SIGLUM_DEBUG") == "1":
        import traceback

        traceback.print_exception(error, file=sys.stderr)
    where = error.__traceback__
    while where is not None and where.tb_next is not None:
        where = where.tb_next
    at = f" at {os.path.basename(where.tb_frame.f_code.co_filename)}:{where.tb_lineno}" if where else ""
    message = f"internal error: {type(error).__name__}{at}: {echo(str(error), 120)}"
    return SiglumError(message, None, "please report it with the command; SIGLUM_DEBUG=1 shows the traceback", INTERNAL, 3)
