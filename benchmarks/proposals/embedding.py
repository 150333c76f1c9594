"""What the extra `embedding` brings: English with a word that nothing is known of, read without its model and with it.

`python -m benchmarks embedding [--searches N] [--seed S] [--jobs J]`. Unknown are words that are so indeed, and, one at a time,
those that are known, struck from the text: the model is then shown no expression that holds them. Retrieval is measured on the
phrases of `tests/unit/propose/lexical/ways.txt`, searches on intents of `tuned.jsonl` and `development.jsonl`.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from random import Random
from time import process_time
from typing import TYPE_CHECKING, NamedTuple
from unittest.mock import patch

from benchmarks.english import measure
from benchmarks.proposals.rows import Row, footer, listed, made
from benchmarks.report import RESULTS, keep
from siglum.propose.lexical import retrieve, understood
from siglum.propose.lexical.embedding import PACKAGE, embedding
from siglum.propose.lexical.index import STOP_WORDS
from siglum.propose.lexical.morphology import bases, stem
from siglum.propose.lexical.proposer import near

if TYPE_CHECKING:
    from collections.abc import Callable

    from siglum.ir.types import Type
    from siglum.propose.lexical import Similarity
    from siglum.records import Params

INTENTS = Path(measure.__file__).parent
SETS = ("tuned", "development")
WAYS = RESULTS.parents[1] / "tests" / "unit" / "propose" / "lexical" / "ways.txt"
FIRST = 5
"""Words retrieved that count."""
SECONDS = 2.0
NONSENSE = "zzqf"
"""What stands in a text for a word that is struck: nothing knows it, and nothing can liken it to anything."""
LEAST_LETTERS = 3
HOW = ("known", "without", "with")


class Asked(NamedTuple):
    """English over a signature, and the words of the vocabulary that its program holds."""

    english: str
    params: Params
    result: Type | None
    needed: frozenset[str]


class Struck:
    """A model that is asked about a word that was struck from a text, and may use no expression with it."""

    def __init__(self, model: Similarity, word: str) -> None:
        self.model, self.word = model, word

    def similar(self, query: str, texts: Sequence[str]) -> list[float]:
        """How near the struck word is to the texts; 0 for those that hold it, and for all texts if the query is another word."""
        if query != NONSENSE:
            return [0.0] * len(texts)
        shares = [max(found) for found in zip(*(self.model.similar(form, texts) for form in bases(self.word)), strict=True)]
        hidden = stem(self.word)
        return [0.0 if hidden in map(stem, text.split()) else share for share, text in zip(shares, texts, strict=True)]


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks embedding")
    parser.add_argument("--searches", type=int, default=150)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args(arguments)
    model = embedding()
    if model is None:
        sys.exit("no embedding model is installed: pip install 'siglum[embedding]'")
    loading = timed(lambda: model.similar("sum", ["total"]))
    if model.fault:
        sys.exit(f"the embedding model does not load: {model.fault}")
    asked = list(ways())
    retrieve(asked[0].english, (), None)
    first = timed(lambda: retrieve(NONSENSE, (), None, model))
    words = [word for one in asked for word in strikes(one.english, one.params)]
    known = timed(lambda: [retrieve(one.english, one.params, one.result) for one in asked]) / len(asked)
    more = timed(lambda: [near(word, model) for word in words]) / len(words)
    lines = [
        *retrieval(asked, model),
        f"retrieval takes {known:.1f} ms for a text, and {more:.1f} ms more for each unknown word; in a process with such a word",
        f"{PACKAGE} {version(PACKAGE)} takes {loading:.0f} ms to load, and {first:.0f} ms for the vectors of all that is known",
        "",
    ]
    rows = made("embedding", searched, searches(options.searches, Random(options.seed)), {}, options.jobs)
    keep("embedding", "\n".join([*lines, *searching(rows), "", footer(options.jobs)]), rows)


def timed(work: Callable[[], object]) -> float:
    """Milliseconds of the processor."""
    started = process_time()
    work()
    return (process_time() - started) * 1e3


# Retrieval ------------------------------------------------------------------------------------------------------------


def ways() -> Iterator[Asked]:
    """English that somebody wrote under each of many phrases."""
    from siglum import pipeline
    from siglum.frontend.phrase.lexer import read_tokens

    vocabulary = pipeline.language().vocabulary
    for head, *english in (paragraph.splitlines() for paragraph in WAYS.read_text(encoding="utf-8").split("\n\n")):
        signature, _, phrase = head.partition(" | ")
        params, result = pipeline.parse_signature(signature)
        named = [str(token.value) for token in read_tokens(phrase, "<phrase>").all if token.kind in ("name", "symbol")]
        words = {vocabulary.synonym(word) or word for word in named} - {name for name, _ in params}
        needed = frozenset(word for word in words if vocabulary.overloads(word))
        yield from (Asked(text, params, result, needed) for text in english if needed)


def strikes(text: str, params: Params) -> list[str]:
    """The words of a text that may be struck: known ones that say something."""
    known = understood(text, params).known
    return [word for word in known if len(word) >= LEAST_LETTERS and word.isalpha() and word not in STOP_WORDS]


def struck(text: str, word: str) -> str:
    """The text with nonsense for a word."""
    return re.sub(rf"\b{word}\b", NONSENSE, text, flags=re.IGNORECASE)


def retrieval(asked: Sequence[Asked], model: Similarity) -> list[str]:
    """The lines about retrieval."""
    lines = [f"{f'needed words among the first {FIRST} retrieved':<44}{'texts':>7}{'recall':>8}"]

    def line(title: str, cases: Sequence[tuple[Asked, str, Similarity | None]]) -> None:
        lines.append(f"  {title:<42}{len(cases):>7}{recall(cases):>8.3f}")

    pairs = [(one, word) for one in asked for word in strikes(one.english, one.params)]
    line("as they are, without the model", [(one, one.english, None) for one in asked])
    line("as they are, with it", [(one, one.english, model) for one in asked])
    line("before each word in turn is struck", [(one, one.english, None) for one, _ in pairs])
    line("with it struck, without the model", [(one, struck(one.english, word), None) for one, word in pairs])
    line("with it struck, with the model", [(one, struck(one.english, word), Struck(model, word)) for one, word in pairs])
    return [*lines, ""]


def recall(cases: Sequence[tuple[Asked, str, Similarity | None]]) -> float:
    """Which part of the needed words is among the first, on average."""
    total = 0.0
    for one, text, model in cases:
        first = {word for word, _ in retrieve(text, one.params, one.result, model)[:FIRST]}
        total += len(first & one.needed) / len(one.needed)
    return total / len(cases)


# Searches -------------------------------------------------------------------------------------------------------------


def searches(count: int, random: Random) -> dict[str, tuple[str, int, str, str]]:
    """All intents with an unknown word, without the model and with it; and `count` others, a word of which is struck."""
    unknown, others = [], []
    for name in SETS:
        for number, intent in enumerate(measure.read_intents(INTENTS / f"{name}.jsonl")):
            text, params = intent.spec.phrase, intent.spec.params
            words = strikes(text, params)
            if any(map(str.isalpha, understood(text, params).unknown)):
                unknown.append((name, number, ""))
            elif words:
                others.append((name, number, random.choice(words)))
    drawn = random.sample(others, min(count, len(others)))
    tasks = [(*one, how) for one in unknown for how in HOW[1:]] + [(*one, how) for one in drawn for how in HOW]
    return {" ".join(map(str, task)): task for task in tasks}


def searched(name: str, number: int, word: str, how: str) -> Row:
    """The row of one search; the model has no part in it but `with`, and the word is not struck where it is `known`."""
    from siglum.proposing import propose
    from siglum.records import Budget

    intent = measure.read_intents(INTENTS / f"{name}.jsonl")[number]
    text = struck(intent.spec.phrase, word) if word and how != "known" else intent.spec.phrase
    model: Similarity | None = embedding() if how == "with" else None
    if model is not None and word:
        model = Struck(model, word)
    row: Row = {"how": how, "struck": bool(word), "intent": text, "found": None, "right": False, "kept": False, "seconds": 0.0}
    with patch("siglum.propose.lexical.embedding.embedding", lambda: model):
        try:
            proposed = propose(replace(intent.spec, phrase=text, budget=Budget(SECONDS)))
        except RuntimeError as late:
            return {**row, "late": str(late)}
    inputs = list(measure.fresh_inputs(intent, measure.FRESH))
    right = [all(measure.gives(one.definition, given, wanted) for given, wanted in inputs) for one in proposed.programs]
    found = proposed.programs[0].text if right else None
    return {**row, "found": found, "right": right[:1] == [True], "kept": any(right), "seconds": proposed.seconds}


def searching(rows: dict[str, Row]) -> list[str]:
    """The lines about searches."""
    lines = [f"{f'searches of {SECONDS:.0f} s':<44}{'texts':>7}{'right':>8}{'kept':>8}{'s':>8}"]
    titles = {
        (False, "without"): "an unknown word in it, without the model",
        (False, "with"): "an unknown word in it, with the model",
        (True, "known"): "before a word is struck",
        (True, "without"): "with it struck, without the model",
        (True, "with"): "with it struck, with the model",
    }
    for (gone, how), title in titles.items():
        some = [row for row in rows.values() if (row["struck"], row["how"]) == (gone, how)]
        right, kept, seconds = (sum(row[what] for row in some) for what in ("right", "kept", "seconds"))
        lines.append(f"  {title:<42}{len(some):>7}{right:>8}{kept:>8}{seconds:>8.1f}")
    late = [row["intent"] for row in rows.values() if "late" in row]
    return [*lines, *listed("ended, long after their time", late, len(late))]
