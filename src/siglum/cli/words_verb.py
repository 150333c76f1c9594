"""`siglum words`: the vocabulary, searched by name, type or meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from siglum.cli.verb import Output, Verb

if TYPE_CHECKING:
    from siglum.vocab.declare import Overload


@click.command("words", cls=Verb)
@click.argument("query", required=False)
def command(query: str | None) -> Output:
    """List the words that fit QUERY: a name (filter), a type ("[i64] -> i64") or a meaning ("largest")."""
    from siglum.cli.terminal import table
    from siglum.frontend.literals import check_utf8
    from siglum.vocab.declare import vocabulary
    from siglum.vocab.search import find_words

    words = vocabulary()
    if query is not None:
        check_utf8(query, "<query>")
    if query is None:
        found = [o for name in words.names() for o in words.overloads(name)]
    else:
        found = find_words(words, query)
    data = {"words": [as_json(o) for o in found]}
    if len({o.name for o in found}) == 1:
        return Output("\n\n".join(map(described, found)), data)
    return Output(table(["word", "type", "meaning"], [[o.name, signature(o), o.doc] for o in found]), data)


def signature(overload: Overload) -> str:
    """`[T] (T -> bool) -> [T]`."""
    return " ".join([*(str(t) for _, t in overload.params), "->", str(overload.result)])


def described(overload: Overload) -> str:
    """All there is to know about one overload, on a few lines."""
    named = " ".join([f"{name}:{t}" for name, t in overload.params])
    lines = [f"{overload.name}  {named} -> {overload.result}", f"  {overload.doc}"]
    if overload.synonyms:
        lines.append(f"  also read: {' '.join(overload.synonyms)}")
    if overload.effects:
        lines.append(f"  effects: {' '.join(sorted(overload.effects))}")
    return "\n".join([*lines, *(f"  {example}" for example in overload.examples)])


def as_json(overload: Overload) -> dict[str, Any]:
    return {
        "name": overload.name,
        "params": [{"name": name, "type": str(t)} for name, t in overload.params],
        "result": str(overload.result),
        "doc": overload.doc,
        "examples": list(overload.examples),
        "synonyms": list(overload.synonyms),
        "effects": sorted(overload.effects),
    }
