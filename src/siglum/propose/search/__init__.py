"""Bottom-up enumeration: programs as their outputs on the examples, cheapest first, in native code.

Imports `records`, `ir`, `frontend` and `vocab`; evaluators and executable memory are handed in.
"""
