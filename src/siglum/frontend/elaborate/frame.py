"""`Frame`: where the elaborator stands in a definition: the values of its names, and whom a stop is charged to.

Imports `siglum.ir`, the Python front end, the stage and the values.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection
from typing import Any, Final, NamedTuple

from siglum.errors import UserError
from siglum.frontend.elaborate.stage import Refusal, Stage
from siglum.frontend.elaborate.values import ArrayVal, Value
from siglum.frontend.python.definition import Definition
from siglum.ir.function import Origin
from siglum.ir.node import Node
from siglum.ir.types import I64, Type

Span = tuple[int, int, int]


class Unbound:
    """Stands for a name that may have no value; `why` tells the user."""

    __slots__ = ("why",)

    def __init__(self, why: str) -> None:
        self.why = why


Sink = Callable[[Callable[[], Value], tuple[Node, ...]], tuple[Node | None, tuple[Node, ...]]]


class Frame:
    """One activation. `fixed` is the origin of everything in an inlined word, -1 where places are the definition's own;
    `sink` takes the elements of a definition that is read as a stream.
    """

    __slots__ = ("bindings", "d", "env", "fixed", "result", "sink", "st")

    def __init__(
        self,
        st: Stage,
        d: Definition,
        env: dict[str, Any],
        fixed: int,
        bindings: dict[str, Type],
        result: Type,
        sink: Sink | None = None,
    ) -> None:
        self.st, self.d, self.env, self.fixed, self.bindings = st, d, env, fixed, bindings
        self.result, self.sink = result, sink

    def child(self, env: dict[str, Any]) -> Frame:
        """The same activation with other values of its names."""
        return Frame(self.st, self.d, env, self.fixed, self.bindings, self.result, self.sink)

    def at(self, span: Span, word: str = "") -> int:
        """The origin of a stop at `span`."""
        if self.fixed >= 0:
            return self.fixed
        place = self.d.place_at(span)
        return self.st.origin(Origin(word or self.d.name, self.d.source, place.line, place.column, place.length))

    def fault(self, refusal: Refusal, span: Span) -> UserError:
        """The error that tells a user why the part at `span` cannot be compiled."""
        return UserError(refusal.message, self.d.place_at(span), refusal.fix, refusal.code)

    def refuse(self, message: str, span: Span, fix: str = "", code: str = "E-060") -> UserError:
        return UserError(message, self.d.place_at(span), fix, code)


Evaluate = Callable[[Frame], Value]
"""A compiled expression."""


class Outcome(NamedTuple):
    """How a block ended: "fall", "break", "continue", "return" (with its value), "stop", or "closed": `values` are what
    its context made of it.
    """

    kind: str
    frame: Frame
    value: Value | None = None
    values: tuple[Value | None, ...] = ()


class Context(NamedTuple):
    """What a block's end means around it: `close` gives the values that two ends are joined by; `cells` are the lists that
    are looked at afterwards beside those.
    """

    close: Callable[[Outcome], tuple[Value | None, ...]]
    cells: Collection[ArrayVal]


Facts = tuple[tuple[str, str, Any], ...]
"""What a test tells: ("some" or "none", name, None), ("least", name, integer) and ("not", name, integer)."""
NO_FACTS: Final[Facts] = ()


def apply_facts(f: Frame, facts: Facts) -> Frame:
    """The frame with what a test has shown: options met, lower bounds noted."""
    env = None
    for kind, name, detail in facts:
        value = f.env.get(name)
        if kind == "least":
            if isinstance(value, Node):
                f.st.note(value, detail)
        elif kind == "not":
            if isinstance(value, Node) and value.type is I64 and f.st.at_least(value) == detail:
                f.st.note(value, detail + 1)
        elif kind == "some":
            held = getattr(value, "held", None)
            if held is not None:
                env = env or dict(f.env)
                env[name] = held
    return f if env is None else f.child(env)


def facts_of(test: ast.expr) -> tuple[Facts, Facts]:
    """What is known where `test` holds, and where it does not."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        yes, no = facts_of(test.operand)
        return no, yes
    if isinstance(test, ast.BoolOp):
        parts = [facts_of(v) for v in test.values]
        if isinstance(test.op, ast.And):
            return tuple(fact for yes, _ in parts for fact in yes), NO_FACTS
        return NO_FACTS, tuple(fact for _, no in parts for fact in no)
    if isinstance(test, ast.Compare):
        return _comparison_facts(test)
    return NO_FACTS, NO_FACTS


_MIRRORED: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Lt: ast.Gt, ast.LtE: ast.GtE, ast.Gt: ast.Lt, ast.GtE: ast.LtE, ast.Eq: ast.Eq, ast.NotEq: ast.NotEq,
}  # fmt: skip


def _comparison_facts(test: ast.Compare) -> tuple[Facts, Facts]:
    yes: list[tuple[str, str, Any]] = []
    no: list[tuple[str, str, Any]] = []
    left = test.left
    single = len(test.ops) == 1
    for op, right in zip(test.ops, test.comparators, strict=True):
        if isinstance(left, ast.Name) and isinstance(right, ast.Constant) and right.value is None:
            if isinstance(op, ast.Is):
                no.append(("some", left.id, None))
            elif isinstance(op, ast.IsNot):
                yes.append(("some", left.id, None))
        for name, bound, operator in ((left, right, type(op)), (right, left, _MIRRORED.get(type(op)))):
            if isinstance(name, ast.Name) and isinstance(bound, ast.Constant) and type(bound.value) is int:
                if operator is ast.Gt:
                    yes.append(("least", name.id, bound.value + 1))
                elif operator in (ast.GtE, ast.Eq):
                    yes.append(("least", name.id, bound.value))
                    if operator is ast.Eq:
                        no.append(("not", name.id, bound.value))
                elif operator is ast.NotEq:
                    yes.append(("not", name.id, bound.value))
                    no.append(("least", name.id, bound.value))
                elif operator is ast.Lt:
                    no.append(("least", name.id, bound.value))
                elif operator is ast.LtE:
                    no.append(("least", name.id, bound.value + 1))
        left = right
    return tuple(yes), tuple(no) if single else NO_FACTS
