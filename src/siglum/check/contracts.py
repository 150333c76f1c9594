"""What each stencil family does to the machine, whatever its holes hold: the contract its stencils are proved against.

It says at least what the witness checker (`check.semantics`) takes the family to mean. Imports `stencil.families` and
`check.stencils` only.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from siglum.check.stencils import arrays, control, values
from siglum.check.stencils.scene import Contract, Scene
from siglum.check.stencils.values import FORMS, Build
from siglum.stencil.families import FAMILIES

ASSUMPTIONS: Final = (
    "the regions of docs/frame.md are apart and do not wrap; frames, context, stack and arena are aligned as it says",
    "indexes lie in their arrays and divisors are not zero, which the witness checker sees to",
    "the arena has at most 2^63 bytes",
    "the kernel changes rax, rcx, r11, what `read` may fill and 16 bytes in `clock_gettime`; `write` takes at most what is given",
    "a called block gives the frame register, rsp, DF and MXCSR back as they were (docs/frame.md)",
    "floats are matched by operation; which NaN an operation gives is not claimed",
)  # fmt: skip
"""What the proofs take for granted beside the instruction models; stands in the record."""


@cache
def builders() -> dict[str, Build]:
    """Family to its contract."""
    own = {**values.OWN, **arrays.OWN, **control.OWN}
    return {name: FORMS[family.form] if family.form != "own" and name not in own else own[name]
            for name, family in FAMILIES.items()}  # fmt: skip


def contract_of(scene: Scene) -> Contract:
    """The contract of a scene's family, over the scene's terms."""
    return builders()[scene.family.name](scene)
