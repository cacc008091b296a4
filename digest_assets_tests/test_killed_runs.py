"""What SIGKILL leaves in Dagster's history is found by the next run."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import dagster as dg
import pytest

from digest_assets.assets.killed_runs import PROCESS_TAG, fail_killed_runs, tag_run, this_process

A_RUN = """
import sys, time
import dagster as dg
from digest_assets.assets.killed_runs import PROCESS_TAG, this_process

@dg.op
def wait():
    print("started", flush=True)
    time.sleep(600)

@dg.job
def waiting():
    wait()

with dg.DagsterInstance.local_temp(sys.argv[1]) as instance:
    waiting.execute_in_process(instance=instance, tags={PROCESS_TAG: this_process()})
"""


def statuses(instance: dg.DagsterInstance) -> list[str]:
    return [run.status.value for run in instance.get_runs()]


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="a killed process is told by /proc")
@pytest.mark.slow
def test_a_run_that_was_killed_is_marked_as_failed_and_one_that_lives_is_not(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", A_RUN, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "started\n"
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        assert (fail_killed_runs(instance), statuses(instance)) == ([], ["STARTED"])
        process.send_signal(signal.SIGKILL)
        process.wait(20)
        (killed,) = fail_killed_runs(instance)
        assert statuses(instance) == ["FAILURE"]
        assert fail_killed_runs(instance) == []
        told = [event.message for event in instance.all_logs(killed)]
    assert any("was killed" in message for message in told)


@pytest.mark.parametrize(
    "tag",
    [
        "another-machine 1 -",
        f"{os.uname().nodename} 1 somebody-else's-init" if os.getuid() else "another-machine 2 -",
        "nonsense",
        "",
    ],
)
def test_runs_of_other_machines_and_without_a_known_process_are_left_alone(tag: str) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        run = instance.create_run_for_job(_nothing, tags={PROCESS_TAG: tag} if tag else {})
        instance.report_engine_event("begun", run)
        instance.report_dagster_event(dg.DagsterEvent("PIPELINE_START", _nothing.name), run.run_id)
        assert (fail_killed_runs(instance), statuses(instance)) == ([], ["STARTED"])


def test_a_process_number_that_is_used_again_is_another_process() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        host, pid, _ = this_process().split()
        run = instance.create_run_for_job(_nothing, tags={PROCESS_TAG: f"{host} {pid} earlier"})
        instance.report_dagster_event(dg.DagsterEvent("PIPELINE_START", _nothing.name), run.run_id)
        assert fail_killed_runs(instance) == [run.run_id]


def test_a_step_says_whose_run_it_is_once() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        run = instance.create_run_for_job(_nothing)
        started = time.monotonic()
        for _ in range(100):
            tag_run(instance, run)
        assert time.monotonic() - started < 5
        (found,) = instance.get_runs()
        assert found.tags[PROCESS_TAG] == this_process()


@dg.job
def _nothing() -> None:
    pass
