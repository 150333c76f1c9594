"""`Replay`: builds a function again, front to back, so that a rewrite says only what it does differently.

Imports `siglum.ir` only.
"""

from __future__ import annotations

from siglum.ir.function import Builder, Function
from siglum.ir.node import CALL, CONST, IF, LOOP, RECUR, Node, Region, call_node, node, recur_node

_KEPT_AS_THEY_ARE = frozenset(("alloc", "reserve", "data", "read", "write", "open", "close", "clock", "tick"))


class Replay:
    """`known` maps nodes that changed to what they became. Rewrites override `loop` or `branch`."""

    def __init__(self, function: Function) -> None:
        self.function = function
        self.builder = Builder(function.origins)
        self.known: dict[Node, Node] = {}

    def run(self) -> Function:
        """The rewritten function."""
        f = self.function
        self.region(f.region)
        return self.builder.finish(f.name, f.params, self.get(f.region.results[0]))

    def get(self, n: Node) -> Node:
        return self.known.get(n, n)

    def region(self, region: Region) -> None:
        """Lists what the region lists; its results are then found by `get`."""
        builder, words = self.builder, self.function.words
        for n in region.body:
            builder.here = n.origin if n.origin >= 0 else words.get(n, -1)
            if n.op is IF:
                self.branch(n, region)
            elif n.op is LOOP:
                self.loop(n)
            else:
                self.plain(n)

    def plain(self, n: Node) -> None:
        known = self.known
        args = tuple([known.get(a, a) for a in n.args])
        if args == n.args:
            self.became(n, self.builder.append(n))
            return
        op = n.op
        if op is CALL:
            made = self.builder.append(call_node(n.attr, args, n.origin))
        elif op is RECUR:
            made = self.builder.append(recur_node(args, n.results[0], n.origin))
        elif op.name in _KEPT_AS_THEY_ARE:
            made = self.builder.append(node(op, args, n.attr, n.origin))
        else:
            made = self.builder.emit(op.name, *args, attr=n.attr, origin=n.origin)
        self.became(n, made)

    def became(self, old: Node, new: Node) -> None:
        self.known[old] = new
        if new.results:
            self.take_results(old, self.builder.results(new))

    def branch(self, n: Node, region: Region) -> None:
        condition = self.get(n.args[0])
        if condition.op is CONST:
            taken = n.regions[0 if condition.attr else 1]
            self.region(taken)
            self.take_results(n, tuple(map(self.get, taken.results)))
            return
        arms = []
        for arm in n.regions:
            self.builder.open_region()
            self.region(arm)
            arms.append(self.builder.close_region(tuple(map(self.get, arm.results))))
        self.builder.here = self.function.origin_of(n)
        self.take_results(n, self.builder.if_(condition, arms[0], arms[1]))

    def loop(self, n: Node) -> None:
        count, *inits = map(self.get, n.args)
        self.builder.open_loop(count, tuple(inits))
        for p in n.regions[0].params:
            self.known.pop(p, None)  # another loop at this level may have renamed its own
        self.loop_entered(n)
        self.region(n.regions[0])
        again, *nexts = map(self.get, n.regions[0].results)
        self.builder.here = self.function.origin_of(n)
        self.take_results(n, self.builder.close_loop(again, tuple(nexts)))

    def loop_entered(self, loop: Node) -> None:
        """What a rewrite puts at the beginning of a loop's body."""

    def take_results(self, n: Node, results: tuple[Node, ...]) -> None:
        for k, value in enumerate(results):
            self.known[self.builder.result(n, k)] = value
