"""What is remembered of texts while they are compared."""

from __future__ import annotations

from functools import lru_cache

of_last_texts = lru_cache(maxsize=16)
"""For a function of a text. A check asks the same of a paper's text for each sentence of an answer. Answers are judged
one after the other (`llm/asking.py`), so the last few texts are enough. Each may have 100 kB, and what is found in it
as much again: with 32 to 256 of them for each function, 300 papers held 150 MB."""
