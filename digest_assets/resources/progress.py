"""How far a run is, for whoever watches it: the terminal shows it live, the Dagster UI has the log."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    def begin(self, stage: str, total: int) -> None:
        """`stage` (an asset's name) has `total` papers to do."""
        ...

    def advance(self, stage: str, *, failed: bool = False, tokens: int = 0) -> None:
        """One more paper of `stage` is done, or failed; `tokens` were spent on it."""
        ...


class NoProgress:
    """Nobody watches."""

    def begin(self, stage: str, total: int) -> None:
        """Nothing to show."""

    def advance(self, stage: str, *, failed: bool = False, tokens: int = 0) -> None:
        """Nothing to show."""
