"""Intents: what was given of a program (text, examples, a reference, properties), as a Spec; the programs found; the questions.

Beside `siglum.proposing`, which it calls; faces import it.
"""
