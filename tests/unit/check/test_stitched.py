"""From a followed witness to a proof: by a record of these very stencils, or not at all."""

from __future__ import annotations

import pytest

from siglum.bind import bind
from siglum.check import check_image, stitched
from siglum.check.stencils.record import Line, Record, family_digest
from siglum.ir.function import Builder, Origin
from siglum.ir.types import I64
from siglum.records import Followed, Image, Proved
from siglum.stencil.table import load, registers_of

TABLE = load("x86-64-v2")


def image() -> Image:
    b = Builder()
    here = b.origin(Origin("word", "<test>", 1, 1, 4))
    return bind(b.finish("f", (("x", I64), ("y", I64)), b.emit("add", b.param(0, I64), b.param(1, I64), origin=here)), TABLE)


IMAGE = image()
FAMILIES = sorted({i.family for i in IMAGE.witness.blocks[0].instances})


def line(family: str, models: tuple[str, ...] = ("own", "sleigh"), stencils: str = "") -> Line:
    return Line(family, 1, 1, models, ("z3", "bitwuzla"), stencils or family_digest(TABLE, family), f"q {family}")


def found(monkeypatch: pytest.MonkeyPatch, record: Record | None) -> tuple[object, tuple[str, ...]]:
    monkeypatch.setattr(stitched, "record_of", lambda table: record)
    followed = check_image(IMAGE, TABLE)
    assert isinstance(followed, Followed)
    return stitched.stitched(IMAGE, TABLE, followed)


def recorded(lines: list[Line], unproved: dict[tuple[str, tuple[int, ...]], str] | None = None) -> Record:
    return Record((("assumed", "the sun rises"),), {one.family: one for one in lines}, unproved or {})


def test_without_a_record_it_was_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    finding, assumed = found(monkeypatch, None)
    assert isinstance(finding, Followed) and finding.unproved == () and stitched.UNPROVED in assumed


def test_a_record_of_every_stencil_makes_a_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    finding, assumed = found(monkeypatch, recorded([line(family) for family in FAMILIES]))
    assert isinstance(finding, Proved)
    assert finding.proof.models == 2 and finding.proof.solvers == ("bitwuzla", "z3")
    assert finding.proof.queries == tuple(f"{family}:q {family}" for family in FAMILIES)
    assert assumed == ("the sun rises", stitched.MODEL, stitched.CPU)


def test_what_the_record_assumes_nothing_of_rests_on_the_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    _, assumed = found(monkeypatch, recorded([line(family) for family in FAMILIES])._replace(head=()))
    assert assumed == (stitched.FRAME, stitched.MODEL, stitched.CPU)


def test_the_models_are_those_that_all_stencils_have(monkeypatch: pytest.MonkeyPatch) -> None:
    first, *rest = FAMILIES
    finding, _ = found(monkeypatch, recorded([line(first, ("own",)), *map(line, rest)]))
    assert isinstance(finding, Proved) and finding.proof.models == 1
    finding, assumed = found(monkeypatch, recorded([line(first, ("own",)), *(line(one, ("sleigh",)) for one in rest)]))
    assert isinstance(finding, Followed) and stitched.UNPROVED in assumed


@pytest.mark.parametrize("missing", FAMILIES)
def test_one_family_that_is_not_proved_makes_none(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    others = [line(family) for family in FAMILIES if family != missing]
    used = next(i for i in IMAGE.witness.blocks[0].instances if i.family == missing)
    unproved = {(missing, registers_of(missing, used.operands)): "unknown"}
    for record in (
        recorded(others),
        recorded([*others, line(missing, stencils="0" * 16)]),
        recorded([*others, line(missing)], unproved),
        recorded([*others, line(missing, ())]),
    ):
        finding, _ = found(monkeypatch, record)
        assert isinstance(finding, Followed) and finding.unproved == (missing,)
        assert missing in str(finding)
