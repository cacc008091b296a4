"""A date's work, step by step, without Dagster: the command, a notebook and the simulation can call it as assets do.

`receive` asks arXiv, `claim` decides which papers are the date's, `fetch_texts` and `read` get their texts and have
them translated and read, `write_post` and `write_site` publish, `deliver` tells people. Each takes settings, the store
and a clock, and returns what it did; what it must not do twice is in the store.
"""
