"""The algebra of terms changes no value: by evaluation on many expressions, by two solvers on whole batches of them."""

from __future__ import annotations

import pytest
from tests.support.expressions import Expression, Maker

from siglum.smt.evaluate import below, evaluator
from siglum.smt.printer import script, sort
from siglum.smt.worker import MAKERS

WIDTHS = (1, 2, 3, 4, 5, 8, 13, 16, 32, 64)


def expressions(maker: Maker, depth: int) -> Expression:
    width = maker.random.choice(WIDTHS)
    return maker.truth(depth) if maker.random.random() < 0.25 else maker.word(width, depth)


@pytest.mark.parametrize("batch", range(20))
def test_a_term_has_the_value_of_what_it_was_made_of(batch: int) -> None:
    for seed in range(100 * batch, 100 * batch + 100):
        maker = Maker(seed)
        made = expressions(maker, 2 + seed % 4)
        assert evaluator([made.term])(maker.values) == [made.value], (seed, made.text, made.term)


@pytest.mark.parametrize("batch", range(10))
def test_every_part_of_a_term_lies_within_its_bounds(batch: int) -> None:
    for seed in range(100 * batch, 100 * batch + 100):
        maker = Maker(seed)
        parts = [t for t in below([expressions(maker, 4).term]) if t.width >= 0]
        for part, value in zip(parts, evaluator(parts)(maker.values), strict=True):
            assert part.low <= value <= part.high, (seed, part)


@pytest.mark.parametrize("solver", ["z3", "bitwuzla"])
@pytest.mark.parametrize("batch", range(8))
def test_solvers_prove_terms_equal_to_what_they_were_made_of(solver: str, batch: int) -> None:
    ask = MAKERS[solver]().ask
    for seed in range(10_000 + 25 * batch, 10_025 + 25 * batch):
        maker = Maker(seed)
        width = maker.random.choice((1, 2, 3, 4, 5, 6, 8))
        made = maker.truth(3) if seed % 4 == 0 else maker.word(width, 3)
        printed = script([maker.terms.eq(maker.terms.var("made", made.term.width), made.term)])
        # the script names variables by number: tie them to the plain text's names
        order = [t.value for t in _variables(made, maker)]
        ties = "".join(f"(assert (= v{k} {name}))" for k, name in enumerate(order) if name != "made")
        declared = "\n".join(maker.declared.values())
        made_number = order.index("made")
        differs = f"(assert (not (= v{made_number} {made.text})))"
        question = printed.replace("(check-sat)\n", f"{declared}\n{ties}\n{differs}\n(check-sat)\n")
        assert ask(question, [], 20.0)[0] == "unsat", (seed, made.text, made.term, sort(made.term.width))


def _variables(made: Expression, maker: Maker) -> list:
    from siglum.smt.printer import variables_of

    return variables_of([maker.terms.eq(maker.terms.var("made", made.term.width), made.term)])
