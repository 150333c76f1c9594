"""The Python face: compile phrases and functions, call them, save them, ask what was established. No logic."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, update_wrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from siglum import pipeline
from siglum.errors import UserError, echo
from siglum.host.callable import Native
from siglum.ir.types import Type
from siglum.records import Consistent, Image, Verdict

if TYPE_CHECKING:
    from siglum.intents.inquiry import Inquiry, Question


class Function:
    """A program with its meaning: run it in the interpreter, or compile it."""

    def __init__(self, unit: pipeline.Unit) -> None:
        self.unit = unit
        self.ir = unit.function
        self.__name__ = unit.function.name

    def __repr__(self) -> str:
        return repr(self.ir)

    @property
    def params(self) -> tuple[tuple[str, Type], ...]:
        """Parameter names and types."""
        return self.ir.params

    @property
    def result(self) -> Type:
        """The result's type."""
        return self.ir.result

    def run(self, *args: Any) -> Any:
        """The result by the interpreter, which defines the meaning. Raises `Stop` where the program stops."""
        from siglum.ir.interpret import run

        return run(self.ir, args)

    def compile(self, target: str | None = None) -> Compiled:
        """Machine code for `target` (the best this CPU has), followed by the witness check."""
        return Compiled(self, pipeline.build(self.ir, target))


class Compiled:
    """Machine code that can be called, explained and saved. `verdict` says what was established of it."""

    def __init__(self, function: Function, built: pipeline.Built) -> None:
        self.function, self.built = function, built
        self.defaults: dict[str, Any] = {}
        """Values of the last parameters where a call leaves them out."""
        self.__name__ = function.__name__

    def __repr__(self) -> str:
        return f"<compiled {self.function!r} for {self.image.target}, {len(self.image.code)} bytes>"

    def __reduce__(self) -> Any:
        """A decorated function is copied and pickled as functions are, by its name."""
        return vars(self).get("__qualname__") or super().__reduce__()

    @property
    def image(self) -> Image:
        """The linked bytes with their map and witness."""
        return self.built.image

    @cached_property
    def native(self) -> Native:
        """The code in this process's memory. Raises `EnvironmentFault` where this CPU cannot run it."""
        return pipeline.load(self.image)

    def __call__(self, *args: Any, **named: Any) -> Any:
        """Runs the machine code. Raises `Stop` where the program stops, `UserError` for an argument that does not fit."""
        if self.defaults and len(args) + len(named) < len(self.function.params):
            left_out = [name for name, _ in self.function.params[len(args) :] if name not in named]
            named |= {name: self.defaults[name] for name in left_out if name in self.defaults}
        return self.native(*args, **named)

    @cached_property
    def verdict(self) -> Verdict:
        """The witness check, and runs against the interpreter on random, boundary and empty inputs (made on first use)."""
        return pipeline.judge(self.function.unit, self.built, lambda *args: self.native(*args))

    def prove(self) -> Verdict:
        """As `verdict`, with what solvers prove of the meaning. Raises `EnvironmentFault` where the extra `check` is missing."""
        from siglum.checking import Checker, Options

        with Checker(Options()) as checker:
            return pipeline.judge(self.function.unit, self.built, lambda *args: self.native(*args), portfolio=checker.portfolio)

    def explain(self) -> str:
        """Offset, bytes, instruction, word and source place, side by side."""
        from siglum.audit.listing import as_text, listing

        return as_text(listing(self.image))

    def save(self, path: str | Path, *, header: bool = False) -> list[str]:
        """Writes `NAME.so`, `.o`, `.asm`, `.hex` or (without suffix) an executable, by the path's suffix, and with
        `header` a C header beside a library. The paths written. Raises `UserError`, `EnvironmentFault`.
        """
        target = Path(path)
        kind = target.suffix.removeprefix(".") or "exe"
        if kind not in ("so", "o", "h", "asm", "hex", "exe"):
            raise UserError(f"unknown output `{echo(target.suffix)}`", None, "use .so, .o, .h, .asm, .hex or no suffix", "E-002")
        kinds = [kind, "h"] if header and kind in ("so", "o") else [kind]
        return write(self, str(target.parent), target.stem, kinds)


def write(compiled: Compiled, folder: str, name: str, kinds: list[str], inputs: tuple[str, ...] = ()) -> list[str]:
    """Writes outputs of the given kinds to `folder`, whole or not at all; the paths written."""
    from siglum.files import check_output, write_files
    from siglum.host.outputs import file_name

    check_output(folder, [file_name(name, kind) for kind in kinds if kind in ("so", "h", "o", "exe", "asm", "hex")], inputs)
    made = pipeline.outputs(compiled.function.unit, compiled.image, name, kinds)
    return write_files(folder, made.files, executable=[name] if "exe" in kinds else [])


def compile(phrase: str, signature: str | None = None, *, overflow: str = "stop", target: str | None = None) -> Compiled:
    """Machine code of a phrase: a definition (`sumsq xs:[i64] = xs filter even square sum`), or an expression whose
    parameters `signature` gives (`xs:[i64] -> i64`; the first is the subject of an open phrase). `overflow="wrap"`
    makes integer arithmetic wrap. Raises `UserError`.
    """
    return function(phrase, signature, overflow=overflow).compile(target)


def function(phrase: str, signature: str | None = None, *, overflow: str = "stop") -> Function:
    """The program a phrase denotes, not compiled yet; arguments as for `compile`."""
    pipeline.check_overflow(overflow)
    params, result = pipeline.parse_signature(signature) if signature is not None else ((), None)
    return Function(pipeline.unit_from_phrase(phrase, params, result, overflow=overflow))


def compile_python(text: str, name: str, *, overflow: str = "stop", target: str | None = None) -> Compiled:
    """Machine code of the function `name` in Python source `text`. Raises `UserError`."""
    pipeline.check_overflow(overflow)
    return Function(pipeline.unit_from_source(text, name, overflow=overflow)).compile(target)


@overload
def native(function: Callable[..., Any], /) -> Compiled: ...
@overload
def native(*, overflow: str = "stop", target: str | None = None) -> Callable[[Callable[..., Any]], Compiled]: ...
def native(function: Callable[..., Any] | None = None, /, *, overflow: str = "stop", target: str | None = None) -> Any:
    """Compiles a Python function: `@native`, or `@native(overflow="wrap")`. What is outside the subset raises
    `UserError` with its place; nothing falls back to Python.
    """
    pipeline.check_overflow(overflow)

    def wrap(plain: Callable[..., Any]) -> Compiled:
        compiled = Function(pipeline.unit_from_python(plain, overflow)).compile(target)
        values = plain.__defaults__ or ()
        names = [name for name, _ in compiled.function.params]
        compiled.defaults = dict(zip(names[len(names) - len(values) :], values, strict=True))
        update_wrapper(compiled, plain, updated=())
        return compiled

    return wrap(function) if function is not None else wrap


class Proposed:
    """What was found for an intent: programs of different behaviour that agree with it, and the question between them."""

    def __init__(self, inquiry: Inquiry) -> None:
        self.inquiry = inquiry

    def __repr__(self) -> str:
        return f"<proposed {', '.join(repr(program.text) for program in self.inquiry.programs) or 'nothing'}>"

    @property
    def phrases(self) -> list[str]:
        """The programs' texts, the likeliest first."""
        return [program.text for program in self.inquiry.programs]

    @property
    def programs(self) -> list[Function]:
        """The programs, the likeliest first."""
        return [Function(program.unit) for program in self.inquiry.compiled()]

    @property
    def best(self) -> Function:
        """The likeliest program. Raises `SiglumError` E-091 where none was found, with what was tried."""
        return Function(self.inquiry.program().unit)

    @property
    def status(self) -> Consistent:
        """How the likeliest program stands to the intent: with how many examples it agrees, and how many others do."""
        return self.inquiry.status

    @property
    def question(self) -> Question | None:
        """The input on which the programs differ and the answers they give; None where nothing is open."""
        return self.inquiry.question()

    @property
    def notes(self) -> tuple[str, ...]:
        """What people should know: types that were concluded, names that were changed."""
        return self.inquiry.intent.notes

    @property
    def bill(self) -> str:
        """What asking a model has cost, and what went wrong with it; nothing where none was asked."""
        return "" if self.inquiry.advice is None else str(self.inquiry.advice)

    def answer(self, result: Any) -> Proposed:
        """Answers the open question with the result that its input has; programs that give another one are left out. Raises
        `UserError` E-044 where nothing is asked, and for a value of another type.
        """
        from siglum.intents.values import shown

        question = self.question
        if question is None:
            raise UserError("no question is open", None, "look at `question` first", "E-044")
        self.inquiry.answer(question, shown(result))
        return self


def propose(
    intent: str | None = None,
    examples: Sequence[tuple[Any, Any]] = (),
    signature: str | None = None,
    reference: Callable[..., Any] | str | Function | Compiled | None = None,
    properties: Sequence[Callable[..., bool] | str] = (),
    *,
    seconds: float = 10.0,
    kept: int = 5,
    overflow: str = "stop",
    english: bool = False,
    model: str | None = None,
    model_url: str | None = None,
    model_key_env: str | None = None,
    model_seconds: float = 30.0,
) -> Proposed:
    """Programs for an intent. `intent` is English, or a phrase (`english=True` takes it for English in any case); `examples` are
    pairs of arguments and result, arguments being one value or a tuple of several: `[([1, 2, 3], 14)]`, `[((2, 3), 5)]`;
    `reference` does what is meant, `properties` are phrases over parameters and `result`, or functions of arguments and result.
    `signature` types the parameters where examples do not; `seconds` of the processor are spent at most, `kept` programs kept.

    `model` is a language model to be asked too, by the name that the OpenAI-style endpoint at `model_url` knows it by, or without
    one the package `llm`; the environment variable `model_key_env` holds the endpoint's key, `model_seconds` it is waited for.

    Raises `UserError` for what cannot be read, contradicts itself or is not enough, `EnvironmentFault` for a key or package
    that is not there.
    """
    from siglum.intents.advice import Model
    from siglum.intents.given import Given, understand
    from siglum.intents.inquiry import inquire
    from siglum.intents.values import written
    from siglum.records import Budget

    texts = [written(example) for example in examples]
    budget = Budget(seconds=seconds, kept=kept)
    named = model is not None or model_url is not None or model_key_env is not None
    asked = Model(model or "", model_url or "", model_key_env or "", model_seconds) if named else None
    given = Given(intent, texts, (), (), reference, properties, signature, overflow, english, budget, "propose", asked)
    return Proposed(inquire(understand(given)))


def prototype(text: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Says how C declares the function below it, for `check`: `@prototype("void f(int32_t p[3])")`. Raises `UserError`."""
    from siglum.check.foreign.convention import parse_prototype

    parse_prototype(text)

    def mark(function: Callable[..., Any]) -> Callable[..., Any]:
        function.__siglum_prototype__ = text  # type: ignore[attr-defined]
        return function

    return mark


def check(
    reference: Callable[..., Any] | str | Path | Function | Compiled,
    candidate: bytes | str | Path | Compiled,
    *,
    prototype: str | None = None,
    signature: str | None = None,
    overflow: str = "stop",
    syntax: str = "intel",
    seconds: float = 8.0,
    runs: int = 256,
    length: int = 6,
    cached: bool = True,
) -> Verdict:
    """Whether `candidate` does what `reference` says. The reference is a Python function, `"FILE.py:NAME"` or a phrase; the
    candidate machine code as bytes, `"FILE.hex"`, `"FILE.asm"`, `"FILE.o:NAME"`, `"FILE.so:NAME"`, or a program: a phrase,
    `"FILE.py:NAME"`, what `compile` gave.

    `prototype` says how C declares machine code, `signature` types a bare phrase of the reference; `seconds` limits one question
    to one solver, `runs` is how often code is run before, `length` the longest list of a proof by length. What the code does
    is in the verdict; `UserError` is raised for inputs that cannot be read or do not fit, `EnvironmentFault` without
    the extra `check`.
    """
    from siglum import comparison
    from siglum.checking import Checker, Options

    pipeline.check_overflow(overflow)
    meant = comparison.reference_from_python(reference, overflow, signature)
    given = comparison.candidate_from_python(candidate, meant, syntax, overflow)
    with Checker(Options(seconds, runs, length, cached)) as checker:
        return checker.check(meant, given, prototype).verdict


def trial(
    reference: Callable[..., Any] | str | Path | Function | Compiled,
    candidate: bytes | str | Path | Compiled,
    arguments: dict[str, Any],
    *,
    prototype: str | None = None,
    signature: str | None = None,
    overflow: str = "stop",
    syntax: str = "intel",
) -> tuple[Any, Any]:
    """What the reference gives on `arguments` (by parameter name), and what the candidate gives, run once in the sandbox where
    it is machine code: a text where it does not come back as a function must. Arguments as for `check`; a stop of the
    reference is raised.
    """
    from siglum import comparison
    from siglum.checking import Checker

    pipeline.check_overflow(overflow)
    meant = comparison.reference_from_python(reference, overflow, signature)
    given = comparison.candidate_from_python(candidate, meant, syntax, overflow)
    with Checker() as checker:
        return checker.trial(meant, given, arguments, prototype)
