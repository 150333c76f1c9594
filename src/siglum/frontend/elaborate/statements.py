"""Statements of the subset: assignments, branches, loops and their exits, structured without jumps.

A block is a chain of steps; each step gets what follows it, so that a branch that leaves takes the rest of the
block into its other arm. Imports `siglum.ir`, the Python front end and the modules beside it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, Final

from siglum.frontend.elaborate import arithmetic, arrays
from siglum.frontend.elaborate.collect import collect, copied, exact
from siglum.frontend.elaborate.constants import truth
from siglum.frontend.elaborate.expressions import Expressions, binary, integer, unpacked
from siglum.frontend.elaborate.frame import Context, Evaluate, Frame, Outcome, Unbound, apply_facts, facts_of
from siglum.frontend.elaborate.instances import Compiled
from siglum.frontend.elaborate.loops import ForLoop, WhileLoop
from siglum.frontend.elaborate.methods import extend
from siglum.frontend.elaborate.stage import ELEMENT, Refusal, cells_in
from siglum.frontend.elaborate.streams import FillStream, ListStream
from siglum.frontend.elaborate.values import ArrayVal, Closure, Stream, TupleVal, Value
from siglum.frontend.python.analysis import (
    FALL,
    STATE,
    Analysis,
    delayed_locals,
    delayed_parameters,
    is_true,
    mutated,
    placed_parameters,
    single_source,
    sink_of,
    used,
)
from siglum.frontend.python.annotations import AnnotationError, type_of
from siglum.frontend.python.definition import Definition, span_of
from siglum.ir.node import Node
from siglum.ir.types import NOTHING, Type, substitute, widened

_REFUSED: Final[dict[type[ast.AST], tuple[str, str]]] = {
    ast.ClassDef: ("a class", "use functions and tuples"),
    ast.Try: ("`try`", "test before instead: a stop cannot be caught"),
    ast.With: ("`with`", "use the words that read and write files"),
    ast.Global: ("`global`", "pass the value as a parameter and return it"),
    ast.Nonlocal: ("`nonlocal`", "pass the value as a parameter and return it"),
    ast.Delete: ("`del`", "build a new list"),
    ast.Import: ("an import inside a function", "import at the top of the file"),
    ast.ImportFrom: ("an import inside a function", "import at the top of the file"),
    ast.Match: ("`match`", "use `if` and `elif`"),
    ast.Yield: ("`yield`", "return a list"),
    ast.YieldFrom: ("`yield from`", "return a list"),
    ast.AsyncFunctionDef: ("`async`", ""),
    ast.AsyncFor: ("`async`", ""),
    ast.AsyncWith: ("`async`", ""),
}
_STOPS: Final = {
    "ValueError": "argument", "ZeroDivisionError": "division by zero", "IndexError": "index", "OverflowError": "overflow",
    "KeyError": "empty", "LookupError": "empty", "MemoryError": "memory", "RecursionError": "stack",
}  # fmt: skip

Step = Callable[[Frame, Context, "Block | None"], Outcome | None]


class Block:
    """A step and what follows it."""

    __slots__ = ("rest", "step")

    def __init__(self, step: Step, rest: Block | None) -> None:
        self.step, self.rest = step, rest


def run_block(block: Block | None, f: Frame, context: Context) -> Outcome:
    """Runs a block to its end."""
    while block is not None:
        outcome = block.step(f, context, block.rest)
        if outcome is not None:
            return outcome
        block = block.rest
    return Outcome(FALL, f)


def closed(context: Context, outcome: Outcome) -> tuple[Value | None, ...]:
    return outcome.values if outcome.kind == "closed" else context.close(outcome)


def join_ends(
    f: Frame, context: Context, condition: Node, then: Callable[[], Outcome], otherwise: Callable[[], Outcome]
) -> Outcome:
    """Two ways to the end of a block as one outcome."""
    st = f.st
    if condition.op.name == "const":
        return then() if condition.attr else otherwise()
    first = st.arm(lambda: closed(context, then()))
    second = st.arm(lambda: closed(context, otherwise()))
    pairs: list[tuple[Value, Value]] = []
    for x, y in zip(first.value, second.value, strict=True):
        # where one way always stops there is no value: any will do
        if x is None and y is None:
            continue
        if x is None:
            assert y is not None
            x = st.zero_like(y)
        pairs.append((x, st.zero_like(x) if y is None else y))
    if len(pairs) < len(first.value):
        st.join(condition, first, second, (), (), context.cells)
        return Outcome("closed", f, None, first.value)
    return Outcome("closed", f, None, tuple(st.merge_all(condition, first, second, pairs, context.cells)))


class Statements(Expressions):
    """Compiles the body of one definition; `sink` and `ends` as in `Analysis`."""

    def __init__(self, d: Definition, sink: str = "", ends: bool = False) -> None:
        super().__init__(d)
        self.analysis = Analysis(d.node, sink, ends)
        self.changed = frozenset(mutated(d.node.body))
        self.declared = _declared(d)
        self.delayed = delayed_locals(d.node) if not self.changed else frozenset()

    def block(self, body: Sequence[ast.stmt], rest: Block | None = None) -> Block | None:
        """The chain of steps for `body`, then `rest`."""
        for k in range(len(body) - 1, -1, -1):
            rest = self.statement(body[k], rest)
        return rest

    def statement(self, s: ast.stmt, rest: Block | None) -> Block | None:
        method = getattr(self, "do_" + type(s).__name__, None)
        if method is None:
            raise self.d.refuse(f"`{type(s).__name__}` is outside the subset", s, "", "E-055")
        made: Block | None = method(s, rest)
        return made

    def simple(self, s: ast.AST, act: Callable[[Frame], None], rest: Block | None) -> Block:
        """A step without exits; refusals are placed at `s`."""
        span = span_of(s)

        def step(f: Frame, context: Context, rest: Block | None) -> None:
            try:
                act(f)
            except Refusal as refusal:
                raise f.fault(refusal, span) from None

        return Block(step, rest)

    # Ends ---------------------------------------------------------------------------------------------------
    def do_Return(self, s: ast.Return, rest: Block | None) -> Block:  # noqa: N802 - named after the syntax node
        returned = self.returned(s)
        if self.analysis.sink:
            return Block(lambda f, context, rest: Outcome("return", f), None)
        return Block(lambda f, context, rest: Outcome("return", f, returned(f)), None)

    def returned(self, s: ast.Return) -> Evaluate:
        """What a `return` gives, as the declared type; lists stay delayed."""
        if s.value is None:
            raise self.d.refuse("`return` without a value", s, "return the result", "E-053")
        evaluate, span = self.expression(s.value), span_of(s.value)

        def value_of(f: Frame) -> Value:
            value = evaluate(f)
            t = f.result
            if t.has_vars or (isinstance(value, Node) and value.type is t) or isinstance(value, Stream):
                return value
            try:
                return f.st.coerce(value, t, f.at(span))
            except Refusal as refusal:
                raise f.fault(refusal, span) from None

        return value_of

    def do_Break(self, s: ast.Break, rest: Block | None) -> Block:  # noqa: N802
        return Block(lambda f, context, rest: Outcome("break", f), None)

    def do_Continue(self, s: ast.Continue, rest: Block | None) -> Block:  # noqa: N802
        return Block(lambda f, context, rest: Outcome("continue", f), None)

    def do_Pass(self, s: ast.Pass, rest: Block | None) -> Block | None:  # noqa: N802
        return rest

    def do_Raise(self, s: ast.Raise, rest: Block | None) -> Block:  # noqa: N802
        raised = s.exc.func if isinstance(s.exc, ast.Call) else s.exc
        kind = _STOPS.get(getattr(raised, "id", ""), "argument")
        span = span_of(s)

        def step(f: Frame, context: Context, rest: Block | None) -> Outcome:
            f.st.emit("require", f.st.false, attr=kind, origin=f.at(span))
            return Outcome("stop", f)

        return Block(step, None)

    def do_Assert(self, s: ast.Assert, rest: Block | None) -> Block:  # noqa: N802
        test, span = self.expression(s.test), span_of(s.test)
        yes = facts_of(s.test)[0]

        def act(f: Frame) -> None:
            f.st.emit("require", truth(f, test(f), span), attr="argument", origin=f.at(span))
            f.env = apply_facts(f, yes).env

        return self.simple(s, act, rest)

    # Assignments --------------------------------------------------------------------------------------------
    def do_Assign(self, s: ast.Assign, rest: Block | None) -> Block | None:  # noqa: N802
        if self.analysis.sink and any(isinstance(t, ast.Name) and t.id == self.analysis.sink for t in s.targets):
            return rest
        evaluate = self.expression(s.value)
        targets = [self.assignment(t) for t in s.targets]

        def act(f: Frame) -> None:
            value = evaluate(f)
            if len(targets) > 1 or isinstance(value, TupleVal):
                value = f.st.settle(value)
            for t in targets:
                t(f, value)

        return self.simple(s, act, rest)

    def do_AnnAssign(self, s: ast.AnnAssign, rest: Block | None) -> Block | None:  # noqa: N802
        if not isinstance(s.target, ast.Name):
            raise self.d.refuse("only names are annotated", s, "", "E-055")
        if s.value is None:
            return rest
        if s.target.id == self.analysis.sink:
            return rest
        evaluate, bind = self.expression(s.value), self.assignment(s.target)
        return self.simple(s, lambda f: bind(f, evaluate(f)), rest)

    def assignment(self, target: ast.expr) -> Callable[[Frame, Value], None]:
        """Stores a value in a target: a name, a place of a list, or several of these."""
        span = span_of(target)
        if isinstance(target, ast.Name):
            return self._assign_name(target.id)
        if isinstance(target, ast.Subscript):
            if isinstance(target.slice, ast.Slice):
                raise self.d.refuse("a slice cannot be assigned to", target, "assign element by element", "E-055")
            base, index = self.expression(target.value), self.expression(target.slice)

            def store(f: Frame, value: Value) -> None:
                array, at = base(f), index(f)
                if isinstance(array, Stream):
                    raise Refusal(ELEMENT, "", "E-066")
                if not isinstance(array, ArrayVal):
                    fix = "build the keys and the values, then `dict(zip(keys, values))`"
                    raise Refusal("only places of lists can be assigned to", fix, "E-066")
                arrays.set_item(f.st, array, integer(f, at), value, f.at(span))

            return store
        if isinstance(target, (ast.Tuple, ast.List)):
            parts = [self.assignment(e) for e in target.elts]

            def unpack(f: Frame, value: Value) -> None:
                for part, v in zip(parts, unpacked(f, f.st.settle(value), len(parts), span), strict=True):
                    part(f, v)

            return unpack
        raise self.d.refuse("this cannot be assigned to", target, "assign to a name or a place of a list", "E-055")

    def _assign_name(self, name: str) -> Callable[[Frame, Value], None]:
        declared = self.declared.get(name)
        changes = name in self.changed
        delays = name in self.delayed

        def bind(f: Frame, value: Value) -> None:
            st = f.st
            if declared is not None:
                t = substitute(declared, f.bindings)
                if isinstance(value, Stream) and t.kind == "array" and not t.has_vars:
                    given = value._element
                    if given is NOTHING or (widened(t.element) is not t.element) or isinstance(value, (ListStream, FillStream)):
                        value = collect(st, value, t.element, writable=changes)
                elif not t.has_vars:
                    value = st.coerce(value, t, st.here)
            if delays and isinstance(value, Stream):
                f.env[name] = value
                return
            if isinstance(value, Stream):
                value = collect(st, value, writable=changes)
            elif isinstance(value, ArrayVal) and any(v is value for v in f.env.values()):
                value.shared = True
            f.env[name] = st.settle(value)

        return bind

    def do_AugAssign(self, s: ast.AugAssign, rest: Block | None) -> Block:  # noqa: N802
        span, operator = span_of(s), type(s.op)
        evaluate = self.expression(s.value)
        target = s.target
        if isinstance(target, ast.Subscript):
            return self._augment_place(s, target, evaluate, rest)
        if not isinstance(target, ast.Name):
            raise self.d.refuse("this cannot be assigned to", target, "", "E-055")
        read, bind = self.expression(ast.copy_location(ast.Name(target.id, ast.Load()), target)), self._assign_name(target.id)
        name = target.id

        def act(f: Frame) -> None:
            old, value = read(f), evaluate(f)
            if isinstance(old, ArrayVal) and operator is ast.Add:
                self._grow(f, name, old, value, f.at(span))
            elif isinstance(old, Node) and isinstance(value, Node):
                bind(f, arithmetic.binary(f.st, operator, old, value, f.at(span)))
            else:
                bind(f, binary(f, operator, old, value, span))

        return self.simple(s, act, rest)

    def _grow(self, f: Frame, name: str, old: ArrayVal, value: Value, origin: int) -> None:
        """`xs += more`: a list grows in place, a text becomes a new one where another name has it too."""
        st = f.st
        if isinstance(value, Node):
            value = ListStream((value,), value.type)
        if _is_text(old) and (old.frozen or old.shared):
            old = copied(st, old)
            f.env[name] = old
        extend(f, old, value, origin)

    def _augment_place(self, s: ast.AugAssign, target: ast.Subscript, evaluate: Evaluate, rest: Block | None) -> Block:
        base, index = self.expression(target.value), self.expression(target.slice)
        span, operator = span_of(s), type(s.op)

        def act(f: Frame) -> None:
            st, array, at = f.st, base(f), index(f)
            if not isinstance(array, ArrayVal):
                raise Refusal("only places of lists can be assigned to", "", "E-066")
            origin = f.at(span)
            checked = arrays.place(st, array, integer(f, at), origin)
            old, value = arrays.load(st, array, checked), evaluate(f)
            if isinstance(old, Node) and isinstance(value, Node):
                value = arithmetic.binary(st, operator, old, value, origin)
            else:
                value = binary(f, operator, old, value, span)
            arrays.writable(array)
            packed = st.pack(value, array.element, origin)
            st.change(array, st.emit("store", array.node, checked, packed), array.count)

        return self.simple(s, act, rest)

    # Calls for their effect, functions inside ----------------------------------------------------------------------
    def do_Expr(self, s: ast.Expr, rest: Block | None) -> Block | None:  # noqa: N802
        if isinstance(s.value, ast.Constant):
            return rest
        if self.analysis.appends(s):
            return self._hand_over(s, rest)
        if not isinstance(s.value, ast.Call):
            raise self.d.refuse("this expression has no effect", s, "assign or return its value", "E-055")
        evaluate = self.expression(s.value)
        if FALL not in self.analysis.exits([s]):

            def last(f: Frame, context: Context, rest: Block | None) -> Outcome:
                evaluate(f)
                return Outcome("stop", f)

            return Block(last, None)

        def act(f: Frame) -> None:
            # what acts is listed even if its value is not looked at
            f.st.settle(evaluate(f))

        return self.simple(s, act, rest)

    def _hand_over(self, s: ast.Expr, rest: Block | None) -> Block:
        """`out.append(e)` where the consumer of `out` runs right here."""
        assert isinstance(s.value, ast.Call)
        evaluate, span = self.expression(s.value.args[0]), span_of(s)
        ends = self.analysis.ends

        def step(f: Frame, context: Context, rest: Block | None) -> Outcome | None:
            state = f.env[STATE]
            assert f.sink is not None and isinstance(state, TupleVal)
            carried = tuple(n for n in state.items if isinstance(n, Node))
            try:
                # elements are what the declared list holds
                again, nexts = f.sink(lambda: self._element(f, evaluate(f), f.at(span)), carried)
            except Refusal as refusal:
                raise f.fault(refusal, span) from None
            f.env[STATE] = TupleVal(nexts)
            if not ends or again is None:
                return None

            def go_on() -> Outcome:
                return run_block(rest, f.child(dict(f.env)), context)

            return join_ends(f, context, again, go_on, lambda: Outcome("return", f))

        return Block(step, rest)

    def _element(self, f: Frame, value: Value, origin: int) -> Value:
        t = f.result
        return f.st.coerce(value, t.element, origin) if t.kind == "array" and not t.has_vars else value

    def do_FunctionDef(self, s: ast.FunctionDef, rest: Block | None) -> Block:  # noqa: N802
        inner = Definition(s, self.d.source, self.d.text, self.d.lookup)
        free = used(s) - {a.arg for a in s.args.args}
        later = [n for n in ast.walk(self.d.node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
                 and n.id in free and n.lineno > (s.end_lineno or s.lineno)]  # fmt: skip
        if later:
            raise self.d.refuse(f"`{later[0].id}` changes after `{s.name}` captured it", later[0],
                                f"pass it to `{s.name}` as a parameter", "E-057")  # fmt: skip
        compiled = compile_definition(inner, self.locals)
        if compiled.recursive:
            raise self.d.refuse(f"the local function `{s.name}` calls itself", s, "define it at the top of the file", "E-057")

        def act(f: Frame) -> None:
            captured = dict(f.env)

            def call(st: Any, args: Sequence[Value]) -> Value:
                env = dict(captured)
                for (name, t), value in zip(inner.params, args, strict=True):
                    env[name] = st.settle(value if isinstance(value, Closure) else st.coerce(value, t, st.here))
                frame = Frame(st, inner, env, f.fixed, f.bindings, inner.result)
                result = compiled.run(frame)
                return result if isinstance(result, Stream) else st.coerce(result, inner.result, st.here)

            f.env[s.name] = Closure(f.st, call, len(inner.params), inner.result)

        return self.simple(s, act, rest)

    # Branches -----------------------------------------------------------------------------------------------
    def do_If(self, s: ast.If, rest: Block | None) -> Block:  # noqa: N802
        test, span = self.expression(s.test), span_of(s.test)
        facts = facts_of(s.test)
        ways = (self.analysis.exits(s.body), self.analysis.exits(s.orelse))
        if ways[0] | ways[1] == {FALL} or (ways[0] == {"stop"} and ways[1] == {FALL} and len(s.body) == 1):
            return self._plain_if(s, test, facts, rest)
        falling = sum(FALL in w for w in ways)
        if falling < 2 or rest is None:
            arms = [self.block(b, rest if FALL in w else None) for b, w in zip((s.body, s.orelse), ways, strict=True)]

            def step(f: Frame, context: Context, rest: Block | None) -> Outcome:
                condition = truth(f, test(f), span)

                def way(k: int) -> Outcome:
                    return run_block(arms[k], apply_facts(f.child(dict(f.env)), facts[k]), context)

                try:
                    return join_ends(f, context, condition, lambda: way(0), lambda: way(1))
                except Refusal as refusal:
                    raise f.fault(refusal, span) from None

            return Block(step, None)
        # both arms may go on, and one may leave: what follows is taken into both
        arms = [self.block(b, rest) for b in (s.body, s.orelse)]

        def doubled(f: Frame, context: Context, rest: Block | None) -> Outcome:
            condition = truth(f, test(f), span)

            def way(k: int) -> Outcome:
                return run_block(arms[k], apply_facts(f.child(dict(f.env)), facts[k]), context)

            try:
                return join_ends(f, context, condition, lambda: way(0), lambda: way(1))
            except Refusal as refusal:
                raise f.fault(refusal, span) from None

        return Block(doubled, None)

    def _plain_if(self, s: ast.If, test: Evaluate, facts: Any, rest: Block | None) -> Block:
        """A branch that goes on after both arms."""
        span = span_of(s.test)
        arms = (self.block(s.body), self.block(s.orelse))
        live = self.analysis.live_after[s]
        names = [n for n in self.analysis.assigned([*s.body, *s.orelse]) if n in live]
        stops = self.analysis.exits(s.body) == {"stop"}

        def act(f: Frame) -> None:
            st = f.st
            condition = truth(f, test(f), span)
            if condition.op.name == "const":
                chosen = 0 if condition.attr else 1
                inner = apply_facts(f, facts[chosen])
                run_block(arms[chosen], inner, FALLS)
                f.env = inner.env
                return

            def run(k: int) -> dict[str, Any]:
                inner = apply_facts(f.child(dict(f.env)), facts[k])
                run_block(arms[k], inner, FALLS)
                return inner.env

            then, otherwise = st.arm(lambda: run(0)), st.arm(lambda: run(1))
            kept = {c for n in live if n not in names and n in f.env for c in _lists_of(f.env[n])}
            if stops:
                st.join(condition, then, otherwise, (), (), kept)
                f.env = apply_facts(f, facts[1]).env
                return
            merge_names(f, names, condition, then, otherwise, kept)

        return self.simple(s.test, act, rest)

    # Loops --------------------------------------------------------------------------------------------------
    def do_For(self, s: ast.For, rest: Block | None) -> Block:  # noqa: N802
        if s.orelse:
            raise self.d.refuse("`else` of a loop is outside the subset", s.orelse[0], "set a flag in the loop", "E-055")
        loop = ForLoop(self, s, self.expression(s.iter), self.target(s.target), self.block(s.body))
        return self._loop(s, loop, rest)

    def do_While(self, s: ast.While, rest: Block | None) -> Block:  # noqa: N802
        if s.orelse:
            raise self.d.refuse("`else` of a loop is outside the subset", s.orelse[0], "set a flag in the loop", "E-055")
        loop = WhileLoop(self, s, self.expression(s.test), self.block(s.body))
        return self._loop(s, loop, rest)

    def _loop(self, s: ast.For | ast.While, loop: ForLoop | WhileLoop, rest: Block | None) -> Block:
        span = span_of(s)
        endless = isinstance(s, ast.While) and is_true(s.test) and "break" not in loop.exits

        def step(f: Frame, context: Context, rest: Block | None) -> Outcome | None:
            try:
                returned = loop.run(f, run_block)
            except Refusal as refusal:
                raise f.fault(refusal, span) from None
            if returned is None:
                return None
            flag, value = returned
            if endless:
                return Outcome("return", f, value)

            def go_on() -> Outcome:
                return run_block(rest, f.child(dict(f.env)), context)

            try:
                return join_ends(f, context, flag, lambda: Outcome("return", f, value), go_on)
            except Refusal as refusal:
                raise f.fault(refusal, span) from None

        return Block(step, rest)


def _lists_of(value: Any) -> Iterable[ArrayVal]:
    return () if isinstance(value, Unbound) else cells_in(value)


FALLS: Final = Context(lambda outcome: (), ())
"""The context of an arm after which both ways go on."""


def _is_text(array: ArrayVal) -> bool:
    return array.element.kind == "char"


def merge_names(f: Frame, names: Sequence[str], condition: Node, then: Any, otherwise: Any, kept: Collection[ArrayVal]) -> None:
    """After a branch: each name that an arm bound has the value of the arm taken; of the lists that an arm changed those
    `kept` are looked at later.
    """
    st = f.st
    merged: list[str] = []
    pairs: list[tuple[Value, Value]] = []
    for name in names:
        x, y = then.value.get(name), otherwise.value.get(name)
        if x is None or y is None or isinstance(x, Unbound) or isinstance(y, Unbound):
            f.env[name] = Unbound("it is assigned on one way only")
            continue
        merged.append(name)
        pairs.append((x, y))
    for name, value in zip(merged, st.merge_all(condition, then, otherwise, pairs, kept), strict=True):
        f.env[name] = value


def _declared(d: Definition) -> dict[str, Type]:
    """The types that local annotations give."""
    found: dict[str, Type] = {}
    for n in ast.walk(d.node):
        if isinstance(n, ast.AnnAssign) and isinstance(n.target, ast.Name):
            try:
                found[n.target.id] = type_of(n.annotation)
            except AnnotationError as problem:
                raise d.refuse(problem.message, problem.node, "", "E-011") from None
    return found


# Whole definitions ------------------------------------------------------------------------------------------
def compile_definition(d: Definition, outer: frozenset[str] = frozenset()) -> Compiled:
    """A definition made ready to run in frames. Raises `UserError` for what is outside the subset."""
    body = _Body(d, outer)
    delayed, guarded = delayed_parameters(d.node)
    sink = sink_of(d.node)
    typed_locals = any(isinstance(n, ast.AnnAssign) for n in ast.walk(d.node))
    generate = None
    source = ""
    if sink:
        generators: dict[bool, Callable[[Frame], tuple[Node, ...]]] = {}

        def generate(f: Frame, ends: bool) -> tuple[Node, ...]:
            if ends not in generators:
                generators[ends] = _generator(d, sink, ends)
            return generators[ends](f)

        source = single_source(d.node, sink)
    return Compiled(d, body.run, generate, delayed, guarded, placed_parameters(d.node), source, typed_locals)


def _look_for_refused(d: Definition) -> None:
    """Names what is outside the subset before anything else is said of the definition. Raises `UserError`."""
    for n in ast.walk(d.node):
        found = _REFUSED.get(type(n))
        if found is not None:
            raise d.refuse(f"{found[0]} is outside the subset", n, found[1], "E-055")


class _Body:
    """The value of a definition's body; compiled when it is first run."""

    def __init__(self, d: Definition, outer: frozenset[str]) -> None:
        _look_for_refused(d)
        statements = Statements(d)
        statements.locals |= outer
        if FALL in statements.analysis.exits(d.node.body):
            last = d.node.body[-1]
            raise d.refuse(f"`{d.function_name}` may end without `return`", last, "return a value on every way", "E-053")
        only = d.node.body[-1]
        rest = d.node.body[:-1]
        # most words are one `return`
        if isinstance(only, ast.Return) and all(isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant) for s in rest):
            self.run = statements.returned(only)
        else:
            self.run = self.run_block
            self.block = statements.block(d.node.body)

    def run_block(self, f: Frame) -> Value:
        context = Context(lambda o: self._end(f, o), ())
        outcome = run_block(self.block, f, context)
        (value,) = closed(context, outcome) if outcome.kind != "return" else (outcome.value,)
        if value is None:
            return f.st.zero_value(f.result)
        return value

    def _end(self, f: Frame, outcome: Outcome) -> tuple[Value | None, ...]:
        if outcome.kind == "stop" or outcome.value is None:
            return (None,)
        value = outcome.value
        st = f.st
        if isinstance(value, Stream) and f.result.kind == "array" and not f.result.has_vars:
            value = st.collect(st, value, f.result.element)
        return (exact(st, st.settle(value)),)


def _generator(d: Definition, sink: str, ends: bool) -> Callable[[Frame], tuple[Node, ...]]:
    statements = Statements(d, sink, ends)
    statements.locals |= {STATE}
    block = statements.block(d.node.body)

    state = Context(lambda outcome: (outcome.frame.env[STATE],), ())

    def run(f: Frame) -> tuple[Node, ...]:
        outcome = run_block(block, f, state)
        (value,) = closed(state, outcome)
        assert isinstance(value, TupleVal)
        return tuple(n for n in value.items if isinstance(n, Node))

    return run


__all__ = ["Statements", "compile_definition"]
