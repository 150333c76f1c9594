"""Where an Image meets the world: executable memory, Python calls, C wrappers, files from given machine code.

A stage: imports `records`, `target`, `ir` and `errors`; only `pipeline` and the faces import it.
"""
