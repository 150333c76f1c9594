"""Code from C compilers against Python references."""


def main(arguments: list[str]) -> None:
    """`python -m benchmarks foreign`: see `benchmarks.foreign.table`."""
    from benchmarks.foreign import table

    table.main(arguments)
