"""Images as text: what is read is what was written, and what is no image is refused with its reason."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from siglum.bind import bind
from siglum.check import check_image, written
from siglum.ir.sample import Shape, sample
from siglum.pipeline import unit_from_phrase
from siglum.records import Followed, Image
from siglum.stencil.table import load

TABLE = load("x86-64-v2")


def image(phrase: str = "xs filter even square sum") -> Image:
    from siglum.ir.types import I64, Array

    return bind(unit_from_phrase(phrase, (("xs", Array(I64)),)).function, TABLE)


@pytest.mark.parametrize("seed", range(20))
def test_what_is_read_is_what_was_written(seed: int) -> None:
    made = bind(sample(seed, Shape(size=20)), TABLE)
    found = written.read(written.write(made))
    assert found == made and found.function is made.function
    assert isinstance(check_image(found, TABLE), Followed)


def test_called_functions_come_along() -> None:
    made = image("xs sort unique length")
    assert len(made.witness.blocks) > 1
    assert written.read(written.write(made)) == made


def packed(data: object) -> str:
    return base64.b64encode(zlib.compress(json.dumps(data).encode())).decode()


def unpacked(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(zlib.decompress(base64.b64decode(text)))
    return found


def changed(change: Callable[[dict[str, Any]], object]) -> str:
    data = unpacked(written.write(image()))
    change(data)
    return packed(data)


def set_node(data: dict[str, Any], number: object) -> None:
    label = next(label for label in data["blocks"][0][5] if label[3])
    label[3][0][0] = number


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (lambda: "not base64!", "cannot be unpacked"),
        (lambda: base64.b64encode(b"no zlib").decode(), "cannot be unpacked"),
        (lambda: base64.b64encode(zlib.compress(b"no json")).decode(), "is no image"),
        (lambda: packed([]), "is no image"),
        (lambda: packed({"functions": 7}), "is no image|cannot be read"),
        (lambda: changed(lambda d: d.pop("code")), "is no image"),
        (lambda: changed(lambda d: d.update(code="0g")), "is no image"),
        (lambda: changed(lambda d: d.update(functions="function")), "is no image|cannot be read"),
        (lambda: changed(lambda d: d["blocks"][0].pop()), "is no image"),
        (lambda: changed(lambda d: d["blocks"][0].__setitem__(0, 99)), "is no image"),
        (lambda: changed(lambda d: d["blocks"][0].__setitem__(0, -1)), "is no number of a node or function"),
        (lambda: changed(lambda d: set_node(d, -1)), "is no number of a node or function"),
        (lambda: changed(lambda d: set_node(d, True)), "is no number of a node or function"),
        (lambda: base64.b64encode(zlib.compress(b"[" * 100_000)).decode(), "cannot be unpacked|is no image"),
    ],
)
def test_what_is_no_image_is_refused(text: Callable[[], str], why: str) -> None:
    with pytest.raises(written.Malformed, match=why):
        written.read(text())


def test_a_text_that_grows_beyond_measure_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    text = written.write(image())
    monkeypatch.setattr(written, "MOST_BYTES", 100)
    with pytest.raises(written.Malformed, match="too large"):
        written.read(text)


def test_an_image_that_was_changed_on_the_way_is_checked_like_any_other() -> None:
    found = written.read(changed(lambda d: d.update(code="00" + d["code"][2:])))
    assert not isinstance(check_image(found, TABLE), Followed)
