"""`for` and `while`: what a loop carries, how its body ends, what holds after it.

Imports `siglum.ir`, the Python front end and the modules beside it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any, Final

from siglum.frontend.elaborate.arrays import growing
from siglum.frontend.elaborate.collect import copied
from siglum.frontend.elaborate.constants import constant_value, truth
from siglum.frontend.elaborate.frame import Context, Evaluate, Frame, Outcome, Unbound, apply_facts, facts_of
from siglum.frontend.elaborate.stage import EITHER, Refusal, cells_in, spelled
from siglum.frontend.elaborate.streams import stream_of, strict
from siglum.frontend.elaborate.values import ArrayVal, Closure, OptionVal, TupleVal, Value, type_of
from siglum.frontend.python.analysis import FALL, STATE, is_true, mutated, stored, used
from siglum.frontend.python.definition import span_of
from siglum.ir.node import Node
from siglum.ir.types import BOOL, CHAR, NOTHING

ENDLESS: Final = 2**63 - 1
_RESIZING: Final = frozenset({"append", "extend", "pop"})
Run = Callable[[Any, Frame, Context], Outcome]


class Carried:
    """What one run of a loop carries: names (as values), cells (lists changed in place), and how it was left."""

    def __init__(self, f: Frame, loop: Loop) -> None:
        st = f.st
        self.f, self.loop, self.st = f, loop, st
        self.env: dict[str, Any] = {}
        self.before: dict[ArrayVal, tuple[Node, Node | None]] = {}
        self.frozen: dict[str, list[str]] = {}
        self.names: list[str] = []
        self.cells: list[ArrayVal] = []
        self.resized: list[bool] = []
        for name in loop.names:
            value = f.env.get(name)
            if value is None or isinstance(value, Unbound):
                continue
            if isinstance(value, ArrayVal) and name in loop.grown and value.element is CHAR:
                f.env[name] = copied(st, value)
                self._cell(f.env[name], True)
            elif not isinstance(value, Closure):
                self.names.append(name)
        for name in loop.changed:
            value = f.env.get(name) if name in loop.head else None
            if isinstance(value, ArrayVal) and name not in self.names and value not in self.cells and not value.frozen:
                self._cell(value, name in loop.resized)
        self.values: list[Value] = [st.settle(f.env[n]) for n in self.names]
        for name, value in zip(self.names, self.values, strict=True):
            if isinstance(value, ArrayVal) and value in self.cells:
                raise Refusal(f"`{name}` and another name are one list, which this loop changes", "copy it first", "E-066")
        self.retval: Value | None = None
        self.late = loop.returned is not None and all(map(self._keeps, loop.returned_names))
        if loop.returns and loop.constant is None and not self.late and STATE not in f.env:
            self.retval = st.zero_value(f.result)

    def _keeps(self, name: str) -> bool:
        """Whether the value of `name` at a return is its value after the loop."""
        value = self.f.env.get(name)
        if value is None or isinstance(value, Unbound):
            return False
        return name in self.names or value in self.cells or name not in self.loop.assigned

    def _cell(self, cell: ArrayVal, resized: bool) -> None:
        if resized and cell.element is NOTHING:
            self._learn(cell)
        if resized and cell.element is NOTHING:
            if self.st.learning:
                return
            raise Refusal("the type of this list's elements is not known before the loop",
                          "write it, as in `xs: list[int] = []`", "E-062")  # fmt: skip
        if resized and cell.count is None:
            self.st.change(cell, cell.node, self.st.length(cell.node))
        self.cells.append(cell)
        self.resized.append(resized)

    def _learn(self, cell: ArrayVal) -> None:
        """The element type of a list that this loop is the first to fill, from a trial of the loop's body."""
        st, f = self.st, self.f
        if st.learning and cell in self.loop.trying:
            return
        self.loop.trying.append(cell)
        st.learn(lambda: self.loop.attempt(f.child(dict(f.env))))
        self.loop.trying.pop()
        if cell.element is not NOTHING:
            made = growing(st, cell.element)
            st.change(cell, made.node, made.count)

    def inits(self) -> tuple[Node, ...]:
        st = self.st
        out: list[Node] = []
        if self.loop.returns:
            out.append(st.false)
            if self.retval is not None:
                st.leaves(self.retval, out)
        for name, v in zip(self.names, self.values, strict=True):
            try:
                st.leaves(v, out)
            except Refusal as refusal:
                raise Refusal(f"`{name}`: {refusal.message}", refusal.fix, refusal.code) from None
        for cell, resized in zip(self.cells, self.resized, strict=True):
            out.append(cell.node)
            if resized:
                assert cell.count is not None
                out.append(cell.count)
        return tuple(out)

    def enter(self, nodes: Iterator[Node], *, outside: bool) -> tuple[Node | None, Value | None, dict[str, Any]]:
        """Takes the carried nodes apart: whether the loop returned, what, and the values of names; sets the cells."""
        st = self.st
        returned = next(nodes) if self.loop.returns else None
        value = None if self.retval is None else st.rebuild(self.retval, nodes)
        env = dict(self.f.env)
        for name, shape in zip(self.names, self.values, strict=True):
            env[name] = st.rebuild(shape, nodes)
            if not outside and name in self.loop.never_negative and isinstance(shape, Node) and st.never_negative(shape):
                if st.overflow != "wrap" and isinstance(env[name], Node):
                    st.note(env[name], 0)
        for cell, resized in zip(self.cells, self.resized, strict=True):
            n, before = next(nodes), cell.node
            if not resized:
                st.same_length(n, before)
            st.change(cell, n, next(nodes) if resized else cell.count)
        return returned, value, env

    def ended(self, outcome: Outcome) -> tuple[Value | None, ...]:
        """The values by which two ends of the loop's body are joined."""
        st, f = self.st, outcome.frame
        out: list[Value | None] = []
        if self.loop.leaves:
            out.append(st.const(outcome.kind not in ("break", "return", "stop"), BOOL))
        if self.loop.returns:
            out.append(st.const(outcome.kind == "return", BOOL))
            if self.retval is not None:
                value = self.retval
                if outcome.kind == "return":
                    assert outcome.value is not None
                    value = self.conform(self.retval, st.settle(outcome.value), "the result")
                out.append(value)
        for name, shape in zip(self.names, self.values, strict=True):
            last = f.env.get(name)
            if last is None or isinstance(last, Unbound):
                raise Refusal(f"`{name}` may have no value at the end of the loop's body", "give it one", "E-057")
            out.append(self.conform(shape, st.settle(last), f"`{name}`"))
        return tuple(out)

    def conform(self, shape: Value, value: Value, what: str) -> Value:
        """A next value in the form of the first one. Raises `Refusal` where the type changes."""
        st = self.st
        if isinstance(shape, Node) and isinstance(value, Node):
            value = st.promote(value, shape.type)
            if value.type is shape.type:
                return value
        elif isinstance(shape, OptionVal) and shape.held is not None:
            if not isinstance(value, OptionVal):
                return OptionVal(st.true, self.conform(shape.held, value, what))
            held = st.zero_like(shape.held) if value.held is None else self.conform(shape.held, value.held, what)
            return OptionVal(value.present, held)
        elif isinstance(shape, TupleVal) and isinstance(value, TupleVal) and len(shape.items) == len(value.items):
            return TupleVal(tuple(self.conform(s, v, what) for s, v in zip(shape.items, value.items, strict=True)))
        elif isinstance(shape, ArrayVal):
            if isinstance(value, Node) and value.type is CHAR and shape.element is CHAR:
                value = st.as_text(value)
            if isinstance(value, ArrayVal) and value.element is NOTHING:
                value = st.empty(shape.element)
            if isinstance(value, ArrayVal) and value.element is shape.element:
                if shape.count is None and value.count is not None:
                    made = st.emit("array", value.node, value.count, origin=st.here)
                    return st.array(made, value.element, None, value.frozen)
                if shape.count is not None and value.count is None:
                    return ArrayVal(value.node, value.element, st.length(value.node), value.frozen, value.depth)
                return value
        elif type_of(shape, st) is type_of(value, st):
            return value
        first, later = spelled(type_of(shape, st)), spelled(type_of(value, st))
        fix = "start from `0.0`" if (first, later) == ("int", "float") else "keep one type"
        raise Refusal(f"{what} is {first} before the loop and {later} in it", fix, "E-061")

    def nexts(self, values: tuple[Value | None, ...]) -> tuple[Node, ...]:
        """The next carried nodes, from joined values (without the flag to go on) and the cells as they are now."""
        st = self.st
        out: list[Node] = []
        seen: dict[ArrayVal, str] = {}
        start = len(values) - len(self.names)
        for k, v in enumerate(values):
            assert v is not None
            if k >= start and isinstance(v, ArrayVal):
                self._check_alias(v, self.names[k - start], self.values[k - start], seen)
            if k >= start:
                self.frozen[self.names[k - start]] = [c.frozen for c in cells_in(v)]
            st.leaves(v, out)
        for cell, resized in zip(self.cells, self.resized, strict=True):
            out.append(cell.node)
            if resized:
                assert cell.count is not None
                out.append(cell.count)
            elif cell.count is not None and not resized and self.before[cell][1] is None:
                raise Refusal("a list grows in this loop through another name", "use one name for it", "E-066")
        return tuple(out)

    def _check_alias(self, v: ArrayVal, name: str, shape: Value, seen: dict[ArrayVal, str]) -> None:
        changed = self.loop.changed
        if v in seen and (name in changed or seen[v] in changed):
            raise Refusal(f"`{seen[v]}` and `{name}` become one list, which this loop changes", "copy it: `list(...)`", "E-066")
        seen[v] = name
        if v.frozen and isinstance(shape, ArrayVal) and not shape.frozen and name in changed:
            raise Refusal(v.frozen, "", "E-066")

    def isolated(self, run: Callable[[], Any]) -> Any:
        """Runs a body; the cells it changes are as before afterwards."""
        st = self.st
        depth = st.depth
        self.before = {cell: (cell.node, cell.count) for cell in self.cells}
        st.journals.append({})
        result = run()
        journal = st.journals.pop()
        for cell, (n, count) in journal.items():
            if cell not in self.before and cell.depth < depth:
                raise Refusal("a list is changed in this loop through another name", "use one name for it", "E-066")
            cell.node, cell.count = n, count
        return result

    def leave(self, results: Iterator[Node]) -> tuple[Node, Value | None] | None:
        """After the loop: names and cells have their last values. Gives how it returned, if it may."""
        returned, value, env = self.enter(results, outside=True)
        for name, reasons in self.frozen.items():
            # what the loop left behind may be a list that cannot change
            for cell, reason in zip(cells_in(env[name]), reasons, strict=True):
                cell.frozen = cell.frozen or reason
        for name in (*self.loop.names, *self.loop.targets):
            if name not in self.names and name in self.loop.live_after and not isinstance(env.get(name), (ArrayVal, Closure)):
                env[name] = Unbound("it is assigned in the loop only")
        self.f.env = env
        if returned is None:
            return None
        if self.late:
            assert self.loop.returned is not None
            value = self.loop.returned(self.f)
            if not self.f.result.has_vars:
                value = self.st.coerce(value, self.f.result, self.st.here)
        elif self.loop.constant is not None:
            value = constant_value(self.f, self.loop.constant.value, self.loop.span)
            if not self.f.result.has_vars:
                value = self.st.coerce(value, self.f.result, self.st.here)
        elif isinstance(value, ArrayVal):
            value.frozen = value.frozen or EITHER
        return returned, value


class Loop:
    """What is known of a loop statement before it runs."""

    def __init__(self, statements: Any, s: ast.For | ast.While, body: Any) -> None:
        analysis = statements.analysis
        self.body, self.span = body, span_of(s)
        self.exits: frozenset[str] = analysis.exits(s.body)
        self.returns = "return" in self.exits
        self.leaves = self.returns or "break" in self.exits or "stop" in self.exits
        self.head = head = analysis.live_head[s]
        self.live_after: frozenset[str] = analysis.live_after[s]
        self.targets = tuple(stored(s.target)) if isinstance(s, ast.For) else ()
        own = [*s.body, s.target] if isinstance(s, ast.For) else s.body
        assigned: tuple[str, ...] = analysis.assigned(own)
        self.assigned = frozenset(assigned)
        self.names = [n for n in assigned if n in head]
        self.changed = mutated(s.body)
        self.trying: list[ArrayVal] = []
        self.attempt: Callable[[Frame], Any] = lambda f: None
        self.resized = frozenset(_resized(s))
        plain = {n for b in s.body for m in ast.walk(b) if not isinstance(m, ast.AugAssign) for n in _assigned_by(m)}
        self.grown = frozenset(n for n in self.resized if n not in plain)
        self.never_negative: frozenset[str] = analysis.never_negative
        self.returned: Evaluate | None = None
        self.returned_names: frozenset[str] = frozenset()
        late = _late_return(s) if self.returns and not analysis.sink else None
        if late is not None:
            self.returned, self.returned_names = statements.expression(late), used(late)
        self.constant = _constant_return(s) if self.returns and not analysis.sink else None

    def carry(self, f: Frame, run: Run, carried: Carried, bind: Callable[[Frame], None]) -> tuple[Node | None, Frame, Any]:
        """One run of the body: whether to go on, the frame at its end, and the joined values."""
        inner = f.child(carried.env)
        bind(inner)
        outcome = run(self.body, inner, Context(carried.ended, carried.cells))
        values = outcome.values if outcome.kind == "closed" else carried.ended(outcome)
        again = None
        if self.leaves:
            again = values[0]
            values = values[1:]
        return again, outcome.frame, values  # type: ignore[return-value]


def _direct(source: ast.expr) -> frozenset[str]:
    """The lists whose places a loop over `source` reads one by one, as the loop runs."""
    if isinstance(source, ast.Name):
        return frozenset({source.id})
    if isinstance(source, ast.Call) and getattr(source.func, "id", "") in ("enumerate", "zip", "reversed"):
        return frozenset(n for a in source.args for n in _direct(a))
    if isinstance(source, ast.Call) and getattr(source.func, "id", "") == "range":
        # its numbers are read before the loop
        return used(source) - {n for a in source.args for n in used(a)}
    return frozenset()


def _assigned_by(n: ast.AST) -> frozenset[str]:
    if isinstance(n, (ast.Assign, ast.AnnAssign)):
        written = n.targets if isinstance(n, ast.Assign) else [n.target]
        return frozenset(name for t in written for name in stored(t))
    return stored(n.target) if isinstance(n, ast.For) else frozenset()


def _resized(s: ast.stmt) -> Iterator[str]:
    for n in ast.walk(s):
        if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute) and n.func.attr in _RESIZING:
            if isinstance(n.func.value, ast.Name):
                yield n.func.value.id
        elif isinstance(n, ast.AugAssign) and isinstance(n.target, ast.Name):
            yield n.target.id


def _late_return(s: ast.stmt) -> ast.expr | None:
    """What every `return` inside gives, if it is a name or a tuple of names, which may be read after the loop as well."""
    found = [n.value for n in ast.walk(s) if isinstance(n, ast.Return) and n.value is not None]
    first = found[0]
    parts = first.elts if isinstance(first, ast.Tuple) else [first]
    plain = all(isinstance(p, ast.Name) for p in parts)
    return first if plain and all(ast.dump(v) == ast.dump(first) for v in found) else None


def _constant_return(s: ast.stmt) -> ast.Constant | None:
    """The constant that every `return` inside gives, if it is one."""
    found = [n.value for n in ast.walk(s) if isinstance(n, ast.Return)]
    first = found[0] if found else None
    if isinstance(first, ast.Constant) and isinstance(first.value, (bool, int, float, type(None))):
        if all(isinstance(v, ast.Constant) and v.value == first.value and type(v.value) is type(first.value) for v in found):
            return first
    return None


class ForLoop(Loop):
    """`for target in source: body`."""

    def __init__(self, statements: Any, s: ast.For, source: Evaluate, target: Callable[[Frame, Value], None], body: Any) -> None:
        super().__init__(statements, s, body)
        self.source, self.target, self.source_span = source, target, span_of(s.iter)
        direct = _direct(s.iter)
        self.read_through = used(s.iter) - direct
        self.read_directly = direct & used(s.iter)

    def run(self, f: Frame, run: Run) -> tuple[Node, Value | None] | None:
        """Runs the loop in `f`; gives the flag and value of a return inside, if there may be one."""
        st = f.st
        stream = stream_of(st, self.source(f), f.at(self.source_span))
        if not self.read_through.isdisjoint(self.changed):
            # what the loop changes is read before it runs
            stream = stream_of(st, st.settle(stream), st.here)
        if self.leaves:
            stream = strict(st, stream)
        if not self.read_directly.isdisjoint(self.resized):
            raise Refusal("this loop changes the length of the list it runs over", "iterate over a copy: `list(...)`", "E-066")
        self.attempt = lambda inner: self.run(inner, run)
        carried = Carried(f, self)
        if not self.read_directly.isdisjoint(self.changed) and not self.read_directly.isdisjoint(carried.names):
            raise Refusal("this loop changes the list it runs over", "iterate over a copy: `list(...)`", "E-066")

        def step(element: Callable[[], Value], nodes: tuple[Node, ...]) -> tuple[Node | None, tuple[Node, ...]]:
            def once() -> tuple[Node | None, tuple[Node, ...]]:
                _, _, carried.env = carried.enter(iter(nodes), outside=False)
                again, _, values = self.carry(f, run, carried, lambda inner: self.target(inner, element()))
                return again, carried.nexts(values)

            result: tuple[Node | None, tuple[Node, ...]] = carried.isolated(once)
            return result

        results = stream.each(st, carried.inits(), step, self.leaves)
        return carried.leave(iter(results))


class WhileLoop(Loop):
    """`while test: body`; each round takes fuel."""

    def __init__(self, statements: Any, s: ast.While, test: Evaluate, body: Any) -> None:
        super().__init__(statements, s, body)
        self.test, self.test_span, self.facts = test, span_of(s.test), facts_of(s.test)[0]
        self.endless = is_true(s.test)

    def run(self, f: Frame, run: Run) -> tuple[Node, Value | None] | None:
        """As `ForLoop.run`."""
        st = f.st
        self.attempt = lambda inner: self.run(inner, run)
        carried = Carried(f, self)
        for name, value in zip(carried.names, carried.values, strict=True):
            f.env[name] = value
        starts = truth(f, self.test(f), self.test_span)
        count = st.choose(starts, st.const(ENDLESS), st.zero)
        inits = carried.inits()
        _, nodes = st.enter_loop(count, inits)

        def once() -> tuple[Node | None, tuple[Node, ...]]:
            _, _, carried.env = carried.enter(iter(nodes), outside=False)
            st.emit("tick", origin=f.at(self.test_span))
            again, _, values = self.carry(f.child(carried.env), run, carried, lambda inner: self._holds(inner))
            env = dict(carried.env)
            for name, v in zip(carried.names, values[len(values) - len(carried.names) :], strict=True):
                env[name] = v
            after = f.child(env)

            def test() -> Node:
                return truth(after, self.test(after), self.test_span)

            again = test() if again is None else st.both(again, test)
            return again, carried.nexts(values)

        again, nexts = carried.isolated(once)
        return carried.leave(iter(st.leave_loop(again, nexts)))

    def _holds(self, inner: Frame) -> None:
        """The test holds at the start of each round."""
        inner.env = apply_facts(inner, self.facts).env


__all__ = ["FALL", "Carried", "ForLoop", "Loop", "WhileLoop"]
