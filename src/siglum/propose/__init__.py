"""Spec to Candidates: everything here is untrusted, whatever it says is checked like anybody's text.

Imports `records`, `smt`, `frontend` and `vocab`; no other stage.
"""
