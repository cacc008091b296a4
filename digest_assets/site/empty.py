"""Why a date has no papers, in the reader's language.

The store keeps the sentence that `digests/emptiness.py` made, in English, for logs and commands. A reader of a Chinese
page is told the same in Chinese; a sentence that is not known here stands as it is.
"""

from __future__ import annotations

import re

from digest_assets.site.words import SiteWords

_WEEKEND = re.compile(r"arXiv announces nothing on \w+ evenings \(New York\)\.")
_HOLIDAY = re.compile(r"arXiv announced nothing on the evening of (?P<evening>\S+) \(New York\): (?P<name>.+)\.")
_NOTHING = re.compile(r"The mailing of .+ had nothing in these categories\.")
_UNSEEN = re.compile(
    r"Nothing was seen within a day of the mailing due at (?P<due>[^:]+:\d\d \(.+?\)): arXiv may have .+"
)
_CAME_LATER = re.compile(
    r"arXiv announced nothing in these categories at (?P<due>.+? \(.+?\)): (?P<count>\d+) papers that .+ mailing\."
)
_NO_MAILING = re.compile(r"No mailing of arXiv falls on this day\.")


def sentence(reason: str | None, words: SiteWords) -> str:
    """`reason` in `words`. Without one: that there are no papers."""
    if not reason:
        return words.not_found
    forms = (
        (_WEEKEND, words.empty_weekend),
        (_HOLIDAY, words.empty_holiday),
        (_NOTHING, words.empty_nothing),
        (_UNSEEN, words.empty_unseen),
        (_CAME_LATER, words.empty_came_later),
        (_NO_MAILING, words.empty_no_mailing),
    )
    for pattern, form in forms:
        if match := pattern.fullmatch(reason):
            return form.format(**match.groupdict())
    return reason
