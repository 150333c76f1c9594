"""Code from C compilers against Python references."""
