"""The spans of a text as HTML: what `posts/dialects.py` does for Markdown, for the pages of the site.

Safety is again a property of one function per kind: text is escaped, an address becomes a link only where
`safe_url` lets it, a formula is MathML or code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from markdown_it.tree import SyntaxTreeNode
from markupsafe import Markup, escape

from digest_assets.markup import answer_text, tex
from digest_assets.markup.addresses import linked
from digest_assets.markup.characters import clean
from digest_assets.markup.model_markdown import KEPT, ModelText
from digest_assets.markup.spans import (
    Break,
    Code,
    Emphasis,
    Formula,
    Link,
    Mark,
    Original,
    Piece,
    Span,
    Strong,
    Text,
    plain,
    safe_url,
)
from digest_assets.site import plain_math
from digest_assets.site.mathml import formula

_TAGS: dict[type, str] = {Strong: "strong", Emphasis: "em"}
_FORMULA = r'(?:<span class="long">)?<math alttext="[^"]*">(?:(?!</math>).)*</math>(?:</span>)?'
_CLOSING = "[)）\\]］”’」』,.;:!?，。；：、！？]"
_AROUND_FORMULA = re.compile(
    rf"[(（\[［“‘「『]{_FORMULA}{_CLOSING}{{0,2}}|{_FORMULA}{_CLOSING}{{1,2}}",
    re.DOTALL,
)
"""Browsers may break a line beside a formula, and leave a bracket alone at its end."""
_PARAGRAPHS = re.compile(r"\n[ \t]*\n\s*")


@lru_cache(maxsize=200_000)  # a title is in many lists
def line_from_tex(text: str) -> Markup:
    """A title, a name, a comment, as arXiv sends it."""
    return from_spans(tex.read(clean(text).strip()))


@lru_cache(maxsize=200_000)
def plain_from_tex(text: str) -> str:
    """The same without markup, formulas in plain characters: for titles of pages and feeds, and results of a search."""
    return " ".join(plain(tex.read(clean(text).strip()), formula=plain_math.plain).split())


def source_from_tex(text: str) -> str:
    """The same with formulas as they were typed: what else a paper may be looked for by."""
    return " ".join(plain(tex.read(clean(text).strip())).split())


def line_from_text(text: str) -> Markup:
    """A reason, a notice: plain text in which only addresses mean something."""
    return from_spans(linked(" ".join(clean(text).split())))


def paragraphs_from_tex(text: str) -> Markup:
    """An abstract, as arXiv sends it: `<p>` elements."""
    paragraphs = (tex.read(each) for each in _PARAGRAPHS.split(clean(text).strip()))
    return _joined(Markup("<p>{}</p>").format(from_spans(each)) for each in paragraphs if each)


def paragraphs_from_answer(text: str) -> Markup:
    """A translation, a model's plain text: `<p>` elements. Empty where nothing is left to show."""
    return paragraphs_from_pieces((text,))


@lru_cache(maxsize=KEPT)
def paragraphs_from_pieces(pieces: tuple[Piece, ...]) -> Markup:
    """The same of a text that has spans of another hand in it."""
    return _joined(Markup("<p>{}</p>").format(from_spans(each)) for each in answer_text.paragraphs(*pieces))


@lru_cache(maxsize=200_000)
def plain_from_answer(text: str) -> str:
    """A translation on one line, without markup and with formulas in plain characters: for searching and previews."""
    return " ".join(" ".join(plain(each, plain_math.plain) for each in answer_text.paragraphs(text)).split())


def blocks_from_model(text: str) -> Markup:
    """A reading, a model's Markdown, as block elements. Empty where nothing is left to show."""
    return blocks_from_pieces((text,))


@lru_cache(maxsize=KEPT)
def blocks_from_pieces(pieces: tuple[Piece, ...]) -> Markup:
    """The same of a text that has spans of another hand in it."""
    return _Blocks(ModelText(*pieces)).all()


@lru_cache(maxsize=200_000)  # a gist is in many lists
def line_from_model(text: str) -> Markup:
    """A model's title or sentence as phrasing content."""
    return Markup(" ").join(from_spans(spans) for spans in answer_text.paragraphs(text))


def from_spans(spans: Iterable[Span]) -> Markup:
    """`spans` as phrasing content. A formula is kept on a line with the marks around it."""
    # As a plain string: parts of a `Markup` that are joined again would be escaped.
    return Markup(_AROUND_FORMULA.sub(r'<span class="whole">\g<0></span>', str(_phrase(spans))))


def _phrase(spans: Iterable[Span]) -> Markup:
    return _joined(map(_span, spans))


def _span(span: Span) -> Markup:
    if isinstance(span, Text):
        return escape(span.text)
    if isinstance(span, Formula):
        return formula(span.tex, display=span.display)
    if isinstance(span, Code):
        return Markup("<code>{}</code>").format(span.text)
    if isinstance(span, Break):
        return Markup("<br>")
    if isinstance(span, Mark):
        mark = Markup('<a class="rests-on" href="{}" title="{}">{}</a>')
        return mark.format(span.href, span.title, span.label)
    if isinstance(span, Original):
        return Markup('<span class="not-translated" lang="en">{}</span>').format(_phrase(span.children))
    inside = _phrase(span.children)
    if isinstance(span, Link):
        url = safe_url(span.url)
        return Markup('<a href="{}" rel="noopener">{}</a>').format(url, _without_links(span)) if url else inside
    tag = Markup(_TAGS[type(span)])
    return Markup("<{0}>{1}</{0}>").format(tag, inside)


def _without_links(span: Link) -> Markup:
    """What stands in a link: another link in it is its text, because HTML has no links in links."""
    return _phrase(
        each for child in span.children for each in (child.children if isinstance(child, Link) else (child,))
    )


def _joined(pieces: Iterable[Markup]) -> Markup:
    return Markup("").join(pieces)


class _Blocks:
    """Writes the blocks of one parsed text."""

    def __init__(self, text: ModelText) -> None:
        self._text = text

    def all(self) -> Markup:
        return self._blocks(self._text.root.children)

    def _blocks(self, nodes: Sequence[SyntaxTreeNode]) -> Markup:
        return _joined(map(self._block, nodes))

    def _block(self, node: SyntaxTreeNode) -> Markup:
        if node.type == "paragraph":
            inside = from_spans(self._text.spans_of(node))
            return inside if node.hidden else _element("p", inside)
        if node.type == "heading":
            return _element("p", _element("strong", from_spans(self._text.spans_of(node))))
        if node.type in ("bullet_list", "ordered_list"):
            return self._list(node)
        if node.type == "blockquote":
            return _element("blockquote", self._blocks(node.children))
        if node.type in ("fence", "code_block"):
            code = Markup('<pre tabindex="0"><code>{}</code></pre>')
            return code.format(self._text.source(node.content).rstrip("\n"))
        if node.type == "table":
            return self._table(node)
        if node.type == "hr":
            return Markup("")  # a model's rule parts nothing here
        raise AssertionError(f"the parser has no rule that makes {node.type}")

    def _list(self, node: SyntaxTreeNode) -> Markup:
        items = _joined(_element("li", self._blocks(item.children)) for item in node.children)
        if node.type == "bullet_list":
            return _element("ul", items)
        start = int(node.attrs.get("start", 1))
        return Markup('<ol start="{}">{}</ol>').format(start, items) if start != 1 else _element("ol", items)

    def _table(self, node: SyntaxTreeNode) -> Markup:
        rows = [row for part in node.children for row in part.children]
        head = _joined(Markup('<th scope="col">{}</th>').format(self._cell(cell)) for cell in rows[0].children)
        body = _joined(
            _element("tr", _joined(_element("td", self._cell(cell)) for cell in row.children)) for row in rows[1:]
        )
        # In a box that scrolls, which the keyboard reaches: a wide table must not widen the page of a phone.
        table = Markup(
            '<div class="table" tabindex="0"><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>'
        )
        return table.format(head, body)

    def _cell(self, cell: SyntaxTreeNode) -> Markup:
        return from_spans(self._text.spans_of(cell))


def _element(tag: str, inside: Markup) -> Markup:
    return Markup("<{0}>{1}</{0}>").format(Markup(tag), inside)
