"""A formula: an expression of Python that works on the bits of integers, such as `x & (x - 1)`, as the text of a function.

Imports `siglum.ir` and the standard library only.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Final

from siglum.ir.types import BOOL, I64, RANGES, U64, Type

NAME: Final = "reference"
"""What the function is called."""
_ON_BITS: Final = (ast.BitAnd, ast.BitOr, ast.BitXor, ast.LShift, ast.RShift, ast.Invert)
_DEEPEST: Final = 100
_ANNOTATIONS: Final = {I64: "int", BOOL: "bool"}


def function_text(
    text: str, params: Sequence[tuple[str, Type]] | None, result: Type | None, is_word: Callable[[str], bool]
) -> str | None:
    """The text of a Python function that gives what the expression gives; None for text that is no such expression of integers
    and truth values. Without `params` its names are those of `int`s, in the order in which they stand there, and none of them
    may be a word.
    """
    try:
        body = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if _depth(body) > _DEEPEST or not any(isinstance(getattr(node, "op", None), _ON_BITS) for node in ast.walk(body)):
        return None
    called = {id(node.func) for node in ast.walk(body) if isinstance(node, ast.Call)}
    found = [node for node in ast.walk(body) if isinstance(node, ast.Name) and id(node) not in called]
    names = dict.fromkeys(node.id for node in sorted(found, key=lambda node: (node.lineno, node.col_offset)))
    if params is None:
        if not names or any(map(is_word, names)):
            return None
        params = [(name, I64) for name in names]
    types = [*(t for _, t in params), *([result] if result is not None else [])]
    if any(t is not BOOL and t not in RANGES for t in types):
        return None
    imported = sorted({str(t) for t in types if t not in _ANNOTATIONS})
    head = f"from siglum import {', '.join(imported)}\n\n\n" if imported else ""
    given = ", ".join(f"{name}: {_annotation(t)}" for name, t in params)
    number = U64 if U64 in types else I64
    returned = _annotation(result or (BOOL if _is_truth(body) else number))
    return f"{head}def {NAME}({given}) -> {returned}:\n    return {ast.unparse(body)}\n"


def _depth(node: ast.AST) -> int:
    level, depth = [node], 0
    while level:
        level, depth = [child for above in level for child in ast.iter_child_nodes(above)], depth + 1
    return depth


def _annotation(t: Type) -> str:
    return _ANNOTATIONS.get(t, str(t))


def _is_truth(node: ast.expr) -> bool:
    """Whether an expression is a truth value whatever its names are."""
    match node:
        case ast.Compare() | ast.UnaryOp(op=ast.Not()):
            return True
        case ast.BoolOp():
            return all(map(_is_truth, node.values))
        case ast.IfExp():
            return _is_truth(node.body)
    return False
