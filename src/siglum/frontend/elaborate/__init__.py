"""The elaborator: runs definitions of the typed Python subset on unknown values, which gives their IR functions.

Chains of words fuse because a loop over a delayed list runs the list's own steps in its body. Imports `siglum.errors`,
`siglum.ir` and `siglum.frontend.python`; the phrase front end's typed tree is read, not its parser.
"""

from siglum.frontend.elaborate.phrase import elaborate_phrase
from siglum.frontend.elaborate.python import (
    elaborate_definition,
    function_from_python,
    function_from_source,
    function_of_word,
)

__all__ = ["elaborate_definition", "elaborate_phrase", "function_from_python", "function_from_source", "function_of_word"]
