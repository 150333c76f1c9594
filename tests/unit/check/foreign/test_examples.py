"""One example of each way in which C's declarations, calls and memory can be, beside what properties draw."""

from __future__ import annotations

from random import Random

import numpy
import pytest
from tests.unit.check.foreign.support import code, meaning

from siglum.check.foreign.convention import convention, default_prototype, parse_prototype
from siglum.check.foreign.exhaust import domain, exhaust
from siglum.check.foreign.regions import Region, RegionMemory
from siglum.check.foreign.running import Gave, call_of, run, same
from siglum.errors import UserError
from siglum.ir.types import F64, I64, U8, Array, Map, Type
from siglum.sandbox.run import Sandbox
from siglum.smt.terms import Terms


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("void f(int32_t *restrict p, size_t n)", ["p", "n"]), ("extern int f(void);", []), ("static inline long f()", []),
        ("double f(const volatile double *x, long n)", ["x", "n"]),
    ],
)  # fmt: skip
def test_qualifiers_and_void_are_read(text: str, names: list[str]) -> None:
    assert [p.name for p in parse_prototype(text).parameters] == names


def test_nothing_in_c_is_no_scalar_of_the_reference() -> None:
    with pytest.raises(UserError, match="it gives nothing in C and i64 in the reference"):
        convention(parse_prototype("void f(int64_t x)"), (("x", I64),), I64)


@pytest.mark.parametrize(
    ("params", "result", "why"),
    [
        ((("m", Map(I64, I64)),), I64, "`m` is"), ((("xs", Array(Array(I64))),), I64, "`xs` is"),
        ((("x", I64),), Array(I64), "the result is"),
    ],
)  # fmt: skip
def test_what_c_does_not_take_has_no_prototype_of_its_own(params: tuple[tuple[str, Type], ...], result: Type, why: str) -> None:
    with pytest.raises(UserError, match=f"no C prototype follows from the reference: {why}"):
        default_prototype("f", params, result)


def test_a_length_has_a_name_that_no_parameter_has() -> None:
    found = default_prototype("f", (("xs", Array(I64)), ("xs_length", U8)), F64)
    assert [p.name for p in found.parameters] == ["xs", "xs_length_", "xs_length"]


FIRST = "def f(xs: list[f64]) -> f64:\n    return xs[0]\n"


def test_floats_go_in_and_come_out() -> None:
    _, fitted = meaning(FIRST, "f", "double f(const double *xs, size_t n)")
    with Sandbox() as sandbox:
        call = call_of(fitted, {"xs": [1.5, -0.0]}, Random(1))
        assert call.buffers[0].content == bytes.fromhex("000000000000f83f0000000000000080")
        (found,) = run(sandbox, code("f20f1007c3"), fitted, [call])  # movsd xmm0,[rdi]; ret
    assert found == Gave(1.5, "")


def test_results_of_numpy_are_lists() -> None:
    assert same([1, 2], numpy.array([1, 2])) and not same([1, 2], numpy.array([1, 3]))
    assert same(float("nan"), -float("nan")) and not same(0.0, -0.0) and not same("1", 1)


def test_all_inputs_of_truth_values() -> None:
    reference, fitted = meaning("def f(a: bool, b: bool) -> bool:\n    return a and b\n", "f", "bool f(bool a, bool b)")
    assert domain(fitted, reference.function.params) == 4
    with Sandbox() as sandbox:
        right = code("89f821f083e001c3")  # mov eax,edi; and eax,esi; and eax,1; ret
        assert exhaust(sandbox, right, fitted, reference, 4, lambda text: None) is None
        wrong = code("89f809f083e001c3")  # or
        found = exhaust(sandbox, wrong, fitted, reference, 4, lambda text: None)
    assert found is not None and found[0]["a"] != found[0]["b"]


def region_memory() -> tuple[Terms, RegionMemory]:
    terms = Terms()
    region = Region("p", terms.var("&p", 64), 0, 4, (0, 4), lambda k: terms.var(f"p{k}", 8))
    return terms, RegionMemory(terms, (region,))


def test_a_place_that_is_always_outside_is_a_violation_and_reads_anything() -> None:
    terms, memory = region_memory()
    far = terms.var("&p", 64) + (terms.var("k", 2).zext(64) + 64)
    found = memory.load(far, 1)
    assert memory.violations and "!" in repr(found)


def test_what_a_choice_decides_of_the_stack_is_supposed_inside_of_it() -> None:
    terms, memory = region_memory()
    p, q = terms.var("p", 0), terms.var("q", 0)
    low, high, other = (terms.var(name, 64) for name in ("low", "high", "other"))
    for condition, top, supposed in (
        (p, p.ite(low, high), low), (~p, p.ite(low, high), high), (q, p.ite(low, high), p.ite(low, high)), (p, other, other),
    ):  # fmt: skip
        memory.guard, memory.top = terms.true, top
        memory._suppose(condition)
        assert memory.top is supposed and memory.guard is condition


def test_an_address_of_no_region_is_in_none() -> None:
    terms, memory = region_memory()
    base = terms.var("&p", 64)
    assert memory.place(base + 3)[1] is terms.const(3, 64)
    assert memory.place(terms.var("elsewhere", 64))[0] is None
    assert memory.place(terms.const(0x1000, 64))[0] is None
    assert memory.place(base * 2 + 1)[0] is None
