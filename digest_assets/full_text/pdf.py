"""A PDF's text layer to sections, where there is no HTML.

A PDF holds characters at places, not text: columns, hyphens at line ends, running heads, page numbers and a
bibliography have to be told from the argument. The characters come in the order in which they were set, which for TeX
is the reading order; geometry is used for the rest (and for order where a file was set across its columns). Formulas
come out in one line, raised and lowered characters as `^{2}` and `_{i}`, fractions as `a/b`: the reason to prefer the
HTML.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pypdfium2

from digest_assets.full_text import NoText
from digest_assets.full_text.affiliations import NO_HEAD, Head, head_of
from digest_assets.full_text.language import is_text
from digest_assets.full_text.pdf_characters import read_page
from digest_assets.full_text.pdf_furniture import Beside, LeftOut, without_heads, without_line_numbers
from digest_assets.full_text.pdf_labels import without_drawn
from digest_assets.full_text.pdf_order import Line, in_reading_order
from digest_assets.full_text.pdf_outline import Entry
from digest_assets.full_text.pdf_sections import to_sections
from digest_assets.model import Section

PAGE_LIMIT = 150
"""Pages that are read. A thesis has more; what a digest needs of it stands in the first chapters."""
CHARACTER_LIMIT = 1_000_000
LETTERS_PER_PAGE = 40
"""A scan with arXiv's stamp at its margin has fewer."""
_UNKNOWN = "\ufffd"
"""A character whose letter the file does not tell."""
_ENTRY_LIMIT = 500
_UNREADABLE_SHARE = 0.5
"""Of the pages that hold enough to judge: from where on the file is refused."""


@dataclass(frozen=True, slots=True)
class PdfText:
    """What a PDF holds. `pages_read` is less than `page_count` where it was cut for its length."""

    sections: tuple[Section, ...]
    left_out: tuple[LeftOut, ...]
    """What stands on the pages that were read and is in no section. The two together are all that the pages hold."""
    page_count: int
    pages_read: int
    table_count: int
    head: Head


def read_pdf(body: bytes) -> PdfText:
    """The sections of a PDF.

    Raises `NoText`: `not a PDF`, `empty file`, `password`, `damaged`, `no text layer`, `unreadable text`.
    pdfium is C++ and takes what strangers wrote: outside of tests call it by `read_in_a_process.read_bounded`.
    """
    document = _open(body)
    try:
        pages, left_out, page_count = _pages(document)
        outline = _outline(document)
    finally:
        document.close()
    _refuse_noise(pages)
    lines, heads = without_heads(pages)
    head = head_of(_cells(pages[0])) if pages else NO_HEAD
    kept, drawn = without_drawn([line for page in lines for line in page])
    found = to_sections(kept, outline)
    if not found.sections:
        raise NoText("no text layer")
    labels = (LeftOut(Beside.LABEL, label) for label in drawn)
    return PdfText(
        found.sections, (*left_out, *heads, *labels, *found.left_out), page_count, len(pages), found.table_count, head
    )


def _cells(lines: Sequence[Line]) -> Iterator[str]:
    """The cells of `lines`, with the hyphen of a word that goes on in the next line."""
    for line in lines:
        *cells, last = line.cells
        yield from cells
        yield f"{last}-" if line.hyphenated else last


def _open(body: bytes) -> pypdfium2.PdfDocument:
    if not body:
        raise NoText("empty file")
    if b"%PDF-" not in body[:1024]:
        raise NoText("not a PDF")
    try:
        return pypdfium2.PdfDocument(body)
    except pypdfium2.PdfiumError as error:
        raise NoText("password" if "password" in str(error).lower() else "damaged") from None


def _pages(document: pypdfium2.PdfDocument) -> tuple[list[list[Line]], list[LeftOut], int]:
    """Lines by page, what was left out of them, and how many pages the file has."""
    page_count = len(document)
    pages: list[list[Line]] = []
    left_out: list[LeftOut] = []
    characters = 0
    for number in range(min(page_count, PAGE_LIMIT)):
        page = read_page(document, number)
        pieces, numbers = without_line_numbers(page.pieces)
        pages.append(in_reading_order(pieces))
        beside = ((Beside.HIDDEN, page.hidden), (Beside.TURNED, page.turned))
        left_out += [*numbers, *(LeftOut(what, text) for what, text in beside if text)]
        characters += sum(len(line.text) for line in pages[-1])
        if characters > CHARACTER_LIMIT:
            break
    return pages, left_out, page_count


def _outline(document: pypdfium2.PdfDocument) -> list[Entry]:
    entries: list[Entry] = []
    try:
        for item in document.get_toc(max_depth=4):
            destination = item.get_dest()
            page = destination.get_index() if destination is not None else None
            title = " ".join(item.get_title().split())
            if page is not None and title:
                entries.append(Entry(title, item.level, page))
            if len(entries) == _ENTRY_LIMIT:
                break
    except (pypdfium2.PdfiumError, UnicodeError):  # of what a stranger wrote, the outline is no more than a help
        return []
    return entries


def _refuse_noise(pages: list[list[Line]]) -> None:
    texts = [" ".join(line.text for line in page) for page in pages]
    letters = sum(each.isalpha() or each == _UNKNOWN for text in texts for each in text)
    if letters < LETTERS_PER_PAGE * max(len(pages), 1):
        raise NoText("no text layer")
    judged = [verdict for verdict in map(is_text, texts) if verdict is not None]
    if not judged and (verdict := is_text(" ".join(texts))) is not None:
        judged = [verdict]  # pages of a few words each
    if judged.count(False) > _UNREADABLE_SHARE * len(judged):
        raise NoText("unreadable text")
