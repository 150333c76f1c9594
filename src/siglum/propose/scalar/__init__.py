"""Scalar synthesis: bit-vector functions from a reference, a formula or examples, each checked by the solvers for all inputs.

Imports `records`, `errors`, `ir`, `frontend`, `vocab` and `smt`; no other stage.
"""
