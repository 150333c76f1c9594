"""Definitions put to use: dissolved in their caller, read as streams, or called as functions of their own.

Imports `siglum.ir`, the Python front end and the modules beside it. How a definition's body is compiled is given by
the `Session`, so that this module does not depend on the compiler of statements.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

from siglum.errors import UserError
from siglum.frontend.elaborate.collect import collect, copied, exact
from siglum.frontend.elaborate.frame import Frame
from siglum.frontend.elaborate.packing import narrows
from siglum.frontend.elaborate.stage import EITHER, PARAMETER, Refusal, Stage, spelled
from siglum.frontend.elaborate.streams import ViewStream, stream_of
from siglum.frontend.elaborate.values import ArrayVal, Body, Closure, OptionVal, Stream, TupleVal, Value, type_of
from siglum.frontend.python.analysis import STATE
from siglum.frontend.python.definition import Definition
from siglum.ir.charge import charged_to
from siglum.ir.function import Function, Origin
from siglum.ir.node import CALL, IF, LOOP, PARAM, RESULT, Node
from siglum.ir.types import CHAR, NOTHING, Type, fits_class, is_scalar, substitute, widened
from siglum.ir.vocabulary import Vocabulary

LARGE: Final = 160
"""Syntax nodes from which on a definition becomes a function of its own."""


class Compiled:
    """A definition made ready: `run` gives its value in a frame; `generate` runs it with a sink."""

    def __init__(
        self,
        d: Definition,
        run: Callable[[Frame], Value],
        generate: Callable[[Frame, bool], tuple[Node, ...]] | None,
        delayed: frozenset[str],
        guarded: frozenset[str],
        placed: frozenset[str],
        source: str,
        typed_locals: bool,
    ) -> None:
        self.d, self.run, self.generate, self.delayed, self.guarded = d, run, generate, delayed, guarded
        self.placed = placed
        self.types = tuple(t for _, t in d.params)
        self.source, self.typed_locals = source, typed_locals
        self.recursive = _calls_itself(d)
        self.inline = self._dissolves()
        self.instances: dict[Any, Function] = {}

    def _dissolves(self) -> bool:
        if any(t.kind == "fn" for _, t in self.d.params):
            return True
        if self.recursive:
            return False
        if self.d.inline is not None:
            return self.d.inline
        size = 0
        for n in ast.walk(self.d.node):
            size += 1
            stores = isinstance(n, ast.Subscript) and isinstance(n.ctx, ast.Store)
            if isinstance(n, ast.While) or stores or (isinstance(n, ast.For) and any(
                isinstance(m, (ast.For, ast.While)) for s in n.body for m in ast.walk(s)
            )):  # fmt: skip
                return False
        return size < LARGE


def _calls_itself(d: Definition) -> bool:
    return any(
        isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == d.function_name for n in ast.walk(d.node)
    )


class Session:
    """What the functions of one build share: how bodies are compiled, and the vocabulary for words called by name, which
    is loaded when the first such call is met.
    """

    def __init__(self, compiled: Callable[[Definition], Compiled], load: Callable[[], Vocabulary] | None = None) -> None:
        self.compiled, self._load = compiled, load
        self._vocabulary: Vocabulary | None = None
        self._charged: dict[tuple[Function, Origin], Function] = {}
        self.building: list[tuple[Definition, tuple[Type, ...]]] = []

    def charged(self, function: Function, origin: Origin) -> Function:
        """`function` with all that stops in it charged to `origin`."""
        key = (function, origin)
        found = self._charged.get(key)
        if found is None:
            found = self._charged[key] = charged_to(function, origin)
        return found

    @property
    def vocabulary(self) -> Vocabulary | None:
        """The words that Python code may call by name, if there are any."""
        if self._vocabulary is None and self._load is not None:
            self._vocabulary = self._load()
        return self._vocabulary


class Site:
    """Where a call stands: the stage, the origin of the call itself, and the origin charged with what an inlined word
    does (-1 where the definition's own places count).
    """

    __slots__ = ("fixed", "origin", "session", "st")

    def __init__(self, st: Stage, session: Session, origin: int, fixed: int) -> None:
        self.st, self.session, self.origin, self.fixed = st, session, origin, fixed


def bind(pattern: Type, t: Type, bindings: dict[str, Type]) -> bool:
    """Extends `bindings` so that `pattern` becomes `t`, where what is not known yet (`NOTHING`) fits anything."""
    if t is NOTHING or pattern is t:
        return True
    if pattern.kind == "var":
        bound = bindings.get(pattern.text)
        if bound is None or bound is NOTHING:
            if not fits_class(pattern.text, t):
                return False
            bindings[pattern.text] = t
            return True
        if narrows(t, bound):
            return True
        return bound.kind == t.kind and bool(t.args) and all(map(_loosely, bound.args, t.args))
    if not pattern.args or pattern.kind != t.kind or len(pattern.args) != len(t.args):
        return False
    return all(bind(p, a, bindings) for p, a in zip(pattern.args, t.args, strict=True))


def _loosely(x: Type, y: Type) -> bool:
    return x is y or NOTHING in (x, y)


def fits(st: Stage, pattern: Type, value: Value, bindings: dict[str, Type]) -> bool:
    """Whether `value` may stand for a parameter of type `pattern`: as it is, or as a literal that promotes."""
    if pattern.kind == "fn":
        return isinstance(value, Closure) and value.arity == len(pattern.args) - 1
    if isinstance(value, Closure):
        return False
    t = type_of(value, st)
    if pattern.has_vars:
        if isinstance(value, Node) and pattern.kind == "var" and pattern.text in bindings:
            bound = bindings[pattern.text]
            return st.promote(value, bound).type is bound or narrows(value.type, bound)
        return bind(pattern, t, bindings)
    if pattern is t or t is NOTHING:
        return True
    if isinstance(value, Node):
        return st.promote(value, pattern).type is pattern or (is_scalar(pattern) and widened(pattern) is t) or (
            pattern.kind == "option" and pattern.element is t
        )  # fmt: skip
    if isinstance(value, OptionVal) and pattern.kind == "option":
        return value.held is None or pattern.element is t.element
    if pattern is CHAR and isinstance(value, ArrayVal):
        return value.element is CHAR and value.node.op.name == "data" and len(value.node.attr[1]) == 1
    if isinstance(value, TupleVal):
        return bind(pattern, t, {})
    return pattern.kind == t.kind == "array" and widened(pattern.element) is widened(t.element)


def signature(
    site: Site, d: Definition, args: Sequence[Value], given: Mapping[str, Type] | None
) -> tuple[dict[str, Type], list[Type]]:
    """The type variables and the parameter types of one call. Raises `Refusal` where an argument does not fit."""
    st = site.st
    if len(args) != len(d.params):
        raise Refusal(f"`{d.name}` takes {len(d.params)} arguments, not {len(args)}", "", "E-063")
    bindings = {} if given is None else dict(given)
    if given is not None:
        return bindings, [substitute(p, bindings) for _, p in d.params]
    # constants last: they promote to what the other arguments say
    order = sorted(range(len(args)), key=lambda k: isinstance(args[k], Node) and args[k].op.name == "const")  # type: ignore[union-attr]
    for k in order:
        name, pattern = d.params[k]
        if not fits(st, pattern, args[k], bindings):
            got = "a function" if isinstance(args[k], Closure) else spelled(type_of(args[k], st))
            wanted = spelled(substitute(pattern, bindings))
            raise Refusal(f"`{d.name}` needs {wanted} for `{name}`; here it gets {got}", "", "E-063")
    return bindings, [substitute(p, bindings) for _, p in d.params]


def call_definition(site: Site, d: Definition, args: Sequence[Value], given: Mapping[str, Type] | None = None) -> Value:
    """The value of `d` applied to `args`. Raises `Refusal` where they do not fit."""
    compiled: Compiled = d.compiled or site.session.compiled(d)
    bindings: dict[str, Type]
    types: Sequence[Type]
    if given is not None and not given:
        bindings, types = {}, compiled.types
    else:
        bindings, types = signature(site, d, args, given)
    st, here = site.st, site.st.here
    if site.fixed >= 0:
        # what has to be done to the arguments is done for this word
        st.here = site.origin
    put_to_use = _dissolved if compiled.inline else _called
    value = put_to_use(site, compiled, args, bindings, types)
    st.here = here
    return value


# Dissolved --------------------------------------------------------------------------------------------------
def _dissolved(site: Site, compiled: Compiled, args: Sequence[Value], bindings: dict[str, Type], types: Sequence[Type]) -> Value:
    st, d = site.st, compiled.d
    if d in st.inlining:
        raise Refusal(f"`{d.name}` calls itself through another function", "let it call itself by name", "E-068")
    env: dict[str, Any] = {}
    lists: list[ArrayVal] = []
    for (name, _), t, value in zip(d.params, types, args):  # noqa: B905 - as many as `signature` counted
        if isinstance(value, Node) and value.type is t:
            env[name] = value
            continue
        env[name] = _argument(st, compiled, name, t, value, site.origin)
        if isinstance(value, ArrayVal) and not value.frozen:
            lists.append(value)
    if compiled.typed_locals:
        _learn_results(st, d, env, bindings)
    result = substitute(d.result, bindings) if bindings else d.result
    frame = Frame(st, d, env, site.fixed, bindings, result)
    if compiled.generate is not None:
        return GeneratorStream(compiled, frame)
    # a function cannot store into its parameters, though it is dissolved in a caller whose lists they are
    for a in lists:
        a.frozen = PARAMETER
    try:
        value = run_in(st, compiled, frame, compiled.run)
    finally:
        for a in lists:
            if a.frozen == PARAMETER:
                a.frozen = ""
    if isinstance(value, Node) and value.type is result:
        return value
    if isinstance(value, ArrayVal) and all(value is not a for a in args):
        value = exact(st, value)
    return finished(st, value, frame, site.origin)


Made = TypeVar("Made")


def run_in(st: Stage, compiled: Compiled, frame: Frame, run: Callable[[Frame], Made]) -> Made:
    """Runs a body, wrapping where its word wraps."""
    overflow, here, inlining = st.overflow, st.here, st.inlining
    if compiled.d.wraps:
        st.overflow = "wrap"
    if frame.fixed >= 0:
        st.here = frame.fixed
    st.inlining = (*inlining, compiled.d)
    try:
        return run(frame)
    finally:
        st.overflow, st.here, st.inlining = overflow, here, inlining


def _argument(st: Stage, compiled: Compiled, name: str, t: Type, value: Value, origin: int) -> Value:
    if isinstance(value, Node):
        return value if t.has_vars else st.coerce(value, t, origin)
    if isinstance(value, Closure):
        return value
    if isinstance(value, ArrayVal):
        value.shared = True
    if not t.has_vars:
        if isinstance(value, Stream) and t.kind == "array" and widened(t.element) is not t.element:
            return collect(st, value, t.element)
        value = st.coerce(value, t, origin)
    if isinstance(value, Stream):
        if name in compiled.delayed or (name in compiled.guarded and not value.stops(st)):
            return value
        if name in compiled.placed and value.length(st) is not None and not value.stops(st):
            return value
    return st.settle(value)


def _learn_results(st: Stage, d: Definition, env: dict[str, Any], bindings: dict[str, Type]) -> None:
    """Type variables that only a function argument's result tells: by trial."""
    for name, pattern in d.params:
        value = env[name]
        if pattern.kind != "fn" or not isinstance(value, Closure):
            continue
        target = substitute(pattern.args[-1], bindings)
        given = [substitute(p, bindings) for p in pattern.args[:-1]]
        if target.has_vars and not any(t.has_vars for t in given):
            st.begin()
            found = value.result or type_of(value.call(st, [st.zero_value(t) for t in given]), st)
            st.end()
            bind(target, found, bindings)


def finished(st: Stage, value: Value, frame: Frame, origin: int) -> Value:
    """What a dissolved definition gives, as its declared type; lists stay delayed."""
    t = frame.result
    if isinstance(value, Stream):
        if isinstance(value, ViewStream) and not value.array.frozen and all(v is not value.array for v in frame.env.values()):
            return value.view(st)
        if t.kind == "array" and not t.has_vars:
            if widened(t.element) is not t.element:
                return collect(st, value, t.element)
            if value._element is None:
                value._element = t.element
            return value
        return value
    return value if t.has_vars else st.coerce(value, t, origin)


class GeneratorStream(Stream):
    """A definition that builds its result by `append`, run in its consumer's loop: each append is one element."""

    __slots__ = ("compiled", "frame", "inlining", "overflow")

    def __init__(self, compiled: Compiled, frame: Frame) -> None:
        t = frame.result
        super().__init__(widened(t.element) if t.kind == "array" and not t.has_vars else None)
        self.compiled, self.frame = compiled, frame
        self.overflow, self.inlining = frame.st.overflow, frame.st.inlining

    def bound(self, st: Stage) -> Node | None:
        value = self.frame.env.get(self.compiled.source)
        return stream_of(st, value, st.here).bound(st) if isinstance(value, (Stream, ArrayVal)) else None

    def each(self, st: Stage, inits: tuple[Node, ...], body: Body, ends: bool) -> tuple[Node, ...]:
        frame = self.frame.child(dict(self.frame.env))
        frame.env[STATE] = TupleVal(inits)
        frame.sink = body
        generate = self.compiled.generate
        assert generate is not None
        overflow, inlining = st.overflow, st.inlining
        st.overflow, st.inlining = self.overflow, self.inlining
        result: tuple[Node, ...] = run_in(st, self.compiled, frame, lambda f: generate(f, ends))
        st.overflow, st.inlining = overflow, inlining
        return result


# Called -----------------------------------------------------------------------------------------------------
def _called(site: Site, compiled: Compiled, args: Sequence[Value], bindings: dict[str, Type], types: Sequence[Type]) -> Value:
    st, d = site.st, compiled.d
    concrete = tuple(types)
    if any(t.has_vars for t in concrete):
        raise Refusal(f"the types of `{d.name}` are not known here", "write the type of the empty list", "E-062")
    own = any(isinstance(a, ArrayVal) and not a.frozen for a in args)
    nodes = tuple(st.pack(st.settle(a), t, site.origin) for a, t in zip(args, concrete, strict=True))
    result = substitute(d.result, bindings)
    if st.itself == (d, concrete):
        made = st.recur(nodes, result, site.origin)
        value = st.unpack(made, EITHER)
        return _apart(st, value) if own else value
    function = instance(site.session, d, concrete, bindings, st.overflow)
    if site.fixed >= 0 and not (st.itself and st.itself[0].lazy):
        # users know the word they wrote and its place, not what stands inside it
        function = site.session.charged(function, st.origin_at(site.fixed))
    return _result(site, function, nodes, own)


def call_function(site: Site, function: Function, args: Sequence[Value]) -> Value:
    """A call of a function that is ready. Raises `Refusal` where the arguments do not fit."""
    if len(args) != len(function.params):
        raise Refusal(f"`{function.name}` takes {len(function.params)} arguments, not {len(args)}", "", "E-063")
    st = site.st
    own = any(isinstance(a, ArrayVal) and not a.frozen for a in args)
    nodes = tuple(st.pack(st.settle(a), t, site.origin) for a, (_, t) in zip(args, function.params, strict=True))
    return _result(site, function, nodes, own)


def _result(site: Site, function: Function, nodes: tuple[Node, ...], own: bool) -> Value:
    """The value of a call; `own` says whether an argument is a list that still changes."""
    st = site.st
    made = st.call(function, nodes, site.origin)
    fresh = _is_fresh(function.region.results[0], function)
    value = st.unpack(made, "" if fresh else EITHER)
    return _apart(st, value) if own and not fresh else value


def _apart(st: Stage, value: Value) -> Value:
    """A copy of a list that may share memory with one that still changes."""
    if isinstance(value, ArrayVal):
        return copied(st, value)
    if isinstance(value, TupleVal):
        return TupleVal(tuple(_apart(st, v) for v in value.items))
    return value


def _is_fresh(n: Node, function: Function, depth: int = 16) -> bool:
    """Whether an array result is memory that nothing else has."""
    op = n.op
    if n.type.kind != "array" or depth == 0:
        return not n.type.args
    if op.name in ("alloc", "reserve") or (op is PARAM and n.attr[0] > 0):
        return True
    if op.name in ("store", "array", "view"):
        return _is_fresh(n.args[0], function, depth - 1)
    if op is RESULT:
        of = n.args[0]
        if of.op is IF:
            return all(_is_fresh(r.results[n.attr], function, depth - 1) for r in of.regions)
        if of.op is LOOP:
            following = of.regions[0].results[1 + n.attr]
            return _is_fresh(of.args[1 + n.attr], function, depth - 1) and _is_fresh(following, function, depth - 1)
        if of.op is CALL:
            callee: Function = of.attr
            return _is_fresh(callee.region.results[0], callee, depth - 1)
    return False


def instance(session: Session, d: Definition, types: tuple[Type, ...], bindings: Mapping[str, Type], overflow: str) -> Function:
    """The function of a definition for given parameter types; elaborated once. Raises `UserError`."""
    compiled = session.compiled(d)
    # variables of function results may not show in the parameters' types
    key = (types, overflow, tuple(sorted((n, t.text) for n, t in bindings.items())))
    found = compiled.instances.get(key)
    if found is not None:
        return found
    if (d, types) in session.building:
        raise Refusal(f"`{d.name}` calls itself through another function", "let it call itself by name", "E-068")
    session.building.append((d, types))
    try:
        made = build(session, compiled, types, dict(bindings), "wrap" if d.wraps else overflow)
    finally:
        session.building.pop()
    compiled.instances[key] = made
    return made


def build(session: Session, compiled: Compiled, types: tuple[Type, ...], bindings: dict[str, Type], overflow: str) -> Function:
    """Elaborates one instance."""
    d = compiled.d
    st = Stage(collect, overflow)
    st.itself = (d, types)
    st.session = session
    params = tuple((name, t) for (name, _), t in zip(d.params, types, strict=True))
    env: dict[str, Any] = {name: st.unpack(st.param(k, t)) for k, (name, t) in enumerate(params)}
    result = substitute(d.result, bindings)
    frame = Frame(st, d, env, -1, bindings, result)
    head = (d.node.lineno, d.node.col_offset, 3)
    st.here = frame.at(head)
    try:
        value: Value = GeneratorStream(compiled, frame) if compiled.generate is not None else compiled.run(frame)
        if result.has_vars:
            raise Refusal(f"the result of `{d.name}` has no known type", "", "E-062")
        node = st.pack(value, result, st.here)
    except Refusal as refusal:
        raise UserError(refusal.message, d.place_at(head), refusal.fix, refusal.code) from None
    return st.finish(d.name, params, node)
