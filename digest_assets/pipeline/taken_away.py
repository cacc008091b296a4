"""Digests that the settings no longer have, and whose posts or pages are still there: nothing that was published is
deleted unasked, and nobody is left to wonder about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from digest_assets.config import CONFIG_NAME, DIGESTS_NAME, Settings
from digest_assets.store.posts import paths_by_digest


@dataclass(frozen=True, slots=True)
class TakenAway:
    """A digest that was taken away, and what is left of it."""

    name: str
    posts: int
    site: Path | None

    @property
    def sentence(self) -> str:
        """What is left, and what to do."""
        posts = f"{self.posts} post{'s' if self.posts > 1 else ''} (*-{self.name}.md)" if self.posts else ""
        left = " and ".join(filter(None, (posts, f"its site in {self.site}" if self.site else "")))
        return (
            f"The settings have no digest {self.name} any more; there is still {left}. Delete that, or have a "
            f"digest of that name again: in {CONFIG_NAME}, or as {DIGESTS_NAME}/{self.name}.toml."
        )


def taken_away(connection: duckdb.DuckDBPyConnection, digests: Sequence[Settings]) -> list[TakenAway]:
    """Of the digests that the store knows, those that are none of the project's, while something of them is left."""
    one = digests[0]
    names = {each.digest.name for each in one.project or digests}
    page = one.page_of_all
    found = []
    for name, paths in paths_by_digest(connection).items():
        if name not in names:
            site = page.parent / name if page is not None and (page.parent / name / "index.html").is_file() else None
            found.append(TakenAway(name, sum(one.path(path).is_file() for path in paths), site))
    return [each for each in found if each.posts or each.site]
