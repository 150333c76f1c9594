"""Bit-vector terms: what Functions, stencils and instructions mean to the solvers.

May be imported by `target`, `stencil` proofs, stages and above; imports `ir` and `errors` only.
"""
