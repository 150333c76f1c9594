"""What has been read of a phrase: a stack of frames with types, one token further at a time.

Imports `siglum.ir` and its siblings. The frames follow the grammar as the parser does and the types as the typer does;
where a word with function arguments can be taken in several ways there is one state for each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from siglum.frontend.phrase.grammar import BUILT_IN_SHAPES, COMPARE, ELSE, POWER, PRECEDENCE, RESERVED
from siglum.frontend.phrase.resolve import FIXED, Key, Reading, Resolver, can_become, holds_nothing, readings_of, tie
from siglum.frontend.phrase.rules import MASK, chosen_by_element, chosen_type, function_result, join, list_flex, without_option
from siglum.frontend.phrase.syntax import RUNNING, SUBJECT
from siglum.frontend.phrase.typed import DefinedWord
from siglum.ir.types import BOOL, NOTHING, Array, Type, substitute
from siglum.ir.vocabulary import Shape

Scope = Mapping[str, Type]


class Value(NamedTuple):
    """A value read so far: its type, what else it may become, and whether it is a text literal."""

    type: Type
    flex: int = FIXED
    literal_text: bool = False

    @property
    def key(self) -> Key:
        return self.type, self.flex

    def met(self) -> Value:
        """The value where an option is met."""
        return Value(self.type.element) if self.type.kind == "option" else self


class Lexicon:
    """The words of a vocabulary and the definitions in front of the phrase."""

    def __init__(self, resolver: Resolver, defined: Mapping[str, DefinedWord]) -> None:
        self.resolver, self.defined = resolver, defined
        self.names = frozenset([*resolver.vocabulary.names(), *defined, ELSE])

    def find(self, name: str) -> tuple[str, Shape] | None:
        """The word a token stands for, synonyms resolved."""
        word = self.defined.get(name)
        if word is not None:
            return name, Shape((0,) * len(word.params))
        vocabulary = self.resolver.vocabulary
        shape = vocabulary.shape(name) or BUILT_IN_SHAPES.get(name)
        if shape is None:
            other = vocabulary.synonym(name)
            return None if other is None else self.find(other)
        return name, shape

    def readings(self, word: str, keys: tuple[Key | None, ...]) -> tuple[Reading, ...]:
        defined = self.defined.get(word)
        return readings_of((defined,), keys) if defined is not None else self.resolver.readings(word, keys)

    def result(self, word: str, values: Sequence[Value]) -> Value | None:
        """What a word without function arguments gives."""
        if word == ELSE and word not in self.defined:
            option, default = values
            if option.type.kind != "option" or not can_become(default.key, option.type.element):
                return None
            return Value(option.type.element)
        found = self.readings(word, tuple(v.key for v in values))
        return None if not found or tie(found) else Value(found[0].result)


class Level(NamedTuple):
    """An expression being read. `below` is where its value goes: the frame that opened the parentheses, or None at the top.

    `operators` are (left side, symbol) still waiting; `arms` (condition, first value) of choices, the last first
    value None while it is read; `value` the chain so far, None where an atom is due; `subject` what an open
    expression starts from; `barred` says that `|` was the last token; `named` that an `as` stands before.
    """

    below: Frame | None
    scope: Scope
    subject: Value | None = None
    operators: tuple[tuple[Value, str], ...] = ()
    arms: tuple[tuple[Value, Value | None], ...] = ()
    value: Value | None = None
    barred: bool = False
    named: bool = False


class Naming(NamedTuple):
    """After `as`: a name is due, then an expression in `level` in which it has the type of `value`."""

    level: Level
    value: Value


class Items(NamedTuple):
    """A list being read for the frame `below`."""

    below: Frame
    elements: tuple[Value, ...]


class Pending(NamedTuple):
    """A word in the chain of `level` that has `values` of its arguments. At its functions a `reading` is fixed, the one of
    number `rank`, with `bindings` so far; `done` counts the functions read.
    """

    level: Level
    word: str
    shape: Shape
    values: tuple[Value, ...]
    reading: Reading | None = None
    rank: int = 0
    bindings: Mapping[str, Type] = {}
    done: int = 0

    @property
    def takes(self) -> int:
        """0 where a value is due, else how many values the function due is given."""
        return self.shape.functions[len(self.values) + self.done]


Frame = Level | Naming | Items | Pending


class Step(NamedTuple):
    """A state after a token. `finished` is the call with functions that this token completed."""

    frame: Frame
    finished: Pending | None = None


def scope_of(frame: Frame) -> Scope:
    """The names that stand for values where the next token is due."""
    while not isinstance(frame, Level):
        frame = frame.below if isinstance(frame, Items) else frame.level
    return frame.scope


class Reader:
    """Takes states one token further."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon

    # one token

    def step(self, frame: Frame, token: str) -> Iterator[Step]:
        """The states after a name, word, symbol or mark; none where it cannot stand. Literals: `deliver`."""
        if isinstance(frame, Naming):
            if token not in RESERVED:
                scope = {**frame.level.scope, token: frame.value.type}
                yield Step(Level(frame.level.below, scope, named=True))
        elif isinstance(frame, Items):
            yield from self.atom(frame, token)
            if token == "]":
                value = list_value(frame.elements)
                if value is not None:
                    yield from self.deliver(frame.below, value)
        elif isinstance(frame, Pending):
            if frame.takes:
                yield from self.function(frame, token)
            else:
                yield from self.atom(frame, token)
        elif frame.value is None:
            yield from self.atom(frame, token)
            if frame.subject is not None and self.opens(frame.scope, token):
                yield from self.after_value(frame._replace(value=frame.subject, subject=None), token)
        else:
            yield from self.after_value(frame, token)

    def opens(self, scope: Scope, token: str) -> bool:
        """Whether an open expression may start with this token: a name in scope is an atom instead."""
        if token in PRECEDENCE or token in ("?", "as"):
            return True
        found = self.lexicon.find(token) if token not in scope else None
        return found is not None and found[1].arity > 0

    def atom(self, frame: Level | Items | Pending, token: str) -> Iterator[Step]:
        scope = scope_of(frame)
        if token in scope:
            yield from self.deliver(frame, Value(scope[token]))
        elif token in ("true", "false"):
            yield from self.deliver(frame, Value(BOOL))
        elif token == "(":
            yield Step(Level(frame, scope))
        elif token == "[":
            yield Step(Items(frame, ()))
        elif token not in PRECEDENCE:
            found = self.lexicon.find(token)
            if found is not None and not found[1].functions:
                value = self.lexicon.result(found[0], ())
                if value is not None:
                    yield from self.deliver(frame, value)

    def function(self, pending: Pending, token: str) -> Iterator[Step]:
        assert pending.reading is not None
        pattern = pending.reading.overload.params[len(pending.values) + pending.done][1]
        types = [substitute(p, dict(pending.bindings)) for p in pattern.args[:-1]]
        if any(t.has_vars for t in types):
            return
        if token == "(":
            names = (SUBJECT,) if len(types) == 1 else (RUNNING, SUBJECT)
            scope = {**pending.level.scope, **dict(zip(names, types, strict=True))}
            yield Step(Level(pending, scope, Value(types[-1])))
            return
        found = self.lexicon.find(token)
        if found is not None and found[1].arity == len(types) and not found[1].takes_functions:
            body = self.lexicon.result(found[0], [Value(t) for t in types])
            if body is not None:
                yield from self.deliver(pending, body)

    def after_value(self, level: Level, token: str) -> Iterator[Step]:
        assert level.value is not None
        if token in PRECEDENCE:
            yield from self.operator(level, token)
        elif token == "?":
            if not (level.arms and level.arms[-1][1] is None):
                condition = self.reduced(level, 0)
                if condition is not None and condition.met().type in (BOOL, MASK):
                    arms = (*level.arms, (condition.met(), None))
                    yield Step(Level(level.below, level.scope, arms=arms, named=level.named))
        elif level.barred and token in (")", "|", ":"):
            return
        elif token == ":":
            if level.arms and level.arms[-1][1] is None:
                then = self.reduced(level, 0)
                if then is not None:
                    arms = (*level.arms[:-1], (level.arms[-1][0], then))
                    yield Step(Level(level.below, level.scope, arms=arms, named=level.named))
        elif token == "|":
            value = self.closed(level)
            if value is not None:
                yield Step(Level(level.below, level.scope, value=value, barred=True, named=level.named))
        elif token == "as":
            value = self.closed(level)
            if value is not None and not holds_nothing(value.met().type):
                yield Step(Naming(level, value.met()))
        elif token == ")":
            value = self.finished(level)
            if level.below is not None and value is not None:
                yield from self.deliver(level.below, value)
        else:
            yield from self.link(level, token)

    def link(self, level: Level, token: str) -> Iterator[Step]:
        found = self.lexicon.find(token)
        if found is None or not found[1].functions:
            return
        assert level.value is not None
        base = level._replace(value=None, barred=False)
        yield from self.more(Pending(base, found[0], found[1], (level.value,)))

    def more(self, pending: Pending) -> Iterator[Step]:
        """The pending word where its next argument is due, or its result."""
        shape = pending.shape
        read = len(pending.values) + pending.done
        if read == shape.arity:
            yield from self.complete(pending)
        elif shape.functions[read] and pending.reading is None:
            keys = (*(v.key for v in pending.values), *(None for _ in shape.functions[read:]))
            for rank, reading in enumerate(self.lexicon.readings(pending.word, keys)):
                yield Step(pending._replace(reading=reading, rank=rank, bindings=reading.bindings))
        else:
            yield Step(pending)

    def complete(self, pending: Pending) -> Iterator[Step]:
        if pending.reading is None:
            value = self.lexicon.result(pending.word, pending.values)
            if value is not None:
                yield Step(pending.level._replace(value=value))
            return
        result = substitute(pending.reading.result, dict(pending.bindings))
        if not result.has_vars:
            yield Step(pending.level._replace(value=Value(result)), pending)

    # values on their way down

    def deliver(self, frame: Frame, value: Value) -> Iterator[Step]:
        """The states after `value` has been read as an atom, a function's body or a list's element for `frame`."""
        if isinstance(frame, Level):
            if frame.value is None:
                yield Step(frame._replace(value=value, subject=None))
        elif isinstance(frame, Items):
            items = frame._replace(elements=(*frame.elements, value.met()))
            if list_value(items.elements) is not None:
                yield Step(items)
        elif isinstance(frame, Pending):
            if not frame.takes:
                yield from self.more(frame._replace(values=(*frame.values, value)))
                return
            assert frame.reading is not None
            pattern = frame.reading.overload.params[len(frame.values) + frame.done][1]
            bindings = dict(frame.bindings)
            if function_result(pattern.args[-1], value.met().key, bindings) is not None:
                yield from self.more(frame._replace(bindings=bindings, done=frame.done + 1))

    # expressions

    def operator(self, level: Level, symbol: str) -> Iterator[Step]:
        tightness = PRECEDENCE[symbol]
        if self.lexicon.find(symbol) is None:
            return
        reduced = self.reduce_to(level.operators, level.value, tightness)
        if reduced is not None:
            operators, left = reduced
            yield Step(level._replace(operators=(*operators, (left, symbol)), value=None, barred=False, subject=None))

    def reduce_to(
        self, operators: tuple[tuple[Value, str], ...], value: Value | None, tightness: int
    ) -> tuple[tuple[tuple[Value, str], ...], Value] | None:
        """Applies the waiting operators that bind tighter than a symbol of this tightness that follows."""
        while operators and value is not None:
            left, symbol = operators[-1]
            waiting = PRECEDENCE[symbol]
            if waiting < tightness or waiting == tightness == POWER:
                break
            if waiting == tightness == COMPARE:
                return None
            value = self.apply(symbol, left, value)
            operators = operators[:-1]
        return None if value is None else (operators, value)

    def apply(self, symbol: str, left: Value, right: Value) -> Value | None:
        found = self.lexicon.find(symbol)
        return None if found is None else self.lexicon.result(found[0], (left, right))

    def reduced(self, level: Level, tightness: int) -> Value | None:
        found = self.reduce_to(level.operators, level.value, tightness)
        return None if found is None else found[1]

    def closed(self, level: Level) -> Value | None:
        """The value of the expression, if it is complete here, before `as` is looked at."""
        value = self.reduced(level, 0)
        return None if value is None else choose(level.arms, value)

    def finished(self, level: Level) -> Value | None:
        """The value of the expression if it may end here."""
        if level.barred or level.value is None:
            return None
        value = self.closed(level)
        return Value(value.type) if value is not None and level.named else value


def choose(arms: Sequence[tuple[Value, Value | None]], otherwise: Value) -> Value | None:
    """The value of nested choices whose last alternative is `otherwise`."""
    value: Value | None = otherwise
    for condition, then in reversed(arms):
        if then is None or value is None:
            return None
        value = chosen(condition, then, value)
    return value


def chosen(condition: Value, then: Value, otherwise: Value) -> Value | None:
    """The value of one choice."""
    if condition.type is not MASK:
        type_ = chosen_type(then.key, otherwise.key)
        return None if type_ is None else Value(type_)
    found = chosen_by_element([(a.met().key, a.met().literal_text) for a in (then, otherwise)])
    return None if found is None else Value(Array(found[1]))


def list_value(elements: Sequence[Value]) -> Value | None:
    """The value of a list of these elements."""
    if not elements:
        return Value(Array(NOTHING))
    joined = join([without_option(e.key) for e in elements])
    if joined is None:
        return None
    flexes = {e.flex if joined is e.type else FIXED for e in elements}
    return Value(Array(joined), list_flex(flexes))
