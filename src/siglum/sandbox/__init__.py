"""Runs machine code nobody trusts: a static screen, and a runner in which it can do no harm.

Imports `errors`, `target` and, when the runner is rebuilt, `stencil`; the stages may import it.
"""
