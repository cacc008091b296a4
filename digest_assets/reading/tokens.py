"""How long a text is for a model, counted offline.

The vocabulary (o200k) ships with `bpe-openai`; `tiktoken` would download it at run time. For models of other vendors
the count is an estimate: what is paid for is in the answer's `usage`.
"""

from __future__ import annotations

import threading
from functools import lru_cache

import bpe_openai

CHUNK_CHARACTERS = 20_000
"""The tokenizer refuses long inputs (1,000,000 characters, or 200,000 tokens in one answer)."""


@lru_cache(maxsize=1)
def _encoding() -> bpe_openai.Encoding:
    return bpe_openai.get_encoding("o200k_base")


def read_vocabulary() -> None:
    """Begins to read the vocabulary, a tenth of a second, in a thread of its own: for who is going to count, and has to
    wait for something else before."""
    # Not a daemon: a process that ends meanwhile waits for it, because native code is not to be torn out of its thread.
    threading.Thread(target=_encoding, name="vocabulary").start()


def count_tokens(text: str) -> int:
    """Tokens of `text`. Long texts are counted in pieces cut at white space: at most one too many a piece."""
    return sum(len(_encoding().encode_ordinary(piece)) for piece in _pieces(text))


def _pieces(text: str) -> list[str]:
    pieces = []
    start = 0
    while start < len(text):
        end = start + CHUNK_CHARACTERS
        if end < len(text):
            space = max(text.rfind(" ", start, end), text.rfind("\n", start, end))
            end = space if space > start else end
        pieces.append(text[start:end])
        start = end
    return pieces
