"""Sections as the store keeps them: compressed JSON that says which format it is.

A full text is fetched once for ever, so what was packed years ago must be readable: a change of the format raises
`FORMAT` and keeps a reader for the old number.
"""

from __future__ import annotations

import json
import zlib

from digest_assets.errors import StoreUnusable
from digest_assets.model import Block, BlockKind, Section

FORMAT = 1


def pack(sections: tuple[Section, ...]) -> bytes:
    """`sections` as zlib-compressed JSON. The same sections give the same bytes."""
    rows = [
        [section.title, section.level, section.appendix, [[block.kind.value, block.text] for block in section.blocks]]
        for section in sections
    ]
    document = json.dumps({"format": FORMAT, "sections": rows}, ensure_ascii=False, separators=(",", ":"))
    return zlib.compress(document.encode("utf-8", "replace"), 6)


def unpack(packed: bytes) -> tuple[Section, ...]:
    """What `pack` was given. Raises `StoreUnusable` for bytes that it did not write."""
    try:
        document = json.loads(zlib.decompress(packed))
        if document["format"] != FORMAT:
            raise StoreUnusable(
                f"A stored text has format {document['format']}, this version reads {FORMAT}.",
                cure="Update Digest Assets.",
            )
        return tuple(
            Section(title, level, tuple(Block(BlockKind(kind), text) for kind, text in blocks), appendix)
            for title, level, appendix, blocks in document["sections"]
        )
    except (zlib.error, ValueError, KeyError, TypeError) as error:
        raise StoreUnusable(
            f"A stored text cannot be unpacked: {error}.", cure="Delete its row: the text is fetched again."
        ) from None
