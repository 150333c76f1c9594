"""Contracts of stops, calls, entry and exit, system calls and padding.

Imports `smt`, `scene`, `cells` and `values` only.
"""

from __future__ import annotations

from typing import Final

from siglum.check.stencils.cells import Stores, Window
from siglum.check.stencils.scene import CONTEXT, Contract, Scene, Way
from siglum.check.stencils.values import Build, going_on
from siglum.smt.terms import Term
from siglum.stencil.families import FAMILIES

SAVED: Final = ("v2", "v1", "v0", "frame", "rbp", "rbx")
"""What `entry` pushes, from where rsp points to afterwards on."""
READ, WRITE, OPEN, CLOSE, CLOCK_GETTIME = 0, 1, 2, 3, 228
MODE: Final = 0o644


def _require(s: Scene) -> Contract:
    return Contract(going_on(s, stops=s.value(0).is_(0)))


def _tick(s: Scene) -> Contract:
    fuel = s.field("fuel")
    ways = going_on(s, stops=fuel.is_(0), context=((s.context + CONTEXT["fuel"], fuel - 1),))
    return Contract(ways, (), s.in_context("fuel", writes=True))


# In and out -----------------------------------------------------------------------------------------------------
def _out(s: Scene, top: Term, result: int, **stores: Stores) -> Way:
    """To C: what `entry` pushed below `top` + 56 is back in its registers, and rax holds the result."""
    saved = [s.memory.cell("stack", top + 8 * k) for k in range(len(SAVED) + 1)]
    registers = dict(zip(SAVED, saved, strict=False))
    registers |= {"rsp": top + 8 * len(saved), "rax": s.const(result)}
    return Way("return", s.terms.true, registers, stores, saved[-1])


def _stop(s: Scene) -> Contract:
    top = s.field("saved_rsp")
    way = _out(s, top, 1, context=((s.context + CONTEXT["stop"], s.hole(0)),))
    below = Window("below", top - 8, 8, writes=True)
    windows = (*s.in_context("saved_rsp"), *s.in_context("stop", writes=True)[1:], s.stack(0, 56, top=top), below)
    return Contract((way,), (), windows)


def _leave(s: Scene) -> Contract:
    return Contract((_out(s, s.rsp, 0),), (), (s.stack(0, 56),))


def _entry(s: Scene) -> Contract:
    context, frame = s.v[3], s.v[4]
    named = {"frame": s.frame, "v0": s.v[0], "v1": s.v[1], "v2": s.v[2]}
    pushed = [named.get(name) or s.terms.var(name, 64) for name in SAVED]
    top = s.rsp - 8 * len(SAVED)
    way = Way(
        "next",
        s.terms.true,
        {"frame": frame, "rsp": top},
        {
            "stack": tuple((top + 8 * k, value) for k, value in reversed(list(enumerate(pushed)))),
            "context": ((context + CONTEXT["saved_rsp"], top),),
            "frame": ((frame, context),),
        },
    )
    field = Window("context", context + CONTEXT["saved_rsp"], 8, writes=True)
    return Contract((way,), (), (s.stack(-48, 0), field, Window("frame", frame, 8, writes=True)))


def _call(s: Scene) -> Contract:
    frame = s.frame + s.hole(1)
    stops = s.field("frame_end").ult(frame)
    back = s.base + (next((h.offset for h in s.stencil.holes if h.kind == "c"), 0) + 4)  # held to `resumed`
    called = Way(
        "call", ~stops, {"frame": frame, "rsp": s.rsp - 8},
        {"frame": ((frame, s.context),), "stack": ((s.rsp - 8, back),)},
    )  # fmt: skip
    windows = (*s.in_context("frame_end"), Window("frame", frame, 8, writes=True), s.stack(-8, 0))
    # a called block gives the frame register and rsp back as they were
    resumed = Contract((Way("next", s.terms.true, {"frame": s.frame - s.hole(1)}),))
    return Contract((called, Way("stop", stops, loose=True)), (), windows, resumed=resumed)


def _ret(s: Scene) -> Contract:
    back = s.memory.cell("stack", s.rsp)
    return Contract((Way("return", s.terms.true, {"rsp": s.rsp + 8}, {}, back),), (), (s.stack(0, 8),))


# System calls: what the kernel gives is named by `execute.kernel` --------------------------------------------------
def _asked(s: Scene, pushed: int, call: tuple[Term, ...], result: Term, windows: tuple[Window, ...] = ()) -> Contract:
    below = Window("below", s.rsp - pushed, pushed, writes=True)
    return Contract((Way("next", s.terms.true, {"v0": result}, calls=(call,)),), (), (*windows, below))


def _read(s: Scene) -> Contract:
    most, length = s.v[1], s.at_slot(0, 1)
    call = (s.const(READ), s.v[0], s.at_slot(0), most.ult(length).ite(most, length))
    return _asked(s, 24, call, s.terms.var("kernel 0", 64), (s.slots(0, 2),))


def _open(s: Scene) -> Contract:
    call = (s.const(OPEN), s.at_slot(0), s.v[0], s.const(MODE))
    return _asked(s, 24, call, s.terms.var("kernel 0", 64), (s.slots(0),))


def _close(s: Scene) -> Contract:
    return _asked(s, 24, (s.const(CLOSE), s.v[0]), s.terms.var("kernel 0", 64))


def _clock(s: Scene) -> Contract:
    seconds, nanoseconds = s.terms.var("kernel 0 seconds", 64), s.terms.var("kernel 0 nanoseconds", 64)
    call = (s.const(CLOCK_GETTIME), s.const(1), s.rsp - 40)
    return _asked(s, 40, call, seconds * 1_000_000_000 + nanoseconds)


def _write(s: Scene) -> Contract:
    """One round of its loop is held to `loops.writing`; v0 is what is left."""
    contract = _asked(s, 32, (), s.terms.var("left", 64), (s.slots(0, 2),))
    return contract._replace(loop="writing")


OWN: Final[dict[str, Build]] = {
    "require.v": _require, "tick": _tick, "stop": _stop, "call": _call, "ret": _ret, "entry": _entry, "leave": _leave,
    "write": _write, "read": _read, "open": _open, "close": _close, "clock": _clock,
    **{name: lambda s: Contract(going_on(s)) for name in FAMILIES if name.startswith("nop.")},
}  # fmt: skip
