"""What the elaborator knows of a definition before it runs it: liveness, assignments, exits, signs.

Imports the standard library only.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

STATE: Final = "$state"
"""The name under which a definition read as a stream carries its consumer's values."""

FALL: Final = "fall"
_MUTATORS: Final = frozenset({"append", "extend", "pop", "insert", "reverse", "sort", "clear", "remove"})
Names = frozenset[str]
NONE: Final[Names] = frozenset()


class Analysis:
    """Facts about one function body. `sink` is the list a definition builds by `append`, when it is read as a stream;
    `ends` says whether the stream's consumer may end it early.
    """

    def __init__(self, node: ast.FunctionDef, sink: str = "", ends: bool = False) -> None:
        self.sink, self.ends = sink, ends
        self.live_after: dict[ast.stmt, Names] = {}
        self.live_head: dict[ast.stmt, Names] = {}
        self._always: Names = _captured(node) | ({STATE} if sink else NONE)
        self._exits: dict[ast.stmt, Names] = {}
        self.live(node.body, NONE, NONE, NONE)
        self.never_negative = _never_negative(node)

    # Liveness -----------------------------------------------------------------------------------------------
    def live(self, body: Sequence[ast.stmt], after: Names, on_break: Names, on_continue: Names) -> Names:
        """The names live before `body`."""
        for statement in reversed(body):
            after = self._live_before(statement, after | self._always, on_break, on_continue)
        return after | self._always

    def _live_before(self, s: ast.stmt, after: Names, on_break: Names, on_continue: Names) -> Names:
        if isinstance(s, ast.Return):
            return used(s)
        if isinstance(s, ast.Raise):
            return self._always
        if isinstance(s, ast.Break):
            return on_break
        if isinstance(s, ast.Continue):
            return on_continue
        if isinstance(s, ast.If):
            self.live_after[s] = after
            then = self.live(s.body, after, on_break, on_continue)
            return used(s.test) | then | self.live(s.orelse, after, on_break, on_continue)
        if isinstance(s, (ast.For, ast.While)):
            self.live_after[s] = after
            targets = stored(s.target) if isinstance(s, ast.For) else NONE
            test = used(s.test) if isinstance(s, ast.While) else NONE
            head = after | test
            while True:
                again = head | (self.live(s.body, head, after, head) - targets)
                if again == head:
                    break
                head = again
            self.live_head[s] = head
            return head | (used(s.iter) if isinstance(s, ast.For) else NONE)
        if isinstance(s, (ast.Assign, ast.AnnAssign)):
            written = s.targets if isinstance(s, ast.Assign) else [s.target]
            killed = frozenset(n for t in written for n in stored(t))
            return (after - killed) | used(s)
        return after | used(s)

    # Exits --------------------------------------------------------------------------------------------------
    def exits(self, body: Iterable[ast.stmt]) -> Names:
        """How `body` can end: of "fall", "break", "continue", "return", "stop"."""
        kinds: set[str] = set()
        for s in body:
            found = self._exits.get(s)
            if found is None:
                found = self._exits[s] = self._statement_exits(s)
            kinds |= found
            if FALL not in found:
                return frozenset(kinds - {FALL})
        return frozenset(kinds | {FALL})

    def _statement_exits(self, s: ast.stmt) -> Names:
        if isinstance(s, ast.Return):
            return frozenset({"return"})
        if isinstance(s, ast.Break):
            return frozenset({"break"})
        if isinstance(s, ast.Continue):
            return frozenset({"continue"})
        if isinstance(s, ast.Raise) or is_stop(s):
            return frozenset({"stop"})
        if isinstance(s, ast.If):
            return self.exits(s.body) | self.exits(s.orelse)
        if isinstance(s, (ast.For, ast.While)):
            inner = self.exits(s.body)
            endless = isinstance(s, ast.While) and is_true(s.test) and "break" not in inner
            return (inner & {"return"}) | (NONE if endless else {FALL})
        if self.ends and self.appends(s):
            return frozenset({FALL, "return"})
        return frozenset({FALL})

    def appends(self, s: ast.stmt) -> bool:
        """Whether a statement hands an element to the sink."""
        return bool(self.sink) and _append_target(s) == self.sink

    # Assignments --------------------------------------------------------------------------------------------
    def assigned(self, body: Iterable[ast.stmt]) -> tuple[str, ...]:
        """The names `body` may bind, in order of first appearance."""
        found: dict[str, None] = {}
        for s in body:
            for n in _own(s):
                if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store):
                    found[n.id] = None
                elif isinstance(n, ast.FunctionDef):
                    found[n.name] = None
                elif isinstance(n, ast.Expr) and self.appends(n):
                    found[STATE] = None
        return tuple(found)


def _own(node: ast.AST) -> Iterator[ast.AST]:
    """`node` and what is inside it, except what belongs to functions and comprehensions inside."""
    yield node
    if isinstance(node, (ast.FunctionDef, ast.Lambda, ast.ListComp, ast.GeneratorExp)):
        return
    for child in ast.iter_child_nodes(node):
        yield from _own(child)


def is_true(test: ast.expr) -> bool:
    return isinstance(test, ast.Constant) and bool(test.value) is True


def is_stop(s: ast.stmt) -> bool:
    """Whether a statement is a call of `stop` (the intrinsic)."""
    return isinstance(s, ast.Expr) and isinstance(s.value, ast.Call) and getattr(s.value.func, "id", "") == "stop"


def _append_target(s: ast.stmt) -> str:
    """The list that `s` appends to, where it is `NAME.append(value)`."""
    if isinstance(s, ast.Expr) and isinstance(s.value, ast.Call) and isinstance(s.value.func, ast.Attribute):
        if s.value.func.attr == "append" and len(s.value.args) == 1 and isinstance(s.value.func.value, ast.Name):
            return s.value.func.value.id
    return ""


def used(node: ast.AST) -> Names:
    """The names read anywhere in `node`; the left side of `+=` counts."""
    found = set()
    for n in ast.walk(node):
        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load):
            found.add(n.id)
        elif isinstance(n, ast.AugAssign) and isinstance(n.target, ast.Name):
            found.add(n.target.id)
    return frozenset(found)


def stored(node: ast.AST) -> Names:
    """The names bound by a target."""
    return frozenset(n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))


def _captured(node: ast.FunctionDef) -> Names:
    """Names that functions inside read: they are kept alive throughout."""
    inner = [n for n in ast.walk(node) if isinstance(n, (ast.Lambda, ast.FunctionDef)) and n is not node]
    return frozenset(name for n in inner for name in used(n))


def mutated(body: Iterable[ast.stmt]) -> tuple[str, ...]:
    """Names of lists that `body` stores into or changes by a method, in order of first appearance."""
    found: dict[str, None] = {}
    for s in body:
        for n in ast.walk(s):
            if isinstance(n, ast.Subscript) and isinstance(n.ctx, ast.Store) and isinstance(n.value, ast.Name):
                found[n.value.id] = None
            elif isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute) and n.func.attr in _MUTATORS:
                if isinstance(n.func.value, ast.Name):
                    found[n.func.value.id] = None
            elif isinstance(n, ast.AugAssign) and isinstance(n.target, ast.Name):
                found[n.target.id] = None
    return tuple(found)


def _never_negative(node: ast.FunctionDef) -> Names:
    """Names of integers that no assignment makes negative where the parts it names are not."""
    values: dict[str, list[ast.expr]] = {}
    bad: set[str] = {a.arg for a in node.args.args}

    def bind(target: ast.expr, value: ast.expr | None) -> None:
        if isinstance(target, ast.Name) and value is not None:
            values.setdefault(target.id, []).append(value)
        elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
            for t, v in zip(target.elts, value.elts, strict=True):
                bind(t, v)
        else:
            bad.update(stored(target))

    for n in ast.walk(node):
        if isinstance(n, ast.Assign):
            for target in n.targets:
                bind(target, n.value)
        elif isinstance(n, ast.AnnAssign):
            bind(n.target, n.value)
        elif isinstance(n, ast.AugAssign):
            if isinstance(n.target, ast.Name) and isinstance(n.op, (ast.Add, ast.Mult, ast.FloorDiv, ast.RShift)):
                bind(n.target, n.value)
            elif isinstance(n.target, ast.Name):
                bad.add(n.target.id)
        elif isinstance(n, ast.For):
            _bind_loop(n, bind, bad)
        elif isinstance(n, (ast.comprehension, ast.NamedExpr)):
            bad.update(stored(n.target))
    good = set(values) - bad
    while True:
        failed = {name for name in good if not all(_plain(v, good) for v in values[name])}
        if not failed:
            return frozenset(good)
        good -= failed


def _bind_loop(n: ast.For, bind: object, bad: set[str]) -> None:
    """A loop over `range` binds its variable to something between its bounds."""
    call = n.iter
    if isinstance(n.target, ast.Name) and isinstance(call, ast.Call) and getattr(call.func, "id", "") == "range":
        if len(call.args) < 3 and callable(bind):
            bind(n.target, call.args[0] if len(call.args) == 2 else ast.Constant(0))
            return
    bad.update(stored(n.target))


def _plain(v: ast.expr, good: set[str]) -> bool:
    """Whether `v` is an integer that is not negative as long as the names in `good` are not."""
    if isinstance(v, ast.Constant):
        return type(v.value) is int and v.value >= 0
    if isinstance(v, ast.Name):
        return v.id in good
    if isinstance(v, ast.Call):
        called = getattr(v.func, "id", "")
        if called == "min":
            return len(v.args) > 1 and all(_plain(a, good) for a in v.args)
        return called == "len" or (called == "max" and len(v.args) > 1 and any(_plain(a, good) for a in v.args))
    if isinstance(v, ast.BinOp):
        if isinstance(v.op, (ast.Add, ast.Mult)):
            return _plain(v.left, good) and _plain(v.right, good)
        if isinstance(v.op, (ast.FloorDiv, ast.RShift)):
            return _plain(v.left, good) and _plain(v.right, good)
        return isinstance(v.op, ast.BitAnd) and (_plain(v.left, good) or _plain(v.right, good))
    return isinstance(v, ast.IfExp) and _plain(v.body, good) and _plain(v.orelse, good)


# How parameters and lists are used ------------------------------------------------------------------------------
class _Uses(ast.NodeVisitor):
    """How often each name is read, and whether under a loop or a condition."""

    def __init__(self) -> None:
        self.count: dict[str, int] = {}
        self.repeated: set[str] = set()
        self.guarded: set[str] = set()
        self.inside: set[str] = set()
        self.loops = 0
        self.conditions = 0

    def visit_Name(self, n: ast.Name) -> None:
        self.count[n.id] = self.count.get(n.id, 0) + 1
        if self.loops or isinstance(n.ctx, ast.Store):
            self.repeated.add(n.id)
        if self.loops or self.conditions:
            self.inside.add(n.id)
        if self.conditions:
            self.guarded.add(n.id)

    def _inside(self, *, loop: bool, nodes: Iterable[ast.AST]) -> None:
        self.loops += loop
        self.conditions += not loop
        for n in nodes:
            self.visit(n)
        self.loops -= loop
        self.conditions -= not loop

    def visit_For(self, n: ast.For) -> None:
        self.visit(n.iter)
        self._inside(loop=True, nodes=[n.target, *n.body])
        self._may_leave(n)

    def visit_While(self, n: ast.While) -> None:
        self._inside(loop=True, nodes=[n.test, *n.body])
        self._may_leave(n)

    def visit_If(self, n: ast.If) -> None:
        self.visit(n.test)
        self._inside(loop=False, nodes=[*n.body, *n.orelse])
        self._may_leave(n)

    def _may_leave(self, n: ast.AST) -> None:
        """What follows a statement that may return runs under a condition."""
        if any(isinstance(inner, ast.Return) for inner in ast.walk(n)):
            self.conditions += 1

    def visit_IfExp(self, n: ast.IfExp) -> None:
        self.visit(n.test)
        self._inside(loop=False, nodes=[n.body, n.orelse])

    def visit_BoolOp(self, n: ast.BoolOp) -> None:
        self.visit(n.values[0])
        self._inside(loop=False, nodes=n.values[1:])

    def visit_Lambda(self, n: ast.Lambda) -> None:
        self._inside(loop=True, nodes=[n.body])

    def visit_FunctionDef(self, n: ast.FunctionDef) -> None:
        self._inside(loop=True, nodes=n.body)

    def visit_ListComp(self, n: ast.ListComp) -> None:
        self._comprehension(n.generators, n.elt)

    def visit_GeneratorExp(self, n: ast.GeneratorExp) -> None:
        self._comprehension(n.generators, n.elt)

    def _comprehension(self, generators: list[ast.comprehension], element: ast.expr) -> None:
        self.visit(generators[0].iter)
        inner: list[ast.AST] = [element, generators[0].target, *generators[0].ifs]
        for g in generators[1:]:
            inner += [g.target, g.iter, *g.ifs]
        self._inside(loop=True, nodes=inner)


def delayed_parameters(node: ast.FunctionDef) -> tuple[Names, Names]:
    """The parameters read exactly once, outside every loop: always, and those under a condition."""
    uses = _Uses()
    for s in node.body:
        uses.visit(s)
    once = {a.arg for a in node.args.args if uses.count.get(a.arg, 0) <= 1 and a.arg not in uses.repeated}
    return frozenset(once - uses.guarded), frozenset(once & uses.guarded)


def delayed_locals(node: ast.FunctionDef) -> Names:
    """Names of comprehensions that are read exactly once, after they are made, outside every loop and condition."""
    uses = _Uses()
    for s in node.body:
        uses.visit(s)
    found = set()
    for s in node.body:
        if isinstance(s, ast.Assign) and len(s.targets) == 1 and isinstance(s.targets[0], ast.Name):
            name = s.targets[0].id
            # one reading and the assignment itself
            if isinstance(s.value, (ast.ListComp, ast.GeneratorExp)) and uses.count[name] == 2 and name not in uses.inside:
                found.add(name)
    return frozenset(found)


def placed_parameters(node: ast.FunctionDef) -> Names:
    """The parameters read only as `len(NAME)` and `NAME[...]`."""
    total: dict[str, int] = {}
    placed: dict[str, int] = {}
    for n in ast.walk(node):
        if isinstance(n, ast.Name):
            total[n.id] = total.get(n.id, 0) + 1
        base = None
        if isinstance(n, ast.Subscript) and isinstance(n.ctx, ast.Load):
            base = n.value
        elif isinstance(n, ast.Call) and getattr(n.func, "id", "") == "len" and len(n.args) == 1:
            base = n.args[0]
        if isinstance(base, ast.Name):
            placed[base.id] = placed.get(base.id, 0) + 1
    return frozenset(a.arg for a in node.args.args if placed.get(a.arg, 0) == total.get(a.arg, 0))


def sink_of(node: ast.FunctionDef) -> str:
    """The list that a function builds by `append` alone and returns at its end, or "" where it is not of this form."""
    body = [s for s in node.body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))]
    if len(body) < 2 or not isinstance(body[-1], ast.Return) or not isinstance(body[-1].value, ast.Name):
        return ""
    name = body[-1].value.id
    returns = sum(isinstance(n, ast.Return) for n in ast.walk(node))
    made = [s for s in body if isinstance(s, (ast.Assign, ast.AnnAssign)) and name in stored(s)]
    if returns != 1 or len(made) != 1 or made[0] not in body or not _empty_list(made[0]):
        return ""
    reads = sum(isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Load) for n in ast.walk(node))
    appends = sum(isinstance(n, ast.Expr) and _append_target(n) == name for n in ast.walk(node))
    inner = any(isinstance(n, (ast.Lambda, ast.FunctionDef)) and name in used(n) for n in ast.walk(node) if n is not node)
    return name if reads == appends + 1 and appends and not inner else ""


def _empty_list(s: ast.stmt) -> bool:
    value = s.value if isinstance(s, (ast.Assign, ast.AnnAssign)) else None
    return isinstance(value, ast.List) and not value.elts


def single_source(node: ast.FunctionDef, sink: str) -> str:
    """The name whose elements bound what a sink gets: all appends stand in one loop over it, at most one on each way
    through the loop's body. Else "".
    """
    loops = [s for s in node.body if any(_append_target(n) == sink for n in ast.walk(s) if isinstance(n, ast.stmt))]
    if len(loops) != 1 or not isinstance(loops[0], ast.For) or _most_appends(loops[0].body, sink) != 1:
        return ""
    source = loops[0].iter
    if isinstance(source, ast.Call) and getattr(source.func, "id", "") == "enumerate" and source.args:
        source = source.args[0]
    return source.id if isinstance(source, ast.Name) else ""


def _most_appends(body: Iterable[ast.stmt], sink: str) -> int:
    """How many appends one run of `body` makes at most; 2 stands for many."""
    total = 0
    for s in body:
        if isinstance(s, ast.If):
            total += max(_most_appends(s.body, sink), _most_appends(s.orelse, sink))
        elif isinstance(s, (ast.For, ast.While)):
            total += 2 * _most_appends(s.body, sink)
        elif _append_target(s) == sink:
            total += 1
    return min(total, 2)
