"""How each kind of span is written into a post, so that it can only be what it is.

Everything that comes from a feed or a model is first read into spans; nothing else is ever written into a post. Safety
is thus a property of one function per kind, instead of a filter over finished Markdown:

- text is escaped character by character, so that it opens no Markdown, HTML, Liquid (`{` is always an entity), table
  or formula. Entities rather than Jekyll's `{% raw %}`, which ends at the first `{% endraw %}` in the text, and rather
  than `render_with_liquid: false`, which the Jekyll 3.10 of GitHub Pages does not know;
- formulas are written between `$$` for kramdown, inside a line as well. It is the only form that kramdown (2.4, in
  Jekyll 4.3 and in GitHub Pages' Jekyll 3.10) leaves alone: it becomes `\\(...\\)`, in a paragraph of its own
  `\\[...\\]`, which MathJax and KaTeX find without configuration. In `$...$` kramdown reads `_` and `*` as emphasis,
  and from `\\(...\\)` it takes the backslashes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from digest_assets.markup.spans import (
    Break,
    Code,
    Emphasis,
    Formula,
    Link,
    Mark,
    Original,
    Span,
    Strong,
    Text,
    safe_url,
)

_EMPHASES = (Strong, Emphasis)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one reader of Markdown wants what they disagree on."""

    inline: tuple[str, str]
    """The delimiters of a formula within a line."""
    display: tuple[str, str]
    """The delimiters of a formula that is a paragraph of its own."""
    lone_inline: str = ""
    """What goes before an inline formula that is a whole paragraph, to keep it from being displayed."""
    flanking: bool = True
    """Whether what stands next to stars decides if they are marks: in CommonMark `**背景：**近年来` stays unbolded."""
    liquid: bool = False
    """Whether `{{` and `{%` are read even inside code, where no entity is: such code is then written as HTML."""
    dollar: str = "<span>$</span>"
    """A dollar. In an element of its own no MathJax that is set to `$...$` pairs it with another one."""


KRAMDOWN = Dialect(inline=("$$", "$$"), display=("$$", "$$"), lone_inline="\\", flanking=False, liquid=True)
"""Jekyll. Source of the backslash: kramdown's syntax page, "Math Blocks"."""
GOLDMARK = Dialect(inline=(r"\(", r"\)"), display=("$$", "$$"), dollar="&#36;")
"""Hugo, with the delimiters that its documentation gives for the passthrough extension. It leaves out raw HTML."""
GITHUB = Dialect(inline=("$", "$"), display=("$$", "$$"))
"""GitHub, and what else reads `$...$` (Obsidian, VS Code, pandoc)."""

_ESCAPES = str.maketrans(
    {
        # As entities: what would be special even after a backslash, for Liquid, tables, Hugo's `\[` or at a line's end.
        "\\": "&#92;",
        "{": "&#123;",
        "|": "&#124;",
        "[": "&#91;",
        "]": "&#93;",
        "<": "&lt;",
        ">": "&gt;",
        "&": "&amp;",
        "*": "\\*",
        "_": "\\_",
        "`": "\\`",
        "~": "\\~",
        "#": "\\#",
        # Else kramdown bends them: after a Chinese character always to closing ones, and wide in Chinese fonts.
        '"': '\\"',
        "'": "\\'",
    }
)
_DASHES = re.compile(r"-(?=-)|(?<=-)-")
_BLOCK_START = re.compile(r"(?m)^[ \t]*(?:(?P<sign>[-+=:])|(?P<number>\d{1,9})(?P<point>[.)])|(?P<caret>\^))")
_LIQUID = re.compile(r"\{[{%]")
_FRAME = re.compile(r"(?m)^ {0,3}(?:-{3}|#|</?(?:details|div|summary)|\d\) (?:\S[^\n]*)? $)")
"""Lines of code that a reader of posts line by line would take for those of the post's own frame."""
_SHORTCODE = re.compile(r"\{\{(?=[<%])")
"""Hugo's. Nothing else parts its braces inside code; a blank is the lesser harm."""


def write_line(spans: Iterable[Span], dialect: Dialect) -> str:
    """`spans` on one line, where a block cannot begin: a heading, a list item after its label, a table's cell."""
    return _write(tuple(spans), dialect).replace("\n", " ").strip()


def write_paragraph(spans: Sequence[Span], dialect: Dialect) -> str:
    """`spans` as a paragraph: no line of it can begin a list, a definition, a heading or a rule."""
    if len(spans) == 1 and isinstance(spans[0], Formula):
        formula = spans[0]
        if formula.display:
            return dialect.display[0] + formula.tex + dialect.display[1]
        return dialect.lone_inline + _formula(formula, dialect)
    lines = [line.strip() for line in _write(tuple(spans), dialect).split("\n")]
    return "  \n".join(_BLOCK_START.sub(_escape_block_start, line) for line in lines if line)


def _write(spans: tuple[Span, ...], dialect: Dialect, within: frozenset[type] = frozenset()) -> str:
    written, before = "", None
    for span in spans:
        piece = _write_one(span, dialect, within)
        if before is not None and _must_part(written, before, piece, span, dialect):
            written += " "
        written += piece
        before = span if piece else before
    return written


def _must_part(written: str, before: Span, piece: str, after: Span, dialect: Dialect) -> bool:
    """Whether `piece` (the span `after`) would not be read as meant right behind `written` (that ends in `before`)."""
    last, first = written[-1:], piece[:1]
    if last == first and first in ("$", "*", "~"):
        return True  # two marks that touch would be read as one
    if not dialect.flanking:
        return False
    if isinstance(before, _EMPHASES) and first.isalnum():
        return not written.rstrip("*~")[-1:].isalnum()
    if isinstance(after, _EMPHASES) and last.isalnum():
        return not piece.lstrip("*~")[:1].isalnum()
    # GitHub typesets `$x$` only between blanks or punctuation.
    return (last == "$" and first.isalnum()) or (first == "$" and last.isalnum())


def _write_one(span: Span, dialect: Dialect, within: frozenset[type]) -> str:
    if isinstance(span, Text):
        return escape(span.text, dialect)
    if isinstance(span, Formula):
        return _formula(span, dialect)
    if isinstance(span, Code):
        return _code(span.text, dialect)
    if isinstance(span, Break):
        return "\n"
    if isinstance(span, Mark):
        return ""
    if isinstance(span, Original):
        return _write(span.children, dialect, within)
    if isinstance(span, Link):
        url = safe_url(span.url)
        children = _write(span.children, dialect, within | {Link})
        return children if url is None or Link in within or not children.strip() else f"[{children}]({url})"
    # Emphasis in itself would end at the inner mark, and emphasis around nothing or around spaces is just its stars.
    children = _write(span.children, dialect, within | {type(span)})
    mark = {Strong: "**", Emphasis: "*"}[type(span)]
    stripped = children.strip()
    if type(span) in within or not stripped:
        return children
    before, after = children[: len(children) - len(children.lstrip())], children[len(children.rstrip()) :]
    return f"{before}{mark}{stripped}{mark}{after}"


def escape(text: str, dialect: Dialect) -> str:
    """`text` as Markdown that shows exactly `text`, anywhere but at the start of a block."""
    return _DASHES.sub("\\\\-", text.translate(_ESCAPES)).replace("$", dialect.dollar)


def _escape_block_start(match: re.Match[str]) -> str:
    if match["caret"]:
        return "&#94;"
    return f"\\{match['sign']}" if match["sign"] else f"{match['number']}\\{match['point']}"


def _formula(formula: Formula, dialect: Dialect) -> str:
    return dialect.inline[0] + formula.tex + dialect.inline[1]


def _code(text: str, dialect: Dialect) -> str:
    text = " ".join(text.split())
    if not text:
        return ""
    # A table would see the `|` even between backticks.
    if "|" in text or (dialect.liquid and _LIQUID.search(text)):
        return f"<code>{entities(text)}</code>"
    ticks = _fence(text, 1)
    gap = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{gap}{_SHORTCODE.sub('{ {', text)}{gap}{ticks}"


def write_code_block(code: str, dialect: Dialect) -> list[str]:
    """The lines of a code block."""
    lines = code.rstrip("\n").split("\n")
    if dialect.liquid and (_LIQUID.search(code) or _FRAME.search(code)):
        # One line of source: an empty line could end the block.
        return [f"<pre><code>{'&#10;'.join(map(entities, lines))}</code></pre>"]
    fence = _fence(code, 3)
    return [fence, *(_SHORTCODE.sub("{ {", line) for line in lines), fence]


def _fence(code: str, least: int) -> str:
    """More backticks than stand together anywhere in `code`."""
    return "`" * max(least, 1 + max(map(len, re.findall("`+", code)), default=0))


def entities(text: str) -> str:
    """`text` for the inside of an HTML element, with no character left that Markdown or Liquid would read."""
    return re.sub(r"[<>&\"'{}|\\*_`$\[\]~:#\-]", lambda match: f"&#{ord(match[0])};", text)
