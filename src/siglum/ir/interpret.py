"""The interpreter: what a function means. Each function becomes one Python function, its primitives calls of the
table's `meaning`; what has none there (arrays, casts, effects) has its meaning here.

Imports the modules of `siglum.ir` below it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

from siglum.errors import Stop
from siglum.ir.depth import room_for
from siglum.ir.function import Function, Origin
from siglum.ir.node import CALL, CONST, IF, LOOP, PARAM, READ, RECUR, RESULT, Node, Region
from siglum.ir.primitives import MASK64, MAX64, PRIMITIVES, Halt, in_narrow, wrap_signed
from siglum.ir.types import BOOL, I64, U64, Type, element_size
from siglum.ir.values import UNWRITTEN, Elements, Memory, Unsound, elements, export, importer, zero_of

DEFAULT_MEMORY: Final = 1 << 28
DEFAULT_DEPTH: Final = 10_000
_WRAPPING: Final = frozenset({"add_wrap", "sub_wrap", "mul_wrap", "shl", "shr"})
_OUTLINE_EVERY: Final = 12


class OutOfSteps(Exception):
    """A run took more loop runs and calls than it was given; the program itself did not stop."""


class Machine:
    """One run's resources: fuel for `tick`, bytes of arena memory, calls that may still nest, steps (loop runs and calls)."""

    __slots__ = ("depth", "fuel", "memory", "steps")

    def __init__(self, fuel: int, memory: int, depth: int, steps: int) -> None:
        self.fuel, self.memory, self.depth, self.steps = fuel, memory, depth, steps

    def step(self) -> None:
        if self.steps <= 0:
            raise OutOfSteps
        self.steps -= 1

    def take(self, count: int, size: int) -> None:
        """Takes memory for `count` elements of `size` bytes, in units of 16 bytes."""
        need = -(-count * size // 16) * 16
        if count < 0 or need > self.memory:
            raise Halt("memory")
        self.memory -= need

    def tick(self) -> None:
        if self.fuel <= 0:
            raise Halt("fuel")
        self.fuel -= 1


class Program:
    """A function made ready to run often. `checked` raises `Unsound` for what the verifier excludes; `counted` makes
    `steps` of `run` count.
    """

    def __init__(self, function: Function, *, checked: bool = True, counted: bool = False) -> None:
        self.function = function
        self._take = [importer(t) for _, t in function.params]
        self._run = _Translator(checked, counted).translate(function)

    def run(
        self,
        args: Sequence[Any],
        *,
        fuel: int = MAX64,
        memory_limit: int = DEFAULT_MEMORY,
        depth: int = DEFAULT_DEPTH,
        steps: int = MAX64,
    ) -> Any:
        """The result as a Python value. Raises `Stop` as the program does, `UserError` for arguments that do not
        fit the parameters, `OutOfSteps`. `fuel` counts ticks, `memory_limit` bytes, `depth` nested calls, `steps` runs
        of loops and calls.
        """
        if len(args) != len(self._take):
            raise TypeError(f"{self.function.name} takes {len(self._take)} arguments, got {len(args)}")
        inside = [take(a) for take, a in zip(self._take, args, strict=True)]
        with room_for(4 * depth):
            value = self._run(Machine(fuel, memory_limit, depth, steps), *inside)
        return export(value, self.function.result)


def run(
    function: Function,
    args: Sequence[Any],
    *,
    fuel: int = MAX64,
    memory_limit: int = DEFAULT_MEMORY,
    depth: int = DEFAULT_DEPTH,
    checked: bool = True,
) -> Any:
    """Runs `function` on Python values; see `Program.run`."""
    return Program(function, checked=checked).run(args, fuel=fuel, memory_limit=memory_limit, depth=depth)


# What the table leaves to the interpreter ---------------------------------------------------------------------------
def _cast(x: Any, target: Type) -> Any:
    if target is I64:
        return wrap_signed(int(x))
    return int(x) & MASK64 if target is U64 else x


def _narrow(x: int, target: Type) -> int:
    if not in_narrow(x, target):
        raise Halt("range")
    return x


def _alloc(machine: Machine, count: int, element: Type) -> Elements:
    machine.take(count, element_size(element))
    zero = zero_of(element)
    return elements([zero] * count)


def _reserve(machine: Machine, count: int, element: Type) -> Elements:
    machine.take(count, element_size(element))
    return elements([UNWRITTEN] * count)


def _window(a: Elements, start: int, length: int) -> Elements:
    if not (0 <= length <= a.length and 0 <= start <= a.length - length):
        raise Halt("index")
    return Elements(a.cells, a.start + start, length, a.memory, a.version)


def _store(a: Elements, i: int, value: Any) -> Elements:
    a.cells[a.start + i] = value
    return a


def _checked_load(a: Elements, i: int) -> Any:
    a.fresh()
    if not 0 <= i < a.length:
        raise Unsound(f"load at {i} of {a.length} elements")
    value = a.cells[a.start + i]
    if value is UNWRITTEN:
        raise Unsound("an element was loaded before it was stored")
    return value


def _checked_store(a: Elements, i: int, value: Any) -> Elements:
    a.fresh()
    if not 0 <= i < a.length:
        raise Unsound(f"store at {i} of {a.length} elements")
    a.cells[a.start + i] = value
    return _next_version(a)


def _next_version(a: Elements) -> Elements:
    memory: Memory = a.memory
    memory.stores += 1
    return Elements(a.cells, a.start, a.length, memory, memory.stores)


def _lanes_add8(lanes: tuple[float, ...], a: Elements, i: int) -> tuple[float, ...]:
    a.fresh()
    if not 0 <= i <= a.length - 8:
        raise Unsound(f"eight lanes loaded at {i} of {a.length} elements")
    return tuple(lane + x for lane, x in zip(lanes, a.cells[a.start + i : a.start + i + 8], strict=True))


def _system(action: Callable[[], int]) -> int:
    """What the kernel gives: the result, or the negative error number."""
    try:
        return action()
    except OSError as problem:
        return -(problem.errno or 5)


def _write(descriptor: int, data: Elements) -> int:
    content = bytes(data.items())
    done = 0
    while done < len(content):
        rest = content[done:]
        taken = _system(lambda rest=rest: os.write(descriptor, rest))  # type: ignore[misc]
        if taken <= 0:
            break
        done += taken
    return len(content) - done


def _read(descriptor: int, buffer: Elements, most: int) -> tuple[Elements, int]:
    buffer.fresh()
    if not 0 <= most <= buffer.length:
        raise Unsound(f"read of {most} bytes into {buffer.length}")
    content = b""

    def fill() -> int:
        nonlocal content
        content = os.read(descriptor, most)
        return len(content)

    count = _system(fill)
    buffer.cells[buffer.start : buffer.start + len(content)] = content
    return _next_version(buffer), count


def _open(path: Elements, flags: int) -> int:
    content = bytes(path.items())
    return _system(lambda: os.open(content[: content.index(0)], flags, 0o644))


def _close(descriptor: int) -> int:
    def action() -> int:
        os.close(descriptor)
        return 0

    return _system(action)


def _stopped(halt: Halt, origins: tuple[Origin, ...], origin: int) -> Stop:
    if not 0 <= origin < len(origins):
        return Stop(halt.kind)
    return Stop(halt.kind, origins[origin].word, origins[origin].place())


_RUNTIME: Final[dict[str, Any]] = {
    "Halt": Halt,
    "stopped": _stopped,
    "wrap_signed": wrap_signed,
    "MASK": MASK64,
    "cast": _cast,
    "narrow": _narrow,
    "alloc": _alloc,
    "reserve": _reserve,
    "window": _window,
    "store": _store,
    "checked_store": _checked_store,
    "checked_load": _checked_load,
    "lanes_add8": _lanes_add8,
    "write": _write,
    "read": _read,
    "open_path": _open,
    "close": _close,
    "clock": time.monotonic_ns,
    **{f"_{name}": row.meaning for name, row in PRIMITIVES.items() if row.meaning is not None},
}
_SPECIAL: Final = {
    "alloc": "alloc(m, {0}, {attr}[0])",
    "reserve": "reserve(m, {0}, {attr}[0])",
    "array": "window({0}, 0, {1})",
    "view": "window({0}, {1}, {2})",
    "length": "{0}.length",
    "cast": "cast({0}, {attr})",
    "narrow": "narrow({0}, {attr})",
    "lanes_add8": "lanes_add8({0}, {1}, {2})",
    "write": "write({0}, {1})",
    "open": "open_path({0}, {1})",
    "close": "close({0})",
    "clock": "clock()",
    "data": "{attr}",
}


# Translation --------------------------------------------------------------------------------------------------
class _Translator:
    """Writes the functions reachable from one function as Python source and runs that once."""

    def __init__(self, checked: bool, counted: bool) -> None:
        self.counted = counted
        self.special = dict(_SPECIAL)
        self.special["load"] = "checked_load({0}, {1})" if checked else "{0}.cells[{0}.start + {1}]"
        self.special["store"] = "checked_store({0}, {1}, {2})" if checked else "store({0}, {1}, {2})"
        self.names: dict[Function, str] = {}
        self.scope: dict[str, Any] = dict(_RUNTIME)
        self.lines: list[str] = []

    def translate(self, function: Function) -> Any:
        name = self.name_of(function)
        exec(compile("\n".join(self.lines), f"<{function.name}>", "exec"), self.scope)
        return self.scope[name]

    def name_of(self, function: Function) -> str:
        name = self.names.get(function)
        if name is None:
            name = self.names[function] = f"f{len(self.names)}"
            self.scope[name + "_origins"] = function.origins
            self.lines.extend(_Body(self, function, name).lines)
        return name

    def hold(self, value: Any) -> str:
        """A global name for a Python value."""
        name = f"k{len(self.scope)}"
        self.scope[name] = value
        return name


class _Body:
    """Writes one function; regions nested deep become functions of their own, as Python limits nesting."""

    def __init__(self, program: _Translator, function: Function, name: str) -> None:
        self.program, self.name = program, name
        self.nodes: dict[Node, str] = {}
        self.lines: list[str] = []
        self.outlined_count = 0
        region = function.region
        self.routine(name, region.params, region, lambda out: out(f"return {self.value(region.results[0])}"))

    def routine(self, name: str, params: Sequence[Node], region: Region, finish: Callable[[Callable[[str], None]], None]) -> None:
        """Appends one Python function that runs `region`; `finish` writes its end."""
        lines = [f"def {name}({', '.join(['m', *map(self.value, params)])}):", " s = -1", " try:"]

        def out(line: str, depth: int = 2) -> None:
            lines.append(" " * depth + line)

        self.region(region, 2, lines)
        finish(out)
        out(f"except Halt as halt: raise stopped(halt, {self.name}_origins, s) from None", 1)
        self.lines.extend(lines)

    def value(self, n: Node) -> str:
        if n.op is CONST:
            return self.constant(n)
        if n.op is PARAM:
            return f"p{n.attr[0]}_{n.attr[1]}"
        if n.op is RESULT:
            return f"{self.value(n.args[0])}_{n.attr}"
        return self.nodes[n]

    def constant(self, n: Node) -> str:
        if n.type.kind in ("f64", "f32"):
            return f"({n.attr!r})" if n.attr - n.attr == 0.0 else self.program.hold(n.attr)
        return f"({n.attr!r})"

    def region(self, region: Region, depth: int, lines: list[str]) -> None:
        pad = " " * depth
        for n in region.body:
            name = self.nodes.setdefault(n, f"n{len(self.nodes)}")
            if n.op is IF:
                self.branch(n, name, depth, lines)
            elif n.op is LOOP:
                self.loop(n, name, depth, lines)
            elif n.op is CALL or n.op is RECUR:
                callee = self.name if n.op is RECUR else self.program.name_of(n.attr)
                lines.append(f"{pad}s = {n.origin}")
                lines.append(f"{pad}if m.depth <= 0: raise Halt('stack')")
                lines.append(f"{pad}m.depth -= 1")
                if self.program.counted:
                    lines.append(f"{pad}m.step()")
                lines.append(f"{pad}{name}_0 = {callee}({', '.join(['m', *map(self.value, n.args)])})")
                lines.append(f"{pad}m.depth += 1")
            else:
                if n.stop:
                    lines.append(f"{pad}s = {n.origin}")
                lines.append(pad + self.statement(n, name))

    def statement(self, n: Node, name: str) -> str:
        op = n.op.name
        args = [self.value(a) for a in n.args]
        if op == "require":
            return f"if not {args[0]}: raise Halt({n.attr!r})"
        if op == "tick":
            return "m.tick()"
        if n.op is READ:
            return f"{name}_0, {name}_1 = read({', '.join(args)})"
        special = self.program.special.get(op)
        if special is not None:
            return f"{name} = " + special.format(*args, attr=self.attribute(n) if "{attr}" in special else "")
        text = f"_{op}({', '.join(args)})"
        if op in _WRAPPING:
            text = f"{text} & MASK" if n.type is U64 else f"wrap_signed({text})"
        return f"{name} = {text}"

    def attribute(self, n: Node) -> str:
        if n.op.name == "data":
            element, values = n.attr
            return self.program.hold(elements([bool(v) if element is BOOL else v for v in values]))
        return self.program.hold(n.attr)

    def branch(self, n: Node, name: str, depth: int, lines: list[str]) -> None:
        for head, arm in zip((f"if {self.value(n.args[0])}:", "else:"), n.regions, strict=True):
            lines.append(" " * depth + head)
            if depth % _OUTLINE_EVERY == 0:
                self.outlined(arm, (), name, depth + 1, lines)
            else:
                self.region(arm, depth + 1, lines)
                lines.extend(f"{' ' * (depth + 1)}{name}_{k} = {self.value(r)}" for k, r in enumerate(arm.results))
            lines.append(" " * (depth + 1) + "pass")

    def loop(self, n: Node, name: str, depth: int, lines: list[str]) -> None:
        (body,) = n.regions
        pad = " " * depth
        index, *carried = (self.value(p) for p in body.params)
        lines.extend(f"{pad}{c} = {self.value(a)}" for c, a in zip(carried, n.args[1:], strict=True))
        lines.append(f"{pad}for {index} in range({self.value(n.args[0])}):")
        inner = pad + " "
        if self.program.counted:
            lines.append(f"{inner}m.step()")
        if depth % _OUTLINE_EVERY == 0:
            self.outlined(body, body.params, name, depth + 1, lines)
            results = [f"{name}_{k}" for k in range(len(body.results))]
        else:
            self.region(body, depth + 1, lines)
            results = [self.value(r) for r in body.results]
        # sources and targets may overlap: one simultaneous assignment
        lines.append(f"{inner}{', '.join(['again', *carried])}, = {', '.join(results)},")
        lines.append(f"{inner}if not again: break")
        lines.extend(f"{pad}{name}_{k} = {c}" for k, c in enumerate(carried))

    def outlined(self, region: Region, params: tuple[Node, ...], name: str, depth: int, lines: list[str]) -> None:
        """Runs `region` in a Python function of its own; its results become `name_0`, ...."""
        self.outlined_count += 1
        routine = f"{self.name}_region{self.outlined_count}"
        free = region.takes
        needed = dict.fromkeys([p for n in free for p in self.pieces(n)])
        needed.update(dict.fromkeys(self.value(p) for p in params))
        inner: list[str] = []
        self.region(region, 2, inner)
        results = "".join(f"{self.value(r)}, " for r in region.results)
        self.lines.append(f"def {routine}({', '.join(['m', *needed])}):")
        self.lines.extend([" s = -1", " try:", *inner, f"  return ({results})"])
        self.lines.append(f" except Halt as halt: raise stopped(halt, {self.name}_origins, s) from None")
        targets = "".join(f"{name}_{k}, " for k in range(len(region.results)))
        lines.append(f"{' ' * depth}{targets + '= ' if targets else ''}{routine}({', '.join(['m', *needed])})")

    def pieces(self, n: Node) -> list[str]:
        """The Python variables that hold `n`, or the results of `n`."""
        if not n.results:
            return [self.value(n)]
        return [f"{self.value(n)}_{k}" for k in range(len(n.results))]


__all__ = ["DEFAULT_DEPTH", "DEFAULT_MEMORY", "Machine", "OutOfSteps", "Program", "Unsound", "run"]
