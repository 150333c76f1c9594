"""How well programs are proposed: public tasks with known truths, intents in English, and the speed of the search.

The tasks lie in the folder that SIGLUM_BENCH_DATA names. Everything is seeded; runs go on where they were interrupted.
"""
