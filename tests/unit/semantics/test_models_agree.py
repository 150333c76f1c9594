"""The two instruction models say the same of every form, except where `sleigh_differences.txt` says that SLEIGH is wrong.

A form that is listed and does agree is reported as well, so that the list is what is known, no more and no less.
"""

from __future__ import annotations

import pytest
from tests.unit.semantics.comparing import difference

from siglum.smt.terms import Term, Terms
from siglum.target.x86_64.semantics import own, sleigh
from siglum.target.x86_64.semantics.decode import decode
from siglum.target.x86_64.semantics.encodings import encodings
from siglum.target.x86_64.semantics.forms import FORMS
from siglum.target.x86_64.semantics.state import State, Step, Unsupported

pytest.importorskip("pypcode")

ENCODINGS = 6
STATES = 3
STATES_TO_DIFFER = 12


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
