"""Whatever is given as examples is read or refused with one named error, and what was shown is read back as it was."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from siglum.errors import UserError
from siglum.frontend.literals import show_value
from siglum.ir.types import BOOL, CHAR, F32, F64, I64, RANGES, STR, Array, Map, Option, Pair, Type
from siglum.propose.example_files import ENDINGS
from siglum.propose.examples import read_examples
from siglum.records import Params

CHARACTERS = st.characters(exclude_categories=["Cs"])
SCALAR_VALUES: dict[Type, st.SearchStrategy[Any]] = {
    BOOL: st.booleans(),
    F64: st.floats(),
    F32: st.floats(width=32),
    CHAR: CHARACTERS,
    STR: st.text(CHARACTERS, max_size=8),
    **{t: st.integers(low, high) for t, (low, high) in RANGES.items()},
}
KEYS = st.sampled_from([I64, STR, BOOL, CHAR])


def types(scalars: list[Type]) -> st.SearchStrategy[Type]:
    return st.recursive(
        st.sampled_from(scalars),
        lambda inner: st.one_of(
            inner.filter(lambda t: t is not CHAR).map(Array),
            st.builds(Pair, inner, inner),
            st.builds(Map, KEYS, inner),
            inner.filter(lambda t: t.kind != "option").map(Option),
        ),
        max_leaves=4,
    )


TYPES = types(sorted(SCALAR_VALUES, key=str))
INFERRED = types([BOOL, F64, I64, STR])


def values_of(t: Type) -> st.SearchStrategy[Any]:
    if t in SCALAR_VALUES:
        return SCALAR_VALUES[t]
    if t.kind == "array":
        return st.lists(values_of(t.element), max_size=4)
    if t.kind == "pair":
        return st.tuples(values_of(t.args[0]), values_of(t.args[1]))
    if t.kind == "option":
        return st.none() | values_of(t.element)
    return st.dictionaries(values_of(t.args[0]), values_of(t.args[1]), max_size=3)


def text_of(arguments: list[Any], result: Any, params: Params, result_type: Type, separator: str = " ") -> str:
    shown = [show_value(value, t) for value, (_, t) in zip(arguments, params, strict=True)]
    return f"{separator.join(shown)} -> {show_value(result, result_type)}"


@given(st.data(), st.sampled_from([" ", ", ", " , "]))
def test_shown_values_are_read_back_by_their_signature(data: st.DataObject, separator: str) -> None:
    params = tuple((f"p{k}", t) for k, t in enumerate(data.draw(st.lists(TYPES, min_size=1, max_size=3))))
    result = data.draw(TYPES)
    arguments = [data.draw(values_of(t)) for _, t in params]
    wanted = data.draw(values_of(result))
    (example,) = read_examples((text_of(arguments, wanted, params, result, separator),), (), params, result).examples
    assert repr((list(example.arguments), example.result)) == repr((arguments, wanted))


@given(st.data())
def test_shown_values_are_read_back_without_a_signature(data: st.DataObject) -> None:
    t = data.draw(INFERRED)
    values = data.draw(st.lists(values_of(t), min_size=1, max_size=4))
    texts = [text_of([value, k], value, (("a", t), ("b", I64)), t) for k, value in enumerate(values)]
    found = read_examples(texts, (), None, None)
    for value, example in zip(values, found.examples, strict=True):
        a, result = found.params[0][1], found.result
        assert a is result
        assert repr(example.arguments[0]) == repr(example.result)
        if a is t:
            assert repr(example.arguments[0]) == repr(value)


ROWS = st.lists(
    st.tuples(st.text(CHARACTERS, max_size=6), st.lists(st.integers(-5, 5), max_size=3)), min_size=1, max_size=4, unique_by=repr
)


def csv_field(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


@given(ROWS, st.sampled_from(",;\t"), st.sampled_from(["\n", "\r\n"]))
def test_every_kind_of_file_gives_the_same_examples(rows: list[tuple[str, list[int]]], delimiter: str, newline: str) -> None:
    lines = [[show_value(text, STR), show_value(xs, Array(I64)), str(k)] for k, (text, xs) in enumerate(rows)]
    objects = [{"inputs": {"s": text, "xs": xs}, "output": k} for k, (text, xs) in enumerate(rows)]
    contents = {
        "a.csv": newline.join(delimiter.join(map(csv_field, line)) for line in [["s", "xs", "result"], *lines]),
        "a.json": json.dumps(objects, indent=1).replace("\n", newline),
        "a.jsonl": newline.join(map(json.dumps, objects)),
        "a.txt": newline.join(f"{s} {xs} -> {k}" for s, xs, k in lines),
    }
    with tempfile.TemporaryDirectory() as folder:
        found = {}
        for name, content in contents.items():
            path = Path(folder) / name
            path.write_bytes(content.encode())
            found[name] = [example[:2] for example in read_examples((), (path,), None, None).examples]
    wanted = [((text, xs), k) for k, (text, xs) in enumerate(rows)]
    assert found == dict.fromkeys(contents, wanted)


ANYTHING = st.text(st.one_of(CHARACTERS, st.sampled_from('[](){}",:;0123456789.-+eanif\\u \n\r\t\ufeff\u202e→=>')), max_size=40)
SIGNATURES: list[tuple[Params | None, Type | None]] = [
    (None, None),
    ((("s", STR),), None),
    ((("a", I64), ("b", F64)), I64),
    ((("x", Option(Pair(I64, STR))),), Option(STR)),
    ((), I64),
]


@given(st.lists(ANYTHING, min_size=1, max_size=3), ANYTHING, st.sampled_from(SIGNATURES))
def test_any_text_is_read_or_refused_with_one_line(
    texts: list[str], behind: str, signature: tuple[Params | None, Type | None]
) -> None:
    try:
        read_examples([*texts, f"{texts[0]}->{behind}"], (), *signature)
    except UserError as error:
        assert error.code != "E-000"
        assert error.line().isprintable()


PIECES = st.lists(
    st.sampled_from(['"', ",", ";", "\n", "[", "]", "{", "}", "1", "2.5", "a", '"a"', "null", "NaN", "1e999", ":", '"input"',
                     '"output"', "x,result\n", "[[1,2]", ",3]", "none", "->", "\\ud800", "1,5", " ", "\t", "-"]),
    max_size=14,
).map("".join)  # fmt: skip


@given(
    st.one_of(ANYTHING, PIECES).map(str.encode) | st.binary(max_size=30), st.sampled_from(ENDINGS), st.sampled_from(SIGNATURES)
)
def test_any_file_is_read_or_refused_with_one_line(
    content: bytes, ending: str, signature: tuple[Params | None, Type | None]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a{ending}"
        path.write_bytes(content)
        try:
            read_examples((), (path,), *signature)
        except UserError as error:
            assert error.code != "E-000"
            assert error.line().isprintable()
