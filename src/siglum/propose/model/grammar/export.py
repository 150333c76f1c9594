"""The way in: a grammar of the phrases with a signature, for decoders that take GBNF or a JSON schema.

Imports `siglum.errors`, `siglum.frontend`, `siglum.vocab` and its siblings. The grammar holds a part of the language: no `as`,
types near the signature's, functions given the likeliest of them. What it derives is a phrase with types.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, Final

from siglum.errors import UserError
from siglum.frontend.phrase.faults import unknown_word
from siglum.frontend.phrase.grammar import ELSE, PRECEDENCE
from siglum.frontend.phrase.resolve import Resolver
from siglum.frontend.phrase.states import Lexicon
from siglum.ir.types import Type
from siglum.propose.model.grammar.calls import Calls
from siglum.propose.model.grammar.gbnf import text_of
from siglum.propose.model.grammar.pattern import pattern_of
from siglum.propose.model.grammar.reduce import MAX_GIVEN, grammar_of
from siglum.propose.model.grammar.rules import Params, Rulebook
from siglum.propose.model.grammar.tables import Tables
from siglum.propose.model.grammar.universe import MAX_TYPES, values_in_reach
from siglum.vocab.declare import vocabulary

LONGEST_PHRASE: Final = 400
"""Characters of one phrase in a schema."""


def gbnf(
    params: Params,
    result: Type | None,
    words: Sequence[str] | None = None,
    most: int = 1,
    types: int = MAX_TYPES,
    given: int = MAX_GIVEN,
) -> str:
    """A GBNF grammar of up to `most` phrases, one a line, over `params` that give `result` (None: anything).

    `words` are those that phrases may use beside the symbols; None stands for all without effects. Every text derived is read
    with types by `Language.read`; the fewer `types` it may go through, and those that functions are `given`, the smaller the
    grammar and the fewer phrases. Raises `UserError`: E-010 an unknown word, E-011 where no phrase can give the result.
    """
    calls = Calls(_lexicon(), [*known_words(words), *PRECEDENCE, ELSE])
    values = values_in_reach(calls, [t for _, t in params], result, types)
    grammar = grammar_of(Rulebook(Tables(calls, values), params, result), given)
    if not grammar.root:
        raise UserError(f"no phrase of these words gives {result}", None, "allow more words", "E-011")
    return text_of(grammar, signature_text(params, result), most)


@cache
def _lexicon() -> Lexicon:
    return Lexicon(Resolver(vocabulary()), {})


def json_schema(params: Params, words: Sequence[str] | None = None, most: int = 1) -> dict[str, Any]:
    """A JSON schema: an object with one `phrase`, or with a list of up to `most` `phrases`, likeliest first.

    A phrase has a pattern that fixes its tokens, not its types. `words` and errors are as for `gbnf`.
    """
    pattern = pattern_of([name for name, _ in params], known_words(words))
    phrase: dict[str, Any] = {"type": "string", "pattern": pattern, "minLength": 1, "maxLength": LONGEST_PHRASE}
    several: dict[str, Any] = {"type": "array", "items": phrase, "minItems": 1, "maxItems": most}
    name, what = ("phrase", phrase) if most == 1 else ("phrases", several)
    return {"type": "object", "properties": {name: what}, "required": [name], "additionalProperties": False}


def known_words(words: Sequence[str] | None) -> list[str]:
    """The words themselves, synonyms resolved; None stands for all without effects. Raises `UserError` (E-010)."""
    known = vocabulary()
    if words is None:
        return [name for name in known.names() if not any(o.effects for o in known.overloads(name))]
    found: dict[str, None] = {}
    for word in words:
        name = known.synonym(word) or word
        if known.shape(name) is None:
            raise unknown_word(word, (), known, word, "<words>", (0, len(word)))
        found[name] = None
    return list(found)


def signature_text(params: Params, result: Type | None) -> str:
    """`xs:[i64] -> i64`."""
    return " ".join([*(f"{name}:{t}" for name, t in params), *(() if result is None else ("->", str(result)))])
