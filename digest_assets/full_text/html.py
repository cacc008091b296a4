"""LaTeXML's HTML (`arxiv.org/html/<id>v<n>`) to sections: what an author wrote, without what the page adds.

General extractors lose a paper's formulas or print each of them three times (presentation, annotation, alternative
text), keep the bibliography, and know nothing of sections. LaTeXML's markup says all of that in class names
(https://math.nist.gov/~BMiller/LaTeXML/manual/schema/), so it is read by them, in one walk over the tree. Only class
names are asked for, not element names: pages of 2010 are built of `div`, those of 2026 of `section` and `article`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from digest_assets.full_text import NoText
from digest_assets.full_text.affiliations import Head, head_of, institution
from digest_assets.full_text.licences import licence_url
from digest_assets.model import Block, BlockKind, Figure, Section

BYTE_LIMIT = 24_000_000
"""The largest recorded page has 1.2 MB. The tree takes thirteen times a page's size in memory."""
DEPTH_LIMIT = 150
"""Elements inside each other. The recorded pages stay below 16; what is deeper is taken as plain text."""
SPAN_LIMIT = 40
"""Columns or rows that one table cell may cover."""
WORDS_PER_ERROR = 50
"""A page with more conversion errors than one in so many words is not worth reading; the PDF is."""

_SECTIONS = {
    "ltx_part",
    "ltx_chapter",
    "ltx_section",
    "ltx_subsection",
    "ltx_subsubsection",
    "ltx_paragraph",
    "ltx_subparagraph",
    "ltx_appendix",
}
_FRONT_MATTER = {
    "ltx_title_document",
    "ltx_subtitle",
    "ltx_authors",
    "ltx_author_before",
    "ltx_creator",
    "ltx_date",
    "ltx_dates",
    "ltx_keywords",
    "ltx_classification",
    "ltx_note_frontmatter",
    "ltx_rdf",
}
_FURNITURE = {
    "ltx_page_navbar",
    "ltx_page_header",
    "ltx_page_footer",
    "ltx_page_logo",
    "ltx_pagination",
    "ltx_TOC",
    "ltx_toclist",
    "ltx_index",
    "ltx_listing_data",
    "ltx_tag_listingline",
    "ltx_eqn_eqno",
    "ltx_tag_equation",
    "package-alerts",
    "package-hint",
    "sr-only",
    "ltx_nodisplay",
}
_BIBLIOGRAPHY = {"ltx_bibliography", "ltx_biblist", "ltx_bibitem", "ltx_title_bibliography"}
_LEFT_OUT = _FRONT_MATTER | _FURNITURE | _BIBLIOGRAPHY
_LEFT_OUT_IDS = {"license-tr", "watermark-tr", "myForm", "modal", "target-section"}
_LEFT_OUT_TAGS = {  # not text
    "head",
    "script",
    "style",
    "template",
    "nav",
    "header",
    "footer",
    "button",
    "form",
    "noscript",
    "iframe",
    "object",
    "svg",
    "select",
    "audio",
    "video",
}
_EQUATIONS = {"ltx_equation", "ltx_equationgroup", "ltx_eqn_table"}
_BLOCK_TAGS = {  # what ends a paragraph
    "p",
    "div",
    "section",
    "article",
    "main",
    "body",
    "ul",
    "ol",
    "dl",
    "figure",
    "blockquote",
    "pre",
    "center",
    "aside",
    "details",
    "address",
    "fieldset",
    "hr",
}
_BLOCK_CLASSES = {"ltx_para", "ltx_minipage", "ltx_listing", "ltx_block"}
_ANCHORED_TAGS = _BLOCK_TAGS | {"li", "dt", "dd", "table", "figcaption"}
_ANCHORED_CLASSES = _BLOCK_CLASSES | _EQUATIONS | {"ltx_item", "ltx_tabular", "ltx_caption", "ltx_figure", "ltx_table"}
"""Of an element whose `id` is the place of the text in it. LaTeXML gives one to single words, too."""
_FOOTNOTES = {"ltx_role_footnote", "ltx_role_footnotetext", "ltx_role_endnote"}
_BULLETS = {"", "•", "–", "-", "—", "∙", "*", "◦", "·", "▪", "■", "○", "►", "‣"}
_NEW_LINE = "\x00"  # kept through the collapsing of white space; HTML itself cannot hold it


@dataclass(frozen=True, slots=True)
class HtmlText:
    """What a page holds. `formula_count`: as written in `sections`, an aligned row of cells being one formula."""

    sections: tuple[Section, ...]
    formula_count: int
    table_count: int
    licence: str | None
    """URL of the licence, as arXiv's feeds spell it; the box's own words where they are not known."""
    figure: Figure | None
    """The first figure that has an image and a caption."""
    head: Head


def read_html(body: bytes, url: str) -> HtmlText:
    """The sections of the page `body`, fetched from `url` (for the addresses of figures).

    Raises `NoText` for "No HTML for ...", for pages without text, and for conversions full of errors.
    """
    if len(body) > BYTE_LIMIT:
        raise NoText(f"larger than {BYTE_LIMIT // 1_000_000} MB")
    tree = LexborHTMLParser(_as_html(body.decode("utf-8", "replace")))
    title = tree.css_first("title")
    heading = tree.css_first("h1")
    if any(each is not None and "No HTML for" in each.text() for each in (title, heading)):
        raise NoText("none for this paper")
    root = tree.css_first(".ltx_document") or tree.css_first(".ltx_page_content") or tree.body
    if root is None:
        raise NoText("empty page")
    reader = _Reader(_base(tree, url))
    reader.read(root)
    sections = reader.sections()
    _refuse_a_failed_conversion(sections, len(root.css(".ltx_ERROR")))
    return HtmlText(sections, reader.formula_count, reader.table_count, _licence(tree), reader.figure, _head(root))


def _as_html(page: str) -> str:
    """XHTML's `<span/>` is an open tag to an HTML parser, and `<script/>` would swallow the page."""
    start = page[:1000]
    if not (start.lstrip("\ufeff \r\n\t").startswith("<?xml") or "XHTML" in start or "w3.org/1999/xhtml" in start):
        return page
    page = re.sub(r"<(/?)m:", r"<\1", page)
    return re.sub(
        r"<(?!(?:br|hr|img|meta|link|input|col|wbr|base)\b)([a-zA-Z]+)((?:\s[^<>]*)?)/>", r"<\1\2></\1>", page
    )


def _refuse_a_failed_conversion(sections: tuple[Section, ...], error_count: int) -> None:
    body = [block for section in sections if section.title != "Abstract" for block in section.blocks]
    if not body:
        raise NoText(f"conversion failed ({error_count} errors)" if error_count else "empty page")
    words = sum(len(block.text.split()) for block in body)
    if error_count >= 3 and error_count * WORDS_PER_ERROR > words:
        raise NoText(f"conversion failed ({error_count} errors)")


def _base(tree: LexborHTMLParser, url: str) -> str:
    """What addresses in the page are relative to. A page at `/html/<id>` that does not say means `/html/<id>/`."""
    base = tree.css_first("base[href]")
    try:
        return urljoin(url, base.attributes["href"] or "") if base is not None else url.rstrip("/") + "/"
    except ValueError:  # an address that urllib cannot take apart
        return url


def _licence(tree: LexborHTMLParser) -> str | None:
    box = tree.css_first("#license-tr")
    return licence_url(box.text()) if box is not None else None


_STATED = (
    ".ltx_authors .ltx_role_affiliation, .ltx_authors .ltx_role_institute, .ltx_authors .ltx_role_address, "
    ".ltx_note.ltx_role_institutetext .ltx_note_content, .ltx_note.ltx_role_affiliationtext .ltx_note_content"
)
_NOT_OF_A_HEAD = {
    "ltx_note", "ltx_note_mark", "ltx_note_type", "ltx_contact", "ltx_contact_name", "ltx_contact_label", "ltx_ERROR",
    "ltx_role_email", "ltx_author_before", "ltx_author_notes", "ltx_tag_note",
}  # fmt: skip


def _head(root: LexborNode) -> Head:
    """The authors' names with what stands around them, and what the markup names as their affiliations."""
    stated: list[str] = []
    is_named = True
    for node in root.css(_STATED):
        named = [_plain(each) for each in node.css(".ltx_affiliation_institution")]
        entries = [each.replace("\n", ", ") for each in named or re.split(r"\n\s*and\b", _plain(node))]
        if "ltx_role_address" not in _classes(node) or any(map(institution, entries)):
            stated += entries
            is_named = is_named and bool(named)
    lines = (line for each in root.css(".ltx_authors") for line in _plain(each).split("\n"))
    return head_of(lines, stated, is_named=bool(stated) and is_named)


def _plain(node: LexborNode, depth: int = 0) -> str:
    """Text with lines as they are broken, and raised marks as `^{1}`."""
    said = []
    for child in node.iter(include_text=True) if depth < DEPTH_LIMIT else ():
        tag, classes = child.tag or "", _classes(child) if child.tag != "-text" else set()
        if tag == "-text":
            said.append(re.sub(r"\s+", " ", child.text_content or ""))
        elif tag == "br":
            said.append("\n")
        elif tag == "sup" and not classes & _NOT_OF_A_HEAD:
            said.append("^{" + _plain(child, depth + 1).strip() + "}")
        elif tag == "math":
            raised = re.fullmatch(r"\s*(?:\{\s*\})?\s*\^\s*\{?(.*?)\}?\s*", _tex(child))
            said.append("^{" + _SIGNS.sub(_sign, raised.group(1)).strip(" {}") + "}" if raised else " ")
        elif not tag.startswith("-") and tag not in _LEFT_OUT_TAGS and not classes & _NOT_OF_A_HEAD:
            is_block = tag in _BLOCK_TAGS or classes & {"ltx_p", "ltx_creator", "ltx_tr", "ltx_td"}
            inside = _plain(child, depth + 1)
            said.append(f"\n{inside}\n" if is_block else inside)
    return "".join(said)


_SIGNS = re.compile(r"\\(?:math\w+|text\w*|rm|bf|it|kern|,|;|!|quad)\b|\\([a-zA-Z]+)\s*")


def _sign(command: re.Match[str]) -> str:
    return _SIGN_OF.get(command.group(1) or "", "")


_SIGN_OF = {
    "ast": "*", "star": "*", "dagger": "†", "ddagger": "‡", "S": "§", "P": "¶", "alpha": "α", "beta": "β", "gamma": "γ",
    "delta": "δ", "diamondsuit": "♢", "heartsuit": "♡", "spadesuit": "♠", "clubsuit": "♣", "sharp": "♯", "flat": "♭",
    "natural": "♮", "diamond": "⋄", "circ": "∘", "bullet": "•", "triangle": "△", "square": "□",
}  # fmt: skip


def _classes(node: LexborNode) -> set[str]:
    return set((node.attributes.get("class") or "").split())


def _tex(math: LexborNode) -> str:
    """The TeX of a `math` element: its `alttext`, else the TeX annotation, else its characters.

    LaTeXML breaks long lines by `%` and a new line, and leaves dollar signs inside `\\text`, which would end a formula.
    """
    tex = math.attributes.get("alttext")
    if not tex:
        annotation = math.css_first('annotation[encoding="application/x-tex"]')
        tex = annotation.text() if annotation is not None else " ".join(math.text().split())
    tex = re.sub(r"(?<!\\)%[ \t]*\n\s*", "", tex).replace("$", "")
    return re.sub(r"^(\\displaystyle|\\textstyle)(?![a-zA-Z])\s*", "", " ".join(tex.split()))


def _tidy(text: str) -> str:
    """`text` with single spaces, and none before punctuation where the page's indentation put one."""
    text = " ".join(text.split())
    text = re.sub(r"(?<=[\w$)\]}”\"’'%]) (?=[.,;:)\]](?:\s|$|\)))", "", text)
    return re.sub(r"(?<=[(\[]) (?=\S)", "", text)


class _Reader:
    """One walk over a page. Text gathers in `_inline` until a block ends (`_flush`)."""

    def __init__(self, base: str) -> None:
        self.formula_count = 0
        self.table_count = 0
        self.figure: Figure | None = None
        self._base = base
        self._sections: list[tuple[str, int, bool, list[Block]]] = []
        self._inline: list[str] = []
        self._footnotes: list[str] = []
        self._run_in = ""  # a heading that stands in the line of the next paragraph: Theorem 1. / (a)
        self._kind = BlockKind.PARAGRAPH
        self._flat = 0  # inside a cell, a heading, a footnote: blocks become words
        self._anchor = ""  # the id of the innermost block around what is read now
        self._starts_at = ""  # the anchor of what `_inline` begins with
        self._depth = 0
        self._level = 0
        self._appendix = False
        self._open("", 1)

    def read(self, root: LexborNode) -> None:
        self._walk(root)
        self._flush()

    def sections(self) -> tuple[Section, ...]:
        return tuple(
            Section(title, level, tuple(blocks), appendix)
            for title, level, appendix, blocks in self._sections
            if title or blocks
        )

    # -- the walk

    def _walk(self, node: LexborNode) -> None:
        if self._depth >= DEPTH_LIMIT:
            self._add_text(node.text(separator=" "))
            return
        self._depth += 1
        for child in node.iter(include_text=True):
            self._visit(child)
        self._depth -= 1

    def _visit(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if tag == "-text":
            self._add_text(node.text_content or "")
        elif tag == "math":
            self._math(node)
        elif not tag.startswith("-") and tag not in _LEFT_OUT_TAGS and node.id not in _LEFT_OUT_IDS:
            classes = _classes(node)
            if classes & _BIBLIOGRAPHY:
                self._appendix = True  # what an author puts behind the bibliography
            elif not classes & _LEFT_OUT:
                outside = self._anchor
                if node.id and (tag in _ANCHORED_TAGS or classes & _ANCHORED_CLASSES):
                    self._anchor = node.id
                self._element(node, tag, classes)
                self._anchor = outside

    def _element(self, node: LexborNode, tag: str, classes: set[str]) -> None:
        if classes & _SECTIONS:
            self._section(node, "ltx_appendix" in classes)
        elif classes & {"ltx_abstract", "ltx_acknowledgements"}:
            self._titled(node, "Abstract" if "ltx_abstract" in classes else "Acknowledgements")
        elif "ltx_title" in classes or re.fullmatch("h[1-6]", tag):
            self._heading(node, tag, classes)
        elif classes & _EQUATIONS:
            self._equations(node)
        elif tag == "table" or "ltx_tabular" in classes:
            self._table(node)
        elif "ltx_note" in classes:
            self._footnote(node, classes)
        elif tag == "cite" or "ltx_cite" in classes:
            self._add_text(_short_citation(self._words(node)), escape=False)
        elif tag == "figcaption" or "ltx_caption" in classes:
            self._block(node, BlockKind.CAPTION)
        elif tag in ("li", "dt", "dd") or "ltx_item" in classes:
            self._item(node)
        elif "ltx_listingline" in classes:
            self._walk(node)
            self._inline.append(_NEW_LINE)
        elif tag == "br":
            self._inline.append(" ")
        elif "ltx_ERROR" in classes:
            pass  # the name of a macro that LaTeXML does not know: \makecell
        elif tag in _BLOCK_TAGS or classes & _BLOCK_CLASSES:
            if "ltx_figure" in classes and self.figure is None:
                self.figure = self._figure(node)
            self._block(node, BlockKind.PARAGRAPH)
        else:
            self._walk(node)

    # -- text

    def _add_text(self, text: str, escape: bool = True) -> None:
        if text.strip():
            self._begin()
        self._inline.append(text.replace("$", r"\$") if escape else text)

    def _begin(self) -> None:
        """Notes where a block begins, at the first of what it holds."""
        if not self._flat and not self._starts_at:
            self._starts_at = self._anchor

    def _flush(self, kind: BlockKind | None = None) -> None:
        if self._flat:
            self._inline.append(" ")
            return
        lines = [_tidy(line) for line in "".join(self._inline).split(_NEW_LINE)]
        text = "\n".join(line for line in lines if line)
        self._inline = []
        if text:
            self._emit(kind or self._kind, self._run_in + text)
            self._run_in = ""
            self._kind = BlockKind.PARAGRAPH
        for footnote in self._footnotes:
            self._emit(BlockKind.FOOTNOTE, footnote)
        self._footnotes = []
        self._starts_at = ""

    def _emit(self, kind: BlockKind, text: str) -> None:
        self._sections[-1][3].append(Block(kind, text, self._starts_at or self._anchor))

    def _block(self, node: LexborNode, kind: BlockKind) -> None:
        self._flush()
        self._walk(node)
        self._flush(kind if kind is BlockKind.CAPTION else None)

    def _words(self, node: LexborNode) -> str:
        """The text of `node` on one line, whatever blocks are in it."""
        kept, self._inline = self._inline, []
        self._flat += 1
        self._walk(node)
        self._flat -= 1
        text, self._inline = _tidy("".join(self._inline).replace(_NEW_LINE, " ")), kept
        return text

    # -- sections

    def _open(self, title: str, level: int) -> None:
        self._sections.append((title, level, self._appendix, []))

    def _section(self, node: LexborNode, appendix: bool) -> None:
        self._flush()
        outside = self._appendix
        self._appendix = outside or appendix
        self._level += 1
        self._walk(node)
        self._flush()
        self._level -= 1
        self._appendix = outside

    def _titled(self, node: LexborNode, title: str) -> None:
        self._flush()
        self._open(title, 1)
        self._walk(node)
        self._flush()
        self._open("", 1)

    def _heading(self, node: LexborNode, tag: str, classes: set[str]) -> None:
        if classes & {"ltx_title_abstract", "ltx_title_acknowledgements"}:
            return
        title = self._words(node)
        self._flush()
        if classes & {each.replace("ltx_", "ltx_title_") for each in _SECTIONS}:
            self._open(title, max(self._level, 1))
        elif "ltx_title" not in classes:
            self._open(title, max(int(tag[1]) - 1, 1))
        elif title:
            self._run_in = f"**{title}** "

    def _item(self, node: LexborNode) -> None:
        self._flush()
        tag = node.css_first(".ltx_tag")
        label = self._words(tag) if tag is not None and tag.parent is not None and tag.parent == node else ""
        if tag is not None and label:
            tag.decompose()
        self._run_in = "" if label in _BULLETS else f"{label} "
        self._kind = BlockKind.ITEM
        self._walk(node)
        self._flush()
        self._kind = BlockKind.PARAGRAPH
        self._run_in = ""

    # -- formulas

    def _math(self, node: LexborNode) -> None:
        tex = _tex(node)
        if not tex:
            return
        if node.attributes.get("display") == "block" and not self._flat:
            self._flush()
            self._display(tex)
            return
        self.formula_count += 1
        self._begin()
        # Two formulas that touch would read as the start of a displayed one.
        self._inline.append((" " if self._inline and self._inline[-1].endswith("$") else "") + f"${tex}$")

    def _display(self, tex: str) -> None:
        self.formula_count += 1
        if self._run_in:
            self._emit(self._kind, self._run_in.strip())
            self._run_in = ""
        self._emit(BlockKind.FORMULA, f"$${tex}$$")

    def _equations(self, node: LexborNode) -> None:
        """Displayed formulas: a row of a table each, its cells put together."""
        self._flush()
        rows = [row for row in node.css("tr") if row.css_first("math") is not None] or [node]
        for row in rows:
            parts = _formula_parts(row)
            if not any(is_tex for is_tex, _ in parts):
                self._walk(row)
            elif self._flat:
                self.formula_count += 1
                self._inline.append(f" ${_joined(parts)}$ ")
            else:
                self._display(_joined(parts))
        self._flush()

    # -- tables, footnotes, figures

    def _table(self, node: LexborNode) -> None:
        if self._flat or self._depth >= DEPTH_LIMIT:
            self._inline.append(" ")
            self._walk(node)
            self._inline.append(" ")
            return
        self._flush()
        rows = [cells for cells in self._rows(node) if any(cells)]
        if not rows:
            return
        if max(len(cells) for cells in rows) == 1:
            self._emit(BlockKind.PARAGRAPH, "\n".join(cells[0] for cells in rows))
        else:
            self.table_count += 1
            self._emit(BlockKind.TABLE, _table_text(rows))
        self._flush()

    def _rows(self, table: LexborNode) -> list[list[str]]:
        rows: list[list[str]] = []
        covered: dict[int, int] = {}  # column -> rows that a cell above still covers
        for row in _rows_of(table):
            cells: list[str] = []
            for cell in row.iter():
                if cell.tag not in ("td", "th") and "ltx_td" not in _classes(cell):
                    continue
                _skip_covered(cells, covered)
                width, height = _span(cell, "colspan"), _span(cell, "rowspan")
                for column in range(len(cells), len(cells) + width):
                    covered[column] = height - 1
                cells += [self._words(cell), *[""] * (width - 1)]
            _skip_covered(cells, covered)
            rows.append(cells)
        return rows

    def _footnote(self, node: LexborNode, classes: set[str]) -> None:
        if not classes & _FOOTNOTES:
            return
        content = node.css_first(".ltx_note_content") or node
        mark = node.css_first(".ltx_note_mark") or node.css_first(".ltx_tag_note")
        label = mark.text().strip() if mark is not None else "*"
        for each in content.css(".ltx_note_mark, .ltx_tag_note, .ltx_note_type"):
            each.decompose()
        text = self._words(content)
        if text:
            self._inline.append(f"[^{label}]")
        if text and f"[^{label}]: {text}" not in self._footnotes:  # a table repeats its notes at every mark
            self._footnotes.append(f"[^{label}]: {text}")

    def _figure(self, node: LexborNode) -> Figure | None:
        image, caption = node.css_first("img[src]"), node.css_first("figcaption, .ltx_caption")
        if image is None or caption is None:
            return None
        source = (image.attributes.get("src") or "").strip()
        if not source or source.startswith("data:") or source.lower().endswith((".pdf", ".eps", ".ps")):
            return None
        counted, footnotes = self.formula_count, list(self._footnotes)
        text = self._words(caption)
        self.formula_count, self._footnotes = counted, footnotes
        try:
            return Figure(urljoin(self._base, source), text) if text else None
        except ValueError:  # an address that urllib cannot take apart
            return None


def _formula_parts(row: LexborNode, depth: int = 0) -> list[tuple[bool, str]]:
    """What a row of equations is made of: (is TeX, text)."""
    parts: list[tuple[bool, str]] = []
    for child in row.iter(include_text=True):
        if child.tag == "math":
            parts.append((True, _tex(child)))
        elif child.tag == "-text":
            parts.append((False, " ".join((child.text_content or "").split())))
        elif not (child.tag or "").startswith("-") and not _classes(child) & _LEFT_OUT and depth < DEPTH_LIMIT:
            parts += _formula_parts(child, depth + 1)
    return [(is_tex, text) for is_tex, text in parts if text]


def _joined(parts: list[tuple[bool, str]]) -> str:
    return " ".join(text if is_tex else rf"\text{{ {text.replace('$', '')} }}" for is_tex, text in parts)


def _short_citation(text: str) -> str:
    """A citation as it stands in the sentence, a long list of names and years cut to its first two."""
    text = re.sub(r"\s*[,;]\s*(?=[;,)\]])", "", text)
    parts = text.split(";")
    if len(parts) < 4:
        return text
    closing = text[-1] if text[-1] in ")]" else ""
    return f"{';'.join(parts[:2])}; …{closing}"


def _rows_of(table: LexborNode, depth: int = 0) -> list[LexborNode]:
    rows = []
    for child in table.iter():
        if child.tag == "tr" or "ltx_tr" in _classes(child):
            rows.append(child)
        elif child.tag in ("thead", "tbody", "tfoot", "span", "div") and depth < 4:
            rows += _rows_of(child, depth + 1)
    return rows


def _span(cell: LexborNode, name: str) -> int:
    value = cell.attributes.get(name) or "1"
    return min(max(int(value), 1), SPAN_LIMIT) if value.isdecimal() and len(value) < 6 else 1


def _skip_covered(cells: list[str], covered: dict[int, int]) -> None:
    """Fill the columns at the end of `cells` that a cell of a row above still covers."""
    while covered.get(len(cells), 0) > 0:
        covered[len(cells)] -= 1
        cells.append("")


def _table_text(rows: list[list[str]]) -> str:
    width = max(len(cells) for cells in rows)
    lines = ["| " + " | ".join([*cells, *[""] * (width - len(cells))]) + " |" for cells in rows]
    return "\n".join([lines[0], "|" + " --- |" * width, *lines[1:]])
