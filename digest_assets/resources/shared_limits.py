"""An account's limits, kept by all processes of a machine that share a store: calls at once, and allowances a minute.

Each call under way holds a lock on one of so many files as calls are allowed. The operating system gives a lock back
when its process ends, however it ends, so that a killed run holds no place for a moment longer; Dagster's pools keep
it until somebody frees it (see dagster.yaml). Taking a place costs some 50 microseconds, and no transaction. What may
be spent a minute is in a file of its own, which is only there where a rate is set, or was found out.

Machines that share a store in a lake do not see each other's files: each keeps the limits for itself.
"""

from __future__ import annotations

import hashlib
import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

_FURTHEST_SECONDS = 3600.0
"""An allowance that is free only after this comes from a clock that was set back."""
_PACE_HOLDS_SECONDS = 12 * 3600.0
"""An account's limits change: so long after it was found a pace is found out anew."""


@dataclass(slots=True)
class TokenBucket:
    """An allowance a minute, spent evenly: a bucket that holds the allowance of `burst_seconds`."""

    per_minute: float
    burst_seconds: float = 10.0
    free_at: float = float("-inf")
    """When everything spent so far is earned again."""

    def delay(self, now: float) -> float:
        """Seconds until the next spending is allowed."""
        return max(0.0, self.free_at - self.burst_seconds - now)

    def spend(self, now: float, amount: float) -> None:
        """Takes `amount`, negative to give back what an estimate took too much."""
        self.free_at = max(now, self.free_at) + amount * 60.0 / self.per_minute


class SharedLimits:
    """The limits of the endpoint `base_url`, for all processes that name the same `folder`.

    `clock`: seconds since the epoch, the same for all processes.
    """

    def __init__(
        self,
        folder: Path,
        base_url: str,
        ceiling: int,
        requests_per_minute: float | None = None,
        tokens_per_minute: float | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._folder = folder / hashlib.sha256(base_url.encode()).hexdigest()[:12]
        self._folder.mkdir(parents=True, exist_ok=True)
        self._places = [FileLock(self._folder / f"place-{n}.lock", thread_local=False) for n in range(ceiling)]
        self._choosing = threading.Lock()  # a lock that is taken twice in a process is one lock, held twice
        self._rates = {
            name: rate
            for name, rate in (("requests", requests_per_minute), ("tokens", tokens_per_minute))
            if rate is not None
        }
        self._clock = clock

    def place(self) -> FileLock | None:
        """A place for one call, to be released when it has ended. None: all are taken, here or elsewhere."""
        with self._choosing:
            others = [lock for lock in self._places if not lock.is_locked]
            random.shuffle(others)  # so that processes seldom try the same one
            for lock in others:
                with suppress(Timeout):
                    lock.acquire(timeout=0)
                    return lock
        return None

    def take(self, tokens: float) -> float:
        """Takes a request and `tokens` of the allowances, and returns 0; or takes nothing, and returns after how many
        seconds that may be tried again."""
        if not self._rates:
            return 0.0
        with self._paces() as paces:
            now = self._clock()
            delay = max(pace.delay(now) for pace in paces.values())
            if delay <= 0:
                for name, pace in paces.items():
                    pace.spend(now, 1 if name == "requests" else tokens)
            return delay

    def correct(self, tokens: float) -> None:
        """Takes `tokens` more than was estimated; negative: less."""
        if "tokens" in self._rates:
            with self._paces() as paces:
                paces["tokens"].spend(self._clock(), tokens)

    @property
    def has_pace(self) -> bool:
        """Whether some process has found out how many calls a minute the endpoint takes."""
        return (self._folder / "pace.json").exists()

    @contextmanager
    def pace(self, now: float) -> Iterator[dict[str, float]]:
        """What was found out of that, to be changed: `concurrency.LearnedPace` knows what the numbers mean. All but
        `per_minute` are times, by the clock that shows `now`. Nothing where what is there cannot be true any more."""
        path, ahead = self._folder / "pace.json", now - self._clock()
        with FileLock(path.with_suffix(".lock"), thread_local=False):
            told = {name: each if name == "per_minute" else each + ahead for name, each in _read(path).items()}
            age, wait = now - told.get("found_at", now), told.get("next_at", now) - now
            yield (known := told if -1 < age < _PACE_HOLDS_SECONDS and wait < _FURTHEST_SECONDS else {})
            if known:
                kept = {name: each if name == "per_minute" else each - ahead for name, each in known.items()}
                path.write_text(json.dumps(kept), "utf-8")

    @contextmanager
    def _paces(self) -> Iterator[dict[str, TokenBucket]]:
        path = self._folder / "rates.json"
        with FileLock(path.with_suffix(".lock"), thread_local=False):
            free_at = _read(path)
            latest = self._clock() + _FURTHEST_SECONDS
            paces = {
                name: TokenBucket(rate, free_at=free_at[name] if free_at.get(name, latest) < latest else float("-inf"))
                for name, rate in self._rates.items()
            }
            yield paces
            path.write_text(json.dumps(free_at | {name: pace.free_at for name, pace in paces.items()}), "utf-8")


def _read(path: Path) -> dict[str, float]:
    """When each allowance is free. A file that is not there, or that a kill left cut off, says nothing."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return {name: value for name, value in found.items() if isinstance(value, float)} if isinstance(found, dict) else {}
