"""`next_words`: exactly the tokens that can follow a prefix, from the grammar and the types.

Imports `siglum.errors`, `siglum.ir` and its siblings.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from siglum.frontend.phrase.grammar import PRECEDENCE
from siglum.frontend.phrase.lexer import Token, read_tokens
from siglum.frontend.phrase.parser import parse_program, split_definition
from siglum.frontend.phrase.reach import LITERALS, Reach
from siglum.frontend.phrase.resolve import Resolver
from siglum.frontend.phrase.rules import literal_flex
from siglum.frontend.phrase.states import Frame, Items, Level, Lexicon, Naming, Pending, Step, Value, scope_of
from siglum.frontend.phrase.syntax import SUBJECT
from siglum.frontend.phrase.typed import DefinedWord
from siglum.frontend.phrase.typer import type_program
from siglum.ir.types import CHAR, F64, I64, STR, U64, Type

END = "END"
NAME = "NAME"
MARKS = ("(", ")", "[", "]", "|", "?", ":", "as", "true", "false")

Params = tuple[tuple[str, Type], ...]
_I64_MAX = 2**63 - 1


def next_words(
    prefix: str,
    resolver: Resolver,
    params: Params = (),
    result: Type | None = None,
    subject: Type | None = None,
    known: dict[Type | None, Reach] | None = None,
) -> frozenset[str]:
    """The tokens that can follow `prefix` so that some continuation is a phrase with types; empty if none can.

    Words, symbols, names in scope and marks stand for themselves; INTEGER, FLOAT, TEXT and CHARACTER for some
    literal of the kind, NAME for a new name after `as`, END for the end of the text. `params`, `result` and `subject`
    are as for reading; a prefix may also be that of a definition's body. The prefix is in the printed spelling
    (names and words apart, no argument lists in parentheses) and its last token is taken as finished. `known` keeps
    what was found out about the vocabulary from call to call. Raises `UserError` where its characters, the definitions
    before it or its signature are refused.
    """
    return Completion(prefix, resolver, params, result, subject, known).following()


class Completion:
    """The states after a prefix."""

    def __init__(
        self,
        prefix: str,
        resolver: Resolver,
        params: Params,
        result: Type | None,
        subject: Type | None,
        known: dict[Type | None, Reach] | None = None,
    ) -> None:
        defined: dict[str, DefinedWord] = {}
        start, open_value = 0, None
        scope: dict[str, Type] = {}
        head = split_definition(prefix, resolver.vocabulary)
        if head is None:
            if not params and subject is not None:
                params = ((SUBJECT, subject),)
            if params:
                open_value = Value(params[0][1])
                scope[SUBJECT] = params[0][1]
        else:
            name, params, result, before, start = head
            if before.strip():
                program = parse_program(before, resolver.vocabulary)
                for definition in type_program(program, resolver).definitions:
                    types = tuple((p.name, p.type) for p in definition.params)
                    defined[definition.name] = DefinedWord(definition.name, types, definition.result)
            defined.pop(name, None)
            if result is not None:
                defined[name] = DefinedWord(name, params, result)
        scope.update(params)
        reach = known.get(result) if known is not None and not defined else None
        if reach is None:
            reach = Reach(Lexicon(resolver, defined), result)
            if known is not None and not defined:
                known[result] = reach
        self.reach, self.lexicon = reach, reach.lexicon
        self.reader = self.reach.reader
        self.states: list[Frame] = [Level(None, scope, open_value)]
        self.read(prefix, start)

    def read(self, prefix: str, start: int) -> None:
        """Takes the states over the tokens of `prefix` from offset `start` on."""
        tokens = [t for t in read_tokens(prefix, "<prefix>").all if t.start >= start]
        minus = None
        for token, following in pairwise(tokens):
            if token.value == "-" and following.kind in ("int", "float") and following.start == token.end:
                if self.states and _atom_may_start(self.states[0]):
                    minus = token
                    continue
            self.states = [step.frame for step in self.after(_meaning(token, minus is not None))]
            minus = None

    def following(self) -> frozenset[str]:
        if not self.states:
            return frozenset()
        if isinstance(self.states[0], Naming):
            return frozenset((NAME,))
        self.reach.forget_frames()
        found = {token for token in self.candidates() if self.allows(token)}
        for kind, values in LITERALS.items():
            if any(self.can_complete(self.after(value)) for value in values):
                found.add(kind)
        if self.ends():
            found.add(END)
        return frozenset(found)

    def candidates(self) -> Iterable[str]:
        yield from self.lexicon.names
        yield from PRECEDENCE
        yield from MARKS
        yield from scope_of(self.states[0])

    def allows(self, token: str) -> bool:
        return self.can_complete(self.after(token))

    def can_complete(self, steps: list[Step]) -> bool:
        return any(self.reach.viable(step.frame) for step in steps)

    def ends(self) -> bool:
        """Whether the phrase may end here: the reading preferred first decides, and none is left open."""
        for state in self.states:
            if isinstance(state, Level) and state.below is None:
                value = self.reader.finished(state)
                if value is not None and self.reach.satisfies(value):
                    return True
        return False

    def after(self, token: str | Value) -> list[Step]:
        """The states after one more token, of each call with functions that it completes the preferred reading only."""
        steps: list[Step] = []
        for state in self.states:
            if isinstance(token, Value):
                steps += self.reader.deliver(state, token) if _atom_may_start(state) else ()
            else:
                steps += self.reader.step(state, token)
        best: dict[tuple[int, int], Pending] = {}
        for step in steps:
            if step.finished is not None:
                key = _call(step.finished)
                if key not in best or step.finished.rank < best[key].rank:
                    best[key] = step.finished
        return [s for s in steps if s.finished is None or s.finished.rank == best[_call(s.finished)].rank]


def _call(pending: Pending) -> tuple[int, int]:
    return id(pending.level), len(pending.values)


def _atom_may_start(frame: Frame) -> bool:
    if isinstance(frame, Level):
        return frame.value is None
    return isinstance(frame, Items) or (isinstance(frame, Pending) and not frame.takes)


def _meaning(token: Token, negative: bool) -> str | Value:
    value = token.value
    if token.kind in ("int", "float"):
        assert isinstance(value, (int, float))
        type_ = F64 if token.kind == "float" else I64 if value <= _I64_MAX else U64
        return Value(type_, literal_flex(-value if negative else value, type_))
    if token.kind in ("text", "char"):
        type_ = STR if token.kind == "text" else CHAR
        return Value(type_, literal_flex(value, type_), token.kind == "text")
    return str(value)
