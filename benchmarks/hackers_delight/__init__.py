"""Scalar synthesis on the functions P1 to P25 of Hacker's Delight, with cvc5 beside it."""
