"""A line of the log an event: the digest, its date, and what happened to which paper; the same in UI and terminal."""

from __future__ import annotations

import logging
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
        self.logger.info(self._line(event))

    def warning(self, event: str) -> None:
        self.logger.warning(self._line(event))

    def _line(self, event: str) -> str:
        return redact(f"{self.digest} {self.day} {event}", _LONGEST)
