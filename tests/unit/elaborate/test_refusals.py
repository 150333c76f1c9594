"""What is outside the subset is refused with code, place, reason and fix."""

from __future__ import annotations

import pytest

from siglum.errors import UserError
from siglum.frontend.elaborate import function_from_python, function_from_source

HEAD = "def f(x: int, xs: list[int], s: str, d: dict[str, int], o: int | None, a: float) -> int:\n"

REFUSED = {
    # statement or expression: code, column, words of the message
    "class A: pass": ("E-055", 5, "a class is outside"),
    "try:\n        return x\n    except ValueError:\n        return 0": ("E-055", 5, "`try` is outside"),
    "with open('a') as g:\n        return x": ("E-055", 5, "`with` is outside"),
    "global y": ("E-055", 5, "`global`"),
    "import math": ("E-055", 5, "an import inside a function"),
    "yield x": ("E-055", 5, "`yield`"),
    "del xs[0]": ("E-055", 5, "`del`"),
    "return f'{x}'": ("E-055", 12, "a formatted string"),
    "return len({x})": ("E-055", 16, "a set"),
    "return (y := x)": ("E-055", 13, "`:=`"),
    "return sorted(xs, key=abs)": ("E-055", 12, "no argument named `key` here, user.py:2:12; write `order(xs, key)`"),
    "return int(hex(x))": ("E-055", 16, "write `base(n, 16)`"),
    "return len(s.upper())": ("E-055", 16, "`upper` of texts"),
    "return x.bit_length()": ("E-055", 12, "no method `bit_length`"),
    "x + 1\n    return x": ("E-055", 5, "no effect"),
    "while x > 0:\n        x -= 1\n    else:\n        x = 1\n    return x": ("E-055", 9, "`else` of a loop"),
    "return x + s": ("E-065", 12, "`+` does not take int and str"),
    "return o + 1": ("E-064", 12, "may be None"),
    "return a": ("E-063", 12, "this is float, where int is needed"),
    "return xs[a]": ("E-063", 12, "an index is an int, not float"),
    "return foo(x)": ("E-056", 12, "`foo` is not known here"),
    "return y": ("E-056", 12, "`y` is not known here"),
    "return x + 99999999999999999999999": ("E-018", 16, "does not fit 64 bits"),
    "return 1 if x > 0 else 'ab'": ("E-061", 12, "int on one way and str on the other"),
    "return x is 3": ("E-065", 12, "`is` compares with None only"),
    "return len(x)": ("E-067", 12, "int has no length"),
    "xs[0] = 1\n    return x": ("E-066", 5, "a parameter cannot be stored into"),
    "xs.append(1)\n    return x": ("E-066", 5, "a parameter cannot be stored into"),
    "d['a'] = 1\n    return x": ("E-066", 5, "only places of lists"),
    "ys = [[0] * 2 for _ in xs]\n    ys[0][0] = 1\n    return x": ("E-066", 5, "a list inside a list"),
    "if x > 0:\n        y = 1\n    return y": ("E-060", 12, "assigned on one way only"),
    "for i in xs:\n        y = i\n    return y": ("E-060", 12, "assigned in the loop only"),
    "t = 0\n    for i in xs:\n        t += a\n    return t": ("E-061", 5, "start from `0.0`"),
    "b = None\n    for i in xs:\n        b = i\n    return 0 if b is None else b": ("E-062", 5, "write it, as in"),
    "if x > 0:\n        return x": ("E-053", 5, "may end without `return`"),
    "ys = [1] * x\n    for i in xs:\n        ys = xs\n    ys.append(1)\n    return x": ("E-066", 5, "a parameter cannot"),
    "ys = list(xs)\n    for y in ys:\n        ys.append(y)\n    return x": ("E-066", 5, "changes the length"),
}


@pytest.mark.parametrize("body", REFUSED)
def test_a_refusal_says_where_and_why(body: str) -> None:
    code, column, words = REFUSED[body]
    with pytest.raises(UserError) as caught:
        function_from_source(HEAD + "    " + body + "\n", "f", "user.py")
    error = caught.value
    assert error.place is not None
    assert (error.code, error.place.source, error.place.column) == (code, "user.py", column)
    assert words in str(error)
    assert error.place.line >= 2
    assert error.place.text in (HEAD + "    " + body).split("\n")


SIGNATURES = {
    "def f(x):\n    return x\n": ("E-053", "the parameter `x` has no type"),
    "def f(x: int):\n    return x\n": ("E-053", "the result of `f` has no type"),
    "def f(x: int) -> None:\n    pass\n": ("E-053", "a function gives a value"),
    "def f(*xs: int) -> int:\n    return 1\n": ("E-052", "`*args`"),
    "def f(*, x: int) -> int:\n    return 1\n": ("E-052", "after `*`"),
    "@other\ndef f(x: int) -> int:\n    return x\n": ("E-051", "the decorator `other`"),
    "def f(x: complex) -> int:\n    return 1\n": ("E-011", "`complex` is no type"),
    "def f(x: tuple[int, int, int]) -> int:\n    return 1\n": ("E-011", "two parts"),
    "def f(x: T) -> int:\n    return 1\n": ("E-053", "no type of a value"),
    "def g(x: int) -> int:\n    return x\n": ("E-054", "no function `f`"),
    "def f(x: int -> int:\n": ("E-050", "not Python"),
    "def f(x: int) -> int:\n    return " + "-" * 300 + "x\n": ("E-015", "nesting over 256"),
    "def g(x: int) -> int:\n    return f(x)\ndef f(x: int) -> int:\n    return g(x)\n": ("E-068", "through another function"),
}


@pytest.mark.parametrize("text", SIGNATURES)
def test_a_definition_is_refused_as_a_whole(text: str) -> None:
    code, words = SIGNATURES[text]
    with pytest.raises(UserError) as caught:
        function_from_source(text, "f", "user.py")
    assert caught.value.code == code
    assert words in str(caught.value)


def test_what_is_no_function_is_refused() -> None:
    for thing in (len, 3, lambda x: x):
        with pytest.raises(UserError) as caught:
            function_from_python(thing)  # type: ignore[arg-type]
        assert caught.value.code in ("E-050", "E-053")
