"""The stages in order: text or Python to Function, Function to Image, Image to Verdict.

This module and `checking`, which judges candidates, are the ones that see several stages. Faces call it; it may import every
stage and what lies below.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from siglum.errors import EnvironmentFault, SiglumError, UserError, echo
from siglum.ir.function import Function, Origin, listed
from siglum.ir.types import I64, Type
from siglum.records import Finding, Followed, Image, Refuted, Rejected, Unknown, Verdict

if TYPE_CHECKING:
    from siglum.frontend.phrase.language import Language
    from siglum.frontend.phrase.typed import Definition
    from siglum.host.callable import Native
    from siglum.ir.node import Node, Region
    from siglum.smt.solve import Portfolio
    from siglum.stencil.table import Table

Params = tuple[tuple[str, Type], ...]
OVERFLOW = ("stop", "wrap")


class Unit(NamedTuple):
    """A program and what it has to mean: `reference` runs its meaning in CPython (word by word, or the Python function
    itself). `source` and `text` are where the places of its stops point. `meant` is the Function as the front end gives it,
    `function` the same in the form that is bound, `word_by_word` (a phrase's) makes the one in which no words fuse. `exact` is
    false where `reference` does not wrap as the program does.
    """

    function: Function
    reference: Callable[..., Any]
    source: str
    text: str
    meant: Function
    word_by_word: Callable[[], Function] | None = None
    exact: bool = True

    @property
    def unfused(self) -> Function:
        """The Function nearest to the intent: for a phrase one word after the other, for Python code the code itself."""
        return self.word_by_word() if self.word_by_word else self.meant


# Front ends -------------------------------------------------------------------------------------------------


@cache
def language() -> Language:
    """The phrase language over the whole vocabulary."""
    from siglum.frontend.phrase.language import Language
    from siglum.vocab.declare import vocabulary

    return Language(vocabulary())


def parse_signature(text: str) -> tuple[Params, Type | None]:
    """`xs:[i64] n:i64 -> i64` as parameters and result; without `->` the result is left open. Raises `UserError`."""
    from siglum.frontend.literals import check_utf8
    from siglum.frontend.phrase import parser

    check_utf8(text, "<signature>")
    return parser.parse_signature(text)


def check_overflow(overflow: str) -> None:
    """Raises `UserError` (E-002) for an overflow policy that does not exist."""
    if overflow not in OVERFLOW:
        raise UserError(f"unknown overflow policy '{echo(overflow)}'", None, f"policies: {', '.join(OVERFLOW)}", "E-002")


def unit_from_phrase(
    text: str,
    params: Params = (),
    result: Type | None = None,
    subject: Type | None = None,
    overflow: str = "stop",
    source: str = "<phrase>",
) -> Unit:
    """The program a phrase denotes: definitions (the last one counts), a bare expression over `params`, or an open phrase
    whose subject has type `subject`. Raises `UserError`.
    """
    from siglum.frontend.elaborate import elaborate_phrase

    program = language().read(text, params, result, subject, source)
    meant = elaborate_phrase(program, overflow=overflow)

    def word_by_word() -> Function:
        return elaborate_phrase(program, overflow=overflow, fused=False)

    return Unit(refined(meant), _phrase_reference(program.main, overflow), source, text, meant, word_by_word)


def _phrase_reference(definition: Definition, overflow: str) -> Callable[..., Any]:
    def reference(*args: Any) -> Any:
        from siglum.frontend.phrase.reference import evaluate

        return evaluate(definition, args, overflow=overflow)

    return reference


def unit_from_python(function: Callable[..., Any], overflow: str = "stop") -> Unit:
    """The program a Python function denotes. Raises `UserError` for what lies outside the subset."""
    from siglum.frontend.elaborate import function_from_python
    from siglum.vocab.declare import vocabulary

    meant = function_from_python(function, overflow=overflow, vocabulary=vocabulary)
    code = function.__code__
    return Unit(refined(meant), function, code.co_filename, "", meant, exact=overflow == "stop")


def unit_from_source(text: str, name: str, source: str = "<python>", overflow: str = "stop") -> Unit:
    """The program that the function `name` in Python source `text` denotes; the text is read, not run."""
    from siglum.frontend.elaborate import function_from_source
    from siglum.vocab.declare import vocabulary

    meant = function_from_source(text, name, source, overflow=overflow, vocabulary=vocabulary)
    return Unit(refined(meant), _source_reference(text, name, source), source, text, meant, exact=overflow == "stop")


def _source_reference(text: str, name: str, source: str) -> Callable[..., Any]:
    @cache
    def function() -> Callable[..., Any]:
        scope: dict[str, Any] = {"__name__": "<siglum>"}
        exec(compile(text, source, "exec"), scope)
        found: Callable[..., Any] = scope[name]
        return found

    return lambda *args: function()(*args)


def refined(function: Function) -> Function:
    """The same meaning in a form that binds to faster code."""
    for rewrite in _rewrites():
        function = rewrite(function)
    return function


@cache
def _rewrites() -> tuple[Callable[[Function], Function], ...]:
    from siglum.ir.branchless import without_small_branches
    from siglum.ir.fold import with_constant_calls
    from siglum.ir.hoist import with_invariants_outside
    from siglum.ir.peel import with_first_runs_apart

    return with_constant_calls, with_first_runs_apart, without_small_branches, with_invariants_outside


# Binding and checking ----------------------------------------------------------------------------------------------


@cache
def native_target() -> str:
    """The highest CPU level of the tables that this CPU has. Raises `EnvironmentFault` where it has none."""
    from siglum.stencil.fresh import TARGETS
    from siglum.target.x86_64.cpu import cpu_features, missing_features

    features = cpu_features()
    fitting = [t for t in TARGETS if not missing_features(t, features)]
    if not fitting:
        raise EnvironmentFault(f"this CPU lacks {', '.join(missing_features(TARGETS[0], features))}", fix="see siglum doctor")
    return fitting[-1]


@cache
def check_runs_here(target: str) -> None:
    """Raises `EnvironmentFault` (E-005) where this CPU lacks what `target` needs; one that passed is not looked at again."""
    from siglum.target.x86_64.cpu import cpu_features, missing_features

    missing = missing_features(target, cpu_features())
    if missing:
        raise EnvironmentFault(f"this CPU lacks {', '.join(missing)}; built but cannot be run here", code="E-005")


@cache
def table_of(target: str) -> Table:
    """The stencil table of a target. Raises `UserError` (E-002) for an unknown one."""
    from siglum.stencil.fresh import TARGETS
    from siglum.stencil.table import load

    if target not in TARGETS:
        from difflib import get_close_matches

        near = get_close_matches(target, TARGETS, 1, 0.4)
        fix = (f"did you mean {near[0]}? " if near else "") + f"targets: {', '.join(TARGETS)}"
        raise UserError(f"unknown target '{echo(target)}'", None, fix, "E-002")
    return load(target)


class Built(NamedTuple):
    """An Image and what the witness check found, which runs on every build."""

    image: Image
    followed: Followed


def build(function: Function, target: str | None = None) -> Built:
    """Binds a Function and follows its witness. A rejected witness is a defect of Siglum and is reported as one."""
    from siglum.bind import bind
    from siglum.check import check_image

    table = table_of(target or native_target())
    image = bind(function, table)
    finding = check_image(image, table)
    if isinstance(finding, Rejected):
        raise SiglumError(f"the checker refused the binder's code: {finding}", None, "report this with the program", "E-299", 3)
    return Built(image, finding)


def load(image: Image) -> Native:
    """The image as a Python callable. Raises `EnvironmentFault` where this CPU cannot run it."""
    from siglum.host.callable import Native

    check_runs_here(image.target)
    return Native(image)


REFERENCE_SECONDS: Final = 0.5
"""How long the code is run against its reference in CPython, which is slow, when no proof is asked for."""


def judge(unit: Unit, built: Built, native: Callable[..., Any], runs: int = 200, portfolio: Portfolio | None = None) -> Verdict:
    """The verdict: the witness was followed, and the code was run against the interpreter and against the reference on random,
    boundary and empty inputs; with a `portfolio` of solvers, also what they prove of the Function beside the reference's. A
    program that acts on the outside is not run, nor is one that this machine cannot run.
    """
    from siglum.check.differential import against, differential
    from siglum.check.inputs import draw

    meaning: Finding
    if built.image.capabilities:
        effects = " ".join(sorted(built.image.capabilities))
        meaning = Unknown(f"not run, for its effects: {effects}")
    else:
        try:
            inputs = draw(unit.function.params, runs)
            meaning = differential(unit.function, native, inputs)
            if not isinstance(meaning, Refuted):
                in_python = unit.reference if unit.exact else None
                beside = against(unit.unfused, native, in_python, inputs, seconds=REFERENCE_SECONDS)
                meaning = beside if isinstance(beside, Refuted) else meaning
            if portfolio is not None and not isinstance(meaning, Refuted):
                meaning = proved_meaning(unit, portfolio)
        except EnvironmentFault as fault:
            meaning = Unknown(f"not run: {fault.message}")
    found, assumptions = bytes_finding(built)
    return Verdict(found, meaning, assumptions)


def proved_meaning(unit: Unit, portfolio: Portfolio) -> Finding:
    """What the solvers say of a unit's Function beside its reference."""
    from siglum.check.meaning import meets

    return meets(unit.function, unit.unfused, unit.reference if unit.exact else None, portfolio, via=(unit.meant,))


def bytes_finding(built: Built) -> tuple[Finding, tuple[str, ...]]:
    """What is known of the bytes of an image beside its Function, and what it rests on."""
    from siglum.check.stitched import stitched

    return stitched(built.image, table_of(built.image.target), built.followed)


# Outputs --------------------------------------------------------------------------------------------------------------


class Outputs(NamedTuple):
    """Files by name, and the images whose code is in them beside the program's own, by what they are for."""

    files: dict[str, bytes]
    images: dict[str, Image]


PROGRAM: Final = "program"
LIBRARY: Final = "library"
"""The image an executable runs, and the one that C calls where text crosses."""


def outputs(unit: Unit, image: Image, name: str, kinds: Sequence[str]) -> Outputs:
    """The files that the unit, bound as `image`, becomes."""
    images: dict[str, Image] = {}
    if "exe" in kinds:
        images[PROGRAM] = program_image(unit, image.target)
    if any(kind in kinds for kind in ("so", "h", "o", "asm")):
        outside = library_image(unit, image.target)
        if outside is not None:
            images[LIBRARY] = outside
    return Outputs(output_files(image, images, name, kinds), images)


def output_files(image: Image, images: Mapping[str, Image], name: str, kinds: Sequence[str]) -> dict[str, bytes]:
    """The files that images become; equal images give equal bytes."""
    from siglum.host.outputs import files

    return files(image, name, kinds, program=images.get(PROGRAM), outside=images.get(LIBRARY))


# Executables ------------------------------------------------------------------------------------------------


def program_image(unit: Unit, target: str | None = None) -> Image:
    """The image an executable runs."""
    return build(program_function(unit), target).image


def program_function(unit: Unit) -> Function:
    """What an executable does: it reads the command line or standard input by the signature, runs the unit's function and
    gives its result as text, unless the function itself writes.
    """
    from siglum.host.stops import ARGUMENT, ARGUMENTS, RESULT
    from siglum.vocab.command_line import ENTRY, READER, SHOWER, TAKER, TARGET, command_line

    function = unit.function
    shows = not writes(function)
    if not shows:
        function = without_result(function)
        if not function.params:
            return function
    text = command_line(function.params, function.result, shows=shows)
    # what is wrong with an argument is said of the parameter, at the argument's number; all else of all arguments
    origins = {f"{READER}{k}": Origin(name, ARGUMENT, k + 1, 1, 1) for k, (name, _) in enumerate(function.params)}
    if function.params:
        origins[TAKER] = Origin(function.name, ARGUMENTS, 1, 1, 1)
    if shows:
        origins[SHOWER] = Origin(function.name, RESULT, 1, 1, 1)
    return _wrapped(function, TARGET, text, ENTRY, "<command line>", origins)


def library_image(unit: Unit, target: str | None = None) -> Image | None:
    """The image that C calls where text crosses. None where no text does."""
    function = library_function(unit)
    return build(function, target).image if function is not None else None


def library_function(unit: Unit) -> Function | None:
    """What C calls where text crosses: it takes and gives UTF-8. None where no text does."""
    from siglum.host.stops import ARGUMENT, RESULT
    from siglum.vocab.boundary import ENTRY, GIVER, TAKER, TARGET, boundary, holds_text

    function = unit.function
    text = boundary(function.params, function.result)
    origins = {f"{TAKER}{k}": Origin(n, ARGUMENT, k + 1, 1, 1) for k, (n, t) in enumerate(function.params) if holds_text(t)}
    if holds_text(function.result):
        origins[GIVER] = Origin(function.name, RESULT, 1, 1, 1)
    if not origins:
        return None
    return _wrapped(function, TARGET, text, ENTRY, "<library>", origins)


def _wrapped(function: Function, called: str, text: str, entry: str, source: str, origins: dict[str, Origin]) -> Function:
    """The function `entry` of Python source `text`, which calls `function` as `called` and the functions that `origins`
    names; their stops are charged to those origins, its own to the program.
    """
    from siglum.frontend.elaborate import function_from_source
    from siglum.host.stops import PROGRAM
    from siglum.ir.charge import charged_to, itself_charged_to

    parts = {called: function}
    for part, origin in origins.items():
        parts[part] = charged_to(function_from_source(text, part, source), origin)
    made = function_from_source(text, entry, source, functions=parts)
    return itself_charged_to(made, Origin(function.name, PROGRAM, 1, 1, 1))


def without_result(function: Function) -> Function:
    """A function of the same effects that gives an integer it has at hand; one that calls itself stays as it is."""
    from siglum.ir.replay import Replay

    if any(n.op.name == "recur" for n in listed(function.region)):
        return function
    replay = Replay(function)
    replay.region(function.region)
    at_hand = next((n for n in reversed(function.region.body) if n.type is I64), None)
    given = replay.builder.const(0) if at_hand is None else replay.get(at_hand)
    return replay.builder.finish(function.name, function.params, given)


def writes(function: Function) -> bool:
    """Whether running `function` may write to standard output, itself or through what it calls."""
    return _writes(function.region)


def _writes(region: Region) -> bool:
    for n in region.body:
        if n.op.name == "write" and _may_be_standard_output(n.args[0]):
            return True
        if any(map(_writes, n.regions)) or (n.op.name == "call" and writes(n.attr)):
            return True
    return False


def _may_be_standard_output(descriptor: Node) -> bool:
    """A descriptor that `open` gave never is."""
    return descriptor.attr == 1 if descriptor.op.name == "const" else descriptor.op.name != "open"
