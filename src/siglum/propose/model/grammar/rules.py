"""Context-free rules of the phrases that have types: one symbol per scope, binding strength and values wanted.

Imports `siglum.ir`, `siglum.frontend.phrase` and its siblings. The rules have no left recursion. After a value of one type the
symbol `More` says all that can follow until the expression gives what is wanted; how tight symbols bind is in it as in a
precedence-climbing parser, so that whoever follows the rules from left to right is in few states at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Final

from siglum.frontend.phrase.grammar import AND, CHAIN, COMPARE, ELSE, OR, POWER, PRODUCT
from siglum.frontend.phrase.reach import parts
from siglum.frontend.phrase.resolve import FIXED, can_become, holds_nothing
from siglum.frontend.phrase.rules import MASK
from siglum.frontend.phrase.states import Value
from siglum.ir.types import BOOL, F64, I64, STR, U64, Array, Type
from siglum.propose.model.grammar.calls import Function
from siglum.propose.model.grammar.symbols import (
    Alternative,
    Atom,
    Body,
    Demand,
    Expression,
    Items,
    Link,
    Maybe,
    More,
    Otherwise,
    Part,
    Scope,
    Start,
    Step,
    Symbol,
    Token,
)
from siglum.propose.model.grammar.tables import WHOLE_EXPRESSION, Argument, Tables
from siglum.propose.model.grammar.values import (
    BELOW_ZERO,
    CHARACTER,
    CHARACTERS,
    EMPTY,
    INTEGERS,
    NATURAL,
    NATURALS,
    ONE_CHARACTER,
    TEXT,
    Values,
    keeps_its_number,
    oddness,
    ordered,
)

Params = tuple[tuple[str, Type], ...]

_TOKENS: Final = {
    NATURAL: "natural", BELOW_ZERO: "negative", TEXT: "text", ONE_CHARACTER: "letter-text", CHARACTER: "character",
    Value(F64): "float", Value(BOOL): "bool", NATURALS: "naturals", INTEGERS: "integers", CHARACTERS: "letter-texts",
}  # fmt: skip
_BESIDE: Final = {
    I64: (NATURAL, BELOW_ZERO), F64: (NATURAL, BELOW_ZERO), U64: (NATURAL,), STR: (ONE_CHARACTER,),
    Array(I64): (NATURALS, INTEGERS), Array(STR): (CHARACTERS,),
}  # fmt: skip
"""Literals that may stand in a list beside at least one value of the elements' own type."""


_SAME_AFTER: Final = {COMPARE: AND, POWER: PRODUCT}
"""What can follow a symbol that does not repeat: the same as a looser one."""


class Rulebook:
    """The rules for phrases over `params` that give `result` (None: anything)."""

    def __init__(self, tables: Tables, params: Params, result: Type | None) -> None:
        self.tables, self.params, self.result = tables, params, result
        self.shapes = tables.calls.shapes
        self.constants = [(word, value) for word, value in tables.constants if word not in dict(params)]
        self.shadowed = any(name in self.shapes for name, _ in params)
        self.goal = frozenset(v for v in tables.values if self._satisfies(v))

    def _satisfies(self, value: Value) -> bool:
        if self.result is None:
            return not holds_nothing(value.met().type)
        return can_become(value.key, self.result) and keeps_its_number(value, self.result)

    def root(self) -> list[Alternative]:
        """The whole phrase: closed, or open to the first parameter."""
        alternatives: list[Alternative] = [(Demand(Scope(), WHOLE_EXPRESSION, self.goal),)]
        if self.params and not self.shadowed:
            alternatives += ((more,) for more in self._open(Scope(), Value(self.params[0][1]), self.goal))
        return alternatives

    def _open(self, scope: Scope, subject: Value, values: Values) -> Iterator[More]:
        """Expressions less their first atom, which is `subject`."""
        for goal in self.tables.by_type(values):
            yield replace(self._more(scope, subject, CHAIN, WHOLE_EXPRESSION, goal), spaced=False)

    def alternatives(self, symbol: Symbol) -> tuple[Alternative, ...]:
        """What `symbol` may be."""
        return tuple(_METHODS[type(symbol)](self, symbol))

    def given(self) -> set[tuple[Type, ...]]:
        """The types that functions are given."""
        calls = (call for value in self.tables.values for call in self.tables.links(value))
        return {a.given for call in calls for a in call.arguments if isinstance(a, Function)}

    def familiarity(self, given: tuple[Type, ...]) -> tuple[bool, int, str]:
        """A key that puts functions first that are given elements of the parameters, then those of plain values of the
        signature's types.
        """
        params = [t for _, t in self.params]
        known = {I64}.union(*map(parts, [*params, *([] if self.result is None else [self.result])]))
        elements = [t.element if t.kind == "array" else t for t in params]
        return given[-1] not in elements, sum(oddness(t, known) + (t not in known) for t in given), str(given)

    # expressions

    def demand(self, d: Demand) -> Iterator[Alternative]:
        for goal in self.tables.by_type(d.values):
            yield (self._expression(d.scope, d.loosest, goal),)
        for literal in ordered(d.values - self.tables.plain):
            yield from self._plain(d.scope, literal)

    def _expression(self, scope: Scope, loosest: int, goal: Values, opens: bool = True, alone: bool = True) -> Expression:
        return Expression(scope, self.tables.tightest(loosest, goal), goal, opens, alone)

    def expression(self, e: Expression) -> Iterator[Alternative]:
        for value in self.tables.values:
            start, more = Start(e.scope, value), self._more(e.scope, self.tables.like(value), CHAIN, e.loosest, e.goal)
            yield (start, Maybe(more)) if e.alone and value in e.goal else (start, more)
        for value in self.tables.computed if e.opens else ():
            both = self.tables.with_option(value)
            if e.loosest > WHOLE_EXPRESSION and value not in e.goal:
                continue  # what can begin with parentheses is tried at once: few types keep that cheap
            inner = self._expression(e.scope, WHOLE_EXPRESSION, both, False, False)
            more = self._more(e.scope, value, CHAIN, e.loosest, e.goal)
            yield ("(", inner, ")", Maybe(more)) if e.alone and both <= e.goal else ("(", inner, ")", more)

    def _more(self, scope: Scope, value: Value, tightness: int, loosest: int, goal: Values) -> More:
        tightness = _SAME_AFTER.get(tightness, tightness)
        return More(scope, value, tightness, self.tables.tightest(loosest, goal), goal)

    def more(self, m: More) -> Iterator[Alternative]:
        space = " " if m.spaced else ""
        if m.tightness == CHAIN:
            for result in self.tables.results(m.value):
                yield from self._then(m, Link(m.scope, m.value, result, m.spaced), result, CHAIN)
        for level in range(max(m.loosest, OR), m.tightness + 1):
            if level < CHAIN:
                for result in self.tables.step_results(level, m.value):
                    yield from self._then(m, Step(m.scope, level, m.value, result, m.spaced), result, level)
        if m.loosest == WHOLE_EXPRESSION:
            yield from ((f"{space}? ", *arms) for arms in self._arms(m.scope, m.value, m.goal))
            if m.tightness < CHAIN:
                yield f"{space}|", replace(m, tightness=CHAIN, spaced=True)

    def _arms(self, scope: Scope, condition: Value, goal: Values) -> Iterator[Alternative]:
        if condition.met().type in (BOOL, MASK):
            for then, otherwise in self.tables.arms(condition.met(), goal):
                yield Demand(scope, OR, then), " : ", Otherwise(scope, otherwise)

    def otherwise(self, o: Otherwise) -> Iterator[Alternative]:
        yield (Demand(o.scope, OR, o.values),)
        for type_ in (BOOL, MASK):
            condition = Value(type_)
            if condition in self.tables.plain:
                left = self._expression(o.scope, OR, self.tables.with_option(condition))
                yield from ((left, " ? ", *arms) for arms in self._arms(o.scope, condition, o.values & self.tables.plain))

    def _then(self, m: More, made: Symbol, value: Value, tightness: int) -> Iterator[Alternative]:
        """`made` and what may follow the `value` that it gives."""
        sure = value.met()
        if sure != value and value in self.tables.with_option(sure):
            more = self._more(m.scope, sure, tightness, m.loosest, m.goal)
            yield (made, Maybe(more)) if value in m.goal else (made, more)
            for default in self.tables.defaults(value):
                yield made, f" {ELSE} ", Atom(m.scope, default), *((Maybe(more),) if sure in m.goal else (more,))
        else:
            more = self._more(m.scope, value, tightness, m.loosest, m.goal)
            yield (made, Maybe(more)) if value in m.goal else (made, more)

    def start(self, s: Start) -> Iterator[Alternative]:
        yield from self._plain(s.scope, s.value)

    def _plain(self, scope: Scope, value: Value) -> Iterator[Alternative]:
        """Names, literals, constants and lists of this value."""
        names = [*self.params, ("it", scope.it), ("acc", scope.acc)]
        yield from ((name,) for name, type_ in names if type_ is not None and Value(type_) == value)
        yield from ((word,) for word, constant in self.constants if constant == value)
        if value in _TOKENS:
            yield (Token(_TOKENS[value]),)
        if value == EMPTY:
            yield ("[]",)
        elif value.flex == FIXED and value.type.kind == "array" and value.type is not STR:
            yield "[", Items(scope, value.type.element, False), "]"

    # words and symbols

    def link(self, link: Link) -> Iterator[Alternative]:
        for call in self.tables.links(link.value):
            if call.result == link.result:
                parts: list[Part] = [f"{' ' if link.spaced else ''}{call.word}"]
                for argument in call.arguments:
                    parts += [" ", self._argument(link.scope, argument)]
                yield tuple(parts)

    def _argument(self, scope: Scope, argument: Argument) -> Symbol:
        return Body(argument.given, argument.bodies) if isinstance(argument, Function) else Atom(scope, argument)

    def step(self, s: Step) -> Iterator[Alternative]:
        tighter = s.level if s.level == POWER else s.level + 1
        for operation in self.tables.steps(s.level, s.value):
            if operation.result == s.result:
                yield f"{' ' if s.spaced else ''}{operation.symbol} ", Demand(s.scope, tighter, operation.rights)

    # arguments

    def atom(self, atom: Atom) -> Iterator[Alternative]:
        for value in ordered(atom.values):
            yield from self._plain(atom.scope, value)
        for goal in self.tables.by_type(atom.values):
            yield "(", self._expression(atom.scope, WHOLE_EXPRESSION, goal, True, False), ")"

    def body(self, body: Body) -> Iterator[Alternative]:
        values = [Value(t) for t in body.given]
        for word, shape in self.shapes.items():
            if shape.arity == len(values) and not shape.takes_functions:
                if self.tables.calls.result(word, values) in body.bodies:
                    yield (word,)
        scope = Scope(*reversed(body.given))
        if not self.shadowed:
            yield from (("(", more, ")") for more in self._open(scope, values[-1], body.bodies))
        yield "(", Demand(scope, WHOLE_EXPRESSION, body.bodies), ")"

    def items(self, items: Items) -> Iterator[Alternative]:
        own = self.tables.with_option(Value(items.element)) | ({TEXT} if items.element is STR else set())
        space = (" ",) if items.fixed else ()
        yield *space, Atom(items.scope, own), Maybe(replace(items, fixed=True))
        for literal in _BESIDE.get(items.element, ()):
            token = Token(_TOKENS[literal])
            yield (*space, token, Maybe(items)) if items.fixed else (token, " ", items)


_METHODS: Final[dict[type, Callable[[Rulebook, Any], Iterator[Alternative]]]] = {
    Demand: Rulebook.demand,
    Otherwise: Rulebook.otherwise,
    Expression: Rulebook.expression,
    More: Rulebook.more,
    Start: Rulebook.start,
    Link: Rulebook.link,
    Step: Rulebook.step,
    Atom: Rulebook.atom,
    Body: Rulebook.body,
    Items: Rulebook.items,
}
