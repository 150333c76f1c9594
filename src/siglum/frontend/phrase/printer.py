"""The one printed form of a tree: hybrid surface, fewest parentheses, `it` left out where said once and first.

Imports its siblings grammar and syntax. `parse(print(tree)) == tree` for every tree that the parser gives.
"""

from __future__ import annotations

from siglum.frontend.phrase.grammar import ATOM, CHAIN, CHOICE, COMPARE, POWER, PRECEDENCE
from siglum.frontend.phrase.syntax import (
    RUNNING,
    SUBJECT,
    Call,
    Choice,
    Definition,
    Function,
    Let,
    ListOf,
    Literal,
    Name,
    Program,
    Tree,
    mentions,
)

_ESCAPES = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0", "\\": "\\\\", '"': '\\"'}
_LET = -1


def print_program(program: Program) -> str:
    """The definitions, one a line."""
    return "\n".join(print_definition(d) for d in program.definitions)


def print_definition(definition: Definition) -> str:
    """`name xs:[i64] = body`; a bare expression is its body, without its subject where that can be left out."""
    if definition.name:
        head = [definition.name, *(f"{name}:{type_}" for name, type_ in definition.params)]
        if definition.result is not None:
            head.append(f"-> {definition.result}")
        printer = _Printer({name for name, _ in definition.params}, "")
        return f"{' '.join(head)} = {printer.expression(definition.body)}"
    scope = {name for name, _ in definition.params}
    subject = definition.subject
    printer = _Printer({*scope, SUBJECT}, subject if _leaves_out(definition.body, subject, scope) else "")
    return printer.expression(definition.body)


def print_tree(tree: Tree, scope: frozenset[str] = frozenset()) -> str:
    """An expression in which the names of `scope` stand for values."""
    return _Printer(set(scope), "").expression(tree)


def print_literal(value: int | float | bool | str, kind: str) -> str:
    """A literal of the language; `kind` is i64, u64, f64, bool, str or char."""
    if kind == "bool":
        return "true" if value else "false"
    if kind == "char":
        return "'" + _escaped(str(value)).replace('\\"', '"').replace("'", "\\'") + "'"
    if kind == "str":
        return '"' + _escaped(str(value)) + '"'
    return repr(value)


def _escaped(text: str) -> str:
    out: list[str] = []
    for character in text:
        if character in _ESCAPES:
            out.append(_ESCAPES[character])
        elif character.isprintable():
            out.append(character)
        else:
            out.append(f"\\u{{{ord(character):x}}}")
    return "".join(out)


def _leaves_out(body: Tree, subject: str, scope: set[str]) -> bool:
    """Whether `subject` is the first atom of `body`, is said once, and what follows it reads as a word or symbol."""
    if not subject or mentions(body, subject) != 1:
        return False
    parent: Tree = body
    first: Tree | Function = body
    bar = True
    while True:
        if isinstance(first, Call) and first.args:
            parent, first = first, first.args[0]
        elif isinstance(first, Choice):
            parent, first = first, first.condition
        elif isinstance(first, Let):
            parent, first = first, first.value
        else:
            break
        bar = bar and not (isinstance(parent, Choice) or (isinstance(parent, Call) and parent.word in PRECEDENCE))
        if isinstance(first, (Call, Choice, Let)) and _wrapped(parent, first, bar):
            return False
    if not isinstance(first, Name) or first.text != subject or first is body:
        return False
    return not (isinstance(parent, Call) and parent.word in scope and parent.word not in PRECEDENCE)


def _level(tree: Tree) -> int:
    if isinstance(tree, Let):
        return _LET
    if isinstance(tree, Choice):
        return CHOICE
    if isinstance(tree, Call) and tree.args:
        return PRECEDENCE.get(tree.word, CHAIN)
    return ATOM


def _wrapped(parent: Tree, first: Tree, bar: bool) -> bool:
    """Whether `first`, which `parent` starts with, stands in parentheses (rather than bare or in front of a `|`)."""
    if isinstance(parent, Let):
        return _level(first) == _LET
    if isinstance(parent, Choice):
        return _level(first) <= CHOICE
    assert isinstance(parent, Call)
    if parent.word in PRECEDENCE:
        return _level(first) < _left_level(parent.word)
    return _level(first) == _LET if bar else _level(first) < CHAIN


def _left_level(symbol: str) -> int:
    tightness = PRECEDENCE[symbol]
    return tightness + 1 if tightness in (COMPARE, POWER) else tightness


class _Printer:
    """`scope` holds the names that shadow words; `silent` is the subject whose one mention is left out."""

    def __init__(self, scope: set[str], silent: str) -> None:
        self.scope, self.silent = scope, silent

    def expression(self, tree: Tree) -> str:
        """At expression level: `as` and `|` may stand."""
        if isinstance(tree, Let):
            value = self.at_level(tree.value, CHOICE, bar=True)
            inner = _Printer({*self.scope, tree.name}, "")
            return f"{value} as {tree.name} {inner.expression(tree.body)}".lstrip()
        return self.at_level(tree, CHOICE, bar=True)

    def at_level(self, tree: Tree, level: int, bar: bool = False) -> str:
        """`tree` where only what binds at least as tight as `level` stands bare. `bar`: nothing stands before or
        around `tree`, so a word applied to something looser is written after `|`.
        """
        if _level(tree) < level:
            return f"({_Printer(self.scope, '').expression(tree)})"
        if isinstance(tree, Choice):
            condition = self.at_level(tree.condition, CHOICE + 1)
            then = self.plain(tree.then, CHOICE + 1)
            return f"{condition} ? {then} : {self.plain(tree.otherwise, CHOICE)}".lstrip()
        if isinstance(tree, Call):
            return self.call(tree, bar)
        if isinstance(tree, ListOf):
            return "[" + " ".join(self.plain(e, ATOM) for e in tree.elements) + "]"
        if isinstance(tree, Literal):
            return print_literal(tree.value, tree.kind)
        assert isinstance(tree, Name)
        return "" if tree.text == self.silent else tree.text

    def plain(self, tree: Tree, level: int) -> str:
        return _Printer(self.scope, "").at_level(tree, level)

    def call(self, tree: Call, bar: bool) -> str:
        if not tree.args:
            return tree.word
        first = tree.args[0]
        assert not isinstance(first, Function)
        tightness = PRECEDENCE.get(tree.word)
        if tightness is not None:
            second = tree.args[1]
            assert not isinstance(second, Function)
            left = self.at_level(first, _left_level(tree.word))
            right = self.plain(second, tightness if tightness == POWER else tightness + 1)
            return f"{left} {tree.word} {right}".lstrip()
        level = _level(first)
        if bar and level < CHAIN and level != _LET:
            start = self.at_level(first, CHOICE, bar) + " |"
        else:
            start = self.at_level(first, CHAIN, bar)
        words = [start, tree.word]
        for arg in tree.args[1:]:
            words.append(self.function(arg) if isinstance(arg, Function) else self.plain(arg, ATOM))
        return " ".join(words).lstrip()

    def function(self, function: Function) -> str:
        body = function.body
        subject = (SUBJECT,) if function.arity == 1 else (RUNNING, SUBJECT)
        if isinstance(body, Call) and len(body.args) == len(subject):
            if all(isinstance(a, Name) and a.text == s for a, s in zip(body.args, subject, strict=True)):
                return body.word
        scope = {*self.scope, *subject}
        silent = SUBJECT if _leaves_out(body, SUBJECT, scope) else ""
        return f"({_Printer(scope, silent).expression(body)})"
