"""The front end over one vocabulary: parse, print, type, complete. Everything outside calls this.

Imports `siglum.ir` and its siblings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from siglum.frontend.phrase import syntax, typed
from siglum.frontend.phrase.parser import parse_program
from siglum.frontend.phrase.printer import print_program
from siglum.frontend.phrase.resolve import Resolver
from siglum.frontend.phrase.typer import type_program
from siglum.ir.types import Type, parse_type
from siglum.ir.vocabulary import Vocabulary

if TYPE_CHECKING:
    from siglum.frontend.phrase.reach import Reach

Params = tuple[tuple[str, Type], ...]

SUBJECTS = tuple(
    parse_type(text)
    for text in ("i64", "f64", "str", "bool", "char", "[i64]", "[f64]", "[str]", "[bool]", "[[i64]]", "{str:i64}", "(i64, i64)")
)
"""The types of first arguments that `next_words_for_any` tries."""


class Language:
    """Phrases over `vocabulary`; keep one, it remembers which overloads words mean."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.resolver = Resolver(vocabulary)
        self._reach: dict[Type | None, Reach] = {}

    def parse(self, text: str, params: Params = (), result: Type | None = None, source: str = "<phrase>") -> syntax.Program:
        """The untyped tree. `params` and `result` are the signature of a bare expression. Raises `UserError`."""
        return parse_program(text, self.vocabulary, source, params, result)

    def read(
        self,
        text: str,
        params: Params = (),
        result: Type | None = None,
        subject: Type | None = None,
        source: str = "<phrase>",
    ) -> typed.Program:
        """The typed tree of a text: definitions, or a bare expression with `params`, or with `it` of type `subject`.

        `result` is what a bare expression has to give; without it a result that may be absent stops. Raises `UserError`.
        """
        program = parse_program(text, self.vocabulary, source, params, result)
        return type_program(program, self.resolver, subject, result)

    def next_words(
        self, prefix: str, params: Params = (), result: Type | None = None, subject: Type | None = None
    ) -> frozenset[str]:
        """The tokens that can follow `prefix`, exactly; see `siglum.frontend.phrase.completion.next_words`."""
        from siglum.frontend.phrase.completion import next_words

        return next_words(prefix, self.resolver, params, result, subject, self._reach)

    def next_words_for_any(self, prefix: str) -> frozenset[str]:
        """As `next_words`, where nothing is known of an open phrase's subject: what can follow for some type of
        `SUBJECTS`, or without a subject.
        """
        found = self.next_words(prefix)
        for subject in SUBJECTS:
            found |= self.next_words(prefix, subject=subject)
        return found

    def print(self, program: syntax.Program) -> str:
        """The one printed form of `program`."""
        return print_program(program)
