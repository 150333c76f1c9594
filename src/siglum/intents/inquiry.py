"""Programs for an intent, the question that tells them apart, and what an answer leaves: until one behaviour is left.

Imports `proposing`, `propose`, `comparison` and its siblings.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from siglum import comparison, proposing
from siglum.errors import UserError
from siglum.intents import evidence
from siglum.intents.failures import Tried, agrees, nothing_found
from siglum.intents.given import Intent, signature_text
from siglum.intents.listening import Listener
from siglum.intents.watching import Stated, Watch, Watched
from siglum.propose.alternatives import STOPPED, Alternative, unreadable
from siglum.propose.alternatives import Question as Asked
from siglum.propose.apart import Apart
from siglum.propose.constants import constants_of, near
from siglum.propose.examine import RUNS, STOPS, Program, called, examined, language, same, shown
from siglum.propose.protocol import Proposer
from siglum.proposing import Proposed
from siglum.records import Candidate, Consistent, Example, Feedback, Spec

if TYPE_CHECKING:
    from siglum.propose.search.enumerator import Progress

UNLIKELY_BITS: Final = 16.0
"""A program that costs so much more than the cheapest one is no alternative that is asked about."""


class Choice(NamedTuple):
    """One answer to a question: the result as a person would write it, the programs that give it, and the whole answer as
    `INPUT -> RESULT`.
    """

    result: str
    programs: tuple[str, ...]
    answer: str


class Question(NamedTuple):
    """An input on which programs differ, as values and as a person would write it, and the answers there are, likeliest first."""

    arguments: tuple[Any, ...]
    input: str
    choices: tuple[Choice, ...]


class Inquiry:
    """The search for an intent and the questions about what it found. On Ctrl-C during a search, what was found is kept and
    `interrupted` is set; without anything found KeyboardInterrupt goes on.
    """

    def __init__(
        self,
        intent: Intent,
        watch: Watch | None = None,
        asked: Callable[[], Sequence[Proposer]] | None = None,
        stated: str = "",
    ) -> None:
        """Searches, with `asked` in place of the usual proposers; `stated` is a phrase that is a candidate beside theirs. The
        intent's model is asked beside them, and once more only where an answer has left no program.
        """
        self.intent = intent
        self.stated = stated
        self.spec = intent.spec
        self.watch = watch or Watch()
        self.asked = asked
        self.advice = intent.advice
        self.stops = list(intent.stops)
        self.given = intent.given
        self.interrupted = self.taken = False
        self.candidates = 0
        """Combinations that searches have tried."""
        self.examined = 0
        self.seconds = 0.0
        self.proposed = self._search()
        if self.interrupted and not self.programs:
            raise KeyboardInterrupt
        for arguments in self.stops:
            self._keep_stopping(arguments)
        self._settle_by_reference()

    # What is there --------------------------------------------------------------------------------------------------------
    @property
    def programs(self) -> list[Program]:
        """Programs of different behaviour that agree with everything given, the cheapest first."""
        return self.proposed.programs

    @property
    def likely(self) -> list[Program]:
        """Those programs that are not much less likely than the cheapest one."""
        return [one.program for one in self._likely()]

    def _likely(self) -> list[Alternative]:
        found = self.proposed.alternatives.found
        return [one for one in found if one.cost - found[0].cost < UNLIKELY_BITS]

    @property
    def best(self) -> Program:
        """The cheapest program. Raises `SiglumError` E-091 (exit 4) where there is none, with what was tried."""
        if not self.programs:
            tried = Tried(self.candidates, self.examined, self.seconds)
            shown = self.intent.given or len(self.intent.spec.examples)
            raise nothing_found(self.spec, shown, self.proposed.feedback, tried, self.advice)
        return self.programs[0]

    def program(self) -> comparison.Program:
        """The cheapest program, to be built. Raises as `best`."""
        return self._compiled(self.best)

    def compiled(self) -> list[comparison.Program]:
        """All programs, to be built."""
        return [self._compiled(program) for program in self.programs]

    def _compiled(self, program: Program) -> comparison.Program:
        signature = signature_text(self.spec.params, program.result)
        return comparison.program_again(program.text, "<phrase>", "", signature, self.spec.overflow)

    @property
    def status(self) -> Consistent:
        """What is known of the cheapest program beside the intent."""
        return Consistent(self.given, max(0, len(self.likely) - 1))

    @property
    def is_open(self) -> bool:
        """Whether a question is open: several likely programs agree with everything given, or there was nothing to agree with."""
        unchecked = not self.given and not self.stops and self.spec.reference is None
        return not self.taken and (len(self.likely) > 1 or unchecked)

    def question(self) -> Question | None:
        """The question that leaves fewest programs whatever the answer; None where no two are known to differ. Where there was
        nothing to agree with, one program is asked about too.
        """
        if not self.is_open or not self.programs:
            return None
        found = self._likely_question() or self._first_question()
        given = called(self.spec, found.arguments)
        programs: dict[str, list[str]] = {}
        for program, answer in zip(self.likely, found.answers, strict=True):
            programs.setdefault(answer, []).append(program.text)
        choices = []
        for result, texts in programs.items():
            sayable = result != STOPPED or self.programs[0].result not in evidence.TEXTS
            choices.append(Choice(result, tuple(texts), f"{given} -> {result}" if sayable else ""))
        return Question(found.arguments, given, tuple(choices))

    def _likely_question(self) -> Asked | None:
        alternatives = self.proposed.alternatives
        found = alternatives.found
        alternatives.found = self._likely()
        try:
            return alternatives.question()
        finally:
            alternatives.found = found

    def _first_question(self) -> Asked:
        """About the most readable input."""
        arguments = min(self.proposed.alternatives.probes, key=unreadable, default=())
        stops = _stops(self.best, arguments)
        got = STOPPED if stops else shown(self.best(*arguments), self.best.result)
        return Asked(arguments, (got,) * len(self.likely))

    # Answers --------------------------------------------------------------------------------------------------------------
    def choose(self, question: Question, choice: Choice) -> None:
        """Takes one of the answers there are."""
        if choice.result == STOPPED:
            self.stops.append(question.arguments)
            self._keep_stopping(question.arguments)
            self._search_again(0)
        else:
            program = next(p for p in self.programs if p.text in choice.programs)
            self.learn(Example(question.arguments, program(*question.arguments)), by_person=True)

    def answer(self, question: Question, text: str) -> None:
        """Takes a value as the answer, also one that no program gives. Raises `UserError` for what is no such value."""
        text = text.strip()
        choice = next((c for c in question.choices if c.result == text), None)
        if choice is None:
            read = evidence.read((), (), [f"{question.input} -> {text}"], self.spec.params, self.best.result)
            if not read.stops:
                self.learn(read.examples[0], by_person=True)
                return
        self.choose(question, choice or Choice(STOPPED, (), text))

    def take(self) -> None:
        """Takes the cheapest program as what is meant."""
        del self.proposed.alternatives.found[1:]
        self.taken = True

    def learn(self, example: Example, by_person: bool = False) -> None:
        """Adds an example and keeps the programs that agree; searches again where none is left, or where a person's answer has
        left one that others may agree with.
        """
        self.spec = replace(self.spec, examples=(*self.spec.examples, example))
        self.given += by_person
        self.proposed.alternatives.settle(example)
        self._search_again(1 if by_person else 0)

    def refute(self, arguments: tuple[Any, ...]) -> bool:
        """Learns from an input on which the cheapest program was refuted. False where there is nothing to learn: the reference
        has no result there, or had said it already.
        """
        assert self.spec.reference is not None
        if any(same(list(arguments), list(e.arguments)) for e in self.spec.examples):
            return False
        try:
            expected = self.spec.reference(*arguments)
        except STOPS:
            return False
        self.learn(Example(arguments, expected))
        self._settle_by_reference()
        return True

    # Searching ------------------------------------------------------------------------------------------------------------
    def _search(self, ask: bool = True) -> Proposed:
        """What is found in the time there is, which all searches beside a reference share; what those teach that fail beside a
        reference is in the next round's examples. The
        model is asked too, or (`ask`) only what it has said before is looked at.
        """
        begun = 0.0 if self.spec.reference is not None else self.seconds
        end = begun + self.spec.budget.seconds
        if self.advice and ask:
            self.advice.begin(self.spec)
        try:
            while True:
                left = max(0.01, end - self.seconds)
                spec = replace(self.spec, budget=replace(self.spec.budget, seconds=left))
                lessons: list[tuple[Any, ...]] = []
                listener = Listener(self.advice, spec, lessons, self.watch, self._more) if self.advice else None
                found = self._round(spec, lessons, listener)
                again = lessons or (listener and listener.seeds)
                if found.programs or self.interrupted or not again or self.seconds > end:
                    return found
                self._take_lessons(lessons)
        finally:
            if self.advice:
                self.advice.end()

    @property
    def _more(self) -> float:
        """Beside a reference the first program that passes will do."""
        return 0.0 if self.spec.reference is not None else proposing.MORE

    def _round(self, spec: Spec, lessons: list[tuple[Any, ...]], listener: Listener | None) -> Proposed:
        before = self.candidates

        def searching(how: Progress) -> None:
            self.candidates = before + how.candidates
            self.watch.searching(self.candidates, how.bits, how.values, how.memory)
            if listener:
                listener.listen()

        deadline = proposing.Deadline()
        asked = list(self.asked() if self.asked else proposing.proposers(searching, deadline))
        try:
            failed = listener.recall() if listener else []
            refused = self._refused(spec)
            if refused is not None:
                failed.append(refused)
            elif self.stated:
                asked.insert(0, Stated(self.stated))
            watched = [Watched(one, self.watch, lessons) for one in asked]
            found = proposing.propose(spec, watched, more=self._more, feedback=failed, deadline=deadline)
            if listener:
                self._listen_to_the_end(listener, found)
        except KeyboardInterrupt as interrupt:
            kept = getattr(interrupt, "proposed", None)
            if not isinstance(kept, Proposed):
                raise
            found, self.interrupted = kept, True
            if listener:
                listener.rest(found, wait=False)
        finally:
            self.watch.over()
        self.examined += found.examined
        self.seconds += found.seconds
        return found

    def _refused(self, spec: Spec) -> Feedback | None:
        """Why the stated phrase fails; found out in a process of its own, for it need not end."""
        if not self.stated:
            return None
        with closing(Apart()) as apart:
            result = examined(spec, Candidate(self.stated, Stated.name), apart.program)
        return result if isinstance(result, Feedback) else None

    def _listen_to_the_end(self, listener: Listener, found: Proposed) -> None:
        """Waits for the model, unless a reference has said that what was found will do, or what it said is to begin anew with."""
        done = self._more == 0.0 and (found.programs or listener.programs)
        try:
            listener.rest(found, wait=not done and not listener.seeds)
        except KeyboardInterrupt:
            self.interrupted = True

    def _take_lessons(self, lessons: Sequence[tuple[Any, ...]]) -> None:
        if self.spec.reference is None:
            return
        learned = {repr(arguments): Example(arguments, self.spec.reference(*arguments)) for arguments in lessons}
        self.spec = replace(self.spec, examples=(*self.spec.examples, *learned.values()))

    def _search_again(self, enough: int) -> None:
        """Where at most `enough` likely programs are left, searches for others; those that are left are kept."""
        left = self.programs
        over = self.spec.reference is not None and self.seconds >= self.spec.budget.seconds
        if len(self.likely) > enough or self.interrupted or over:
            return
        self.proposed = self._search(ask=not left)
        for program in left:
            self.proposed.alternatives.add(program)
        for arguments in self.stops:
            self._keep_stopping(arguments)
        if self.interrupted and not self.programs:
            raise KeyboardInterrupt

    def _keep_stopping(self, arguments: tuple[Any, ...]) -> None:
        found = self.proposed.alternatives.found
        found[:] = [one for one in found if _stops(one.program, arguments)]

    def _against(self) -> list[tuple[Any, ...]]:
        """Inputs on which proposers saw programs fail."""
        found = [p for one in self.proposed.alternatives.found for p in (one.program, *one.others)]
        return [arguments for program in found for arguments in program.candidate.against]

    def _settle_by_reference(self) -> None:
        """Lets the reference answer; of programs that differ only where it has no result the cheapest is taken."""
        call = self.spec.reference
        if call is None:
            return
        types = [t for _, t in self.spec.params]
        while self.programs:
            made = evidence.by_reference(self.spec, call, RUNS, chain(self._against(), near(constants_of(call), types)))
            wrong = next((e for e in made if not agrees(self.programs[0], e)), None)
            if wrong is None:
                break
            self.learn(wrong)
        self.take()


def inquire(intent: Intent, watch: Watch | None = None) -> Inquiry:
    """The inquiry into an intent, or into a phrase: that is one candidate, and what else agrees with the evidence are others.
    Raises `UserError` E-007 for a Python function, which is no candidate.
    """
    own = intent.program
    if own is None:
        return Inquiry(intent, watch)
    if own.name:
        fix = "to find others that do the same give it as the reference: --ref FILE.py:NAME"
        raise UserError(f"`{own.name}` is a program already", None, fix, "E-007")
    return Inquiry(replace(intent, spec=replace(intent.spec, phrase=own.text)), watch, stated=bare(own.text))


def bare(text: str) -> str:
    """The expression of a text that is one definition; the text itself where it is something else."""
    from siglum.frontend.phrase.printer import print_tree

    try:
        definitions = language().parse(text).definitions
    except UserError:
        return text
    main = definitions[-1]
    if len(definitions) > 1 or not main.name:
        return text
    return print_tree(main.body, frozenset(name for name, _ in main.params))


def _stops(program: Program, arguments: tuple[Any, ...]) -> bool:
    try:
        program(*arguments)
    except STOPS:
        return True
    return False
