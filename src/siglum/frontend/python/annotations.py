"""Annotations to types: `list[T]`, `tuple[A, B]`, `T | None`, `dict[K, V]`, `Callable[[T], bool]` and scalar names.

Imports `siglum.ir` and the standard library.
"""

from __future__ import annotations

import ast
from functools import cache
from typing import Final

from siglum.ir.types import BOOL, F64, I64, SCALARS, STR, Array, Fn, Map, Option, Pair, Type, Var

_NAMES: Final = {"int": I64, "float": F64, "bool": BOOL, "str": STR, **SCALARS}
_VARIABLES: Final = frozenset("TUABKVNS")


class AnnotationError(Exception):
    """An annotation that names no type; `node` is the part at fault."""

    def __init__(self, message: str, node: ast.AST) -> None:
        super().__init__(message)
        self.message, self.node = message, node


@cache
def type_of_text(annotation: str) -> Type:
    """The type an annotation's source text denotes. Raises `AnnotationError`."""
    return type_of(ast.parse(annotation, mode="eval").body)


def type_of(node: ast.expr) -> Type:
    """The type an annotation's tree denotes. Raises `AnnotationError`."""
    if isinstance(node, ast.Name):
        if node.id in _NAMES:
            return _NAMES[node.id]
        if node.id in _VARIABLES:
            return Var(node.id)
        raise AnnotationError(f"`{node.id}` is no type here", node)
    if isinstance(node, ast.Attribute):
        return type_of(ast.copy_location(ast.Name(node.attr), node))
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return type_of(ast.copy_location(ast.parse(node.value, mode="eval").body, node))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        for held, none in ((node.left, node.right), (node.right, node.left)):
            if isinstance(none, ast.Constant) and none.value is None:
                return Option(type_of(held))
        raise AnnotationError("the only union is `T | None`", node)
    if isinstance(node, ast.Subscript):
        return _generic(node)
    raise AnnotationError("this is no type", node)


def _generic(node: ast.Subscript) -> Type:
    head = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if head in ("list", "List", "Sequence") and len(parts) == 1:
        return Array(type_of(parts[0]))
    if head in ("Iterable", "Iterator") and len(parts) == 1:
        return Array(type_of(parts[0]))
    if head == "Optional" and len(parts) == 1:
        return Option(type_of(parts[0]))
    if head in ("tuple", "Tuple"):
        if len(parts) != 2:
            raise AnnotationError("a tuple type has two parts", node)
        return Pair(type_of(parts[0]), type_of(parts[1]))
    if head in ("dict", "Dict") and len(parts) == 2:
        return Map(type_of(parts[0]), type_of(parts[1]))
    if head == "Callable" and len(parts) == 2 and isinstance(parts[0], ast.List):
        return Fn(tuple(type_of(p) for p in parts[0].elts), type_of(parts[1]))
    raise AnnotationError("types are int float bool str char i8..u64 f32 list[T] tuple[A, B] T | None dict[K, V]", node)
