"""Whether a candidate is what is wanted, as far as running it tells: the same checks for every proposer, the same answer.

Imports `records`, `frontend`, `ir` and `vocab`. Runs the words' definitions in CPython, and the interpreter where numbers are
large: there time and memory have bounds. Machine code is checked elsewhere.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Final

from siglum.errors import Stop, UserError
from siglum.frontend.literals import show_value
from siglum.ir.inputs import inputs
from siglum.ir.types import Type
from siglum.records import Candidate, Example, Feedback, Spec

if TYPE_CHECKING:
    from siglum.frontend.phrase import syntax
    from siglum.frontend.phrase.language import Language
    from siglum.ir.interpret import Program as Interpreted

STEPS: Final = 20_000
"""Words applied in one run before it is given up."""
_LENGTHENING: Final = frozenset(["repeat", "pad", "indent", "center", "times", "iterate", "cycle"])
"""Words that lengthen what they are given by a number."""
LARGE: Final = 1000
LOOPS: Final = 200_000
MEMORY: Final = 1 << 25
"""With a number beyond the first among its arguments, or with a word that makes lists as long as a number says, a program may run
so many loops and calls, in so many bytes."""
RUNS: Final = 100
"""Inputs on which a candidate is compared with a reference."""
STOPS: Final = (Stop, ArithmeticError, LookupError, ValueError, AssertionError, TypeError, RecursionError)
"""What a program, or a reference in Python, ends with where it has no result."""


@cache
def language() -> Language:
    """The phrase language over the whole vocabulary."""
    from siglum.frontend.phrase.language import Language
    from siglum.vocab.declare import vocabulary

    return Language(vocabulary())


class Program:
    """A phrase that type-checks, as a function that may be called; `text` is its one printed form. Raises `Stop` where it stops,
    and where it takes too much.
    """

    def __init__(self, candidate: Candidate, spec: Spec) -> None:
        """Raises `UserError` for text that is no program of the Spec's signature, and (E-072) for one that acts on the outside:
        no intent asks for that, and whoever looks at what a candidate gives must not have it write files.
        """
        from siglum.frontend.phrase.reference import evaluate

        read = language()
        self.definition = read.read(candidate.text, spec.params, spec.result).main
        tree = read.parse(candidate.text, spec.params, spec.result)
        effects = effects_of(tree)
        if effects:
            raise UserError(f"it acts on the outside: {' '.join(effects)}", None, "use words that only compute", "E-072")
        self.text = read.print(tree)
        self.candidate, self.spec = candidate, spec
        self._evaluate: Callable[..., Any] = evaluate
        self._grows = any(map(_may_grow, _words_of(tree)))

    @property
    def result(self) -> Type:
        return self.definition.result

    def __call__(self, *arguments: Any) -> Any:
        if self._grows or any(map(_is_large, arguments)):
            from siglum.ir.interpret import OutOfSteps

            with contextlib.suppress(UserError):  # of values that are none of their types the definitions say what is wrong
                try:
                    return self._interpreted.run(arguments, memory_limit=MEMORY, steps=LOOPS)
                except OutOfSteps:
                    raise Stop("fuel") from None
        return self._evaluate(self.definition, arguments, overflow=self.spec.overflow, fuel=STEPS)

    @cached_property
    def _interpreted(self) -> Interpreted:
        from siglum.frontend.elaborate import elaborate_phrase
        from siglum.ir.interpret import Program as Interpreted

        read = language().read(self.text, self.spec.params, self.spec.result)
        return Interpreted(elaborate_phrase(read, overflow=self.spec.overflow), checked=False, counted=True)


def _is_large(value: Any) -> bool:
    """Whether a number in a value is so large that a word might count to it for too long."""
    if isinstance(value, (int, float)):
        return not -LARGE <= value <= LARGE
    if isinstance(value, dict):
        return any(map(_is_large, value)) or any(map(_is_large, value.values()))
    return isinstance(value, (list, tuple)) and any(map(_is_large, value))


def _words_of(text: syntax.Program) -> set[str]:
    """The words of a parsed text."""
    from siglum.frontend.phrase.syntax import Call, children

    found: set[str] = set()
    pending: list[Any] = [definition.body for definition in text.definitions]
    while pending:
        tree = pending.pop()
        if isinstance(tree, Call):
            found.add(tree.word)
        pending.extend(children(tree))
    return found


@cache
def _may_grow(word: str) -> bool:
    """Whether a word may make a list, or a text, as long as a number says, which may be one that was computed; or many lists of
    what one holds.
    """
    from siglum.vocab.declare import vocabulary

    for overload in vocabulary().overloads(word):
        kinds = [t.kind for _, t in overload.params]
        made = overload.result
        lists = made.kind == "array" and made.element.kind == "array" and made.element.element.kind == "var" and "array" in kinds
        counted = made.kind == "array" and "i64" in kinds and ("array" not in kinds or word in _LENGTHENING)
        if lists or counted:
            return True
    return word in _LENGTHENING


def effects_of(text: syntax.Program) -> list[str]:
    """What the words of a parsed text may do on the outside, whatever their types."""
    from siglum.vocab.declare import vocabulary

    words = _words_of(text)
    return sorted({effect for word in words for overload in vocabulary().overloads(word) for effect in overload.effects})


def same(a: Any, b: Any) -> bool:
    """Equal values: a NaN is equal to a NaN, 1 to 1.0 but not to true, -0.0 not to 0.0."""
    if isinstance(a, float) or isinstance(b, float):
        return (a == b and str(float(a)) == str(float(b))) or (a != a and b != b)
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, bool) is not isinstance(b, bool):
        return False
    if isinstance(a, dict) and isinstance(b, dict):
        return list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    return bool(a == b)


def examined(spec: Spec, candidate: Candidate, made: Callable[[Candidate, Spec], Program] | None = None) -> Program | Feedback:
    """The program, if it passes; else why not. `made` makes programs that run elsewhere."""
    try:
        program = (made or Program)(candidate, spec)
    except UserError as refusal:
        kind = "type" if refusal.code in ("E-011", "E-012") else "text"
        return Feedback(candidate, kind, refusal.message)
    for example in spec.examples:
        failed = differs(program, example, "example")
        if failed:
            return failed
    if spec.reference is not None or spec.properties:
        types = tuple(t for _, t in spec.params)
        for arguments in inputs(types, 0, RUNS):
            failed = _against(program, spec, arguments)
            if failed:
                return failed
    return program


def _against(program: Program, spec: Spec, arguments: tuple[Any, ...]) -> Feedback | None:
    """What the reference and the properties say of one input; nothing where the reference stops."""
    if spec.reference is not None:
        try:
            expected = spec.reference(*arguments)
        except STOPS:
            return None
        failed = differs(program, Example(arguments, expected), "reference")
        if failed:
            return failed
    try:
        got = program(*arguments)
    except STOPS:
        return None
    for name, holds in spec.properties:
        try:
            kept = holds(*arguments, got)
        except STOPS:
            continue
        if not kept:
            message = f"the property {name} does not hold"
            return Feedback(program.candidate, "property", message, arguments, "true", shown(got, program.result))
    return None


def differs(program: Program, example: Example, kind: str) -> Feedback | None:
    """Why a program is not as one line says, or None."""
    t = program.result
    try:
        got = program(*example.arguments)
    except STOPS as stop:
        if kind == "reference" and isinstance(stop, Stop) and stop.kind == "overflow":
            return None  # exact or stopped: a Python reference has integers of any size
        said = f"it stops: {stop}"
        return Feedback(program.candidate, "stop", said, example.arguments, shown(example.result, t), said)
    if same(got, example.result):
        return None
    where = called(program.spec, example.arguments)
    message = f"{where} gives {shown(got, t)}, not {shown(example.result, t)}"
    return Feedback(program.candidate, kind, message, example.arguments, shown(example.result, t), shown(got, t))


def shown(value: Any, t: Type) -> str:
    """A value as a person would write it."""
    try:
        return show_value(value, t)
    except (AttributeError, TypeError, ValueError, KeyError):
        return repr(value)  # a reference may give anything


def called(spec: Spec, arguments: Sequence[Any]) -> str:
    """Arguments as a person would write them."""
    return " ".join(show_value(value, t) for value, (_, t) in zip(arguments, spec.params, strict=True)) or "()"
