"""A model's Markdown, parsed: the blocks it is made of, and the spans that a block's lines are made of.

    clean characters -> put formulas aside -> parse -> spans
    (characters.py)     (formulas.py, stand_ins.py)   (spans.py)

Nothing is passed through: who writes it (`posts/markdown.py`, `site/html.py`) writes each span anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TypeAlias
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter
from markdown_it.tree import SyntaxTreeNode

from digest_assets.markup import tex
from digest_assets.markup.addresses import linked
from digest_assets.markup.characters import clean
from digest_assets.markup.spans import Break, Code, Emphasis, Link, Span, Strike, Strong, Text
from digest_assets.markup.stand_ins import Shelf

KEPT = 1024
"""So many rendered texts are remembered, four for each paper."""


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


Piece: TypeAlias = "str | tuple[Span, ...]"
"""A stretch of a model's Markdown, or spans that stand between two, as they are."""


class ModelText:
    """A model's Markdown, parsed: `root` is the tree of its blocks, `spans_of` gives what a block's lines are made of.

    For those who write it anew, as Markdown in a post and as HTML in the site.
    """

    def __init__(self, *pieces: Piece) -> None:
        self._shelf = Shelf()
        # Code and formulas are found across the pieces: a sentence may end inside a pair of marks.
        text = "".join(
            clean(piece) if isinstance(piece, str) else self._shelf.put(*piece, source="") for piece in pieces
        )
        self.root = SyntaxTreeNode(_PARSER.parse(_put_aside(text, self._shelf)))

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
