"""The fixed part of the language: infix symbols and how tightly they bind, reserved names, built-in shapes.

Imports `siglum.ir.vocabulary` only. Parser, printer and `next_words` read the same tables.
"""

from __future__ import annotations

from siglum.ir.vocabulary import Shape

OR, AND, COMPARE, SUM, PRODUCT, POWER, CHAIN, ATOM = range(1, 9)
CHOICE = 0

PRECEDENCE = {
    "or": OR,
    "and": AND,
    "=": COMPARE, "!=": COMPARE, "<": COMPARE, ">": COMPARE, "<=": COMPARE, ">=": COMPARE, "is": COMPARE,
    "+": SUM, "-": SUM,
    "*": PRODUCT, "/": PRODUCT, "//": PRODUCT, "%": PRODUCT,
    "**": POWER,
}  # fmt: skip
"""Infix symbols: a larger number binds tighter. `**` groups to the right, comparisons do not chain."""

INFIX_WORDS = frozenset(("and", "or", "is"))

ELSE = "else"
BUILT_IN_SHAPES = {ELSE: Shape((0, 0))}

RESERVED = frozenset(("it", "acc", "as", "true", "false", "and", "or", "is", "else"))
"""Names that no parameter, `as` or definition may take."""

HINTS = {
    "if": "write CONDITION ? VALUE : OTHER",
    "then": "write CONDITION ? VALUE : OTHER",
    "elif": "write CONDITION ? VALUE : OTHER ? VALUE : OTHER",
    "lambda": "write the function in parentheses with `it`: map (it + 1)",
    "def": "write NAME PARAMETER:TYPE = EXPRESSION",
    "let": "write VALUE as NAME EXPRESSION",
    "return": "leave it out: an expression gives its value",
    "for": "use `map`, `filter` or `fold`",
    "while": "use `until` or `trace`",
}
"""What to write instead of other languages' statements."""
