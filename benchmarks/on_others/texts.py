"""Texts that others wrote, which are not ours to pass on: in ../shared beside the clone, where they are at hand."""

from __future__ import annotations

import gzip
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

SHARED = Path(__file__).resolve().parents[3] / "shared"


def recorded(name: str) -> bytes:
    """The bytes of a file (`arxiv/html/1706.03762v7.html`). Skips the test where it is absent."""
    path = SHARED / name
    if not path.is_file():
        pytest.skip(f"../shared/{name} is not here")
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


@lru_cache
def papers(name: str = "papers_audio.jsonl") -> dict[str, dict[str, Any]]:
    """The first row of each paper, by identifier."""
    found: dict[str, dict[str, Any]] = {}
    for row in map(json.loads, recorded(f"arxiv/{name}").splitlines()):
        found.setdefault(row["id"], row)
    return found
