"""Texts of others written as Markdown that cannot break a post.

    clean characters -> put formulas aside -> read the rest (TeX or Markdown) -> spans -> write each span safely
    markup/: characters  formulas, stand_ins   tex, model_markdown              spans     dialects.py

Nothing is passed through. A model's Markdown is parsed and written anew: bold, lists, code, links and well-formed
tables stay; headings become bold lines, rules are left out, images become links, HTML is shown as text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from markdown_it.tree import SyntaxTreeNode

from digest_assets.markup import answer_text, tex
from digest_assets.markup.addresses import linked
from digest_assets.markup.characters import clean
from digest_assets.markup.model_markdown import KEPT, ModelText
from digest_assets.markup.spans import Formula, Piece, Span, Strong, Text, plain
from digest_assets.posts.dialects import Dialect, write_code_block, write_line, write_paragraph


def line_from_tex(text: str, dialect: Dialect) -> str:
    """A title, a name, a comment: one line that can stand in a heading or after a list item's label."""
    return write_line(tex.read(clean(text).strip()), dialect)


def plain_from_tex(text: str) -> str:
    """The same as text without markup, for front matter, feeds and previews."""
    return " ".join(plain(tex.read(clean(text).strip())).split())


def paragraphs_from_tex(text: str, dialect: Dialect) -> str:
    """An abstract: paragraphs parted by an empty line."""
    paragraphs = (tex.read(paragraph) for paragraph in re.split(r"\n[ \t]*\n\s*", clean(text).strip()))
    return "\n\n".join(written for each in paragraphs if (written := _paragraphs(each, dialect)))


def paragraphs_from_answer(text: str, dialect: Dialect) -> str:
    """A translation, a model's plain text: paragraphs parted by an empty line. Empty where nothing is left to show."""
    return paragraphs_from_pieces((text,), dialect)


@lru_cache(maxsize=KEPT)
def paragraphs_from_pieces(pieces: tuple[Piece, ...], dialect: Dialect) -> str:
    """The same of a text that has spans of another hand in it."""
    return "\n\n".join(
        written for each in answer_text.paragraphs(*pieces) if (written := _paragraphs(each, dialect)).strip()
    )


def line_from_text(text: str, dialect: Dialect) -> str:
    """A reason, a notice: plain text on one line, in which only addresses mean something."""
    return write_line(linked(" ".join(clean(text).split())), dialect)


def line_from_model(text: str, dialect: Dialect, *, strong: bool = False) -> str:
    """A model's title or gist, plain text: one line that can stand anywhere in a line."""
    spans: list[Span] = []
    for paragraph in answer_text.paragraphs(text):
        spans += [Text(" "), *paragraph] if spans else paragraph
    return write_line((Strong(tuple(spans)),) if strong and spans else spans, dialect)


def blocks_from_model(text: str, dialect: Dialect) -> str:
    """A reading, a model's Markdown, as blocks parted by empty lines. Empty where nothing is left to show."""
    return blocks_from_pieces((text,), dialect)


@lru_cache(maxsize=KEPT)
def blocks_from_pieces(pieces: tuple[Piece, ...], dialect: Dialect) -> str:
    """The same of a text that has spans of another hand in it."""
    model_text = ModelText(*pieces)
    return "\n".join(_parted(_Writer(model_text, dialect).blocks(model_text.root.children)))


def begins_with_block(markdown: str) -> bool:
    """Whether written Markdown begins with what cannot follow a line of text directly: a table, a formula alone."""
    return markdown.startswith(("|", "```", "<pre", "> ", "$$", "\\$$"))


def _paragraphs(spans: Sequence[Span], dialect: Dialect) -> str:
    return "\n\n".join(written for each in _around_displays(spans) if (written := write_paragraph(each, dialect)))


def _around_displays(spans: Iterable[Span]) -> Iterator[tuple[Span, ...]]:
    """`spans` as paragraphs, each displayed formula one of its own: inside a line no dialect displays it."""
    paragraph: list[Span] = []
    for span in spans:
        if isinstance(span, Formula) and span.display:
            yield _without_blank_ends(paragraph)
            yield (span,)
            paragraph = []
        else:
            paragraph.append(span)
    yield _without_blank_ends(paragraph)


def _without_blank_ends(spans: list[Span]) -> tuple[Span, ...]:
    """`spans` without blank texts around a formula that is otherwise alone."""
    kept = [span for span in spans if not (isinstance(span, Text) and not span.text.strip())]
    return tuple(kept) if len(kept) == 1 else tuple(spans)


_Block = list[str]
_LIST = re.compile(r"- |\d+\. ")
_LISTS_APART = "<!-- -->"
"""What every dialect needs between two lists that are not one."""


class _Writer:
    """Writes the nodes of one parsed text."""

    def __init__(self, text: ModelText, dialect: Dialect) -> None:
        self._text = text
        self._dialect = dialect

    def blocks(self, nodes: Iterable[SyntaxTreeNode]) -> list[_Block]:
        return [block for node in nodes for block in self._block(node) if any(block)]

    def _block(self, node: SyntaxTreeNode) -> list[_Block]:
        if node.type == "paragraph":
            written = _paragraphs(self._text.spans_of(node), self._dialect)
            return [block.split("\n") for block in written.split("\n\n")]
        if node.type == "heading":
            return [write_paragraph((Strong(self._text.spans_of(node)),), self._dialect).split("\n")]
        if node.type in ("bullet_list", "ordered_list"):
            return [self._list(node)]
        if node.type == "blockquote":
            return [[f"> {line}".rstrip() for line in _parted(self.blocks(node.children))]]
        if node.type in ("fence", "code_block"):
            return [write_code_block(self._text.source(node.content), self._dialect)]
        if node.type == "table":
            return [self._table(node)]
        if node.type == "hr":
            return []  # a rule ends a paper in the frame
        raise AssertionError(f"the parser has no rule that makes {node.type}")

    def _list(self, node: SyntaxTreeNode) -> _Block:
        first = int(node.attrs.get("start", 1)) if node.type == "ordered_list" else None
        tight = all(child.hidden for item in node.children for child in item.children if child.type == "paragraph")
        lines: _Block = []
        for index, item in enumerate(node.children):
            # kramdown counts every list from 1: a list that begins elsewhere keeps its numbers as text.
            number = f"{first + index}\\{node.markup or '.'} " if first is not None and first != 1 else ""
            marker = f"{index + 1}. " if first == 1 else "- "
            inside = _parted(self.blocks(item.children), tight=tight) or [""]
            if lines and not tight:
                lines.append("")
            lines.append(f"{marker}{number}{inside[0]}".rstrip() if inside[0] or number else f"{marker}&#8203;")
            lines += [" " * len(marker) + line if line else "" for line in inside[1:]]
        return lines

    def _table(self, node: SyntaxTreeNode) -> _Block:
        rows = [[self._cell(cell) for cell in row.children] for part in node.children for row in part.children]
        head, *body = [f"| {' | '.join(row)} |" for row in rows]
        return [head, "|" + " --- |" * len(rows[0]), *body]

    def _cell(self, cell: SyntaxTreeNode) -> str:
        return write_line(self._text.spans_of(cell), self._dialect) or "&#8203;"


def _parted(blocks: list[_Block], *, tight: bool = False) -> _Block:
    """The lines of `blocks`, with an empty line between two, unless the list is tight and the second is a list."""
    lines: _Block = []
    after_list = False
    for block in blocks:
        is_list = bool(_LIST.match(block[0]))
        if after_list and is_list:
            lines += ["", _LISTS_APART]
        if lines and not (tight and is_list and not after_list):
            lines.append("")
        lines += block
        after_list = is_list
    return lines
