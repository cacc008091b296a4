"""A digest's run in a process of its own, as `digest run` makes it, for benchmarks that watch or kill it.

    python -m benchmarks.one_run PICKLED_ORDER

It says `begun` when its imports are done, and at the end one line of JSON.
"""

from __future__ import annotations

import json
import logging
import pickle
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digest_assets.config import Settings

if TYPE_CHECKING:  # the process that is watched is to hold what `digest run` holds, and no sandbox
    from digest_assets_tests.worlds import World

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Order:
    """What the process is to make."""

    settings: Settings
    now: datetime
    day: date
    instance: Path
    """The folder of its Dagster instance."""
    clock_goes: bool
    """Whether time goes on from `now`: a pace between fetches needs that."""


@dataclass(frozen=True)
class GoingClock:
    """A `Clock` that begins at an instant."""

    begins: datetime
    _began: float = field(default_factory=time.monotonic)

    def now(self) -> datetime:
        return self.begins + timedelta(seconds=time.monotonic() - self._began)


def start(world: World, day: date, *, clock_goes: bool = False) -> subprocess.Popen[str]:
    """Starts a run of `day` in `world`, which goes on in a process of its own."""
    path = world.folder / f"order-{day}.pickle"
    order = Order(world.settings, world.clock.instant, day, world.folder / "dagster", clock_goes)
    path.write_bytes(pickle.dumps(order))
    return subprocess.Popen(
        [sys.executable, "-m", "benchmarks.one_run", str(path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def told(process: subprocess.Popen[str]) -> dict[str, Any]:
    """What a run that ended said."""
    out, _ = process.communicate(timeout=7200)
    report = json.loads(out.splitlines()[-1])
    assert isinstance(report, dict)
    return report


def _run(order: Order) -> dict[str, Any]:
    import dagster as dg

    from digest_assets.assets.of_a_digest import Place
    from digest_assets.automation.command_line_runs import run_date
    from digest_assets.definitions import build_defs
    from digest_assets.resources.clock import SetClock
    from digest_assets.store.opening import open_store

    waits = _watch_the_lock()
    order.instance.mkdir(exist_ok=True)
    store = open_store(order.settings)
    clock = GoingClock(order.now) if order.clock_goes else SetClock(order.now)
    definitions = build_defs(order.settings, clock=clock)
    as_ours = {"telemetry": {"enabled": False}}  # as in our dagster.yaml
    with dg.DagsterInstance.local_temp(str(order.instance), overrides=as_ours) as instance:
        print("begun", flush=True)
        started = time.monotonic()
        report = run_date(definitions, instance, store, Place.of(order.settings), order.day)
        seconds = time.monotonic() - started
    return {"outcome": report.outcome.value, "reasons": report.reasons, "seconds": seconds, "waits": waits}


def _watch_the_lock() -> list[float]:
    """How long each transaction waited until it had the store, in seconds; the list grows as they happen."""
    from digest_assets.store.connection import DigestStore

    waits: list[float] = []
    attach = DigestStore._attach

    def timed(store: DigestStore, *arguments: Any) -> None:
        started = time.monotonic()
        attach(store, *arguments)
        waits.append(time.monotonic() - started)

    DigestStore._attach = timed  # type: ignore[method-assign,assignment]
    return waits


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    print(json.dumps(_run(pickle.loads(Path(sys.argv[1]).read_bytes()))), flush=True)
