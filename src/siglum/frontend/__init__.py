"""Text to Function and back: the phrase language, the Python subset, and the elaborator both share.

May import `siglum.ir` and `siglum.errors`.
"""
