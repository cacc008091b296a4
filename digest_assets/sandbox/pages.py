"""PDF files and figures of the sandbox's papers, as arXiv would have them."""

from __future__ import annotations

import re
import struct
import zlib
from dataclasses import replace
from functools import lru_cache

from digest_assets.model import Block, BlockKind, Paper, Section
from digest_assets.sandbox.pdf import make_pdf, make_scan

_REFERENCES = (
    '[1] O. Invented and P. Imagined, "A paper that nobody wrote," in Proc. Nowhere, 1987.',
    '[2] Q. Fictional, "Another one," Journal of Empty Shelves, vol. 99, 1993.',
)


def columned_pdf(paper: Paper, sections: tuple[Section, ...], *, scaled: bool = False) -> bytes:
    """A paper in two columns: its abstract, its sections, a bibliography, arXiv's stamp at the side.

    With `scaled`, titles are in small capitals, and fonts of size 1 are scaled by the text matrix.
    """
    abstract = Section("Abstract", 1, (Block(BlockKind.PARAGRAPH, paper.abstract),))
    printed = tuple(
        replace(section, blocks=tuple(Block(block.kind, _plain(block.text)) for block in section.blocks))
        for section in (abstract, *sections)
    )
    return make_pdf(paper.title, printed, references=_REFERENCES, stamp=_stamp(paper), scaled=scaled)


def scanned_pdf(paper: Paper) -> bytes:
    """Pages without a text layer, but for arXiv's stamp."""
    return make_scan(stamp=_stamp(paper))


def _stamp(paper: Paper) -> str:
    day = f"{paper.updated_at:%d %b %Y}" if paper.updated_at else ""
    return f"arXiv:{paper.versioned} [{paper.primary_category}] {day}"


def _plain(text: str) -> str:
    return re.sub(r"\^\[([^\]]*)\]", r" (\1)", text).replace("`", "").replace("*", "")


@lru_cache(maxsize=1)
def figure_png() -> bytes:
    """A small grey picture: every figure of the sandbox."""
    rows = b"".join(b"\x00" + bytes([200] * 32) for _ in range(18))
    head = struct.pack(">IIBBBBB", 32, 18, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
