"""The Python front end: the typed subset, read from source.

Imports `siglum.errors`, `siglum.ir` and the standard library only.
"""
