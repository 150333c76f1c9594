"""Files of examples that cannot be followed, at `siglum build` and `siglum propose`: one line with its place, and soon."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from siglum.cli.frame import run

MOST_S = 5.0
"""Seconds that a refusal may take on a busy machine; a second is the aim."""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


NUMBERS = "x,result\n" + "".join(f"{n},{2 * n}\n" for n in range(700_000))
"""About 10 MB."""

U8 = ("--signature", "x:u8 -> i64")
BAD = [
    ("c.csv", "x,result\n1,2\n3,4\n1,5\n", (), "E-017", "1 gives 5 here and 2 at c.csv:2:1, c.csv:4:1"),
    ("c.txt", "[1] -> 2\n[1] -> 5\n", (), "E-017", "[1] gives 5 here and 2 at c.txt:1:1, c.txt:2:1"),
    ("u8.csv", "x,result\n1,2\n2,3\n300,4\n", U8, "E-018", "300 does not fit u8 (0..255), u8.csv:4:1"),
    ("r.csv", "x,y,result\n1,2,3\n1,2\n", (), "E-019", "2 fields here, 3 in the first line, r.csv:3:1"),
    ("m.csv", 'x,result\n1,2\n"a",3\n', (), "E-019", "`x`: a is str, 1 in line 2 is i64, m.csv:3:1"),
    ("z.csv", "x,result\n", (), "E-020", "examples alone cannot fix a function; 0 given in z.csv"),
    ("z.json", "[]", (), "E-020", "examples alone cannot fix a function; 0 given in z.json"),
    ("n.csv", "x,result\n1.0,NaN\n", (), "E-021", "which NaN is meant?, n.csv:2:5; write nan for the one canonical NaN"),
    ("d.csv", "x,result\n1,5,3\n", (), "E-022", "1,5 is two fields here: decimal comma, d.csv:2:1; write 1.5, or separate"),
    ("k.json", '[{"inputs":[{"a":1,"a":2}],"output":3}]', (), "E-023", 'the key "a" is given twice, k.json:1:20'),
    ("i.json", "[[Infinity,1.0]]", (), "E-023", "Infinity is no number of this notation, i.json:1:3"),
    ("h.csv", "x,result\n1,1" + "0" * 400 + "\n", (), "E-023", "is beyond every number type, h.csv:2:3"),
    ("t.csv", 'x,result\n1,"[1,""a""]"\n', (), "E-011", '1 is i64, "a" is str: elements have one type, t.csv:2:4'),
    ("b.csv", b"\x7fELF\xff\x00", (), "E-008", "b.csv is not UTF-8 at byte 4"),
    ("many.csv", NUMBERS, (), "E-020", "more than 10000 examples, many.csv:10002:1"),
    ("long.txt", "a" * 10_000_000, (), "E-041", "no `->` in the example aaaa"),
    ("one.json", "[[[" + "1," * 5_000_000 + "1],5]]", (), "E-020", "characters, 4194304 are read, one.json:1:2"),
    ("deep.json", "[" * 1_000_000, (), "E-015", "nesting over 64"),
]


@pytest.mark.parametrize(("name", "content", "more", "code", "message"), BAD, ids=[bad[0] for bad in BAD])
@pytest.mark.parametrize("verb", ["build", "propose"])
def test_a_bad_file_is_one_line_with_its_place(
    capsys: pytest.CaptureFixture[str], here: Path, verb: str, name: str, content: str | bytes, more: tuple[str, ...],
    code: str, message: str,
) -> None:  # fmt: skip
    (here / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    start = time.monotonic()
    assert run([verb, "--examples", name, *more]) == 2
    assert time.monotonic() - start < MOST_S
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err[:-1].isprintable() and len(err) < 400
    assert f"error[{code}]: " in err
    assert message in err
    assert os.listdir() == [name]


def test_byte_order_marks_line_ends_of_others_and_clear_decimal_commas_are_read(
    capsys: pytest.CaptureFixture[str], here: Path
) -> None:
    (here / "bom.csv").write_bytes("\ufeffx,result\r\n1,2\r\n2,4\r\n5,10\r\n".encode())
    run(["propose", "--examples", "bom.csv", "--json"])
    assert json.loads(capsys.readouterr().out)["candidates"][0]["text"] == "x + x"
    (here / "comma.csv").write_text("x;result\n1,5;3\n2,5;5\n")
    run(["propose", "--examples", "comma.csv", "--json"])
    report = json.loads(capsys.readouterr().out)
    assert (report["signature"], report["status"]["examples"]) == ("x:f64 -> i64", 2)


def test_numbers_of_both_kinds_in_one_column_are_said_to_be_f64(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    (here / "mixed.csv").write_text("x,result\n1,2\n2.5,5\n")
    run(["propose", "--examples", "mixed.csv", "--json"])
    report = json.loads(capsys.readouterr().out)
    assert "`x` is f64: some of its numbers are whole" in report["notes"]


def test_two_examples_are_built_with_a_status_that_says_how_little_that_is(
    capsys: pytest.CaptureFixture[str], here: Path
) -> None:
    (here / "two.csv").write_text('xs,result\n"[1,2,3]",6\n"[4]",4\n')
    assert run(["build", "--examples", "two.csv", "--emit", "hex", "--timeout", "1", "--json"]) == 4
    report = json.loads(capsys.readouterr().out)
    certificate = json.loads((here / "phrase.cert.json").read_text())
    for status in (report["status"]["text"], certificate["intent"]["status"]):
        assert status.startswith("consistent with 2 examples, ")
        assert status.endswith(", not proved")
    answers = []
    for _ in range(9):
        answers += ["--answer", next(a["answer"] for a in report["question"]["answers"] if report["phrase"] in a["programs"])]
        status = run(["build", "--examples", "two.csv", "--emit", "hex", "--timeout", "1", "--json", *answers])
        report = json.loads(capsys.readouterr().out)
        if status == 0:
            break
    assert (status, report["phrase"]) == (0, "xs sum")
