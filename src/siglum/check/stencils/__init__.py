"""Proofs that each stencil keeps its family's contract, for every content of its holes.

`scene` names the machine before a stencil, `cells` its memory; the contracts are in `siglum.check.contracts`; `holes` and
`execute` run a stencil's bytes, `goals` and `prove` ask the solvers, `record` keeps what was found. Imports `ir`, `stencil`,
`smt`, `target` and nothing of the rest of `check`.
"""
