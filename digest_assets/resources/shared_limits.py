"""An account's limits, kept by all processes of a machine that share a store: calls at once, and allowances a minute.

Each call under way holds a lock on one of so many files as calls are allowed. The operating system gives a lock back
when its process ends, however it ends, so that a killed run holds no place for a moment longer; Dagster's pools keep
it until somebody frees it (see dagster.yaml). Taking a place costs some 50 microseconds, and no transaction. What may
be spent a minute is in a file of its own where a rate is set. When calls began and what was refused is in another, so
that two processes find the endpoint's pace out as one does.

Machines that share a store in a lake do not see each other's files: each keeps the limits for itself.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
        self._pace_lock = FileLock(self._folder / "pace.lock", thread_local=False)
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

    def under_way(self) -> int:
        """How many calls are, of all processes."""
        free = 0
        with self._choosing:
            for lock in self._places:
                if not lock.is_locked:
                    with suppress(Timeout), lock.acquire(timeout=0):
                        free += 1
        return len(self._places) - free

    @contextmanager
    def pace(self, now: float) -> Iterator[dict[str, float | list[float]]]:
        """What was found out of the endpoint's pace, to be changed: `concurrency.LearnedPace` knows what it means.
        Times are by the clock that shows `now`. Nothing where what is there cannot be true any more."""
        path, ahead = self._folder / "pace.json", now - self._clock()
        with self._pace_lock:
            kept = _read(path)
            told = _shifted(kept, ahead)
            if not _may_be_true(told, now):
                told = {}
            yield told
            if (changed := _shifted(told, -ahead)) != kept:
                _write(path, changed)

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
            _write(path, free_at | {name: pace.free_at for name, pace in paces.items()})


def _shifted(told: Mapping[str, float | list[float]], by: float) -> dict[str, float | list[float]]:
    """The same with its times by another clock: those whose name ends in `_at`, and `starts`."""
    shifted: dict[str, float | list[float]] = {}
    for name, each in told.items():
        if isinstance(each, list):
            shifted[name] = [one + by for one in each] if name == "starts" else each
        else:
            shifted[name] = each + by if name.endswith("_at") else each
    return shifted


def _may_be_true(told: Mapping[str, float | list[float]], now: float) -> bool:
    """Not where a clock was set back, or where it was found out long ago."""
    times = {name: each for name, each in told.items() if isinstance(each, float)}
    seen = [times[name] for name in ("found_at", "refused_at") if name in times]
    starts = told.get("starts")
    seen += starts[-1:] if isinstance(starts, list) else []
    waits = times.get("next_at", now) - now
    age = now - times.get("found_at", now)
    return all(now - each > -1 for each in seen) and age < _PACE_HOLDS_SECONDS and waits < _FURTHEST_SECONDS


def _write(path: Path, kept: Mapping[str, float | list[float]]) -> None:
    """Over what is there: a file that is emptied and filled again is flushed at once by ext4, 3 ms a call (its
    `auto_da_alloc`). On a full disk others know less, and the answer that it is about is kept all the same."""
    with suppress(OSError), os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o644), "wb") as file:
        file.write(json.dumps(kept).encode())
        file.truncate()


def _read(path: Path) -> dict[str, Any]:
    """What is kept there. A file that is not there, or that a kill left cut off, says nothing."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    kept = found.items() if isinstance(found, dict) else ()
    return {name: value for name, value in kept if isinstance(value, (float, list))}
