"""What a benchmark reads off the prompts of HumanEval: English, annotations, and the examples in the text."""

from __future__ import annotations

from typing import Any

import pytest
from benchmarks.proposals.prompts import english_of, examples_in, read_prompt

PROMPT = '''from typing import List


def above(numbers: List[int], limit) -> int:
    """ Count the numbers
    that are above the limit.
    For example:
    >>> above([1, 5, 9], 4)
    2
    >>> above([], 0)
    0
    """
'''


def test_a_prompt_is_english_types_and_examples() -> None:
    found = read_prompt(PROMPT, "above")
    assert found.english == "Count the numbers that are above the limit."
    assert (found.params, found.annotations, found.result) == (("numbers", "limit"), ("List[int]", None), "int")
    assert found.examples == ((([1, 5, 9], 4), 2), (([], 0), 0))


def test_escapes_in_a_docstring_stand_for_what_they_do_in_python() -> None:
    source = 'def f(s):\n    """Lines.\n    f("a\\nb") == 2\n    """\n'
    assert read_prompt(source, "f").examples == ((("a\nb",), 2),)


def test_a_prompt_without_the_function_is_refused() -> None:
    with pytest.raises(ValueError, match="no function below"):
        read_prompt(PROMPT, "below")


@pytest.mark.parametrize(
    ("text", "params", "expected"),
    [
        ("f(1) == 2", ("x",), [((1,), 2)]),
        ("f(1) = 2.\nf(2) = 4.", ("x",), [((1,), 2), ((2,), 4)]),
        ("f([1, 2], 'a') -> ['a', 'a']", ("x", "y"), [(([1, 2], "a"), ["a", "a"])]),
        ("`f(3)` should return True", ("x",), [((3,), True)]),
        ("f(3) ➞ false", ("x",), [((3,), False)]),
        ("f(3) returns 9 # three squared", ("x",), [((3,), 9)]),
        ("f(3) => 1 + 2 = 3", ("x",), [((3,), 3)]),
        ("f(3) == x", ("x",), []),
        ("f(1, 2) == 3", ("x",), []),
        ("f(n) is the sum", ("n",), []),
        (">>> f('ab')\n'ba'\n", ("s",), [(("ab",), "ba")]),
        (">>> f(1)\n>>> f(2)\n4\n", ("x",), [((1,), None), ((2,), 4)]),
        ("For n = 3 the output should be 6", ("n",), [((3,), 6)]),
        ("given [1, 2], 3 the result is [1, 2, 3].", ("xs", "x"), [(([1, 2], 3), [1, 2, 3])]),
        ("Input: 4\nOutput: 16", ("n",), [((4,), 16)]),
        ("other(2) == 5", ("x",), [((2,), 5)]),
    ],
)
def test_examples_are_found_however_they_are_written(text: str, params: tuple[str, ...], expected: list[Any]) -> None:
    assert list(examples_in(text, "f", params)) == expected


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("Add them.\n\n  Twice.\nExample: f(1) = 2", "Add them. Twice."),
        ("Add them. f(1) == 2", ""),
        ("Add.\n>>> f(1)\n2", "Add."),
        ("f is what it is.", "f is what it is."),
    ],
)
def test_the_english_ends_before_the_first_example(text: str, english: str) -> None:
    assert english_of(text, "f") == english
