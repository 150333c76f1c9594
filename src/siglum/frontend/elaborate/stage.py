"""`Stage`: a function under construction, with what the elaborator has to remember beside the builder.

Regions that may still dissolve, cells that change in arms and loops, facts about signs, packing of values into nodes.
Imports `siglum.ir` and the values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from siglum.errors import UserError
from siglum.frontend.elaborate.values import (
    ArrayVal,
    Closure,
    MapVal,
    OptionVal,
    Stream,
    TupleVal,
    Value,
    known_text,
    type_of,
)
from siglum.ir.function import Builder, acts
from siglum.ir.node import CONST, PARAM, RESULT, Node, parameter
from siglum.ir.types import (
    BOOL,
    CHAR,
    F32,
    F64,
    I64,
    NOTHING,
    RANGES,
    SCALARS,
    STR,
    U64,
    Array,
    Option,
    Type,
    is_scalar,
    widened,
)

PARAMETER: Final = "a parameter cannot be stored into; copy it first, as in `list(xs)`"
ELEMENT: Final = "a list inside a list cannot be stored into; build the inner list first, then put it in"
EITHER: Final = "this may be one of two lists, so it cannot be stored into; copy it first, as in `list(xs)`"
CONSTANT: Final = "a text cannot be stored into"
_FEW_SELECTED: Final = 3
_FEW_NODES: Final = 6
_CHEAP: Final = frozenset({
    "add_wrap", "sub_wrap", "mul_wrap", "and", "or", "xor", "not", "shl", "shr", "sar", "eq", "ne", "lt", "le", "lt_u",
    "le_u", "min", "max", "select", "cast", "to_float", "fadd", "fsub", "fmul", "fneg", "fabs", "fmin", "fmax", "feq",
    "fne", "flt", "fle", "canonical", "pair", "left", "right", "option", "present", "held",
})  # fmt: skip
_EXTREMES: Final = {"lt": ("min", "max"), "le": ("min", "max"), "flt": ("fmin", "fmax")}
"""Comparison of a pair to what choosing its first or its second then is."""
_NEVER_NEGATIVE: Final = frozenset({"length", "popcount", "leading_zeros", "trailing_zeros", "bounds"})
_CLOSED_SIGN: Final = frozenset({"add", "mul", "floordiv", "min"})
_NEVER_NAN: Final = frozenset({"load", "canonical", "to_float", "to_float_u", "const", "param", "cast"})


class Refusal(Exception):
    """A value does not fit; whoever knows the place turns it into a `UserError`."""

    def __init__(self, message: str, fix: str = "", code: str = "E-060") -> None:
        super().__init__(message)
        self.message, self.fix, self.code = message, fix, code


class Arm(NamedTuple):
    """One branch that has been run: what it lists, the cells it changed (before and after), what it gave."""

    body: list[Node]
    before: dict[ArrayVal, tuple[Node, Node | None]]
    after: dict[ArrayVal, tuple[Node, Node | None]]
    value: Any


Collect = Callable[["Stage", Stream, "Type | None"], ArrayVal]


class Stage(Builder):
    """Builds one function. `overflow` is "stop" or "wrap"; `here` is the origin used where nothing nearer is known;
    `collect` turns a stream into an array; `itself` is what calls of the function being built look for; `inlining` are
    the definitions dissolved around here.
    """

    def __init__(self, collect: Collect, overflow: str = "stop") -> None:
        super().__init__()
        self.collect = collect
        self.overflow = overflow
        self.here = -1
        self.inlining: list[Any] = []
        self.itself: Any = None
        self.session: Any = None
        self.depth = 0
        self.journals: list[dict[ArrayVal, tuple[Node, Node | None]]] = [{}]
        self.lower: dict[Node, int] = {}
        self.equal: dict[Node, Node] = {}
        self.counts: list[Node] = []
        self._facts: list[tuple[dict[Node, int], dict[Node, Node]]] = []
        self.true = self.const(True, BOOL)
        self.false = self.const(False, BOOL)
        self.zero = self.const(0)
        self.one = self.const(1)

    # Visibility and trial -----------------------------------------------------------------------------------
    def visible(self, n: Node) -> bool:
        """Whether `n` may be used where building stands."""
        if n.op is CONST or n.op is PARAM:
            return True
        return (n.args[0] if n.op is RESULT else n) in self._available

    def begin(self) -> None:
        """Starts a list of nodes whose fate is decided later."""
        self._bodies.append([])

    def end(self) -> list[Node]:
        """Ends the innermost such list; its nodes are no longer available."""
        body = self._bodies.pop()
        self._available.difference_update(body)
        return body

    def replay(self, body: Sequence[Node]) -> None:
        """Lists the nodes of an ended list where building stands."""
        for n in body:
            self._list(n)

    def try_element(self, stream: Stream) -> tuple[Type, bool]:
        """The element type of a stream, and whether computing an element may stop, act or cost a loop: by trial."""
        found: list[Type] = []
        self.begin()
        equal = dict(self.equal)
        length = stream.length(self)
        if length is not None:
            index, _ = self.enter_loop(length, ())
            found.append(type_of(stream.at(self, index), self))
            stops = any(n.listed for n in self._bodies[-1])
            self.leave_loop(None, ())
        else:

            def look(element: Callable[[], Value], carried: tuple[Node, ...]) -> tuple[None, tuple[Node, ...]]:
                found.append(type_of(element(), self))
                return None, ()

            stream.each(self, (), look, False)
            stops = any(acts(n) for n in self._bodies[-1])
        self.end()
        self.equal = equal
        return found[0], stops

    # Loops --------------------------------------------------------------------------------------------------
    def enter_loop(self, count: Node, inits: tuple[Node, ...]) -> tuple[Node, tuple[Node, ...]]:
        """`open_loop`, remembering the count so that indexing by the loop's own index needs no check."""
        self.counts.append(count)
        self._facts.append((self.lower, self.equal))
        self.equal = dict(self.equal)
        self.depth += 1
        index, carried = self.open_loop(count, inits)
        # parameters are interned by level and place: forget what was known of those of an earlier loop
        self.lower = {n: least for n, least in self.lower.items() if n not in carried}
        for p in carried:
            self._lengths.pop(p, None)
        return index, carried

    def leave_loop(self, again: Node | None, nexts: tuple[Node, ...]) -> tuple[Node, ...]:
        self.counts.pop()
        self.lower, self.equal = self._facts.pop()
        self.depth -= 1
        return self.close_loop(self.true if again is None else again, nexts)

    @property
    def index(self) -> Node:
        """The innermost loop's index."""
        return parameter(self.level, 0, I64)

    # Branches -----------------------------------------------------------------------------------------------
    def arm(self, run: Callable[[], Any]) -> Arm:
        """Runs one branch; cells are as before afterwards."""
        facts = self.lower, self.equal
        self.lower, self.equal = dict(self.lower), dict(self.equal)
        self.depth += 1
        self.journals.append({})
        self.begin()
        value = run()
        body = self.end()
        before = self.journals.pop()
        self.depth -= 1
        self.lower, self.equal = facts
        # what was made inside keeps its state: it is part of the value, if anything
        before = {cell: state for cell, state in before.items() if cell.depth <= self.depth}
        after = {cell: (cell.node, cell.count) for cell in before}
        for cell, (n, count) in before.items():
            cell.node, cell.count = n, count
        return Arm(body, before, after, value)

    def join(self, condition: Node, then: Arm, otherwise: Arm, x: Sequence[Node], y: Sequence[Node]) -> tuple[Node, ...]:
        """The results of `if condition`: `x` and `y` are what the arms give. Cells changed in an arm are joined too."""
        cells = [c for c in dict.fromkeys((*then.before, *otherwise.before)) if c.depth <= self.depth]
        left, right = list(x), list(y)
        forms: list[tuple[ArrayVal, bool, bool]] = []
        for cell in cells:
            a, m = then.after.get(cell, (cell.node, cell.count))
            b, n = otherwise.after.get(cell, (cell.node, cell.count))
            grows = m is not None or n is not None
            if grows:
                m, n = self._count_in(then, a, m), self._count_in(otherwise, b, n)
                left.append(m)
                right.append(n)
            left.append(a)
            right.append(b)
            forms.append((cell, grows, self.length_known(a) is self.length_known(b) is not None))
        results = list(self._branch(condition, then.body, tuple(left), otherwise.body, tuple(right)))
        at = len(x)
        for cell, grows, same in forms:
            count = None
            if grows:
                count = results[at]
                at += 1
            joined = results[at]
            if same and joined is not left[at]:
                self._lengths[joined] = self._capacity(left[at])
            at += 1
            self.change(cell, joined, count)
        return tuple(results[: len(x)])

    def _count_in(self, arm: Arm, array: Node, count: Node | None) -> Node:
        """How many elements a cell has at the end of an arm that leaves it at its full length."""
        made: Node = count if count is not None else self._inside(arm, lambda: self.length(array))
        return made

    def length_known(self, array: Node) -> Node | None:
        """The length of an array where it is a node that may be used here, else None."""
        n = self._capacity(array)
        return n if self.visible(n) else None

    def _capacity(self, array: Node) -> Node:
        """As `length`, without listing anything."""
        self.begin()
        n = self.length(array)
        self.end()
        return n

    def _branch(
        self, condition: Node, then: list[Node], x: tuple[Node, ...], otherwise: list[Node], y: tuple[Node, ...]
    ) -> tuple[Node, ...]:
        differ = [k for k in range(len(x)) if x[k] is not y[k] or not self.visible(x[k])]
        if self._selectable(then, otherwise, [(x[k], y[k]) for k in differ]):
            self.replay(then)
            self.replay(otherwise)
            return tuple(
                self.choose(condition, a, b) if a is not b else a for a, b in zip(x, y, strict=True)
            )
        if not differ and not any(acts(n) for n in then) and not any(acts(n) for n in otherwise):
            return x
        first = self._region(then, tuple(x[k] for k in differ))
        second = self._region(otherwise, tuple(y[k] for k in differ))
        results = self.if_(condition, first, second)
        out = list(x)
        for k, r in zip(differ, results, strict=True):
            out[k] = r
        return tuple(out)

    def _selectable(self, then: list[Node], otherwise: list[Node], pairs: list[tuple[Node, Node]]) -> bool:
        if len(then) + len(otherwise) > _FEW_NODES or len(pairs) > _FEW_SELECTED:
            return False
        if any(a is not b and a.type.kind not in SCALARS for a, b in pairs):
            return False
        return all(n.op.name in _CHEAP for n in then) and all(n.op.name in _CHEAP for n in otherwise)

    def _region(self, body: list[Node], results: tuple[Node, ...]) -> Any:
        self._bodies.append(body)
        self._available.update(body)
        return self.close_region(results)

    def choose(self, condition: Node, x: Node, y: Node) -> Node:
        """`x` where `condition` holds, else `y`, both computed."""
        if x is y:
            return x
        if x.type is BOOL and x.op is CONST and y.op is CONST:
            return condition if x.attr else self.emit("not", condition)
        if x.type is BOOL and y is self.false:
            return self.emit("and", condition, x)
        if x.type is BOOL and x is self.true:
            return self.emit("or", condition, y)
        extreme = _EXTREMES.get(condition.op.name)
        if extreme is not None and condition.args == (y, x):
            return self.emit(extreme[1], y, x)
        if extreme is not None and condition.args == (x, y):
            return self.emit(extreme[0], y, x)
        return self.emit("select", condition, x, y)

    def either(self, condition: Node, then: Callable[[], Value], otherwise: Callable[[], Value]) -> Value:
        """The value of a conditional expression; only the chosen arm runs."""
        if condition.op is CONST:
            return then() if condition.attr else otherwise()
        a = self.arm(lambda: self.settle(then()))
        b = self.arm(lambda: self.settle(otherwise()))
        return self.merge(condition, a, b)

    def both(self, x: Node, y: Callable[[], Node]) -> Node:
        """`x and y()`, where `y` runs only if `x` holds."""
        if x.op is CONST:
            return y() if x.attr else x
        then = self.arm(y)
        n: Node = then.value
        if not any(k.listed for k in then.body) and len(then.body) <= _FEW_NODES:
            self.replay(then.body)
            return self.emit("and", x, n) if n is not self.true else x
        (result,) = self.join(x, then, Arm([], {}, {}, None), (n,), (self.false,))
        return result

    def any_of(self, x: Node, y: Callable[[], Node]) -> Node:
        """`x or y()`, where `y` runs only if `x` does not hold."""
        if x.op is CONST:
            return x if x.attr else y()
        otherwise = self.arm(y)
        n: Node = otherwise.value
        if not any(k.listed for k in otherwise.body) and len(otherwise.body) <= _FEW_NODES:
            self.replay(otherwise.body)
            return self.emit("or", x, n) if n is not self.false else x
        (result,) = self.join(x, Arm([], {}, {}, None), otherwise, (self.true,), (n,))
        return result

    # Cells --------------------------------------------------------------------------------------------------
    def array(self, n: Node, element: Type, count: Node | None = None, frozen: str = "") -> ArrayVal:
        """A new array value made where building stands."""
        return ArrayVal(n, element, count, frozen, self.depth)

    def change(self, cell: ArrayVal, n: Node, count: Node | None) -> None:
        """Gives a cell its next version."""
        self.journals[-1].setdefault(cell, (cell.node, cell.count))
        cell.node, cell.count = n, count

    def count_of(self, array: ArrayVal) -> Node:
        """How many elements an array has."""
        return array.count if array.count is not None else self.length(array.node)

    def settle(self, value: Value) -> Value:
        """A value without delayed parts."""
        if isinstance(value, Stream):
            collected: Value = self.collect(self, value, None)
            return collected
        if isinstance(value, TupleVal):
            return TupleVal(tuple(self.settle(v) for v in value.items))
        if isinstance(value, OptionVal) and isinstance(value.held, (Stream, TupleVal)):
            return OptionVal(value.present, self.settle(value.held))
        return value

    # Merging ------------------------------------------------------------------------------------------------
    def merge(self, condition: Node, then: Arm, otherwise: Arm) -> Value:
        """The value of two arms whose `value`s are settled values. Raises `Refusal` where their types differ."""
        (result,) = self.merge_all(condition, then, otherwise, [(then.value, otherwise.value)])
        return result

    def merge_all(self, condition: Node, then: Arm, otherwise: Arm, pairs: Sequence[tuple[Value, Value]]) -> list[Value]:
        """As `merge` for several values at once; identical values stay as they are."""
        x: list[Node] = []
        y: list[Node] = []
        shapes: list[Value | None] = []
        for a, b in pairs:
            if a is b and (not isinstance(a, Node) or self.visible(a)):
                shapes.append(None)
                continue
            a, b = self._alike(a, b, then, otherwise)
            shapes.append(a)
            start = len(x)
            self.leaves(a, x)
            self.leaves(b, y)
            mismatch = len(x) != len(y) or any(m.type is not n.type for m, n in zip(x[start:], y[start:], strict=True))
            if mismatch:
                raise Refusal(f"this is {type_of(a, self)} on one way and {type_of(b, self)} on the other",
                              "give both the same type", "E-061")  # fmt: skip
            self._alias(a, b)
        results = iter(self.join(condition, then, otherwise, x, y))
        return [pair[0] if shape is None else self.rebuild(shape, results) for shape, pair in zip(shapes, pairs, strict=True)]

    def _alias(self, a: Value, b: Value) -> None:
        """Two lists that a name may now stand for cannot change any more, where other names have them."""
        if isinstance(a, ArrayVal) and isinstance(b, ArrayVal) and a is not b:
            for one in (a, b):
                if one.depth <= self.depth and not one.frozen:
                    one.frozen = EITHER
            a.frozen = a.frozen or b.frozen

    def _inside(self, arm: Arm, run: Callable[[], Any]) -> Any:
        """Runs something at the end of an arm that has been run."""
        self._bodies.append(arm.body)
        self._available.update(arm.body)
        result = run()
        self._available.difference_update(self._bodies.pop())
        return result

    def _alike(self, a: Value, b: Value, then: Arm, otherwise: Arm) -> tuple[Value, Value]:
        """The two values in one form: both options, both growing, both of one element type."""
        if isinstance(a, OptionVal) or isinstance(b, OptionVal):
            p = a if isinstance(a, OptionVal) else OptionVal(self.true, a)
            q = b if isinstance(b, OptionVal) else OptionVal(self.true, b)
            if p.held is None and q.held is not None:
                p = OptionVal(p.present, self.zero_like(q.held))
            elif q.held is None and p.held is not None:
                q = OptionVal(q.present, self.zero_like(p.held))
            elif p.held is not None and q.held is not None:
                m, n = self._alike(p.held, q.held, then, otherwise)
                p, q = OptionVal(p.present, m), OptionVal(q.present, n)
            return p, q
        if isinstance(a, Node) and isinstance(b, Node) and a.type is not b.type:
            return self.promote(a, b.type), self.promote(b, a.type)
        if isinstance(a, ArrayVal) and isinstance(b, ArrayVal):
            if a.element is NOTHING and b.element is not NOTHING:
                a = self.empty(b.element)
            elif b.element is NOTHING and a.element is not NOTHING:
                b = self.empty(a.element)
            if (a.count is None) != (b.count is None):
                if a.count is None:
                    a = ArrayVal(a.node, a.element, self._count_in(then, a.node, None), a.frozen, a.depth)
                else:
                    b = ArrayVal(b.node, b.element, self._count_in(otherwise, b.node, None), b.frozen, b.depth)
        if isinstance(a, TupleVal) and isinstance(b, TupleVal) and len(a.items) == len(b.items):
            parts = [self._alike(m, n, then, otherwise) for m, n in zip(a.items, b.items, strict=True)]
            return TupleVal(tuple(p for p, _ in parts)), TupleVal(tuple(q for _, q in parts))
        return self._alike_texts(a, b, then, otherwise)

    def _alike_texts(self, a: Value, b: Value, then: Arm, otherwise: Arm) -> tuple[Value, Value]:
        """Characters where both can be one, else texts."""
        c, d = self.as_character(a), self.as_character(b)
        if c is not None and d is not None:
            return c, d
        if isinstance(a, ArrayVal) and isinstance(b, Node) and b.type is CHAR and a.element is CHAR:
            return a, self._inside(otherwise, lambda: self.as_text(b))
        if isinstance(b, ArrayVal) and isinstance(a, Node) and a.type is CHAR and b.element is CHAR:
            return self._inside(then, lambda: self.as_text(a)), b
        return a, b

    def as_character(self, value: Value) -> Node | None:
        """A character, or a constant text of one, as a character; else None."""
        if isinstance(value, Node):
            return value if value.type is CHAR else None
        if isinstance(value, ArrayVal) and value.element is CHAR and value.count is None and value.node.op.name == "data":
            if len(value.node.attr[1]) == 1:
                return self.const(value.node.attr[1][0], CHAR)
        return None

    def leaves(self, value: Value, out: list[Node]) -> None:
        """Appends the nodes a value consists of. Raises `Refusal` for a function or an unknown none."""
        if isinstance(value, Node):
            out.append(value)
        elif isinstance(value, ArrayVal):
            out.append(value.node)
            if value.count is not None:
                out.append(value.count)
        elif isinstance(value, TupleVal):
            for v in value.items:
                self.leaves(v, out)
        elif isinstance(value, OptionVal):
            if value.held is None:
                raise Refusal("the type of None is not known here", "write it, as in `x: int | None = None`", "E-062")
            out.append(value.present)
            self.leaves(value.held, out)
        elif isinstance(value, MapVal):
            self.leaves(value.keys, out)
            self.leaves(value.items, out)
        elif isinstance(value, Closure):
            raise Refusal("a function cannot be chosen while the program runs", "call it on each way", "E-061")
        else:
            raise AssertionError("delayed values are settled before")

    def rebuild(self, shape: Value, nodes: Iterator[Node]) -> Value:
        """A value of the form of `shape` from its nodes."""
        if isinstance(shape, Node):
            return next(nodes)
        if isinstance(shape, ArrayVal):
            n = next(nodes)
            if n is shape.node and shape.count is None:
                return shape
            return self.array(n, shape.element, None if shape.count is None else next(nodes), shape.frozen)
        if isinstance(shape, TupleVal):
            return TupleVal(tuple(self.rebuild(v, nodes) for v in shape.items))
        if isinstance(shape, OptionVal):
            assert shape.held is not None
            present = next(nodes)
            return OptionVal(present, self.rebuild(shape.held, nodes))
        assert isinstance(shape, MapVal)
        keys, items = self.rebuild(shape.keys, nodes), self.rebuild(shape.items, nodes)
        assert isinstance(keys, ArrayVal) and isinstance(items, ArrayVal)
        return MapVal(keys, items)

    # Types --------------------------------------------------------------------------------------------------
    def promote(self, n: Node, wanted: Type) -> Node:
        """An integer constant as the type beside it, where it fits; anything else as it is."""
        if n.op is CONST and n.type is I64:
            if wanted is F64 and float(n.attr) == n.attr:
                return self.const(float(n.attr), F64)
            if wanted is U64 and n.attr >= 0:
                return self.const(n.attr, U64)
        return n

    def empty(self, element: Type) -> ArrayVal:
        """An array without elements."""
        if is_scalar(element):
            return self.array(self.data(element, ()), element, None, "")
        if element is NOTHING:
            return self.array(self.data(BOOL, ()), NOTHING)
        return self.array(self.alloc(element, self.zero, self.here, zero=False), element)

    def as_text(self, character: Node) -> ArrayVal:
        """A text of one character."""
        if character.op is CONST:
            return self.array(self.data(CHAR, (character.attr,)), CHAR, None, CONSTANT)
        room = self.alloc(CHAR, self.one, self.here, zero=False)
        return self.array(self.emit("store", room, self.zero, character), CHAR)

    def zero_like(self, value: Value) -> Value:
        """Some value of the same form; it is never looked at."""
        if isinstance(value, Node):
            return self._zero(value.type)
        if isinstance(value, ArrayVal):
            made = self.empty(value.element)
            return made if value.count is None else ArrayVal(made.node, made.element, self.zero)
        if isinstance(value, TupleVal):
            return TupleVal(tuple(self.zero_like(v) for v in value.items))
        if isinstance(value, OptionVal):
            return OptionVal(self.false, None if value.held is None else self.zero_like(value.held))
        if isinstance(value, MapVal):
            return MapVal(self.empty(value.keys.element), self.empty(value.items.element))
        raise Refusal("a function cannot be left out", "", "E-061")

    def _zero(self, t: Type) -> Node:
        if t.kind == "wide":
            return self.emit("wide", self.zero)
        if t.kind == "lanes":
            return self.emit("lanes")
        if t.kind == "array":
            return self.empty(t.element).node
        return self.const(0.0 if t is F64 else 0, t)

    def zero_value(self, t: Type) -> Value:
        """Some value of type `t`; it is never looked at."""
        if is_scalar(t):
            return self._zero(widened(t))
        if t.kind == "array":
            return self.empty(t.element)
        if t.kind == "pair":
            return TupleVal((self.zero_value(t.args[0]), self.zero_value(t.args[1])))
        if t.kind == "option":
            return OptionVal(self.false, self.zero_value(t.element))
        return MapVal(self.empty(t.args[0]), self.empty(t.args[1]))

    def unpack(self, n: Node, frozen: str = PARAMETER) -> Value:
        """The value a node holds; narrow scalars widen."""
        t = n.type
        kind = t.kind
        if kind == "array":
            return self.array(n, t.element, None, frozen)
        if not t.args:
            return n if widened(t) is t else self.emit("cast", n, attr=widened(t))
        if kind == "pair":
            return TupleVal((self.unpack(self.emit("left", n), frozen), self.unpack(self.emit("right", n), frozen)))
        if kind == "option":
            return OptionVal(self.emit("present", n), self.unpack(self.emit("held", n), frozen))
        keys, items = self.emit("keys", n), self.emit("values", n)
        return MapVal(self.array(keys, t.args[0], None, frozen), self.array(items, t.args[1], None, frozen))

    def pack(self, value: Value, t: Type, origin: int) -> Node:
        """The node of type `t` that holds `value`, which fits it. Raises `Refusal` where it does not."""
        if t is CHAR:
            value = self.as_character(value) or value
        if isinstance(value, Node):
            return self._pack_scalar(value, t, origin)
        if t is CHAR and len(text := known_text(value) or "") == 1:
            return self.const(ord(text), CHAR)
        if isinstance(value, Stream):
            value = self.collect(self, value, t.element if t.kind == "array" else None)
        if isinstance(value, ArrayVal) and t.kind == "array":
            return self._pack_array(value, t, origin)
        if isinstance(value, TupleVal) and t.kind == "pair":
            rest = value.items[1] if len(value.items) == 2 else TupleVal(value.items[1:])
            return self.emit("pair", self.pack(value.items[0], t.args[0], origin), self.pack(rest, t.args[1], origin))
        if t.kind == "option":
            if not isinstance(value, OptionVal):
                value = OptionVal(self.true, value)
            held = self.zero_value(t.element) if value.held is None else value.held
            return self.emit("option", value.present, self.pack(held, t.element, origin))
        if isinstance(value, MapVal) and t.kind == "map":
            keys = self._pack_array(value.keys, Array(t.args[0]), origin)
            return self.emit("mapping", keys, self._pack_array(value.items, Array(t.args[1]), origin))
        raise self.misfit(value, t)

    def misfit(self, value: Value, t: Type) -> Refusal:
        if isinstance(value, Closure):
            return Refusal(f"a function stands where {t} is needed", "call it", "E-063")
        got = type_of(value, self)
        if got.kind == "option" and got.element is t:
            return Refusal("this may be None", "test it first, as in `if x is None:`", "E-064")
        fix = ""
        if t is F64 and got is I64:
            fix = "write `float(...)`"
        elif t is I64 and got in (F64, BOOL):
            fix = "write `int(...)`"
        return Refusal(f"this is {spelled(got)}, where {spelled(t)} is needed", fix, "E-063")

    def _pack_scalar(self, value: Node, t: Type, origin: int) -> Node:
        if t.kind == "option":
            return self.emit("option", self.true, self._pack_scalar(value, t.element, origin))
        if t is STR and value.type is CHAR:
            return self.as_text(value).node
        value = self.promote(value, widened(t))
        if value.type is t:
            return self.canonical(value) if t is F64 else value
        if t is F32 and value.type is F64:
            return self.emit("narrow_f32", self.canonical(value))
        if t in RANGES and value.type is I64 and t is not U64:
            return self.emit("narrow", value, attr=t, origin=origin)
        raise self.misfit(value, t)

    def canonical(self, value: Node) -> Node:
        """A float that leaves the program's registers: every NaN is the canonical one."""
        name = value.op.name
        if name in _NEVER_NAN and not (name == "param" and value.attr[0] > 0):
            return value
        if value.op is RESULT and value.args[0].op.name in ("call", "recur"):
            return value
        return self.emit("canonical", value)

    def _pack_array(self, value: ArrayVal, t: Type, origin: int) -> Node:
        if value.element is not t.element:
            if value.element is NOTHING:
                return self.empty(t.element).node
            raise self.misfit(value, t)
        if value.count is None:
            return value.node
        return self.emit("array", value.node, value.count, origin=origin)

    def coerce(self, value: Value, t: Type, origin: int) -> Value:
        """`value` as one of type `t`, still unpacked; narrow types are range-checked. Raises `Refusal`."""
        if isinstance(value, Node):
            if value.type is t and t is not F32:
                return value
            if t.kind == "option":
                return OptionVal(self.true, self.coerce(value, t.element, origin))
            if t is STR and value.type is CHAR:
                return self.as_text(value)
            value = self.promote(value, widened(t))
            if value.type is t:
                return value
            if is_scalar(t) and widened(t) is value.type:
                packed = self._pack_scalar(value, t, origin)
                return self.emit("cast", packed, attr=value.type)
            raise self.misfit(value, t)
        if t.kind == "option":
            if not isinstance(value, OptionVal):
                return OptionVal(self.true, self.coerce(value, t.element, origin))
            if value.held is None:
                return OptionVal(value.present, self.zero_value(t.element))
            return OptionVal(value.present, self.coerce(value.held, t.element, origin))
        if t.kind == "array":
            if isinstance(value, Stream):
                return value
            if isinstance(value, ArrayVal):
                if value.element is NOTHING:
                    value.element = t.element
                    value.node = self.empty(t.element).node
                if value.element is t.element:
                    return value
        character = self.as_character(value) if t is CHAR else None
        if character is not None:
            return character
        if t.kind == "pair" and isinstance(value, TupleVal) and len(value.items) == 2:
            return TupleVal(tuple(self.coerce(v, p, origin) for v, p in zip(value.items, t.args, strict=True)))
        if t.kind == "map" and isinstance(value, MapVal) and type_of(value, self) is t:
            return value
        raise self.misfit(value, t)

    # Facts --------------------------------------------------------------------------------------------------
    def at_least(self, n: Node, depth: int = 4) -> int | None:
        """A lower bound of an i64, or None."""
        if n.op is CONST:
            return int(n.attr)
        found = self.lower.get(n)
        if found is not None:
            return found
        name = n.op.name
        if name == "param":
            return 0 if n.attr[0] > 0 and n.attr[1] == 0 else None
        if name in _NEVER_NEGATIVE:
            return 0
        if name == "cast":
            return None if n.args[0].type not in (BOOL, CHAR) and n.args[0].type.kind[0] != "u" else 0
        if depth == 0:
            return None
        if name == "add" or name == "mul":
            x, y = self.at_least(n.args[0], depth - 1), self.at_least(n.args[1], depth - 1)
            if x is None or y is None or (name == "mul" and (x < 0 or y < 0)):
                return None
            return x + y if name == "add" else x * y
        if name == "sub" and n.args[1].op is CONST:
            x = self.at_least(n.args[0], depth - 1)
            return None if x is None else x - int(n.args[1].attr)
        if name in ("floordiv", "sar", "min"):
            x, y = self.at_least(n.args[0], depth - 1), self.at_least(n.args[1], depth - 1)
            return 0 if x is not None and x >= 0 and y is not None and y >= 0 else None
        if name == "mod":
            y = self.at_least(n.args[1], depth - 1)
            return 0 if y is not None and y >= 0 else None
        if name in ("and", "max"):
            x, y = self.at_least(n.args[0], depth - 1), self.at_least(n.args[1], depth - 1)
            return 0 if (x is not None and x >= 0) or (y is not None and y >= 0) else None
        if name == "nonzero":
            return self.at_least(n.args[0], depth - 1)
        return None

    def require_equal(self, x: Node, y: Node, origin: int) -> None:
        """Stops with `length` unless two lengths are equal; from here on they are known to be."""
        x, y = self.leader(x), self.leader(y)
        if x is not y:
            self.emit("require", self.emit("eq", x, y), attr="length", origin=origin)
            if y.op is CONST:
                x, y = y, x
            self.equal[y] = x

    def leader(self, n: Node) -> Node:
        """The node that stands for all that are known to equal `n`."""
        while n in self.equal:
            n = self.equal[n]
        return n

    def never_negative(self, n: Node) -> bool:
        x = self.at_least(n)
        return x is not None and x >= 0

    def note(self, n: Node, least: int) -> None:
        """Remembers, until the region ends, that `n` is at least `least`."""
        if n.op is not CONST and least > self.lower.get(n, -(2**63)):
            self.lower[n] = least


def spelled(t: Type) -> str:
    """A type as a Python annotation."""
    names = {I64: "int", F64: "float", NOTHING: "None"}
    if t in names:
        return names[t]
    if t.kind == "array" and t is not STR:
        return f"list[{spelled(t.element)}]"
    if t.kind == "pair":
        return f"tuple[{spelled(t.args[0])}, {spelled(t.args[1])}]"
    if t.kind == "option":
        return "None" if t.element is NOTHING else f"{spelled(t.element)} | None"
    if t.kind == "map":
        return f"dict[{spelled(t.args[0])}, {spelled(t.args[1])}]"
    return t.text


__all__ = ["Arm", "Option", "Refusal", "Stage", "UserError", "spelled"]
