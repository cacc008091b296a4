"""Runs a command and ends with it, and with all that it started: `python guard.py COMMAND...`, by path and alone.

`digest ui` starts Dagster's processes by the dozen, and no signal handler of its own ends them where it is killed. So
this process stands between: it leads a session that all of them are in, and reads a pipe from who started it. When the
pipe is closed, because that one ended, however it ended, or when the command is over, the session is ended: the command
is told to, then everything that is left, and what does not listen is killed.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

SECONDS_TO_END = 10.0
"""For the command, and then again for what it leaves behind."""


def run(command: list[str]) -> int:
    """The exit code of `command`, which has this process's session."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)  # whoever started this one is told, and closes the pipe
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, restore_signals=True, preexec_fn=_listen)
    ended = threading.Event()

    def set_after(wait: Callable[[], object]) -> None:
        wait()
        ended.set()

    for wait in (process.wait, lambda: os.read(0, 1)):
        threading.Thread(target=set_after, args=(wait,), daemon=True).start()
    ended.wait()
    if process.poll() is None:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(SECONDS_TO_END)
    end_session(os.getsid(0), SECONDS_TO_END)
    return process.wait()


def _listen() -> None:
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_DFL)


def end_session(session: int, seconds: float) -> None:
    """Ends all processes of `session` but this one: asks them, and after so many seconds kills them."""
    for number, patience in ((signal.SIGTERM, seconds), (signal.SIGKILL, seconds)):
        for pid in members(session):
            with suppress(ProcessLookupError):
                os.kill(pid, number)
        if is_gone(session, patience):
            return


def members(session: int) -> Iterator[int]:
    """The living processes of a session, but this one; none where the system does not list them (it is not Linux)."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, ValueError):
            # After the name, which may hold anything: state, parent, group, session (proc(5)).
            state, _, _, of = path.read_text("utf-8", "replace").rpartition(")")[2].split()[:4]
            pid = int(path.parent.name)
            if int(of) == session and state not in "ZX" and pid != os.getpid():
                yield pid


def is_gone(session: int, seconds: float) -> bool:
    """Whether no process of a session is left, within so many seconds."""
    deadline = time.monotonic() + seconds
    while any(members(session)):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


if __name__ == "__main__":
    sys.exit(max(run(sys.argv[1:]), 0))
