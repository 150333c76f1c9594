"""Loops in lock-step: two Functions whose loops of unknown length go through related states.

A loop of the function is put beside a loop of the reference (or a chain of its loops that hand their elements on, see
`check.chains`). The relation is a partition of what both carry into classes of equal values: it starts from what is equal
before the loops and is refined until one run of both keeps it. Imports `ir`, `smt` and its siblings.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from siglum.check.agreement import Agreement, Inputs, Interpreted, Proving, agree
from siglum.check.chains import Chain, chains
from siglum.check.loop_run import OpenExecutor, OpenLoop, Run, after_loop, run_count, run_once
from siglum.ir.function import Function
from siglum.smt.functions import Bounds, Outcome
from siglum.smt.lemmas import rewritten
from siglum.smt.terms import BOOL, MEMORY, Term, Terms
from siglum.smt.values import Unsupported

BOUNDS = Bounds(runs=8, calls=4, cells=None, operations=20_000, seconds=10.0)
SECONDS = 3.0
"""One question about one part of a relation."""


def prove_lockstep(
    terms: Terms, proving: Proving, inputs: Inputs, reference: Function, function: Function, runs: Interpreted, peeled: int
) -> Agreement:
    """Compares the Functions on `inputs`; `peeled` runs of the reference's loops are taken apart first."""
    pair = _Pair(terms, proving, list(inputs.assumptions), runs)
    left = OpenExecutor(terms, BOUNDS, lambda e, loop: after_loop(terms, BOUNDS, loop), peeled)
    expected = left.call(reference, inputs.values)
    pair.facts += [*left.assumptions, ~left.stopped]
    right = OpenExecutor(terms, BOUNDS, lambda e, loop: pair.beside(e, loop, left.loops, pair.facts))
    got = right.call(function, inputs.values)
    if left.unfinished is not terms.false or right.unfinished is not terms.false:
        raise Unsupported("something goes over its bound")
    if not right.loops:
        raise Unsupported("the function has no loop of unknown length")
    first = Outcome(expected, reference.result, (), left.stopped, terms.false, tuple(left.assumptions))
    second = Outcome(got, function.result, (), right.stopped, terms.false, tuple(right.assumptions))
    agreement = agree(proving, inputs, first, second, runs)
    if agreement.values and pair.may_stop:
        return agreement._replace(stops=None)
    if not agreement.values and not agreement.reason:
        return agreement._replace(reason="; ".join(["no relation between the loops was found", *pair.reasons]))
    return agreement


Classes: TypeAlias = list[tuple[tuple[int, bool], ...]]
"""Numbers of parts with equal values, each with whether it (a truth value) is negated."""


class _Found(NamedTuple):
    """How many of a loop's parts are known after it, these parts, what else is known there of the reference's, and whether a
    run may stop where the reference does not.
    """

    settled: int
    last: tuple[Term, ...]
    facts: tuple[Term, ...]
    may_stop: bool


class _Pair:
    """What is proved on the way: `facts` hold wherever the reference does not stop."""

    def __init__(self, terms: Terms, proving: Proving, facts: list[Term], runs: Interpreted) -> None:
        self.terms, self.proving, self.facts, self.runs = terms, proving, facts, runs
        self.may_stop = False
        self.reasons: dict[str, None] = {}

    def beside(self, executor: OpenExecutor, loop: OpenLoop, loops: Sequence[OpenLoop], facts: list[Term]) -> tuple[Term, ...]:
        """The parts after a loop of the function, as far as a loop of the reference tells them."""
        here = [*facts, *executor.assumptions, ~executor.stopped, loop.path]
        own = after_loop(self.terms, BOUNDS, loop)
        best: _Found | None = None
        for chain in chains(self.terms, BOUNDS, loops):
            outer, self.may_stop = self.may_stop, False
            try:
                found = self.relation(chain, loop, own, here)
            except Unsupported as problem:
                self.reasons[str(problem)] = None
                continue
            finally:
                self.may_stop = outer
            if found is not None and (best is None or found.settled > best.settled):
                best = found
            if best is not None and best.settled == len(loop.first):
                break
        if best is None:
            # a loop of its own: it may stop, and what it gives is unknown
            self.may_stop = True
            return own
        self.may_stop |= best.may_stop
        executor.assumptions += [~loop.path | fact for fact in best.facts]
        return best.last

    def relation(self, chain: Chain, loop: OpenLoop, own: tuple[Term, ...], here: list[Term]) -> _Found | None:
        """What a loop of the function has to do with a chain of the reference; None where they do not run equally often."""
        terms, never = self.terms, self.proving.never
        index = terms.fresh("run", 63).zext(64)
        # a run is reached by the runs before it, so its index has not passed the count
        here = [*here, ~(index + max(chain.start, loop.start)).slt(0)]
        left_runs = (index + chain.start).slt(chain.count)
        right_runs = (index + loop.start).slt(loop.count)
        if not never(*here, ~chain.path, seconds=SECONDS):
            return None
        if left_runs is not right_runs and not never(*here, ~left_runs.is_(right_runs), seconds=SECONDS):
            return None
        split = len(chain.first)
        begun = _while_going([*chain.first, *loop.first], terms, (chain.count, chain.start), (loop.count, loop.start))
        counting = self.counting(chain, loop, own, begun, index)
        constant = {k: part for k, part in enumerate(begun) if part.is_const and k not in counting}
        classes = self.by_value(begun, split, [*here, left_runs, right_runs])
        guarded: set[int] = set()
        while True:
            self.may_stop = False  # set by inner loops of this run
            state = self.state(classes, begun, guarded, split) | constant | counting
            left = chain.run(index, [state[k] for k in range(split)])
            right = self.one_run(loop, index, [state[k] for k in range(split, len(begun))], left, here, right_runs)
            after = _while_going(
                [*left.parts, *right.parts], terms, (chain.count, chain.start), (loop.count, loop.start)
            )  # fmt: skip
            known = [*here, left_runs, right_runs, *left.assumptions, *right.assumptions, ~left.stopped]
            changed = [k for k, part in constant.items() if after[k] is not part]
            for k in changed:
                del constant[k]
            before = len(guarded)
            refined = self.refined(classes, after, [*known, ~right.stopped], guarded, split)
            if refined == classes and not changed and len(guarded) == before:
                break
            classes = refined
        may_stop = self.may_stop or not never(*known, right.stopped, seconds=SECONDS)
        return self.ended(classes, guarded, chain, loop, own, may_stop)

    def ended(
        self, classes: Classes, guarded: set[int], chain: Chain, loop: OpenLoop, own: tuple[Term, ...], may_stop: bool
    ) -> _Found:
        """What the classes say of both after the loops. They hold where there was a run; else all is as it was before. Those that
        are `guarded` hold where the function's loop did not end early.
        """
        split, settled = len(chain.first), 0
        first, ends = [*chain.first, *loop.first], [*chain.last, *own]
        ran = self.terms.const(chain.start, 64).slt(chain.count)
        last, facts = list(own), list[Term]()
        for k, end in enumerate(chain.last):
            if end.op == "var" and (chain.start or end.width != MEMORY):
                facts.append(ran | end.is_(first[k]))
        for group in classes:
            lefts = [(k, negated) for k, negated in group if k < split]
            for k, negated in group:
                if not lefts or k == lefts[0][0]:
                    continue
                leader, leader_negated = lefts[0]
                value = _plain(ends[leader], negated != leader_negated)
                always = _plain(first[leader], negated != leader_negated) is first[k]
                if k < split:
                    if value.width != MEMORY:
                        facts.append((self.terms.false if always else ~ran) | ends[k].is_(value))
                elif not _known(own[k - split], first[k]):
                    last[k - split] = value if always else ran.ite(value, first[k])
                    settled += 1
        for k in guarded:
            last[k - split] = last[0].ite(last[k - split], own[k - split])
        settled += sum(_known(own[k], part) for k, part in enumerate(loop.first))
        return _Found(settled, tuple(last), tuple(facts), may_stop)

    def by_value(self, begun: Sequence[Term], split: int, here: list[Term]) -> Classes:
        """The parts by equal first values; truth values that start as constants of either sort are in one class."""
        groups: dict[tuple[int, Term], list[tuple[int, bool]]] = {}
        for k, value in enumerate(begun):
            negated = value.width == BOOL and value.is_const and not value.value
            plain = (value.width, _plain(value, negated))
            if k >= split and plain not in groups and not value.is_const:
                same = (g for g in groups if g[0] == value.width and not g[1].is_const and self.same(g[1], value, here))
                plain = next(same, plain)
            groups.setdefault(plain, []).append((k, negated))
        return [tuple(group) for group in groups.values()]

    def state(self, classes: Classes, begun: Sequence[Term], guarded: set[int], split: int) -> dict[int, Term]:
        """A state in which the parts of each class are equal, the `guarded` ones where the function's loop goes on."""
        found: dict[int, Term] = {}
        for group in classes:
            variable = self.terms.fresh("state", begun[group[0][0]].width)
            found.update({k: _plain(variable, negated) for k, negated in group})
        for k in guarded:
            found[k] = found[split].ite(found[k], self.terms.fresh("ended", begun[k].width))
        return found

    def counting(self, chain: Chain, loop: OpenLoop, own: Sequence[Term], begun: Sequence[Term], index: Term) -> dict[int, Term]:
        """The parts that grow by one each run, as what they are at a run."""
        ends = [*chain.links[0].loop.last, *([index] * (len(chain.first) - len(chain.links[0].loop.last))), *own]
        starts = [*chain.first, *loop.first]
        runs = [run_count(chain.links[0].loop)] * len(chain.first) + [run_count(loop)] * len(own)
        return {
            k: begun[k] + index
            for k, (end, start, times) in enumerate(zip(ends, starts, runs, strict=True))
            if start.width == 64 and end is start + times and end is not start
        }

    def one_run(self, loop: OpenLoop, index: Term, parts: list[Term], left: Run, here: list[Term], going: Term) -> Run:
        """One run of the function's loop, its inner loops beside those of the reference's run."""
        facts = [*here, going, parts[0], *left.assumptions, ~left.stopped]
        run = run_once(
            self.terms, BOUNDS, loop, index + loop.start, parts, lambda e, inner: self.beside(e, inner, left.loops, facts), {}
        )
        return _where_alive(self.terms, run, parts)

    def refined(self, classes: Classes, after: list[Term], known: list[Term], guarded: set[int], split: int) -> Classes:
        """The classes, each cut into those parts that stay equal; a part that stays equal to one of the reference's only while
        the function's loop goes on becomes `guarded`.
        """
        found: Classes = []
        goes_on = after[split]
        for group in classes:
            cut: list[list[tuple[int, bool]]] = []
            for k, negated in group:
                value = _plain(after[k], negated)
                leaders = [(piece, _plain(after[piece[0][0]], piece[0][1])) for piece in cut]
                home = None if k in guarded else next((p for p, leader in leaders if self.same(leader, value, known)), None)
                if home is None and k > split and not goes_on.is_const:
                    lefts = [(p, leader) for p, leader in leaders if p[0][0] < split]
                    home = next((p for p, leader in lefts if self.same(leader, value, [*known, goes_on])), None)
                    if home is not None:
                        guarded.add(k)
                if home is None:
                    cut.append([(k, negated)])
                else:
                    home.append((k, negated))
            found.extend(tuple(piece) for piece in cut)
        for members in found:  # one that leads its class has nothing to be equal to
            guarded.discard(members[0][0])
        return found

    def same(self, x: Term, y: Term, known: list[Term]) -> bool:
        return x is y or self.proving.never(*known, ~x.is_(y), seconds=SECONDS)


def _plain(x: Term, negated: bool) -> Term:
    return ~x if negated else x


def _known(end: Term, first: Term) -> bool:
    """Whether a part after a loop is known from the loop alone."""
    return end is first or end.op != "var"


def _where_alive(terms: Terms, run: Run, parts: Sequence[Term]) -> Run:
    """A run that happens where the loop has not ended early, and else changes nothing."""
    alive = parts[0]
    after = tuple([alive.ite(new, old) for new, old in zip((alive & run.parts[0], *run.parts[1:]), parts, strict=True)])
    held = tuple([~alive | fact for fact in run.assumptions])
    return Run(after, alive & run.stopped, held, run.loops)


def _while_going(parts: Sequence[Term], terms: Terms, *loops: tuple[Term, int]) -> list[Term]:
    """The parts where each loop (its count and where it starts) has a run: that its first runs exist is known."""
    known: dict[Term, Term] = {}
    for fact in [terms.const(k, 64).slt(count) for count, start in loops for k in range(start + 1)]:
        if fact.op == "not":
            known[fact.args[0]] = terms.false
        known[fact] = terms.true
    return rewritten(list(parts), known.get)
