"""arXiv identifiers: one spelling for each paper, whatever an interface makes of it, and the order of assignment.

The API writes `http://arxiv.org/abs/2601.20573v1`, the feeds `oai:arXiv.org:2601.20573v1`, people `arXiv:2601.20573`.
A ledger that keeps papers apart by identifier needs one form. Both schemes are described in
https://info.arxiv.org/help/arxiv_identifier.html: since April 2007 `YYMM.number` (four digits until 2014, then five),
before that `archive/YYMMnnn`, where a subject class (`math.GT/0309136`) was optional and is left out here.
"""

from __future__ import annotations

import re

_PREFIX = re.compile(
    r"^(?:(?:https?://)?(?:[a-z]+\.)?arxiv\.org/(?:abs|pdf|html|src|e-print|format|ps)/|oai:arxiv\.org:|arxiv:\s*)",
    re.IGNORECASE,
)
_SUFFIX = re.compile(r"(?:\.pdf)?/?(?:[?#].*)?$", re.IGNORECASE)
# ASCII digits only: `\d` would take other scripts' digits too. The API takes any four digits for a month (a recorded
# answer to `0000.0000` is an empty page, not a refusal), so no month is judged here.
# Six digits are what a month of more than 99,999 papers would need; 2026 has a third of that.
_NEW = re.compile(r"^([0-9]{4}\.[0-9]{4,6})(?:v([1-9][0-9]{0,3}))?$")
_OLD = re.compile(r"^([a-z]+(?:-[a-z]+)*)(?:\.[A-Za-z]{2})?/([0-9]{7})(?:v([1-9][0-9]{0,3}))?$")


def split_version(text: str) -> tuple[str, int | None]:
    """The identifier without its version, and the version, None where `text` names none.

    Takes identifiers, addresses of abstract and PDF pages and OAI identifiers. Raises `ValueError` on anything else.
    """
    bare = _SUFFIX.sub("", _PREFIX.sub("", text.strip()))
    if new := _NEW.match(bare):
        return new[1], int(new[2]) if new[2] else None
    if old := _OLD.match(bare):
        return f"{old[1]}/{old[2]}", int(old[3]) if old[3] else None
    raise ValueError(f"{text[:80]!r} is not an arXiv identifier (such as 2601.20573v1 or cs/9802040)")


def order_key(identifier: str) -> tuple[int, int, str, int]:
    """Sorts identifiers in the order in which they were assigned: year, month, archive (old style only), number.

    Numbers of the old style count within an archive: across archives the order is only that of the month.
    Raises `ValueError` where `identifier` is none.
    """
    bare, _ = split_version(identifier)
    archive, _, digits = bare.rpartition("/")
    short_year, month = int(digits[:2]), int(digits[2:4])
    number = digits[4:].removeprefix(".")
    # The old style ran from August 1991 to March 2007, the new one began in April 2007.
    year = 1900 + short_year if archive and short_year >= 91 else 2000 + short_year
    return year, month, archive, int(number)


def assigned_month(identifier: str) -> tuple[int, int]:
    """Year and month (1 to 12, New York) that the identifier carries: that of the freeze of its mailing."""
    year, month, _, _ = order_key(identifier)
    return year, month
