"""Small PDFs as TeX would set them, made without a library: for the sandbox's `/pdf`, and for tests of the reader.

A file has what makes PDFs hard to read back: two columns, justified lines, words broken at line ends, ligatures, a
running head, page numbers, a bibliography before the appendix, arXiv's stamp on its side, raised and lowered
characters. Text is Times and Times Bold of the fourteen standard fonts, so nothing is embedded; characters outside of
Windows-1252 are set as `?`.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from digest_assets.model import Block, BlockKind, Section

_WIDTH, _HEIGHT = 612, 792
_LEFT, _TOP, _BOTTOM = 54, 720, 72
_GUTTER = 24
_SIZE, _LEADING = 10, 12
_SMALL = 8
# Widths of Times-Roman in thousandths of the size, characters 32 to 126 (Adobe's metrics for the standard fonts).
# fmt: off
_WIDTHS = (
    250, 333, 408, 500, 500, 833, 778, 180, 333, 333, 500, 564, 250, 333, 250, 278, 500, 500, 500, 500, 500, 500, 500,
    500, 500, 500, 278, 278, 564, 564, 564, 444, 921, 722, 667, 667, 722, 611, 556, 722, 722, 333, 389, 722, 611, 889,
    722, 722, 556, 722, 667, 556, 611, 722, 722, 944, 722, 722, 611, 333, 278, 333, 469, 500, 333, 444, 500, 444, 500,
    444, 333, 500, 500, 278, 278, 500, 278, 778, 500, 500, 500, 500, 333, 389, 278, 500, 500, 722, 500, 500, 444, 480,
    200, 480, 541,
)
# fmt: on
_SCRIPT = re.compile(r"([\^_])\{([^{}]*)\}")
_SCRIPT_SIZE, _RAISED, _LOWERED = 0.7, 0.36, -0.15
_SMALL_CAPITALS = 0.8
_LIGATURES = {"fi": "\x01", "fl": "\x02"}  # where the fonts' encoding below puts them


@dataclass(frozen=True, slots=True)
class _Set:
    """A piece of text at its place."""

    page: int
    x: float
    y: float
    size: float
    bold: bool
    text: str
    word_spacing: float = 0
    small_capitals: bool = False


def make_pdf(
    title: str,
    sections: Sequence[Section],
    columns: int = 2,
    *,
    references: Sequence[str] = (),
    running_head: str = "",
    stamp: str = "",
    across: bool = False,
    scaled: bool = False,
) -> bytes:
    """A PDF of `sections` under `title`, in 1 or 2 `columns`.

    `references` are set, under their heading, before the first section that is an appendix. `running_head` stands on
    every page but the first, `stamp` turned at the first page's margin. With `across`, the file holds its lines from
    the top of the page to its foot, going to and fro between the columns, as some word processors write them. With
    `scaled`, titles of sections are in small capitals, and each font has the size 1 and is scaled by the text matrix,
    as in files of macOS and of publishers. `^{...}` and `_{...}` in a text are raised and lowered.
    """
    pages = _Pages(columns, small_capitals=scaled)
    pages.title(title)
    references_done = not references
    for section in sections:
        if section.appendix and not references_done:
            pages.references(references)
            references_done = True
        pages.section(section)
    if not references_done:
        pages.references(references)
    pieces = pages.pieces
    if across:
        pieces = sorted(pieces, key=lambda piece: (piece.page, -piece.y, piece.x))
    return _file([_content(pieces, page, running_head, stamp, scaled) for page in range(pages.count)])


def make_scan(page_count: int = 2, stamp: str = "") -> bytes:
    """A PDF whose pages are pictures only: grey bars where lines of text would be, and perhaps arXiv's stamp."""
    bars = "0.4 g " + " ".join(f"54 {y} 500 6 re f" for y in range(_BOTTOM, _TOP, 14))
    return _file([bars + (_stamped(stamp) if page == 0 else "") for page in range(page_count)])


def make_locked_pdf() -> bytes:
    """A PDF that asks for a password, which nobody has."""
    encryption = f"<< /Filter /Standard /V 1 /R 2 /P -4 /O <{'ab' * 32}> /U <{'cd' * 32}> >>"
    return _file(["BT ET"], trailer=f"/Encrypt {encryption} /ID [<{'01' * 16}> <{'01' * 16}>]")


class _Pages:
    """Sets text from the top of a column to its foot, then in the next column, then on the next page."""

    def __init__(self, columns: int, *, small_capitals: bool = False) -> None:
        self.pieces: list[_Set] = []
        self._small_capitals = small_capitals
        self._columns = columns
        self._column_width = (_WIDTH - 2 * _LEFT - (columns - 1) * _GUTTER) / columns
        self._page = self._column = 0
        self._y = self._column_top = float(_TOP)

    @property
    def count(self) -> int:
        return self._page + 1

    def title(self, title: str) -> None:
        for line, _ in _broken(title, _WIDTH - 2 * _LEFT, 17):
            self.pieces.append(_Set(0, _LEFT, self._y, 17, True, line))
            self._y -= 20
        self._y -= 12
        self._column_top = self._y

    def section(self, section: Section) -> None:
        if section.title:
            self._space(8)
            size = 12 if section.level == 1 else 11
            for line, _ in _broken(section.title, self._column_width, size):
                self._line(line, size=size, bold=not self._small_capitals, small_capitals=self._small_capitals)
            self._space(3)
        for block in section.blocks:
            self._block(block)

    def references(self, references: Sequence[str]) -> None:
        self.section(Section("References", 1, ()))
        for number, reference in enumerate(references, 1):
            self._paragraph(f"[{number}] {reference}", size=_SMALL, indent=0)

    def _block(self, block: Block) -> None:
        if block.kind is BlockKind.TABLE:
            self._table(block.text)
        elif block.kind is BlockKind.FORMULA:
            self._space(4)
            self._line(_plain(block.text), indent=30)
            self._space(4)
        elif block.kind is BlockKind.ITEM:
            self._paragraph("\x95 " + block.text, indent=0)
        else:
            small = block.kind in (BlockKind.CAPTION, BlockKind.FOOTNOTE)
            self._paragraph(block.text, size=_SMALL if small else _SIZE, indent=0 if small else 12)

    def _paragraph(self, text: str, size: int = _SIZE, indent: float = 12) -> None:
        if size != _SIZE:
            self._space(4)
        lines = _broken(_plain(text), self._column_width, size, indent)
        for number, (line, spacing) in enumerate(lines):
            self._line(line, size=size, indent=indent if number == 0 else 0, spacing=spacing)
        if size != _SIZE:
            self._space(4)

    def _table(self, text: str) -> None:
        rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in text.splitlines()]
        rows = [row for row in rows if not all(re.fullmatch(":?-+:?", cell) for cell in row)]
        if not rows:
            return
        widths = [
            max(_width(_plain(row[number]), _SIZE) for row in rows if number < len(row)) + 2 * _SIZE
            for number in range(max(len(row) for row in rows))
        ]
        for row in rows:
            self._make_room(_LEADING)
            for number, cell in enumerate(row):
                self._put(_plain(cell), self._x() + sum(widths[:number]), _SIZE, False, 0)
            self._y -= _LEADING
        self._space(6)

    def _line(
        self,
        text: str,
        size: int = _SIZE,
        bold: bool = False,
        indent: float = 0,
        spacing: float = 0,
        small_capitals: bool = False,
    ) -> None:
        leading = size + 2
        self._make_room(leading)
        self._put(text, self._x() + indent, size, bold, spacing, small_capitals)
        self._y -= leading

    def _put(self, text: str, x: float, size: int, bold: bool, spacing: float, small_capitals: bool = False) -> None:
        if text:
            self.pieces.append(_Set(self._page, x, self._y, size, bold, text, spacing, small_capitals))

    def _x(self) -> float:
        return _LEFT + self._column * (self._column_width + _GUTTER)

    def _space(self, points: float) -> None:
        if self._y < self._column_top:
            self._y -= points

    def _make_room(self, leading: float) -> None:
        if self._y - leading >= _BOTTOM:
            return
        self._column += 1
        if self._column == self._columns:
            self._column = 0
            self._page += 1
            self._column_top = float(_TOP)
        self._y = self._column_top


def _plain(text: str) -> str:
    """Formulas without their dollar signs: a PDF has no TeX in it."""
    return " ".join(re.sub(r"\$+", "", text).split())


def _width(text: str, size: float) -> float:
    text, scripts = _SCRIPT.sub("", text), "".join(inner for _, inner in _SCRIPT.findall(text))
    return _plain_width(text, size) + _plain_width(scripts, _SCRIPT_SIZE * size)


def _plain_width(text: str, size: float) -> float:
    return sum(_WIDTHS[ord(each) - 32] if 32 <= ord(each) < 127 else 500 for each in text) * size / 1000


def _broken(text: str, width: float, size: float, indent: float = 0) -> list[tuple[str, float]]:
    """Lines of `text` at most `width` wide, each with the word spacing that fills it. Long words are broken."""
    lines: list[tuple[str, float]] = []
    line: list[str] = []
    words = text.split()
    while words:
        room = width - (indent if not lines else 0)
        if _width(" ".join([*line, words[0]]), size) <= room:
            line.append(words.pop(0))
            continue
        head = _broken_word(words[0], room - _width(" ".join([*line, ""]), size), size, force=not line)
        if head:
            line.append(head + "-")
            words[0] = words[0][len(head) :]
        joined = " ".join(line)
        lines.append((joined, (room - _width(joined, size)) / (len(line) - 1) if len(line) > 1 else 0))
        line = []
    return [*lines, (" ".join(line), 0)] if line else lines


def _broken_word(word: str, room: float, size: float, force: bool) -> str:
    """As much of `word` as fits with a hyphen, three letters at least on either side; nothing where none does."""
    for length in range(len(word) - 3, 2, -1):
        head = word[:length]
        if head.count("{") != head.count("}"):
            continue
        if (force or word[length - 3 : length + 3].isalpha()) and _width(head + "-", size) <= room:
            return head
    return word[: max(len(word) // 2, 1)] if force else ""


# -- the file


def _content(pieces: Sequence[_Set], page: int, running_head: str, stamp: str, scaled: bool) -> str:
    here = [piece for piece in pieces if piece.page == page]
    if page and running_head:
        here.insert(0, _Set(page, _LEFT, 752, _SMALL, False, running_head))
    here.append(_Set(page, _WIDTH / 2, 40, _SIZE, False, str(page + 1)))
    return "\n".join([*(_drawn(piece, scaled) for piece in here), _stamped(stamp) if page == 0 else ""])


def _drawn(piece: _Set, scaled: bool) -> str:
    scale = piece.size if scaled else 1
    font = f"/F{2 if piece.bold else 1}"
    place = f"{scale:g} 0 0 {scale:g} {piece.x:.2f} {piece.y:.2f} Tm"
    shown = " ".join(
        f"{font} {size / scale:.3f} Tf {rise / scale:.3f} Ts ({_escaped(text)}) Tj"
        for text, size, rise in _parts(piece)
    )
    return f"BT {piece.word_spacing / scale:.3f} Tw {place} {shown} ET"


def _parts(piece: _Set) -> Iterator[tuple[str, float, float]]:
    """The text in parts of one size, each with its rise: scripts, and small capitals for small letters."""
    size = piece.size
    if piece.small_capitals:
        for is_small, letters in groupby(piece.text, key=str.islower):
            yield "".join(letters).upper(), _SMALL_CAPITALS * size if is_small else size, 0
        return
    place = 0
    for match in _SCRIPT.finditer(piece.text):
        if match.start() > place:
            yield piece.text[place : match.start()], size, 0
        yield match[2], _SCRIPT_SIZE * size, (_RAISED if match[1] == "^" else _LOWERED) * size
        place = match.end()
    if place < len(piece.text):
        yield piece.text[place:], size, 0


def _stamped(stamp: str) -> str:
    return f" BT /F1 18 Tf 0 Tw 0 1 -1 0 30 200 Tm ({_escaped(stamp)}) Tj ET" if stamp else ""


def _escaped(text: str) -> str:
    for letters, code in _LIGATURES.items():
        text = text.replace(letters, code)
    encoded = text.replace("\x95", "•").encode("cp1252", "replace").decode("latin-1")
    return re.sub(r"([\\()])", r"\\\1", encoded)


def _file(contents: Sequence[str], trailer: str = "") -> bytes:
    first = 6
    kids = " ".join(f"{first + 2 * number} 0 R" for number in range(len(contents)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(contents)} /Kids [{kids}] >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman /Encoding 5 0 R >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Bold /Encoding 5 0 R >>",
        b"<< /Type /Encoding /BaseEncoding /WinAnsiEncoding /Differences [1 /fi /fl] >>",
    ]
    for number, content in enumerate(contents):
        stream = zlib.compress(content.encode("latin-1"))
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {_WIDTH} {_HEIGHT}] /Contents {first + 2 * number + 1} 0 R "
            f"/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>".encode(),
            f"<< /Length {len(stream)} /Filter /FlateDecode >>\nstream\n".encode() + stream + b"\nendstream",
        ]
    return _numbered(objects, trailer)


def _numbered(objects: Sequence[bytes], trailer: str) -> bytes:
    file = bytearray(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(file))
        file += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    file += (
        f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R {trailer} >>\n"
        f"startxref\n{len(file)}\n%%EOF\n"
    ).encode()
    return bytes(file)
