"""English intents with two examples each, and what they mean: data, and how well proposals meet it.

`tuned.jsonl` may be looked at while the proposer is made, and so may `development.jsonl`, which was written for that: what is
reached on both is no measure of what is reached on others. `aside.jsonl` is for measuring alone (the half of each subject with
the smaller SHA-256 of the intent). `fresh.jsonl`, for measuring alone too, was written later, without sight of the reader or of
`aside.jsonl`.
"""
