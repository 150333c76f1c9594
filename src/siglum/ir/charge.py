"""Another name for all that stops: a function whose stops, and those of what it calls, are charged to one origin.

A Function in, a Function of the same meaning out. Imports `siglum.ir` only.
"""

from __future__ import annotations

from siglum.ir.function import Builder, Function, Origin, function, listed
from siglum.ir.node import CALL, Node, call_node
from siglum.ir.replay import Replay


def charged_to(charged: Function, origin: Origin) -> Function:
    """`charged` with `origin` in place of every origin, its own and those of the functions it calls."""
    return _charged(charged, origin, {})


def itself_charged_to(f: Function, origin: Origin) -> Function:
    """`f` with `origin` in place of its own origins; what it calls is charged as before."""
    # nodes name their origin by its place in the table
    return function(f.name, f.params, f.result, f.region, (origin,) * len(f.origins), tuple(f.words.items()))


def _charged(f: Function, origin: Origin, done: dict[Function, Function]) -> Function:
    if any(n.op is CALL for n in listed(f.region)):
        return _Charged(f, origin, done).run()
    return itself_charged_to(f, origin)


class _Charged(Replay):
    def __init__(self, f: Function, origin: Origin, done: dict[Function, Function]) -> None:
        super().__init__(f)
        self.origin, self.done = origin, done
        self.builder = Builder((origin,) * len(f.origins))

    def plain(self, n: Node) -> None:
        if n.op is CALL:
            args = tuple(map(self.get, n.args))
            self.became(n, self.builder.append(call_node(self.callee(n.attr), args, n.origin)))
        else:
            super().plain(n)

    def callee(self, f: Function) -> Function:
        made = self.done.get(f)
        if made is None:
            made = self.done[f] = _charged(f, self.origin, self.done)
        return made
