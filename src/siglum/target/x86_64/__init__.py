"""x86-64: the instructions that glue needs, and listings.

Imports `errors` and `ir` only.
"""
