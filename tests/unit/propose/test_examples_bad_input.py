"""Examples that cannot be followed: contradictions, wrong numbers, wrong shapes, none at all. One line each, with a place."""

from __future__ import annotations

from pathlib import Path

import pytest

from siglum.errors import EnvironmentFault, UserError
from siglum.frontend.phrase.parser import parse_signature
from siglum.propose.examples import MAX_CHARACTERS, MAX_EXAMPLES, read_examples


def refused(folder: Path, name: str, content: str | bytes, signature: str | None = None) -> UserError:
    """What reading the file says, with only its name as the source of places."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    params, result = (None, None) if signature is None else parse_signature(signature)
    with pytest.raises(UserError) as caught:
        read_examples((), (path,), params, result)
    error = caught.value
    assert error.exit == 2
    assert error.line().isprintable()
    return error


def where(error: UserError) -> tuple[int, int]:
    assert error.place is not None
    return error.place.line, error.place.column


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("a.csv", "x,result\n1,2\n3,4\n1,5\n", 4),
        ("a.json", "[[1,2],\n[3,4],\n[1,5]]", 3),
        ("a.jsonl", "[1,2]\n\n[1,5]\n", 3),
        ("a.txt", "1 -> 2\n1 -> 5\n", 2),
    ],
)
def test_one_input_with_two_results_names_both_places(tmp_path: Path, name: str, content: str, line: int) -> None:
    error = refused(tmp_path, name, content)
    assert (error.code, where(error)) == ("E-017", (line, 1))
    first = 1 if name != "a.csv" else 2
    column = 2 if name == "a.json" else 1
    assert error.message == f"1 gives 5 here and 2 at {tmp_path / name}:{first}:{column}"


def test_contradictions_are_found_between_texts_and_files_and_after_values_are_typed(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("1 -> 3\n2.5 -> 4\n")
    with pytest.raises(UserError) as caught:
        read_examples(("1.0 -> 2",), (path,), None, None)
    assert caught.value.message == "1 gives 3 here and 2 at <example 1>:1:1"


def test_zeros_of_two_signs_are_two_inputs() -> None:
    assert len(read_examples(("0.0 -> 1", "-0.0 -> 2"), (), None, None).examples) == 2


@pytest.mark.parametrize(
    ("name", "content", "line_and_column"),
    [
        ("a.csv", "x,result\n1,1\n2,1\n300,1\n", (4, 1)),
        ("a.txt", "1 -> 1\n[300] -> 1", (2, 1)),
        ("a.json", '[[7, 1],\n {"input": 300, "output": 1}]', (2, 12)),
    ],
)
def test_a_number_outside_its_type_is_refused(tmp_path: Path, name: str, content: str, line_and_column: tuple[int, int]) -> None:
    error = refused(tmp_path, name, content.replace("[300]", "300"), "x:u8 -> i64")
    assert (error.code, error.message, where(error)) == ("E-018", "300 does not fit u8 (0..255)", line_and_column)


def test_whole_numbers_beyond_i64_want_a_signature(tmp_path: Path) -> None:
    error = refused(tmp_path, "a.json", f"[[[1,{2**64 - 1}],2]]")
    assert (error.code, where(error)) == ("E-018", (1, 6))
    assert "u64" in error.fix
    path = tmp_path / "a.json"
    params, result = parse_signature("xs:[u64] -> i64")
    assert read_examples((), (path,), params, result).examples[0].arguments == ([1, 2**64 - 1],)


@pytest.mark.parametrize(
    ("name", "content", "line_and_column", "message"),
    [
        ("a.csv", "x,y,result\n1,2,3\n1,2\n", (3, 1), "2 fields here, 3 in the first line"),
        ("a.csv", "x,y,result\n1,2,3\n1,a,3,x\n", (3, 1), "4 fields here, 3 in the first line"),
        ("a.txt", "1 2 -> 3\n1 -> 3\n", (2, 1), "1 argument here, FILE:1:1 has 2"),
        ("a.json", "[[1,2,3],[1,2]]", (1, 10), "1 argument here, FILE:1:2 has 2"),
        ("a.csv", "x,result\n1,2\nhello,3\n", (3, 1), "`x`: hello is str, 1 in line 2 is i64"),
        ("a.csv", "x,result\n1,2\n2,true\n", (3, 3), "the result: true is bool, 2 in line 2 is i64"),
        ("a.csv", "x,result\n1,2\n,3\n", (3, 1), "`x`: this field is empty, 1 in line 2 is i64"),
        ("a.csv", "x,result\n,2\n1,3\n", (2, 1), "`x`: this field is empty, 1 in line 3 is i64"),
        ("a.json", "[[[1],2],[[true],2]]", (1, 11), "argument 1: [true] is [bool], [1] in line 1 is [i64]"),
        ("a.json", '[[[],2],["a",2],[["b"],3]]', (1, 10), 'argument 1: "a" is str, [] in line 1 is [?]'),
        ("a.jsonl", '{"inputs":{"x":1},"output":1}\n{"inputs":{"y":1},"output":1}', (2, 1), "called y here, x elsewhere"),
        ("a.txt", "abc -> 1\n[] -> 0", (2, 1), "argument 1: [] is [?], abc in line 1 is str"),
        ("a.json", "[[1]]", (1, 2), "an example without arguments"),
        ("a.txt", "x -> 1\n2 -> 1", (2, 1), "argument 1: 2 is i64, x in line 1 is str"),
    ],
)
def test_shapes_and_types_that_differ_are_refused(
    tmp_path: Path, name: str, content: str, line_and_column: tuple[int, int], message: str
) -> None:
    error = refused(tmp_path, name, content)
    assert (error.code, where(error)) == ("E-019", line_and_column)
    assert message.replace("FILE", str(tmp_path / name)) in error.message


def test_a_signature_with_another_number_of_parameters_is_refused(tmp_path: Path) -> None:
    error = refused(tmp_path, "a.txt", "1 2 -> 3", "x:i64 -> i64")
    assert (error.code, error.message) == ("E-019", "2 arguments here, the signature has 1")


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.csv", ""), ("a.csv", "x,result\n"), ("a.json", " \n"), ("a.json", "[]"), ("a.jsonl", "\n"), ("a.txt", "\ufeff\n")],
)
def test_no_example_at_all_is_refused(tmp_path: Path, name: str, content: str) -> None:
    error = refused(tmp_path, name, content)
    assert error.code == "E-020"
    assert error.message.startswith("examples alone cannot fix a function; 0 given in ")


def test_more_examples_than_are_read_are_refused_at_the_first_too_many(tmp_path: Path) -> None:
    error = refused(tmp_path, "a.csv", "x,result\n" + "1,2\n" * (MAX_EXAMPLES + 5))
    assert (error.code, error.message, where(error)) == ("E-020", "more than 10000 examples", (MAX_EXAMPLES + 2, 1))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", "[[[1],1],\n[[{}],2]]"),
        ("a.jsonl", "[[1],1]\n[[{}],2]\n"),
        ("a.csv", 'xs,result\n"[{}]",2\n'),
        ("a.txt", "[1] -> 1\n[{}] -> 2\n"),
    ],
)
def test_one_example_may_be_no_larger_than_a_search_can_look_at(tmp_path: Path, name: str, content: str) -> None:
    error = refused(tmp_path, name, content.format(",".join(["1"] * (MAX_CHARACTERS // 2 + 1))))
    assert (error.code, where(error)[0]) == ("E-020", 2)
    assert error.message.endswith(f" characters, {MAX_CHARACTERS} are read")


@pytest.mark.parametrize(
    ("name", "content", "line_and_column", "fix"),
    [
        ("a.csv", "x,result\n1,2\n3,NaN\n", (3, 3), "write nan for the one canonical NaN"),
        ("a.txt", "1 -> NaN", (1, 6), "write nan for the one canonical NaN"),
        ("a.json", "[[1,\nNaN]]", (2, 1), "JSON has no such number: write nan for the one canonical NaN, in a .csv or .txt file"),
    ],
)
def test_a_nan_of_unclear_bits_is_refused_with_the_way_to_write_it(
    tmp_path: Path, name: str, content: str, line_and_column: tuple[int, int], fix: str
) -> None:
    error = refused(tmp_path, name, content)
    assert (error.code, where(error), error.fix) == ("E-021", line_and_column, fix)


@pytest.mark.parametrize(
    ("name", "content", "line_and_column", "message"),
    [
        ("a.csv", "x,result\n1,5,2\n", (2, 1), "1,5 is two fields here: decimal comma"),
        ("a.csv", "x;result\n2;3\n1,000;2\n", (3, 1), "1,000 may be a fraction or thousands"),
        ("a.csv", 'x,result\n"1,000",2\n', (2, 2), "1,000 may be a fraction or thousands"),
        ("a.txt", "[1,5 2,5] -> 4", (1, 2), "decimal comma"),
    ],
)
def test_a_decimal_comma_is_refused_where_it_may_mean_something_else(
    tmp_path: Path, name: str, content: str, line_and_column: tuple[int, int], message: str
) -> None:
    error = refused(tmp_path, name, content)
    assert (error.code, error.place.line if error.place else 0) == ("E-022", line_and_column[0])
    assert message in error.message


@pytest.mark.parametrize(
    ("content", "line_and_column", "message"),
    [
        ('[{"input":1,\n"input":2,"output":1}]', (2, 1), 'the key "input" is given twice'),
        ('[{"inputs":{"x":1, "x":2},"output":1}]', (1, 20), 'the key "x" is given twice'),
        ('[[{"a":[{"b":1,"b":"x"}]},1]]', (1, 16), 'the key "b" is given twice'),
        ("[[Infinity,1]]", (1, 3), "Infinity is no number of this notation"),
        ("[[[null, -Infinity],1]]", (1, 10), "-Infinity is no number of this notation"),
        ("[[1,1e400]]", (1, 5), "1e400 is beyond f64"),
        ("[[1,1e-400]]", (1, 5), "1e-400 is too small for f64"),
        ("[[1,1" + "0" * 400 + "]]", (1, 5), "is beyond every number type"),
        ("[[1,1" + "0" * 5000 + "]]", (1, 5), "is beyond every number type"),
        ("[[9007199254740993,1],[0.5,1]]", (1, 3), "9007199254740993 has no exact f64"),
    ],
)
def test_json_values_without_one_exact_meaning_are_never_rounded(
    tmp_path: Path, content: str, line_and_column: tuple[int, int], message: str
) -> None:
    error = refused(tmp_path, "a.json", content)
    assert (error.code, where(error)) == ("E-023", line_and_column)
    assert message in error.message


def test_an_inexact_value_in_a_large_one_is_named(tmp_path: Path) -> None:
    error = refused(tmp_path, "a.json", "[[[" + "1," * 600_000 + "NaN],1]]")
    assert (error.code, error.message, where(error)) == ("E-023", "NaN in this value", (1, 3))


def test_two_examples_are_enough(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("x,result\n1,2\n3,4\n")
    assert len(read_examples((), (path,), None, None).examples) == 2


@pytest.mark.parametrize(
    ("signature", "message"),
    [
        ("f:(i64 -> i64) -> i64", "`f` is a function, which no example can give"),
        ("m:{[i64]:i64} -> i64", "`m`: [i64] cannot be a key"),
        ("x:i64 -> {(i64, {str:i64}):i64}", "the result: (i64, {str:i64}) cannot be a key"),
    ],
)
def test_types_no_example_can_have_are_refused_before_any_is_read(tmp_path: Path, signature: str, message: str) -> None:
    error = refused(tmp_path, "a.txt", "", signature)
    assert (error.code, error.message) == ("E-011", message)


def test_a_value_of_another_type_than_the_written_one_is_refused(tmp_path: Path) -> None:
    error = refused(tmp_path, "a.json", '[[[1,\n"5"],1]]', "xs:[i64] -> i64")
    assert (error.code, error.message, where(error)) == ("E-011", '"5" is str, i64 is wanted', (2, 1))


@pytest.mark.parametrize(
    ("name", "content", "code", "message"),
    [
        ("a.xml", "", "E-042", "is of no known kind"),
        ("a.csv", b"\xff\xfex", "E-008", "is not UTF-8 at byte 0"),
        ("a.json", b'[["a\xe9",1]]', "E-008", "is not UTF-8 at byte 4"),
    ],
)
def test_files_that_are_none_of_examples_are_refused(
    tmp_path: Path, name: str, content: str | bytes, code: str, message: str
) -> None:
    error = refused(tmp_path, name, content)
    assert (error.code, error.place) == (code, None)
    assert message in error.message


@pytest.mark.parametrize("name", ["missing.csv", "nul\0.csv", "folder.csv"])
def test_files_that_cannot_be_read_are_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(UserError) as caught:
        read_examples((), (tmp_path / name,), None, None)
    assert caught.value.code == "E-042"
    assert caught.value.line().isprintable()


def test_an_empty_field_is_no_number_where_the_signature_wants_one(tmp_path: Path) -> None:
    error = refused(tmp_path, "a.csv", "x,result\n1,2\n,3\n", "x:i64 -> i64")
    assert (error.code, error.message, where(error)) == ("E-009", "a value is missing", (3, 1))


def test_what_the_system_refuses_is_no_fault_of_the_examples(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault) as caught:
        read_examples((), (tmp_path / ("x" * 300 + ".csv"),), None, None)
    assert caught.value.code == "E-300"
    assert caught.value.line().isprintable()


def test_a_file_over_the_limit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    with path.open("wb") as file:
        file.truncate((64 << 20) + 1)
    with pytest.raises(UserError) as caught:
        read_examples((), (path,), None, None)
    assert caught.value.code == "E-042"
    assert "is larger than 64 MB" in caught.value.message
