"""The meaning of a typed phrase: its words' Python definitions, run one after the other.

Imports `siglum.errors`, `siglum.ir` and its siblings. Exact and slow on purpose; compiled code is compared with it.

Values: i8..u64 int, f32 and f64 float, bool, char a one-letter str, `str` a str, `[T]` a list, `(A, B)` a tuple,
`T?` the value or None, `{K:V}` a dict in first-seen order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from siglum.errors import Stop
from siglum.frontend.phrase import typed
from siglum.frontend.phrase.typed import Binder, Span, Typed
from siglum.ir.depth import room_for_height
from siglum.ir.types import RANGES, STR, Type, substitute

Env = dict[Binder, Any]
Convert = Callable[[Any], Any]

DEFAULT_FUEL = 10_000_000
"""Words applied before a run stops with `fuel`."""

MAX_CALLS = 500
"""Definitions active at once before a run stops with `stack`."""


def evaluate(definition: typed.Definition, args: Sequence[Any], overflow: str = "stop", fuel: int = DEFAULT_FUEL) -> Any:
    """What `definition` gives for `args` (values as above). `overflow="wrap"` reduces integers to their type's width.

    Raises `Stop`, which names the word and its place.
    """
    if len(args) != len(definition.params):
        raise TypeError(f"{len(definition.params)} arguments are wanted, not {len(args)}")
    runner = _Runner(overflow == "wrap", fuel)
    with room_for_height(MAX_CALLS * 4):
        return runner.run(definition, [runner.inward(p.type)(a) for p, a in zip(definition.params, args, strict=True)])


class _Delayed:
    """An array in an arm of a choice by element: elements are made when asked for."""

    __slots__ = ("get", "length")

    def __init__(self, length: int, get: Callable[[int], Any]) -> None:
        self.length, self.get = length, get


class _Runner:
    def __init__(self, wrap: bool, fuel: int) -> None:
        self.wrap, self.fuel = wrap, fuel
        self.calls = 0
        self._inward: dict[Type, Convert] = {}
        self._outward: dict[Type, Convert | None] = {}

    def run(self, definition: typed.Definition, args: Sequence[Any]) -> Any:
        self.calls += 1
        frame = _Frame(self, definition)
        result = frame.value(definition.body, dict(zip(definition.params, args, strict=True)))
        self.calls -= 1
        return result

    def burn(self) -> bool:
        self.fuel -= 1
        return self.fuel >= 0

    def inward(self, type_: Type) -> Convert:
        """From what a Python definition gives to the value of `type_`; raises OverflowError where it does not fit."""
        found = self._inward.get(type_)
        if found is None:
            found = self._inward[type_] = self.make_inward(type_)
        return found

    def make_inward(self, type_: Type) -> Convert:
        kind = type_.kind
        if type_ in RANGES:
            low, high = RANGES[type_]
            return _wrapped(low, high) if self.wrap else _checked(low, high)
        if type_ is STR:
            return lambda v: v if isinstance(v, str) else "".join(v)
        if kind == "f64":
            return float
        if kind == "array":
            element = self.inward(type_.element)
            return lambda v: v if _endless(v) else [element(x) for x in v]
        if kind == "option":
            held = self.inward(type_.element)
            return lambda v: None if v is None else held(v)
        if kind == "pair":
            left, right = (self.inward(t) for t in type_.args)
            return lambda v: (left(v[0]), right(v[1]))
        if kind == "map":
            key, value = (self.inward(t) for t in type_.args)
            return lambda v: {key(k): value(x) for k, x in v.items()}
        return lambda v: v

    def outward(self, pattern: Type) -> Convert | None:
        """To what a Python definition takes at a parameter of `pattern`: where that says `[T]`, text is a list."""
        if pattern not in self._outward:
            self._outward[pattern] = self.make_outward(pattern)
        return self._outward[pattern]

    def make_outward(self, pattern: Type) -> Convert | None:
        kind = pattern.kind
        if pattern is STR or not pattern.has_vars:
            return None
        if kind == "array":
            element = self.outward(pattern.element)
            return (lambda v: [element(x) for x in v]) if element else (lambda v: v if _endless(v) else list(v))
        if kind == "option":
            held = self.outward(pattern.element)
            return (lambda v: None if v is None else held(v)) if held else None
        if kind == "pair":
            parts = [self.outward(t) or _same for t in pattern.args]
            return lambda v: (parts[0](v[0]), parts[1](v[1]))
        if kind == "map":
            value = self.outward(pattern.args[1])
            return (lambda v: {k: value(x) for k, x in v.items()}) if value else None
        return None


def _same(value: Any) -> Any:
    return value


def _endless(value: Any) -> bool:
    """Whether an array is a range that no memory holds, as `naturals` is: it stays as it is."""
    return isinstance(value, range) and len(value) >= 2**62


def _checked(low: int, high: int) -> Convert:
    def check(value: Any) -> Any:
        if not low <= value <= high:
            raise OverflowError
        return value

    return check


def _wrapped(low: int, high: int) -> Convert:
    size = high - low + 1
    return lambda value: (value - low) % size + low


class _Frame:
    """One activation of a definition."""

    def __init__(self, runner: _Runner, definition: typed.Definition) -> None:
        self.runner, self.definition = runner, definition

    def stop(self, kind: str, word: str, span: Span) -> Stop:
        return Stop(kind, word, self.definition.place(span))

    def value(self, node: Typed, env: Env) -> Any:
        if isinstance(node, typed.Call):
            return self.call(node, env)
        if isinstance(node, typed.Name):
            held = env[node.binder]
            return _as_array(held, node.type) if isinstance(held, _Delayed) else held
        if isinstance(node, typed.Literal):
            return node.value
        if isinstance(node, typed.ListOf):
            elements = [self.value(e, env) for e in node.elements]
            return "".join(elements) if node.type is STR else elements
        if isinstance(node, typed.OptionMeet):
            held = self.value(node.value, env)
            if held is None:
                raise self.stop("empty", node.word, node.span)
            return held
        if isinstance(node, typed.Choice):
            if node.per_element:
                return _as_array(self.elements(node, env, False), node.type)
            return self.value(node.then if self.value(node.condition, env) else node.otherwise, env)
        if isinstance(node, typed.Else):
            held = self.value(node.value, env)
            return self.value(node.default, env) if held is None else held
        if isinstance(node, typed.Let):
            return self.value(node.body, {**env, node.binder: self.value(node.value, env)})
        if isinstance(node, typed.Widen):
            return self.runner.inward(node.type)(self.value(node.value, env))
        if isinstance(node, typed.Present):
            return self.value(node.value, env)
        return self.call(node, env)

    # words

    def call(self, node: typed.Call | typed.SelfCall, env: Env) -> Any:
        if any(node.lifted):
            return _as_array(self.elements(node, env, False), node.type)
        if isinstance(node, typed.Call) and node.overload.name in ("and", "or"):
            if not isinstance(node.overload, typed.DefinedWord):
                first, second = node.args
                assert not isinstance(first, typed.Lambda) and not isinstance(second, typed.Lambda)
                if self.value(first, env) == (node.overload.name == "or"):
                    return node.overload.name == "or"
                return self.value(second, env)
        args = [
            self.closure(node, i, a, env) if isinstance(a, typed.Lambda) else self.value(a, env) for i, a in enumerate(node.args)
        ]
        return self.apply(node, args)

    def apply(self, node: typed.Call | typed.SelfCall, args: Sequence[Any]) -> Any:
        """The word on values of its parameters' types, once."""
        runner = self.runner
        name = self.definition.name if isinstance(node, typed.SelfCall) else node.overload.name
        if not runner.burn():
            raise self.stop("fuel", name, node.span)
        called = self.definition if isinstance(node, typed.SelfCall) else _defined(node)
        if called is not None:
            if runner.calls >= MAX_CALLS:
                raise self.stop("stack", name, node.span)
            return runner.run(called, args)
        assert isinstance(node, typed.Call) and not isinstance(node.overload, typed.DefinedWord)
        overload = node.overload
        ready = []
        for value, (_, pattern) in zip(args, overload.params, strict=True):
            convert = runner.outward(pattern) if pattern.kind != "fn" else None
            ready.append(value if convert is None else convert(value))
        try:
            result = overload.reference(*ready)
            return runner.inward(substitute(overload.result, dict(node.bindings)))(result)
        except Stop as stop:
            if stop.place is None:
                raise self.stop(stop.kind, name, node.span) from None
            raise
        except ZeroDivisionError:
            raise self.stop("division by zero", name, node.span) from None
        except OverflowError:
            raise self.stop("overflow", name, node.span) from None
        except (IndexError, KeyError):
            raise self.stop("index", name, node.span) from None
        except RecursionError:
            raise self.stop("stack", name, node.span) from None
        except MemoryError:
            raise self.stop("memory", name, node.span) from None

    def closure(self, node: typed.Call | typed.SelfCall, at: int, function: typed.Lambda, env: Env) -> Callable[..., Any]:
        assert isinstance(node, typed.Call)
        runner = self.runner
        inward = [runner.inward(p.type) for p in function.params]
        outward = runner.outward(node.overload.params[at][1].args[-1]) or _same

        def run(*values: Any) -> Any:
            bound = {p: convert(v) for p, convert, v in zip(function.params, inward, values, strict=True)}
            if not runner.burn():
                raise self.stop("fuel", node.overload.name, node.span)
            return outward(self.value(function.body, {**env, **bound}))

        return run

    # arrays by element

    def elements(self, node: Typed, env: Env, in_arm: bool) -> _Delayed:
        """The elements of an array, each made when asked for where the node lifts or chooses by element.

        In an arm of a choice by element also the values given to all elements wait until one is asked for.
        """
        if isinstance(node, (typed.Call, typed.SelfCall)) and any(node.lifted):
            return self.lifted(node, env, in_arm)
        if isinstance(node, typed.Choice) and node.per_element:
            return self.chosen(node, env, in_arm)
        if isinstance(node, typed.Let) and in_arm:
            is_array = node.value.type.kind == "array"
            value = self.elements(node.value, env, True) if is_array else self.value(node.value, env)
            return self.elements(node.body, {**env, node.binder: value}, True)
        if isinstance(node, typed.Widen) and node.value.type.kind == "array":
            inner = self.elements(node.value, env, in_arm)
            convert = self.runner.inward(node.type.element)
            return _Delayed(inner.length, lambda i: convert(inner.get(i)))
        if isinstance(node, typed.Name) and isinstance(env[node.binder], _Delayed):
            found: _Delayed = env[node.binder]
            return found
        whole = self.value(node, env)
        return _Delayed(len(whole), lambda i: whole[i])

    def broadcast(self, node: Typed, env: Env, in_arm: bool) -> Callable[[int], Any]:
        """One value for all elements."""
        made: list[Any] = [] if in_arm else [self.value(node, env)]

        def get(_: int) -> Any:
            if not made:
                made.append(self.value(node, env))
            return made[0]

        return get

    def lifted(self, node: typed.Call | typed.SelfCall, env: Env, in_arm: bool) -> _Delayed:
        getters: list[Callable[[int], Any]] = []
        lengths: list[int] = []
        for arg, up in zip(node.args, node.lifted, strict=True):
            assert not isinstance(arg, typed.Lambda)
            if up:
                array = self.elements(arg, env, in_arm)
                getters.append(array.get)
                lengths.append(array.length)
            else:
                getters.append(self.broadcast(arg, env, in_arm))
        name = self.definition.name if isinstance(node, typed.SelfCall) else node.overload.name
        if any(n != lengths[0] for n in lengths):
            raise self.stop("length", name, node.span)

        def get(i: int) -> Any:
            result = self.apply(node, [g(i) for g in getters])
            if result is None:
                raise self.stop("empty", name, node.span)
            return result

        return _Delayed(lengths[0], get)

    def chosen(self, node: typed.Choice, env: Env, in_arm: bool) -> _Delayed:
        mask = self.elements(node.condition, env, in_arm)
        arms: list[Callable[[int], Any]] = []
        for arm, gives in zip((node.then, node.otherwise), node.elements, strict=True):
            if gives:
                array = self.elements(arm, env, True)
                if array.length != mask.length:
                    raise self.stop("length", "?", node.span)
                arms.append(array.get)
            else:
                arms.append(self.broadcast(arm, env, True))
        then, otherwise = arms
        return _Delayed(mask.length, lambda i: then(i) if mask.get(i) else otherwise(i))


def _defined(node: typed.Call) -> typed.Definition | None:
    return node.overload.definition if isinstance(node.overload, typed.DefinedWord) else None


def _as_array(array: _Delayed, type_: Type) -> Any:
    """All elements in order."""
    elements = [array.get(i) for i in range(array.length)]
    return "".join(elements) if type_ is STR else elements
