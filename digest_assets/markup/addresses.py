"""Addresses in running text, so that they become links: where one begins, and above all where it ends."""

from __future__ import annotations

import re
from collections.abc import Iterator

from digest_assets.markup.spans import Link, Span, Text

# ASCII only: a Chinese full stop, comma or bracket after an address is not part of it.
_CHARACTER = r"[A-Za-z0-9\-._~:/?#@!$&'()*+,;=%]"
_ADDRESS = re.compile(
    rf"(?<![A-Za-z0-9/@.])(?:https?://{_CHARACTER}+"
    rf"|www\.{_CHARACTER}+"
    rf"|(?:github\.com|gitlab\.com|huggingface\.co|[A-Za-z0-9][A-Za-z0-9-]{{0,38}}\.github\.io)/{_CHARACTER}+)",
    re.IGNORECASE,
)
_ESCAPED = re.compile(rf"https?://(?:{_CHARACTER}|\\[_%&#~])+")
_TRAILING = ".,;:!?'*_~"


def linked(text: str) -> Iterator[Span]:
    """`text` as spans, each address a link to itself."""
    start = 0
    for match in _ADDRESS.finditer(text):
        address = _without_punctuation(match.group())
        if "." not in address and "localhost" not in address:
            continue
        if start < match.start():
            yield Text(text[start : match.start()])
        start = match.start() + len(address)
        url = address if "://" in address else f"https://{address}"
        yield Link(url, (Text(address),))
    if start < len(text):
        yield Text(text[start:])


def unescaped(text: str) -> str:
    """TeX text with its addresses as they are meant: `\\_` in one is `_`."""
    return _ESCAPED.sub(lambda match: match.group().replace("\\", ""), text)


def _without_punctuation(address: str) -> str:
    """`address` without the punctuation of the sentence that it stands in, and without a bracket it did not open."""
    while address:
        last = address[-1]
        if last in _TRAILING or (last == ")" and address.count(")") > address.count("(")):
            address = address[:-1]
        else:
            break
    return address
