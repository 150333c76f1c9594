"""Files of examples: JSON, JSON lines, CSV and text give the same examples; what is no such file is refused with its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from siglum.errors import UserError
from siglum.frontend.phrase.parser import parse_signature
from siglum.propose.examples import Resolved, read_examples


def read(folder: Path, name: str, content: str, signature: str | None = None) -> Resolved:
    path = folder / name
    path.write_text(content, encoding="utf-8", newline="")
    params, result = (None, None) if signature is None else parse_signature(signature)
    return read_examples((), (path,), params, result)


def shown(found: Resolved) -> tuple[str, list[tuple[Any, ...]]]:
    """The signature as text, and for each example its arguments and result."""
    signature = " ".join(f"{name}:{t}" for name, t in found.params) + f" -> {found.result}"
    return signature, [(*example.arguments, example.result) for example in found.examples]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", '[{"inputs":{"xs":[1,2],"k":3},"output":4},\n{"output":0,"inputs":{"k":1,"xs":[]}}]'),
        ("a.jsonl", '{"inputs":{"xs":[1,2],"k":3},"result":4}\r\n\r\n{"inputs":{"xs":[],"k":1},"expected":0}'),
        ("a.csv", "xs,k,result\n[1,2],3,4\n[],1,0\n"),
        ("a.csv", '\ufeff"xs","k","out"\r\n"[1,2]",3,4\r\n\r\n"[]","1",0'),
        ("a.CSV", "result;xs;k\n4;[1,2];3\n0; [] ; 1 \n"),
        ("a.csv", "xs\tk\tExpected\n[1,2]\t3\t4\n[]\t1\t0\n"),
        ("a.tsv", "xs\tk\tr\n[1 2]\t3\t4\n[]\t1\t0"),
    ],
)
def test_named_columns_give_named_parameters(tmp_path: Path, name: str, content: str) -> None:
    assert shown(read(tmp_path, name, content)) == ("xs:[i64] k:i64 -> i64", [([1, 2], 3, 4), ([], 1, 0)])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", '[{"inputs":[[1,2],3],"output":4}, [[],1,0]]'),
        ("a.jsonl", "[[1,2],3,4]\n[[],1,0]\n"),
        ("a.txt", "\ufeff[1,2] 3 -> 4\r\n\r\n[], 1 => 0\r\n"),
    ],
)
def test_arguments_without_names_are_called_by_letters(tmp_path: Path, name: str, content: str) -> None:
    assert shown(read(tmp_path, name, content)) == ("a:[i64] b:i64 -> i64", [([1, 2], 3, 4), ([], 1, 0)])


@pytest.mark.parametrize(
    ("content", "signature", "examples"),
    [
        ('[{"input":[1,2],"output":3}]', "xs:[i64] -> i64", [([1, 2], 3)]),
        ('[{"input":{"a":[1.5]},"output":"x\\n"}]', "x:{str:[f64]} -> str", [({"a": [1.5]}, "x\n")]),
        ("[[null,1],[2,null]]", "x:i64? -> i64?", [(None, 1), (2, None)]),
        ('[["\\ud83d\\ude00",true]]', "s:str -> bool", [("\U0001f600", True)]),
        ("[[[[1],[],[2.5]],1e2]]", "xs:[[f64]] -> f64", [([[1.0], [], [2.5]], 100.0)]),
        ('[[[{"a":1},{}],0]]', "xs:[{str:i64}] -> i64", [([{"a": 1}, {}], 0)]),
    ],
)
def test_json_values_are_what_json_says(tmp_path: Path, content: str, signature: str, examples: list[Any]) -> None:
    assert shown(read(tmp_path, "a.json", content)) == (signature, examples)


def test_a_json_array_of_two_is_a_pair_where_the_signature_says_so(tmp_path: Path) -> None:
    found = read(tmp_path, "a.json", '[[[[1,"a"],[2,"b"]],{"x":[1,2]}]]', "ps:[(i64, str)] -> {str:(i64, f64)}")
    assert found.examples[0][:2] == (([(1, "a"), (2, "b")],), {"x": (1, 2.0)})
    with pytest.raises(UserError) as caught:
        read(tmp_path, "a.json", "[[[1,2,3],4]]", "p:(i64, i64) -> i64")
    assert caught.value.code == "E-011"


@pytest.mark.parametrize(
    ("content", "arguments"),
    [
        ("bob", "bob"),
        ("he said hi", "he said hi"),
        ("2026-01-05", "2026-01-05"),
        ("12:30", "12:30"),
        ("x=1", "x=1"),
        ('"a, b"', "a, b"),
        ('"he said ""hi"""', 'he said "hi"'),
        ('"""quoted"" first"', '"quoted" first'),
        ('"two\nlines"', "two\nlines"),
        ('"""12"""', "12"),
        ('"""two\nlines"""', "two\nlines"),
        ('""', ""),
        ('" padded "', " padded "),
        ('"\u202eright to left"', "\u202eright to left"),
        ("naïve", "naïve"),
    ],
)
def test_fields_that_are_no_values_are_text(tmp_path: Path, content: str, arguments: str) -> None:
    assert shown(read(tmp_path, "a.csv", f"s,result\n{content},1\n")) == ("s:str -> i64", [(arguments, 1)])


def test_an_empty_field_in_a_column_of_text_is_empty_text(tmp_path: Path) -> None:
    assert shown(read(tmp_path, "a.csv", "s,result\nbob,1\n,0\n")) == ("s:str -> i64", [("bob", 1), ("", 0)])


def test_a_field_is_read_as_the_signature_says(tmp_path: Path) -> None:
    found = read(tmp_path, "a.csv", 'code;name;result\n012;x;"1,000"\n', "code:str name:str -> str")
    assert found.examples[0][:2] == (("012", "x"), "1,000")
    assert found.notes == ()


@pytest.mark.parametrize("content", ["x;result\n1,5;-2,25\n", "x\tresult\n1,5\t-2,25\n", 'x,result\n"1,5","-2,25"\n'])
def test_a_decimal_comma_is_taken_where_commas_separate_nothing(tmp_path: Path, content: str) -> None:
    found = read(tmp_path, "a.csv", content)
    assert shown(found) == ("x:f64 -> f64", [(1.5, -2.25)])
    assert found.notes == ("a comma in a number is a decimal comma: 1,5 is 1.5",)


@pytest.mark.parametrize(
    ("name", "content", "line_and_column", "code", "message"),
    [
        ("a.json", '{"a":1}', (1, 1), "E-041", "a JSON file of examples is an array"),
        ("a.json", "[[1,2]", (1, 1), "E-041", "`[` is never closed"),
        ("a.json", "[[1,2] [3,4]]", (1, 8), "E-041", "`,` or `]` is missing"),
        ("a.json", "[[1,2]]\nx", (2, 1), "E-041", "text behind the array"),
        ("a.json", "[\n[1,nan]]", (2, 4), "E-041", "a value is missing"),
        ("a.json", '[["a\n",1]]', (1, 5), "E-041", "invalid control character"),
        ("a.json", '[["\\x",1]]', (1, 4), "E-041", "invalid \\escape"),
        ("a.json", '[["\\ud800",1]]', (1, 4), "E-041", "half of a character"),
        ("a.json", "[[[1,],1]]", (1, 6), "E-041", "a value is missing"),
        ("a.json", "[[[NaN,],1]]", (1, 8), "E-041", "not JSON: expecting value"),
        ("a.json", "[[1,", (1, 5), "E-041", "a value is missing"),
        ("a.json", "[1]", (1, 2), "E-041", "an example is an object or an array"),
        ("a.json", "[[]]", (1, 2), "E-041", "this example is empty"),
        ("a.json", '[{"input":1}]', (1, 2), "E-041", "no `output`"),
        ("a.json", '[{"output":1}]', (1, 2), "E-041", "no `input`"),
        ("a.json", '[{"input":1,"output":2,"id":3}]', (1, 24), "E-041", 'unknown key "id"'),
        ("a.json", '[{"output":1,"result":2}]', (1, 14), "E-041", "two results"),
        ("a.json", '[{"input":1,"inputs":[2]}]', (1, 13), "E-041", "`input` and `inputs`"),
        ("a.json", '[{"inputs":1,"output":2}]', (1, 12), "E-041", "`inputs` is an array or an object"),
        ("a.json", "[{input:1}]", (1, 3), "E-041", "a key in double quotes"),
        ("a.json", '[{"input" 1}]', (1, 11), "E-041", "`:` is missing behind the key"),
        ("a.json", "[[1," + "[" * 100_000, (1, 5), "E-015", "nesting over 64"),
        ("a.json", "[[1," + "[" * 400 + "]" * 400 + "]]", (1, 261), "E-015", "nesting over 256"),
        ("a.json", "[[1," + "[" * 100 + "]" * 100 + "]]", (1, 5), "E-015", "nesting over 64"),
        ("a.jsonl", "[1,2] [3,4]", (1, 7), "E-041", "more text behind the example"),
        ("a.csv", "1,2\n3,4\n", (1, 1), "E-041", "1 is no name of a column"),
        ("a.csv", "x,,result\n", (1, 3), "E-041", "a column without a name"),
        ("a.csv", "x,x,result\n", (1, 3), "E-041", "two columns are called x"),
        ("a.csv", "result\n1\n", (1, 1), "E-041", "only one column"),
        ("a.csv", "x,result,expected\n", (1, 10), "E-012", "the columns result and expected may both be the result"),
        ("a.csv", 's,r\n"a"b,2\n', (2, 4), "E-041", "text behind a quoted field"),
        ("a.csv", 's,r\n"a,2\n', (2, 1), "E-041", 'a `"` that is never closed'),
        ("a.csv", "s,r\n[1,2\n", (2, 1), "E-019", "1 field here"),
        ("a.csv", "s;r\n[1,2;3\n1;2", (2, 1), "E-019", "1 field here"),
        ("a.csv", "s,r\n.5,2\n", (2, 1), "E-041", "malformed number .5"),
        ("a.csv", "s,r\nTRUE,2\n", (2, 1), "E-041", "unknown value TRUE"),
        ("a.csv", "s,r\nx\u200b,2\n", (2, 1), "E-014", "U+200B outside of text"),
        ("a.csv", 's,r\n"[1,""a""]",2\n', (2, 2), "E-011", "elements have one type"),
        ("a.csv", ",".join("x" * k for k in range(1, 70)), (1, 2211), "E-019", "more than 64 arguments"),
        ("a.txt", "1 -> 2\n\n3\n", (3, 1), "E-041", "no `->` in the example 3"),
    ],
)
def test_refusals_name_line_and_column(
    tmp_path: Path, name: str, content: str, line_and_column: tuple[int, int], code: str, message: str
) -> None:
    with pytest.raises(UserError) as caught:
        read(tmp_path, name, content)
    error = caught.value
    assert message in error.message
    assert error.code == code
    assert error.place is not None
    assert (error.place.source, error.place.line, error.place.column) == (str(tmp_path / name), *line_and_column)
    assert error.line().isprintable()


def test_the_order_of_columns_is_that_of_the_signature_where_the_names_agree(tmp_path: Path) -> None:
    assert read(tmp_path, "a.csv", "x,y,result\n1,2,3\n", "y:i64 x:i64 -> i64").examples[0].arguments == (2, 1)
    assert read(tmp_path, "a.csv", "x,y,result\n1,2,3\n", "a:i64 b:i64 -> i64").examples[0].arguments == (1, 2)
    with pytest.raises(UserError) as caught:
        read(tmp_path, "a.csv", "x,y,result\n1,2,3\n", "x:i64 z:i64 -> i64")
    assert (caught.value.code, caught.value.message) == ("E-044", "`y` is no parameter")


def test_texts_and_several_files_make_one_intent(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,k,result\n1,2,3\n")
    (tmp_path / "b.json").write_text('[{"inputs":{"k":5,"x":4},"output":9}]')
    found = read_examples(("7, 8 -> 15",), (tmp_path / "a.csv", tmp_path / "b.json"), None, None)
    assert shown(found) == ("x:i64 k:i64 -> i64", [(7, 8, 15), (1, 2, 3), (4, 5, 9)])
    assert [str(example.place).removeprefix(f"{tmp_path}/") for example in found.examples] == [
        "<example 1>:1:1",
        "a.csv:2:1",
        "b.json:1:2",
    ]


def test_a_file_of_ten_megabytes_is_read(tmp_path: Path) -> None:
    row = ",".join(str(k % 1000) for k in range(2600))
    found = read(tmp_path, "a.jsonl", "".join(f"[[{row}],{k},0]\n" for k in range(1000)))
    assert len(found.examples) == 1000
    assert found.examples[-1].arguments == ([k % 1000 for k in range(2600)], 999)
