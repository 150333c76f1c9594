"""From typed phrases to IR functions.

Imports `siglum.ir`, the typed tree, the Python front end and the modules beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from siglum.errors import UserError, line_and_column
from siglum.frontend.elaborate.collect import collect
from siglum.frontend.elaborate.instances import Session, Site, call_definition
from siglum.frontend.elaborate.python import session
from siglum.frontend.elaborate.stage import EITHER, Refusal, Stage
from siglum.frontend.elaborate.streams import ArrayStream, Indexed, ListStream, MapStream, RangeStream, placed
from siglum.frontend.elaborate.values import ArrayVal, Closure, OptionVal, Stream, TupleVal, Value
from siglum.frontend.phrase import typed
from siglum.frontend.phrase.typed import Binder, Span, Typed
from siglum.frontend.python.definition import definition_of_word
from siglum.ir.function import Function, Origin
from siglum.ir.node import Node
from siglum.ir.types import CHAR, Type, widened

Env = dict[Binder, Value]
SMALL: Final = 24
"""Tree nodes up to which a definition that another uses dissolves in it."""


def elaborate_phrase(program: typed.Program, *, overflow: str = "stop", fused: bool = True) -> Function:
    """The IR function of a text's last definition. `overflow` is "stop" or "wrap". Without `fused` every word's array is made
    in memory before the next word runs, as the reference does it. Raises `UserError`.
    """
    return _Texts(session(), overflow, fused).function(program.main)


class _Texts:
    """The definitions of one text: each that is not dissolved is elaborated once."""

    def __init__(self, shared: Session, overflow: str, fused: bool) -> None:
        self.session, self.overflow, self.fused = shared, overflow, fused
        self.done: dict[typed.Definition, Function] = {}
        self.active: list[typed.Definition] = []

    def function(self, d: typed.Definition) -> Function:
        found = self.done.get(d)
        if found is None:
            if d in self.active:
                cycle = " -> ".join(x.name for x in [*self.active[self.active.index(d) :], d])
                raise UserError(f"definitions call each other: {cycle}", d.place(d.span), "let one call itself instead", "E-016")
            self.active.append(d)
            found = self.done[d] = _Phrase(self, d).function()
            self.active.pop()
        return found


class _Phrase:
    """One function made from one definition; definitions dissolved in it are read by the same object."""

    def __init__(self, texts: _Texts, d: typed.Definition) -> None:
        self.texts, self.main, self.d = texts, d, d
        self.st = Stage(collect, texts.overflow)
        self.st.session = texts.session
        self.dissolving: list[typed.Definition] = []
        self.origins: dict[tuple[typed.Definition, Span, str], int] = {}

    def function(self) -> Function:
        st, d = self.st, self.main
        params = tuple((p.name, p.type) for p in d.params)
        st.here = self.origin(d.name or "phrase", d.span)
        env: Env = {p: st.unpack(st.param(k, p.type)) for k, p in enumerate(d.params)}
        try:
            result = st.pack(self.value(d.body, env), d.result, st.here)
        except Refusal as refusal:
            raise self.fault(refusal, d.span) from None
        return st.finish(d.name or "phrase", params, result)

    def origin(self, word: str, span: Span) -> int:
        key = (self.d, span, word)
        found = self.origins.get(key)
        if found is None:
            d, (start, end) = self.d, span
            line, column = line_and_column(d.text, start) if "\n" in d.text else (1, start + 1)
            made = tuple.__new__(Origin, (word, d.source, line, column, (end - start) or 1))
            found = self.origins[key] = self.st.origin(made)
        return found

    def fault(self, refusal: Refusal, span: Span) -> UserError:
        return UserError(refusal.message, self.d.place(span), refusal.fix, refusal.code)

    # Values -------------------------------------------------------------------------------------------------
    def value(self, node: Typed, env: Env) -> Value:
        made: Value = _CASES[type(node)](self, node, env)
        if not self.texts.fused and isinstance(made, Stream) and not isinstance(made, RangeStream):
            return self.st.settle(made)  # ranges stay as they are: some have no end
        return made

    def settled(self, node: Typed, env: Env) -> Value:
        return self.st.settle(self.value(node, env))

    def scalar(self, node: Typed, env: Env) -> Node:
        value = self.value(node, env)
        assert isinstance(value, Node), node.type
        return value

    def literal(self, node: typed.Literal, env: Env) -> Value:
        st, value, t = self.st, node.value, node.type
        if isinstance(value, str):
            if t is CHAR:
                return st.const(ord(value), CHAR)
            return st.array(st.data(CHAR, tuple(map(ord, value))), CHAR, None, EITHER)
        return st.const(value, widened(t))

    def name(self, node: typed.Name, env: Env) -> Value:
        return env[node.binder]

    def list_of(self, node: typed.ListOf, env: Env) -> Value:
        st, t = self.st, node.type.element
        items = [st.coerce(self.settled(e, env), t, st.here) for e in node.elements]
        return ListStream(tuple(items), t)

    def option_meet(self, node: typed.OptionMeet, env: Env) -> Value:
        value = self.value(node.value, env)
        if not isinstance(value, OptionVal):
            return value
        if value.present is not self.st.true:
            self.st.emit("require", value.present, attr="empty", origin=self.origin(node.word, node.span))
        return value.held if value.held is not None else self.st.zero_value(node.type)

    def present(self, node: typed.Present, env: Env) -> Value:
        return OptionVal(self.st.true, self.settled(node.value, env))

    def widen(self, node: typed.Widen, env: Env) -> Value:
        value = self.value(node.value, env)
        if isinstance(value, ArrayVal) and node.type.element is not value.element:
            made = MapStream(ArrayStream(value, self.st.here), lambda x: x, node.type.element)
            made._stops = False
            return made
        return value

    def otherwise(self, node: typed.Else, env: Env) -> Value:
        st, value = self.st, self.value(node.value, env)
        if not isinstance(value, OptionVal):
            return value
        held = value.held
        if held is None:
            return self.value(node.default, env)
        t = node.type
        return st.either(
            value.present, lambda: st.coerce(st.settle(held), t, st.here),
            lambda: st.coerce(self.settled(node.default, env), t, st.here),
        )  # fmt: skip

    def let(self, node: typed.Let, env: Env) -> Value:
        value = self.value(node.value, env)
        if (isinstance(value, Stream) and not _once(node.binder, node.body)) or not isinstance(value, Stream):
            value = self.st.settle(value)
        return self.value(node.body, {**env, node.binder: value})

    # Choices ------------------------------------------------------------------------------------------------
    def choice(self, node: typed.Choice, env: Env) -> Value:
        st = self.st
        if node.per_element:
            return self.chosen(node, env, False)
        t = node.type

        def arm(branch: Typed) -> Callable[[], Value]:
            return lambda: st.coerce(self.settled(branch, env), t, st.here)

        return st.either(self.scalar(node.condition, env), arm(node.then), arm(node.otherwise))

    def chosen(self, node: typed.Choice, env: Env, in_arm: bool) -> Stream:
        """A choice by element: an arm runs for the elements that choose it."""
        origin = self.origin("?", node.span)
        mask = self.elements(node.condition, env, in_arm)
        arms: list[Callable[[Node], Value]] = []
        for arm, gives in zip((node.then, node.otherwise), node.elements, strict=True):
            if gives:
                stream = self.elements(arm, env, True)
                self.same_length(mask, stream, origin)
                arms.append(lambda i, stream=stream: stream.at(self.st, i))  # type: ignore[misc]
            else:
                arms.append(lambda i, arm=arm: self.settled(arm, env))  # type: ignore[misc]
        return _Chosen(mask, arms, node.type.element)

    def elements(self, node: Typed, env: Env, in_arm: bool) -> Stream:
        """An array by element; in an arm what need not run for all waits until an element is asked for."""
        st = self.st
        if isinstance(node, (typed.Call, typed.SelfCall)) and any(node.lifted):
            return placed(st, self.lifted(node, env, in_arm), st.here)
        if isinstance(node, typed.Choice) and node.per_element:
            return self.chosen(node, env, in_arm)
        if isinstance(node, typed.Let) and in_arm:
            is_array = node.value.type.kind == "array"
            value = self.elements(node.value, env, True) if is_array else self.settled(node.value, env)
            return self.elements(node.body, {**env, node.binder: value}, True)
        if isinstance(node, typed.Widen) and node.value.type.kind == "array":
            return self.elements(node.value, env, in_arm)
        if isinstance(node, typed.Name) and isinstance(env[node.binder], Stream):
            return placed(st, env[node.binder], st.here)
        return ArrayStream(_array(self.settled(node, env)), st.here)

    def same_length(self, x: Stream, y: Stream, origin: int) -> None:
        m, n = x.length(self.st), y.length(self.st)
        assert m is not None and n is not None
        self.st.require_equal(m, n, origin)

    # Calls --------------------------------------------------------------------------------------------------
    def call(self, node: typed.Call, env: Env) -> Value:
        if any(node.lifted):
            return self.lifted(node, env, False)
        st, word = self.st, node.overload
        if word.name in ("and", "or") and not isinstance(word, typed.DefinedWord):
            first, second = node.args
            assert not isinstance(first, typed.Lambda) and not isinstance(second, typed.Lambda)
            x = self.scalar(first, env)
            join = st.both if word.name == "and" else st.any_of
            return join(x, lambda: self.scalar(second, env))
        return self.apply(node, [self.closure(a, env) if isinstance(a, typed.Lambda) else self.value(a, env) for a in node.args])

    def self_call(self, node: typed.SelfCall, env: Env) -> Value:
        return self.lifted(node, env, False) if any(node.lifted) else self.apply(node, [self.value(a, env) for a in node.args])

    def apply(self, node: typed.Call | typed.SelfCall, args: Sequence[Value]) -> Value:
        """The word on values, once. Refusals are placed at the word."""
        st = self.st
        try:
            if isinstance(node, typed.SelfCall):
                return self.recur(node, self.d, args)
            word = node.overload
            if isinstance(word, typed.DefinedWord):
                # through a definition dissolved here a function may come back to itself
                own = word.definition is self.main
                return self.recur(node, word.definition, args) if own else self.defined(node, word.definition, args)
            origin = self.origin(word.name, node.span)
            site = Site(st, st.session, origin, origin)
            return call_definition(site, definition_of_word(word.function), args, node.bindings)  # type: ignore[attr-defined]
        except Refusal as refusal:
            raise self.fault(refusal, node.span) from None

    def recur(self, node: typed.Call | typed.SelfCall, d: typed.Definition, args: Sequence[Value]) -> Value:
        origin = self.origin(d.name, node.span)
        nodes = tuple(self.st.pack(self.st.settle(a), p.type, origin) for a, p in zip(args, d.params, strict=True))
        return self.st.unpack(self.st.recur(nodes, d.result, origin), EITHER)

    def defined(self, node: typed.Call, d: typed.Definition, args: Sequence[Value]) -> Value:
        st = self.st
        if not d.calls_itself and _size(d.body) <= SMALL and d not in self.dissolving and d not in self.texts.active:
            self.dissolving.append(d)
            env: Env = {}
            for p, a in zip(d.params, args, strict=True):
                env[p] = a if isinstance(a, Stream) and _once(p, d.body) else st.settle(a)
            outer, self.d = self.d, d
            value = self.value(d.body, env)
            self.d = outer
            self.dissolving.pop()
            return value
        origin = self.origin(d.name, node.span)
        nodes = tuple(st.pack(st.settle(a), p.type, origin) for a, p in zip(args, d.params, strict=True))
        return st.unpack(st.call(self.texts.function(d), nodes, origin), EITHER)

    def closure(self, node: typed.Lambda, env: Env) -> Closure:
        d = self.d

        def call(st: Stage, values: Sequence[Value]) -> Value:
            inner = dict(env)
            for p, v in zip(node.params, values, strict=True):
                inner[p] = st.coerce(st.settle(v), p.type, st.here)
            outer, self.d = self.d, d
            value = self.value(node.body, inner)
            self.d = outer
            return value

        return Closure(self.st, call, len(node.params), node.body.type)

    def lifted(self, node: typed.Call | typed.SelfCall, env: Env, in_arm: bool) -> Stream:
        """A word run once per element of its lifted arguments; the others are given to all."""
        word = node.overload.name if isinstance(node, typed.Call) else self.d.name
        origin = self.origin(word, node.span)
        streams: list[Stream] = []
        rest: list[Any] = []
        many = sum(node.lifted) > 1
        for arg, up in zip(node.args, node.lifted, strict=True):
            assert not isinstance(arg, typed.Lambda)
            if up:
                if many or in_arm:
                    streams.append(self.elements(arg, env, in_arm))
                else:
                    value = self.value(arg, env)
                    streams.append(value if isinstance(value, Stream) else ArrayStream(_array(value), origin))
                rest.append(None)
            elif in_arm:
                rest.append(lambda arg=arg: self.settled(arg, env))
            else:
                rest.append(self.settled(arg, env))
        for other in streams[1:]:
            self.same_length(streams[0], other, origin)
        d, st = self.d, self.st
        home = st.inlining

        def once(args: Sequence[Value]) -> Value:
            outer, self.d = self.d, d
            around, st.inlining = st.inlining, home
            value = self.apply(node, args)
            self.d, st.inlining = outer, around
            return value if isinstance(value, Node) else self.met(value, node, origin)

        def several(x: Value) -> Value:
            given = iter(x.items if isinstance(x, TupleVal) else (x,))
            return once([next(given) if r is None else r() if in_arm else r for r in rest])

        element = widened(node.type.element)
        if len(streams) > 1 or in_arm:
            return MapStream(_Side(streams) if len(streams) > 1 else streams[0], several, element)
        before, after = rest[: rest.index(None)], rest[rest.index(None) + 1 :]
        return MapStream(streams[0], lambda x: once([*before, x, *after]), element)

    def met(self, value: Value, node: typed.Call | typed.SelfCall, origin: int) -> Value:
        """An element that may be absent stops where it is."""
        if isinstance(value, OptionVal):
            if value.present is not self.st.true:
                self.st.emit("require", value.present, attr="empty", origin=origin)
            return value.held if value.held is not None else self.st.zero_value(node.type.element)
        return value


class _Side(Indexed):
    """Streams of equal length side by side."""

    __slots__ = ("parts",)

    def __init__(self, parts: Sequence[Stream]) -> None:
        super().__init__()
        self.parts = parts

    def length(self, st: Stage) -> Node:
        count = self.parts[0].length(st)
        assert count is not None
        return count

    def at(self, st: Stage, index: Node) -> Value:
        return TupleVal(tuple(p.at(st, index) for p in self.parts))


class _Chosen(Indexed):
    """`mask ? then : otherwise` by element."""

    __slots__ = ("arms", "mask")

    def __init__(self, mask: Stream, arms: Sequence[Callable[[Node], Value]], element: Type) -> None:
        super().__init__(widened(element))
        self.mask, self.arms = mask, arms

    def length(self, st: Stage) -> Node:
        count = self.mask.length(st)
        assert count is not None
        return count

    def at(self, st: Stage, index: Node) -> Value:
        then, otherwise = self.arms
        condition = self.mask.at(st, index)
        assert isinstance(condition, Node)
        t = self.element(st)
        return st.either(
            condition, lambda: st.coerce(st.settle(then(index)), t, st.here),
            lambda: st.coerce(st.settle(otherwise(index)), t, st.here),
        )  # fmt: skip


def _array(value: Value) -> ArrayVal:
    assert isinstance(value, ArrayVal)
    return value


def _size(node: Any) -> int:
    return 1 + sum(map(_size, _parts(node)))


def _parts(node: Any) -> list[Any]:
    """The trees below a node."""
    if isinstance(node, (typed.Call, typed.SelfCall)):
        return list(node.args)
    if isinstance(node, typed.ListOf):
        return list(node.elements)
    if isinstance(node, typed.Choice):
        return [node.condition, node.then, node.otherwise]
    if isinstance(node, typed.Let):
        return [node.value, node.body]
    if isinstance(node, typed.Else):
        return [node.value, node.default]
    if isinstance(node, typed.Lambda):
        return [node.body]
    if isinstance(node, (typed.OptionMeet, typed.Present, typed.Widen)):
        return [node.value]
    return []


def _once(binder: Binder, body: Any) -> bool:
    """Whether `binder` is read exactly once, and neither in a function nor under a condition."""
    count = 0

    def visit(node: Any, safe: bool) -> bool:
        nonlocal count
        if isinstance(node, typed.Name) and node.binder is binder:
            count += 1
            return safe
        if isinstance(node, typed.Lambda):
            return visit(node.body, False)
        if isinstance(node, typed.Choice):
            if node.per_element:
                return all(visit(p, False) for p in _parts(node))
            return all([visit(node.condition, safe), visit(node.then, False), visit(node.otherwise, False)])
        if isinstance(node, typed.Else):
            return all([visit(node.value, safe), visit(node.default, False)])
        if isinstance(node, typed.Call) and node.overload.name in ("and", "or"):
            return all(visit(a, safe and k == 0) for k, a in enumerate(node.args))
        return all(visit(p, safe) for p in _parts(node))

    return visit(body, True) and count == 1


_CASES: Final[dict[type[Any], Callable[[_Phrase, Any, Env], Value]]] = {
    typed.Literal: _Phrase.literal,
    typed.Name: _Phrase.name,
    typed.Call: _Phrase.call,
    typed.SelfCall: _Phrase.self_call,
    typed.Let: _Phrase.let,
    typed.Choice: _Phrase.choice,
    typed.ListOf: _Phrase.list_of,
    typed.OptionMeet: _Phrase.option_meet,
    typed.Present: _Phrase.present,
    typed.Widen: _Phrase.widen,
    typed.Else: _Phrase.otherwise,
}

__all__ = ["elaborate_phrase"]
