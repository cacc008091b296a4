"""A paper's licence, and what it lets a digest do. Source: arXiv help, "License Information"; terms of use."""

from __future__ import annotations

import re

NON_EXCLUSIVE = "http://arxiv.org/licenses/nonexclusive-distrib/1.0/"
"""arXiv may distribute the paper; nobody else may do anything with it."""
_PUBLIC_DOMAIN = "http://creativecommons.org/publicdomain/zero/1.0/"


def licence_url(words: str) -> str | None:
    """The URL, as arXiv's feeds spell it, of a licence box's text: `License: CC BY 4.0`. Unknown words as they are."""
    name = re.sub(r"^(licen[cs]e:\s*)+", "", " ".join(words.split()), flags=re.IGNORECASE)
    if match := re.fullmatch(
        r"CC (BY(?:-NC)?(?:-(?:SA|ND))?)(?: (\d\.\d))?", name.replace("CC-", "CC "), re.IGNORECASE
    ):
        return f"http://creativecommons.org/licenses/{match[1].lower()}/{match[2] or '4.0'}/"
    if re.match(r"CC ?0|CC Zero", name, re.IGNORECASE):
        return _PUBLIC_DOMAIN
    if "non-exclusive" in name.lower() or "nonexclusive" in name.lower():
        return NON_EXCLUSIVE
    return name or None


def allows_adaptation(licence: str | None) -> bool:
    """Whether figures and text may be shown and adapted by anybody: CC BY, CC BY-SA, CC0. Nothing else counts."""
    return bool(re.match(r"https?://creativecommons\.org/(licenses/(by|by-sa)/|publicdomain/)", licence or ""))
