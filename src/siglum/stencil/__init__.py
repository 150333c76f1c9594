"""Stencils: machine code for one operation on one target, with holes, and the tables that hold them.

May import `siglum.ir`, `siglum.errors`; generation also llvmlite, in a child process of the package build.
"""
