"""The question that settles an intent: asked on a terminal, or shown with the options that answer it. Imports `siglum.errors`."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING, Any, Final

from siglum.cli.intent import as_json
from siglum.errors import UserError, echo

if TYPE_CHECKING:
    from siglum.intents.inquiry import Inquiry, Question
    from siglum.records import Params

OPEN: Final = 4
INTERRUPTED: Final = 130
_SHOWN: Final = 60


def exit_of(inquiry: Inquiry) -> int:
    """130 after Ctrl-C, 4 while a question is open, 0 once it is settled."""
    return INTERRUPTED if inquiry.interrupted else OPEN if inquiry.is_open else 0


def lines(inquiry: Inquiry, question: Question) -> list[str]:
    """The question, for each answer the option that gives it, and how the first program is taken without one."""
    from siglum.intents.given import signature_text

    results = [echo(choice.result, _SHOWN) for choice in question.choices]
    width = max(map(len, results))
    options = [f"--answer {shlex.quote(choice.answer)}" if choice.answer else "" for choice in question.choices]
    wide = max(map(len, options))
    shown = [f"open:    what should {echo(question.input, _SHOWN)} give?"]
    for choice, result, option in zip(question.choices, results, options, strict=True):
        shown.append(f"         {result:{width}}  {option:{wide}}  {programs(choice.programs)}".rstrip())
    best = inquiry.best
    signature = shlex.quote(signature_text(inquiry.spec.params, best.result))
    shown.append(f"         or take it: siglum build {shlex.quote(best.text)} --signature {signature}")
    return shown


def programs(texts: tuple[str, ...]) -> str:
    """The likeliest program behind an answer, and how many others there are."""
    more = f" (+{len(texts) - 1})" if len(texts) > 1 else ""
    return f"{echo(texts[0], _SHOWN)}{more}"


def bill(inquiry: Inquiry) -> list[str]:
    """What the model has cost, where one was asked, and which part of a reply the best program was."""
    if inquiry.advice is None:
        return []
    best = inquiry.best.candidate
    taken = []
    if best.origin == inquiry.advice.name and best.notes:
        taken = [f"note:    `{inquiry.best.text}` is {', '.join(best.notes)} of what {best.origin} said"]
    return [*taken, f"asked:   {echo(str(inquiry.advice), 400)}"]


def as_data(question: Question | None, params: Params) -> dict[str, Any] | None:
    """The question for programs; `answer` is what `--answer` takes."""
    if question is None:
        return None
    from siglum.frontend.literals import show_value

    named = {name: show_value(value, t) for (name, t), value in zip(params, question.arguments, strict=True)}
    answers = [{"result": c.result, "programs": list(c.programs), "answer": c.answer or None} for c in question.choices]
    return {"arguments": named, "input": question.input, "answers": answers}


def inquiry_data(inquiry: Inquiry) -> dict[str, Any]:
    """What was found for an intent, for programs."""
    status = inquiry.status
    model = {} if inquiry.advice is None else {"model": inquiry.advice.as_data()}
    return {
        **model,
        "status": {"text": str(status), "examples": status.examples, "alternatives": status.alternatives},
        "candidates": [
            {"text": p.text, "cost": p.candidate.cost, "origin": p.candidate.origin, "notes": list(p.candidate.notes)}
            for p in inquiry.programs
        ],
        "question": as_data(inquiry.question(), inquiry.spec.params),
        "examined": inquiry.examined,
        "tried": inquiry.candidates,
        "seconds": round(inquiry.seconds, 3),
        "interrupted": inquiry.interrupted,
        "notes": list(inquiry.intent.notes),
    }


# On a terminal ------------------------------------------------------------------------------------------------------------
def is_answered_here() -> bool:
    """Whether somebody is there to ask."""
    return sys.stdin.isatty() and sys.stderr.isatty() and not as_json()


def settle(inquiry: Inquiry) -> None:
    """Asks until no question is left, or until the person has no answer (end of input). Ctrl-C leaves it open as well and marks
    the inquiry.
    """
    try:
        question = inquiry.question()
        while question is not None:
            _ask(question, inquiry.spec.params)
            reply = _reply()
            while reply is not None and not _taken(inquiry, question, reply):
                reply = _reply()
            if reply is None:
                return
            question = inquiry.question()
    except KeyboardInterrupt:
        sys.stderr.write("\n")
        inquiry.interrupted = True


def _ask(question: Question, params: Params) -> None:
    from siglum.frontend.literals import show_value

    results = [echo(choice.result, _SHOWN) for choice in question.choices]
    width = max(map(len, results))
    named = [f"{name} = {show_value(v, t)}" for (name, t), v in zip(params, question.arguments, strict=True)]
    sys.stderr.write(f"\nWhat should the result be for {echo(', '.join(named), 2 * _SHOWN) or 'no arguments'}?\n")
    for number, (choice, result) in enumerate(zip(question.choices, results, strict=True), 1):
        sys.stderr.write(f"  {number}  {result:{width}}  {programs(choice.programs)}\n")


def _reply() -> str | None:
    """What is typed; None at the end of input."""
    sys.stderr.write("number, value, or Enter to take the first as it is: ")
    sys.stderr.flush()
    line = sys.stdin.readline()
    if not line:
        sys.stderr.write("\n")
        return None
    return line.strip()


def _taken(inquiry: Inquiry, question: Question, reply: str) -> bool:
    """Whether a reply was an answer: `#N` and `=VALUE` always are what they say, a bare number is that of a line unless it is the
    result on another one.
    """
    choices = question.choices
    by_line = reply.startswith("#")
    line = -1 if reply.startswith("=") else _number(reply.removeprefix("#"))
    try:
        if not reply:
            inquiry.take()
        elif 1 <= line <= len(choices):
            if any(choice.result == reply for k, choice in enumerate(choices, 1) if k != line):
                fix = f"write #{line} for the line, ={reply} for the result"
                raise UserError(f"{reply} is a line and a result", None, fix, "E-012")
            inquiry.choose(question, choices[line - 1])
        elif by_line:
            raise UserError(f"there is no line {echo(reply)}", None, f"lines are #1 to #{len(choices)}", "E-044")
        else:
            inquiry.answer(question, reply.removeprefix("="))
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return False
    return True


def _number(text: str) -> int:
    """A number of a line; -1 for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1
