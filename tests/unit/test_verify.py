"""The verifier: what it accepts, and one function against each invariant it lists."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.support.functions import INTS, ONE, XS, YES, at, build, forged, made, refused, row

from siglum.ir.function import Builder, Function, function
from siglum.ir.node import Node, constant, if_node, loop_node, parameter, region, result
from siglum.ir.sample import Shape, sample
from siglum.ir.types import BOOL, CHAR, F64, I8, I64, U8, U16, Array, Type
from siglum.ir.verify import verify


@pytest.mark.parametrize("seed", range(60))
def test_sampled_functions_are_accepted(seed: int) -> None:
    verify(sample(seed, Shape(size=10 + seed)))


def test_the_message_names_the_path() -> None:
    later = row("add_wrap", parameter(1, 0, I64), ONE)
    loop = loop_node(ONE, (ONE,), region((parameter(1, 0, I64), parameter(1, 1, I64)), (), (YES, later)))
    refused(made((loop,), result(loop, 0)), "E-202", "in f > 0:loop")


# 1. types -------------------------------------------------------------------------------------------------------
def test_constants_lie_in_their_type() -> None:
    for value, t in ((2**63, I64), (256, U8), (0xD800, CHAR)):
        refused(made((), constant(value, t)), "E-201", "is no constant")


def test_a_call_fits_its_callee() -> None:
    callee = build(lambda b: b.param(0, I64), I64)
    refused(build(lambda b: b.call(callee, (b.param(0, F64),), at(b)), F64), "E-201", "does not fit")


def test_the_result_has_the_signatures_type() -> None:
    nodes = (XS,)
    f = function("f", (("xs", INTS),), F64, region(nodes, (), (ONE,)), ())
    refused(f, "E-201", "the result is i64")


def test_every_node_is_what_its_row_makes() -> None:
    sum_ = row("add", ONE, ONE, origin=0)
    for changes, code, what in (
        ({"type": F64}, "E-201", "its type is i64"),
        ({"args": (ONE, YES)}, "E-201", "takes"),
        ({"results": (I64,)}, "E-201", "its type"),
        ({"stop": ""}, "E-204", "its stop is"),
    ):
        refused(made((forged(sum_, **changes),), ONE), code, what)
    refused(made((ONE,), ONE), "E-203", "`const` is listed")
    refused(made((row("data", attr=(INTS, ())),), ONE), "E-201", "constant data of type")
    refused(made((row("data", attr=(U8, (256,))),), ONE), "E-201", "no constant of type u8")
    yes_no = if_node(YES, region((), (), ()), region((), (), ()))
    refused(made((forged(yes_no, args=(ONE,)),), ONE), "E-203", "one bool and two regions")
    refused(made((forged(yes_no, origin=0),), ONE), "E-204", "cannot stop itself")
    twice = loop_node(ONE, (), region((parameter(1, 0, I64),), (), (YES,)))
    refused(made((forged(twice, args=(YES,)),), ONE), "E-203", "takes an i64")
    refused(made((forged(twice, stop="overflow"),), ONE), "E-204", "cannot stop itself")
    refused(made((yes_no,), forged(result(call_of_one(), 0), args=(yes_no,))), "E-202", "no result 0")


def call_of_one() -> Node:
    b = Builder()
    return b.call(b.finish("one", (), b.const(1)), (), 0).args[0]


def test_parameters_and_results_are_the_signatures() -> None:
    names = (("xs", INTS),)
    refused(function("f", names, I64, region((), (), (ONE,)), ()), "E-203", "differ from the signature")
    refused(function("f", names, I64, region((parameter(0, 0, F64),), (), (ONE,)), ()), "E-201", "parameter 0 is f64")
    refused(function("f", names, I64, region((parameter(0, 1, INTS),), (), (ONE,)), ()), "E-203", "parameter 0 of level 0")
    refused(function("f", names, I64, region((XS,), (), (ONE, ONE)), ()), "E-203", "one result, not 2")


# 2. scope -------------------------------------------------------------------------------------------------------
def test_uses_come_after_listings() -> None:
    first = row("add_wrap", ONE, ONE)
    second = row("add_wrap", first, ONE)
    refused(made((second, first), second), "E-202", "before it is listed")


def test_what_is_in_scope_is_not_listed_again() -> None:
    outer = row("add_wrap", parameter(0, 0, I64), ONE)
    choice = if_node(YES, region((), (outer,), (outer,)), region((), (), (ONE,)))
    refused(made((outer, choice), result(choice, 0), (I64,)), "E-202", "listed again")


def test_what_an_arm_lists_stays_there() -> None:
    inside = row("add_wrap", ONE, ONE)
    choice = if_node(YES, region((), (inside,), (inside,)), region((), (), (ONE,)))
    refused(made((choice,), inside), "E-202", "cannot see")


def test_a_loops_parameters_stay_there() -> None:
    p = parameter(1, 0, I64)
    loop = loop_node(ONE, (), region((p,), (), (YES,)))
    refused(made((loop,), p), "E-202", "cannot see")


# 3. shape -------------------------------------------------------------------------------------------------------
def test_loops_carry_what_they_say() -> None:
    wrong = loop_node(ONE, (ONE,), region((parameter(1, 0, I64),), (), (YES,)))
    refused(made((wrong,), ONE), "E-203", "carries")
    p = (parameter(2, 0, I64), parameter(2, 1, I64))
    misnumbered = loop_node(ONE, (ONE,), region(p, (), (YES, p[1])))
    refused(made((misnumbered,), ONE), "E-203", "of level 1")
    p = (parameter(1, 0, I64), parameter(1, 1, I64))
    unasked = loop_node(ONE, (ONE,), region(p, (), (p[0], p[1])))
    refused(made((unasked,), ONE), "E-203", "its body gives")


def test_arms_give_the_same_types() -> None:
    choice = if_node(YES, region((), (), (ONE,)), region((), (), (constant(1.0, F64),)))
    refused(made((choice,), result(choice, 0)), "E-203", "other types")


def test_regions_nest_so_deep_and_no_deeper() -> None:
    def nested(depth: int) -> Function:
        value = ONE
        body: tuple[Node, ...] = ()
        for _ in range(depth):
            choice = if_node(YES, region((), body, (value,)), region((), (), (ONE,)))
            body, value = (choice,), result(choice, 0)
        return made(body, value)

    verify(nested(255))
    refused(nested(256), "E-203", "nest")


# 4. origins -----------------------------------------------------------------------------------------------------
def test_what_may_stop_has_an_origin() -> None:
    refused(made((row("add", ONE, ONE),), ONE), "E-204", "its origin is -1 of 1")
    refused(made((row("add", ONE, ONE, origin=1),), ONE), "E-204", "its origin is 1 of 1")
    refused(made((row("require", YES, attr="nonsense", origin=0),), ONE), "E-204", "no kind of stop")
    refused(made((row("add_wrap", ONE, ONE, origin=0),), ONE), "E-204", "cannot stop")


# 5. linear use --------------------------------------------------------------------------------------------------
def fresh(b: Builder, n: int = 4) -> Node:
    return b.alloc(I64, b.const(n), at(b))


def put(b: Builder, a: Node, value: int = 7) -> Node:
    return b.emit("store", a, b.const(0), b.const(value))


def both(b: Builder, x: Node, y: Node) -> Node:
    return b.emit("pair", x, y)


def use_after_store(b: Builder) -> Node:
    a = fresh(b)
    newer = put(b, a)
    return both(b, newer, b.emit("load", a, b.const(0)))


def store_into_input(b: Builder) -> Node:
    return b.emit("store", b.param(0, INTS), b.emit("bounds", b.const(0), b.length(b.param(0, INTS)), origin=at(b)), b.const(1))


def store_into_constant(b: Builder) -> Node:
    return put(b, b.data(I64, (1, 2)))


def store_twice_into_one_version(b: Builder) -> Node:
    a = fresh(b)
    return both(b, put(b, a, 1), put(b, a, 2))


def store_into_a_stored_row(b: Builder) -> Node:
    row_ = fresh(b)
    table = b.emit("store", b.alloc(INTS, b.const(1), at(b)), b.const(0), row_)
    return both(b, table, put(b, row_))


def store_through_a_window(b: Builder) -> Node:
    a = fresh(b)
    window = b.emit("array", a, b.const(2), origin=at(b))
    return both(b, put(b, window), b.emit("load", a, b.const(0)))


def store_in_a_loop_without_carrying(b: Builder) -> Node:
    a = fresh(b)
    i, (last,) = b.open_loop(b.const(4), (b.const(0),))
    newer = b.emit("store", a, i, i)
    (last,) = b.close_loop(b.const(True, BOOL), (b.emit("load", newer, i),))
    return last


def carried_and_used_inside(b: Builder) -> Node:
    a = fresh(b)
    i, (p,) = b.open_loop(b.const(4), (a,))
    old = b.emit("load", a, i)
    (p,) = b.close_loop(b.const(True, BOOL), (b.emit("store", p, i, old),))
    return p


def carried_twice(b: Builder) -> Node:
    a = fresh(b)
    i, (p, q) = b.open_loop(b.const(4), (a, a))
    p, q = b.close_loop(b.const(True, BOOL), (b.emit("store", p, i, b.const(1)), q))
    return both(b, p, q)


def next_is_the_version_before(b: Builder) -> Node:
    a, other = fresh(b), fresh(b)
    i, (p, q) = b.open_loop(b.const(4), (a, other))
    p, q = b.close_loop(b.const(True, BOOL), (b.emit("store", p, i, b.const(1)), p))
    return both(b, p, q)


def a_row_kept_and_stored_again(b: Builder) -> Node:
    table = b.alloc(INTS, b.const(4), at(b))
    i, (t, r) = b.open_loop(b.const(4), (table, fresh(b)))
    newer = b.emit("store", r, i, i)
    t, r = b.close_loop(b.const(True, BOOL), (b.emit("store", t, i, newer), newer))
    return both(b, t, r)


def one_arm_stores(b: Builder) -> Node:
    a = fresh(b)
    b.open_region()
    then = b.close_region((put(b, a),))
    b.open_region()
    (chosen,) = b.if_(b.param(0, BOOL), then, b.close_region((a,)))
    return both(b, chosen, a)


def two_names_for_a_callees_array(b: Builder) -> Node:
    inner = Builder()
    a = fresh(inner)
    callee = inner.finish("twice", (), inner.emit("pair", a, a))
    given = b.call(callee, (), at(b))
    left = b.emit("left", given)
    place = b.emit("bounds", b.const(0), b.length(left), origin=at(b))
    return both(b, b.emit("store", left, place, b.const(1)), b.emit("right", given))


def a_callee_gives_back_its_argument(b: Builder) -> Node:
    inner = Builder()
    callee = inner.finish("same", (("xs", INTS),), inner.param(0, INTS))
    given = b.call(callee, (b.param(0, INTS),), at(b))
    return b.emit("store", given, b.emit("bounds", b.const(0), b.length(given), origin=at(b)), b.const(1))


def stale_result(b: Builder) -> Node:
    a = fresh(b)
    put(b, a)
    b.emit("require", b.emit("lt", b.emit("load", put(b, a), b.const(0)), b.const(9)), attr="range", origin=at(b))
    return a


def a_callee_gives_back_a_constant(b: Builder) -> Node:
    inner = Builder()
    callee = inner.finish("constants", (), inner.data(I64, (1, 2)))
    given = b.call(callee, (), at(b))
    return b.emit("store", given, b.emit("bounds", b.const(0), b.length(given), origin=at(b)), b.const(1))


@pytest.mark.parametrize(
    ("make", "types", "what"),
    [
        (stale_result, (), "in the result, a version"),
        (a_callee_gives_back_a_constant, (), "a constant, or an element"),
        (use_after_store, (), "used after a store"),
        (store_into_input, (INTS,), "may be an input"),
        (store_into_constant, (), "may be an input, a constant"),
        (store_twice_into_one_version, (), "used after a store"),
        (store_into_a_stored_row, (), "an element of another array"),
        (store_through_a_window, (), "used after a store"),
        (store_in_a_loop_without_carrying, (), "does not carry"),
        (carried_and_used_inside, (), "used in a loop that carries it"),
        (carried_twice, (), "may be one"),
        (next_is_the_version_before, (), "used after a store"),
        (a_row_kept_and_stored_again, (), "an element of another array"),
        (one_arm_stores, (BOOL,), "used after a store"),
        (two_names_for_a_callees_array, (), "used after a store"),
        (a_callee_gives_back_its_argument, (INTS,), "may be an input"),
    ],
)
def test_arrays_are_used_linearly(make: Callable[[Builder], Node], types: tuple[Type, ...], what: str) -> None:
    refused(build(make, *types), "E-205", what)


def swapped_buffers(b: Builder) -> Node:
    i, (p, q) = b.open_loop(b.const(4), (fresh(b), fresh(b)))
    p, q = b.close_loop(b.const(True, BOOL), (q, b.emit("store", p, i, b.emit("load", q, i))))
    return both(b, p, put(b, q))


def stored_on_after_both_arms(b: Builder) -> Node:
    a = fresh(b)
    b.open_region()
    then = b.close_region((put(b, a),))
    b.open_region()
    (chosen,) = b.if_(b.param(0, BOOL), then, b.close_region((a,)))
    b.same_length(chosen, a)
    return put(b, chosen)


def the_length_of_an_older_version(b: Builder) -> Node:
    a = fresh(b)
    return both(b, put(b, a), b._list(row("length", a)))


def a_fresh_row_each_run(b: Builder) -> Node:
    table = b.alloc(INTS, b.const(4), at(b))
    i, (t,) = b.open_loop(b.const(4), (table,))
    (t,) = b.close_loop(b.const(True, BOOL), (b.emit("store", t, i, put(b, fresh(b))),))
    return t


def a_callees_fresh_array(b: Builder) -> Node:
    inner = Builder()
    callee = inner.finish("make", (), put(inner, fresh(inner)))
    given = b.call(callee, (), at(b))
    return b.emit("store", given, b.emit("bounds", b.const(0), b.length(given), origin=at(b)), b.const(1))


@pytest.mark.parametrize(
    ("make", "types"),
    [
        (swapped_buffers, ()), (stored_on_after_both_arms, (BOOL,)), (the_length_of_an_older_version, ()),
        (a_fresh_row_each_run, ()), (a_callees_fresh_array, ()),
    ],
)  # fmt: skip
def test_linear_patterns_are_accepted(make: Callable[[Builder], Node], types: tuple[Type, ...]) -> None:
    verify(build(make, *types))


# 6. indices -----------------------------------------------------------------------------------------------------
def load_at(b: Builder, index: Node) -> Node:
    return b.emit("load", b.param(0, INTS), index)


def looped(make: Callable[[Builder, Node], Node], count: Callable[[Builder], Node]) -> Callable[[Builder], Node]:
    def build_(b: Builder) -> Node:
        i, (_,) = b.open_loop(count(b), (b.const(0),))
        (last,) = b.close_loop(b.const(True, BOOL), (make(b, i),))
        return last

    return build_


def length(b: Builder) -> Node:
    return b.length(b.param(0, INTS))


def ranked(step: Callable[[Builder, Node], Node], first: int = 0) -> Callable[[Builder], Node]:
    """Stores at a carried place while going over the input."""

    def build_(b: Builder) -> Node:
        n = length(b)
        out = b.alloc(I64, n, at(b), zero=False)
        i, (place, kept) = b.open_loop(n, (b.const(first), out))
        x = load_at(b, i)
        newer = b.emit("store", kept, place, x)
        place, kept = b.close_loop(b.const(True, BOOL), (step(b, place), newer))
        return kept

    return build_


def kept_if_positive(b: Builder, place: Node) -> Node:
    return b.emit("add_wrap", place, b.emit("cast", b.emit("lt", b.const(0), length(b)), attr=I64))


def in_arms(b: Builder, place: Node, step: int) -> Node:
    more = b.emit("add_wrap", place, b.const(step))
    b.open_region()
    then = b.close_region((more,))
    b.open_region()
    (chosen,) = b.if_(b.param(1, BOOL), then, b.close_region((place,)))
    return chosen


def lanes_at(index: Callable[[Builder, Node], Node]) -> Callable[[Builder], Node]:
    def build_(b: Builder) -> Node:
        xs = b.param(0, Array(F64))
        i, (sums,) = b.open_loop(b.emit("shr", b.length(xs), b.const(3)), (b.emit("lanes"),))
        (sums,) = b.close_loop(b.const(True, BOOL), (b.emit("lanes_add8", sums, xs, index(b, i)),))
        return b.emit("lanes_total", sums)

    return build_


def lanes(start: int, shift: int) -> Callable[[Builder], Node]:
    def build_(b: Builder) -> Node:
        xs = b.param(0, Array(F64))
        i, (sums,) = b.open_loop(b.emit("shr", b.length(xs), b.const(shift)), (b.emit("lanes"),))
        at_ = b.emit("add_wrap", b.emit("shl", i, b.const(3)), b.const(start))
        (sums,) = b.close_loop(b.const(True, BOOL), (b.emit("lanes_add8", sums, xs, at_),))
        return b.emit("lanes_total", sums)

    return build_


def zipped(before: bool) -> Callable[[Builder], Node]:
    """Goes over one array and loads from another that is required to be as long."""

    def build_(b: Builder) -> Node:
        xs, ys = b.param(0, INTS), b.param(1, INTS)
        same = b.emit("eq", b.length(xs), b.length(ys))
        if before:
            b.emit("require", same, attr="length", origin=at(b))
        i, (total,) = b.open_loop(b.length(xs), (b.const(0),))
        if not before:
            b.emit("require", same, attr="length", origin=at(b))
        (total,) = b.close_loop(b.const(True, BOOL), (b.emit("add_wrap", total, b.emit("load", ys, i)),))
        return total

    return build_


def grown(keeps: bool) -> Callable[[Builder], Node]:
    """A carried array stored into at the index; with `keeps` its capacity stays what it was."""

    def build_(b: Builder) -> Node:
        i, (a,) = b.open_loop(b.const(4), (fresh(b, 4),))
        newer = b.emit("store", a, i, i) if keeps else fresh(b, 3)
        if not keeps:
            b.emit("load", a, i)
            b.emit("require", b.emit("lt", b.emit("load", a, i), b.const(9)), attr="range", origin=at(b))
        (a,) = b.close_loop(b.const(True, BOOL), (newer,))
        return a

    return build_


def shorter(runs: int, shift: int) -> Callable[[Builder], Node]:
    """Loads at i + shift in a loop of length - runs runs."""
    return looped(
        lambda b, i: load_at(b, b.emit("add_wrap", i, b.const(shift))),
        lambda b: b.emit("sub_wrap", length(b), b.const(runs)),
    )


def mirrored(less: int) -> Callable[[Builder], Node]:
    """Loads at length - less - i in a loop of length runs."""
    return looped(
        lambda b, i: load_at(b, b.emit("sub_wrap", b.emit("sub_wrap", length(b), b.const(less)), i)),
        length,
    )


def constant_loop(make: Callable[[Builder, Node], Node], runs: int) -> Callable[[Builder], Node]:
    """Loads from three constants in a loop of `runs` runs."""
    return looped(lambda b, i: b.emit("load", b.data(I64, (1, 2, 3)), make(b, i)), lambda b: b.const(runs))


def plus_one(b: Builder, i: Node) -> Node:
    return b.emit("add_wrap", i, b.const(1))


def from_last(b: Builder, i: Node) -> Node:
    return b.emit("sub_wrap", b.const(2), i)


def counted(element: Type, room: int) -> Callable[[Builder], Node]:
    """Loads from `room` elements at an element of a constant list of `element`."""

    def build_(b: Builder) -> Node:
        octet = b.emit("load", b.data(element, (7,)), b.const(0))
        return b.emit("load", fresh(b, room), b.emit("cast", octet, attr=I64))

    return build_


ACCEPTED = {
    "R8": counted(U8, 256),
    "R8 of more": counted(U16, 65537),
    "R6": shorter(2, 1),
    "R6 all": shorter(2, 2),
    "R6 constant": constant_loop(plus_one, 2),
    "R7": mirrored(1),
    "R7 constant": constant_loop(from_last, 3),
    "R1": lambda b: load_at(b, b.emit("bounds", b.const(3), length(b), origin=at(b))),
    "R2": looped(load_at, length),
    "R2 min": looped(load_at, lambda b: b.emit("min", b.const(9), length(b))),
    "R2 equal": zipped(before=True),
    "R3": ranked(lambda b, p: b.emit("add", p, b.const(1), origin=at(b))),
    "R3 cast": ranked(kept_if_positive),
    "R3 select": ranked(lambda b, p: b.emit("select", b.param(1, BOOL), p, plus_one(b, p))),
    "R3 arms": ranked(lambda b, p: in_arms(b, p, 1)),
    "R4": lambda b: b.emit("load", b.data(I64, (1, 2, 3)), b.const(2)),
    "R5": lanes(0, 3),
    "capacity": grown(keeps=True),
}
REFUSED = {
    "octet past the end": counted(U8, 255),
    "half-word past the end": counted(U16, 256),
    "signed octet": counted(I8, 256),
    "shift too far": shorter(1, 2),
    "shift to the left": shorter(1, -1),
    "shift past constants": constant_loop(plus_one, 3),
    "mirrored from the length": mirrored(0),
    "mirrored below zero": mirrored(2),
    "mirrored below zero in constants": constant_loop(from_last, 4),
    "unchecked": lambda b: load_at(b, b.const(0)),
    "checked against another length": lambda b: load_at(b, b.emit("bounds", b.const(3), b.const(4), origin=at(b))),
    "loop of more runs": looped(load_at, lambda b: b.emit("add", length(b), b.const(1), origin=at(b))),
    "index plus one": looped(lambda b, i: load_at(b, b.emit("add_wrap", i, b.const(1))), length),
    "equal too late": zipped(before=False),
    "rank from one": ranked(lambda b, p: b.emit("add", p, b.const(1), origin=at(b)), first=1),
    "rank by two": ranked(lambda b, p: b.emit("add", p, b.const(2), origin=at(b))),
    "rank by two in an arm": ranked(lambda b, p: in_arms(b, p, 2)),
    "rank by nothing known": ranked(lambda b, p: b.emit("xor", p, b.const(1))),
    "eight from nothing known": lanes_at(lambda b, i: b.emit("shl", b.length(b.param(0, Array(F64))), b.const(3))),
    "eight from the index": lanes_at(lambda b, i: i),
    "sum of lengths": lambda b: load_at(b, b.emit("add_wrap", length(b), b.const(1))),
    "difference of lengths": lambda b: load_at(b, b.emit("sub_wrap", length(b), b.const(1))),
    "constant too large": lambda b: b.emit("load", b.data(I64, (1, 2, 3)), b.const(3)),
    "constant negative": lambda b: b.emit("load", b.data(I64, (1, 2, 3)), b.const(-1)),
    "eight from one on": lanes(1, 3),
    "eight by a quarter": lanes(0, 2),
    "capacity changes": grown(keeps=False),
}


def types_of(name: str) -> tuple[Type, ...]:
    if name == "R5" or name.startswith("eight"):
        return (Array(F64),)
    if "select" in name or "arm" in name:
        return (INTS, BOOL)
    return (INTS, INTS) if "equal" in name else (INTS,)


@pytest.mark.parametrize("name", ACCEPTED)
def test_indices_known_to_be_inside(name: str) -> None:
    verify(build(ACCEPTED[name], *types_of(name)))


@pytest.mark.parametrize("name", REFUSED)
def test_indices_not_known_to_be_inside(name: str) -> None:
    refused(build(REFUSED[name], *types_of(name)), "E-206", "not known to lie inside")


def test_read_has_room() -> None:
    def reading(most: int) -> Function:
        def make(b: Builder) -> Node:
            buffer, count = b.read(b.const(0), b.alloc(U8, b.const(8), at(b)), b.const(most))
            return b.emit("pair", buffer, count)

        return build(make)

    verify(reading(8))
    refused(reading(9), "E-206", "room")
    refused(reading(-1), "E-206", "room")


# 7. divisors, 8. events -----------------------------------------------------------------------------------------
def test_divisors_are_not_zero() -> None:
    verify(build(lambda b: b.emit("mod", b.param(0, I64), b.const(7)), I64))
    verify(build(lambda b: b.emit("mod", b.param(0, I64), b.emit("nonzero", b.param(1, I64), origin=at(b))), I64, I64))
    refused(build(lambda b: b.emit("mod", b.param(0, I64), b.param(1, I64)), I64, I64), "E-207", "may be zero")
    refused(build(lambda b: b.emit("floordiv", b.param(0, I64), b.const(0), origin=at(b)), I64), "E-207", "may be zero")


def in_both_arms(n: Node) -> Function:
    choice = if_node(YES, region((), (n,), (n,)), region((), (n,), (n,)))
    return made((choice,), result(choice, 0))


def test_an_effect_with_a_value_is_listed_once() -> None:
    refused(in_both_arms(row("clock")), "E-208", "listed twice")
    verify(build(lambda b: b.emit("sub_wrap", b.emit("clock"), b.emit("clock"))))


def test_a_fresh_array_is_listed_once() -> None:
    refused(in_both_arms(row("alloc", ONE, attr=(I64, 1), origin=0)), "E-208", "listed twice")


def test_a_function_calls_itself_by_recur_only() -> None:
    b = Builder()
    verify(b.finish("f", (("x", I64),), b.recur((b.param(0, I64),), I64, at(b))))
