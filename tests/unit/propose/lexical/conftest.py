"""The test of the real embedding model is collected where the extra that ships one is installed."""

from __future__ import annotations

from importlib.util import find_spec

collect_ignore = [] if find_spec("wordllama") is not None else ["test_real_embedding.py"]
