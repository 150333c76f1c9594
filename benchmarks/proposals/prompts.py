"""What HumanEval's prompts say, read without a model: the English, the types that are annotated, and the examples in the text.

Imports nothing of siglum.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

_MARK: Final = re.compile(r"\s*[`#]?\s*(?:={1,3}>|={2,3}|[-\u2013]+>|[➞→➡⇒]|=|should return|will return|returns?|is)\s*")
_ENDS: Final = re.compile(r"$|\s|[.,;)`#:(]")
_GOES_ON: Final = re.compile(r"\s*[-+*/=]\s*\w")
_GIVEN: Final = re.compile(r"\b(?:for|given|if|input)\b:?\s*(.*)", re.IGNORECASE)
_THEN: Final = re.compile(
    r"(?:output|result|sum|function|answer)\s*(?:should|will|must)?\s*(?:be|is|return)?\s*[:=]?|=+>|-+>|[➞→]|=", re.IGNORECASE
)
_NAMED: Final = re.compile(r"\s*,?\s*(?:and\s+)?[A-Za-z_]\w*\s*=\s*")
_EXAMPLES: Final = re.compile(r"^\W*(?:for\s+)?examples?\b|^\W*e\.g\.|>>>", re.IGNORECASE)
_TRUTH: Final = re.compile(r"^(?:true|false)\b")
_LINES_OF_A_RESULT: Final = 4


class Prompt(NamedTuple):
    """English without its examples, the names of the parameters, annotations as Python source (None: there is none), and the
    examples: arguments and result, as Python values.
    """

    name: str
    english: str
    params: tuple[str, ...]
    annotations: tuple[str | None, ...]
    result: str | None
    examples: tuple[tuple[tuple[Any, ...], Any], ...]


def read_prompt(source: str, name: str) -> Prompt:
    """What a prompt says of the function `name`. Raises ValueError where it holds none."""
    for node in ast.parse(source.rstrip() + "\n    pass\n").body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            break
    else:
        raise ValueError(f"no function {name}")
    text = _docstring(source, node)
    arguments = node.args.args
    annotations = tuple(ast.unparse(a.annotation) if a.annotation else None for a in arguments)
    params = tuple(a.arg for a in arguments)
    found: dict[str, tuple[tuple[Any, ...], Any]] = {}
    for given, result in examples_in(text, name, params):
        found.setdefault(repr(given), (given, result))
    gives = ast.unparse(node.returns) if node.returns else None
    return Prompt(name, english_of(text, name), params, annotations, gives, tuple(found.values()))


def _docstring(source: str, node: ast.FunctionDef) -> str:
    """As it is written, so that escapes stand in the examples as in Python."""
    first = node.body[0]
    segment = ast.get_source_segment(source, first) if isinstance(first, ast.Expr) else None
    return (segment or "").strip().lstrip("rR")[3:-3]


def english_of(text: str, name: str) -> str:
    """What stands before the first example, on one line."""
    kept = []
    for line in text.splitlines():
        if _EXAMPLES.search(line) or re.search(rf"\b{re.escape(name)}\s*\([^)]", line):
            break
        kept.append(line.strip())
    return " ".join(" ".join(kept).split())


# Examples -------------------------------------------------------------------------------------------------------------


def examples_in(text: str, name: str, params: tuple[str, ...]) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Calls with what stands behind them; where there are none, sentences such as `For n = 3 the output should be 6`; else calls
    by another name.
    """
    calls = list(_calls(text, re.escape(name), len(params)))
    yield from calls or list(_sentences(text, len(params))) or _calls(text, r"[A-Za-z_]\w*", len(params))


def _calls(text: str, name: str, count: int) -> Iterator[tuple[tuple[Any, ...], Any]]:
    for start in re.finditer(rf"\b{name}\s*(?=\()", text):
        call = _call_at(text, start.end())
        if call is None or len(call[0]) != count:
            continue
        arguments, end = call
        rest = text[end:]
        line = text[: start.start()].rpartition("\n")[2]
        mark = _MARK.match(rest)
        if mark and "\n" not in mark.group().strip(" \t"):
            result = _literal_before_the_end(rest[mark.end() :])
        elif ">>>" in line and re.match(r"[ \t]*(\n|$)", rest):
            result = _shown(rest.partition("\n")[2])
        else:
            continue
        if result is not None:
            yield arguments, result[0]


def _call_at(text: str, start: int) -> tuple[tuple[Any, ...], int] | None:
    """The arguments in the parentheses at `start`, and where these end."""
    for close in re.finditer(r"\)", text[start:]):
        end = start + close.end()
        try:
            read = ast.literal_eval(f"[{text[start + 1 : end - 1]}]")
        except (ValueError, SyntaxError, TypeError, MemoryError):
            continue
        return tuple(read), end
    return None


def _shown(rest: str) -> tuple[Any] | None:
    """What a session shows below the call: nothing for None."""
    first = rest.partition("\n")[0].strip()
    if not first or first.startswith(">>>"):
        return (None,)
    return _literal_before_the_end(rest.lstrip())


def _literal_before_the_end(text: str) -> tuple[Any] | None:
    """The longest literal at the start of the text, within a few lines; of `1 + 2 = 3` the last part."""
    lines = _TRUTH.sub(lambda said: said.group().capitalize(), text.lstrip()).splitlines()
    for count in range(1, min(len(lines), _LINES_OF_A_RESULT) + 1):
        piece = " ".join(lines[:count]).strip()
        found = _longest_literal(piece)
        if found is not None:
            value, end = found
            rest = piece[end:]
            if _GOES_ON.match(rest):
                last = rest.rpartition("=")[2]
                return _literal_before_the_end(last) if "=" in rest else None
            return (value,) if _ENDS.match(rest) else None
    return None


def _longest_literal(text: str) -> tuple[Any, int] | None:
    for end in range(len(text), 0, -1):
        if text[end - 1] == ".":
            continue  # it ends the sentence
        try:
            return ast.literal_eval(text[:end].strip()), end
        except (ValueError, SyntaxError, TypeError, MemoryError):
            continue
    return None


def _sentences(text: str, count: int) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Of a given part and what follows it, on one line or on two that say Input and Output."""
    joined = re.sub(r"\n\s*(output)", r" \1", text, flags=re.IGNORECASE)
    for line in joined.splitlines():
        given = _GIVEN.search(line)
        if not given:
            continue
        rest = given.group(1)
        arguments: list[Any] = []
        while len(arguments) < count:
            named = _NAMED.match(rest) or re.match(r"\s*,?\s*", rest)
            rest = rest[named.end() :] if named else rest
            found = _shortest_whole(rest)
            if found is None:
                break
            arguments.append(found[0])
            rest = rest[found[1] :]
        if len(arguments) != count:
            continue
        results = (_literal_before_the_end(rest[then.end() :]) for then in _THEN.finditer(rest))
        result = next((found for found in results if found is not None), None)
        if result is not None:
            yield tuple(arguments), result[0]


def _shortest_whole(text: str) -> tuple[Any, int] | None:
    """The literal at the start that something else follows."""
    for end in range(1, len(text) + 1):
        if end < len(text) and not re.match(r"[\s,.;:`]", text[end]):
            continue
        try:
            return ast.literal_eval(text[:end].strip()), end
        except (ValueError, SyntaxError, TypeError, MemoryError):
            continue
    return None
