"""Texts and definitions: what stands around expressions. The entry points of the parser.

Imports `siglum.errors`, `siglum.ir` and its siblings; the vocabulary comes in as a parameter.
"""

from __future__ import annotations

from siglum.errors import UserError, place_in
from siglum.frontend.phrase.expressions import ExpressionReader
from siglum.frontend.phrase.lexer import Token, Tokens, read_tokens
from siglum.frontend.phrase.syntax import (
    SUBJECT,
    Definition,
    Name,
    Program,
    Tree,
    mentions,
)
from siglum.ir.depth import room_for_height
from siglum.ir.types import Type, read_type
from siglum.ir.vocabulary import Shape, Vocabulary

Params = tuple[tuple[str, Type], ...]
Header = tuple[Token, Params, Type | None, int]


def parse_program(
    text: str,
    vocabulary: Vocabulary,
    source: str = "<phrase>",
    params: Params = (),
    result: Type | None = None,
) -> Program:
    """The tree of `text`: definitions, or one bare expression.

    `params` and `result` are a signature given beside the text; they belong to a bare expression, whose
    subject, if it is open, is the first of `params`, or `it` without any. Raises `UserError`, E-007 among others where
    definitions have signatures of their own.
    """
    tokens = read_tokens(text, source)
    if len(tokens.all) == 1:
        raise UserError(f"nothing to do: {source} is empty", None, 'give a phrase such as "filter even sum"', "E-009")
    with room_for_height(tokens.depth):
        return _Parser(text, source, tokens, vocabulary).program(params, result)


def parse_signature(text: str, source: str = "<signature>") -> tuple[Params, Type | None]:
    """The parameters and the result type of `xs:[i64] n:i64 -> i64`. Raises `UserError`."""
    tokens = read_tokens(text, source)
    parser = _Parser(text, source, tokens, None)
    params, result = parser.signature()
    if parser.token.kind != "end":
        raise parser.fail("this is not part of a signature", 'write it like "xs:[i64] n:i64 -> i64"')
    return params, result


def split_definition(text: str, vocabulary: Vocabulary) -> tuple[str, Params, Type | None, str, int] | None:
    """The last definition that begins in `text`: name, parameters, written result, the text in front of it, and the
    offset behind its `=`. None where `text` begins no definition. Raises `UserError`.
    """
    parser = _Parser(text, "<phrase>", read_tokens(text, "<phrase>"), vocabulary)
    parser.find_headers()
    if not parser.found:
        return None
    name, params, result, body_at = parser.found[max(parser.found)]
    return str(name.value), params, result, text[: name.start], parser.tokens[body_at - 1].end


class _Parser(ExpressionReader):
    """Definitions. `found` is what stands in front of each `=`, by the index of its first token."""

    def __init__(self, text: str, source: str, tokens: Tokens, vocabulary: Vocabulary | None) -> None:
        super().__init__(text, source, tokens, vocabulary)
        self.found: dict[int, Header] = {}

    def program(self, params: Params, result: Type | None) -> Program:
        self.find_headers()
        definitions: list[Definition] = []
        if 0 not in self.found:
            self.refuse_bracketed_parameters()
            definitions.append(self.bare(params, result))
        elif params or result is not None:
            raise UserError("a definition has its own signature", None, "leave out the one beside it", "E-007")
        while self.at in self.found:
            definitions.append(self.definition())
        if self.token.kind != "end":
            raise self.trailing()
        return Program(tuple(definitions), self.text, self.source)

    def refuse_bracketed_parameters(self) -> None:
        """Raises `UserError` for `f(x: i64) = x`, which the grammar would call an unknown word."""
        name, *rest = self.tokens[:4]
        if [t.kind for t in (name, *rest)] == ["name", "mark", "name", "mark"] and (rest[0].value, rest[2].value) == ("(", ":"):
            raise self.fail("parameters stand without parentheses", f"write {name.value} {rest[1].value}:TYPE = ...", rest[0])

    def trailing(self) -> UserError:
        token = self.token
        if token.kind == "mark" and token.value == "[":
            return self.fail("a list cannot follow a value", "write VALUE at 0 for an element; put a word between values")
        if token.kind == "mark" and token.value == "(":
            return self.fail("a value cannot follow a value", "put a word or a symbol between them")
        if token.kind == "mark" and str(token.value) in ")]}":
            return self.fail(f"`{token.value}` closes nothing", "remove it")
        if token.kind == "mark" and token.value == ":":
            return self.fail("`:` without `?`", "write CONDITION ? VALUE : OTHER; parenthesize an inner choice")
        if token.kind == "symbol" and token.value == "->":
            return self.fail("`->` stands in a definition", "write NAME PARAMETER:TYPE -> TYPE = EXPRESSION")
        if token.kind in ("int", "float", "text", "char"):
            return self.fail("a value cannot follow a value", "put a word or a symbol between them")
        return self.fail(f"`{token.value}` cannot stand here")

    def find_headers(self) -> None:
        """Reads the headers of all definitions: a definition starts the text, or a line outside brackets and choices."""
        if ":" not in self.text and "->" not in self.text:
            return
        level = pending = 0
        while self.token.kind != "end":
            token = self.token
            if token.kind == "mark":
                level += {"(": 1, "[": 1, ")": -1, "]": -1}.get(str(token.value), 0)
                pending += {"?": 1, ":": -1}.get(str(token.value), 0)
            elif token.kind == "name" and level == 0 and pending <= 0 and self.starts_header(self.at):
                start = self.at
                header = self.header()
                self.found[start] = (*header, self.at)
                pending = 0
                continue
            self.advance()
        self.starts = frozenset(self.found)
        self.go_to(0)

    def go_to(self, at: int) -> None:
        self.at = at
        self.token = self.tokens[at]

    def starts_header(self, i: int) -> bool:
        tokens = self.tokens
        if i > 0 and "\n" not in self.text[tokens[i - 1].end : tokens[i].start]:
            return False
        first = tokens[i + 1]
        if first.kind == "symbol" and first.value == "->":
            return True
        return first.kind == "name" and tokens[i + 2].value == ":" and tokens[i + 2].kind == "mark"

    def header(self) -> tuple[Token, Params, Type | None]:
        """Reads up to and including `=`; notes the definition's shape if its name may be called."""
        name = self.advance()
        self.refuse_reserved(name)
        params, result = self.signature()
        if not self.here("="):
            raise self.fail("expected `=` after the definition's parameters", "write NAME PARAMETER:TYPE = EXPRESSION")
        self.advance()
        if name.value in self.headers:
            raise self.fail(f"two definitions are called `{name.value}`", "rename one", name)
        self.headers[str(name.value)] = Shape((0,) * len(params))
        return name, params, result

    def signature(self) -> tuple[Params, Type | None]:
        params: list[tuple[str, Type]] = []
        while self.token.kind == "name":
            name = self.advance()
            self.refuse_reserved(name)
            if any(name.value == other for other, _ in params):
                raise self.fail(f"two parameters are called `{name.value}`", "rename one", name)
            if not self.here(":"):
                raise self.fail(f"the parameter `{name.value}` needs a type", f"write {name.value}:[i64]", name)
            self.advance()
            params.append((str(name.value), self.type()))
            if self.here(","):
                self.advance()
        result = None
        if self.here("->"):
            self.advance()
            result = self.type()
        return tuple(params), result

    def type(self) -> Type:
        start = self.token.start
        found, end = read_type(self.text, start, self.source)
        if found.has_vars:
            place = place_in(self.source, self.text, start, end)
            raise UserError(f"{found} is not one type", place, "write types such as i64, [f64], str, (i64, str)", "E-011")
        while self.token.start < end:
            self.advance()
        return found

    def definition(self) -> Definition:
        name, params, result, body_at = self.found[self.at]
        self.go_to(body_at)
        self.own = str(name.value) if result is None else ""
        self.scope = [n for n, _ in params]
        body = self.expression(None)
        self.own = ""
        return Definition(str(name.value), params, result, body, (name.start, name.end))

    def bare(self, params: Params, result: Type | None) -> Definition:
        start = self.token
        self.subject = params[0][0] if params else SUBJECT
        self.scope = [*(n for n, _ in params), SUBJECT]
        opened = self.starts_open()
        subject: Tree | None = Name(self.subject, (start.start, start.start)) if opened else None
        body = self.expression(subject)
        uses_it = not opened and not params and ((start.kind, start.value) == ("name", SUBJECT) or mentions(body, SUBJECT) > 0)
        self.subject = ""
        open_name = (params[0][0] if params else SUBJECT) if opened or uses_it else ""
        return Definition("", params, result, body, (start.start, self.tokens[self.at - 1].end), open_name)
