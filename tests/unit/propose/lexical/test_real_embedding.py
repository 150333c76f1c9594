"""The real embedding model, of the package wordllama.

Collected only where the package is installed.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys

import pytest

from siglum.cli.frame import run
from siglum.frontend.phrase.parser import parse_signature
from siglum.propose.lexical import LexicalProposer, retrieve
from siglum.propose.lexical.embedding import Embedding, embedding
from siglum.propose.lexical.reading import english
from siglum.records import Spec

WITHOUT_NETWORK = """
import logging, socket, sys

def refuse(*_, **__):
    raise AssertionError("a connection")

socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
import siglum
from siglum.propose.lexical.embedding import embedding
assert not {"numpy", "wordllama"} & set(sys.modules)
model = embedding()
assert "wordllama" not in sys.modules
print(model.similar("heftiest", ["highest", "lowercase"]))
print(repr(model.fault), logging.getLogger().handlers, logging.getLogger().level)
"""


def model() -> Embedding:
    found = embedding()
    assert found is not None
    return found


def test_it_loads_from_its_own_files_when_it_is_first_asked() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT_NETWORK], capture_output=True, text=True, timeout=120, check=True)
    compared, state = done.stdout.splitlines()
    near, far = json.loads(compared)
    assert near > 0.3 > far
    assert state == f"'' [] {logging.WARNING}"
    assert done.stderr == ""


def test_it_says_the_same_again() -> None:
    texts = english().words.expressions
    assert Embedding().similar("heftiest", texts) == model().similar("heftiest", texts)
    assert model().similar("heftiest", texts[:50]) == model().similar("heftiest", texts)[:50]


@pytest.mark.parametrize(
    ("text", "signature", "name"),
    [("the heftiest number", "xs:[i64] -> i64", "maximum"), ("erode the vowels", "s:str -> str", "reject")],
)
def test_a_word_that_nobody_listed_is_found(text: str, signature: str, name: str) -> None:
    params, result = parse_signature(signature)
    assert name not in [found for found, _ in retrieve(text, params, result)][:5]
    assert name in [found for found, _ in retrieve(text, params, result, model())][:5]


def test_a_text_with_such_a_word_is_read() -> None:
    spec = Spec(*parse_signature("xs:[i64] -> i64"), phrase="the heftiest number")
    assert "xs maximum" not in [c.text for c in LexicalProposer().propose(spec, [])]
    assert "xs maximum" in [c.text for c in LexicalProposer(model()).propose(spec, [])]


def test_the_command_line_uses_it_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    run(["propose", "the heftiest number", "-e", "[1,9,3] -> 9", "-e", "[5,2,7] -> 7", "--json"])
    report = json.loads(capsys.readouterr().out)
    assert report["candidates"][0]["text"] == "xs maximum"
    assert any(note.startswith("the embedding model likens `heftiest` to `") for note in report["notes"])
