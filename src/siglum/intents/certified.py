"""What a certificate says of an intent: its text, its examples, the other programs that agree with them; made, and made again.

Imports `propose`, `check`, `comparison` and its siblings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from siglum.check.certificate import not_so
from siglum.comparison import Program
from siglum.errors import UserError
from siglum.ir.types import Type
from siglum.propose.examine import Program as Agreeing
from siglum.propose.examine import called, examined, shown
from siglum.records import Candidate, Consistent, Spec

if TYPE_CHECKING:
    from siglum.intents.inquiry import Inquiry

NONE: Final[dict[str, Any]] = {"text": "", "examples": [], "alternatives": [], "status": ""}
"""Of a program that is its own intent."""
NOT_CLAIMED: Final = "that the examples say all that is meant"


def of_inquiry(inquiry: Inquiry) -> dict[str, Any]:
    """The record of an inquiry's intent and of what is open."""
    return _record(inquiry.spec, inquiry.best.result, [program.text for program in inquiry.likely[1:]])


def _record(spec: Spec, result: Type, alternatives: list[str]) -> dict[str, Any]:
    return {
        "text": spec.phrase,
        "examples": [f"{called(spec, e.arguments)} -> {shown(e.result, result)}" for e in spec.examples],
        "alternatives": alternatives,
        "status": str(Consistent(len(spec.examples), len(alternatives))),
    }


def again(claimed: dict[str, Any], program: Program) -> tuple[dict[str, Any], Consistent | None]:
    """The record made again from the program and from what is claimed. Raises `SiglumError` E-083 where the program, or one that
    is said to be an alternative, does not agree with an example.
    """
    if not claimed["status"]:
        return NONE, None
    from siglum.propose.examples import read_examples

    meant = program.unit.meant
    if program.name:
        raise not_so("`intent` is of a Python function, which is its own")
    try:
        read = read_examples(claimed["examples"], [], meant.params, meant.result)
    except UserError as error:
        raise not_so(f"`intent.examples`: {error.message}") from None
    spec = Spec(meant.params, meant.result, program.overflow, read.examples, claimed["text"])
    texts = []
    for text in (program.text, *claimed["alternatives"]):
        found = examined(spec, Candidate(text, "certificate"))
        if not isinstance(found, Agreeing):
            raise not_so(f"`intent`: {found.message}")
        texts.append(found.text)
    return _record(spec, meant.result, texts[1:]), Consistent(len(spec.examples), len(texts) - 1)
