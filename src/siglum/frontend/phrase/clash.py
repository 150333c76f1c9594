"""Type errors in the user's terms, with the nearest fix.

Imports `siglum.errors`, `siglum.ir` and its siblings faults, resolve, syntax.
"""

from __future__ import annotations

from collections.abc import Sequence

from siglum.errors import UserError, place_in
from siglum.frontend.phrase import syntax
from siglum.frontend.phrase.faults import signature, signatures, wanted, wanted_any
from siglum.frontend.phrase.grammar import PRECEDENCE
from siglum.frontend.phrase.resolve import Key, Reading, Resolver, Word, takes_alone
from siglum.ir.types import Type

MAX_FITTING = 3
CONVERSIONS = ("integer", "number", "real", "text", "code", "character", "floor", "length")
"""Words that users mean most often when types differ; they are shown first."""


def type_clash(text: str, source: str, span: tuple[int, int], message: str, fix: str = "") -> UserError:
    """A type error at `span`."""
    return UserError(message, place_in(source, text, *span), fix, "E-011")


def open_list(text: str, source: str, span: tuple[int, int]) -> UserError:
    """An empty list with nothing beside it that says of what."""
    fix = "put it beside a value of known type, as in `xs concat []` or `else []`"
    return type_clash(text, source, span, "the type of `[]` is not known here", fix)


def call_clash(
    text: str, source: str, tree: syntax.Call, overloads: Sequence[Word], keys: Sequence[Key | None], resolver: Resolver
) -> UserError:
    """No overload of `tree.word` takes these arguments: names the one argument no overload takes, else all of them."""
    word = tree.word
    types = [str(k[0]) for k in keys if k is not None]
    fix = fitting_words(tree, keys, resolver)
    for i, key in enumerate(keys):
        if key is None:
            continue
        patterns = [o.params[i][1] for o in overloads]
        if not takes_alone(patterns, key):
            which = "" if len(types) == 1 else "first " if i == 0 else "second " if i == 1 else f"argument {i + 1}: "
            where = "its left side" if i == 0 else "its right side"
            if word in PRECEDENCE:
                message = f"`{word}` needs {wanted_any(patterns)} on {where}; here it gets {key[0]}"
            elif which and i > 0:
                message = f"`{word}` needs {wanted_any(patterns)} after it; here it gets {key[0]}"
            else:
                message = f"`{word}` needs {wanted_any(patterns)}; here it gets {key[0]}"
            return type_clash(text, source, tree.span, message, fix)
    parts = []
    for arg, key in zip(tree.args, keys, strict=True):
        if key is not None:
            start, end = syntax.extent(arg)
            place = place_in(source, text, start, end)
            parts.append(f"{key[0]} ({place.line}:{place.column})")
    message = f"`{word}` does not take {' and '.join(parts)} together"
    return type_clash(text, source, tree.span, message, fix or f"`{word}` is {signatures(overloads)}")


def fitting_words(tree: syntax.Call, keys: Sequence[Key | None], resolver: Resolver) -> str:
    """Words of one argument that, put before `tree.word`, would make the first argument fit."""
    if not keys or keys[0] is None:
        return ""
    found: list[str] = []
    vocabulary = resolver.vocabulary
    if vocabulary.shape(tree.word) is None:
        return ""
    for name in vocabulary.names():
        shape = vocabulary.shape(name)
        if shape is None or shape.functions != (0,) or name == tree.word:
            continue
        between = resolver.readings(name, (keys[0],))
        if between and between[0].result.text.count("[") == keys[0][0].text.count("["):
            if resolver.readings(tree.word, ((between[0].result, 0), *keys[1:])):
                found.append(name)
    if not found:
        return ""
    return f"words that fit before `{tree.word}`: " + ", ".join(f"`{n}`" for n in sorted(found, key=_usual)[:MAX_FITTING])


def _usual(name: str) -> tuple[int, int]:
    return (CONVERSIONS.index(name) if name in CONVERSIONS else len(CONVERSIONS), len(name))


def function_clash(text: str, source: str, call: syntax.Call, function: syntax.Function, pattern: Type, got: Type) -> UserError:
    """A function argument gives a type that the word does not want."""
    fix = ""
    if got.text == f"[{pattern.text}]":
        fix = f"a function gives exactly {pattern}; `any` or `all` makes one bool of a mask" if pattern.text == "bool" else ""
    span = syntax.extent(function.body)
    message = f"`{call.word}` wants a function that gives {wanted(pattern)}; this one gives {got}"
    return type_clash(text, source, span, message, fix)


def result_clash(text: str, source: str, tree: syntax.Definition, result: Type, got: Type) -> UserError:
    """The body does not give the written result."""
    name = f"`{tree.name}`" if tree.name else "the phrase"
    return type_clash(text, source, syntax.extent(tree.body), f"{name} should give {result}; it gives {got}")


def ambiguous(text: str, source: str, tree: syntax.Call, a: Reading, b: Reading) -> UserError:
    """Two overloads fit equally well: a fault of the vocabulary."""
    message = f"`{tree.word}` has two meanings here: {signature(a.overload)} and {signature(b.overload)}"
    return UserError(message, place_in(source, text, *tree.span), "the vocabulary must not declare both", "E-012")


def cycle(program: syntax.Program, tree: syntax.Definition, names: Sequence[str]) -> UserError:
    """Definitions that need each other's result types, none of them written."""
    way = " -> ".join([*names[names.index(tree.name) :], tree.name])
    place = place_in(program.source, program.text, *tree.span)
    fix = f"write the result: {tree.name} ... -> TYPE = ..."
    return UserError(f"definitions call each other without written result types: {way}", place, fix, "E-016")


def absent_subject(program: syntax.Program, tree: syntax.Definition) -> UserError:
    """An open phrase without anything to start from."""
    place = place_in(program.source, program.text, *tree.span)
    return UserError("the phrase starts from a value that is not given", place, 'give its type: "xs:[i64]"', "E-009")
