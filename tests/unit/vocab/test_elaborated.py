"""What is compiled of a word means what its Python definition means: results and stops, on examples and random values."""

from __future__ import annotations

import random
import struct
from typing import Any, Final

import pytest
from tests.golden.tasks import FIFTEEN, TWELVE, Task

from siglum.errors import Stop
from siglum.frontend.elaborate import elaborate_definition
from siglum.frontend.elaborate.phrase import elaborate_phrase
from siglum.frontend.phrase.language import Language
from siglum.frontend.phrase.reference import evaluate
from siglum.frontend.python.definition import definition_of
from siglum.ir.interpret import Program, run
from siglum.ir.types import BOOL, CHAR, F64, I64, RANGES, STR, U64, Type, substitute
from siglum.vocab.declare import Overload, vocabulary

WORDS: Final = vocabulary()
LANGUAGE: Final = Language(WORDS)
OVERLOADS: Final = [o for name in WORDS.names() for o in WORDS.overloads(name)]
PURE: Final = [o for o in OVERLOADS if not o.effects]
PLAIN: Final = [o for o in PURE if o.params and all(p.kind != "fn" for _, p in o.params)]

BINDINGS: Final = (
    {**dict.fromkeys("TUABKV", I64), "N": I64, "S": I64},
    {**dict.fromkeys("TUABKV", I64), "N": F64, "S": STR, "T": STR, "A": F64},
    {**dict.fromkeys("TUABKV", I64), "N": F64, "S": F64, "T": CHAR, "B": BOOL},
)
SMALL: Final = {
    "partitions": 40, "permutations": 5, "prime": 10**6, "totient": 10**4, "divisors": 10**4, "factors": 10**6, "primes": 500,
    "repeat": 40, "cycle": 40, "range": 40, "to": 40, "down": 40, "pad": 40, "indent": 40, "center": 40, "random": 20,
    "linspace": 20, "histogram": 40, "fixed": 20, "combinations": 4, "subsets": 5, "intersperse": 40, "levenshtein": 40,
}  # fmt: skip
"""Words whose work grows with an integer's value: what integers are reduced to."""
EDGES: Final = (-(2**63), 2**63 - 1, 2**62, 0, 1, -1, 2, 63, 64, 2**53)
ODD_FLOATS: Final = (0.0, -0.0, 0.5, -2.5, 1e16, 1e300, 5e-324, float("inf"), float("nan"))
ODD_TEXTS: Final = ("", "12", "-7", "3.5e2", "true", " x ", 'a,b,"c"', '"q\\n"')


def value(source: random.Random, t: Type, limit: int | None) -> Any:
    if t is I64:
        n = source.choice([source.randint(-9, 12), source.choice(EDGES), source.randint(-(2**63), 2**63 - 1)])
        return n if limit is None else n % limit
    if t is U64:
        return source.choice([source.randint(0, 9), 2**64 - 1, 2**63])
    if t in RANGES:
        return source.randint(*RANGES[t])
    if t is F64:
        bits: float = struct.unpack("<d", source.randbytes(8))[0]
        return source.choice([float(source.randint(-5, 5)), source.gauss(0, 1e3), source.choice(ODD_FLOATS), bits])
    if t is BOOL:
        return source.random() < 0.5
    if t is CHAR:
        return source.choice('aZ09 \n"\\é\U0001f600-z')
    if t is STR:
        return source.choice([*ODD_TEXTS, "".join(source.choice("ab -,\nA1é.") for _ in range(source.randint(0, 9)))])
    if t.kind == "array":
        return [value(source, t.element, 9 if source.random() < 0.5 else limit) for _ in range(source.choice([0, 1, 2, 5, 17]))]
    if t.kind == "pair":
        return value(source, t.args[0], limit), value(source, t.args[1], limit)
    if t.kind == "option":
        return None if source.random() < 0.3 else value(source, t.element, limit)
    return {value(source, t.args[0], limit): value(source, t.args[1], limit) for _ in range(source.randint(0, 5))}


def same(a: Any, b: Any) -> bool:
    if isinstance(a, float) and isinstance(b, float):
        return struct.pack("<d", a) == struct.pack("<d", b) or (a != a and b != b)
    if isinstance(a, (list, tuple)) and type(a) is type(b):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return same(list(a.items()), list(b.items()))
    return type(a) is type(b) and bool(a == b)


WITH_FUNCTIONS: Final = (
    "f xs:[i64] = xs map (it * it - 3) filter (> 0) reject even sum",
    "f xs:[f64] k:f64 = xs map (it / k) filter (< 2) sum",
    "f xs:[str] = xs map reverse filter (length > 1)",
    "f xs:[i64] -> i64? = xs find (> 3)",
    "f xs:[f64] -> f64? = xs map square find (> 3.5)",
    "f xs:[str] -> str? = xs most length",
    "f xs:[i64] -> i64? = xs least (- 3 | abs)",
    "f xs:[i64] = xs order (% 5)",
    "f xs:[str] = xs order (it)",
    "f xs:[str] = xs order length reverse",
    "f xs:[i64] = xs group (% 3)",
    "f xs:[str] = xs group (first else 'x') map length",
    "f xs:[i64] = xs scan + filter odd",
    "f xs:[f64] = xs scan (acc * 0.5 + it)",
    "f xs:[str] = xs scan concat",
    "f xs:[i64] = xs fold 7 (acc + it % 10 * 2)",
    'f xs:[str] = xs fold "<" (acc concat it)',
    "f xs:[i64] = xs fold (0 pair 1) (acc right pair (acc left + it % 7)) left",
    "f x:i64 n:i64 = x % 100 times (n % 20) (it * 3 + 1 | % 1000)",
    "f x:i64 = x % 1000 trace (> 1) half",
    "f x:i64 = x % 1000 | abs until (< 5) half",
    "f x:i64 n:i64 = x % 50 iterate (n % 9) (+ 2)",
    "f xs:[i64] = xs takewhile (< 9) length",
    "f xs:[i64] = xs dropwhile (< 9)",
    "f s:str = s partition letter right",
    "f xs:[i64] ys:[i64] = xs outer ys (acc % 9 - it % 9)",
    "f s:str = s counts filter (> 1) map (* 2)",
    "f xs:[i64] = xs map (as x xs filter (< x) length) maximum else -1",
    "f s:str = s words map (length) sum + (s lines length)",
    "f xs:[[i64]] = xs map (delta sort unique length)",
    "f xs:[i64] = xs map even any and (xs map odd all)",
    "f xs:[f64] = xs filter (finite) mean",
)


@pytest.mark.parametrize("text", WITH_FUNCTIONS)
def test_words_that_take_functions(text: str) -> None:
    source = random.Random(text)
    tree = LANGUAGE.read(text)
    program = Program(elaborate_phrase(tree))
    for _ in range(25):
        assert_same(tree.main, program, [value(source, t.type, None) for t in tree.main.params])


@pytest.mark.parametrize("overload", PURE, ids=repr)
def test_examples_hold_when_elaborated(overload: Overload) -> None:
    for example in overload.examples:
        assert run(elaborate_phrase(LANGUAGE.read(example)), []) is True, example


@pytest.mark.parametrize("task", [*TWELVE, *FIFTEEN], ids=lambda t: t.name)
def test_tasks_when_elaborated(task: Task) -> None:
    program = Program(elaborate_phrase(LANGUAGE.read(task.phrase)))
    for arguments, expected in task.runs:
        assert same(program.run(list(arguments)), expected)


@pytest.mark.parametrize("overload", PLAIN, ids=repr)
def test_random_values(overload: Overload) -> None:
    source = random.Random(repr(overload))
    general = any(p.has_vars for _, p in overload.params)
    for bindings in BINDINGS if general else BINDINGS[:1]:
        types = [substitute(p, dict(bindings)) for _, p in overload.params]
        names = [f"x{k}" for k in range(len(types))]
        heads = " ".join(f"{n}:{t}" for n, t in zip(names, types, strict=True))
        result = substitute(overload.result, dict(bindings))
        text = f"f {heads} -> {result} = x0 {' '.join([overload.name, *names[1:]])}"
        phrase = LANGUAGE.read(text).main
        program = Program(elaborate_definition(definition_of(overload.function), bindings, "stop", vocabulary))
        limit = SMALL.get(overload.name)
        for _ in range(12):
            arguments = [value(source, t, limit) for t in types]
            if overload.name in ("permutations", "combinations", "subsets"):
                arguments[0] = arguments[0][:5]
            assert_same(phrase, program, arguments)


def assert_same(phrase: Any, program: Program, arguments: list[Any]) -> None:
    try:
        expected = evaluate(phrase, arguments)
    except Stop as stop:
        with pytest.raises(Stop) as caught:
            program.run(arguments)
        assert caught.value.kind == stop.kind, arguments
    else:
        assert same(program.run(arguments), expected), arguments
