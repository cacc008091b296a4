"""Text of others, written for what is neither a post's Markdown (`posts/dialects.py`) nor a page (`site/html.py`).

Titles and answers are not the only text of others: the names of models, reasons that quote an answer, what a server
said. Each place reads signs of its own; here is the one way to write for it, and a type that says for which place a
text was written, so that mypy refuses a raw one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, NewType

from digest_assets.markup.characters import clean

HtmlComment = NewType("HtmlComment", str)
"""A whole comment in a post, or nothing. Liquid and Hugo read comments, too."""
YamlScalar = NewType("YamlScalar", str)
"""A value of a post's front matter, or the parameter of a Hugo shortcode."""
MetadataCell = NewType("MetadataCell", str)
"""A cell of a Markdown table in Dagster's UI, which loads images and knows HTML entities."""
TerminalText = NewType("TerminalText", str)
MessageText = NewType("MessageText", str)
"""For apprise: services read mentions (`@everyone`, `<!channel>`, `<at user_id="all">`) and links in plain text."""
JsonText = NewType("JsonText", str)

_LONGEST_CELL = 120
_IN_COMMENT = str.maketrans({"<": " ", ">": " ", "{": "(", "}": ")", "\n": " "})
_PLAIN_YAML = re.compile(r"[A-Za-z][A-Za-z0-9-]*(?:\.[A-Za-z0-9-]+)*")
_YAML_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})
_READ_BY_MARKDOWN = re.compile(r"[\\`*_\[\]<>|~&!#$]")
_IN_MESSAGE = str.maketrans({"@": "＠", "<": "＜", ">": "＞"})
_ONLY_IN_JSON = re.compile("[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def html_comment(text: str) -> HtmlComment:
    """`text` as a comment that ends where it should, and in which neither Liquid nor Hugo finds anything to run."""
    said = re.sub(r"-(?=-)", " ", clean(text).translate(_IN_COMMENT)).strip(" -")
    return HtmlComment(f"<!-- {said} -->" if said else "")


def yaml_quoted(text: str) -> YamlScalar:
    """`text` between double quotes: JSON's strings are YAML's."""
    return YamlScalar(json.dumps(clean(text), ensure_ascii=False))


def yaml_scalar(text: str) -> YamlScalar:
    """`text` to stand in a YAML list: bare where that is surely a string, else quoted."""
    is_plain = _PLAIN_YAML.fullmatch(text) and text.lower() not in _YAML_WORDS
    return YamlScalar(text) if is_plain else yaml_quoted(text)


def yaml_mapping(values: dict[str, str]) -> YamlScalar:
    """A mapping in flow style, which JSON's is."""
    return YamlScalar(clean(json.dumps(values, ensure_ascii=False)))


def metadata_cell(value: object) -> MetadataCell:
    """`value` on one line as what it looks like, cut where it is long."""
    text = " ".join(clean("" if value is None else str(value)).split())
    text = text if len(text) <= _LONGEST_CELL else text[: _LONGEST_CELL - 1] + "…"
    return MetadataCell(_READ_BY_MARKDOWN.sub(lambda match: f"&#{ord(match[0])};", text))


def terminal_text(text: str) -> TerminalText:
    """`text` without what a terminal obeys (escape sequences) and what turns the words around it."""
    return TerminalText(clean(text))


def message_text(text: str) -> MessageText:
    """`text` in which no service finds a mention, a tag or a link that says something else than it is."""
    return MessageText(clean(text).translate(_IN_MESSAGE).replace("](", "] ("))


def json_text(value: object, *, default: Callable[[Any], Any] | None = None, indent: int | None = None) -> JsonText:
    """`value` as JSON that a terminal, a script and any encoding can hold: the same value, odd characters escaped."""
    separators = (",", ":") if indent is None else None
    written = json.dumps(value, ensure_ascii=False, indent=indent, separators=separators, default=default)
    return JsonText(_ONLY_IN_JSON.sub(lambda match: f"\\u{ord(match[0]):04x}", written).replace("</", "<\\/"))
