"""What the contracts take from the theory of floats: how an unsigned number becomes a float.

The instruction models know floats by name only; this one equation is asked in SMT-LIB's FloatingPoint theory, whose rounding
to nearest is what `cvtsi2sd` and `addsd` do under the MXCSR of the psABI. Imports `children`; asks the solvers' processes.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from siglum.children import environment

_NEGATIVE: Final = "(bvslt x (_ bv0 64))"
_SIGNED: Final = "((_ to_fp 11 53) RNE x)"
_HALVED: Final = "(fp.add RNE half half)"


def _script(condition: str, claimed: str) -> str:
    return f"""(set-logic QF_BVFP)
(declare-const x (_ BitVec 64))
(define-fun halved () (_ BitVec 64) (bvor (bvlshr x (_ bv1 64)) (bvand x (_ bv1 64))))
(define-fun half () (_ FloatingPoint 11 53) ((_ to_fp 11 53) RNE halved))
(assert {condition})
(assert (not (= ((_ to_fp_unsigned 11 53) RNE x) {claimed})))
(check-sat)
"""


LEMMAS: Final[Mapping[str, str]] = MappingProxyType({
    "an unsigned number below 2^63 as a float is the signed one": _script(f"(not {_NEGATIVE})", _SIGNED),
    "an unsigned number from 2^63 on as a float is twice its half, rounded to odd": _script(_NEGATIVE, _HALVED),
})  # fmt: skip
"""What each says, and the question that has no answer if it holds (see `scene.Meanings.from_unsigned`)."""
SOLVERS: Final = ("bitwuzla", "cvc5")
"""Those whose FloatingPoint theory is asked."""


def settled(script: str, seconds: float = 60.0) -> tuple[str, ...]:
    """The solvers that find no answer to a script."""
    found = []
    question = json.dumps({"script": script, "names": [], "seconds": seconds}) + "\n"
    for name in SOLVERS:
        command = [sys.executable, "-m", "siglum.smt.worker", name]
        try:
            done = subprocess.run(
                command, input=question, env=environment(), capture_output=True, text=True, timeout=seconds + 30, check=False
            )
        except subprocess.TimeoutExpired:
            continue
        replies = [json.loads(line) for line in done.stdout.splitlines()]
        if len(replies) == 2 and replies[1].get("status") == "unsat":
            found.append(name)
    return tuple(found)
