"""Intents: what a text is, what examples and references say together, and how an inquiry comes to one program."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

import siglum
from siglum import proposing
from siglum.comparison import reference_of
from siglum.errors import SiglumError, Stop, UserError
from siglum.intents import english, evidence, judging, values
from siglum.intents.callables import Reference, property_of
from siglum.intents.failures import nearest_of
from siglum.intents.given import Given, understand
from siglum.intents.inquiry import Inquiry, Question, bare, inquire
from siglum.intents.watching import Stated, Watch, Watched
from siglum.ir.types import I64, STR, Array
from siglum.propose.alternatives import STOPPED
from siglum.propose.examples import read_examples
from siglum.records import Candidate, Consistent, Example, Feedback, Refuted, Spec

LIST = (("xs", Array(I64)),)


class Fixed:
    """Proposes these phrases at these costs, whatever is wanted."""

    name = "fixed"

    def __init__(self, *phrases: str | tuple[str, float]) -> None:
        self.phrases = [p if isinstance(p, tuple) else (p, float(k)) for k, p in enumerate(phrases)]
        self.asked: list[Spec] = []

    def propose(self, spec: Spec, feedback: Sequence[Feedback]) -> Iterator[Candidate]:
        self.asked.append(spec)
        yield from (Candidate(text, self.name, cost) for text, cost in self.phrases)


def inquiry(given: Given, *phrases: str | tuple[str, float]) -> tuple[Inquiry, Fixed]:
    """An inquiry that only one proposer is asked for."""
    proposer = Fixed(*phrases)
    return Inquiry(understand(given), asked=lambda: [proposer]), proposer


def texts(found: Inquiry) -> list[str]:
    return [program.text for program in found.programs]


def refusal(given: Given) -> UserError:
    with pytest.raises(UserError) as caught:
        understand(given)
    return caught.value


# Programs and English -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "alone", "beside_examples"),
    [
        ("the sum of the squares", True, True),
        ("sort numbers", False, True),
        ("sum", False, True),
        ("double it", False, True),
        ("xs filter evn", True, True),
        ("f xs:[i64] = the sum of it", False, False),
        ("pi -> f64 = the sum of it", False, False),
        ("x == y and z", True, True),
        ("../some/file.txt", False, False),
        ("file.py", False, False),
        ("((((", False, False),
        ('"the sum of all"', False, False),
        ("сумма всех чисел", True, True),
        ("the s\u0443m of all", False, False),
        ("the sum\u200b of all", False, False),
        ("don't count the non-letters", True, True),
        ("la somme des carrés", True, True),
    ],
)
def test_a_text_that_is_no_program_is_english_by_its_words(text: str, alone: bool, beside_examples: bool) -> None:
    assert english.is_english(text) == alone
    assert english.is_english(text, evidence=True) == beside_examples


def test_parameters_are_no_unknown_words() -> None:
    assert english.unknown_words("xs filter evn", ["xs"]) == ["evn"]
    assert english.unknown_words('replace "cat" with 3 dogs', []) == ["with", "dogs"]
    assert english.unknown_words("len xs keep odd", ["xs"]) == []


@drawn(st.text(max_size=60))
def test_any_text_is_judged(text: str) -> None:
    assert english.is_english(text) in (True, False)
    try:
        english.check_intent(text)
    except UserError as error:
        assert error.code in ("E-008", "E-009", "E-014")
        assert error.line().isprintable()


@drawn(st.text(st.sampled_from("ab c:=->?|()[]\"'\\.,\n1\u202e\u0430é"), max_size=30), st.booleans())
def test_any_text_with_an_example_is_understood_or_refused_in_one_line(text: str, as_intent: bool) -> None:
    try:
        found = understand(Given(text, ["[1,2] -> 3"], as_intent=as_intent))
    except SiglumError as error:
        assert error.exit == 2
        assert " ".join(error.line().split("\n")).isprintable()
    else:
        assert found.program is not None or found.spec.phrase == text.strip()


def test_what_is_given_beside_the_text_types_it() -> None:
    assert understand(Given("xs take k sum", ["[1,2] 1 -> 1"])).spec.phrase == "xs take k sum"
    program = understand(Given("xs take k sum", ["[1,2] 1 -> 1"], signature="xs:[i64] k:i64")).program
    assert program is not None
    assert str(program.unit.meant.result) == "i64"
    of_reference = understand(Given("xs tail sum", reference="f xs:[f64] = xs sum")).program
    assert of_reference is not None
    assert str(of_reference.unit.meant.result) == "f64"
    with_its_own = understand(Given("g ys:[f64] = ys sum", reference="f xs:[f64] = xs sum")).program
    assert with_its_own is not None
    assert [name for name, _ in with_its_own.unit.meant.params] == ["ys"]


def test_a_program_of_other_types_than_the_reference_is_refused() -> None:
    assert refusal(Given("g n:i64 = n", reference="f xs:[f64] = xs sum")).code == "E-071"


def test_a_definition_beside_a_signature_is_refused_as_everywhere() -> None:
    assert refusal(Given("g n:i64 = n", ["1 -> 1"], signature="n:i64 -> i64")).code == "E-007"


# Evidence -------------------------------------------------------------------------------------------------------------------
def test_answers_are_examples_and_are_called_answers() -> None:
    read = evidence.read(["[1,2] -> 3"], (), ["[4] -> 4"], None, None)
    assert [e.result for e in read.examples] == [3, 4]
    with pytest.raises(UserError) as caught:
        evidence.read(["[1,2] -> 3"], (), ["[4] -> 4", "[4] -> 5"], None, None)
    assert str(caught.value).startswith("[4] gives 5 here and 4 at <answer 1>:1:1, <answer 2>:1:1; ")


def test_stops_is_an_answer_where_results_are_no_text() -> None:
    read = evidence.read(["[1,2] -> 3"], (), ["[] -> stops", "[7] =>  stops "], None, None)
    assert (len(read.examples), read.stops) == (1, (([],), ([7],)))
    read = evidence.read(['"a b" -> "a"'], (), ['"" -> stops'], None, None)
    assert ([e.result for e in read.examples], read.stops) == (["a", "stops"], ())
    with pytest.raises(UserError, match="is f64"):
        evidence.read(["[1,2] -> 3"], (), ["[1.5] -> stops"], None, None)


def test_a_reference_is_asked_on_readable_inputs_and_given_up_if_it_stops() -> None:
    spec = Spec(LIST, I64)
    made = list(evidence.by_reference(spec, sum, 5))
    assert [e.result for e in made] == [sum(e.arguments[0]) for e in made]
    assert len(made) == 5

    def stops(xs: list[int]) -> int:
        asked.append(xs)
        raise Stop("empty")

    asked: list[list[int]] = []
    assert list(evidence.by_reference(spec, stops, 5)) == []
    assert len(asked) == evidence.MOST_STOPS


def test_a_reference_stops_where_its_function_does_and_remembers() -> None:
    reference = Reference(reference_of("f n:i64 = n * n"))
    assert (reference(5), reference.function.name) == (25, "f")
    for _ in range(2):
        with pytest.raises(Stop, match="does not fit"):
            reference(2**40)
    lists = Reference(reference_of("f xs:[i64] = xs sort"))
    lists([2, 1]).append(7)
    assert lists([2, 1]) == [1, 2]


def test_examples_are_checked_where_the_reference_has_a_result() -> None:
    assert understand(Given(None, ["0 -> 1"], reference="f n:i64 = 10 // n")).given == 1
    assert refusal(Given(None, ["5 -> 1"], reference="f n:i64 = 10 // n")).code == "E-017"


def test_a_property_says_what_holds_and_may_be_any_callable() -> None:
    phrase = property_of("result in xs", LIST, I64)
    assert (phrase.holds([1, 2], 2), phrase.holds([1, 2], 3), phrase.name) == (True, False, "result in xs")

    def strange(xs: list[int], result: int) -> bool:
        xs.clear()
        raise OSError("no disk")

    given = property_of(strange, LIST, I64)
    kept = [1, 2]
    with pytest.raises(ValueError, match="no disk"):
        given.holds(kept, 1)
    assert (given.name, kept) == ("strange", [1, 2])


@pytest.mark.parametrize(
    ("params", "result", "said"),
    [(LIST, None, "of unknown type"), ((("result", I64),), I64, "a parameter is called `result`")],
)
def test_a_property_needs_types_and_names(params: Any, result: Any, said: str) -> None:
    with pytest.raises(UserError, match=said):
        property_of("result > 0", params, result)


# Inquiries ------------------------------------------------------------------------------------------------------------------
ONE = Given(None, ["[4,7] -> 4"])


def test_programs_that_agree_are_kept_cheapest_first() -> None:
    found, _ = inquiry(ONE, ("xs minimum", 7.0), ("xs last", 1.0), ("xs first", 3.0))
    assert texts(found) == ["xs first", "xs minimum"]
    assert found.status == Consistent(1, 1)
    assert str(found.status) == "consistent with 1 example, 1 alternative, not proved"
    assert found.is_open


def test_a_question_groups_programs_by_answer() -> None:
    found, _ = inquiry(ONE, "xs first", "xs minimum", "xs sort first + (xs length = 5 ? 1 : 0)", "4")
    question = found.question()
    assert question is not None
    xs = question.arguments[0]
    assert {c.result for c in question.choices} >= {str(xs[0]), "4"}
    assert [c.answer for c in question.choices] == [f"{question.input} -> {c.result}" for c in question.choices]
    assert sum(len(c.programs) for c in question.choices) == 4


def test_a_much_costlier_program_is_no_alternative_that_is_asked_about() -> None:
    found, _ = inquiry(ONE, ("xs first", 2.0), ("xs minimum", 2.0 + 16.0))
    assert (len(found.programs), found.status, found.is_open, found.question()) == (2, Consistent(1, 0), False, None)
    assert str(found.status) == "consistent with 1 example, no likely alternative, not proved"


def test_an_answer_that_leaves_several_does_not_search_again() -> None:
    found, proposer = inquiry(ONE, "xs first", "xs front first", "xs minimum")
    question = Question(([5, 3, 1],), "[5,3,1]", ())
    found.answer(question, "5")
    assert (texts(found), len(proposer.asked), found.given) == (["xs first", "xs front first"], 1, 2)


def test_an_answer_that_leaves_one_searches_for_others_with_it() -> None:
    found, proposer = inquiry(ONE, "xs first", "xs minimum")
    proposer.phrases.append(("xs sort first", 0.5))
    found.answer(Question(([5, 3],), "[5,3]", ()), "3")
    assert len(proposer.asked) == 2
    assert [e.result for e in proposer.asked[1].examples] == [4, 3]
    assert texts(found) == ["xs sort first"]
    assert found.status == Consistent(2, 0)


def test_taking_the_cheapest_settles_the_question() -> None:
    found, _ = inquiry(ONE, "xs first", "xs minimum")
    found.take()
    assert (texts(found), found.is_open, found.question()) == (["xs first"], False, None)


def test_that_a_program_stops_is_an_answer_too() -> None:
    found, _ = inquiry(ONE, "xs first", "xs empty ? 0 : xs first")
    question = found.question()
    assert question is not None
    assert [c.result for c in question.choices] == [STOPPED, "0"]
    assert question.choices[0].answer == "[] -> stops"
    found.answer(question, "stops")
    assert texts(found) == ["xs first"]


def test_stopping_cannot_be_said_where_results_are_text() -> None:
    found, _ = inquiry(Given(None, ['"a b" -> "a"']), "s words first", 's words first else ""')
    question = found.question()
    assert question is not None
    stops = next(c for c in question.choices if c.result == STOPPED)
    assert stops.answer == ""
    found.choose(question, stops)
    assert texts(found) == ["s words first"]


def test_english_without_examples_is_asked_about_once() -> None:
    found, _ = inquiry(Given("the sum of all", signature="xs:[i64] -> i64"), "xs sum")
    assert (found.is_open, str(found.status)) == (True, "consistent with no examples, no likely alternative, not proved")
    question = found.question()
    assert question is not None
    (choice,) = question.choices
    found.choose(question, choice)
    assert (found.is_open, found.given) == (False, 1)


def test_a_program_that_stops_on_the_only_question_says_so() -> None:
    found, _ = inquiry(Given("the sum of all", signature="xs:[i64] -> i64"), "xs drop 99 first")
    question = found.question()
    assert question is not None
    assert [c.result for c in question.choices] == [STOPPED]


def test_a_reference_settles_what_its_examples_leave_open() -> None:
    found, proposer = inquiry(Given(None, reference="f xs:[i64] = xs filter even sum"), "xs sum", "xs filter even sum")
    assert (texts(found), found.is_open) == (["xs filter even sum"], False)
    assert len(proposer.asked[0].examples) == 10


def test_what_fails_beside_a_reference_teaches_the_next_search() -> None:
    class Learns(Fixed):
        """Looks at the examples, as a search does: what they do not rule out comes first."""

        def propose(self, spec: Spec, feedback: Sequence[Feedback]) -> Iterator[Candidate]:
            self.asked.append(spec)
            large = any(abs(x) >= 2**31 for e in spec.examples for x in e.arguments[0])
            wrong = [f"xs map (it > {limit} ? 0 : it) sum" for limit in range(99_999, 100_099)]
            yield from (Candidate(text, self.name) for text in (["xs sum"] if large else wrong))

    proposer = Learns()
    found = Inquiry(understand(Given(None, reference="f xs:[i64] = xs sum")), asked=lambda: [proposer])
    assert texts(found) == ["xs sum"]
    assert len(proposer.asked) == 2
    assert len(proposer.asked[1].examples) > len(proposer.asked[0].examples)
    assert found.examined == 4


def test_an_input_that_a_checker_refutes_is_learned_once() -> None:
    found, _ = inquiry(Given(None, reference="f xs:[i64] = xs sum"), "xs sum", "xs sum + 0")
    assert found.refute(([5, 6, 7, 8, 9],))
    assert not found.refute(([5, 6, 7, 8, 9],))
    stops, _ = inquiry(Given(None, reference="f xs:[i64] = xs first"), "xs first")
    assert not stops.refute(([],))


def test_nothing_found_names_the_candidate_that_came_nearest() -> None:
    given = Given(None, ["[1,2] -> 3", "[5] -> 5", "[9,1] -> 99"])
    found, _ = inquiry(given, "xs maximum", "xs sum", "xs summ", "xs sort")
    with pytest.raises(SiglumError) as caught:
        found.program()
    error = caught.value
    assert (error.code, error.exit) == ("E-091", 4)
    assert error.message.startswith("no program found (4 candidates in ")
    assert error.message.endswith("; nearest is `xs sum`: [9,1] gives 10, not 99")
    assert error.extra["nearest"]["kind"] == "example"


def test_a_candidate_beside_a_reference_is_counted_on_fresh_inputs() -> None:
    found, _ = inquiry(Given(None, reference="f xs:[i64] = xs sum"), "xs length")
    with pytest.raises(SiglumError, match=r"`xs length`: fits 1 of 10 shown examples, fails \d+/\d+ fresh; \[3,7,2\] gives"):
        found.program()
    found, _ = inquiry(Given(None, reference="f xs:[i64] = xs sum"), "xs map (it > 99999 ? 0 : it) sum")
    with pytest.raises(SiglumError, match=r"fits 10 shown examples, fails [1-9]\d*/\d+ fresh; "):
        found.program()


def test_a_broken_property_is_shown_with_its_input() -> None:
    found, _ = inquiry(Given(None, ["[4,7] -> 11"], properties=["result >= 0"]), "xs sum")
    with pytest.raises(SiglumError, match=r"the property result >= 0 does not hold on \["):
        found.program()


def test_failures_are_ranked_by_how_many_examples_they_met() -> None:
    spec = Spec(LIST, I64, examples=(Example(([1],), 1), Example(([2],), 2)))
    late = Feedback(Candidate("a", "x"), "example", "late", ([2],))
    early = Feedback(Candidate("b", "x"), "example", "early", ([1],))
    text = Feedback(Candidate("c", "x", -9.0), "text", "none")
    assert nearest_of(spec, [text, early, late]) is late
    assert nearest_of(spec, [text]) is text
    assert nearest_of(spec, []) is None


def test_a_watch_is_told_of_each_better_candidate_that_passed() -> None:
    class Told(Watch):
        def __init__(self) -> None:
            super().__init__()
            self.texts: list[str] = []

        def found(self, candidate: Candidate) -> None:
            self.texts.append(candidate.text)

    told = Told()
    proposer = Fixed(("xs minimum", 9.0), ("xs last", 1.0), ("xs first", 3.0), ("xs sort first", 4.0))
    Inquiry(understand(ONE), told, asked=lambda: [proposer])
    assert told.texts == ["xs minimum", "xs first"]


def test_a_proposer_ends_with_the_inquiry() -> None:
    ended: list[str] = []

    class Endless:
        name = "endless"

        def propose(self, spec: Spec, feedback: Sequence[Feedback]) -> Iterator[Candidate]:
            try:
                while True:
                    yield Candidate("xs first", self.name)
            finally:
                ended.append(self.name)

    found = Inquiry(understand(ONE), asked=lambda: [Endless()])
    assert (texts(found), ended) == (["xs first"], ["endless"])


def test_ctrl_c_keeps_what_was_found() -> None:
    class Pressed(Fixed):
        def propose(self, spec: Spec, feedback: Sequence[Feedback]) -> Iterator[Candidate]:
            yield from super().propose(spec, feedback)
            raise KeyboardInterrupt

    found = Inquiry(understand(ONE), asked=lambda: [Pressed("xs first", "xs minimum")])
    assert (texts(found), found.interrupted) == (["xs first", "xs minimum"], True)
    found.answer(Question(([5, 3],), "[5,3]", ()), "3")
    assert texts(found) == ["xs minimum"]
    with pytest.raises(KeyboardInterrupt):
        Inquiry(understand(ONE), asked=lambda: [Pressed()])


def test_a_phrase_that_is_stated_is_a_candidate() -> None:
    spec = Spec(LIST, I64)
    assert [c.origin for c in Stated("xs sum").propose(spec, [])] == ["given"]
    watched = Watched(Stated("xs sum"), Watch(), [])
    assert (watched.name, [c.text for c in watched.propose(spec, [])]) == ("given", ["xs sum"])
    found = inquire(understand(Given("total xs:[i64] = xs sum", ["[4,7] -> 11"])))
    assert texts(found)[0] == "xs sum"


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("xs sum", "xs sum"),
        ("f xs:[i64] n:i64 = xs take n sum", "xs take n sum"),
        ("f n:i64 = n + 1\ng n:i64 = n f f", "f n:i64 = n + 1\ng n:i64 = n f f"),
        ("no such thing", "no such thing"),
    ],
)
def test_the_expression_of_a_single_definition(text: str, expression: str) -> None:
    assert bare(text) == expression


# Verdicts -------------------------------------------------------------------------------------------------------------------
def test_a_checker_that_refutes_leads_to_another_program(monkeypatch: pytest.MonkeyPatch) -> None:
    found, _ = inquiry(Given(None, reference="f xs:[i64] = xs sum"), "xs sum")
    wrong = Refuted(([5, 6, 7, 8, 9],), "35", "36")
    real, answers = judging.beside, [wrong]

    def beside(*arguments: Any) -> Any:
        verdict = real(*arguments)
        return type(verdict)(verdict.bytes, answers.pop()) if answers else verdict

    monkeypatch.setattr(judging, "beside", beside)
    judged = judging.judged_inquiry(found, None, prove=False)
    assert str(judged.verdict.meaning).startswith("tested")
    assert any(e.arguments == wrong.arguments for e in found.spec.examples)


def test_the_verdict_on_an_intent_says_what_the_examples_do() -> None:
    found, _ = inquiry(ONE, "xs first", "xs minimum")
    verdict = judging.judged_inquiry(found, "x86-64-v2", prove=False).verdict
    assert verdict.intent == Consistent(1, 1)
    assert str(verdict).endswith("; intent: consistent with 1 example, 1 alternative, not proved")


def test_a_property_that_code_breaks_refutes_it() -> None:
    given = understand(Given("xs sum", signature="xs:[i64] -> i64", properties=["result >= 0"]))
    assert given.program is not None
    refuted = judging.counterexample(given.spec, I64, lambda xs: sum(xs))
    assert refuted is not None
    assert refuted.expected == "that result >= 0 holds"
    assert judging.counterexample(given.spec, I64, lambda xs: abs(sum(xs))) is None
    assert judging.counterexample(given.spec, I64, lambda xs: xs[99]) is None


# Values of Python ---------------------------------------------------------------------------------------------------------------
SCALARS = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text() | st.booleans()
COLUMNS = st.sampled_from([st.integers(-99, 99), st.floats(allow_nan=False), st.text(max_size=5), st.booleans()])


def plain(element: Any) -> Any:
    return element | st.lists(element, max_size=4) | st.tuples(element, element) | st.dictionaries(st.text(max_size=3), element)


@drawn(COLUMNS.flatmap(plain), COLUMNS.flatmap(plain), SCALARS)
def test_values_of_python_are_examples_as_they_are(first: Any, second: Any, result: Any) -> None:
    text = values.written(((first, second), result))
    try:
        read = read_examples([text], (), None, None).examples[0]
    except UserError as error:  # nothing says what an empty map holds
        assert error.code == "E-011"
    else:
        assert repr((*read.arguments, read.result)) == repr((first, second, result))


@pytest.mark.parametrize(
    ("example", "code"),
    [(7, "E-019"), ((1, 2, 3), "E-019"), ((object(), 1), "E-011"), (([1, "a"], 1), "E-011"), ((1, 2**70), "E-011"),
     (((1, 2, (3,)), 1), "E-011")],
)  # fmt: skip
def test_what_is_no_example_of_python_is_refused(example: Any, code: str) -> None:
    with pytest.raises(UserError) as caught:
        values.written(example)
    assert caught.value.code == code


def test_a_tuple_is_several_arguments_and_one_inside_it_a_pair() -> None:
    assert values.written(((1, 2), 3)) == "1 2 -> 3"
    assert values.written((((1, 2),), 3)) == "(1,2) -> 3"
    assert values.written(([], None)) == "[] -> none"
    assert values.written(("a b", 1.5)) == '"a b" -> 1.5'


# The face for Python ------------------------------------------------------------------------------------------------------------
def test_propose_finds_asks_and_compiles() -> None:
    found = siglum.propose("the largest of them", examples=[([1, 5, 2], 5), ([7], 7)])
    assert found.phrases[0] == "xs maximum"
    for _ in range(9):
        if found.question is None:
            break
        found.answer(max(found.question.arguments[0], default=0))
    assert found.best.compile()([3, 9, 4]) == 9
    assert found.best.run([3, 9, 4]) == 9
    assert str(found.status).endswith("not proved")
    assert repr(found).startswith("<proposed 'xs maximum'")


def test_propose_takes_functions_as_reference_and_property() -> None:
    def twice(n: int) -> int:
        return n + n

    found = siglum.propose(reference=twice, properties=[lambda n, result: result % 2 == 0])
    assert found.question is None
    assert [f.run(21) for f in found.programs] == [42]
    with pytest.raises(UserError, match="no question is open"):
        found.answer(4)


def test_propose_is_a_function_and_a_package() -> None:
    import siglum.propose.examine

    assert siglum.propose.examine.same(1, 1.0)
    assert siglum.propose("xs sum", [([1, 2], 3)], "xs:[i64] -> i64").phrases[0] == "xs sum"


def test_propose_says_what_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match="nothing to propose"):
        siglum.propose()
    notes = siglum.propose(examples=[([1, 2.5], 3.5), ([], 0)]).notes
    assert "the result is f64: some of its numbers are whole" in notes
    monkeypatch.setattr(proposing, "proposers", lambda *_: [Fixed("xs sum")])
    with pytest.raises(SiglumError, match="no program found"):
        _ = siglum.propose(examples=[([1], 2)]).best


def test_a_signature_is_shown_with_text_types(tmp_path: Path) -> None:
    found = siglum.propose("upper case", [("ab", "AB")], "s:str -> str")
    assert found.best.params == (("s", STR),)
