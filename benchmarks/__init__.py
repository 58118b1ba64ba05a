"""The benchmark book: each figure of the hub beside its floor, measured in the same run. Start it with
`python -m benchmarks` or `make bench`; what the figures mean is in docs/benchmarks.md.

Measures the hub from outside, or through the parts that tests use too; nothing of the hub knows that it is measured.
"""
