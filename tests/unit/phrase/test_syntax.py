"""The grammar: what parses to what, the one printed form, the reader's tolerances."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.phrase.words import core

from siglum.frontend.phrase.parser import parse_program, parse_signature
from siglum.frontend.phrase.printer import print_literal, print_program
from siglum.frontend.phrase.syntax import Call, Choice, Definition, Function, Let, ListOf, Literal, Name, Program, Tree
from siglum.ir.types import F64, I64, STR, Array, Option

WORDS = core()


def printed(text: str) -> str:
    program = parse_program(text, WORDS)
    shown = print_program(program)
    again = parse_program(shown, WORDS)
    assert again == program, f"{shown!r} does not parse back"
    assert print_program(again) == shown
    return shown


CANONICAL = """\
filter even square sum
sumsq xs:[i64] = xs filter even square sum
mean xs:[f64] = xs sum / xs length
matches s:str t:str = s windows (t length) = t | count
f n:i64 = n trace (> 1) (it even ? it half : it * 3 + 1) filter odd sort
f s:str = s fold 0 (acc < 4 and "[[]]" at acc = it ? acc + 1 : acc) = 4
f xs:[i64] = xs map (filter (> 1))
f xs:[i64] = xs map (as i xs filter (> i) length)
f xs:[i64] = xs filter ((xs = it) count >= it) maximum else -1
f xs:[i64] = xs sum as s s * s
f xs:[i64] = (xs sum as s s * s) + 1
f a:i64 b:i64 = a - (b - a) - b
f a:i64 b:i64 = (a ** b) ** a ** b
f a:i64 b:i64 = (a + b) * -2
f a:i64 b:i64 = a = b | not
f a:i64 b:i64 = (a = b) not and a > b
f a:i64 b:i64 = a > b ? 1 : a = b ? 0 : -1
f a:i64 b:i64 = a > b ? (a = b ? 1 : 2) : 3
f a:i64 b:i64 = a > b ? a : b | half
fact n:i64 -> i64 = n < 2 ? 1 : n * (n - 1) fact
f even:i64 = even even
f digits:[i64] = digits map (it digits length)
it sum / it length
[1 -2 'a' "b\\n" 1.5 true]""".splitlines()


@pytest.mark.parametrize("text", CANONICAL)
def test_printed_form_is_kept(text: str) -> None:
    assert printed(text) == text


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("f xs:[i64] = xs.filter(even).sum()", "f xs:[i64] = xs filter even sum"),
        ("f xs:[i64] = sum(filter(xs, even))", "f xs:[i64] = xs filter even sum"),
        ("f xs:[i64] = fold(xs, 0, +)", "f xs:[i64] = xs fold 0 +"),
        ("f xs:[i64] = filter(xs, > 1)", "f xs:[i64] = xs filter (> 1)"),
        ("f xs:[i64] = xs.at(0) == 3 && true", "f xs:[i64] = xs at 0 = 3 and true"),
        ("f xs:[i64], n:i64 = [xs len, n + 1, -2]", "f xs:[i64] n:i64 = [(xs length) (n + 1) -2]"),
        ("sorted select(even)", "sort filter even"),
        ("filter(even).len()", "filter even length"),
        ("it filter (it even)", "filter even"),
        ("(1, 2) left", "1 pair 2 left"),
        ("f n:i64 = n-2", "f n:i64 = n - 2"),
        ("map (- 2)", "map (- 2)"),
        ("map (it - -2)", "map (- -2)"),
        ("True or False", "true or false"),
        ("0x10 + 0b11 + 1_000", "16 + 3 + 1000"),
        ("\ufefffilter even\r\n  sum", "filter even sum"),
    ],
)
def test_tolerated_spellings_print_in_the_one_form(text: str, form: str) -> None:
    assert printed(text) == form


def test_bar_makes_the_value_so_far_the_subject() -> None:
    tree = parse_program("f a:i64 b:i64 = a + b | min a + 1", WORDS).main_body
    total = Call("+", (Name("a"), Name("b")))
    assert tree == Call("+", (Call("min", (total, Name("a"))), Literal(1, "i64")))


def test_subject_of_an_open_phrase_is_the_first_parameter_of_its_signature() -> None:
    params, result = parse_signature("xs:[i64] n:i64 -> i64?")
    assert (params, result) == ((("xs", Array(I64)), ("n", I64)), Option(I64))
    program = parse_program("at n", WORDS, params=params, result=result)
    assert program.definitions[0].subject == "xs"
    assert program.main_body == Call("at", (Name("xs"), Name("n")))


def test_bare_word_as_function_gets_its_values_in_order() -> None:
    tree = parse_program("scan -", WORDS).main_body
    assert tree == Call("scan", (Name("it"), Function(Call("-", (Name("acc"), Name("it"))), 2)))


def test_names_shadow_words_only_where_an_atom_may_stand() -> None:
    tree = parse_program("f sum:[i64] = sum sum", WORDS).main_body
    assert tree == Call("sum", (Name("sum"),))


def test_definitions_of_a_text_see_each_other_and_may_span_lines() -> None:
    text = "twice n:i64 =\n  n * 2\nf x:str? y:i64? -> i64 =\n  y else 0\n  twice\ng -> [i64] = [1 2] map (twice\n half)"
    program = parse_program(text, WORDS)
    assert [d.name for d in program.definitions] == ["twice", "f", "g"]
    assert program.definitions[1].params == (("x", Option(STR)), ("y", Option(I64)))
    assert program.definitions[1].body == Call("twice", (Call("else", (Name("y"), Literal(0, "i64"))),))


def test_own_name_means_the_word_unless_the_result_is_written() -> None:
    with_result = parse_program("half n:i64 -> i64 = n half", WORDS).definitions[0]
    without = parse_program("half n:i64 = n half", WORDS).definitions[0]
    assert with_result.result is I64 and without.result is None


def test_spans_point_at_the_words() -> None:
    text = "f xs:[i64] = xs filter (> 1) sum"
    tree = parse_program(text, WORDS).main_body
    assert isinstance(tree, Call) and text[slice(*tree.span)] == "sum"
    inner = tree.args[0]
    assert isinstance(inner, Call) and text[slice(*inner.span)] == "filter"


def test_nodes_are_frozen() -> None:
    with pytest.raises(AttributeError):
        Name("x").text = "y"


@given(st.text())
def test_text_literals_survive(value: str) -> None:
    if any(0xD800 <= ord(c) <= 0xDFFF for c in value):
        return
    tree = parse_program(print_literal(value, "str"), WORDS).main_body
    assert tree == Literal(value, "str")


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_float_literals_survive(value: float) -> None:
    assert parse_program(print_literal(value, "f64"), WORDS).main_body == Literal(value, "f64")


def trees(names: tuple[str, ...], depth: int) -> st.SearchStrategy[Tree]:
    """Trees that the parser can give, over the names in scope."""
    integers = st.integers(-(2**63), 2**63 - 1).map(lambda n: Literal(n, "i64"))
    atoms: st.SearchStrategy[Tree] = st.one_of(
        integers,
        st.just(Literal(True, "bool")),
        st.just(Call("pi", ())),
        st.characters(codec="ascii").map(lambda c: Literal(c, "char")),
    )
    if names:
        atoms = st.one_of(atoms, st.sampled_from(names).map(Name), st.sampled_from(names).map(Name))
    if depth == 0:
        return atoms
    inner = trees(names, depth - 1)
    in_function = trees((*names, "it"), depth - 1).map(lambda body: Function(body, 1))
    in_fold = trees((*names, "it", "acc"), depth - 1).map(lambda body: Function(body, 2))
    return st.one_of(
        atoms,
        st.lists(inner, max_size=3).map(lambda es: ListOf(tuple(es))),
        st.builds(lambda w, a: Call(w, (a,)), st.sampled_from(["square", "even", "sum", "digits"]), inner),
        st.builds(
            lambda w, a, b: Call(w, (a, b)),
            st.sampled_from(["+", "-", "*", "**", "=", "<", "is", "and", "or", "min", "at", "else"]),
            inner,
            inner,
        ),
        st.builds(lambda w, a, f: Call(w, (a, f)), st.sampled_from(["filter", "map"]), inner, in_function),
        st.builds(lambda a, b, f: Call("fold", (a, b, f)), inner, inner, in_fold),
        st.builds(Choice, inner, inner, inner),
        st.builds(lambda v, b: Let("x", v, b), inner, trees((*names, "x"), depth - 1)),
    )


@given(trees(("xs", "even"), 3))
def test_parse_is_the_inverse_of_print(tree: Tree) -> None:
    params = (("xs", Array(I64)), ("even", F64))
    program = Program((Definition("f", params, None, tree),), "", "<phrase>")
    shown = print_program(program)
    again = parse_program(shown, WORDS)
    assert again == program, shown
    assert print_program(again) == shown
