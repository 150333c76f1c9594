"""What Siglum claims about speed, size and agreement, measured.

`python -m benchmarks NAME [options]` runs one, `make bench` the quick ones.
"""
