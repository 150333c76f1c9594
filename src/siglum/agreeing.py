"""All inputs of a reference against results in a buffer, as native code: the reference's own code in a counting loop.

Beside `siglum.checking`, which imports it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from siglum import pipeline
from siglum.errors import Stop
from siglum.ir.types import BOOL, RANGES, U8, WIDTHS, Type

if TYPE_CHECKING:
    from siglum.check.foreign.convention import Convention

_KERNEL: Final = """
from siglum import i8, i16, i32, i64, u8, u16, u32, u64

def agreeing(start: int, got: list[{stored}]{rest_typed}) -> int:
    for k in range(len(got)):
        if {value} != {found}:
            return k
    return len(got)
"""


class Agreeing:
    """Counts agreeing results in native code, which has the reference's code in its loop."""

    def __init__(self, native: Callable[..., int], first: Type, result: Type) -> None:
        self.native, self.first, self.stored = native, first, _stored(result)

    @classmethod
    def of(cls, unit: pipeline.Unit, fitted: Convention) -> Agreeing | None:
        """None where the inputs cannot be counted."""
        from siglum.check.foreign.exhaust import domain
        from siglum.frontend.elaborate import function_from_source

        function = unit.function
        if domain(fitted, function.params) is None or not function.params:
            return None
        names = [f"rest{k}" for k in range(len(function.params) - 1)]
        first = function.params[0][1]
        argument = "start + k == 1" if first is BOOL else f"{first}(start + k)"
        called = f"called({', '.join([argument, *names])})"
        bool_result = function.result is BOOL
        text = _KERNEL.format(
            stored=_stored(function.result),
            rest_typed="".join(f", {n}: {t}" for n, (_, t) in zip(names, function.params[1:], strict=True)),
            value=f"(1 if {called} else 0)" if bool_result else called,
            found="got[k]",
        )
        kernel = function_from_source(text, "agreeing", "<exhaustion>", functions={"called": function})
        return cls(pipeline.load(pipeline.build(pipeline.refined(kernel)).image), first, function.result)

    def __call__(self, start: int, got: bytes, others: tuple[Any, ...]) -> int:
        """How many results agree from `start` on; none are said to where the reference stops somewhere."""
        width = WIDTHS[self.stored]
        count = len(got) // width
        whole = memoryview(got)[: count * width].cast(_FORMATS[self.stored])
        half = 1 << 8 * WIDTHS[self.first] - 1
        if self.first is BOOL or RANGES[self.first][0] == 0 or start + count <= half:
            return self._run(start, whole, others)
        if start >= half:
            return self._run(start - 2 * half, whole, others)
        before = self._run(start, whole[: half - start], others)
        if before < half - start:
            return before
        return before + self._run(-half, whole[half - start :], others)

    def _run(self, start: int, got: memoryview, others: tuple[Any, ...]) -> int:
        try:
            return self.native(start, got, *others)
        except Stop:
            return 0


def _stored(t: Type) -> Type:
    return U8 if t is BOOL else t


_FORMATS: Final[dict[Type, Any]] = {t: ("bhiq" if low else "BHIQ")[WIDTHS[t].bit_length() - 1] for t, (low, _) in RANGES.items()}
