"""Expressions of the subset, each turned once into a closure that gives its value in a frame.

Imports `siglum.ir`, the Python front end and the modules beside it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from siglum.frontend.elaborate import arithmetic, arrays
from siglum.frontend.elaborate.calls import Argument, call_entity, call_method, call_value, function_value, map_get, member
from siglum.frontend.elaborate.constants import constant_value, list_of, truth
from siglum.frontend.elaborate.frame import Evaluate, Frame, Span, Unbound, apply_facts, facts_of
from siglum.frontend.elaborate.stage import Refusal, Stage, spelled
from siglum.frontend.elaborate.streams import (
    ConcatStream,
    FillStream,
    FilterStream,
    FlatStream,
    ListStream,
    MapStream,
    RangeStream,
    ViewStream,
    WindowStream,
    item_of,
    placed,
    stream_of,
)
from siglum.frontend.elaborate.structural import contains, equal, less
from siglum.frontend.elaborate.values import (
    ArrayVal,
    Closure,
    MapVal,
    OptionVal,
    Stream,
    TupleVal,
    Value,
    known,
    known_text,
    type_of,
)
from siglum.frontend.python.definition import Constant, Definition, Module, span_of
from siglum.ir.node import CONST, Node
from siglum.ir.types import BOOL, CHAR, F64, I64, U64

_REASONS: Final[dict[type[ast.AST], tuple[str, str]]] = {
    ast.JoinedStr: ("a formatted string", "join texts with `+`; `text` turns a number into one"),
    ast.NamedExpr: ("`:=`", "assign on a line of its own"),
    ast.DictComp: ("a dict comprehension", "build the keys and the values, then `dict(zip(keys, values))`"),
    ast.SetComp: ("a set", "use a list; the word `set` gives the distinct values, sorted"),
    ast.Set: ("a set", "use a list"),
    ast.Await: ("`await`", ""),
    ast.Yield: ("`yield`", "return a list"),
    ast.YieldFrom: ("`yield from`", "return a list"),
    ast.Starred: ("`*` here", "write the arguments out"),
    ast.Dict: ("a dict display", "build the keys and the values, then `dict(zip(keys, values))`"),
}


Made = TypeVar("Made")


class Expressions:
    """Compiles the expressions of one definition."""

    def __init__(self, d: Definition) -> None:
        self.d = d
        self.locals: frozenset[str] = frozenset(a.arg for a in d.node.args.args) | _bound(d.node)

    # Dispatch -----------------------------------------------------------------------------------------------
    def expression(self, node: ast.expr) -> Evaluate:
        """The closure for `node`. Raises `UserError` (E-055) for what is outside the subset."""
        method = getattr(self, "on_" + type(node).__name__, None)
        if method is None:
            what, fix = _REASONS.get(type(node), (f"`{type(node).__name__}`", ""))
            raise self.d.refuse(f"{what} is outside the subset", node, fix, "E-055")
        made: Evaluate = method(node)
        return made

    def guarded(self, node: ast.AST, evaluate: Evaluate) -> Evaluate:
        """`evaluate`, with refusals placed at `node`."""
        span = span_of(node)

        def run(f: Frame) -> Value:
            try:
                return evaluate(f)
            except Refusal as refusal:
                raise f.fault(refusal, span) from None

        return run

    # Names and constants ------------------------------------------------------------------------------------
    def on_Name(self, node: ast.Name) -> Evaluate:  # noqa: N802 - named after the syntax node
        name, span = node.id, span_of(node)
        if name in self.locals:

            def local(f: Frame) -> Value:
                found: Value | Unbound | None = f.env.get(name)
                if isinstance(found, Node):
                    return found
                if found is None:
                    raise f.refuse(f"`{name}` has no value yet", span, "assign it before")
                if isinstance(found, Unbound):
                    raise f.refuse(f"`{name}` may have no value here: {found.why}", span, "give it a value before")
                if isinstance(found, OptionVal) and found.present is f.st.true and found.held is not None:
                    return found.held
                return found

            return local
        d = self.d

        def outer(f: Frame) -> Value:
            value = f.env.get(name)
            if value is not None and not isinstance(value, Unbound):
                inner: Value = value
                return inner
            entity = d.lookup(name)
            if isinstance(entity, Constant):
                return constant_value(f, entity.value, span)
            return function_value(f, entity, name, span)

        return outer

    def on_Constant(self, node: ast.Constant) -> Evaluate:  # noqa: N802
        value, span = node.value, span_of(node)
        if value is None or isinstance(value, (bool, int, float, str)):
            return lambda f: constant_value(f, value, span)
        raise self.d.refuse(f"a constant of type {type(value).__name__} is outside the subset", node, "", "E-055")

    def on_Attribute(self, node: ast.Attribute) -> Evaluate:  # noqa: N802
        span, name = span_of(node), node.attr
        module = self._module(node.value)
        if module is None:
            raise self.d.refuse(f"`.{name}` is outside the subset", node, "", "E-055")
        entity = member(module, name)
        if isinstance(entity, Constant):
            value = entity.value
            return lambda f: constant_value(f, value, span)
        return lambda f: function_value(f, entity, name, span)

    def _module(self, node: ast.expr) -> Any:
        """The module that a dotted name starts with, else None."""
        if isinstance(node, ast.Name) and node.id not in self.locals:
            found = self.d.lookup(node.id)
            return found.module if isinstance(found, Module) else None
        if isinstance(node, ast.Attribute):
            outer = self._module(node.value)
            inner = member(outer, node.attr) if outer is not None else None
            return inner.module if isinstance(inner, Module) else None
        return None

    # Operators ----------------------------------------------------------------------------------------------
    def on_BinOp(self, node: ast.BinOp) -> Evaluate:  # noqa: N802
        left, right = self.expression(node.left), self.expression(node.right)
        operator, span = type(node.op), span_of(node)
        if operator is ast.MatMult:
            raise self.d.refuse("`@` is outside the subset", node, "", "E-055")

        def run(f: Frame) -> Value:
            x, y = left(f), right(f)
            try:
                if isinstance(x, Node) and isinstance(y, Node):
                    if x.type is CHAR and y.type is CHAR and operator is ast.Add:
                        return binary(f, operator, f.st.as_text(x), f.st.as_text(y), span)
                    return arithmetic.binary(f.st, operator, x, y, f.at(span))
                return binary(f, operator, x, y, span)
            except Refusal as refusal:
                raise f.fault(refusal, span) from None

        return run

    def on_UnaryOp(self, node: ast.UnaryOp) -> Evaluate:  # noqa: N802
        span = span_of(node)
        if isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant) and type(node.operand.value) is int:
            value = -node.operand.value
            return lambda f: constant_value(f, value, span)
        operand = self.expression(node.operand)
        if isinstance(node.op, ast.Not):
            return lambda f: f.st.emit("not", truth(f, operand(f), span))

        def run(f: Frame) -> Value:
            x = operand(f)
            if isinstance(x, Node) and isinstance(node.op, ast.USub):
                return arithmetic.negate(f.st, x, f.at(span))
            if isinstance(x, Node) and isinstance(node.op, ast.UAdd) and x.type in (I64, U64, F64):
                return x
            if isinstance(x, Node) and isinstance(node.op, ast.Invert) and x.type is I64:
                return f.st.emit("xor", x, f.st.const(-1))
            raise Refusal(f"this operator does not take {spelled(type_of(x, f.st))}", "", "E-065")

        return self.guarded(node, run)

    def on_BoolOp(self, node: ast.BoolOp) -> Evaluate:  # noqa: N802
        tests = [(self.expression(v), span_of(v), facts_of(v)) for v in node.values]
        conjunction = isinstance(node.op, ast.And)

        def step(f: Frame, k: int) -> Node:
            evaluate, span, (yes, no) = tests[k]
            x = truth(f, evaluate(f), span)
            if k == len(tests) - 1:
                return x
            facts = yes if conjunction else no

            def rest() -> Node:
                return step(apply_facts(f, facts), k + 1)

            return f.st.both(x, rest) if conjunction else f.st.any_of(x, rest)

        return self.guarded(node, lambda f: step(f, 0))

    def on_Compare(self, node: ast.Compare) -> Evaluate:  # noqa: N802
        operands = [self.expression(e) for e in (node.left, *node.comparators)]
        ops = [type(o) for o in node.ops]
        span = span_of(node)

        def run(f: Frame) -> Value:
            if len(ops) == 1:
                return compare(f, ops[0], operands[0](f), operands[1](f), span)
            return chain(f, operands[0](f), 0)

        def chain(f: Frame, left: Value, k: int) -> Node:
            right = operands[k + 1](f)
            if isinstance(right, Stream):
                right = f.st.settle(right)
            result = compare(f, ops[k], left, right, span)
            return result if k == len(ops) - 1 else f.st.both(result, lambda: chain(f, right, k + 1))

        return self.guarded(node, run)

    def on_IfExp(self, node: ast.IfExp) -> Evaluate:  # noqa: N802
        test, span = self.expression(node.test), span_of(node.test)
        then, otherwise = self.expression(node.body), self.expression(node.orelse)
        yes, no = facts_of(node.test)
        # what the test tells of options changes what a name means
        at_hand = all(isinstance(e, (ast.Name, ast.Constant)) for e in (node.body, node.orelse)) and not any(
            kind == "some" for kind, _, _ in (*yes, *no)
        )

        def run(f: Frame) -> Value:
            condition = truth(f, test(f), span)
            if at_hand and condition.op is not CONST:
                x, y = then(f), otherwise(f)
                if isinstance(x, Node) and isinstance(y, Node) and x.type is y.type and not x.type.args:
                    return f.st.choose(condition, x, y)
            return f.st.either(condition, lambda: then(apply_facts(f, yes)), lambda: otherwise(apply_facts(f, no)))

        return self.guarded(node, run)

    # Lists, tuples, comprehensions ------------------------------------------------------------------------------
    def on_List(self, node: ast.List) -> Evaluate:  # noqa: N802
        parts = [(isinstance(e, ast.Starred), self.expression(e.value if isinstance(e, ast.Starred) else e)) for e in node.elts]

        def run(f: Frame) -> Value:
            pieces: list[Stream] = []
            plain: list[Value] = []
            for spread, evaluate in parts:
                value = evaluate(f)
                if not spread:
                    plain.append(f.st.settle(value))
                    continue
                if plain:
                    pieces.append(list_of(f, plain))
                    plain = []
                pieces.append(placed(f.st, value, f.st.here))
            if plain or not pieces:
                pieces.append(list_of(f, plain))
            whole = pieces[0]
            for p in pieces[1:]:
                whole = ConcatStream(whole, p)
            return whole

        return self.guarded(node, run)

    def on_Tuple(self, node: ast.Tuple) -> Evaluate:  # noqa: N802
        if not node.elts:
            raise self.d.refuse("an empty tuple is outside the subset", node, "write `[]` for an empty list", "E-055")
        parts = [self.expression(e) for e in node.elts]

        def run(f: Frame) -> Value:
            items = tuple(p(f) for p in parts)
            for v in items:
                if isinstance(v, ArrayVal):
                    v.shared = True
            return TupleVal(items)

        return run

    def on_ListComp(self, node: ast.ListComp) -> Evaluate:  # noqa: N802
        evaluate = self.comprehension(node.elt, node.generators)
        if self.d.lazy:
            return evaluate

        def run(f: Frame) -> Value:
            stream = _as_stream(evaluate(f))
            stream.eager = True
            return stream

        return run

    def on_GeneratorExp(self, node: ast.GeneratorExp) -> Evaluate:  # noqa: N802
        return self.comprehension(node.elt, node.generators)

    def comprehension(self, elt: ast.expr, generators: list[ast.comprehension]) -> Evaluate:
        """A delayed list: its loops run where it is consumed."""
        first = generators[0]
        if first.is_async:
            raise self.d.refuse("`async` is outside the subset", elt, "", "E-055")
        source, span = self.expression(first.iter), span_of(first.iter)
        names = {n.id for n in ast.walk(first.target) if isinstance(n, ast.Name)}
        outside, self.locals = self.locals, self.locals | names
        bind = self.target(first.target)
        tests = [(self.expression(t), span_of(t), facts_of(t)[0]) for t in first.ifs]
        inner = self.comprehension(elt, generators[1:]) if len(generators) > 1 else None
        last = self.expression(elt)
        self.locals = outside

        def entered(f: Frame, x: Value) -> Frame:
            child = f.child(dict(f.env))
            bind(child, x)
            for _, _, facts in tests:
                if facts:
                    child = apply_facts(child, facts)
            return child

        def condition(f: Frame, x: Value) -> Node:
            child = f.child(dict(f.env))
            bind(child, x)

            def step(g: Frame, k: int) -> Node:
                evaluate, place, facts = tests[k]
                result = truth(g, evaluate(g), place)
                if k == len(tests) - 1:
                    return result
                return g.st.both(result, lambda: step(apply_facts(g, facts), k + 1))

            return step(child, 0)

        def run(f: Frame) -> Value:
            # what is captured is what the names mean now
            f = f.child(dict(f.env))
            st = f.st
            stream = stream_of(st, source(f), f.at(span))
            home = st.inlining

            def here(run: Callable[[], Made]) -> Made:
                """Wherever elements are asked for, they are computed among the definitions dissolved around this place."""
                outer, st.inlining = st.inlining, home
                made = run()
                st.inlining = outer
                return made

            if tests:
                stream = FilterStream(stream, lambda x: here(lambda: condition(f, x)))
            if inner is not None:
                return FlatStream(stream, lambda x: here(lambda: _as_stream(inner(entered(f, x)))))
            return MapStream(stream, lambda x: here(lambda: last(entered(f, x))))

        return self.guarded(first.iter, run)

    def target(self, node: ast.expr) -> Callable[[Frame, Value], None]:
        """Binds a loop's or comprehension's target."""
        if isinstance(node, ast.Name):
            name = node.id

            def bind(f: Frame, value: Value) -> None:
                f.env[name] = f.st.settle(value) if isinstance(value, (Stream, TupleVal)) else value

            return bind
        if isinstance(node, (ast.Tuple, ast.List)):
            parts = [self.target(e) for e in node.elts]
            span = span_of(node)

            def unpack(f: Frame, value: Value) -> None:
                for part, v in zip(parts, unpacked(f, value, len(parts), span), strict=True):
                    part(f, v)

            return unpack
        raise self.d.refuse("this cannot be assigned to here", node, "use a name", "E-055")

    # Access -------------------------------------------------------------------------------------------------
    def on_Subscript(self, node: ast.Subscript) -> Evaluate:  # noqa: N802
        base, span = self.expression(node.value), span_of(node)
        if isinstance(node.slice, ast.Slice):
            return self._slice(node, base)
        index = self.expression(node.slice)
        return self.guarded(node, lambda f: subscript(f, base(f), index(f), span))

    def _slice(self, node: ast.Subscript, base: Evaluate) -> Evaluate:
        part, span = node.slice, span_of(node)
        assert isinstance(part, ast.Slice)
        lower = None if part.lower is None else self.expression(part.lower)
        upper = None if part.upper is None else self.expression(part.upper)
        step = None if part.step is None else self.expression(part.step)

        def run(f: Frame) -> Value:
            value = base(f)
            if isinstance(value, Stream) and (value.length(f.st) is None or value.stops(f.st) or step is not None):
                value = f.st.settle(value)
            if not isinstance(value, (ArrayVal, Stream)):
                raise Refusal(f"{spelled(type_of(value, f.st))} has no slices", "", "E-067")
            low = None if lower is None else integer(f, lower(f))
            high = None if upper is None else integer(f, upper(f))
            if isinstance(value, Stream):
                whole = value.length(f.st)
                assert whole is not None
                return WindowStream(value, *arrays.slice_bounds(f.st, whole, low, high))
            if step is not None:
                return _stepped(f, value, low, high, integer(f, step(f)), span)
            start, count = arrays.slice_bounds(f.st, arrays.extent(f.st, value), low, high)
            return ViewStream(value, start, count, f.at(span))

        return self.guarded(node, run)

    def on_Lambda(self, node: ast.Lambda) -> Evaluate:  # noqa: N802
        names = [a.arg for a in node.args.args]
        if node.args.vararg or node.args.kwarg or node.args.kwonlyargs or node.args.defaults:
            raise self.d.refuse("a lambda takes plain parameters here", node, "", "E-052")
        outside, self.locals = self.locals, self.locals | frozenset(names)
        body = self.expression(node.body)
        self.locals = outside

        def run(f: Frame) -> Value:
            captured = dict(f.env)

            def call(st: Stage, args: Sequence[Value]) -> Value:
                return body(f.child({**captured, **dict(zip(names, args, strict=True))}))

            return Closure(f.st, call, len(names))

        return run

    def on_Call(self, node: ast.Call) -> Evaluate:  # noqa: N802
        span = span_of(node.func)
        if any(isinstance(a, ast.Starred) for a in node.args) or any(k.arg is None for k in node.keywords):
            raise self.d.refuse("`*` and `**` in a call are outside the subset", node, "write the arguments out", "E-055")
        args = [Argument(self.expression(a), span_of(a)) for a in node.args]
        keywords = {str(k.arg): Argument(self.expression(k.value), span_of(k.value)) for k in node.keywords}
        function = node.func
        if isinstance(function, ast.Attribute):
            module = self._module(function.value)
            if module is not None:
                entity = member(module, function.attr)
                name = function.attr
                return self.guarded(node, lambda f: call_entity(f, entity, name, args, keywords, span))
            if keywords:
                raise self.d.refuse(f"`.{function.attr}` takes no named arguments here", node, "", "E-055")
            base, method = self.expression(function.value), function.attr
            return self.guarded(node, lambda f: call_method(f, base(f), method, [a.evaluate(f) for a in args], span))
        if isinstance(function, ast.Name) and function.id not in self.locals:
            name = function.id
            lookup = self.d.lookup

            def run(f: Frame) -> Value:
                inner = f.env.get(name)
                if inner is not None:
                    return call_value(f, inner, args, keywords, span)
                return call_entity(f, lookup(name), name, args, keywords, span)

            return self.guarded(node, run)
        callee = self.expression(function)
        return self.guarded(node, lambda f: call_value(f, callee(f), args, keywords, span))


def _bound(node: ast.FunctionDef) -> frozenset[str]:
    """The names a function binds itself, comprehensions and functions inside apart."""
    found: set[str] = set()

    def visit(n: ast.AST) -> None:
        for child in ast.iter_child_nodes(n):
            if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
                found.add(child.id)
            elif isinstance(child, ast.FunctionDef):
                found.add(child.name)
                continue
            if not isinstance(child, (ast.Lambda, ast.ListComp, ast.GeneratorExp)):
                visit(child)

    visit(node)
    return frozenset(found)


def _as_stream(value: Value) -> Stream:
    assert isinstance(value, Stream)
    return value


def unpacked(f: Frame, value: Value, count: int, span: Span) -> tuple[Value, ...]:
    """The parts of a tuple, or of a list of known length."""
    if isinstance(value, TupleVal):
        if len(value.items) == count:
            return value.items
        raise f.refuse(f"{count} names for {len(value.items)} values", span, "", "E-061")
    if isinstance(value, ListStream) and len(value.items) == count:
        return tuple(value.items)
    settled = f.st.settle(value)
    if isinstance(settled, ArrayVal):
        origin = f.at(span)
        f.st.emit("require", f.st.emit("eq", f.st.count_of(settled), f.st.const(count)), attr="length", origin=origin)
        return tuple(arrays.item(f.st, settled, f.st.const(k), origin) for k in range(count))
    raise f.refuse("this cannot be taken apart", span, "", "E-061")


def compare(f: Frame, operator: type[ast.cmpop], x: Value, y: Value, span: Span) -> Node:
    """One comparison of two values. Raises `Refusal`."""
    st = f.st
    if isinstance(x, Node) and isinstance(y, Node) and operator in arithmetic.COMPARISONS:
        return arithmetic.compare(st, operator, x, y, f.at(span))
    if operator in (ast.Is, ast.IsNot):
        return _is(f, operator, x, y)
    origin = f.at(span)
    if operator is ast.In:
        return contains(st, y, x, origin)
    if operator is ast.NotIn:
        return st.emit("not", contains(st, y, x, origin))
    if operator is ast.Eq:
        return equal(st, x, y, origin)
    if operator is ast.NotEq:
        return st.emit("not", equal(st, x, y, origin))
    if operator is ast.Lt:
        return less(st, x, y, origin)
    if operator is ast.Gt:
        return less(st, y, x, origin)
    x, y = st.settle(x), st.settle(y)
    if operator is ast.LtE:
        return st.emit("not", less(st, y, x, origin)) if _total(st, x) else _at_most(f, x, y, origin)
    return st.emit("not", less(st, x, y, origin)) if _total(st, x) else _at_most(f, y, x, origin)


def _total(st: Any, x: Value) -> bool:
    """Whether values of this type are ordered without exception (NaN is one)."""
    return "f64" not in type_of(x, st).text and "f32" not in type_of(x, st).text


def _at_most(f: Frame, x: Value, y: Value, origin: int) -> Node:
    st = f.st
    return st.any_of(less(st, x, y, origin), lambda: equal(st, x, y, origin))


def _is(f: Frame, operator: type[ast.cmpop], x: Value, y: Value) -> Node:
    if not (isinstance(y, OptionVal) and y.held is None):
        raise Refusal("`is` compares with None only", "write `==`", "E-065")
    here = x.present if isinstance(x, OptionVal) else f.st.true
    return here if operator is ast.IsNot else f.st.emit("not", here)


def binary(f: Frame, operator: type[ast.operator], x: Value, y: Value, span: Span) -> Value:
    """An operator on values of which one at least is no scalar: joining and repeating. Raises `Refusal`."""
    st = f.st
    if isinstance(y, Node) and y.type is CHAR and operator is ast.Add:
        y = st.as_text(y)
    if isinstance(x, Node) and x.type is CHAR and operator is ast.Add:
        x = st.as_text(x)
    if operator is ast.Add and isinstance(x, (ArrayVal, Stream)) and isinstance(y, (ArrayVal, Stream)):
        a, b = known_text(x), known_text(y)
        if a is not None and b is not None:
            return constant_value(f, a + b, span)
        return ConcatStream(placed(st, x, f.at(span)), placed(st, y, f.at(span)))
    if operator is ast.Mult and isinstance(x, Node) and isinstance(y, (ArrayVal, Stream)):
        x, y = y, x
    if operator is ast.Mult and isinstance(x, (ArrayVal, Stream)) and isinstance(y, Node) and y.type is I64:
        count = y if st.never_negative(y) else st.emit("max", y, st.zero)
        if isinstance(x, ListStream) and len(x.items) == 1:
            return FillStream(st, x.items[0], count)
        settled = st.settle(x)
        assert isinstance(settled, ArrayVal)
        return FlatStream(RangeStream(st, st.zero, count, st.one), lambda _: stream_of(st, settled, f.at(span)))
    if operator is ast.Add and isinstance(x, TupleVal) and isinstance(y, TupleVal):
        return TupleVal((*x.items, *y.items))
    if isinstance(x, OptionVal) or isinstance(y, OptionVal):
        raise Refusal("this may be None", "test it first, as in `if x is None:`", "E-064")
    raise arithmetic.mismatch(arithmetic.SYMBOLS[operator], type_of(x, st), type_of(y, st))


def integer(f: Frame, value: Value) -> Node:
    """An index or bound. Raises `Refusal` for what is no int."""
    if isinstance(value, Node) and value.type is I64:
        return value
    raise Refusal(f"an index is an int, not {spelled(type_of(value, f.st))}", "", "E-063")


def subscript(f: Frame, base: Value, index: Value, span: Span) -> Value:
    """`base[index]`. Raises `Refusal`."""
    st = f.st
    if isinstance(base, TupleVal):
        at = known(index)
        if type(at) is not int or not -len(base.items) <= at < len(base.items):
            raise Refusal("a tuple takes a constant index in range", "", "E-063")
        return base.items[at]
    if isinstance(base, MapVal):
        return map_item(f, base, index, span)
    if isinstance(base, OptionVal):
        raise Refusal("this may be None", "test it first, as in `if x is None:`", "E-064")
    at = integer(f, index)
    if isinstance(base, Node) and base.type is CHAR:
        base = st.as_text(base)
    if isinstance(base, Stream):
        if base.length(st) is not None and not base.stops(st):
            return item_of(st, base, at, f.at(span))
        base = st.settle(base)
    if isinstance(base, ArrayVal):
        return arrays.item(st, base, at, f.at(span))
    raise Refusal(f"{spelled(type_of(base, st))} has no elements", "", "E-067")


def map_item(f: Frame, base: MapVal, key: Value, span: Span) -> Value:
    """`mapping[key]`, stopping with `empty` where the key is not there."""
    found = map_get(f, base, key, f.at(span))
    f.st.emit("require", found.present, attr="empty", origin=f.at(span))
    assert found.held is not None
    return found.held


def _stepped(f: Frame, value: ArrayVal, low: Node | None, high: Node | None, step: Node, span: Span) -> Value:
    st = f.st
    size = known(step)
    if size is None or size == 0:
        raise Refusal("the step of a slice is a constant other than 0", "", "E-063")
    n = arrays.extent(st, value)
    if size < 0:
        if low is not None or high is not None:
            raise Refusal("a slice with a negative step has no bounds here", "slice first, then `[::-1]`", "E-063")
        places: Stream = RangeStream(st, st.emit("sub_wrap", n, st.one), st.const(-1), step)
    else:
        start, count = arrays.slice_bounds(st, n, low, high)
        places = RangeStream(st, start, st.emit("add_wrap", start, count), step)
    origin = f.at(span)

    def at(index: Value) -> Value:
        assert isinstance(index, Node)
        return arrays.item(st, value, index, origin)

    return MapStream(places, at, value.element if not value.element.args and value.element in (I64, F64, BOOL, CHAR) else None)


__all__ = ["Expressions", "binary", "integer", "unpacked"]
