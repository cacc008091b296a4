"""A line of the log an event: the digest, its date, and what happened to which paper; the same in UI and terminal."""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from digest_assets.errors import redact

_LONGEST = 1000


@dataclass(frozen=True, slots=True)
class DateLog:
    """The log of one date of a digest. What looks like a key is struck out, whoever quoted it."""

    logger: logging.Logger
    digest: str
    day: date

    def info(self, event: str) -> None:
        self._tell(logging.INFO, event)

    def warning(self, event: str) -> None:
        self._tell(logging.WARNING, event)

    def _tell(self, level: int, event: str) -> None:
        line = self._line(event)
        # Dagster raises where its history or the disk cannot be written: of which class is SQLAlchemy's and SQLite's to
        # change. A line less ends no run, and what was paid for is still to be kept.
        with suppress(Exception):
            self.logger.log(level, line)

    def _line(self, event: str) -> str:
        return redact(f"{self.digest} {self.day} {event}", _LONGEST)
