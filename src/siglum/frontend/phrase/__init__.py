"""The phrase language: text to typed tree, tree to text, the words that may follow, and the meaning.

Imports `siglum.errors` and `siglum.ir` only; the vocabulary comes in as a parameter.
"""
