"""Who wrote a paper, out of what each interface says: names one by one, or all of them in one string.

Among them stand things that are no persons, and no names at all: `:` after a collaboration, `on behalf of`, `et al.`,
`2900 others` (arXiv's own `(2900 additional authors not shown)` on pages, copied into submissions). A collaboration is
kept under its own name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from digest_assets.arxiv.texts import one_line

_SUFFIX = re.compile(r"^(?:Jr|Sr|II|III|IV|PhD|Ph\.D|MD|M\.D)\.?$")
_GROUP = r"(?:Collaborations?|Consortium|Consortia|Experiments?)"
_HEADED = re.compile(rf"^(?P<group>[^:]*\b(?:{_GROUP}|Group|Team|Project)\b[^:]*):\s*(?P<first>.*)$", re.IGNORECASE)
"""`ATLAS Collaboration: G. Aad`, of which the part after the colon may be missing."""
_BEHALF = re.compile(r"\(?\s*\b(?:on|in)\s+behalf\s+of\s+(?:the\s+)?(?P<group>[^()]*?)\s*\)?\s*$", re.IGNORECASE)
_FOR_A_GROUP = re.compile(rf"\(?\s*\bfor\s+the\s+(?P<group>[^()]*\b{_GROUP}\b)\s*\)?\s*$", re.IGNORECASE)
_NOBODY = re.compile(
    r"^\(?(?:and\s+)?(?:et\.?\s+al\.?|(?:the\s+)?others|"
    r"[\d,. ]*\d\s+(?:(?:more|other|additional)\s+)*(?:others|authors?|co-?authors?|collaborators)"
    r"(?:\s+not\s+shown)?)\)?$",
    re.IGNORECASE,
)


def people(names: Iterable[str]) -> tuple[str, ...]:
    """The persons and collaborations that `names` name, in their order. Two persons may have one name."""
    return tuple(part for name in names for part in _parts(one_line(name)))


def _parts(name: str) -> list[str]:
    if headed := _HEADED.match(name):
        return [each for part in (headed["group"], headed["first"]) for each in _parts(part.strip())]
    for pattern in (_BEHALF, _FOR_A_GROUP):
        if found := pattern.search(name):
            before = name[: found.start()].strip(" ,;:(")
            return [each for part in (before, found["group"]) for each in _parts(part.strip())]
    is_nobody = _NOBODY.match(name) or not any(character.isalpha() for character in name)
    return [] if is_nobody else [name]


def split_creators(text: str) -> tuple[str, ...]:
    """Authors from the feed's one string: `A. One (Lab, City), B. Two` gives `A. One`, `B. Two`.

    Commas separate, but not inside parentheses, which hold affiliations and are left out. A suffix (`Jr.`, `III`)
    belongs to the name before it.
    """
    return people(_separated(text))


def split_authors(text: str) -> tuple[str, ...]:
    """Authors from arXivRaw's one string, which also joins the last two with `and`."""
    return people(name for part in _separated(text) for name in re.split(r"(?:^|\s)and\s+", part) if name.strip())


def _separated(text: str) -> list[str]:
    names: list[str] = []
    current: list[str] = []
    depth = 0
    # Whom somebody speaks for is no affiliation.
    text = re.sub(r"\(\s*((?:on behalf of|for the)\b[^()]*)\)", r"\1", text, flags=re.IGNORECASE)
    for character in text + ",":
        if character == "(":
            depth += 1
        elif character == ")" and depth:
            depth -= 1
        elif character == "," and depth == 0:
            names.append("".join(current))
            current = []
        elif depth == 0:
            current.append(character)
    if depth:
        # An opened parenthesis is never closed: it cannot be told where the affiliation ends.
        names = text.split(",")
    joined: list[str] = []
    for name in (one_line(each) for each in names):
        if joined and _SUFFIX.match(name):
            joined[-1] = f"{joined[-1]}, {name}"
        elif name:
            joined.append(name)
    return joined
