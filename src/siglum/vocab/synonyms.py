"""Names that other languages give to words, beside those in the declarations: the reader takes them.

Imports nothing.
"""

from __future__ import annotations

from typing import Final

SYNONYMS: Final = {
    "sorted": "sort", "reversed": "reverse", "each": "map", "collect": "map", "foldl": "fold", "splitlines": "lines",
    "includes": "contains", "uniq": "unique", "dedup": "unique", "nub": "unique", "groupby": "group", "frequencies": "counts",
    "maxby": "most", "minby": "least", "sortby": "order", "avg": "mean", "iseven": "even", "isodd": "odd", "isprime": "prime",
    "factorize": "factors", "limit": "take", "some": "any", "upcase": "upper", "downcase": "lower", "flat": "flatten",
    "echo": "print", "within": "between", "hcf": "gcd", "nth": "at", "enumerated": "enumerate", "isdigit": "digit",
    "isalpha": "letter", "isspace": "space", "isupper": "capital", "islower": "small", "isalnum": "alnum",
    "divisible": "multiple", "inc": "increment", "dec": "decrement", "squared": "square", "cubed": "cube", "elem": "in",
    "parse_int": "integer", "parse_float": "number", "tostring": "text", "to_string": "text", "rest": "tail",
    "butlast": "front", "sliding": "windows", "chunked": "chunks", "batch": "chunks", "span": "takewhile",
    "hexadecimal": "hex", "exclude": "reject", "edit_distance": "levenshtein", "is_sorted": "rising",
    "bit_count": "ones", "bit_length": "width", "ncr": "choose", "npr": "arrangements", "stddev": "deviation",
    "pearson": "correlation",
}  # fmt: skip
"""Other name to word."""
