"""Forward typing: an untyped tree and its parameters' types to the typed tree.

Imports `siglum.errors`, `siglum.ir` and its siblings. One pass; nothing is guessed backwards.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from siglum.errors import SiglumError, UserError, place_in
from siglum.frontend.phrase import syntax, typed
from siglum.frontend.phrase.clash import (
    absent_subject,
    ambiguous,
    call_clash,
    cycle,
    function_clash,
    open_list,
    result_clash,
    type_clash,
)
from siglum.frontend.phrase.grammar import ELSE
from siglum.frontend.phrase.resolve import (
    FIXED,
    Key,
    Reading,
    Resolver,
    can_become,
    holds_nothing,
    readings_of,
    tie,
)
from siglum.frontend.phrase.rules import (
    MASK,
    chosen_by_element,
    chosen_type,
    function_result,
    join,
    list_flex,
    literal_flex,
)
from siglum.frontend.phrase.syntax import RUNNING, SUBJECT
from siglum.frontend.phrase.typed import Binder, Typed
from siglum.ir.depth import room_for_height
from siglum.ir.types import BOOL, CHAR, F64, I64, NOTHING, RANGES, STR, U64, Array, Type, substitute
from siglum.ir.vocabulary import Overload

MAX_TRIALS = 3000
"""Readings of function arguments tried in one definition before it is called unclear."""

Env = dict[str, Binder]


def type_program(
    program: syntax.Program, resolver: Resolver, subject: Type | None = None, result: Type | None = None
) -> typed.Program:
    """The typed tree of `program`. `subject` is the type of an open phrase's first argument, `result` what a bare
    expression must give where its text has no say (a `T?` there lets absence through). Raises `UserError`.
    """
    with room_for_height(program.height):
        return _Program(program, resolver, subject, result).all()


class _Program:
    """The definitions of one text, typed when first needed."""

    def __init__(self, program: syntax.Program, resolver: Resolver, subject: Type | None, result: Type | None) -> None:
        self.tree, self.resolver, self.subject, self.result = program, resolver, subject, result
        self.by_name = {d.name: d for d in program.definitions if d.name}
        self.done: dict[str, typed.Definition] = {}
        self.words: dict[str, typed.DefinedWord] = {}
        self.open: list[str] = []

    def all(self) -> typed.Program:
        return typed.Program(tuple(self.definition(d) for d in self.tree.definitions))

    def definition(self, tree: syntax.Definition) -> typed.Definition:
        if tree.name in self.done:
            return self.done[tree.name]
        self.open.append(tree.name)
        params = tree.params
        if not tree.name and tree.subject == SUBJECT and not params:
            if self.subject is None:
                raise absent_subject(self.tree, tree)
            params = ((SUBJECT, self.subject),)
        binders = tuple(Binder(name, type_, "param") for name, type_ in params)
        typer = _Typer(self, tree)
        body = typer.value(tree.body, {b.name: b for b in binders})
        body = typer.finish(body, tree.result if tree.result is not None or tree.name else self.result)
        found = typed.Definition(tree.name, binders, body, typer.calls_itself, tree.span, self.tree.text, self.tree.source)
        self.open.pop()
        self.done[tree.name] = found
        if tree.name:
            self.word(tree).definition = found
        return found

    def word(self, tree: syntax.Definition) -> typed.DefinedWord:
        """The definition as a word; a result that is not written is found by typing it first."""
        word = self.words.get(tree.name)
        if word is None:
            result = tree.result
            if result is None:
                if tree.name in self.open:
                    raise cycle(self.tree, tree, self.open)
                result = self.definition(tree).result
                if tree.name in self.words:
                    return self.words[tree.name]
            word = self.words[tree.name] = typed.DefinedWord(tree.name, tree.params, result)
        return word


class _Typer:
    """Types the body of one definition."""

    def __init__(self, program: _Program, definition: syntax.Definition) -> None:
        self.program, self.definition = program, definition
        self.text, self.source = program.tree.text, program.tree.source
        self.resolver = program.resolver
        self.calls_itself = False
        self.trials = 0

    def value(self, tree: syntax.Tree, env: Env) -> Typed:
        kind = type(tree)
        if kind is syntax.Call:
            return self.call(tree, env)  # type: ignore[arg-type]
        return _RULES[kind](self, tree, env)

    # atoms

    def name(self, tree: syntax.Name, env: Env) -> Typed:
        return typed.Name(env[tree.text], tree.span)

    def literal(self, tree: syntax.Literal, env: Env) -> Typed:
        return typed.Literal(tree.value, _LITERAL_TYPES[tree.kind], tree.span)

    def list_of(self, tree: syntax.ListOf, env: Env) -> Typed:
        elements = [self.met(self.value(e, env)) for e in tree.elements]
        if not elements:
            return typed.ListOf((), Array(NOTHING), tree.span)
        joined = join([key_of(e) for e in elements])
        if joined is None:
            first, other = elements[0], next(e for e in elements if not can_become(key_of(e), elements[0].type))
            what = f"the elements of a list have one type; here {first.type} and {other.type}"
            raise type_clash(self.text, self.source, other.span, what)
        return typed.ListOf(tuple(self.coerce(e, joined) for e in elements), Array(joined), tree.span)

    def let(self, tree: syntax.Let, env: Env) -> Typed:
        value = self.known(self.met(self.value(tree.value, env)))
        binder = Binder(tree.name, value.type, "as")
        return typed.Let(binder, value, self.value(tree.body, {**env, tree.name: binder}), tree.span)

    # choices

    def choice(self, tree: syntax.Choice, env: Env) -> Typed:
        condition = self.met(self.value(tree.condition, env))
        then = self.value(tree.then, env)
        otherwise = self.value(tree.otherwise, env)
        if condition.type is MASK:
            return self.choice_by_element(tree, condition, self.met(then), self.met(otherwise))
        if condition.type is not BOOL:
            what = f"`?` needs a bool or a mask [bool]; here it gets {condition.type}"
            raise type_clash(self.text, self.source, syntax.extent(tree.condition), what)
        type_ = chosen_type(key_of(then), key_of(otherwise))
        if type_ is None:
            raise self.arms_differ(tree, then, otherwise)
        return typed.Choice(condition, self.coerce(then, type_), self.coerce(otherwise, type_), None, type_, tree.span)

    def choice_by_element(self, tree: syntax.Choice, condition: Typed, then: Typed, otherwise: Typed) -> Typed:
        arms = (then, otherwise)
        found = chosen_by_element([(key_of(a), isinstance(a, typed.Literal)) for a in arms])
        if found is None:
            raise self.arms_differ(tree, then, otherwise)
        gives, joined = found
        first, second = (self.coerce(arm, Array(joined) if g else joined) for arm, g in zip(arms, gives, strict=True))
        return typed.Choice(condition, first, second, gives, Array(joined), tree.span)

    def arms_differ(self, tree: syntax.Choice, then: Typed, otherwise: Typed) -> UserError:
        what = f"both values of `? :` must have one type; here {then.type} and {otherwise.type}"
        return type_clash(self.text, self.source, tree.span, what)

    # words

    def call(self, tree: syntax.Call, env: Env) -> Typed:
        word = tree.word
        if word == ELSE:
            return self.otherwise(tree, env)
        values: list[Typed | None] = []
        keys: list[Key | None] = []
        functions = False
        for arg in tree.args:
            if type(arg) is syntax.Function:
                values.append(None)
                keys.append(None)
                functions = True
            else:
                value = self.value(arg, env)  # type: ignore[arg-type]
                values.append(value)
                keys.append(key_of(value))
        defined = self.program.by_name.get(word)
        if defined is not None and (defined is not self.definition or self.definition.result is not None):
            overloads: Sequence[Overload | typed.DefinedWord] = (self.program.word(defined),)
            readings = readings_of(overloads, keys)
        else:
            overloads = ()
            readings = self.resolver.readings(word, tuple(keys))
        if not readings:
            for given in values:
                if given is not None and holds_nothing(value.type):
                    raise open_list(self.text, self.source, given.span)
            overloads = overloads or self.resolver.vocabulary.overloads(word)
            raise call_clash(self.text, self.source, tree, overloads, keys, self.resolver)
        if functions:
            return self.call_with_functions(tree, env, values, readings)
        rivals = tie(readings) if len(readings) > 1 else None
        if rivals is not None:
            raise ambiguous(self.text, self.source, tree, *rivals)
        reading = readings[0]
        args = tuple(
            [
                v if v.type is t else self.coerce(v, t)
                for v, t in zip(values, reading.targets, strict=True)
                if v is not None and t is not None
            ]
        )
        if defined is self.definition and defined is not None and overloads:
            self.calls_itself = True
            return typed.SelfCall(args, reading.lifted, reading.result, tree.span)
        return typed.Call(reading.overload, reading.bindings, args, reading.lifted, reading.result, tree.span)

    def call_with_functions(
        self, tree: syntax.Call, env: Env, values: list[Typed | None], readings: tuple[Reading, ...]
    ) -> Typed:
        problem: SiglumError | None = None
        found: tuple[Reading, Typed] | None = None
        for reading in readings:
            if found is not None and (reading.cost != found[0].cost or reading.overload is found[0].overload):
                break
            self.trials += 1
            if self.trials > MAX_TRIALS:
                place = place_in(self.source, self.text, *tree.span)
                raise UserError("too many readings", place, "write 0.0 where a float is meant", "E-012")
            try:
                call = self.apply(tree, env, values, reading)
            except SiglumError as error:
                if self.trials > MAX_TRIALS:
                    raise
                problem = problem or error
                continue
            if found is not None:
                raise ambiguous(self.text, self.source, tree, found[0], reading)
            found = reading, call
        if found is not None:
            return found[1]
        assert problem is not None
        raise problem

    def apply(self, tree: syntax.Call, env: Env, values: list[Typed | None], reading: Reading) -> Typed:
        bindings = dict(reading.bindings)
        args: list[typed.Argument] = []
        for i, (value, target) in enumerate(zip(values, reading.targets, strict=True)):
            if value is not None and target is not None:
                args.append(self.coerce(value, target))
                continue
            function = tree.args[i]
            assert isinstance(function, syntax.Function)
            pattern = reading.overload.params[i][1]
            args.append(self.function(tree, function, pattern, bindings, env))
        result = substitute(reading.result, bindings)
        if result.has_vars:
            raise open_list(self.text, self.source, tree.span)
        return typed.Call(reading.overload, bindings, tuple(args), reading.lifted, result, tree.span)

    def function(
        self, call: syntax.Call, tree: syntax.Function, pattern: Type, bindings: dict[str, Type], env: Env
    ) -> typed.Lambda:
        types = [substitute(p, bindings) for p in pattern.args[:-1]]
        if any(t.has_vars for t in types):
            raise open_list(self.text, self.source, call.span)
        names = (SUBJECT,) if tree.arity == 1 else (RUNNING, SUBJECT)
        binders = tuple(Binder(n, t, n) for n, t in zip(names, types, strict=True))
        body = self.met(self.value(tree.body, {**env, **{b.name: b for b in binders}}))
        wanted = substitute(pattern.args[-1], bindings)
        if wanted.has_vars:
            body = self.known(body)
        target = function_result(wanted, key_of(body), bindings)
        if target is None:
            raise function_clash(self.text, self.source, call, tree, wanted, body.type)
        return typed.Lambda(binders, self.coerce(body, target), tree.span)

    def otherwise(self, tree: syntax.Call, env: Env) -> Typed:
        value, default = (self.value(a, env) for a in tree.args if not isinstance(a, syntax.Function))
        if value.type.kind != "option":
            what = f"`else` follows a value that may be absent (T?); here it gets {value.type}"
            raise type_clash(self.text, self.source, tree.span, what, "leave `else` out")
        if not can_become(key_of(default), value.type.element):
            what = f"`else` needs {value.type.element}; here it gets {default.type}"
            raise type_clash(self.text, self.source, tree.span, what)
        return typed.Else(value, self.coerce(default, value.type.element), tree.span)

    # conversions

    def met(self, value: Typed) -> Typed:
        """An option met where a value is wanted."""
        if value.type.kind != "option":
            return value
        word, span = _giver(value)
        return typed.OptionMeet(value, word or self.definition.name, span)

    def known(self, value: Typed) -> Typed:
        if holds_nothing(value.type):
            raise open_list(self.text, self.source, value.span)
        return value

    def coerce(self, value: Typed, target: Type) -> Typed:
        """`value` as `target`, to which it can become."""
        if value.type is target:
            return value
        if value.type.kind == "option":
            return self.coerce(self.met(value), target)
        if target.kind == "option":
            return typed.Present(self.coerce(value, target.element))
        if isinstance(value, typed.Literal):
            return typed.Literal(self.literal_as(value, target), target, value.span)
        if isinstance(value, typed.ListOf):
            return typed.ListOf(tuple(self.coerce(e, target.element) for e in value.elements), target, value.span)
        if holds_nothing(value.type):
            return self.fill(value, target)
        return typed.Widen(value, target)

    def fill(self, value: Typed, target: Type) -> Typed:
        """A choice or a named value whose empty lists get their type from `target`."""
        if isinstance(value, typed.Choice) and not value.per_element:
            then, otherwise = self.coerce(value.then, target), self.coerce(value.otherwise, target)
            return typed.Choice(value.condition, then, otherwise, None, target, value.span)
        if isinstance(value, typed.Let):
            return typed.Let(value.binder, value.value, self.coerce(value.body, target), value.span)
        raise open_list(self.text, self.source, value.span)

    def literal_as(self, literal: typed.Literal, target: Type) -> int | float | bool | str:
        value = literal.value
        if target is F64:
            return float(value)
        if target in RANGES and isinstance(value, int):
            low, high = RANGES[target]
            if not low <= value <= high:
                place = place_in(self.source, self.text, *literal.span)
                raise UserError(f"{value} does not fit {target} ({low}..{high})", place, "", "E-018")
        return value

    def finish(self, body: Typed, result: Type | None) -> Typed:
        """The body as the definition's result: what is written, else its own type with options met."""
        if result is None:
            return self.known(self.met(body))
        if not can_become(key_of(body), result):
            raise result_clash(self.text, self.source, self.definition, result, body.type)
        return self.coerce(body, result)


_RULES: dict[type, Callable[[_Typer, Any, Env], Typed]] = {
    syntax.Name: _Typer.name,
    syntax.Literal: _Typer.literal,
    syntax.ListOf: _Typer.list_of,
    syntax.Let: _Typer.let,
    syntax.Choice: _Typer.choice,
}
_LITERAL_TYPES = {"i64": I64, "u64": U64, "f64": F64, "bool": BOOL, "char": CHAR, "str": STR}


def key_of(value: Typed) -> Key:
    """The type of a value and, for a literal or a list of literals, what else it may become."""
    if isinstance(value, typed.Literal):
        return value.type, literal_flex(value.value, value.type)
    if isinstance(value, typed.ListOf) and value.elements:
        return value.type, list_flex({key_of(e)[1] for e in value.elements})
    return value.type, FIXED


def _giver(value: Typed) -> tuple[str, typed.Span]:
    """The word that gave an option, and where it stands."""
    while True:
        if isinstance(value, typed.Call):
            return value.overload.name, value.span
        if isinstance(value, typed.Name):
            return value.binder.name, value.span
        if isinstance(value, typed.Let):
            value = value.body
        elif isinstance(value, typed.Choice):
            value = (
                value.then if value.then.type.kind == "option" and not isinstance(value.then, typed.Present) else value.otherwise
            )
        else:
            return "", value.span
