"""Machine code from anywhere against a reference: lifted whole, proved or refuted.

Imports `smt`, `target`, `ir`, `records` and its own modules.
"""
