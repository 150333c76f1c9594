"""The vocabulary: one file per subject, one declaration per word; start reading at `declare`.

`SUBJECTS` names the files. They import `siglum.vocab.declare` and `siglum.vocab.intrinsics` only.
"""

from typing import Final

SUBJECTS: Final[tuple[str, ...]] = (
    "arithmetic", "logic", "numbers", "bits", "transcendental", "ranges", "arrays", "order", "maps", "functional", "statistics",
    "combinatorics", "text", "utf8", "show", "parse", "hashing", "streams",
)  # fmt: skip
