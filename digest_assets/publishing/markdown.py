"""Texts of others made into Markdown that cannot break a post: the pipeline, from what came to what is written.

    clean characters -> put formulas aside -> read the rest (TeX or Markdown) -> spans -> write each span safely
    (characters.py)     (formulas.py, shelf.py) (tex.py, here)     (spans.py)

Nothing is passed through. A model's Markdown is parsed and written anew: bold, lists, code, links and well-formed
tables stay; headings become bold lines, rules are left out, images become links, HTML is shown as text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter
from markdown_it.tree import SyntaxTreeNode

from digest_assets.publishing import tex
from digest_assets.publishing.addresses import linked
from digest_assets.publishing.characters import clean
from digest_assets.publishing.shelf import Shelf
from digest_assets.publishing.spans import (
    Break,
    Code,
    Dialect,
    Emphasis,
    Formula,
    Link,
    Span,
    Strike,
    Strong,
    Text,
    plain,
    write_code_block,
    write_line,
    write_paragraph,
)


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


def line_from_text(text: str, dialect: Dialect) -> str:
    """A reason, a notice: plain text on one line, in which only addresses mean something."""
    return write_line(linked(" ".join(clean(text).split())), dialect)


KEPT = 1024
"""So many rendered texts are remembered, four for each paper."""


@lru_cache(maxsize=KEPT)
def blocks_from_model(text: str, dialect: Dialect) -> str:
    """A model's Markdown, as blocks parted by empty lines. Empty where nothing is left to show."""
    model_text = ModelText(text)
    return "\n".join(_parted(_Writer(model_text, dialect).blocks(model_text.root.children)))


def apart_from_list(markdown: str) -> str:
    """Written Markdown to follow a list: one that begins with a list would else go on with that one."""
    return f"{_LISTS_APART}\n\n{markdown}" if _LIST.match(markdown) else markdown


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


# --- reading a model's Markdown -------------------------------------------------------------------------------------

_CODE = re.compile(
    r"^[ \t]*(?P<fence>`{3,}|~{3,})[^\n]*\n.*?(?:^[ \t]*(?P=fence)[`~]*[ \t]*$|\Z)"
    r"|(?<!`)(?P<ticks>`+)(?!`)(?P<inside>(?:(?!\n[ \t]*\n).){1,2000}?)(?<!`)(?P=ticks)(?!`)",
    re.MULTILINE | re.DOTALL,
)
_COMMAND = re.compile(r"\\(?:href|url|emph|text[a-z]{2}|texttt|cite[a-z]*)\s*\{")


def _put_aside(text: str, shelf: Shelf) -> str:
    """`text` with its formulas, code in lines, and the TeX commands that models copy from abstracts, on `shelf`."""
    out: list[str] = []
    start = 0
    for code in _CODE.finditer(text):
        # A stand-in hides a `|` from tables, too. Code between fences is the parser's: only it knows about lists.
        kept = code.group() if code["fence"] else shelf.put(Code(code["inside"]), source=code.group())
        out += [_without_tex(text[start : code.start()], shelf), kept]
        start = code.end()
    return "".join([*out, _without_tex(text[start:], shelf)])


def _without_tex(text: str, shelf: Shelf) -> str:
    text = shelf.put_formulas(text)
    out: list[str] = []
    start = 0
    for command in _COMMAND.finditer(text):
        if command.start() < start:
            continue
        end = tex.command_end(text, command.end() - 1)
        if end is not None:
            typed = text[command.start() : end]
            out += [text[start : command.start()], shelf.put(*tex.read_around(typed, shelf), source=typed)]
            start = end
    return "".join([*out, text[start:]])


def _scan_emphasis(state: StateInline, silent: bool) -> bool:
    """Marks that open before a non-blank and close after one, as in kramdown.

    CommonMark also looks at punctuation, and so leaves the stars of `**背景：**近年来`: Chinese has no space there.
    """
    start, marker = state.pos, state.src[state.pos]
    if silent or marker not in "*_":
        return False
    scanned = state.scanDelims(start, marker == "*")
    before = state.src[start - 1] if start else " "
    after = state.src[start + scanned.length] if start + scanned.length < state.posMax else " "
    can_open, can_close = scanned.can_open, scanned.can_close
    if marker == "*":
        can_open, can_close = not after.isspace(), not before.isspace()
    for _ in range(scanned.length):
        token = state.push("text", "", 0)
        token.content = marker
        state.delimiters.append(
            Delimiter(
                marker=ord(marker),
                length=scanned.length,
                token=len(state.tokens) - 1,
                end=-1,
                open=can_open,
                close=can_close,
            )
        )
    state.pos += scanned.length
    return True


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 30}).enable(["table", "strikethrough"])
    # Definitions vanish from the page; indented text of a model is not code; `---` under a line is no heading.
    parser.disable(["reference", "code", "lheading"])
    parser.inline.ruler.at("emphasis", _scan_emphasis)
    return parser


_PARSER = _parser()
_EMPHASES: dict[str, type[Strong] | type[Emphasis] | type[Strike]] = {"strong": Strong, "em": Emphasis, "s": Strike}
_ENCODED_STAND_IN = re.compile(r"%F3%B[0-9A-F](?:%[89AB][0-9A-F]){2}")
_CJK_GAP = re.compile(r"(?<=[⺀-鿿　-〿＀-￯])\n(?=[⺀-鿿　-〿＀-￯])")


class ModelText:
    """A model's Markdown, parsed: `root` is the tree of its blocks, `spans_of` gives what a block's lines are made of.

    For those who write it anew, as Markdown here and as HTML in the site.
    """

    def __init__(self, text: str) -> None:
        self._shelf = Shelf()
        self.root = SyntaxTreeNode(_PARSER.parse(_put_aside(clean(text), self._shelf)))

    def source(self, content: str) -> str:
        """The content of a block of code as it was typed."""
        return self._shelf.source(content)

    def spans_of(self, node: SyntaxTreeNode) -> tuple[Span, ...]:
        """The spans of a paragraph, a heading or a cell; none where it holds no line."""
        inline = next((child for child in node.children if child.type == "inline"), None)
        return tuple(self._spans(inline.children)) if inline else ()

    def _spans(self, nodes: Sequence[SyntaxTreeNode], *, in_link: bool = False) -> Iterator[Span]:
        text = ""
        for node in nodes:
            if node.type in ("text", "softbreak", "text_special"):
                text += "\n" if node.type == "softbreak" else node.content
                continue
            yield from self._text(text, in_link)
            text = ""
            yield from self._span(node, in_link)
        yield from self._text(text, in_link)

    def _text(self, text: str, in_link: bool) -> Iterator[Span]:
        text = _CJK_GAP.sub("", text).replace("\n", " ")
        for span in (Text(text),) if in_link else linked(text):
            if isinstance(span, Text):
                yield from self._shelf.take(span.text)
            else:
                yield span

    def _span(self, node: SyntaxTreeNode, in_link: bool) -> Iterator[Span]:
        if node.type == "code_inline":
            yield Code(self._shelf.source(node.content))
        elif node.type == "hardbreak":
            yield Break()
        elif node.type in ("link", "image"):
            url = str(node.attrs.get("href" if node.type == "link" else "src", ""))
            url = self._shelf.source(_ENCODED_STAND_IN.sub(lambda match: unquote(match[0]), url))
            yield Link(url, tuple(self._spans(node.children, in_link=True)) or (Text(url),))
        else:
            yield _EMPHASES[node.type](tuple(self._spans(node.children, in_link=in_link)))


# --- writing it anew --------------------------------------------------------------------------------------------------

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
