"""What Dagster checks after an asset was made, by what it is about: `papers` (the ledger), `answers` (texts and
answers), `posts` (the file) look at one date, each of which has its own result; `dates` at all of them.
"""
