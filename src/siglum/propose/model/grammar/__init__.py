"""A context-free grammar of the phrases that have types, written for constrained decoding; `export` is the way in.

Imports `siglum.errors`, `siglum.ir`, `siglum.frontend` and `siglum.vocab`.
"""
