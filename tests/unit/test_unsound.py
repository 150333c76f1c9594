"""Functions that code of a right shape could not be trusted to compute: the verifier refuses each."""

from __future__ import annotations

from tests.support.functions import INTS, ONE, XS, YES, at, build, forged, made, refused, row

from siglum.ir.function import Builder, Function
from siglum.ir.node import Node, constant, if_node, region
from siglum.ir.primitives import LANES, WIDE
from siglum.ir.types import BOOL, F32, I64, Array
from siglum.ir.verify import verify


def first_of(b: Builder, a: Node) -> Node:
    return b.emit("load", a, b.emit("bounds", b.const(0), b.length(a), origin=at(b)))


def test_a_bound_below_zero_bounds_nothing() -> None:
    """`bounds` compares as unsigned words."""

    def constant_bound(b: Builder) -> Node:
        return b.emit("load", b.alloc(I64, b.const(5), at(b)), b.emit("bounds", b.param(0, I64), b.const(-1), origin=at(b)))

    def smaller(b: Builder) -> Node:
        bound = b.emit("min", b.length(b.param(0, INTS)), b.param(1, I64))
        return b.emit("load", b.param(0, INTS), b.emit("bounds", b.param(1, I64), bound, origin=at(b)))

    def two_lengths(b: Builder) -> Node:
        bound = b.emit("min", b.length(b.param(0, INTS)), b.length(b.param(1, INTS)))
        return b.emit("load", b.param(0, INTS), b.emit("bounds", b.const(0), bound, origin=at(b)))

    def grown(b: Builder, step: int, shift: int) -> Node:
        """A count of a growing list, from `shift` on."""
        xs = b.param(0, INTS)
        i, (count, x) = b.open_loop(b.param(1, I64), (b.const(shift), b.const(0)))
        within = b.emit("min", count, b.length(xs))
        loaded = b.emit("load", xs, b.emit("bounds", i, within, origin=at(b)))
        return b.close_loop(YES, (b.emit("add", count, b.const(step), origin=at(b)), b.emit("xor", x, loaded)))[1]

    def swapped(b: Builder) -> Node:
        """One count is never negative if the other is not, which it may be; the greater of the two is asked for."""
        xs = b.param(0, INTS)
        _, (p, q, x) = b.open_loop(b.param(1, I64), (b.const(0), b.const(0), b.const(0)))
        within = b.emit("min", b.emit("max", p, q), b.length(xs))
        loaded = b.emit("load", xs, b.emit("bounds", b.const(9), within, origin=at(b)))
        less = b.emit("add", p, b.const(-1), origin=at(b))
        return b.close_loop(YES, (less, p, b.emit("xor", x, loaded)))[2]

    def checked(b: Builder, first: bool) -> Node:
        """What has passed as a place is at least 0, and so is the next; but only from there on."""
        xs, n, i = b.param(0, INTS), b.param(1, I64), b.param(2, I64)
        within = b.emit("min", b.emit("add_wrap", n, b.const(1)), b.length(xs))
        if first:
            b.emit("bounds", n, b.length(xs), origin=at(b))
        place = b.emit("bounds", i, within, origin=at(b))
        if not first:
            b.emit("bounds", n, b.length(xs), origin=at(b))
        return b.emit("load", xs, place)

    verify(build(lambda b: checked(b, True), INTS, I64, I64))
    refused(build(lambda b: checked(b, False), INTS, I64, I64), "E-206", "index is not known")
    verify(build(lambda b: grown(b, 2, 3), INTS, I64))
    refused(build(lambda b: grown(b, 2, -1), INTS, I64), "E-206", "index is not known")
    refused(build(lambda b: grown(b, -2, 3), INTS, I64), "E-206", "index is not known")
    refused(build(swapped, INTS, I64), "E-206", "index is not known")
    refused(build(constant_bound, I64), "E-206", "index is not known")
    refused(build(smaller, INTS, I64), "E-206", "index is not known")
    verify(build(two_lengths, INTS, INTS))


def test_a_function_that_calls_itself_may_give_its_argument() -> None:
    def make(b: Builder) -> Node:
        b.open_region()
        a = b.alloc(I64, b.const(2), at(b))
        given = b.recur((b.const(False, BOOL), a), INTS, at(b))
        index = b.emit("bounds", b.const(0), b.length(given), origin=at(b))
        changed = b.emit("store", a, b.const(0), b.const(7))
        then = b.close_region((b.emit("store", changed, b.const(1), b.emit("load", given, index)),))
        b.open_region()
        return b.if_(b.param(0, BOOL), then, b.close_region((b.param(1, INTS),)))[0]

    refused(build(make, BOOL, INTS), "E-205", "used after a store")


def test_an_array_that_a_callee_keeps_is_not_stored_into() -> None:
    def boxed(b: Builder) -> Node:
        return b.emit("store", b.alloc(INTS, b.const(1), at(b)), b.const(0), b.param(0, INTS))

    def make(b: Builder, callee: Function) -> Node:
        a = b.alloc(I64, b.const(2), at(b))
        row_ = first_of(b, b.call(callee, (a,), at(b)))
        index = b.emit("bounds", b.const(0), b.length(row_), origin=at(b))
        changed = b.emit("store", a, b.const(0), b.const(7))
        return b.emit("pair", b.emit("load", row_, index), changed)

    callee = build(boxed, INTS)
    refused(build(lambda b: make(b, callee)), "E-205", "an element of another array")
    outer = build(lambda b: b.call(callee, (b.param(0, INTS),), at(b)), INTS)
    refused(build(lambda b: make(b, outer)), "E-205", "an element of another array")


def test_what_a_loop_keeps_of_an_earlier_run_is_not_stored_into() -> None:
    """The first array is passed on to the second place, and from there into the box."""

    def make(b: Builder) -> Node:
        first, second, box = (b.alloc(t, b.const(3), at(b)) for t in (I64, I64, INTS))
        i, (p, q, kept) = b.open_loop(b.const(3), (first, second, box))
        kept = b.emit("store", kept, i, q)
        _, _, kept = b.close_loop(YES, (b.alloc(I64, b.const(1), at(b)), p, kept))
        index = b.emit("bounds", b.const(0), b.length(b.emit("load", kept, b.const(1))), origin=at(b))
        changed = b.emit("store", first, b.const(0), b.const(7))
        return b.emit("pair", b.emit("load", b.emit("load", kept, b.const(1)), index), changed)

    refused(build(make), "E-205", "an element of another array")


def test_an_array_of_outside_is_not_passed_on_to_be_stored_into() -> None:
    def make(b: Builder) -> Node:
        first, other = b.alloc(I64, b.const(1), at(b)), b.alloc(I64, b.const(1), at(b))
        i, (p, total) = b.open_loop(b.const(3), (first, b.const(0)))
        total = b.emit("add_wrap", total, first_of(b, b.emit("store", p, b.emit("bounds", i, b.length(p), origin=at(b)), i)))
        _, total = b.close_loop(YES, (other, total))
        return b.emit("pair", b.emit("load", other, b.const(0)), total)

    refused(build(make), "E-205", "used in a loop that carries it")


def test_a_node_with_regions_is_not_listed_again() -> None:
    arm = region((), (row("tick", origin=0),), ())
    choice = if_node(YES, arm, region((), (), ()))
    tested = row("require", YES, attr="argument", origin=0)
    refused(made((choice, tested, choice), XS), "E-202", "listed again")


def test_control_nodes_have_no_value_of_their_own() -> None:
    arm = region((), (), ())
    refused(made((forged(if_node(YES, arm, arm), type=I64),), XS), "E-201", "though it has results")
    callee = build(lambda b: b.param(0, I64), I64)
    call = build(lambda b: b.call(callee, (b.param(0, I64),), at(b)), I64).region.body[0]
    refused(made((forged(call, regions=(arm,)),), ONE, (I64,)), "E-203", "a call has regions")


def test_constants_of_32_bits_are_exact() -> None:
    for value in (0.1, 1e300):
        refused(build(lambda b, x=value: b.data(F32, (0.5, x))), "E-201", "no constant of type f32")
        refused(made((), constant(value, F32)), "E-201", "no constant of type f32")
    verify(build(lambda b: b.data(F32, (0.5, float("inf"), float("nan")))))


def test_sums_are_part_of_nothing() -> None:
    lanes, wide = row("lanes"), row("wide", ONE)
    place = row("alloc", ONE, attr=(LANES, 1), origin=0)
    refused(made((lanes, place, row("store", place, constant(0, I64), lanes)), ONE), "E-201", "cannot be a part")
    refused(made((wide, row("pair", wide, ONE)), ONE), "E-201", "cannot be a part")
    refused(made((wide, row("select", YES, wide, wide)), ONE), "E-201", "or selected")
    refused(made((), ONE, (Array(WIDE),)), "E-201", "a parameter has a part")


def test_long_chains_are_verified_soon() -> None:
    def stores(b: Builder) -> Node:
        a = b.alloc(I64, b.const(4), at(b))
        for k in range(200):
            condition = b.emit("lt", b.param(0, I64), b.const(k))
            b.open_region()
            then = b.close_region((b.emit("store", a, b.const(0), b.const(k)),))
            b.open_region()
            (a,) = b.if_(condition, then, b.close_region((a,)))
        return b.emit("load", a, b.const(1))

    def least(b: Builder) -> Node:
        n = b.param(1, I64)
        for _ in range(200):
            n = b.append(row("min", n, n))
        i, _ = b.open_loop(n, (b.const(0),))
        return b.close_loop(YES, (b.emit("load", b.param(0, INTS), i),))[0]

    def ranked(b: Builder) -> Node:
        _, (p,) = b.open_loop(b.length(b.param(0, INTS)), (b.const(0),))
        c = b.emit("lt", b.emit("load", b.param(0, INTS), p), b.const(3))
        n = b.emit("add_wrap", p, b.const(1))
        for _ in range(200):
            n = b.append(row("select", c, n, n))
        return b.close_loop(YES, (n,))[0]

    verify(build(stores, I64))
    refused(build(least, INTS, I64), "E-206", "index is not known")
    verify(build(ranked, INTS))


def test_regions_in_two_places_count_twice() -> None:
    inner = region((), (), ())
    for _ in range(100):
        inner = region((), (if_node(YES, inner, inner),), ())
    refused(made(inner.body, XS), "E-203", "nodes are listed")
