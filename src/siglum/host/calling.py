"""What machine code that calls an Image has to know: the context's fields, the size of its frame, the system's numbers.

Imports `records` and `ir.types`; the C functions and the start code of this folder import it. docs/frame.md has the contract.
"""

from __future__ import annotations

from siglum.ir.types import components
from siglum.records import Image

CONTEXT = {
    "arena_next": 0, "arena_end": 8, "fuel": 16, "stop": 24, "frame_end": 40, "frames": 56, "frames_end": 64, "arena": 72,
}  # fmt: skip
CONTEXT_SIZE = 80
SYS_WRITE, SYS_MMAP, SYS_MUNMAP, SYS_EXIT, SYS_EXIT_GROUP = 1, 9, 11, 60, 231
PROTECTION = 3
MAPPING = 0x4022
"""MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE."""


def frame_bytes(image: Image) -> int:
    """The size of the entry's frame in bytes, a multiple of 16: slots, and room for arguments and results."""
    results = 1 + len(components(image.result))
    arguments = 1 + sum(len(components(t)) for _, t in image.params)
    slots = max(image.witness.blocks[0].frame_slots, results, arguments)
    return 8 * (slots + slots % 2)


def frame_slack(image: Image) -> int:
    """Bytes of frame memory that must lie behind `frame_end`: twice the largest frame (docs/frame.md)."""
    return 2 * max(frame_bytes(image), *(8 * (block.frame_slots + 1) for block in image.witness.blocks))


def takes_memory(image: Image) -> bool:
    """Whether running the image needs an arena or frames for calls."""
    families = {instance.family for block in image.witness.blocks for instance in block.instances}
    return len(image.witness.blocks) > 1 or bool(families & {"alloc", "reserve", "call"})
