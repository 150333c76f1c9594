"""Terms of arithmetic, geometry and puzzles that people take for known, as phrases; adding one is one line in a table.

Imports, of `siglum.propose.lexical`, chart, meanings, rules and values.
"""

from __future__ import annotations

from typing import Final

from siglum.propose.lexical.chart import Together
from siglum.propose.lexical.meanings import Predicate, Readings, Relation, readings
from siglum.propose.lexical.rules import Grammar, maybe
from siglum.propose.lexical.values import Builder, Value

RULES: Final = Grammar()
_rule, _done = RULES.rule, RULES.done


PROPERTIES: Final[dict[str, tuple[str, ...]]] = {
    "leap year": ("x % 4 = 0 and (x % 100 != 0 or x % 400 = 0)",),
    "palindrome|palindromic": ("x is x reverse", "x digits is (x digits reverse)"),
    "palindromic number": ("x digits is (x digits reverse)",),
    "perfect square": ("x >= 0 and x isqrt square = x",),
    "square number": ("x >= 0 and x isqrt square = x",),
    "perfect cube": ("x abs real ** 0.3333333333333333 | round cube = (x abs)", "x abs range any (it cube = (x abs))"),
    "power of two|2": ("x > 0 and x ones = 1",),
    "power of three|3": ("x > 0 and (x until (% 3 != 0) (it // 3)) = 1",),
    "perfect number": ("x > 1 and x divisors front sum = x",),
    "abundant|abundant number": ("x > 1 and x divisors front sum > x",),
    "deficient|deficient number": ("x > 0 and x divisors front sum < x",),
    "armstrong number|narcissistic number": ("x >= 0 and x digits ** (x digits length) | sum = x",),
    "composite|composite number": ("x > 1 and x prime not",),
    "prime number": ("x prime",),
    "square free|squarefree": ("x > 0 and x factors is (x factors unique)",),
    "triangular number|triangle number": ("x >= 0 and (x * 8 + 1 | isqrt square) = x * 8 + 1",),
    "fibonacci number": ("0 to 90 map fibonacci | contains x",),
    "happy number": ("x > 0 and (x times 100 (it digits square sum)) = 1",),
    "whole number|integer|whole": ("x integral",),
    "strictly increasing|strictly ascending|strictly rising": ("x pairs map (it left < it right) all",),
    "strictly decreasing|strictly descending|strictly falling": ("x pairs map (it left > it right) all",),
    "monotonic|monotone": ("x rising or x falling",),
    "alphabetic": ("x empty not and x letter all", "x letter"),
    "anagram of itself": ("true",),
    "pangram": ("alphabet except (x lower) empty",),
    "isogram|heterogram": ("x filter letter lower as l l unique is l",),
    "balanced|properly nested|well nested|correctly nested": (
        'x filter (in "()[]{}") fold "" (it in "([{" ? acc append it : acc suffix 1 concat (it text) in ["()" "[]" "{}"]'
        " ? acc front : acc append it) empty",
    ),
    "symmetric": ("x is x reverse", "x is x columns"),
    "square matrix": ("x map length = (x length) | all",),
    "binary|binary number|binary string": ("x map (in \"01\") all",),
    "hexadecimal": ("x lower map (in \"0123456789abcdef\") all",),
    "nonempty|non empty|not empty": ("x empty not", "x != 0"),
    "non negative|nonnegative": ("x >= 0",),
    "non positive|nonpositive": ("x <= 0",),
    "non zero|nonzero": ("x != 0",),
    "one digit|single digit|one-digit": ("x abs < 10",),
    "two digit|double digit": ("x abs >= 10 and x abs < 100",),
    "three digit": ("x abs >= 100 and x abs < 1000",),
    "true": ("x",),
    "false": ("x not",),
}  # fmt: skip
"""What is said to be so (alternatives divided by bars), and phrases over x that say whether it is."""


WITH_OTHER: Final[dict[str, tuple[str, ...]]] = {
    "anagram of|permutation of|rearrangement of": ("x sort is (y sort)",),
    "rotation of|cyclic shift of|rotated version of": (
        "x length = (y length) and (y concat y contains x)",
        "(y indices) map (as k y rotate k is x) any",
    ),
    "reverse of|mirror image of": ("x is y reverse",),
    "subset of": ("x subset y",),
    "superset of": ("y subset x",),
    "prefix of": ("y starts x", "y take (x length) is x"),
    "suffix of": ("y ends x", "y suffix (x length) is x"),
    "subsequence of": (
        "y fold x (acc take 1 is [it] ? acc tail : acc) empty",
        "y fold x (acc take 1 is (it text) ? acc tail : acc) empty",
    ),
    "power of": ("x > 0 and (x = 1 or (x until (% y != 0) (it // y)) = 1)",),
    "multiple of": ("x % y = 0",),
    "coprime to|coprime with|relatively prime to": ("x coprime y",),
    "disjoint from|disjoint with": ("x disjoint y",),
}  # fmt: skip
"""The same between x and another value y."""


QUANTITIES: Final[dict[str, tuple[str, ...]]] = {
    "last digit|final digit|unit digit|ones digit|rightmost digit|digit in ones place|digit in units place": ("x abs % 10",),
    "tens digit|digit in tens place|ten digit|digit in ten place": ("x abs // 10 % 10",),
    "hundreds digit|digit in hundreds place|hundred digit|digit in hundred place": ("x abs // 100 % 10",),
    "first digit|leading digit|leftmost digit": ("x digits first",),
    "number of digits|digit count|amount of digits": ("x digits length", "x filter digit length"),
    "digit sum|cross sum|sum of digits": ("x digits sum", "x filter digit - '0' | sum"),
    "digital root|repeated digit sum": ("x abs until (< 10) (digits sum)",),
    "square root|sqrt": ("x root", "x isqrt", "x real root"),
    "cube root": ("x abs log / 3.0 | exp * (x sign)",),
    "reciprocal|multiplicative inverse": ("1.0 / x",),
    "prime factors|prime divisors": ("x abs max 1 factors",),
    "distinct prime factors|different prime factors": ("x abs max 1 factors unique",),
    "number of divisors|divisor count": ("x divisors length",),
    "proper divisors|proper factors|aliquot parts": ("x divisors front",),
    "collatz sequence|hailstone sequence": ("x trace (> 1) (it even ? it half : it * 3 + 1)",),
    "collatz steps|number of collatz steps": ("x trace (> 1) (it even ? it half : it * 3 + 1) length - 1",),
    "area of circle|circle area": ("pi * x * x", "pi * x square"),
    "circumference of circle|perimeter of circle": ("2.0 * pi * x",),
    "volume of sphere": ("4.0 / 3.0 * pi * x cube",),
    "surface area of sphere": ("4.0 * pi * x square",),
    "area of square|square area": ("x * x",),
    "perimeter of square": ("x * 4",),
    "volume of cube": ("x cube",),
    "surface area of cube": ("x square * 6",),
    "diagonal of square": ("x * (2.0 root)",),
    "spread|range": ("x spread", "x maximum - x minimum"),
    "word count": ("x words length",),
    "letter count": ("x filter letter length",),
    "acronym": ("x words map first upper",),
    "alternating sum": ("(x step 2 sum) - (x drop 1 step 2 sum)",),
    "sum of squares": ("x square sum",),
    "centre|center": ("x at (x length // 2)",),
    "parity": ("x parity",),
    "ascii codes|character codes|code points": ("x code",),
    "alphabet position|position in alphabet|place in alphabet": ("(it lower) - 'a' + 1", "x lower - 'a' + 1"),
    "run length encoding": (
        "x runs map ((it first) pair (it length))",
        'x runs map ((it take 1) concat (it length text)) join ""',
    ),
    "run lengths|length of runs": ("x runs map length",),
    "ones complement|bitwise complement": ("x bitnot",),
    "multiplication table|times table": ("(1 to 10) * x",),
    "next prime": ("x + 1 until prime increment",),
    "number of one in binary form|number of one in binary representation|number of one bit": ("x ones",),
    "number of sign changes|sign changes|number of time sign change": ("x pairs map ((it left) * (it right) < 0) count",),
    "next even number": ("x // 2 * 2 + 2",),
    "next odd number": ("(x + 1) // 2 * 2 + 1",),
    "nearest even number": ("x // 2 * 2",),
    "main diagonal|diagonal": ("x diagonal",),
    "fizzbuzz": ('1 to x map (it % 15 = 0 ? "FizzBuzz" : it % 3 = 0 ? "Fizz" : it % 5 = 0 ? "Buzz" : it text)',),
    "sign bit": ("x < 0 ? 1 : 0",),
    "value in words": ("x text",),
}  # fmt: skip
"""What is of x: nouns with phrases over x."""


OF_TWO: Final[dict[str, tuple[str, ...]]] = {
    "area of rectangle|rectangle area": ("x * y",),
    "perimeter of rectangle": ("(x + y) * 2",),
    "diagonal of rectangle": ("x hypot y",),
    "hypotenuse of right triangle|hypotenuse|length of hypotenuse": (
        "x hypot y",
        "(x square + y square) root",
        "(x square + y square) real root",
    ),
    "area of triangle|triangle area": ("x * y / 2.0",),
    "area of parallelogram": ("x * y",),
    "area of ellipse": ("pi * x * y",),
    "volume of cylinder": ("pi * x square * y",),
    "volume of cone": ("pi * x square * y / 3.0",),
    "distance from origin|distance of point from origin": ("x hypot y", "(x square + y square) real root"),
    "euclidean distance": ("x hypot y", "x zip y map ((it left) - (it right) square) sum root"),
    "manhattan distance": ("x abs + (y abs)", "x zip y map ((it left) distance (it right)) sum"),
    "longest common prefix|common prefix|longest prefix common": ("x prefix y",),
    "longest common suffix|common suffix|longest common ending": ("x reverse prefix (y reverse) reverse",),
    "weighted sum": ("x dot y",),
    "weighted average|weighted mean": ("x dot y / (y sum)",),
    "geometric mean": ("x * y | root",),
    "harmonic mean": ("2.0 * x * y / (x + y)",),
    "simple interest": ("x * y / 100.0",),
    "percentage": ("x * 100.0 / y",),
    "cross product table|multiplication table|times table": ("x outer y *",),
    "average speed": ("x / y",),
    "body mass index|bmi": ("x / y square", "x / (y * y)"),
}  # fmt: skip
"""What is of x and y together."""


OF_THREE: Final[dict[str, tuple[str, ...]]] = {
    "volume of box|volume of cuboid|volume of rectangular prism": ("x * y * z",),
    "surface area of box|surface area of cuboid": ("(x * y + y * z + x * z) * 2",),
    "discriminant": ("y * y - 4 * x * z",),
    "perimeter of triangle": ("x + y + z",),
}  # fmt: skip
"""What is of x, y and z together."""


CONVERSIONS: Final[dict[str, tuple[str, ...]]] = {
    "fahrenheit to celsius|fahrenheit into celsius|fahrenheit in celsius": ("(x - 32) * 5 / 9.0", "(x - 32.0) * 5.0 / 9.0"),
    "celsius to fahrenheit|celsius into fahrenheit|centigrade to fahrenheit": ("x * 9 / 5.0 + 32", "x * 9.0 / 5.0 + 32.0"),
    "celsius to kelvin": ("x + 273.15",),
    "kelvin to celsius": ("x - 273.15",),
    "degrees to radians|degree to radian": ("x * pi / 180.0",),
    "radians to degrees|radian to degree": ("x * 180.0 / pi",),
    "binary to decimal|binary string to number|binary to number|base 2 to decimal|binary string to decimal": ("x radix 2",),
    "decimal to binary|integer to binary|number to binary": ("x binary",),
    "hexadecimal to decimal|hex to decimal|hex string to number|hexadecimal [string] to number": ("x radix 16",),
    "decimal to hexadecimal|number to hexadecimal|integer to hexadecimal": ("x hex",),
    "string to integer|text to number|string to number|text to integer": ("x integer", "x number"),
    "number to string|integer to string|number to text": ("x text",),
}  # fmt: skip
"""One unit or notation to another."""


def _tried(b: Builder, texts: tuple[str, ...], *args: Value) -> Readings:
    return readings((b.template(text, *args), 0.2 * at) for at, text in enumerate(texts))


def _each(key: str, *shapes: str) -> str:
    """Patterns: every expression of a table's key in every shape, where `@` stands for the expression."""
    return "; ".join(shape.replace("@", expression) for expression in key.split("|") for shape in shapes)


def _property(key: str, texts: tuple[str, ...]) -> None:
    @_rule("P", _each(key, "@"), cost=0.0)
    def make(b: Builder) -> Predicate:
        return Predicate(b, key, lambda x, _: _tried(b, texts, x))


def _with_other(key: str, texts: tuple[str, ...]) -> None:
    bare = "|".join(expression.rsplit(" ", 1)[0] for expression in key.split("|"))

    @_rule("P", _each(key, "@ V"), cost=0.0)
    def make(b: Builder, other: Value) -> Predicate:
        return Predicate(b, f"{key} {other.key}", lambda x, _: _tried(b, texts, x, other))

    @_rule("C", _each(bare, "be T @ [of|to each other|one another]", "T be @ [of|to each other|one another]"), cost=0.0)
    @_rule("C", _each(bare, "@", "be @ [of each other]"), cost=0.3)
    @_rule("C", _each(key, "be V @ V"), cost=0.0)
    def both(b: Builder, *given: Value | Together) -> Readings:
        together = maybe(given, Together)
        values = together if together is not None else Together([v for v in given if isinstance(v, Value)] or b.params)
        return _tried(b, texts, *values) if len(values) == 2 else []


def _quantity(key: str, texts: tuple[str, ...]) -> None:
    @_rule("F", _each(key, "@"), cost=0.0)
    def make(b: Builder) -> Relation:
        return Relation(b, key, lambda x: _tried(b, texts, x), noun=True)


def _of_two(key: str, texts: tuple[str, ...]) -> None:
    _of_several(key, texts, 2)


def _of_three(key: str, texts: tuple[str, ...]) -> None:
    _of_several(key, texts, 3)


def _of_several(key: str, texts: tuple[str, ...], count: int) -> None:
    shapes = (
        "@",
        "@ of|between|from|for T",
        "@ with T",
        "@ with|of F T",
        "@ with|of F V and F V",
        "@ with V and V",
        "@ of V with|and V",
    )

    @_rule("V", _each(key, *shapes), cost=0.0)
    def make(b: Builder, *given: Value | Together | Relation) -> Readings:
        together = maybe(given, Together)
        values = together if together is not None else Together(g for g in given if isinstance(g, Value))
        if not values:
            values = Together(b.params[:count])
        return _tried(b, texts, *values) if len(values) == count else []


def _conversion(key: str, texts: tuple[str, ...]) -> None:
    @_done(_each(key, "@", "convert @", "convert * from @"), cost=0.0)
    def make(b: Builder) -> Relation:
        return Relation(b, key, lambda x: _tried(b, texts, x))


def _add_terms() -> None:
    for table, add in (
        (PROPERTIES, _property),
        (WITH_OTHER, _with_other),
        (QUANTITIES, _quantity),
        (OF_TWO, _of_two),
        (OF_THREE, _of_three),
        (CONVERSIONS, _conversion),
    ):
        for key, texts in table.items():
            add(key, texts)


_add_terms()
