"""Another name for all that stops: a function whose stops, and those of what it calls, are charged to one origin.

A Function in, a Function of the same meaning out. Imports `siglum.ir` only.
"""

from __future__ import annotations

from siglum.ir.function import Builder, Function, Origin
from siglum.ir.node import CALL, Node, call_node
from siglum.ir.replay import Replay


def charged_to(function: Function, origin: Origin) -> Function:
    """`function` with `origin` in place of every origin, its own and those of the functions it calls."""
    return _Charged(function, origin, {}).run()


class _Charged(Replay):
    def __init__(self, function: Function, origin: Origin, done: dict[Function, Function]) -> None:
        super().__init__(function)
        self.origin, self.done = origin, done
        # as many as before: nodes name theirs by its place in the table
        self.builder = Builder((origin,) * len(function.origins))

    def plain(self, n: Node) -> None:
        if n.op is CALL:
            args = tuple(map(self.get, n.args))
            self.became(n, self.builder.append(call_node(self.callee(n.attr), args, n.origin)))
        else:
            super().plain(n)

    def callee(self, function: Function) -> Function:
        made = self.done.get(function)
        if made is None:
            made = self.done[function] = _Charged(function, self.origin, self.done).run()
        return made
