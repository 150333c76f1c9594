"""Language models as proposers: prompts, endpoints, replies read as untrusted text, and the grammar export.

Imports `siglum.records`, `siglum.errors`, `siglum.ir`, `siglum.frontend` and `siglum.vocab`; no other stage.
"""
