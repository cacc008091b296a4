"""Whether a text is one: judged by the letters that follow each other, and by the small words that every sentence has.

A font's wrong map to Unicode turns `data` into `qngn`, letter by letter, and a bad recognition of a scan hits every
third word. Both are made of letters and spaces, so only a language tells them from text.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

LEAST_WORDS = 60
"""A page with fewer is not judged."""
# For each letter, those that follow it in a word: the 330 pairs that are most frequent in abstracts of arXiv and make
# up 99.5 % of all pairs there. French, German and Spanish have 93 % of theirs among them; a text through a wrong map
# has 30 to 65 %.
_PAIRS_BY_LETTER = (
    "abcdefgiklmnprstuvwxy baeijlorstuy cacehiklorstuy dabdegilorsuvy eabcdefghilmnopqrstuvwxy faefilortuy "
    "gaeghilmnorstuy haeilmnortuy iabcdefgklmnopqrstvxz jeou kaeins ladefgilmnostuvy mabefilmopsu "
    "nacdefghiklmnoprstuvy oabcdefgiklmnoprstuvwxy paefhilmoprstu qu rabcdefghiklmnoprstuvy "
    "sacdefhiklmoprstuvwy tacefhilmnoprstuwy uabcdefgilmnoprst vaceios waehilnos xaceipt yeilmnopst zaei "
)
_PAIRS = {group[0]: frozenset(group[1:]) for group in _PAIRS_BY_LETTER.split()}
_LEAST_PAIRS = 0.8
_MOST_ODD_WORDS = 0.33
"""Of words of four letters and more, those with a pair that is none. Where one letter in ten is wrong it is a
quarter, where one in seven is, 38 %; a German page of names has 29 %."""
_SMALL_WORDS = {
    "German": "der die das und ist von mit für eine einer den dem zu auf im wir werden nicht sich auch durch bei als",
    "French": "le la les des est une un dans que pour qui par sur nous cette et en du au sont avec plus ou ces",
    "Spanish": "el la los las de que en un una por para con se del es como más este son al lo y su",
    "Portuguese": "o os as da do que em um uma para com por não se dos das é como mais no na ao são",
    "Italian": "il la le di che in un una per con non si del della dei è sono come nel alla i gli da",
    "Polish": "w i na z do że się jest nie to o dla od jak są przez oraz po ze jako które",
    "Dutch": "de het een van en in is dat op te voor met zijn die niet aan er om ook als",
}
_LEAST_SMALL_WORDS = 0.12
_ENGLISH = (
    "the of and to in is we for that on are with as by this be an from it can which or our not at was have has these "
    "were where if but such their"
)
_SHORT_WORDS, _MANY_SMALL_WORDS = 4.2, 0.2
"""The mean of letters a word: what a recognition makes of print that it cannot read is plausible in its pairs, and
short. Of 693 pages of prose, lists and references, those below 4.2 have a quarter of small words and more; of ten pages
that Tesseract read at 50 and 60 dots an inch, the twelve readings with less than a third of the words right have 2.9 to
4.0, and 17 % of small words at most; those with half of them right and more have 4.6 and more."""
_READABLE_SHARE = 0.75
_CHINESE = frozenset("的一是在不了有和人这中大为上个国我以要他时来用们这與及於之本法文可")
_LIGATURES = {"ff", "fi", "fl", "ffi", "ffl"}
"""Words that are none: what the lowest places of TeX's fonts hold."""
_LATIN = re.compile(r"[a-zà-öø-ɏ]+")
_UNKNOWN = re.compile("(?:[a-z]{3}\ufffd|\ufffd[a-z]{3})")
_MOST_UNKNOWN_WORDS = 0.05
"""Of the words, those beside a character that the file does not tell. Where that is every digit and point, they are 7 %
and more of a page; elsewhere 3 % at most, but for three pages of code and formulas in 20,000."""


def is_text(text: str) -> bool | None:
    """Whether a page's `text` can be read by somebody. None where there is too little to tell."""
    printed = [each for each in text if not each.isspace()]
    if len(printed) < 4 * LEAST_WORDS:
        return None
    if sum(each.isalnum() or each in ".,;:()[]{}^_-'\"/=+%&–—’“”" for each in printed) < _READABLE_SHARE * len(printed):
        return False
    letters = [each for each in printed if each.isalpha()]
    if len(letters) < LEAST_WORDS:
        return None  # numbers: a table
    latin = sum(each < "\u0250" for each in letters)
    return _is_latin_text(text.lower()) if 2 * latin > len(letters) else _is_other_text(letters)


def _is_latin_text(text: str) -> bool | None:
    words = [word for word in _LATIN.findall(text) if len(word) > 1 and word not in _LIGATURES]
    if len(words) < LEAST_WORDS:
        # Ligatures and signs without a word are a font whose map is missing; numbers and formulas are a table.
        return False if sum(text.count(each) for each in ("fi", "ff", "fl")) > LEAST_WORDS else None
    if len(_UNKNOWN.findall(text)) > _MOST_UNKNOWN_WORDS * len(words):
        return False
    pairs = odd = long = total = 0
    for word in words:
        plain = "".join(each for each in unicodedata.normalize("NFKD", word) if "a" <= each <= "z")
        known = sum(after in _PAIRS.get(before, ()) for before, after in pairwise(plain))
        pairs += known
        total += max(len(plain) - 1, 0)
        if len(plain) > 3:
            long += 1
            odd += known < len(plain) - 1
    if pairs < _LEAST_PAIRS * total:
        return False
    small = _small_words(words, _SMALL_WORDS.values())
    if (
        sum(map(len, words)) < _SHORT_WORDS * len(words)
        and max(small, _small_words(words, [_ENGLISH])) < _MANY_SMALL_WORDS
    ):
        return False
    return odd <= _MOST_ODD_WORDS * max(long, 1) or small >= _LEAST_SMALL_WORDS


def _small_words(words: list[str], of: Iterable[str]) -> float:
    """The share of `words` that are small ones of a language, the best of those in `of`."""
    counts = Counter(words)
    return max(sum(counts[each] for each in small.split()) for small in of) / len(words)


def _is_other_text(letters: list[str]) -> bool | None:
    """Text of another script: one script, and where that is Chinese, with the characters that all Chinese has."""
    scripts = Counter(unicodedata.name(each, "UNNAMED").split()[0] for each in letters)
    asian = sum(scripts[name] for name in ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "KATAKANA-HIRAGANA", "LATIN"))
    if 2 * asian > len(letters):
        kana = scripts["HIRAGANA"] + scripts["KATAKANA"] + scripts["HANGUL"]
        return 10 * kana > asian or sum(each in _CHINESE for each in letters) > 0.015 * len(letters)
    name, count = scripts.most_common(1)[0]
    return name != "UNNAMED" and count > 0.6 * len(letters)
