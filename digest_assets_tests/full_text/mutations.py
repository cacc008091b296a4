"""Pages and PDFs as accident and malice make them, the same ones for the same number.

Run as a program (`python -m digest_assets_tests.full_text.mutations html 0 200`) it reads the numbered mutations one
after the other and prints what each cost, so that a crash names its number.
"""

from __future__ import annotations

import random
import re
import sys
import time
import zlib
from collections.abc import Sequence

from digest_assets.full_text import NoText
from digest_assets.full_text.html import read_html
from digest_assets.full_text.pdf import read_pdf

HTML_TOKENS = (
    b"<span>" * 3000,
    b"<div class='ltx_para'>" * 800,
    b"<table><tr><td colspan=99999999 rowspan=99999999>" * 60,
    b"</article></body>",
    b"<math alttext='\\frac{a}{b}$%\n' display=block><mi>",
    b"<math>" * 200,
    b"<math><annotation-xml encoding='text/html'><p>",
    b"<svg><foreignObject><math>",
    b"<template><section class=ltx_section>",
    b"<cite class=ltx_cite>" + b";" * 5000,
    b"<!--",
    b"<![CDATA[",
    b"<script>",
    b"<plaintext>",
    b"<section class='ltx_bibliography'>",
    b"<li class=ltx_item><span class=ltx_tag>" * 50,
    b"<span class='ltx_note ltx_role_footnote'><span class=ltx_note_content>" * 40,
    b"<h2 class='ltx_title ltx_title_section'>" * 40,
    b"\x00\xff\xfe\xed\xa0\x80",
    b" " * 50_000,
    b"<?xml version='1.0'?><span/>",
    b"&#1114112;&#0;&#xD800;&nosuch;",
)
PDF_TOKENS = (
    b" 0 0 0 0 0 0 Tm ",
    b" 1e38 Tf ",
    b" -99999999999 Td ",
    b"(\\377\\000\\001) Tj ",
    b"[(a) -1e9 (b)] TJ ",
    b" q " * 999,
    b" BT " * 99,
    b" 3 Tr ",
    b" 1e-30 0 0 1e-30 0 0 cm ",
    b"<</Kids[2 0 R]>>",
    b"/Count 999999999",
    b"endstream",
    b"endobj",
    b"/MediaBox [0 0 1e9 1e9]",
    b"/Rotate 90",
    b"\x00" * 400,
    b"startxref\n99999999999\n",
    b"/F9 0 Tf ",
    b"<feff0041d800> Tj ",
)


def mutated(body: bytes, number: int, tokens: tuple[bytes, ...]) -> bytes:
    """Mutation `number` of `body`: a few bytes changed, pieces moved, doubled or lost, tokens put in between."""
    chance = random.Random(number)
    data = bytearray(body)
    for _ in range(chance.randint(1, 12)):
        place = chance.randrange(len(data) + 1)
        length = chance.choice((1, 3, 40, 900))
        match chance.randrange(6):
            case 0:
                data[place : place + 1] = bytes([chance.randrange(256)])
            case 1:
                del data[place : place + length]
            case 2:
                data[place:place] = data[place : place + length] * chance.choice((1, 2, 20))
            case 3:
                data[place:place] = chance.choice(tokens)
            case 4:
                other = chance.randrange(len(data) + 1)
                data[place : place + length], data[other : other + length] = (
                    data[other : other + length],
                    data[place : place + length],
                )
            case _:
                if chance.random() < 0.1:
                    del data[place:]
    return bytes(data)


def inflated(pdf: bytes) -> bytes:
    """A PDF with its streams open to mutation. Its table of objects is wrong then, which pdfium mends."""

    def opened(match: re.Match[bytes]) -> bytes:
        content = zlib.decompress(match[1])
        return b"<< /Length %d >>\nstream\n%b\nendstream" % (len(content), content)

    return re.sub(rb"<< /Length \d+ /Filter /FlateDecode >>\nstream\n(.*?)\nendstream", opened, pdf, flags=re.DOTALL)


def drawing_bomb(levels: int) -> bytes:
    """A page that draws a form ten times, which draws a form ten times, ...: a line of text 10^levels times."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R "
        b"/Resources << /XObject << /X 5 0 R >> >> >>",
        b"<< /Length 5 >>\nstream\n/X Do\nendstream",
    ]
    for level in range(levels):
        resources = b"<< /XObject << /X %d 0 R >> >>" % (6 + level)
        content = b"/X Do " * 10
        objects.append(_form(resources, content))
    font = b"<< /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Times-Roman >> >> >>"
    objects.append(_form(font, b"BT /F 9 Tf 50 700 Td (a line of text) Tj ET"))
    return _assembled(objects)


def _form(resources: bytes, content: bytes) -> bytes:
    return (
        b"<< /Type /XObject /Subtype /Form /BBox [0 0 600 800] /Resources %b /Length %d >>\nstream\n%b\nendstream"
        % (
            resources,
            len(content),
            content,
        )
    )


def inflating_bomb(megabytes: int) -> bytes:
    """A page whose content takes a thousandth of its size in the file."""
    packer = zlib.compressobj()
    piece = b"BT (a) Tj ET " * 80_000
    content = b"".join(packer.compress(piece) for _ in range(megabytes)) + packer.flush()
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%b\nendstream" % (len(content), content),
    )
    return _assembled(objects)


def _assembled(objects: Sequence[bytes]) -> bytes:
    """A PDF without a table of its objects, which pdfium makes for itself."""
    body = b"".join(b"%d 0 obj\n%b\nendobj\n" % (number, each) for number, each in enumerate(objects, 1))
    return b"%PDF-1.5\n" + body + b"trailer\n<< /Root 1 0 R /Size %d >>\n%%%%EOF\n" % (len(objects) + 1)


def _main(format: str, first: int, count: int) -> None:
    from digest_assets_tests.full_text import test_html, test_pdf

    page = test_html.page("".join(test_html.section(f"{n} Title", test_html.EVERYTHING) for n in range(1, 9)))
    paper = inflated(test_pdf.made())
    for number in range(first, first + count):
        print(number, end=" ", flush=True)
        body = mutated(page, number, HTML_TOKENS) if format == "html" else mutated(paper, number, PDF_TOKENS)
        began = time.process_time()
        try:
            if format == "html":
                read_html(body, "https://arxiv.org/html/2601.00001v1")
            else:
                read_pdf(body)
            outcome = "read"
        except NoText:
            outcome = "refused"
        print(outcome, f"{time.process_time() - began:.3f}", flush=True)


if __name__ == "__main__":
    _main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
