"""What a program is and means: types, primitives, nodes, functions, the verifier and the interpreter.

May import `siglum.errors` only.
"""
