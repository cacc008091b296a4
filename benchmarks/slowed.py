"""A command of `digest` whose every step takes its time, so that a kill lands inside.

    python -m benchmarks.slowed NOW COMMAND...

It says `begun` when its imports are done. A pause stands before each statement of the store, each change of a file's
name and each program that is started.
"""

from __future__ import annotations

import sys
import time
from datetime import datetime
from types import FrameType
from typing import Any

PAUSE_SECONDS = 0.01
_FILES = {"replace", "rename", "unlink", "link", "fsync", "mkdir", "fork_exec", "open"}
_STORE = {"execute", "executemany", "commit"}


def _slowly(frame: FrameType, event: str, function: Any) -> None:
    if event == "c_call":
        name, module = function.__name__, getattr(function, "__module__", None)
        if name in _STORE or (name in _FILES and module in ("posix", "_posixsubprocess", "io")):
            time.sleep(PAUSE_SECONDS)


def _main(now: datetime, command: list[str]) -> int:
    from digest_assets import cli
    from digest_assets.resources.clock import SystemClock
    from digest_assets.resources.publication import Branch  # noqa: F401 - read in before the pauses begin
    from digest_assets.store.copying import back_up  # noqa: F401

    SystemClock.now = lambda _: now  # type: ignore[method-assign,assignment]
    print("begun", flush=True)
    sys.setprofile(_slowly)
    try:
        return cli.main(command)
    finally:
        sys.setprofile(None)


if __name__ == "__main__":
    sys.exit(_main(datetime.fromisoformat(sys.argv[1]), sys.argv[2:]))
