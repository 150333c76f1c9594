"""What x86-64 instructions do, as bit-vector terms: one declaration per form.

Imports `smt` and iced-x86 only.
"""
