"""Sections as the store keeps them: compressed JSON that says which format it is.

A full text is fetched once for ever, so what was packed years ago must be readable: a change of the format raises
`FORMAT` and keeps a reader for the old number.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence

from digest_assets.errors import StoreUnusable
from digest_assets.model import Block, BlockKind, Section

FORMAT = 2
_READ = (1, 2)
"""Format 1 has blocks without their place in arXiv's HTML."""


def pack(sections: tuple[Section, ...]) -> bytes:
    """`sections` as zlib-compressed JSON. The same sections give the same bytes."""
    rows = [
        [section.title, section.level, section.appendix, [block_row(block) for block in section.blocks]]
        for section in sections
    ]
    document = json.dumps({"format": FORMAT, "sections": rows}, ensure_ascii=False, separators=(",", ":"))
    return zlib.compress(document.encode("utf-8", "replace"), 6)


def unpack(packed: bytes) -> tuple[Section, ...]:
    """What `pack` was given. Raises `StoreUnusable` for bytes that it did not write."""
    try:
        document = json.loads(zlib.decompress(packed))
        if document["format"] not in _READ:
            raise StoreUnusable(
                f"A stored text has format {document['format']}, this version reads {FORMAT}.",
                cure="Update Digest Assets.",
            )
        return tuple(
            Section(title, level, tuple(block_of(row) for row in blocks), appendix)
            for title, level, appendix, blocks in document["sections"]
        )
    except (zlib.error, ValueError, KeyError, TypeError) as error:
        raise StoreUnusable(
            f"A stored text cannot be unpacked: {error}.", cure="Delete its row: the text is fetched again."
        ) from None


def block_row(block: Block) -> list[str]:
    """A block as JSON has it: its kind, its text, and its anchor where it has one."""
    return [block.kind.value, block.text, *([block.anchor] if block.anchor else [])]


def block_of(row: Sequence[str]) -> Block:
    """What `block_row` was given. Raises `ValueError` for a kind that does not exist, `TypeError` for another shape."""
    kind, *rest = row
    return Block(BlockKind(kind), *rest)
