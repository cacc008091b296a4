"""Dagster's history is made by one process, whoever else starts at the same time, and a half-made one is mended."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
from contextlib import closing
from multiprocessing.synchronize import Barrier
from pathlib import Path

import dagster as dg
import pytest

from digest_assets.automation.history import open_history
from digest_assets.errors import HistoryUnusable
from digest_assets_tests.disks import a_disk, enlarge

SPAWNED = multiprocessing.get_context("spawn")
ROUNDS = 5
"""`python -m benchmarks first` has twenty, of whole runs."""
OLD = "5771160a95ad"
"""What Dagster stamps a file with that it finds with tables and without a stamp."""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    (tmp_path / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    return tmp_path


@dg.job
def job() -> None:
    pass


def first_starts(folder: Path, together: Barrier) -> None:
    for number in range(ROUNDS):
        os.environ["DAGSTER_HOME"] = str(folder / str(number))
        together.wait()
        with open_history() as instance:
            instance.create_run_for_job(job)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_three_first_starts_at_once_again_and_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(ROUNDS):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    together = SPAWNED.Barrier(3)
    starts = [SPAWNED.Process(target=first_starts, args=(tmp_path, together)) for _ in range(3)]
    for each in starts:
        each.start()
    for each in starts:
        each.join()
    assert [each.exitcode for each in starts] == [0, 0, 0]
    for number in range(ROUNDS):
        monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / str(number)))
        with open_history() as instance:
            assert len(instance.get_runs()) == 3


def stamp(home: Path, *stamps: str) -> None:
    with closing(sqlite3.connect(home / "history" / "runs.db")) as connection, connection:
        connection.execute("DELETE FROM alembic_version")
        connection.executemany("INSERT INTO alembic_version VALUES (?)", [(each,) for each in stamps])


def stamps(home: Path) -> set[str]:
    with closing(sqlite3.connect(home / "history" / "runs.db")) as connection:
        return {each for (each,) in connection.execute("SELECT version_num FROM alembic_version")}


@pytest.mark.parametrize("half", [[], ["two"]])
def test_a_half_made_history_that_holds_nothing_is_made_again(home: Path, half: list[str]) -> None:
    with open_history():
        made = stamps(home)
    stamp(home, *([*made, OLD] if half else []))
    with open_history() as instance:
        assert instance.get_runs() == []
    assert stamps(home) == made


def test_a_history_with_two_stamps_keeps_its_runs(home: Path) -> None:
    with open_history() as instance:
        run = instance.create_run_for_job(job)
        made = stamps(home)
    stamp(home, *made, OLD)
    with open_history() as instance:
        assert [each.run_id for each in instance.get_runs()] == [run.run_id]
    assert stamps(home) == made


def test_a_damaged_history_is_named_with_its_cure(home: Path) -> None:
    with open_history():
        pass
    (home / "history" / "runs.db").write_bytes(b"no database at all" * 1000)
    with pytest.raises(HistoryUnusable, match="move it away"), open_history():
        pass


@pytest.mark.slow
def test_a_history_on_a_full_disk_is_one_line_that_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with a_disk(tmp_path / "disk", "1m") as disk:
        monkeypatch.setenv("DAGSTER_HOME", str(disk))
        (disk / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
        said = r"written: database or disk is full\. Check the free space"
        with pytest.raises(HistoryUnusable, match=said), open_history() as instance:
            for number in range(2000):
                instance.create_run_for_job(job, tags={"number": str(number), "padding": "x" * 10_000})
        enlarge(disk, "20m")
        with open_history() as instance:
            assert instance.get_runs()
