"""Expressions: tokens to untyped trees by recursive descent, one token of lookahead.

Imports `siglum.errors`, `siglum.ir.vocabulary` and its siblings. It needs only the words' shapes, never a type.
"""

from __future__ import annotations

from siglum.errors import UserError, place_in
from siglum.frontend.phrase.faults import syntax_error, unknown_word
from siglum.frontend.phrase.grammar import (
    BUILT_IN_SHAPES,
    COMPARE,
    HINTS,
    INFIX_WORDS,
    POWER,
    PRECEDENCE,
    RESERVED,
)
from siglum.frontend.phrase.lexer import MAX_INTEGER, MAX_NESTING, MIN_INTEGER, Token, Tokens, too_deep
from siglum.frontend.phrase.syntax import RUNNING, SUBJECT, Call, Choice, Function, Let, ListOf, Literal, Name, Tree
from siglum.ir.vocabulary import Shape, Vocabulary

_I64_MAX = 2**63 - 1


class ExpressionReader:
    """`scope` holds the names that stand for values here; `headers` the definitions' shapes; `starts` the tokens
    that begin a definition, where an expression ends; `own` is a name that may not mean its own definition.
    """

    def __init__(self, text: str, source: str, tokens: Tokens, vocabulary: Vocabulary | None) -> None:
        self.text, self.source = text, source
        self.tokens, self.commas = tokens.all, tokens.commas
        self.vocabulary = vocabulary
        self.at = 0
        self.token: Token = self.tokens[0]
        self.depth = 0
        self.scope: list[str] = []
        self.headers: dict[str, Shape] = {}
        self.starts: frozenset[int] = frozenset()
        self.own = ""
        self.subject = ""

    # tokens

    def advance(self) -> Token:
        token = self.token
        self.at += 1
        self.token = self.tokens[self.at]
        return token

    def here(self, value: str) -> bool:
        token = self.token
        return token.value == value and token.kind in ("mark", "symbol")

    def expect(self, value: str, opened: Token) -> Token:
        if not self.here(value):
            place = place_in(self.source, self.text, opened.start, opened.end)
            if self.token.kind == "end":
                raise self.fail(f"`{opened.value}` at {place.line}:{place.column} is not closed", f"add `{value}`")
            raise self.fail(f"expected `{value}` here", f"it closes `{opened.value}` at {place.line}:{place.column}")
        return self.advance()

    def fail(self, message: str, fix: str = "", token: Token | None = None) -> UserError:
        token = token or self.token
        return syntax_error(message, fix, self.text, self.source, (token.start, token.end))

    # words

    def shape(self, name: str) -> Shape | None:
        found = self.headers.get(name) if name != self.own else None
        if found is None and self.vocabulary is not None:
            found = self.vocabulary.shape(name) or BUILT_IN_SHAPES.get(name)
        return found

    def word(self, token: Token) -> tuple[str, Shape] | None:
        """The word a name or symbol token stands for, synonyms resolved."""
        name = str(token.value)
        shape = self.shape(name)
        if shape is None and self.vocabulary is not None:
            other = self.vocabulary.synonym(name)
            if other is not None:
                name, shape = other, self.shape(other)
        return None if shape is None else (name, shape)

    def unknown(self, token: Token) -> UserError:
        name = str(token.value)
        if name in HINTS:
            return self.fail(f"`{name}` is not a word", HINTS[name], token)
        if name in (SUBJECT, RUNNING):
            where = "a function" if name == SUBJECT else "the function of `fold` or `scan`"
            return self.fail(f"`{name}` stands only inside {where}", "name the value with `as`", token)
        if name in self.scope:
            return self.fail(f"a word is wanted here; `{name}` is the name of a value", "put a symbol between", token)
        if name == self.own:
            fix = f"a definition that calls itself writes its result: {name} ... -> TYPE = ..."
            return self.fail(f"`{name}` does not know itself", fix, token)
        if token is self.tokens[0] and self.tokens[1].value == "=":
            fix = f"a definition without parameters writes its result: {name} -> i64 = ..."
            return self.fail(f"unknown word `{name}`", fix, token)
        if token is self.tokens[0] and self.tokens[1].kind == "name" and any(t.value == "=" for t in self.tokens[2:9]):
            untyped = self.tokens[1].value
            fix = f"a definition writes its parameters' types: {name} {untyped}:[i64] = ..."
            return self.fail(f"unknown word `{name}`", fix, token)
        assert self.vocabulary is not None
        span = (token.start, token.end)
        return unknown_word(name, [*self.headers, *self.scope], self.vocabulary, self.text, self.source, span)

    def refuse_reserved(self, name: Token) -> None:
        if name.value in RESERVED:
            raise self.fail(f"`{name.value}` has a meaning of its own", "choose another name", name)

    # expressions

    def expression(self, subject: Tree | None) -> Tree:
        self.depth += 1
        if self.depth > MAX_NESTING + 1:
            raise too_deep(self.text, self.token.start, self.source)
        value = self.choice(subject)
        while self.token.value == "|" and self.here("|"):
            bar = self.advance()
            if not self.starts_open():
                raise self.fail("after `|` a word or symbol goes on with the value so far", "", bar)
            value = self.choice(value)
        if self.token.kind == "name" and self.token.value == "as":
            self.advance()
            name = self.token
            if name.kind != "name":
                raise self.fail("`as` needs a name", "write VALUE as NAME EXPRESSION")
            self.refuse_reserved(name)
            self.advance()
            if self.token.kind == "end" or self.here(")"):
                raise self.fail(f"after `as {name.value}` an expression is missing", f"say what to do with `{name.value}`")
            self.scope.append(str(name.value))
            body = self.expression(None)
            self.scope.pop()
            value = Let(str(name.value), value, body, (name.start, name.end))
        self.depth -= 1
        return value

    def choice(self, subject: Tree | None) -> Tree:
        value = self.infix(subject)
        if self.token.value != "?":
            return value
        taken: list[tuple[Tree, Tree, Token]] = []
        while self.here("?"):
            mark = self.advance()
            then = self.infix(None)
            if not self.here(":"):
                if self.token.kind == "name" and self.token.value == "as":
                    raise self.fail("inside `? :` a value is named in parentheses", "write (VALUE as NAME EXPRESSION)")
                if self.here("?"):
                    raise self.fail("a choice in the first arm needs parentheses", "write c ? (d ? x : y) : z")
                raise self.fail("`?` needs `:` and the other value", "write CONDITION ? VALUE : OTHER", mark)
            self.advance()
            taken.append((value, then, mark))
            value = self.infix(None)
        for condition, then, mark in reversed(taken):
            value = self.checked(Choice(condition, then, value, (mark.start, mark.end)), mark)
        return value

    def infix(self, subject: Tree | None) -> Tree:
        operand = self.chain(subject)
        token = self.token
        if token.value not in PRECEDENCE or token.kind not in ("symbol", "name"):
            return operand
        operands = [operand]
        operators: list[tuple[int, Token]] = []
        while token.kind in ("symbol", "name") and token.value in PRECEDENCE:
            tightness = PRECEDENCE[str(token.value)]
            while operators and (operators[-1][0] > tightness or (operators[-1][0] == tightness and tightness != POWER)):
                if operators[-1][0] == tightness == COMPARE:
                    first = operators[-1][1].value
                    raise self.fail("comparisons do not chain", f"join them with `and`: a {first} b and b {token.value} c", token)
                self.reduce(operands, operators)
            operators.append((tightness, self.advance()))
            operands.append(self.chain(None))
            token = self.token
        while operators:
            self.reduce(operands, operators)
        return operands[0]

    def reduce(self, operands: list[Tree], operators: list[tuple[int, Token]]) -> None:
        _, token = operators.pop()
        found = self.word(token)
        if found is None:
            raise self.unknown(token)
        right = operands.pop()
        operands[-1] = self.checked(Call(found[0], (operands[-1], right), (token.start, token.end)), token)

    def checked(self, tree: Tree, token: Token) -> Tree:
        if tree.height > MAX_NESTING:
            raise too_deep(self.text, token.start, self.source)
        return tree

    def chain(self, subject: Tree | None) -> Tree:
        value = self.atom() if subject is None else subject
        while True:
            token = self.token
            if token.kind == "mark" and token.value == ".":
                self.advance()
                if self.token.kind != "name":
                    raise self.fail("a word must follow `.`", "", token)
                continue
            if token.kind != "name" or token.value in INFIX_WORDS or token.value == "as":
                return value
            if self.at in self.starts:
                return value
            self.advance()
            value = self.link(value, token)

    def link(self, value: Tree, token: Token) -> Tree:
        found = self.word(token)
        if found is None:
            raise self.unknown(token)
        name, shape = found
        wanted = shape.functions[1:]
        if not shape.functions:
            raise self.fail(f"`{name}` takes no arguments and starts a value", "put a symbol before it", token)
        args: list[Tree | Function] = [value]
        if self.glued_list(token, len(wanted)):
            args += self.argument_list(name, wanted, token)
        else:
            for number, takes in enumerate(wanted, 2):
                args.append(self.function(name, takes) if takes else self.argument(name, number, shape))
        return self.checked(Call(name, tuple(args), (token.start, token.end)), token)

    def argument(self, word: str, number: int, shape: Shape) -> Tree:
        token = self.token
        starts = token.kind in ("int", "float", "text", "char", "name") or self.here("(") or self.here("[")
        if not starts and not self.negative_literal():
            what = f"`{word}` takes {shape.arity} arguments; argument {number} is missing"
            raise self.fail(what, f"write it after `{word}`, in parentheses if it is more than one word")
        return self.atom()

    def glued_list(self, word: Token, wanted: int) -> bool:
        """Whether `word` is followed by `(a, b)` or `()` without a space, which is another way to write arguments."""
        token = self.token
        if token.start != word.end or not self.here("("):
            return False
        given = self.given(self.at)
        return given > 1 or (given == 0 and wanted == 0)

    def given(self, opened: int) -> int:
        """How many arguments stand in the parentheses that open at this token."""
        after = self.tokens[opened + 1]
        return 0 if after.kind == "mark" and after.value == ")" else self.commas[opened] + 1

    def argument_list(self, word: str, wanted: tuple[int, ...], token: Token) -> list[Tree | Function]:
        given = self.given(self.at)
        opened = self.advance()
        if given != len(wanted):
            plural = "" if len(wanted) == 1 else "s"
            raise self.fail(f"`{word}` takes {len(wanted)} argument{plural} here, not {given}", "", token)
        args: list[Tree | Function] = []
        for takes in wanted:
            if args:
                self.expect(",", opened)
            if takes:
                after = self.tokens[self.at + 1]
                bare = after.kind == "mark" and after.value in (",", ")") and self.token.kind in ("name", "symbol")
                args.append(self.function(word, takes) if bare else self.function_body(takes))
            else:
                args.append(self.expression(None))
        self.expect(")", opened)
        return args

    def function(self, word: str, arity: int) -> Function:
        token = self.token
        if self.here("."):
            token = self.tokens[self.at + 1]
        if self.here("("):
            opened = self.advance()
            found = self.function_body(arity)
            self.expect(")", opened)
            return found
        if token.kind not in ("name", "symbol"):
            raise self.fail(f"`{word}` wants a function here", f"write a word, or an expression with `it`: {word} (...)")
        named = self.word(token)
        if named is None:
            if token.value in self.scope:
                raise self.fail(f"`{word}` wants a function; `{token.value}` is a value", f"write {word} (...) with `it`", token)
            raise self.unknown(token)
        if named[1].arity != arity or named[1].takes_functions:
            gives = "one value (`it`)" if arity == 1 else "two values (`acc` and `it`)"
            takes = f"{named[1].arity} argument{'' if named[1].arity == 1 else 's'}"
            fix = f"write the rest in parentheses: {word} ({named[0]} ...)"
            raise self.fail(f"`{word}` gives its function {gives}; `{named[0]}` takes {takes}", fix, token)
        if self.here("."):
            self.advance()
        self.advance()
        span = (token.start, token.end)
        args: tuple[Tree, ...] = (Name(SUBJECT, (token.start, token.start)),)
        if arity == 2:
            args = (Name(RUNNING, (token.start, token.start)), *args)
        return Function(Call(named[0], args, span), arity, span)

    def function_body(self, arity: int) -> Function:
        start = self.token
        bound = [SUBJECT] if arity == 1 else [RUNNING, SUBJECT]
        self.scope += bound
        outer, self.subject = self.subject, SUBJECT
        opened = self.starts_open()
        body = self.expression(Name(SUBJECT, (start.start, start.start)) if opened else None)
        self.subject = outer
        del self.scope[-len(bound) :]
        return Function(body, arity, (start.start, self.tokens[self.at - 1].end))

    def starts_open(self) -> bool:
        """Whether an expression starts here with its first atom left out."""
        token = self.token
        if token.kind == "symbol":
            return not self.negative_literal()
        if token.kind == "mark":
            return token.value in ("?", ".")
        if token.kind != "name" or (token.value in self.scope and not self.after_bar()):
            return False
        if token.value in ("true", "false", "True", "False"):
            return False
        if token.value in INFIX_WORDS or token.value == "as":
            return True
        found = self.word(token)
        if found is None:
            return token.value not in (SUBJECT, RUNNING)
        arity = found[1].arity
        following = self.tokens[self.at + 1]
        if arity and following.value == "(" and following.kind == "mark" and following.start == token.end:
            return self.given(self.at + 1) == arity - 1
        return arity > 0

    def after_bar(self) -> bool:
        before = self.tokens[self.at - 1]
        return self.at > 0 and before.kind == "mark" and before.value == "|"

    def negative_literal(self) -> bool:
        token = self.token
        if token.kind != "symbol" or token.value != "-":
            return False
        after = self.tokens[self.at + 1]
        return after.kind in ("int", "float") and after.start == token.end

    def atom(self) -> Tree:
        token = self.token
        kind = token.kind
        if kind == "name":
            return self.named_atom()
        if kind in ("int", "float") or self.negative_literal():
            return self.number()
        if kind in ("text", "char"):
            self.advance()
            return Literal(token.value, "str" if kind == "text" else "char", (token.start, token.end))
        if self.here("("):
            return self.parenthesized()
        if self.here("["):
            return self.list()
        if kind == "end":
            raise self.fail("a value is missing at the end", "write a name, a literal or ( ... )")
        if token.value == "-":
            raise self.fail("a value is missing before `-`", "a negative number has no space after the minus")
        raise self.fail(f"a value is missing before `{token.value}`", "write a name, a literal or ( ... )")

    def number(self) -> Tree:
        start = self.token.start
        negative = self.token.kind == "symbol"
        if negative:
            self.advance()
        token = self.advance()
        span = (start, token.end)
        assert isinstance(token.value, (int, float))
        value = -token.value if negative else token.value
        if token.kind == "float":
            return Literal(value, "f64", span)
        if value < MIN_INTEGER or value > MAX_INTEGER:
            raise UserError(f"{value} does not fit i64", place_in(self.source, self.text, *span), "", "E-018")
        return Literal(value, "i64" if value <= _I64_MAX else "u64", span)

    def named_atom(self) -> Tree:
        token = self.token
        name = str(token.value)
        span = (token.start, token.end)
        if name in self.scope:
            self.advance()
            if name == SUBJECT and self.subject and self.subject != SUBJECT:
                name = self.subject
            return Name(name, span)
        if name in ("true", "false"):
            self.advance()
            return Literal(name == "true", "bool", span)
        found = self.word(token)
        if found is None:
            if name in ("True", "False"):
                self.advance()
                return Literal(name == "True", "bool", span)
            raise self.unknown(token)
        word, shape = found
        following = self.tokens[self.at + 1]
        if not shape.functions:
            self.advance()
            if self.glued_list(token, 0):
                self.argument_list(word, (), token)
            return Call(word, (), span)
        if following.kind == "mark" and following.value == "(" and following.start == token.end:
            self.advance()
            args = self.argument_list(word, shape.functions, token)
            return self.checked(Call(word, tuple(args), span), token)
        if name in INFIX_WORDS:
            raise self.fail(f"a value is missing before `{name}`", "", token)
        raise self.fail(f"`{name}` needs a value before it", f"write VALUE {name}", token)

    def parenthesized(self) -> Tree:
        opened = self.advance()
        if self.here(")"):
            raise self.fail("the parentheses are empty", "write an expression between them")
        if self.token.kind == "symbol" and not self.negative_literal():
            raise self.fail(f"a value is missing before `{self.token.value}`", "no function is wanted here")
        value = self.expression(None)
        if self.here(",") and self.shape("pair") is not None:
            comma = self.advance()
            second = self.expression(None)
            span = (comma.start, comma.end)
            value = self.checked(Call("pair", (value, second), span), opened)
        self.expect(")", opened)
        return value

    def list(self) -> Tree:
        separated = self.commas[self.at] > 0
        opened = self.advance()
        self.depth += 1
        elements: list[Tree] = []
        while not self.here("]"):
            if self.token.kind == "end":
                self.expect("]", opened)
            if separated:
                elements.append(self.expression(None))
                if self.here(","):
                    self.advance()
                elif not self.here("]"):
                    raise self.fail("expected `,` or `]` in the list", "")
            elif self.token.kind in ("symbol", "mark") and not (self.negative_literal() or self.here("(") or self.here("[")):
                raise self.fail("an element of a list is one value", "put it in parentheses: [(a + b) c]")
            else:
                elements.append(self.atom())
        self.depth -= 1
        closed = self.advance()
        return self.checked(ListOf(tuple(elements), (opened.start, closed.end)), opened)
