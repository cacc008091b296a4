"""Runs whose process is gone: found, and marked as failed, when the next one starts.

A process that was killed (`kill -9`, out of memory, a power cut) tells nobody. Its run stays "started" in Dagster's
history and takes a place of `max_concurrent_runs`, so that two of them keep the UI from starting anything until run
monitoring's limit of hours. Dagster's own launcher cannot be asked for a worker's health, and a run of the command line
has no worker at all. So each run carries a tag that says where it runs: machine, process, and since when that process
exists, because process numbers are used again. Runs of other machines are left alone.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path

import dagster as dg

PROCESS_TAG = "digest/process"
"""A run's tag: `host pid start` of the process that makes it."""
_UNDER_WAY = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.CANCELING]
_TOLD = "The process of this run was killed, or its machine lost power: it is marked as failed. Run its date again."

_tagged: set[str] = set()


def this_process() -> str:
    """What stands in the tag of a run of this process."""
    return f"{socket.gethostname()} {os.getpid()} {_started(os.getpid())}"


def tag_run(instance: dg.DagsterInstance, run: dg.DagsterRun) -> None:
    """Says of a run that it is this process's. Once a run: steps call it one after the other."""
    if run.run_id not in _tagged:
        _tagged.add(run.run_id)
        if run.tags.get(PROCESS_TAG) != (here := this_process()):
            instance.add_run_tags(run.run_id, {PROCESS_TAG: here})


def fail_killed_runs(instance: dg.DagsterInstance) -> list[str]:
    """Marks runs as failed whose process on this machine is gone. Returns their ids."""
    found = []
    for run in instance.get_runs(dg.RunsFilter(statuses=_UNDER_WAY)):
        tag = run.tags.get(PROCESS_TAG)
        if tag is not None and not _may_live(tag):
            instance.report_run_failed(run, _TOLD)
            found.append(run.run_id)
    return found


def _may_live(tag: str) -> bool:
    host, _, rest = tag.rpartition(" ")[0].partition(" ")
    start = tag.rpartition(" ")[2]
    if host != socket.gethostname() or not rest.isdigit():
        return True
    pid = int(rest)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it is somebody else's
        return True
    return _started(pid) == start


def _started(pid: int) -> str:
    """Since when a process exists, in ticks since the machine's start, with the name of that start; `-` where the
    system does not say (it is not Linux)."""
    try:
        # After the name, which may hold anything: the 20th field (proc(5), starttime).
        ticks = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[19]
        return f"{Path('/proc/sys/kernel/random/boot_id').read_text('utf-8').strip()}:{ticks}"
    except (OSError, IndexError):
        return "-"
