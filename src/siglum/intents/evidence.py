"""The evidence of an intent: examples and answers as values, what contradicts them, what a reference adds to them.

Imports `propose`, `frontend`, `ir` and its siblings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, Final, NamedTuple

from siglum.errors import Place, UserError, echo
from siglum.frontend.literals import show_value
from siglum.ir.inputs import empty, inputs
from siglum.ir.types import CHAR, STR, Option, Type
from siglum.propose.alternatives import probes
from siglum.propose.examine import STOPS, called, same, shown
from siglum.records import Example, Params, Spec

STOPPING: Final = "stops"
"""What an answer says of an input on which the program stops."""
_STOPPING: Final = re.compile(rf"(?:->|=>|→)\s*{STOPPING}\s*$")
TEXTS: Final = (STR, CHAR, Option(STR), Option(CHAR))
"""Types of results for which that word is a value."""
MOST_STOPS: Final = 20
"""A reference is given up that has stopped so much more often than not."""
_NUMBERED: Final = re.compile(r"<example (\d+)>")

Arguments = tuple[Any, ...]


class Read(NamedTuple):
    """Signature, examples, what people should know of them, and the inputs on which the program has to stop."""

    params: Params
    result: Type | None
    examples: tuple[Example, ...]
    notes: tuple[str, ...]
    stops: tuple[Arguments, ...] = ()


def read(
    examples: Sequence[str], files: Sequence[str], answers: Sequence[str], params: Params | None, result: Type | None
) -> Read:
    """All examples under a written signature, or under none; answers are examples too, and `INPUT -> stops` is one where results
    are no text. Raises what `read_examples` raises.
    """
    stopping = [text for text in answers if _STOPPING.search(text)]
    others = [text for text in answers if text not in stopping]
    found = _resolved(examples, files, others, params, result)
    if not stopping:
        return found
    if found.result is None or found.result in TEXTS:
        return _resolved(examples, files, answers, params, result)
    filler = f"-> {show_value(empty(found.result), found.result)}"
    filled = [_STOPPING.sub(lambda _: filler, text) for text in stopping]
    stops = [_resolved((), (), [text], found.params, found.result).examples[0].arguments for text in filled]
    for text, arguments in zip(stopping, stops, strict=True):
        known = next((e for e in found.examples if same(list(e.arguments), list(arguments))), None)
        if known is not None:
            message = f"the answer {echo(text)} is about an input that has a result"
            raise UserError(message, known.place, "one input has one result: keep the right one", "E-017")
    return found._replace(stops=tuple(stops))


def _resolved(
    examples: Sequence[str], files: Sequence[str], answers: Sequence[str], params: Params | None, result: Type | None
) -> Read:
    if not (examples or files or answers):
        return Read(params or (), result, (), ())
    from siglum.propose.examples import read_examples

    try:
        found = read_examples([*examples, *answers], [Path(file) for file in files], params, result)
    except UserError as error:
        raise _of_answers(error, len(examples)) from None
    return Read(found.params, found.result, found.examples, found.notes)


def _of_answers(error: UserError, examples: int) -> UserError:
    """The same error, which calls the texts behind the examples answers."""

    def renamed(text: str) -> str:
        def name(found: re.Match[str]) -> str:
            number = int(found[1])
            return found[0] if number <= examples else f"<answer {number - examples}>"

        return _NUMBERED.sub(name, text)

    place = error.place
    if place is not None:
        place = Place(renamed(place.source), place.line, place.column, place.length, place.text)
    return UserError(renamed(error.message), place, renamed(error.fix), error.code)


# Agreement ----------------------------------------------------------------------------------------------------------
def check_examples(spec: Spec) -> None:
    """Raises `UserError` for an example that the reference (E-017) or a property (E-013) contradicts, and for a property that
    cannot be asked about it (E-092).
    """
    for example in spec.examples:
        if spec.reference is not None and spec.result is not None:
            try:
                expected = spec.reference(*example.arguments)
            except STOPS:
                continue
            if not same(expected, example.result):
                here, there = shown(example.result, spec.result), shown(expected, spec.result)
                message = f"{echo(called(spec, example.arguments))} gives {echo(here)} here and {echo(there)} by the reference"
                raise UserError(message, example.place, "one input has one result: keep the right one", "E-017")
        for name, holds in spec.properties:
            try:
                kept = holds(*example.arguments, example.result)
            except STOPS as error:
                what = f"the property {name} cannot be asked: {echo(str(error)) or type(error).__name__}"
                fix = "a property takes the arguments and the result, and gives true or false"
                raise UserError(what, example.place, fix, "E-092") from None
            if not kept:
                raise UserError(f"the property {name} does not hold of this example", example.place, "keep one of them", "E-013")


def by_reference(spec: Spec, call: Callable[..., Any], count: int, more: Iterable[Arguments] = ()) -> Iterator[Example]:
    """Up to `count` examples that a reference makes, on inputs that people would choose and on some of boundary values; fewer of
    one that mostly stops. Before them those on which it gives a result of `more` inputs.
    """
    for arguments in more:
        try:
            result = call(*arguments)
        except STOPS:
            continue
        yield Example(arguments, result)
    types = tuple(t for _, t in spec.params)
    made = stopped = 0
    for arguments in chain(probes(spec), inputs(types, 0, 10 * count)):
        if made == count or stopped == MOST_STOPS + made:
            return
        try:
            result = call(*arguments)
        except STOPS:
            stopped += 1
            continue
        made += 1
        yield Example(arguments, result)
