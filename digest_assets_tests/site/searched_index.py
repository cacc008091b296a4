"""What the search index of a folder says, read as a browser reads it: the overview, the parts, and the titles."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from digest_assets.site import search


def papers_found(folder: Path) -> list[str]:
    """Those that a search for an author of all finds."""
    return sorted(searched_in(folder, "bergqvist")["bergqvist"])


def searched_in(folder: Path, only: str = "") -> dict[str, list[str]]:
    """The papers that hold each word, as a browser finds them: by the overview, the parts and the titles."""
    found: dict[str, list[str]] = {}
    for name, firsts, runs, has_shelves in overview_in(folder):
        numbers: list[str] = []
        for month, count, *place in runs:
            of_month = titles_of(folder, month) if month else [""] * count
            start = place[0] if place else 0
            numbers += of_month[start : start + count]
        parts = sorted((folder / "s").glob(f"{name}-[0-9]*.js"), key=lambda file: int(file.stem.rpartition("-")[2]))
        if has_shelves:
            assert len(list((folder / "s").glob(f"{name}-words-*.js"))) == len(firsts)
        else:
            assert len(parts) == len(firsts)
        for file in parts:
            for word, held in search.read_part(file.read_text("utf-8")):
                if only in ("", word):
                    prominent, _, other = held.partition(".")
                    papers = [numbers[number] for number in (*absolute(prominent), *absolute(other))]
                    found[word] = sorted([*found.get(word, ()), *filter(None, papers)])
    return {word: papers for word, papers in found.items() if papers}


def titles_of(folder: Path, month: str) -> list[str]:
    files = sorted((folder / "s").glob(f"titles-{month}-*.js"), key=lambda file: int(file.stem.rpartition("-")[2]))
    return [row[0] for file in files for row in json.loads(f"[{file.read_text('utf-8')[20:-3]}]")[2]]


def overview_in(folder: Path) -> list[tuple[str, list[str], list[list[Any]], int]]:
    text = (folder / "s" / "periods.js").read_text("utf-8").removeprefix("digestSearch.periods(").removesuffix(");\n")
    found: list[tuple[str, list[str], list[list[Any]], int]] = json.loads(text)
    return found


def absolute(written: str) -> list[int]:
    found: list[int] = []
    for stretch in written.split("!"):
        number = read = bits = 0
        for digit in stretch:
            value = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".index(digit)
            read |= (value & 31) << bits
            bits += 5
            if value < 32:
                number += read
                found.append(number)
                read = bits = 0
    return found
