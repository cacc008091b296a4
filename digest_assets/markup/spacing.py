"""One space between Chinese and what stands beside it in other letters, whoever wrote it how.

Models put one or none, from paper to paper. CLREQ (https://www.w3.org/TR/clreq/#mixed_text_composition_in_horizontal_writing_mode)
wants a gap between Han characters and Western letters, digits and formulas. It is made here, where a text is read for
posts and pages alike, because spans know what is a formula, code or an address: these stay as they are inside. Stored
answers stay as the model wrote them, and so do the keys that hang on their words. Japanese has no such space.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from digest_assets.markup.spans import Code, Emphasis, Formula, Link, Original, Span, Strong, Text

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WESTERN = "A-Za-z0-9\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0370-\u03ff"
_GAP = re.compile(
    rf"(?<=[{_HAN}])(?=[{_WESTERN}])|(?<=[{_WESTERN}])(?=[{_HAN}])|(?<=[{_WESTERN}][%‰°+#])(?=[{_HAN}])"
    rf"|(?<=\+\+)(?=[{_HAN}])"
)
_KANA = re.compile("[\u3041-\u30ff]")
_IS_HAN, _IS_WESTERN = re.compile(f"[{_HAN}]"), re.compile(f"[{_WESTERN}%‰°]")


def spaced(spans: Sequence[Span]) -> tuple[Span, ...]:
    """`spans` of a line or a paragraph, with a space wherever one belongs and none is."""
    return tuple(spans) if any(map(_is_japanese, spans)) else tuple(_spaced(spans))


def _is_japanese(span: Span) -> bool:
    if isinstance(span, Text):
        return _KANA.search(span.text) is not None
    return isinstance(span, Strong | Emphasis | Link) and any(map(_is_japanese, span.children))


def _spaced(spans: Iterable[Span]) -> list[Span]:
    made: list[Span] = []
    for span in map(_inside, spans):
        if made and {_edge(made[-1], -1), _edge(span, 0)} == {"han", "western"}:
            before = made[-1]
            if isinstance(before, Text):
                made[-1] = Text(f"{before.text} ")
            elif isinstance(span, Text):
                span = Text(f" {span.text}")
            else:
                made.append(Text(" "))
        made.append(span)
    return made


def _inside(span: Span) -> Span:
    if isinstance(span, Text):
        return Text(_GAP.sub(" ", span.text))
    if isinstance(span, Strong | Emphasis | Link):
        return replace(span, children=tuple(_spaced(span.children)))
    return span


def _edge(span: Span, end: int) -> str:
    """What a span begins (`end` 0) or ends (-1) with: `han`, `western`, or neither."""
    if isinstance(span, Text):
        character = span.text[end:][:1] if span.text else ""
        return "han" if _IS_HAN.match(character) else "western" if _IS_WESTERN.match(character) else ""
    if isinstance(span, Formula):  # an exponent or an index belongs to the word before it
        return "" if span.display or span.tex.startswith(("^", "_", "{}")) else "western"
    if isinstance(span, Code):
        return "western"
    if isinstance(span, Strong | Emphasis | Link | Original):
        return _edge(span.children[end], end) if span.children else ""
    return ""
