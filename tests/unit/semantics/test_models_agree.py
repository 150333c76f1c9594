"""The two instruction models say the same of every form, except where `sleigh_differences.txt` says that SLEIGH is wrong.

A form that is listed and does agree is reported as well, so that the list is what is known, no more and no less.
"""

from __future__ import annotations

import random

import pytest
from tests.unit.semantics.comparing import difference

from siglum.smt.terms import Term, Terms
from siglum.target.x86_64.semantics import own, sleigh
from siglum.target.x86_64.semantics.decode import decode
from siglum.target.x86_64.semantics.encodings import encodings
from siglum.target.x86_64.semantics.forms import FORMS
from siglum.target.x86_64.semantics.state import State, Step, Unsupported

ENCODINGS = 5
STATES = 2
STATES_TO_DIFFER = 12
MUTANTS = 1200
PREFIXES = bytes((0x66, 0x67, 0x2E, 0x3E, 0x48, 0x40, 0x4F, 0xF2, 0xF3, 0xF0, 0x64, 0x41))


class NotOwn(Exception):
    """The own model does not support an encoding of one of its forms."""


def own_step(terms: Terms, state: State, code: bytes, at: int, base: Term) -> Step:
    try:
        return own.execute(terms, state, decode(code), at, base)
    except Unsupported as error:
        raise NotOwn from error


def trusting_step(terms: Terms, state: State, code: bytes, at: int, base: Term) -> Step:
    """SLEIGH's meaning whatever is known about it."""
    return sleigh.step_of_any(terms, state, code, decode(code).name, at, base)


def test_forms_that_are_not_listed_agree():
    listed, unsupported, wrong = sleigh.differences(), [], []
    for form in FORMS:
        if form in listed:
            continue
        flags = ("af", *sleigh.distrusted_flags().get(form, ()))
        supported = False
        for code in encodings(form)[:ENCODINGS]:
            try:
                found = difference(own_step, sleigh.step, code, STATES, unknown=flags)
            except Unsupported:
                continue
            except NotOwn:
                found = ""
            supported = True
            if found:
                wrong.append(f"{form} {code.hex()}: {found}")
                break
        if not supported:
            unsupported.append(form)
    assert wrong == []
    assert unsupported == []


def _mutant(chance: random.Random) -> bytes:
    """An encoding with a bit flipped or a prefix more."""
    code = bytearray(chance.choice(encodings(chance.choice(list(FORMS)))))
    if chance.random() < 0.7:
        place = chance.randrange(8 * len(code))
        code[place // 8] ^= 1 << place % 8
    else:
        code.insert(0, chance.choice(PREFIXES))
    return bytes(code) + bytes(15)


def test_unusual_encodings_agree():
    chance, wrong, compared = random.Random(7), [], 0
    for _ in range(MUTANTS):
        code = _mutant(chance)
        try:
            decoded = decode(code[:15])
            flags = ("af", *sleigh.distrusted_flags().get(decoded.name, ()))
            found = difference(own_step, sleigh.step, code[: decoded.length], STATES, unknown=flags)
        except (Unsupported, NotOwn):
            continue
        compared += 1
        if found:
            wrong.append(f"{decoded.name} {code[: decoded.length].hex()}: {found}")
    assert wrong == []
    assert compared > MUTANTS // 4


@pytest.mark.parametrize(
    "code",
    [
        "6666452bd5",  # sub r10w, r13w with a prefix twice
        "4090",  # nop with a REX prefix
        "f3470f7fc7",  # movdqu xmm15, xmm8 with a bit of REX that means nothing
        "c4a17b11fc",  # vmovsd with such a bit of VEX
        "66f20f59c2",  # mulsd with the prefix of another instruction before its own
        "f3480fbd1b",  # lzcnt rbx, [rbx]
        "480fc136",  # xadd [rsi], rsi
        "e800000000",  # call of what follows
    ],
)
def test_what_sleigh_reads_otherwise_is_refused(code: str):
    raw = bytes.fromhex(code)
    with pytest.raises(Unsupported):
        difference(own_step, sleigh.step, raw)


def test_forms_that_are_listed_as_opaque_are():
    known = []
    for form, reason in sleigh.differences().items():
        if reason.startswith("opaque"):
            terms = Terms()
            state = State.unknown(terms, None)  # type: ignore[arg-type]
            for code in encodings(form)[:1]:
                try:
                    trusting_step(terms, state, code, 0, terms.var("base", 64))
                except (Unsupported, AttributeError) as error:
                    known += [form] if isinstance(error, AttributeError) else []
                else:
                    known.append(form)
    assert known == []


def _differs(form: str) -> bool:
    for code in encodings(form):
        try:
            if difference(own_step, trusting_step, code, STATES_TO_DIFFER):
                return True
        except (Unsupported, NotOwn):
            continue
    return False


def test_forms_that_are_listed_as_wrong_differ():
    listed = {name.partition(":")[0]: None for name, reason in sleigh.differences().items() if not reason.startswith("opaque")}
    assert [form for form in listed if form not in FORMS] == []
    assert [form for form in listed if not _differs(form)] == []


def test_every_difference_has_a_reason_and_names_a_form():
    for listed, reason in sleigh.differences().items():
        form, _, flag = listed.partition(":")
        assert reason and form in FORMS and flag in ("", "cf", "pf", "zf", "sf", "of"), listed
