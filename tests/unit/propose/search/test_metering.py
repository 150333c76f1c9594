"""Loops that nothing given bounds stop where their fuel ends; what they mean is otherwise the same."""

from __future__ import annotations

from typing import Any

import pytest

from siglum import pipeline
from siglum.errors import Stop
from siglum.frontend.elaborate import elaborate_phrase
from siglum.ir.function import Function
from siglum.ir.interpret import run
from siglum.ir.text import show
from siglum.propose.search.metering import metered


def function(text: str, signature: str) -> Function:
    params, result = pipeline.parse_signature(signature)
    return pipeline.refined(elaborate_phrase(pipeline.language().read(text, params, result)))


UNBOUNDED = [
    ("n range sum", "n:i64 -> i64", (50,), (100_000,)),
    ("n divisors", "n:i64 -> [i64]", (60,), (10**12,)),
    ("n prime", "n:i64 -> bool", (97,), (10**9 + 7,)),
    ("n factorial", "n:i64 -> i64", (10,), None),
    ("a repeat n", "a:i64 n:i64 -> [i64]", (7, 5), (7, 100_000)),
]


@pytest.mark.parametrize(("text", "signature", "small", "large"), UNBOUNDED)
def test_a_loop_takes_fuel_where_a_number_says_how_often(text: str, signature: str, small: Any, large: Any) -> None:
    plain, with_fuel = function(text, signature), metered(function(text, signature))
    assert run(with_fuel, small, fuel=2000) == run(plain, small)
    if large is not None:
        with pytest.raises(Stop, match=r"fuel|steps"):
            run(with_fuel, large, fuel=2000)


@pytest.mark.parametrize("text", ["xs sum", "xs maximum", "xs filter even", "xs + xs", "xs reverse take 3"])
def test_a_loop_over_what_is_given_takes_none_that_it_did_not_take(text: str) -> None:
    f = function(text, "xs:[i64]")
    assert show(metered(f)).count("tick") == show(f).count("tick")
    assert run(metered(f), ([3, 1, 2],), fuel=100) == run(f, ([3, 1, 2],))
