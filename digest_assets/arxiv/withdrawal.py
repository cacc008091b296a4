"""Withdrawn papers: arXiv keeps the record and says so in words, in the comment or in place of the abstract.

A withdrawn paper is announced as a replacement or, when an administrator acts early, as new. It is marked, never read.
There is no flag in any interface, so the notice itself is looked for, and only where it is one: in the comment
anywhere, in an abstract or title only where that *is* the notice.
"""

from __future__ import annotations

import re

from digest_assets.model import Paper

_THING = (
    r"(?:paper|manuscript|article|submission|preprint|pre-print|work|version|note|letter|draft|e-print|eprint|study)"
)
_THIS = rf"(?:this|the|our|my|that)\s+(?:\w+\s+){{0,2}}?{_THING}"
_WHO = r"(?:the\s+)?(?:\w+\s+){0,2}?(?:authors?|arxiv|administrators?|admins?|we|i)"

_NOTICES = re.compile(
    rf"""
      \b{_THIS}\s+(?:has|have|had|is|was|will)\s+(?:now\s+|been\s+|being\s+|be\s+|hereby\s+)*(?:withdrawn|retracted)\b
    | ^\W*(?:arxiv\s+admin\s+note:\s*)?(?:temporarily\s+|{_THING}\s+)?(?:is\s+)?
        (?:withdrawn|withdrawal|retracted|retraction)
        (?=\W*$|\s*[.,;:\])]|\s+(?:by|due|because|from|for|as|since|pending|until|notice|request|of)\b)
    | \b{_WHO}\s+(?:\w+\s+){{0,4}}?(?:withdraw(?:s|n|ing)?|withdrew|retract(?:s|ed|ing)?)\s+{_THIS}
    | \bwithdraw(?:n|al)?\s+(?:of\s+)?{_THIS}
    | \brequest(?:s|ed|ing)?\s+(?:the\s+|a\s+|its\s+|for\s+)*withdrawal\b
    | \b(?:reason|reasons)\s+for\s+(?:this|the|our)\s+(?:withdrawal|retraction)\b
    | \b(?:should|must|needs?\s+to)\s+be\s+(?:\w+\s+)?(?:withdrawn|retracted)\b
    | \bwithdrawn\s+(?:by|from\s+arxiv)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_NOTICE_LENGTH = 600
"""An abstract longer than this is an abstract: a notice in its place is a sentence or three."""
_TITLE = re.compile(r"^\W*(?:withdrawn|retracted)\s*[:.\])-]|\(\s*(?:withdrawn|retracted)\s*\)\s*$", re.IGNORECASE)
_ABSTRACT_START = re.compile(
    rf"^\W*(?:arxiv admin note:|{_THIS}\b.{{0,80}}\b(?:withdrawn|retracted)|withdrawn\b|{_WHO}\s)", re.I
)


def is_withdrawn(paper: Paper) -> bool:
    """Whether the paper's own metadata say that it was withdrawn."""
    if paper.comment and _NOTICES.search(paper.comment):
        return True
    if _TITLE.search(paper.title):
        return True
    abstract = paper.abstract
    return len(abstract) <= _NOTICE_LENGTH and bool(_ABSTRACT_START.match(abstract) and _NOTICES.search(abstract))
