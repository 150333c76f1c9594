"""Random well-typed functions that the verifier accepts: for tests, differential runs and mutation of binder and checker.

Deterministic by seed. Loops are bounded, so every function ends. Imports the modules of `siglum.ir` below it.
"""

from __future__ import annotations

from random import Random
from typing import Any, Final, NamedTuple

from siglum.ir.function import Builder, Function, Origin
from siglum.ir.node import CONST, Node
from siglum.ir.primitives import MAX64, MIN64
from siglum.ir.types import (
    BOOL,
    CHAR,
    F32,
    F64,
    I8,
    I16,
    I32,
    I64,
    NOTHING,
    RANGES,
    STR,
    U8,
    U16,
    U32,
    U64,
    Array,
    Option,
    Pair,
    Type,
)  # fmt: skip

PARAMETERS: Final = (
    I64, I64, I64, U64, F64, F64, BOOL, I32, U8, CHAR, F32, Array(I64), Array(I64), Array(F64), Array(U8), Array(I32),
    Array(BOOL), Array(F32), STR, Pair(I64, F64), Pair(I64, Array(I64)), Option(I64), Array(Pair(I64, F64)), Array(Array(I64)),
)  # fmt: skip
_OWNED: Final = (I64, I64, F64, U8, I32, BOOL, U64, F32, Pair(I64, F64), I16)
_CHECKED: Final = ("add", "sub", "mul")
_WORDS: Final = ("and", "or", "xor")
_WRAPPED: Final = ("add_wrap", "sub_wrap", "mul_wrap")
_ORDER: Final = ("lt", "le", "eq", "ne")
_FLOAT: Final = ("fadd", "fsub", "fmul", "fdiv", "fmin", "fmax")
_ROUNDING: Final = ("fneg", "fabs", "ffloor", "fceil", "ftrunc", "fsqrt", "canonical")
_CONSTANTS: Final = (0, 1, 2, 3, 5, 7, 8, -1, -2, 10, 63, 64, 100, 255, 2**31, -(2**31), 2**32 + 5, 2**53, MAX64, MIN64)
_FLOATS: Final = (0.0, -0.0, 1.0, -1.5, 0.1, 2.0, 1e308, 5e-324, float("inf"), float("nan"))
_NARROW: Final = (I8, I16, I32, U8, U16, U32)


class Shape(NamedTuple):
    """How large a sampled function is: operations in all, how deep regions nest, most parameters, whether it may call,
    recur, take fuel; `counting`: whether loops carry counts and tell first runs apart, and checked indices come from them.
    """

    size: int = 30
    depth: int = 3
    params: int = 4
    calls: bool = True
    fuel: bool = True
    counting: bool = False


class _Owned:
    """An array the function made: its newest version, its capacity, the level of the loop it belongs to."""

    __slots__ = ("capacity", "element", "node")

    def __init__(self, node: Node, element: Type, capacity: Node) -> None:
        self.node, self.element, self.capacity = node, element, capacity


class _World:
    """What is in scope: values by type, and arrays that may be stored into here."""

    def __init__(self) -> None:
        self.values: dict[Type, list[Node]] = {}
        self.owned: list[_Owned] = []
        self.counts: dict[Node, Node] = {}
        self.counters: list[Node] = []
        self.below: list[tuple[Node, Node]] = []

    def inner(self) -> _World:
        found = _World()
        found.values = {t: list(nodes) for t, nodes in self.values.items()}
        found.counts = dict(self.counts)
        found.counters = list(self.counters)
        found.below = list(self.below)
        return found

    def add(self, n: Node) -> Node:
        self.values.setdefault(n.type, []).append(n)
        return n


class _Sampler:
    def __init__(self, random: Random, shape: Shape, callees: tuple[Function, ...], name: str) -> None:
        self.random, self.shape, self.callees, self.name = random, shape, callees, name
        self.b = Builder()
        self.left = shape.size
        self.places = 0

    # Small choices ------------------------------------------------------------------------------------------
    def origin(self, word: str) -> int:
        self.places += 1
        return self.b.origin(Origin(word, self.name, 1, self.places, len(word)))

    def int_constant(self) -> Node:
        random = self.random
        return self.b.const(random.choice(_CONSTANTS) if random.random() < 0.5 else random.randrange(-20, 50))

    def of(self, world: _World, t: Type) -> Node:
        """A value of scalar type `t`: the newest ones are likelier."""
        random = self.random
        found = world.values.get(t, ())
        if found and random.random() < 0.85:
            return found[-1 - min(int(random.expovariate(0.35)), len(found) - 1)]
        if t is I64:
            return self.int_constant()
        if t is BOOL:
            return self.b.emit(random.choice(_ORDER), self.of(world, I64), self.of(world, I64))
        if t is F64:
            return self.b.const(random.choice(_FLOATS), F64)
        if t is F32:
            return self.b.emit("narrow_f32", self.of(world, F64))
        if t is CHAR:
            return self.b.const(random.choice((65, 0x1F600, 0, 10)), CHAR)
        low, high = RANGES[t]
        return self.b.const(random.choice((low, high, min(5, high))), t)

    def small(self, world: _World, most: int) -> Node:
        """An i64 between 0 and `most` (a power of two less one)."""
        return self.b.emit("and", self.of(world, I64), self.b.const(most))

    def element(self, world: _World, t: Type) -> Node:
        """A value that can be stored in an array of `t`."""
        if t.kind == "pair":
            return self.b.emit("pair", self.element(world, t.args[0]), self.element(world, t.args[1]))
        if t.kind == "array":
            arrays = world.values.get(t)
            return self.random.choice(arrays) if arrays else self.b.data(t.element, ())
        if t in _NARROW and self.random.random() < 0.8:
            most = RANGES[t][1]
            masked = self.b.emit("and", self.of(world, I64), self.b.const(most if most < 2**31 else 0xFFFF))
            return self.b.emit("narrow", masked, attr=t, origin=self.origin("fit"))
        return self.of(world, t)

    # Statements ---------------------------------------------------------------------------------------------
    def statements(self, world: _World, depth: int, count: int, loop: Node | None) -> None:
        """Adds about `count` operations to the open region. `loop` is the index of the innermost loop."""
        random = self.random
        for _ in range(count):
            if self.left <= 0:
                return
            self.left -= 1
            choice = random.random()
            if depth and choice < 0.10:
                self.branch(world, depth - 1, loop)
            elif depth and choice < 0.20:
                self.loop(world, depth - 1)
            elif choice < 0.38:
                self.integers(world)
            elif choice < 0.46:
                self.floats(world)
            elif choice < 0.53:
                self.bools(world)
            elif choice < 0.63:
                self.load(world, loop)
            elif choice < 0.75:
                self.store(world, loop)
            elif choice < 0.80:
                self.fresh_array(world)
            elif choice < 0.85:
                self.conversion(world)
            elif choice < 0.88:
                self.window(world)
            elif choice < 0.92:
                self.compound(world)
            elif choice < 0.95:
                self.call(world)
            else:
                self.check(world)

    def integers(self, world: _World) -> None:
        b, random = self.b, self.random
        t = U64 if random.random() < 0.15 else I64
        x, y = self.of(world, t), self.of(world, t)
        if random.random() < 0.25:
            y = b.const(abs(random.choice(_CONSTANTS)) if t is U64 else random.choice(_CONSTANTS), t)
        choice = random.random()
        suffix = "_u" if t is U64 else ""
        if choice < 0.30:
            name = random.choice(_CHECKED) + suffix
            world.add(b.emit(name, x, y, origin=self.origin(name)))
        elif choice < 0.55:
            world.add(b.emit(random.choice(_WRAPPED), x, y))
        elif choice < 0.70:
            world.add(b.emit(random.choice(_WORDS), x, y))
        elif choice < 0.80:
            world.add(b.emit(random.choice(("shl", "shr") if t is U64 else ("shl", "shr", "sar")), x, self.of(world, I64)))
        elif choice < 0.90:
            if random.random() < 0.6:
                y = b.emit("or", y, b.const(1, t))
            divisor = b.emit("nonzero", y, origin=self.origin("divide"))
            name = random.choice(("div_u", "mod_u") if t is U64 else ("floordiv", "mod"))
            world.add(b.emit(name, x, divisor, origin=self.origin(name)))
        elif choice < 0.94:
            world.add(b.emit(random.choice(("popcount", "leading_zeros", "trailing_zeros")), x))
        elif t is I64:
            world.add(b.emit(random.choice(("min", "max")), x, y))
        else:
            world.add(b.emit(random.choice(("lt_u", "le_u")), x, y))

    def floats(self, world: _World) -> None:
        b, random = self.b, self.random
        if random.random() < 0.65:
            world.add(b.emit(random.choice(_FLOAT), self.of(world, F64), self.of(world, F64)))
        else:
            world.add(b.emit(random.choice(_ROUNDING), self.of(world, F64)))

    def bools(self, world: _World) -> None:
        b, random = self.b, self.random
        choice = random.random()
        if choice < 0.4:
            world.add(b.emit(random.choice(_ORDER), self.of(world, I64), self.of(world, I64)))
        elif choice < 0.55:
            world.add(b.emit(random.choice(("feq", "fne", "flt", "fle")), self.of(world, F64), self.of(world, F64)))
        elif choice < 0.65:
            world.add(b.emit(random.choice(_WORDS), self.of(world, BOOL), self.of(world, BOOL)))
        elif choice < 0.72:
            world.add(b.emit("not", self.of(world, BOOL)))
        elif choice < 0.76:
            world.add(b.emit("mul_overflows", self.of(world, I64), self.of(world, I64)))
        else:
            t = random.choice((I64, I64, F64, U64))
            world.add(b.emit("select", self.of(world, BOOL), self.of(world, t), self.of(world, t)))

    def conversion(self, world: _World) -> None:
        b, random = self.b, self.random
        choice = random.randrange(9)
        if choice == 0:
            world.add(b.emit("cast", self.of(world, random.choice((BOOL, CHAR, U64, I32, U8))), attr=I64))
        elif choice == 1:
            world.add(b.emit("cast", self.of(world, random.choice((I64, BOOL))), attr=U64))
        elif choice == 2:
            world.add(b.emit("cast", self.of(world, F32), attr=F64))
        elif choice == 3:
            world.add(b.emit("to_float", self.of(world, I64)))
        elif choice == 4:
            world.add(b.emit("to_float_u", self.of(world, U64)))
        elif choice == 5:
            world.add(b.emit("to_int", self.of(world, F64), origin=self.origin("floor")))
        elif choice == 6:
            t = random.choice((I8, I16, I32, U8, U16, U32, CHAR))
            world.add(b.emit("narrow", self.small(world, 127), attr=t, origin=self.origin("fit")))
        elif choice == 7:
            world.add(b.emit(random.choice(("float_bits",)), self.of(world, F64)))
        else:
            name, t = random.choice((("to_signed", U64), ("to_unsigned", I64)))
            world.add(b.emit(name, self.of(world, t), origin=self.origin(name)))

    # Arrays -------------------------------------------------------------------------------------------------
    def arrays(self, world: _World) -> list[Node]:
        """Arrays that may be loaded from."""
        found = [n for t, nodes in world.values.items() if t.kind == "array" for n in nodes]
        return found + [o.node for o in world.owned]

    def length_of(self, world: _World, array: Node) -> Node:
        for o in world.owned:
            if o.node is array:
                return o.capacity
        return self.b.length(array)

    def index(self, world: _World, length: Node, loop: Node | None) -> Node | None:
        """An index that the verifier knows to be below `length`; often None where it would have to be checked."""
        near = [n for n, bound in world.below if bound is length]
        if near and self.random.random() < 0.7:
            return self.random.choice(near)
        if self.shape.counting and world.counters and self.random.random() < 0.5:
            return self.b.emit("bounds", self.counted(world, length), length, origin=self.origin("at"))
        if loop is not None and world.counts.get(loop) is length:
            if self.random.random() < 0.8:
                return loop
        for counter, count in world.counts.items():
            if count is length and self.random.random() < 0.5:
                return counter
        if self.random.random() < 0.6:
            return None
        return self.b.emit("bounds", self.small(world, 7), length, origin=self.origin("at"))

    def counted(self, world: _World, length: Node) -> Node:
        """A place reckoned from the index or a count of a loop around here: it, one to the right, or from the end."""
        b, random = self.b, self.random
        counter = random.choice(world.counters)
        choice = random.random()
        if choice < 0.4:
            return counter
        if choice < 0.7:
            return b.emit("add_wrap", counter, b.const(random.choice((1, 1, 2, -1))))
        return b.emit("sub_wrap", b.emit("sub_wrap", length, b.const(random.choice((1, 1, 0, 2)))), counter)

    def load(self, world: _World, loop: Node | None) -> None:
        arrays = self.arrays(world)
        if not arrays:
            self.integers(world)
            return
        near = [a for a in arrays if any(self.length_of(world, a) is c for c in world.counts.values())]
        array = self.random.choice(near or arrays)
        at = self.index(world, self.length_of(world, array), loop)
        if at is None:
            self.integers(world)
        else:
            self.place(world, self.b.emit("load", array, at))

    def place(self, world: _World, n: Node) -> None:
        """Adds a value, its parts too; numbers are widened, so that they take part in arithmetic."""
        b, t = self.b, n.type
        if t.kind == "pair":
            self.place(world, b.emit("left", n))
            self.place(world, b.emit("right", n))
        elif t.kind == "option":
            world.add(b.emit("present", n))
            self.place(world, b.emit("held", n))
        elif t in (I8, I16, I32, U8, U16, U32, CHAR):
            world.add(n)
            world.add(b.emit("cast", n, attr=I64))
        elif t is F32:
            world.add(n)
            world.add(b.emit("cast", n, attr=F64))
        elif t is not NOTHING:
            world.add(n)

    def store(self, world: _World, loop: Node | None) -> None:
        if not world.owned:
            self.integers(world)
            return
        owned = self.random.choice(world.owned)
        at = self.index(world, owned.capacity, loop)
        if at is None:
            self.integers(world)
            return
        value = self.element(world, owned.element)
        owned.node = self.b.emit("store", owned.node, at, value)

    def fresh_array(self, world: _World) -> None:
        b, random = self.b, self.random
        if random.random() < 0.2:
            t = random.choice((I64, U8, F64, CHAR))
            count = random.randrange(1, 9)
            values: tuple[Any, ...] = tuple(
                random.choice(_FLOATS[:6]) if t is F64 else random.randrange(0, 128) for _ in range(count)
            )
            world.add(b.data(t, values))
            return
        element = random.choice(_OWNED)
        arrays = self.arrays(world)
        if arrays and random.random() < 0.6:
            count_node = self.length_of(world, random.choice(arrays))
        else:
            count_node = b.const(random.randrange(1, 9)) if random.random() < 0.5 else self.small(world, 7)
        world.owned.append(_Owned(b.alloc(element, count_node, self.origin("make")), element, count_node))

    def window(self, world: _World) -> None:
        b, random = self.b, self.random
        arrays = self.arrays(world)
        if not arrays or random.random() < 0.5:
            self.integers(world)
            return
        array = random.choice(arrays)
        if random.random() < 0.5:
            count = b.emit("min", self.small(world, 7), self.length_of(world, array))
            made = b.emit("array", array, count, origin=self.origin("take"))
        else:
            start, count = self.small(world, 1), self.small(world, 3)
            made = b.emit("view", array, start, count, origin=self.origin("slice"))
        # a window of an array of one's own would go stale with the next store
        if not any(o.node is array for o in world.owned):
            world.add(made)
        else:
            self.place(world, b.length(made))

    # Sums, options, checks ----------------------------------------------------------------------------------
    def compound(self, world: _World) -> None:
        b, random = self.b, self.random
        choice = random.randrange(4)
        if choice == 0:
            wide = b.emit("wide", self.of(world, I64))
            for _ in range(random.randrange(1, 4)):
                wide = b.emit("wide_add", wide, self.of(world, I64))
            world.add(b.emit("wide_fit", wide, origin=self.origin("sum")))
        elif choice == 1:
            lanes = b.emit("lanes")
            for _ in range(random.randrange(1, 4)):
                lanes = b.emit("lanes_add", lanes, self.of(world, I64), self.of(world, F64))
            world.add(b.emit("lanes_total", lanes))
        elif choice == 2:
            held = b.emit("option", self.of(world, BOOL), self.of(world, I64))
            world.add(b.emit("select", b.emit("present", held), b.emit("held", held), self.of(world, I64)))
        else:
            self.lanes_loop(world)

    def lanes_loop(self, world: _World) -> None:
        """Sums an f64 array eight elements at a time."""
        b = self.b
        arrays = [a for a in self.arrays(world) if a.type.element is F64]
        if not arrays:
            return
        array = self.random.choice(arrays)
        count = b.emit("shr", self.length_of(world, array), b.const(3))
        i, (lanes,) = b.open_loop(count, (b.emit("lanes"),))
        more = b.emit("lanes_add8", lanes, array, b.emit("shl", i, b.const(3)))
        (total,) = b.close_loop(b.const(True, BOOL), (more,))
        world.add(b.emit("lanes_total", total))

    def check(self, world: _World) -> None:
        b, random = self.b, self.random
        if self.shape.fuel and random.random() < 0.3:
            b.emit("tick", origin=self.origin("step"))
        else:
            likely = b.emit("or", self.of(world, BOOL), b.emit("lt", self.of(world, I64), b.const(random.choice((30, 1000)))))
            b.emit("require", likely, attr=random.choice(("empty", "argument", "length")), origin=self.origin("need"))

    def call(self, world: _World) -> None:
        if not self.callees:
            self.integers(world)
            return
        callee = self.random.choice(self.callees)
        args = []
        for _, t in callee.params:
            if t.args:
                found = world.values.get(t)
                if not found:
                    return
                args.append(self.random.choice(found))
            else:
                args.append(self.of(world, t))
        self.place(world, self.b.call(callee, tuple(args), self.origin("call")))

    # Regions ------------------------------------------------------------------------------------------------
    def budget(self) -> int:
        return self.random.randrange(2, 3 + max(1, self.left // 3))

    def branch(self, world: _World, depth: int, loop: Node | None) -> None:
        b, random = self.b, self.random
        condition = self.of(world, BOOL)
        types = [random.choice((I64, I64, F64, BOOL, U64)) for _ in range(random.randrange(1, 4))]
        passed = [o for o in world.owned if random.random() < 0.6]
        arms = []
        empty = random.random() < 0.3
        for which in range(2):
            b.open_region()
            inner = world.inner()
            inner.owned = [_Owned(o.node, o.element, o.capacity) for o in passed]
            kept = list(inner.owned)
            if not (empty and which):
                self.statements(inner, depth, self.budget(), loop)
            results = tuple([self.of(inner, t) for t in types] + [o.node for o in kept])
            arms.append(b.close_region(results))
        results = b.if_(condition, arms[0], arms[1])
        self.join(world, results, len(types), passed)

    def join(self, world: _World, results: tuple[Node, ...], plain: int, passed: list[_Owned]) -> None:
        for n in results[:plain]:
            world.add(n)
        for owned, n in zip(passed, results[plain:], strict=True):
            self.b.same_length(n, owned.node)
            owned.node = n

    def loop(self, world: _World, depth: int) -> None:
        b, random = self.b, self.random
        arrays = self.arrays(world)
        if arrays and random.random() < 0.7:
            count = self.length_of(world, random.choice(arrays))
        else:
            count = b.const(random.randrange(0, 6)) if random.random() < 0.5 else self.small(world, 7)
        types = [random.choice((I64, I64, F64, BOOL, U64)) for _ in range(random.randrange(0, 4))]
        passed = [o for o in world.owned if random.random() < 0.7]
        inits = [self.of(world, t) for t in types] + [o.node for o in passed]
        flags: list[bool] = []
        steps: list[str] = []
        lengths: list[Node] = []
        if self.shape.counting:
            flags = random.choice(([], [True], [False], [False, True]))
            steps = random.choice(([], ["add_wrap"], ["add"], ["select"], ["branch"], ["cast", "add"]))
            inits += [b.const(flag, BOOL) for flag in flags] + [b.const(random.choice((0, 0, 0, 1))) for _ in steps]
            count, lengths = self.fewer(world, count)
        index, carried = b.open_loop(count, tuple(inits))
        inner = world.inner()
        inner.counts[index] = count
        inner.add(index)
        told = carried[len(types) + len(passed) :]
        for n in told:
            inner.add(n)
        inner.counters += [index, *told[len(flags) :]]
        for length in lengths:
            self.inside(inner, index, count, length)
            if count.op.name != "sub_wrap":
                begin = inits[len(inits) - len(steps) :]
                inner.below += [(n, length) for n, at in zip(told[len(flags) :], begin, strict=True) if at is b.const(0)]
        for n in carried[: len(types)]:
            inner.add(n)
        kept = []
        for owned, n in zip(passed, carried[len(types) : len(types) + len(passed)], strict=True):
            b.same_length(n, owned.node)
            kept.append(_Owned(n, owned.element, owned.capacity))
        inner.owned = list(kept)
        self.statements(inner, depth, self.budget(), index)
        nexts = [self.of(inner, t) for t in types] + [o.node for o in kept]
        nexts += [b.const(not flag, BOOL) for flag in flags]
        nexts += [self.counted_on(inner, n, step) for n, step in zip(told[len(flags) :], steps, strict=True)]
        again = self.of(inner, BOOL) if random.random() < 0.3 else b.const(True, BOOL)
        results = b.close_loop(again, tuple(nexts))
        self.join(world, results[: len(types) + len(passed)], len(types), passed)
        for n in results[len(types) + len(passed) :]:
            world.add(n)

    def fewer(self, world: _World, count: Node) -> tuple[Node, list[Node]]:
        """A loop count made of `count`, and the lengths that it never exceeds."""
        b, random = self.b, self.random
        arrays = self.arrays(world)
        other = self.length_of(world, random.choice(arrays)) if arrays else count
        choice = random.random()
        if choice < 0.3:
            return b.emit("sub_wrap", count, b.const(random.choice((0, 1, 1, 2)))), [count]
        if choice < 0.5:
            return b.emit("min", count, other), [count, other]
        if choice < 0.6 and CONST not in (count.op, other.op):
            b.emit("require", b.emit("eq", count, other), attr="length", origin=self.origin("need"))
            return count, [count, other]
        return count, [count]

    def inside(self, world: _World, index: Node, count: Node, length: Node) -> None:
        """Notes what the verifier knows to lie inside arrays of `length` in a loop of `count` runs."""
        b = self.b
        if count.op.name != "sub_wrap":
            world.below.append((index, length))
        if length.op.name != "length":
            return
        if count is length:
            world.below.append((b.emit("sub_wrap", b.emit("sub_wrap", length, b.const(1)), index), length))
        elif count.op.name == "sub_wrap":
            world.below += [(b.emit("add_wrap", index, b.const(k)), length) for k in range(1, int(count.args[1].attr) + 1)]

    def counted_on(self, world: _World, n: Node, step: str) -> Node:
        """`n` and one more: in each run, or in the runs that a condition picks."""
        b = self.b
        if step == "add_wrap":
            return b.emit("add_wrap", n, b.const(1))
        if step == "add":
            return b.emit("add", n, b.const(1), origin=self.origin("count"))
        condition = self.of(world, BOOL)
        if step == "cast":
            return b.emit("add_wrap", n, b.emit("cast", condition, attr=I64))
        more = b.emit("add_wrap", n, b.const(1))
        if step == "select":
            return b.emit("select", condition, more, n)
        b.open_region()
        then = b.close_region((more,))
        b.open_region()
        return b.if_(condition, then, b.close_region((n,)))[0]

    # The whole ----------------------------------------------------------------------------------------------
    def sample(self) -> Function:
        random, b = self.random, self.b
        types = [random.choice(PARAMETERS) for _ in range(random.randrange(1, self.shape.params + 1))]
        world = _World()
        for k, t in enumerate(types):
            p = b.param(k, t)
            if t.kind in ("pair", "option") or not t.args:
                self.place(world, p)
            else:
                world.add(p)
        while self.left > 0:
            self.statements(world, self.shape.depth, self.left, None)
        return b.finish(self.name, tuple((f"p{k}", t) for k, t in enumerate(types)), self.value(world))

    def value(self, world: _World) -> Node:
        """A result that depends on many values, so that they stay live to the end."""
        b, random = self.b, self.random
        ints = world.values.get(I64, [])[-random.randrange(1, 12) :]
        total = b.const(17)
        for n in ints:
            total = b.emit("xor", b.emit("mul_wrap", total, b.const(31)), n)
        for n in world.values.get(BOOL, [])[-3:]:
            total = b.emit("add_wrap", total, b.emit("cast", n, attr=I64))
        floats = world.values.get(F64, [])[-random.randrange(1, 6) :]
        if floats:
            mixed = floats[0]
            for n in floats[1:]:
                mixed = b.emit("fadd", mixed, n)
            total_f = b.emit("canonical", mixed)
            value = b.emit("pair", total, total_f)
        else:
            value = total
        if world.owned and random.random() < 0.7:
            value = b.emit("pair", value, random.choice(world.owned).node)
        return b.emit("option", self.of(world, BOOL), value) if random.random() < 0.2 else value


def sample(seed: int, shape: Shape = Shape()) -> Function:  # noqa: B008 - a tuple, never changed
    """The function of a seed."""
    random = Random(f"function {seed}")
    callees: list[Function] = []
    if shape.calls and random.random() < 0.4:
        for k in range(random.randrange(1, 3)):
            small = shape._replace(size=max(4, shape.size // 3), depth=min(1, shape.depth), params=3, fuel=False)
            callees.append(_Sampler(random, small, tuple(callees), f"callee{k}").sample())
    return _Sampler(random, shape, tuple(callees), f"sample{seed}").sample()
