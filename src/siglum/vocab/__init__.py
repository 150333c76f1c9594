"""The vocabulary: one file per subject, one declaration per word; start reading at `declare`.

`SUBJECTS` names the files. They import `siglum.vocab.declare` and `siglum.vocab.intrinsics` only.
"""

from typing import Final

SUBJECTS: Final[tuple[str, ...]] = ()
