"""GBNF read without the code that writes it: derivations drawn at random, and recognition as llama.cpp does it, by stacks."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from functools import cache, cached_property

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"\\]|\\.)*")|(?P<set>\[(?:[^\]\\]|\\.)*\])|(?P<name>[a-z][a-z0-9-]*)|(?P<mark>[()|?*+]))"""
)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


@dataclass(frozen=True)
class Characters:
    """One character of these ranges."""

    ranges: tuple[tuple[int, int], ...]

    def holds(self, character: str) -> bool:
        return any(low <= ord(character) <= high for low, high in self.ranges)


@dataclass(frozen=True)
class Name:
    """A rule, by its number."""

    number: int


Part = Characters | Name
Alternative = tuple[Part, ...]
Stack = tuple[Part, ...]


def unescaped(text: str) -> list[str]:
    """The characters of a quoted text or of a set, each escape as one."""
    found = re.findall(r"\\u[0-9A-Fa-f]{4}|\\.|[^\\]", text, re.DOTALL)
    return [chr(int(c[2:], 16)) if c[:2] == "\\u" else _ESCAPES.get(c[1], c[1]) if c[0] == "\\" else c for c in found]


@cache
def written(text: str) -> tuple[Characters, ...]:
    """The characters of a quoted text."""
    return tuple(Characters(((ord(c), ord(c)),)) for c in unescaped(text[1:-1]))


class Gbnf:
    """The rules of a text. Raises ValueError where it is no GBNF, a rule is missing or starts with itself."""

    def __init__(self, text: str) -> None:
        self.numbers: dict[str, int] = {}
        self.rules: dict[int, list[Alternative]] = {}
        for line in text.split("\n"):
            if line and not line.startswith("#"):
                name, definition = line.split(" ::= ", 1)
                self._tokens = list(_TOKEN.finditer(definition))
                if "".join(m.group() for m in self._tokens).replace(" ", "") != definition.replace(" ", ""):
                    raise ValueError(line)
                self._at = 0
                self._define(self._number(name), self._alternatives())
        missing = [name for name, number in self.numbers.items() if number not in self.rules]
        if missing or "root" not in self.numbers:
            raise ValueError(f"not defined: {missing}")
        self.root = self.numbers["root"]
        self._refuse_left_recursion()

    def _number(self, name: str) -> int:
        return self.numbers.setdefault(name, len(self.numbers))

    def _define(self, number: int, alternatives: list[Alternative]) -> int:
        if number in self.rules:
            raise ValueError(f"rule {number} twice")
        self.rules[number] = alternatives
        return number

    def _helper(self, alternatives: list[Alternative]) -> Name:
        return Name(self._define(self._number(f"#{len(self.numbers)}"), alternatives))

    def _alternatives(self) -> list[Alternative]:
        found: list[list[Part]] = [[]]
        last = 0
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            self._at += 1
            kind, value = token.lastgroup, token.group(token.lastgroup or 0)
            before = len(found[-1])
            if kind == "text":
                found[-1] += written(value)
            elif kind == "set":
                found[-1].append(self._set(value[1:-1]))
            elif kind == "name":
                found[-1].append(Name(self._number(value)))
            elif value == "(":
                found[-1].append(self._helper(self._alternatives()))
            elif value == ")":
                break
            elif value == "|":
                found.append([])
            else:
                repeated = tuple(found[-1][last:])
                del found[-1][last:]
                helper = self._helper([])
                again = (*repeated, helper)
                self.rules[helper.number] = {"?": [repeated, ()], "*": [again, ()], "+": [again, repeated]}[value]
                found[-1].append(helper)
                continue
            last = before
        return [tuple(a) for a in found]

    def _set(self, text: str) -> Characters:
        parts = re.findall(r"(\\u[0-9A-Fa-f]{4}|\\.|[^\\])(?:-(\\u[0-9A-Fa-f]{4}|\\.|[^\\]))?", text, re.DOTALL)
        return Characters(tuple((ord(unescaped(a)[0]), ord(unescaped(b or a)[0])) for a, b in parts))

    @cached_property
    def shortest(self) -> dict[int, int]:
        """For each rule how deep its shallowest derivation is."""
        users: dict[int, set[int]] = {}
        for number, alternatives in self.rules.items():
            for part in (p for a in alternatives for p in a if isinstance(p, Name)):
                users.setdefault(part.number, set()).add(number)
        depth: dict[int, int] = {}
        todo = [number for number, alternatives in self.rules.items() if any(self._is_flat(a) for a in alternatives)]
        level = 1
        while todo:  # level by level, so that the first depth found is the least
            depth.update((number, level) for number in todo)
            above = {user for number in todo for user in users.get(number, ()) if user not in depth}
            todo = [n for n in above if any(self._depth(a, depth) is not None for a in self.rules[n])]
            level += 1
        if len(depth) < len(self.rules):
            raise ValueError("some rule derives nothing")
        return depth

    def _is_flat(self, alternative: Alternative) -> bool:
        return not any(isinstance(part, Name) for part in alternative)

    def _depth(self, alternative: Alternative, depth: dict[int, int]) -> int | None:
        deepest = 0
        for part in alternative:
            if isinstance(part, Name):
                if part.number not in depth:
                    return None
                deepest = max(deepest, depth[part.number])
        return deepest + 1

    def _refuse_left_recursion(self) -> None:
        done: set[int] = set()
        nullable = {n for n, alternatives in self.rules.items() if () in alternatives}
        for start in self.rules:
            path: list[tuple[int, bool]] = [(start, False)]
            opened: set[int] = set()
            while path:
                number, leaving = path.pop()
                if leaving:
                    opened.discard(number)
                    done.add(number)
                    continue
                if number in opened:
                    raise ValueError("left recursion")
                if number in done:
                    continue
                opened.add(number)
                path.append((number, True))
                for alternative in self.rules[number]:
                    for part in alternative:
                        if isinstance(part, Name):
                            path.append((part.number, False))
                        if not (isinstance(part, Name) and part.number in nullable):
                            break

    # what it derives

    @cached_property
    def shallowest(self) -> dict[int, list[Alternative]]:
        """For each rule the alternatives that derive something soonest."""
        return {n: [a for a in found if self._depth(a, self.shortest) == self.shortest[n]] for n, found in self.rules.items()}

    def derive(self, rng: random.Random, deepest: int) -> str:
        """A text drawn at random; below `deepest` rules only the shallowest derivations are followed."""
        written: list[str] = []
        todo: list[tuple[Part, int]] = [(Name(self.root), 0)]
        while todo:
            part, depth = todo.pop()
            if isinstance(part, Characters):
                low, high = rng.choice(part.ranges)
                written.append(chr(rng.randint(low, high)))
                continue
            alternatives = (self.rules if depth < deepest else self.shallowest)[part.number]
            todo += [(p, depth + 1) for p in reversed(rng.choice(alternatives))]
        return "".join(written)

    # what it accepts

    def accepts(self, text: str) -> bool:
        """Whether `text` is derived."""
        return () in self.stacks(text)

    def stacks(self, text: str) -> set[Stack]:
        """What may follow `text`, as stacks whose first entry is due; empty where nothing derived begins like it."""
        stacks = self._expanded({(Name(self.root),)})
        for character in text:
            reached = {s[1:] for s in stacks if s and isinstance(s[0], Characters) and s[0].holds(character)}
            stacks = self._expanded(reached)
        return stacks

    def _expanded(self, stacks: set[Stack]) -> set[Stack]:
        """The stacks with a character due, or nothing."""
        found: set[Stack] = set()
        seen: set[Stack] = set()
        todo = list(stacks)
        while todo:
            stack = todo.pop()
            if stack in seen:
                continue
            seen.add(stack)
            if stack and isinstance(stack[0], Name):
                todo += [(*a, *stack[1:]) for a in self.rules[stack[0].number]]
            else:
                found.add(stack)
        return found
