"""The time, as a resource: what decides takes an instant, so only the shell asks for the time, and tests set it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """The time, aware, UTC."""
        ...


class SystemClock:
    """The machine's time."""

    def now(self) -> datetime:
        return datetime.now(timezone.utc)


@dataclass
class SetClock:
    """A time that stands still until it is set: for simulations and tests."""

    instant: datetime

    def now(self) -> datetime:
        return self.instant
