"""What of the site is to be made: files whose texts are made when they are asked for, and what they are made for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from digest_assets.site.values import ListName


@dataclass(frozen=True, slots=True)
class PlannedFile:
    path: str
    """Below the site's folder, with slashes."""
    render: Callable[[], str | bytes]
    made_of: str = ""
    """Where it is given, and as it was when the file was made, the file is not made to see whether it differs."""


@dataclass(frozen=True, slots=True)
class Unit:
    """Files that come and go together: what an earlier plan had under this name and this one has not is to go."""

    name: str
    files: tuple[PlannedFile, ...] = ()
    adds: bool = False
    """Whether the files come to those that are there under this name, which stay."""


@dataclass(slots=True)
class Touched:
    """What changed in the book."""

    everything: bool = False
    days: set[date] = field(default_factory=set)
    """Dates whose own page is to be made: those that changed, and their neighbours where links change."""
    changed: set[date] = field(default_factory=set)
    lists: Counter[ListName] = field(default_factory=Counter)
    """Each with how many of its papers changed, at most."""
    costs: bool = False
    indexed_again: set[str] = field(default_factory=set)
    """Months of which papers that did not change are to be indexed anew."""
    joins: bool = False
    """Whether periods of the search index are being put together."""
    joined: set[str] = field(default_factory=set)
    """Months whose papers are in a larger period of the search index from now on."""


class Once:
    """Something that is made when it is first asked for."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._made: Any = None

    def get(self) -> Any:
        if self._made is None:
            self._made = self._make()
        return self._made


def dated(form: str, day: date) -> str:
    """A day in words: `form` names `{year}`, `{month}` and `{day}`."""
    return form.format(year=day.year, month=day.month, day=day.day)
