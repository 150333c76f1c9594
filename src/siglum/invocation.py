"""What a command line means: a program named in one argument, and the values the other arguments spell for it.

Beside `siglum.pipeline`, which it calls; faces import it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Final, NamedTuple

from siglum import pipeline
from siglum.errors import UserError, echo
from siglum.frontend.literals import Literal, Value, infer_type, parse_literal, read_value, value_of
from siglum.ir.types import BOOL, CHAR, F64, I64, NOTHING, STR, Array, Type, build

PYTHON: Final = re.compile(r"(?P<path>.+\.py):(?P<name>[A-Za-z_]\w*)")
"""A function of a Python file."""
_NEARLY_PYTHON: Final = re.compile(r"\S+\.py:.*", re.DOTALL)
_PATH: Final = re.compile(r"[\w~./-]*[./][\w.-]+")
"""What may be a path, of a file that is not there."""
_UNKNOWN_MAY_BE: Final = (I64, F64, BOOL, STR)
"""What the elements of `[]` are tried as where nothing says it."""

_PLAIN: Final = ("int", "float", "bool", "none")
"""Kinds of literals that are read as text where nothing but text fits."""


class Call(NamedTuple):
    """A program and the values it is to run on."""

    unit: pipeline.Unit
    values: tuple[Value, ...]


def unit_of(
    program: str, signature: str | None = None, overflow: str = "stop", nothing_to: str = "do"
) -> tuple[pipeline.Unit, tuple[str, ...]]:
    """The program that `program` names: a phrase, a file that holds one, or `FILE.py:NAME`; and the files it was read from.

    `signature` types a bare expression. Raises `UserError`: E-001 nothing given, E-002 an unknown overflow policy, and
    what reading, typing and elaboration refuse.
    """
    pipeline.check_overflow(overflow)
    named = PYTHON.fullmatch(program)
    if named:
        from siglum.files import read_text

        path, name = named["path"], named["name"]
        if signature is not None:
            raise UserError("a Python function has its own signature", None, "leave out --signature", "E-007")
        return pipeline.unit_from_source(read_text(path), name, path, overflow), (path,)
    text, source, files = phrase_text(program, nothing_to)
    params, result = pipeline.parse_signature(signature) if signature is not None else ((), None)
    with _or_no_file(program):
        try:
            return pipeline.unit_from_phrase(text, params, result, overflow=overflow, source=source), files
        except UserError as error:
            if error.code == "E-009" and signature is None:
                error.fix = 'give its type: --signature "xs:[i64] -> i64"'
            raise


@contextmanager
def _or_no_file(program: str) -> Iterator[None]:
    """Says of a phrase that is none but looks like the name of a file that there is no such file."""
    try:
        yield
    except UserError as error:
        if _PATH.fullmatch(program) and not os.path.exists(program):
            error.fix = "; ".join(filter(None, [error.fix, f"no file is called {echo(program)}"]))
        raise


def phrase_text(program: str, nothing_to: str = "do") -> tuple[str, str, tuple[str, ...]]:
    """The phrase itself, the name of its source, and the files it was read from."""
    from siglum.files import read_text
    from siglum.frontend.literals import check_utf8

    check_utf8(program, "<phrase>")
    if not program.strip():
        raise UserError(f"nothing to {nothing_to}: <phrase> is empty", None, 'give a phrase such as "filter even sum"', "E-009")
    if _NEARLY_PYTHON.match(program):
        raise UserError(f"{echo(program)} names no function", None, "write FILE.py:NAME", "E-054")
    if ("/" in program or "." in program) and os.path.isfile(program):
        if program.endswith(".py"):
            found = re.findall(r"^def ([A-Za-z]\w*)", read_text(program), re.MULTILINE)
            file = echo(os.path.basename(program))
            functions = ", ".join(f"{file}:{echo(name)}" for name in found[:3]) or f"{file}:NAME"
            raise UserError(f"{file} may hold several functions", None, f"name one, as in {functions}", "E-001")
        return read_text(program), program, (program,)
    return program, "<phrase>", ()


def call_of(
    program: str,
    arguments: Sequence[str],
    named: Mapping[str, str],
    signature: str | None = None,
    overflow: str = "stop",
) -> Call:
    """The program `program` names with the values its arguments spell.

    A definition (or a phrase with a signature) takes `arguments` in the order of its parameters, then `named` ones; another
    phrase may use the names of `named` ones, where those are all, with types read off the values. An open phrase takes the
    first argument as its subject, with the type read off the value, or as text where it can start from nothing else.
    Raises `UserError`, among others E-044 where the arguments are too many, too few or misnamed.
    """
    pipeline.check_overflow(overflow)
    if PYTHON.fullmatch(program):
        unit, _ = unit_of(program, signature, overflow, "run")
        return Call(unit, _values(unit.function.params, arguments, named))
    text, source, _ = phrase_text(program, "run")
    params, result = pipeline.parse_signature(signature) if signature is not None else ((), None)
    with _or_no_file(program):
        try:
            main = pipeline.language().parse(text, params, result, source).definitions[-1]
        except UserError:
            if signature is not None or arguments or not named:
                raise
            params = tuple((name, _type_of(name, value)) for name, value in named.items())
            main = pipeline.language().parse(text, params, result, source).definitions[-1]
    if not main.name and not main.params and main.subject:
        return _open_call(Phrase(text, source, result, overflow), arguments, named)
    unit = pipeline.unit_from_phrase(text, params, result, overflow=overflow, source=source)
    return Call(unit, _values(main.params, arguments, named))


class Phrase(NamedTuple):
    """An open phrase, which becomes a program once the type of its subject is known."""

    text: str
    source: str
    result: Type | None
    overflow: str

    def unit(self, subject: Type) -> pipeline.Unit:
        return pipeline.unit_from_phrase(
            self.text, result=self.result, subject=subject, overflow=self.overflow, source=self.source
        )


def _type_of(name: str, text: str) -> Type:
    """The type that a value has on the face of it; what is no literal is text. Raises `UserError` where it is not known."""
    try:
        return infer_type(parse_literal(text, f"<argument {name}>"))
    except UserError as error:
        if error.code != "E-041":
            raise
        return STR


def _arguments(count: int) -> str:
    return f"{count} argument{'' if count == 1 else 's'}"


def _values(params: pipeline.Params, arguments: Sequence[str], named: Mapping[str, str]) -> tuple[Value, ...]:
    wanted = " ".join(f"{name}:{t}" for name, t in params) or "no arguments"
    if len(arguments) > len(params):
        message = f"{_arguments(len(arguments))} given, {len(params)} wanted"
        raise UserError(message, None, f"it takes {wanted}", "E-044")
    texts = dict(zip((name for name, _ in params), arguments, strict=False))
    for name, text in named.items():
        if name not in dict(params):
            raise UserError(f"no parameter is called `{echo(name)}`", None, f"it takes {wanted}", "E-044")
        if name in texts:
            raise UserError(f"the argument `{name}` is given twice", None, "give it once", "E-044")
        texts[name] = text
    missing = [name for name, _ in params if name not in texts]
    if missing:
        raise UserError(f"the argument `{missing[0]}` is missing", None, f"it takes {wanted}", "E-044")
    return tuple(read_value(texts[name], t, f"<argument {name}>") for name, t in params)


def _open_call(phrase: Phrase, arguments: Sequence[str], named: Mapping[str, str]) -> Call:
    if named:
        fix = "an open phrase has no parameters; give --signature, or a definition"
        raise UserError(f"no parameter is called `{echo(next(iter(named)))}`", None, fix, "E-044")
    if len(arguments) != 1:
        fix = 'it takes one argument, as in siglum run "sum" "[1,2]"; for more write a definition'
        if arguments:
            fix = f'it takes one: "{echo(" ".join(arguments))}" in quotes is one; for several write a definition'
        raise UserError(f"{_arguments(len(arguments))} given to an open phrase", None, fix, "E-044")
    literal: Literal | None = None
    try:
        literal = parse_literal(arguments[0], "<argument>")
        return _call_with(phrase, literal)
    except UserError as error:
        if error.code == "E-008":
            raise
        refused = error
    if (literal is None or literal.kind in _PLAIN) and _starts_from_text(phrase):
        return Call(phrase.unit(STR), (read_value(arguments[0], STR),))
    if literal is None and refused.code == "E-041" and '"' not in arguments[0]:
        refused.fix = f"text stands in double quotes, for a shell '\"{echo(arguments[0])}\"'"
    raise refused


def _call_with(phrase: Phrase, literal: Literal) -> Call:
    """The phrase on a value whose type is read off it. Raises `UserError` where no type fits the phrase, or several do."""
    first = infer_type(literal, allow_unknown=True)
    readings = list(_readings(first, len(str(literal.value))))
    unknown = len(readings) > 1 and _has_nothing(first)
    fitting: list[Call] = []
    refused: UserError | None = None
    for subject in readings:
        try:
            unit = phrase.unit(subject)
        except UserError as error:
            if error.code not in ("E-011", "E-012"):
                raise
            refused = refused or error
            continue
        fitting.append(Call(unit, (value_of(literal, subject),)))
        if not unknown:
            break
    if not fitting:
        assert refused is not None
        raise refused
    if len(fitting) > 1:
        shown = " or ".join(str(c.unit.function.params[0][1]) for c in fitting)
        fix = f'give the type: --signature "xs:{fitting[0].unit.function.params[0][1]}"'
        raise UserError(f"{literal.written} may be {shown} here", literal.place, fix, "E-011")
    return fitting[0]


def _starts_from_text(phrase: Phrase) -> bool:
    """Whether the phrase can start from text and from nothing else, but for lists of it."""
    from siglum.frontend.phrase.language import SUBJECTS

    fitting = set()
    for subject in SUBJECTS:
        with suppress(UserError):
            pipeline.language().read(phrase.text, (), phrase.result, subject, phrase.source)
            fitting.add(subject)
    return STR in fitting and fitting <= {STR, CHAR, Array(STR)}


def _readings(first: Type, length: int) -> Iterator[Type]:
    """The types a literal may have, its own first: integers may be f64, text of one character a char, and what is unknown
    anything of `_UNKNOWN_MAY_BE`. `length` is that of a text.
    """
    if _has_nothing(first):
        for t in _UNKNOWN_MAY_BE:
            yield _replaced(first, NOTHING, t)
        return
    yield first
    if first is STR and length == 1:
        yield CHAR
    other = _replaced(first, I64, F64)
    if other is not first:
        yield other


def _has_nothing(t: Type) -> bool:
    return t is NOTHING or any(map(_has_nothing, t.args))


def _replaced(t: Type, old: Type, new: Type) -> Type:
    if t is old:
        return new
    return build(t.kind, tuple(_replaced(a, old, new) for a in t.args)) if t.args else t
