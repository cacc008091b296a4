"""A model's reading, parsed: the blocks it is made of, and the spans that a block's lines are made of.

    clean characters -> put formulas and TeX aside -> parse -> spans
    (characters.py)     (formulas.py, tex.py, stand_ins.py)   (spans.py)

It is read by CommonMark's rules with the amendments for Chinese, Japanese and Korean
(https://github.com/tats-u/markdown-cjk-friendly, specification.md), without which `**背景：**近年来` keeps its stars.
Two things that papers write are no marks here: stars between two Latin letters or digits (`3*3`, `2**k`), and the
underscores of a name such as `__init__`. What comes out is bounded in size and in nesting, whatever was written.

Nothing is passed through: who writes it (`posts/markdown.py`, `site/html.py`) writes each span anew.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.common.utils import isMdAsciiPunct, isPunctChar
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from digest_assets.markup import tex
from digest_assets.markup.addresses import linked
from digest_assets.markup.answer_text import bounded
from digest_assets.markup.characters import CJK_GAP
from digest_assets.markup.spacing import spaced
from digest_assets.markup.spans import Break, Code, Emphasis, Link, Piece, Span, Strong, Text
from digest_assets.markup.stand_ins import Shelf

KEPT = 1024
"""So many rendered texts are remembered, four for each paper."""

_DEEPEST_BLOCKS = 6
"""Lists and quotations in each other on one line; what follows is their text."""
_DEEPEST_INDENT = 20
_MOST_BRACKETS = 200
"""`[` or `![` in a text with more of them begin no link: looking for the end of each takes time."""

_CODE = re.compile(
    r"^[ \t]*(?P<fence>`{3,}|~{3,})[^\n]*\n.*?(?:^[ \t]*(?P=fence)[`~]*[ \t]*$|\Z)"
    r"|(?<!`)(?P<ticks>`{1,5})(?!`)(?P<inside>(?:(?!\n[ \t]*\n).){1,2000}?)(?<!`)(?P=ticks)(?!`)",
    re.MULTILINE | re.DOTALL,
)
_COMMAND = re.compile(r"\{\s*\\[A-Za-z]+|\\[A-Za-z]+|(?<=[\w%)}])\\[,;:](?=\S)")
_BLOCK_MARKS = re.compile(rf"(?m)^((?:[ \t]*(?:[-*+>]|\d{{1,9}}[.)])(?=[ \t>])){{{_DEEPEST_BLOCKS}}}[ \t]*)(?=\S)")
_INDENT = re.compile(rf"(?m)^[ \t]{{{_DEEPEST_INDENT},}}")


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
        found = tex.read_command(text, command.start(), shelf)
        if found is not None:
            spans, end = found
            out += [text[start : command.start()], shelf.put(*spans, source=text[command.start() : end])]
            start = end
    return "".join([*out, text[start:]])


_NAME = re.compile(r"__[a-z][a-z0-9_]*__(?![A-Za-z0-9_])")
"""`__init__`"""


def _scan_emphasis(state: StateInline, silent: bool) -> bool:
    """Puts a run of stars or underscores where it may open or close emphasis."""
    start, marker = state.pos, state.src[state.pos]
    if silent or marker not in "*_":
        return False
    if marker == "_" and (name := _NAME.match(state.src, start)):
        state.push("text", "", 0).content = name.group()
        state.pos = name.end()
        return True
    end = start
    while end < state.posMax and state.src[end] == marker:
        end += 1
    can_open, can_close = _flanking(state.src, start, end, state.posMax)
    for _ in range(end - start):
        state.push("text", "", 0).content = marker
        if can_open or can_close:
            state.delimiters.append(
                Delimiter(
                    marker=ord(marker),
                    length=end - start,
                    token=len(state.tokens) - 1,
                    end=-1,
                    open=can_open,
                    close=can_close,
                )
            )
    state.pos = end
    return True


def _flanking(text: str, start: int, end: int, last: int) -> tuple[bool, bool]:
    """Whether the run of marks from `start` to `end` can open, and can close: CommonMark 6.2 as amended for CJK."""
    marker = text[start]
    after = text[end] if end < last else " "
    before = text[start - 1] if start else " "
    selected_ideograph = "\U000e0100" <= before <= "\U000e01ef"
    if "\ufe00" <= before <= "\ufe0e" and start > 1:
        before = text[start - 2]
    if marker == "*" and before.isascii() and before.isalnum() and after.isascii() and after.isalnum():
        return False, False
    marks_before, marks_after = _is_punctuation(before), _is_punctuation(after)
    wide_before, wide_after = _is_cjk(before) or selected_ideograph, _is_cjk(after)
    narrow_before, narrow_after = marks_before and not wide_before, marks_after and not wide_after
    left = not after.isspace() and (not narrow_after or before.isspace() or narrow_before or wide_before)
    right = not before.isspace() and (not narrow_before or after.isspace() or narrow_after or wide_after)
    if marker == "*":
        return left, right
    return left and (not right or marks_before), right and (not left or marks_after)


def _is_punctuation(character: str) -> bool:
    return isMdAsciiPunct(ord(character)) or isPunctChar(character)


def _is_cjk(character: str) -> bool:
    """A CJK character as the amendments define it: wide and no emoji, or Hangul."""
    code = ord(character)
    if 0x1100 <= code <= 0x11FF or 0xD7B0 <= code <= 0xD7FF:
        return True
    emoji = 0x1F000 <= code <= 0x1FAFF or 0x2000 <= code < 0x2E80
    return unicodedata.east_asian_width(character) in "WFH" and not emoji


def _parser(*, links: bool) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 60}).enable("table")
    # Definitions vanish from the page; indented text of a model is not code; `---` under a line is no heading.
    parser.disable(["reference", "code", "lheading", *(() if links else ("link", "image"))])
    parser.inline.ruler.at("emphasis", _scan_emphasis)
    return parser


_PARSER, _WITHOUT_LINKS = _parser(links=True), _parser(links=False)
_EMPHASES: dict[str, type[Strong] | type[Emphasis]] = {"strong": Strong, "em": Emphasis}
_ENCODED_STAND_IN = re.compile(r"%F3%B[0-9A-F](?:%[89AB][0-9A-F]){2}")


class ModelText:
    """A model's Markdown, parsed: `root` is the tree of its blocks, `spans_of` gives what a block's lines are made of.

    For those who write it anew, as Markdown in a post and as HTML in the site.
    """

    def __init__(self, *pieces: Piece) -> None:
        self._shelf = Shelf()
        # Code and formulas are found across the pieces: a sentence may end inside a pair of marks.
        written = _INDENT.sub(" " * _DEEPEST_INDENT, bounded(pieces, self._shelf))
        written = _BLOCK_MARKS.sub(lambda match: match[1] + self._shelf.put(Text(""), source=""), written)
        parser = _PARSER if written.count("[") <= _MOST_BRACKETS else _WITHOUT_LINKS
        tokens = parser.parse(_put_aside(written, self._shelf))
        for token in tokens:
            # Emphasis may be nested as deep as a text is long; a tree of blocks never is.
            token.meta["spans"], token.children = token.children, None
        self.root = SyntaxTreeNode(tokens)

    def source(self, content: str) -> str:
        """The content of a block of code as it was typed."""
        return self._shelf.source(content)

    def spans_of(self, node: SyntaxTreeNode) -> tuple[Span, ...]:
        """The spans of a paragraph, a heading or a cell; none where it holds no line."""
        inline = next((child for child in node.children if child.type == "inline"), None)
        return spaced(self._spans(inline.meta["spans"] or ())) if inline else ()

    def _spans(self, tokens: Sequence[Token]) -> list[Span]:
        """Emphasis in itself, links in links and what is still deeper are their content."""
        opened: list[tuple[Token | None, list[Span]]] = [(None, [])]
        text = ""
        for token in tokens:
            if token.type in ("text", "softbreak", "text_special"):
                text += "\n" if token.type == "softbreak" else token.content
                continue
            within = {each.type for each, _ in opened if each}
            opened[-1][1].extend(self._text(text, in_link="link_open" in within))
            text = ""
            if token.nesting == 1:
                opened.append((None if token.type in within else token, []))
            elif token.nesting == -1:
                opening, children = opened.pop()
                opened[-1][1].extend(self._enclosed(opening, tuple(children)))
            else:
                opened[-1][1].extend(self._single(token, in_link="link_open" in within))
        opened[-1][1].extend(self._text(text, in_link=False))
        return opened[-1][1]

    def _text(self, text: str, *, in_link: bool) -> Iterator[Span]:
        text = CJK_GAP.sub("", text).replace("\n", " ")
        for span in (Text(text),) if in_link else linked(text):
            if isinstance(span, Text):
                yield from self._shelf.take(span.text)
            else:
                yield span

    def _enclosed(self, opening: Token | None, children: tuple[Span, ...]) -> tuple[Span, ...]:
        if opening is None:
            return children
        if opening.type == "link_open":
            return (self._link(str(opening.attrs.get("href", "")), children),)
        return (_EMPHASES[opening.type.removesuffix("_open")](children),)

    def _single(self, token: Token, *, in_link: bool) -> tuple[Span, ...]:
        if token.type == "code_inline":
            return (Code(self._shelf.source(token.content)),)
        if token.type == "image":
            said = tuple(self._shelf.take(token.content))
            return said if in_link else (self._link(str(token.attrs.get("src", "")), said),)
        return (Break(),)

    def _link(self, url: str, children: tuple[Span, ...]) -> Link:
        url = self._shelf.source(_ENCODED_STAND_IN.sub(lambda match: unquote(match[0]), url))
        return Link(url, children or (Text(url),))
