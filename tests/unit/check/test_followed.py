"""The witness checker follows right images: hand-made ones, and what the binder makes of sampled functions."""

from __future__ import annotations

import pytest
from tests.support.assemble import Draft, Mark, assemble

from siglum.bind import bind
from siglum.check import check_image
from siglum.ir.function import Builder, Function, Node, Origin
from siglum.ir.sample import Shape, sample
from siglum.ir.types import BOOL, I64, U8, Array
from siglum.records import DEAD, Followed, Image, Location, Rejected, StopSite
from siglum.stencil.table import TARGETS, load

TABLE = load("x86-64-v2")
INTS = Array(I64)


def origin(b: Builder, word: str) -> int:
    return b.origin(Origin(word, "<test>", 1, 1, len(word)))


def v(k: int) -> tuple[Location, ...]:
    return (Location("v", k),)


def s(k: int) -> tuple[Location, ...]:
    return (Location("s", k),)


def rejected(image: Image, why: str) -> None:
    found = check_image(image, TABLE)
    assert isinstance(found, Rejected)
    assert why in found.reason, found


class SumOfSquares:
    """`xs map square sum`, by hand: total in v1, index in v2, length of `xs` in slot 2."""

    def __init__(self) -> None:
        b = Builder()
        self.xs = b.param(0, INTS)
        n = b.length(self.xs)
        self.i, (self.total,) = b.open_loop(n, (b.const(0),))
        x = b.emit("load", self.xs, self.i)
        square = b.emit("mul", x, x, origin=origin(b, "square"))
        more = b.emit("add", self.total, square, origin=origin(b, "sum"))
        (result,) = b.close_loop(b.const(True, BOOL), (more,))
        self.result, self.loop = result, result.args[0]
        self.function = b.finish("sumsq", (("xs", INTS),), result)
        self.stops = (StopSite("overflow", 0, 0), StopSite("overflow", 1, 0))
        self.code: tuple[tuple[str, tuple[int, ...]], ...] = (
            ("entry", ()),
            ("const.vi", (1, 0)),
            ("const.vi", (2, 0)),
            ("j.le.sv", (2, 2, 1)),
            ("load.i64", (3, 1, 2)),
            ("mul.vv", (3, 3, 0)),
            ("add.vv", (1, 3, 1)),
            ("latch.vs", (2, 2, 0)),
            ("st.sv", (1, 1)),
            ("leave", ()),
            ("stop", (1,)),
            ("stop", (2,)),
        )
        array = (Location("s", 1), Location("s", 2))
        self.marks = (
            Mark(4, ((self.loop, 0),), 0, ((self.xs, array), (self.i, v(2)), (self.total, v(1)))),
            Mark(8, (), 2, ((self.result, v(1)),)),
        )

    def image(self, **changes: object) -> Image:
        parts = {"code": self.code, "marks": self.marks, "stops": self.stops, "frame": 4, **changes}
        draft = Draft(self.function, parts["code"], parts["marks"], parts["frame"])  # type: ignore[arg-type]
        return assemble(self.function, TABLE, [draft], parts["stops"])  # type: ignore[arg-type]

    def put(self, at: int, *code: tuple[str, tuple[int, ...]]) -> Image:
        """The image with instance `at` replaced."""
        grown = len(code) - 1
        marks = tuple(m._replace(at=m.at + grown if m.at > at else m.at) for m in self.marks)
        return self.image(code=(*self.code[:at], *code, *self.code[at + 1 :]), marks=marks)


def test_a_loop_made_by_hand_is_followed() -> None:
    assert check_image(SumOfSquares().image(), TABLE) == Followed(12, 1)


@pytest.mark.parametrize(
    ("at", "code", "why"),
    [
        (1, ("const.vi", (1, 1)), "v1 does not hold what the label states"),
        (2, ("const.vi", (2, 1)), "decides nothing"),
        (2, ("nop.1", ()), "holds no known value"),
        (3, ("j.lt.sv", (2, 2, 1)), "decides nothing"),
        (3, ("nop.1", ()), "may not run at all"),
        (4, ("load.i64", (3, 1, 1)), "none of the Function's"),
        (4, ("load.i32", (3, 1, 2)), "none of the Function's"),
        (4, ("load.i64", (3, 2, 2)), "none of the Function's"),
        (5, ("mul.vv", (3, 3, 1)), "names another word"),
        (5, ("mul_wrap.vv", (3, 3)), "stands where the Function has `mul`"),
        (5, ("mul.vv", (3, 1, 0)), "other values"),
        (6, ("add.vv", (1, 1, 1)), "other values"),
        (6, ("sub.vv", (1, 3, 1)), "stands where the Function has `add`"),
        (6, ("add_wrap.vv", (1, 3)), "ends before its time"),
        (7, ("latch.vs", (1, 2, 0)), "counts something else"),
        (7, ("latch.vs", (2, 1, 0)), "counts something else"),
        (7, ("latch.vi", (2, 9, 0)), "counts something else"),
        (7, ("latch.vs", (2, 2, 1)), "does not lead to its loop's top"),
        (7, ("jmp", (1,)), "a jump leads to a place that does not follow"),
        (7, ("jmp", (0,)), "goes back"),
        (8, ("st.sv", (1, 2)), "slot 1 does not hold the result"),
        (8, ("st.sv", (2, 1)), "slot 1 does not hold the result"),
        (9, ("ret", ()), "returns as if it were called"),
        (9, ("nop.1", ()), "a stop is run into"),
        (9, ("st.sv", (4096, 1)), "outside the frame"),
    ],
)
def test_each_wrong_instance_is_refused(at: int, code: tuple[str, tuple[int, ...]], why: str) -> None:
    rejected(SumOfSquares().put(at, code), why)


def test_what_changes_nothing_is_followed() -> None:
    s_ = SumOfSquares()
    for at, code in (
        (6, (("add.vv", (3, 1, 1)), ("mov.vv", (1, 3)))),
        (2, (("const.vi", (2, 0)), ("const.vi", (5, 77)))),
        (4, (("load.i64", (3, 1, 2)), ("st.sv", (3, 3)), ("ld.vs", (3, 3)))),
    ):
        assert isinstance(check_image(s_.put(at, *code), TABLE), Followed)


def test_a_label_may_state_only_what_is_true_on_every_way() -> None:
    s_ = SumOfSquares()
    for values in (
        ((s_.xs, s(1) + s(2)), (s_.i, v(3)), (s_.total, v(1))),
        ((s_.xs, (DEAD, Location("s", 1))), (s_.i, v(2)), (s_.total, v(1))),
        ((s_.xs, s(1) + s(2)), (s_.i, v(2)), (s_.total, v(1)), (s_.function.region.body[0], v(3))),
    ):
        rejected(s_.image(marks=(s_.marks[0]._replace(values=values), s_.marks[1])), "does not hold what the label states")


def test_a_label_at_a_loops_top_names_nothing_of_the_body() -> None:
    s_ = SumOfSquares()
    load_ = s_.loop.regions[0].body[0]
    marks = (s_.marks[0]._replace(values=(*s_.marks[0].values, (load_, v(3)))), s_.marks[1])
    rejected(s_.image(marks=marks), "not in scope")


def test_a_label_stands_in_the_function() -> None:
    s_ = SumOfSquares()
    rejected(s_.image(marks=(s_.marks[0]._replace(path=((s_.loop, 1),)), s_.marks[1])), "a region that is not there")
    rejected(s_.image(marks=(s_.marks[0], s_.marks[1]._replace(done=3))), "behind a region's end")
    rejected(s_.image(marks=(s_.marks[0], s_.marks[1]._replace(done=1))), "decides nothing")


def test_stop_sites_name_kind_origin_and_block() -> None:
    s_ = SumOfSquares()
    for stop in (StopSite("range", 0, 0), StopSite("overflow", 1, 0), StopSite("overflow", -1, 0)):
        rejected(s_.image(stops=(stop, s_.stops[1])), "names another word or kind")
    rejected(s_.image(stops=(s_.stops[0], StopSite("overflow", 1, 1))), "names another word or kind")


def choice(b: Builder, c: Node, x: Node) -> tuple[Node, Node]:
    """x + 1 or x * 2."""
    b.open_region()
    then = b.close_region((b.emit("add", x, b.const(1), origin=origin(b, "more")),))
    b.open_region()
    (r,) = b.if_(c, then, b.close_region((b.emit("mul", x, b.const(2), origin=origin(b, "double")),)))
    return r.args[0], r


def branching(order: str = "then first", **changes: object) -> tuple[Function, Image]:
    b = Builder()
    x = b.param(0, I64)
    c = b.emit("lt", x, b.const(10))
    node, r = choice(b, c, x)
    f = b.finish("f", (("x", I64),), r)
    jump = ("j.le.iv", (1, 10, 0))
    code: tuple[tuple[str, tuple[int, ...]], ...] = (
        ("entry", ()), ("ld.vs", (1, 1)), jump, ("add.vi", (1, 1, 0)), ("jmp", (1,)), ("mul.vi", (1, 2, 1)), ("st.sv", (1, 1)),
        ("leave", ()), ("stop", (1,)), ("stop", (2,)),
    )  # fmt: skip
    which = 1
    if order == "else first":
        code = (*code[:2], ("j.lt.vi", (1, 10, 0)), code[5], code[4], code[3], *code[6:])
        which = 0
    marks = (Mark(5, ((node, which),), 0, ((x, v(1)),)), Mark(6, (), 2, ((r, v(1)),)))
    if "code" in changes:
        at, new = changes["code"]  # type: ignore[misc]
        code = (*code[:at], new, *code[at + 1 :])
    stops = (StopSite("overflow", 0, 0), StopSite("overflow", 1, 0))
    return f, assemble(f, TABLE, [Draft(f, code, marks, 2)], stops)


def test_either_arm_may_come_first() -> None:
    for order in ("then first", "else first"):
        assert isinstance(check_image(branching(order)[1], TABLE), Followed)


@pytest.mark.parametrize(
    ("at", "code", "why"),
    [
        (2, ("j.lt.vi", (1, 10, 0)), "leaves a region before its time"),
        (2, ("j.le.vi", (1, 10, 0)), "decides nothing"),
        (2, ("j.le.iv", (1, 11, 0)), "decides nothing"),
        (2, ("j.le.iv", (1, 10, 1)), "leaves a region before its time"),
        (4, ("jmp", (0,)), "a jump leads to a place that does not follow"),
        (4, ("nop.1", ()), "a jump leads to a place that does not follow"),
        (5, ("mul.vi", (1, 3, 1)), "other values"),
    ],
)
def test_each_wrong_branch_is_refused(at: int, code: tuple[str, tuple[int, ...]], why: str) -> None:
    rejected(branching(code=(at, code))[1], why)


def test_a_store_makes_the_older_version_unknown() -> None:
    b = Builder()
    a = b.alloc(I64, b.const(2), origin(b, "make"))
    first = b.emit("store", a, b.const(0), b.const(7))
    second = b.emit("store", first, b.const(1), b.const(8))
    f = b.finish("f", (), second)
    stores: list[tuple[str, tuple[int, ...]]] = [("store.64", (1, 1, 2)), ("store.64", (1, 3, 4))]

    def image(order: tuple[int, ...]) -> Image:
        code = [
            ("entry", ()), ("const.vi", (0, 2)), ("alloc", (1, 0, 8, 0)), ("const.vi", (1, 0)), ("const.vi", (2, 7)),
            ("const.vi", (3, 1)), ("const.vi", (4, 8)), *(stores[k] for k in order), ("leave", ()), ("stop", (1,)),
        ]  # fmt: skip
        return assemble(f, TABLE, [Draft(f, tuple(code), (), 4)], [StopSite("memory", 0, 0)])

    assert isinstance(check_image(image((0, 1)), TABLE), Followed)
    for order in ((1, 0), (0, 0, 1), (1,), (0, 1, 1)):
        found = check_image(image(order), TABLE)
        assert isinstance(found, Rejected), order


def test_effects_are_owned_up_to() -> None:
    b = Builder()
    f = b.finish("f", (), b.emit("write", b.const(1), b.data(U8, (104, 105))))
    code = (("entry", ()), ("data", (1, 0, 2)), ("const.vi", (0, 1)), ("write", (1,)), ("st.sv", (1, 0)), ("leave", ()))
    draft = Draft(f, code, (), 4)
    assert isinstance(check_image(assemble(f, TABLE, [draft], [], b"hi", "stdout"), TABLE), Followed)
    rejected(assemble(f, TABLE, [draft], [], b"hi"), "own up to stdout")
    rejected(assemble(f, TABLE, [draft], [], b"ho", "stdout"), "none of the Function's")
    rejected(assemble(f, TABLE, [draft], [], b"hi\0", "stdout"), "belong to no constant")


@pytest.mark.parametrize("passed", [False, True])
def test_constants_of_equal_bytes_are_told_apart_by_their_use(passed: bool) -> None:
    """[true false] lies as the first two bytes of [1 0] do."""
    b = Builder()
    flags, numbers = b.data(BOOL, (True, False)), b.data(I64, (1, 0))
    flag = b.emit("load", flags, b.const(0))
    value = b.emit("pair", numbers, b.emit("pair", flags, flag)) if passed else b.emit("load", numbers, b.const(0))
    f = b.finish("f", (), b.emit("pair", flag, value))
    assert isinstance(check_image(bind(f, TABLE), TABLE), Followed)


def test_empty_constants_of_two_types_lie_in_one_place() -> None:
    b = Builder()
    f = b.finish("f", (), b.emit("pair", b.data(BOOL, ()), b.emit("pair", b.data(I64, ()), b.data(U8, ()))))
    assert isinstance(check_image(bind(f, TABLE), TABLE), Followed)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("first", range(0, 60, 20))
def test_the_binders_images_are_followed(first: int, target: str) -> None:
    table = load(target)
    for seed in range(first, first + 20):
        found = check_image(bind(sample(seed, Shape(size=8 + seed)), table), table)
        assert isinstance(found, Followed), (seed, found)


def test_deep_nesting_is_followed() -> None:
    b = Builder()
    x = b.param(0, I64)
    carried = x
    for _ in range(12):
        _, (carried,) = b.open_loop(b.const(2), (carried,))
    value = b.emit("add", carried, b.const(1), origin=origin(b, "more"))
    for _ in range(12):
        (value,) = b.close_loop(b.const(True, BOOL), (value,))
    f = b.finish("f", (("x", I64),), value)
    assert isinstance(check_image(bind(f, TABLE), TABLE), Followed)
