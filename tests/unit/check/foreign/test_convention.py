"""Prototypes: what is written is read again, and how C's parameters answer for a reference's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siglum.check.foreign.convention import C_NAMES, C_TYPES, Parameter, Prototype, convention, default_prototype, parse_prototype
from siglum.errors import UserError
from siglum.ir.types import F64, I32, I64, U8, U32, U64, Array, Option, Type

NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,6}", fullmatch=True).filter(
    lambda n: (
        not any(n in known.split() or known.startswith(n) for known in (*C_TYPES, "void", "const", "restrict", "static"))
        and n not in ("volatile", "extern", "inline")
    )
)
SPACES = st.sampled_from(["", " ", "  ", "\n", "\t"])


@st.composite
def parameters(draw: st.DrawFn, name: str) -> tuple[Parameter, str]:
    """A parameter and one way to write it."""
    spelled = draw(st.sampled_from(sorted(C_TYPES)))
    space = draw(SPACES)
    kind = draw(st.sampled_from(("scalar", "pointer", "array")))
    const = kind != "scalar" and draw(st.booleans())
    elements = draw(st.integers(1, 99)) if kind == "array" else 0
    words = spelled.split()
    if const:
        words.insert(0, "const") if draw(st.booleans()) else words.append("const")
    text = " ".join(words)
    if kind == "pointer":
        qualifier = draw(st.sampled_from(("", "restrict ", "__restrict ", "const ")))
        text += f"{space}*{space}{qualifier}{name}"
    else:
        text += f" {name}" + (f"{space}[{space}{elements}{space}]" if elements else "")
    return Parameter(name, C_TYPES[spelled], kind != "scalar", const, elements), text


@st.composite
def prototypes(draw: st.DrawFn) -> Prototype:
    names = draw(st.lists(NAMES, max_size=5, unique=True))
    parts = [draw(parameters(name)) for name in names]
    nothing = Parameter("function", None, False, False, 0), "void function"
    result, written = draw(st.one_of(parameters("function"), st.just(nothing)))
    if result.elements:
        result, written = Parameter("function", I32, False, False, 0), "int32_t function"
    space = draw(SPACES)
    inside = f",{space}".join(text for _, text in parts) or draw(st.sampled_from(("", "void")))
    text = f"{written}{space}({space}{inside}{space}){space}" + draw(st.sampled_from(("", ";")))
    return Prototype("function", tuple(p for p, _ in parts), result, text)


@given(prototypes())
def test_what_is_written_is_read_again(expected: Prototype) -> None:
    assert parse_prototype(expected.text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "int", "int f", "int f(", "int f(int)", "int f(int x", "int f(int x,)", "int f(void x)", "int f(int **p)", "(int x)",
     "quark f(int x)", "int f(int x) int", "int f(int x[n])", "int f(int x);;", "int f(@)", "int f(int x[2)"],
)  # fmt: skip
def test_what_is_no_prototype_is_refused(text: str) -> None:
    with pytest.raises(UserError) as refused:
        parse_prototype(text)
    assert refused.value.code == "E-070"


LIST = Array(U32)


@pytest.mark.parametrize(
    ("text", "params", "result"),
    [
        ("uint32_t f(uint32_t x)", (("y", U32),), U32),  # another name
        ("uint32_t f(uint32_t x)", (("x", I32),), U32),  # another type
        ("uint32_t f(uint32_t x)", (("x", U32), ("y", U32)), U32),  # one too few
        ("uint32_t f(const uint32_t *p)", (("p", LIST),), U32),  # no length
        ("uint32_t f(const uint8_t p[4])", (("p", LIST),), U32),  # other elements
        ("void f(const uint32_t p[4])", (("p", LIST),), LIST),  # nowhere to put the result
        ("void f(uint32_t a[4], uint32_t b[4])", (("a", LIST), ("b", LIST)), LIST),  # two places for it
        ("void f(uint32_t *d, const uint32_t p[4])", (("p", LIST),), LIST),  # a buffer of unknown length
        ("uint32_t *f(const uint32_t *p, size_t n)", (("p", LIST),), U32),  # a pointer is no number
        ("int32_t f(uint32_t x)", (("x", U32),), U32),  # another result
        ("uint32_t f(uint32_t a, uint32_t b, uint32_t c, uint32_t d, uint32_t e, uint32_t f, uint32_t g)",
         tuple((n, U32) for n in "abcdefg"), U32),  # more than the registers hold
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(text: str, params: tuple[tuple[str, Type], ...], result: Type) -> None:
    with pytest.raises(UserError) as refused:
        convention(parse_prototype(text), params, result)
    assert refused.value.code == "E-071"


def test_lists_scalars_and_outputs_find_their_registers() -> None:
    text = "void f(int32_t d[3], const int32_t *p, size_t n, int32_t x, double y)"
    found = convention(parse_prototype(text), (("p", Array(I32)), ("x", I32), ("y", F64)), Array(I32))
    assert [(a.kind, a.name, a.count, a.writable, a.given) for a in found.arguments] == [
        ("pointer", "d", 3, True, False), ("pointer", "p", None, False, True), ("length", "p", None, False, True),
        ("scalar", "x", None, False, True), ("scalar", "y", None, False, True),
    ]  # fmt: skip
    assert (found.result, found.home) == ("nothing", "d")


def test_a_pointer_answers_for_an_index() -> None:
    params = (("p", Array(U8)), ("c", U8))
    found = convention(parse_prototype("const uint8_t *f(const uint8_t *p, size_t n, uint8_t c)"), params, Option(I64))
    assert (found.result, found.home) == ("pointer", "p")


@given(st.lists(st.sampled_from(sorted(C_NAMES, key=str)), max_size=6), st.sampled_from(sorted(C_NAMES, key=str)))
def test_a_reference_fits_its_own_prototype(types: list[Type], result: Type) -> None:
    params = tuple((f"x{k}", t) for k, t in enumerate(types))
    found = convention(default_prototype("f", params, result), params, result)
    assert [(a.name, a.type) for a in found.arguments] == list(params)
    assert found.result_type is result


def test_lists_have_lengths_of_names_that_are_free() -> None:
    params = (("p", Array(U64)), ("p_length", U64))
    found = convention(default_prototype("f", params, U64), params, U64)
    assert [a.kind for a in found.arguments] == ["pointer", "length", "scalar"]
