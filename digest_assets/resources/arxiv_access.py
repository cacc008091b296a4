"""How a run gets to arXiv: clients that are open for as long as they are used, at a pace that all runs share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from digest_assets.arxiv.stop_signs import RememberedSigns, StopSigns
from digest_assets.config import ArxivSettings
from digest_assets.resources.arxiv import ArxivClient
from digest_assets.resources.clock import Clock
from digest_assets.resources.full_texts import FullTextSource
from digest_assets.resources.http import open_client
from digest_assets.resources.pace import Pace


@dataclass(frozen=True)
class ArxivAccess:
    """arXiv as the settings say: its lists (API, feeds) and its texts (HTML, PDF)."""

    settings: ArxivSettings
    pace: Pace
    clock: Clock
    signs: StopSigns | None = None
    """None: a sign holds for as long as the texts are open, because there is no store to keep it in."""

    def peeks(self) -> ArxivClient:
        """For who asks again anyway: one try a request, and no waiting."""
        return ArxivClient(self.settings.model_copy(update={"attempts": 1}), self.pace, now=self.clock.now)

    def lists(self) -> ArxivClient:
        return ArxivClient(self.settings, self.pace, now=self.clock.now)

    @asynccontextmanager
    async def open_texts(self) -> AsyncIterator[FullTextSource]:
        largest = (self.settings.text_max_megabytes + 1) * 1_000_000  # who reads the text says that it is larger
        async with open_client(self.settings, largest) as client:
            signs = self.signs or RememberedSigns(self.clock.now)
            yield FullTextSource(self.settings, self.pace, client, signs, now=self.clock.now)
