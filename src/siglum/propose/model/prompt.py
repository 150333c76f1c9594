"""What a model is told: the language in a few lines, the words that were retrieved, the task, what was tried in vain.

Imports `siglum.records`, `siglum.errors`, `siglum.frontend` and `siglum.vocab`. All is kept short: models are paid by the token.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from siglum.errors import echo
from siglum.frontend.literals import show_value
from siglum.frontend.phrase.grammar import ELSE
from siglum.ir.types import Type
from siglum.propose.model.grammar.export import signature_text
from siglum.records import Example, Feedback, Spec
from siglum.vocab.declare import vocabulary

MOST_EXAMPLES: Final = 6
MOST_FAILED: Final = 4
LONGEST_VALUE: Final = 120
"""Characters of one value, or of one message."""

LONGEST_TASK: Final = 2000
MOST_OVERLOADS: Final = 2

LANGUAGE: Final = """\
You write phrases of a small typed language: up to {most}, one a line, the likeliest first, nothing else.
- A word stands after its first argument, further ones behind it: xs filter even square sum, xs take (n + 1)
- Infix: + - * / // % ** = != < > <= >= and or. On lists they and words take each element: xs * 2, xs square
- A function is a word, or has `it` in parentheses: map (it * 2 + 1), filter (> 1); fold and scan have `acc`: fold 0 (acc + it)
- Also: c ? a : b, lists [1 2 3], xs first else 0 where a T? may be absent, v as x (x + x)

Words:
{words}

For example
xs:[i64] -> i64, the sum of the squares of the even numbers: xs filter even square sum
s:str n:i64 -> [str], the words of more than n letters: s words filter (length > n)
"""


def system_prompt(words: Sequence[str], most: int) -> str:
    """The language, and `words` with types and meanings."""
    return LANGUAGE.format(most=most, words="\n".join(map(described, words)))


def described(word: str) -> str:
    """`filter [T] (T -> bool) -> [T]: The elements for which keep holds, in order`."""
    overloads = sorted(vocabulary().overloads(word), key=lambda o: "{" in str(o.params))
    types = ["".join(f"{t} " for _, t in o.params) + f"-> {o.result}" for o in overloads[:MOST_OVERLOADS]]
    more = ", ..." if len(overloads) > MOST_OVERLOADS else ""
    meaning = overloads[0].doc.replace("`", "").split(". ")[0].rstrip(".")
    return f"{word} {', '.join(types)}{more}: {meaning}"


def known(words: Sequence[str], most: int) -> list[str]:
    """The words among `words` that there are and that have no effects, synonyms resolved, at most `most`."""
    found: dict[str, None] = {}
    for word in words:
        name = vocabulary().synonym(word) or word
        overloads = vocabulary().overloads(name)
        if overloads and name != ELSE and name.isalpha() and not any(o.effects for o in overloads):
            found[name] = None
    return list(found)[:most]


def user_prompt(spec: Spec, failed: Sequence[Feedback]) -> str:
    """The task, and what became of earlier answers."""
    lines = [f"Signature: {signature_text(spec.params, spec.result) or 'no parameters'}"]
    if spec.phrase.strip():
        lines.append(f"Task: {' '.join(spec.phrase[:LONGEST_TASK].split())}")
    lines += [f"Example: {example_text(e, spec)}" for e in spec.examples[:MOST_EXAMPLES]]
    lines += [f"Wrong: {failure_text(f, spec)}" for f in failed[-MOST_FAILED:]]
    return "\n".join([*lines, "Phrases:"])


def example_text(example: Example, spec: Spec) -> str:
    """`xs=[1,2,3] gives 6`."""
    given = ", ".join(f"{name}={shown(v, t)}" for (name, t), v in zip(spec.params, example.arguments, strict=False))
    return f"{given or 'it'} gives {shown(example.result, spec.result)}"


def failure_text(feedback: Feedback, spec: Spec) -> str:
    """A candidate, and why it failed: what it gave, and where there is no such thing the message."""
    text = echo(feedback.candidate.text, LONGEST_VALUE)
    if feedback.arguments is None:
        return f"{text}: {echo(feedback.message, LONGEST_VALUE)}"
    given = ", ".join(f"{n}={shown(v, t)}" for (n, t), v in zip(spec.params, feedback.arguments, strict=False))
    return f"{text}: for {given} wanted {echo(feedback.expected, LONGEST_VALUE)}, got {echo(feedback.got, LONGEST_VALUE)}"


def shown(value: Any, type_: Type | None) -> str:
    """A value in the notation of the language; as Python shows it where it is of another type."""
    try:
        text = repr(value) if type_ is None else show_value(value, type_)
    except (AssertionError, AttributeError, LookupError, TypeError, ValueError, OverflowError):
        text = repr(value)
    return echo(text, LONGEST_VALUE)
