"""Files that arXiv served, where they are at hand: in ../shared/arxiv, beside the repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest_assets.model import BlockKind, Section

SHARED = Path(__file__).resolve().parents[3] / "shared" / "arxiv"


def recorded(name: str) -> bytes:
    """The bytes of a recorded file (`html/1706.03762v7.html`). Skips the test where it is absent."""
    path = SHARED / name
    if not path.is_file():
        pytest.skip(f"../shared/arxiv/{name} is not here")
    return path.read_bytes()


def text_of(sections: tuple[Section, ...]) -> str:
    """Everything that a reader sees, headings included."""
    pieces = [piece for each in sections for piece in (each.title, *(block.text for block in each.blocks))]
    return "\n".join(piece for piece in pieces if piece)


def outline(sections: tuple[Section, ...]) -> list[tuple[int, str]]:
    return [(each.level, each.title) for each in sections if each.title]


def kinds(sections: tuple[Section, ...], kind: BlockKind) -> list[str]:
    return [block.text for each in sections for block in each.blocks if block.kind is kind]
