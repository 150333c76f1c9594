"""Finding words by name, by type and by meaning. Imports `siglum.vocab.declare`, `siglum.ir` and `siglum.errors`."""

from __future__ import annotations

from operator import itemgetter

from siglum.errors import UserError, echo, place_in
from siglum.ir.types import Type, match, read_type, substitute
from siglum.vocab.declare import Overload, Vocabulary

_SOURCE = "<query>"


def find_words(vocabulary: Vocabulary, query: str) -> list[Overload]:
    """The overloads that fit `query`, the likeliest first.

    A query with an arrow or a bracket is a type: `[i64] -> i64` (arguments, then result), `[str]` (a first argument),
    `-> bool` (a result). Anything else is looked for in names, synonyms and doc lines.
    Raises `UserError`: E-009 empty, E-010 nothing found, E-011 no type, E-014 characters that are not ASCII, E-015 a type that
    nests too deep.
    """
    if not query.strip():
        raise UserError("empty query", None, "give a name, a type or a word of the meaning; none lists all words", "E-009")
    for at, character in enumerate(query):
        if not character.isascii():
            place = place_in(_SOURCE, query, at, at + 1)
            raise UserError(f"U+{ord(character):04X} in the query", place, "words are written in ASCII", "E-014")
    everything = [o for name in vocabulary.names() for o in vocabulary.overloads(name)]
    by_name = vocabulary.overloads(vocabulary.synonym(query.strip()) or query.strip())
    if by_name:
        return list(by_name)
    if any(c in query for c in "[{(?") or "->" in query:
        return _by_type(everything, query)
    return _by_meaning(everything, query)


def _by_type(overloads: list[Overload], query: str) -> list[Overload]:
    arguments, result = _read_query(query)
    found: list[tuple[int, Overload]] = []
    for o in overloads:
        bindings: dict[str, Type] = {}
        patterns = [p for _, p in o.params]
        wanted = patterns if result is not None and arguments else patterns[: len(arguments)]
        fits = len(wanted) == len(arguments) and all(match(p, a, bindings) for p, a in zip(wanted, arguments, strict=True))
        gives = substitute(o.result, bindings)
        if fits and (result is None or match(gives, result, bindings)):
            found.append((2 if gives.kind == "var" else int(gives.has_vars), o))
    if not found:
        fix = "ask with fewer types: `[i64]` finds what takes an array, `-> bool` what gives a bool"
        raise UserError(f"no word has the type {echo(query)}", None, fix, "E-010")
    # words that give exactly this, then such things, then anything
    return [o for _, o in sorted(found, key=itemgetter(0))]


def _read_query(query: str) -> tuple[list[Type], Type | None]:
    """The argument types, and the result type behind the arrow."""
    arguments: list[Type] = []
    at = 0
    while True:
        while at < len(query) and query[at] in " \t":
            at += 1
        if at == len(query):
            return arguments, None
        if query.startswith("->", at):
            result, at = read_type(query, at + 2, _SOURCE)
            if query[at:].strip():
                raise UserError("text after the result type", place_in(_SOURCE, query, at, len(query)), "", "E-011")
            return arguments, result
        argument, at = read_type(query, at, _SOURCE)
        arguments.append(argument)


def _by_meaning(overloads: list[Overload], query: str) -> list[Overload]:
    terms = query.lower().split()
    ranked = []
    for position, o in enumerate(overloads):
        names = [o.name, *o.synonyms]
        text = " ".join([*names, o.doc, *(n for n, _ in o.params)]).lower()
        if all(term in text for term in terms):
            rank = 0 if any(n.startswith(terms[0]) for n in names) else 1 if any(terms[0] in n for n in names) else 2
            ranked.append((rank, position, o))
    if not ranked:
        from siglum.frontend.phrase.faults import nearest

        near = nearest(query.strip(), [o.name for o in overloads])
        maybe = f"did you mean {' or '.join(near)}? " if near else ""
        raise UserError(f"no word fits '{echo(query)}'", None, f"{maybe}`siglum words` lists all", "E-010")
    return [o for _, _, o in sorted(ranked, key=lambda r: r[:2])]
