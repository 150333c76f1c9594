"""`python -m siglum`. Imports `siglum.cli` only."""

from siglum.cli import main

if __name__ == "__main__":
    main()
