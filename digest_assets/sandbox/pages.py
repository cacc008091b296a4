"""PDF files and figures of the invented papers, made when they are asked for."""

from __future__ import annotations

import re
import struct
import textwrap
import zlib
from functools import lru_cache

from digest_assets.model import Paper, Section

_LINES_A_PAGE = 60
_COLUMN = 52


def columned_pdf(paper: Paper, sections: tuple[Section, ...]) -> bytes:
    """A paper in two columns, its abstract first. Characters that Helvetica lacks become `?`."""
    lines = [*textwrap.wrap(paper.title, 80), "", "Abstract", *textwrap.wrap(_plain(paper.abstract), _COLUMN), ""]
    for number, section in enumerate(sections, 1):
        lines += [f"{number} {section.title}", ""]
        for block in section.blocks:
            lines += [*textwrap.wrap(_plain(block.text), _COLUMN), ""]
    columns = [lines[start : start + _LINES_A_PAGE] for start in range(0, len(lines), _LINES_A_PAGE)]
    return _document([_columns(columns[start : start + 2]) for start in range(0, len(columns), 2)])


@lru_cache(maxsize=1)
def scanned_pdf() -> bytes:
    """Two pages of grey stripes, as an image: a scan without a text layer."""
    stripes = b"".join(bytes([255 if row % 12 else 120] * 40) for row in range(240))
    image = zlib.compress(stripes)
    return _document([b"q 500 0 0 700 50 50 cm /Scan Do Q"] * 2, image)


@lru_cache(maxsize=1)
def figure_png() -> bytes:
    """A small grey picture: every figure of the sandbox."""
    rows = b"".join(b"\x00" + bytes([200] * 32) for _ in range(18))
    head = struct.pack(">IIBBBBB", 32, 18, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _plain(text: str) -> str:
    return re.sub(r"\^\[([^\]]*)\]", r" (\1)", text).replace("`", "").replace("*", "")


def _columns(columns: list[list[str]]) -> bytes:
    parts: list[bytes] = []
    for index, lines in enumerate(columns):
        shown = b"".join(b"(" + _escaped(line) + b") Tj T*\n" for line in lines)
        parts.append(b"BT /F1 9 Tf 11 TL %d 760 Td\n%sET" % (45 + 270 * index, shown))
    return b"\n".join(parts)


def _escaped(line: str) -> bytes:
    return re.sub(rb"([\\()])", rb"\\\1", line.encode("cp1252", "replace"))


def _document(pages: list[bytes], image: bytes | None = None) -> bytes:
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    objects.append(
        b"<< /Type /XObject /Subtype /Image /Width 40 /Height 240 /ColorSpace /DeviceGray /BitsPerComponent 8 "
        b"/Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(image or b""), image or b"")
    )
    kids = []
    for page in pages:
        number = len(objects) + 1
        kids.append(b"%d 0 R" % number)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> /XObject << /Scan 4 0 R >> >> >>" % (number + 1)
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(page), page))
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(pages))
    output = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(output))
        output += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    count = len(objects) + 1
    output += b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        count,
        table,
        count,
        len(output),
    )
    return bytes(output)
