"""What stands between the two parts of a word that is broken at a line's end."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from itertools import pairwise

from digest_assets.full_text.pdf_order import Line

_SUFFIX = re.compile(
    r"(?:i?[sz]?)(?:ations?|ative|tions?|ings?|ments?|ness|able|ible|ally|ity|ities|isms?|ists?|ize[ds]?|ized|izing|ful"
    r"|less|ance|ences?|ents?|ary|ory|ous|ive|ively|atures?|ers?|ed)"
)
_ONE_WORD = re.compile(
    r"moreover|furthermore|(?:how|when|where|what|which)(?:so)?ever|(?:never|none)theless|(?:there|here)(?:after|fore|in|by)"
    r"|without|within|throughout|another|themselves|itself|something|everything|somewhere|sometimes|meanwhile|likewise"
)


_ADDRESS = re.compile(r"(?:://|www\.)\S*$")


def joined(lines: Sequence[Line], words: Set[str]) -> str:
    """The text of `lines`, its words put together. `words`: the document's."""
    text = lines[0].text
    for last, line in pairwise(lines):
        has_rows = "\n" in last.text or "\n" in line.text  # which stand apart from the text around them, too
        hyphen = "-" * last.hyphenated
        text += f"{hyphen}\n" if has_rows else joint(text, line.text, words) if last.hyphenated else " "
        text += line.text
    return text


def joint(before: str, after: str, words: Set[str]) -> str:
    """Nothing, or the hyphen that belongs to the word: `state-of-the-` + `art`, `161-` + `dimensional`, `k-` + `means`.
    `words`: as for `joined`."""
    if _ADDRESS.search(before):
        return "-"
    first = re.search(r"[\w-]*$", before)
    second = re.match(r"[\w-]*", after)
    head, tail = (first[0] if first else "").lower(), (second[0] if second else "").lower()
    if len(head) == 1 or head[-1:].isdigit():  # no word is broken behind its first letter
        return "-"
    if head + tail in words or _ONE_WORD.fullmatch(head + tail):
        return ""
    is_compound = f"{head}-{tail}" in words or "-" in head or not tail[:1].isalpha()
    return "-" if is_compound or _are_two_words(head, tail, words) else ""


def _are_two_words(head: str, tail: str, words: Set[str]) -> bool:
    """Whether a hyphen is more likely the author's than the typesetter's: `sequence-` + `aligned`."""
    if head not in words or _SUFFIX.fullmatch(tail):
        return False
    return (len(head) > 3 and len(tail) > 3 and tail in words) or (len(head) > 5 and len(tail) > 4)
