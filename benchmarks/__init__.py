"""Measurements of the whole product, run by `make bench`; each file can be run alone: `python -m benchmarks.NAME`."""
