"""What `digest ui` started ends with it, whatever ends it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from digest_assets.cli import guard

STUBBORN = "import signal, sys, time; [signal.signal(each, signal.SIG_IGN) for each in (2, 15)]; time.sleep(600)"
TREE = textwrap.dedent(
    f"""
    import os, subprocess, sys, time
    subprocess.Popen([sys.executable, "-c", {STUBBORN!r}], preexec_fn=os.setpgrp)
    print("begun", flush=True)
    time.sleep(600)
    """
)
PARENT = textwrap.dedent(
    """
    import signal, subprocess, sys
    for each in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_DFL)  # whatever whoever runs the tests ignores
    child = subprocess.Popen(
        [sys.executable, "-I", *sys.argv[1:]], stdin=subprocess.PIPE, stdout=sys.stdout, start_new_session=True
    )
    print(child.pid, flush=True)
    child.wait()
    """
)
GUARD = (
    f"import sys; sys.path.insert(0, {str(Path(guard.__file__).parent)!r}); import guard; guard.SECONDS_TO_END = 0.3; "
)


def begun(*command: str) -> tuple[subprocess.Popen[str], int]:
    """A process that started a guard, which started `command`; and the guard's session."""
    code = GUARD + "guard.run(sys.argv[1:])"
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, "-c", code, *command],
        stdout=subprocess.PIPE,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert parent.stdout is not None
    said = {parent.stdout.readline().strip() for _ in range(2)}
    return parent, int(next(each for each in said if each != "begun"))


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_all_that_was_started_ends_with_who_started_it(number: int) -> None:
    parent, session = begun(sys.executable, "-c", TREE)
    assert len(list(guard.members(session))) == 3
    parent.send_signal(number)
    parent.communicate()  # until every process has let go of its output; the system then still has it for a moment
    assert guard.is_gone(session, 10)


def test_what_a_killed_guard_left_is_ended_by_who_started_it() -> None:
    parent, session = begun(sys.executable, "-c", TREE)
    os.kill(session, signal.SIGKILL)
    guard.end_session(session, 0.3)
    parent.communicate()
    assert guard.is_gone(session, 10)


def test_a_command_that_ends_takes_along_what_it_left_and_gives_its_exit_code() -> None:
    left = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {STUBBORN!r}]); sys.exit(7)"
    code = GUARD + "sys.exit(guard.run(sys.argv[1:]))"
    command = [sys.executable, "-I", "-c", code, sys.executable, "-c", left]
    with subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True) as process:
        assert process.wait() == 7
        assert guard.is_gone(process.pid, 10)
