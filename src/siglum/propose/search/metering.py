"""Loops whose runs nothing given bounds take fuel, so that no evaluation goes on for as long as a number is large.

A Function in, a Function out that stops where its fuel ends, and otherwise means the same. Imports `siglum.ir` only.
"""

from __future__ import annotations

from typing import Final

from siglum.ir.function import Builder, Function, Origin
from siglum.ir.node import CALL, CONST, Node, Region, call_node
from siglum.ir.replay import Replay

_FEW: Final = 128
"""Runs that need no fuel."""


def metered(f: Function) -> Function:
    """`f`, and what it calls, with a `tick` in every loop that has none and may run more often than an array has elements, or
    than a few times.
    """
    return _metered(f, {})


def _metered(f: Function, done: dict[Function, Function]) -> Function:
    made = done.get(f)
    if made is None:
        made = done[f] = _Metered(f, done).run()
    return made


def _bounded(count: Node) -> bool:
    name = count.op.name
    if count.op is CONST:
        return int(count.attr) <= _FEW
    if name == "length":
        return True
    if name == "min":
        return any(map(_bounded, count.args))
    return name == "max" and all(map(_bounded, count.args))


def _ticks(region: Region) -> bool:
    return any(n.op.name == "tick" for n in region.body)


class _Metered(Replay):
    def __init__(self, f: Function, done: dict[Function, Function]) -> None:
        super().__init__(f)
        # the tick's own origin, behind all others
        self.place = len(f.origins)
        self.builder = Builder((*f.origins, *(f.origins[:1] or (Origin("fuel", "", 0, 0, 0),))))
        self.done = done

    def plain(self, n: Node) -> None:
        if n.op is CALL:
            args = tuple(map(self.get, n.args))
            self.became(n, self.builder.append(call_node(_metered(n.attr, self.done), args, n.origin)))
        else:
            super().plain(n)

    def loop_entered(self, n: Node) -> None:
        if not _bounded(n.args[0]) and not _ticks(n.regions[0]):
            self.builder.emit("tick", origin=self.place)
