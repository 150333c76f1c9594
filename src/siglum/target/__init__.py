"""Machine formats and machine code, below the stages: ELF files, x86-64 encoding and listing.

Imports `errors` and `ir` only.
"""
