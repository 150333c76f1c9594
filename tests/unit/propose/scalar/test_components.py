"""Each component on whole vectors of words is what it is on one word, where it stops and what is undone included."""

from __future__ import annotations

from random import Random

import pytest
from tests.unit.propose.scalar.drawing import BINARY, UNARY, words

from siglum.propose.scalar.components import CHOICE, COMPARISONS, SHIFTS, component, signed
from siglum.propose.scalar.inverses import partners, undone
from siglum.propose.scalar.lanes import Lanes


def plain(name: str, width: int, x: int, y: int = 0) -> int:
    """The meaning on single words, written without tricks."""
    mask = (1 << width) - 1
    a, b = signed(x, width), signed(y, width)
    text = f"{x:0{width}b}"
    k = y % width
    match name:
        case "not":
            return ~x & mask
        case "neg":
            return -x & mask
        case "abs":
            return abs(a) & mask
        case "sign":
            return ((a > 0) - (a < 0)) & mask
        case "ones":
            return text.count("1")
        case "parity":
            return text.count("1") % 2
        case "leading":
            return len(text) - len(text.lstrip("0"))
        case "trailing":
            return len(text) - len(text.rstrip("0"))
        case "rotl":
            return int(text[k:] + text[:k], 2)
    return {
        "and": x & y, "or": x | y, "xor": x ^ y, "add": x + y, "sub": x - y, "mul": x * y, "udiv": x // (y or 1),
        "urem": x % (y or 1), "div": a // b if b else 0, "mod": a % b if b else 0, "min": min(a, b), "max": max(a, b),
        "ult": x < y, "ule": x <= y, "slt": a < b, "sle": a <= b, "eq": x == y, "ne": x != y, "shl": x << k, "lshr": x >> k,
        "ashr": a >> k,
    }[name] & mask  # fmt: skip


@pytest.mark.parametrize("width", [32, 64])
@pytest.mark.parametrize("name", UNARY)
def test_a_component_of_one_word_works_lane_by_lane(name: str, width: int) -> None:
    v = Lanes(width, 60)
    given = words(Random(name), width, v.count)
    found = component(name).apply(v, v.pack(given))
    assert v.unpack(found) == [plain(name, width, x) for x in given]


@pytest.mark.parametrize("width", [32, 64])
@pytest.mark.parametrize("name", BINARY)
def test_a_component_of_two_words_works_lane_by_lane_and_by_a_constant(name: str, width: int) -> None:
    v, random = Lanes(width, 60), Random(name)
    first, second = words(random, width, v.count), words(random, width, v.count)
    found = component(name).apply(v, v.pack(first), v.pack(second))
    assert v.unpack(found) == [plain(name, width, x, y) for x, y in zip(first, second, strict=True)]
    for constant in {y % width if name in SHIFTS else y for y in second[:8]}:
        found = component(f"{name}:{constant}").apply(v, v.pack(first))
        assert v.unpack(found) == [plain(name, width, x, constant) for x in first]


@pytest.mark.parametrize("name", sorted(COMPARISONS))
def test_a_mask_is_all_ones_where_the_comparison_holds(name: str) -> None:
    v, random = Lanes(32, 60), Random(name)
    first, second = words(random, 32, v.count), words(random, 32, v.count)
    found = component(f"-{name}").apply(v, v.pack(first), v.pack(second))
    assert v.unpack(found) == [v.mask * plain(name, 32, x, y) for x, y in zip(first, second, strict=True)]


def test_a_choice_takes_the_second_word_where_the_first_is_not_zero() -> None:
    v = Lanes(64, 3)
    found = CHOICE.apply(v, v.pack([0, 1, 7]), v.pack([10, 11, 12]), v.pack([20, 21, 22]))
    assert v.unpack(found) == [20, 11, 12]


@pytest.mark.parametrize("name", ["add", "sub", "mul", "neg", "abs", "shl", "div", "mod"])
def test_exact_components_stop_exactly_where_the_result_does_not_fit(name: str) -> None:
    v, random = Lanes(64, 80), Random(name)
    first, second = words(random, 64, v.count), words(random, 64, v.count)
    made = component(name, exact=True)
    assert made.stops is not None
    given = [v.pack(first)] if made.arity == 1 else [v.pack(first), v.pack(second)]
    stops = v.unpack(made.stops(v, *given))

    def fits(x: int, y: int) -> bool:
        a, b = signed(x, 64), signed(y, 64)
        if name in ("div", "mod") and b == 0:
            return False
        exact = {"add": a + b, "sub": a - b, "mul": a * b, "neg": -a, "abs": abs(a), "shl": a << y % 64}
        whole = exact[name] if name in exact else a // b if name == "div" else a % b
        return -(2**63) <= whole < 2**63

    assert [not stop for stop in stops] == [fits(x, y) for x, y in zip(first, second, strict=True)]


def test_wrapping_components_stop_for_a_zero_divisor_only() -> None:
    assert component("add").stops is None
    divide = component("udiv")
    v = Lanes(32, 3)
    assert divide.stops is not None
    assert v.unpack(divide.stops(v, v.pack([1, 2, 0]), v.pack([0, 1, 0]))) == [1, 0, 1]


@pytest.mark.parametrize("text", ["not", "neg", "xor:0x55", "add:7", "sub:1", "mul:5", "rotl:9"])
def test_what_is_undone_gives_the_result_again(text: str) -> None:
    for width in (32, 64):
        v = Lanes(width, 40)
        result = v.pack(words(Random(text), width, v.count))
        made = component(text)
        before = undone(made, v, result)
        assert before is not None
        assert made.apply(v, before) == result


def test_what_loses_bits_is_not_undone() -> None:
    v = Lanes(32, 2)
    assert undone(component("lshr:1"), v, v.one) is None
    assert undone(component("mul:6"), v, v.one) is None


@pytest.mark.parametrize("name", ["xor", "add", "sub"])
def test_a_partner_gives_the_result_in_its_place(name: str) -> None:
    v, random = Lanes(64, 40), Random(name)
    result, known = v.pack(words(random, 64, v.count)), v.pack(words(random, 64, v.count))
    made = component(name)
    for place, partner in partners(made, v, result, known):
        given = (partner, known) if place == 0 else (known, partner)
        assert made.apply(v, *given) == result


@pytest.mark.parametrize("text", ["nand", "-add", "-neg", "neg:1", ""])
def test_a_name_that_is_no_component_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no component"):
        component(text)
