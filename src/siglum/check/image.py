"""`check_image`: an image's bytes and witness against its Function.

Imports `ir`, `stencil`, `records` and the modules of `check` above it.
"""

from __future__ import annotations

from siglum.check.follow import Follower
from siglum.check.layout import check_layout
from siglum.check.mismatch import Mismatch
from siglum.check.semantics import handlers
from siglum.errors import UserError
from siglum.ir.function import Function
from siglum.ir.ownership import Summary
from siglum.ir.verify import verify
from siglum.records import Followed, Image, Rejected
from siglum.stencil.table import Table


def check_image(image: Image, table: Table) -> Followed | Rejected:
    """Whether the image's bytes compute its Function, if each stencil keeps its contract and docs/frame.md holds.

    The Function is verified, the bytes re-derived from `table`, the instances followed. A malformed witness is
    `Rejected`; nothing is raised.
    """
    try:
        if type(image.function) is not Function:
            raise Mismatch("the image has no function")
        summaries = verify(image.function)
        check_layout(image, table)
        instances = _follow(image, summaries)
    except Mismatch as mismatch:
        return Rejected(mismatch.reason, mismatch.offset)
    except UserError as fault:
        return Rejected(fault.message)
    except Exception as error:  # noqa: BLE001 - nodes that no constructor made may fail anywhere
        return Rejected(f"the image or its function is malformed: {error!r}")
    return Followed(instances, len(image.witness.blocks))


def _follow(image: Image, summaries: dict[Function, Summary]) -> int:
    blocks = image.witness.blocks
    if blocks[0].function is not image.function:
        raise Mismatch("the first block is not the image's function")
    reached = {0}
    waiting = [0]
    constants: set[tuple[int, int]] = set()
    effects: set[str] = set()
    families = handlers()
    while waiting:
        follower = Follower(image, waiting.pop(), summaries)
        follower.follow(families)
        constants |= follower.constants
        effects |= follower.effects
        waiting.extend(follower.called - reached)
        reached |= follower.called
    if len(reached) != len(blocks):
        raise Mismatch("there are blocks that nothing calls")
    if not effects <= image.capabilities:
        raise Mismatch(f"the image does not own up to {', '.join(sorted(effects - image.capabilities))}")
    _constants(image, constants)
    return sum(len(block.instances) for block in blocks)


def _constants(image: Image, used: set[tuple[int, int]]) -> None:
    """Raises `Mismatch` unless the bytes behind the code are the constants and less than 16 zeros before each."""
    at = image.data_offset
    for start, end in sorted(used):
        if start - at >= 16 or any(image.code[at:start]):
            raise Mismatch("there are bytes that belong to no constant", at)
        at = max(at, end)
    if at != len(image.code):
        raise Mismatch("there are bytes that belong to no constant", at)
