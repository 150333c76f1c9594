"""Siglum: from intent to machine code that can be trusted."""

__version__ = "0.1.0"
