"""Nearest names for what a user mistyped. Imports `siglum.errors` only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from siglum.errors import UserError, echo


def nearest(name: str, known: Iterable[str], count: int = 1) -> list[str]:
    """At most `count` of the `known` names that look like `name`, best first."""
    from difflib import get_close_matches

    by_folded = {k.lower().replace("_", "-"): k for k in known}
    folded = name.lower().replace("_", "-")[:64]
    close = get_close_matches(folded, by_folded, count, 0.5)
    starting = [k for k in sorted(by_folded) if folded and k.startswith(folded) and k not in close]
    return [by_folded[k] for k in (close + starting)[:count]]


def unknown(what: str, name: str, known: Sequence[str]) -> UserError:
    """The refusal (E-002) of a `what` outside the `known` ones: the nearest, then all of them."""
    close = nearest(name, known)
    maybe = f"did you mean {close[0]}? " if close else ""
    return UserError(f"unknown {what} '{echo(name)}'", None, f"{maybe}{what}s: {', '.join(known)}", "E-002")


def chosen(what: str, name: str, known: Sequence[str]) -> str:
    """`name` where it is one of the `known`; raises `UserError` E-002 otherwise."""
    if name not in known:
        raise unknown(what, name, known)
    return name
