"""What Dagster checks after an asset was made, by what it is about: `papers` (the ledger), `answers` (texts and
answers), `posts` (the file) look at one date; `dates` at all of them. `partitioned` gives each date its own result.
"""
