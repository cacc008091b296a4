"""Dagster's history, opened by one process at a time.

Dagster makes its SQLite files where there are none, and stamps each with the version of its schema, without a lock: of
three first runs at once some failed, and left two stamps in one file, with which no later run could open it. So who
opens the history here holds a lock meanwhile, and what is half made is found before: a file without one stamp that
holds nothing is made again; one that holds runs gets the stamp that a new one has.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib import resources
from pathlib import Path

import dagster as dg
import yaml
from filelock import FileLock, Timeout

from digest_assets.errors import HistoryUnusable, OutputUnwritable, redact
from digest_assets.markup.targets import json_text
from digest_assets.resources.output import write_atomically

WAIT_SECONDS = 300
"""For other processes that open it. Each takes a second or two; ten, where a dozen start on a busy machine."""
_FILES = ("history/runs.db", "history/runs/index.db", "schedules/schedules.db")
_OF_THE_SCHEMA = {"alembic_version", "secondary_indexes", "instance_info"}
"""Tables that say what was made, not what happened."""


@contextmanager
def open_history() -> Iterator[dg.DagsterInstance]:
    """Dagster's instance of DAGSTER_HOME. Raises `HistoryUnusable`."""
    _make_home()
    folder = history_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / "opening.lock", timeout=WAIT_SECONDS):
            for name in _FILES:
                _mend(folder, name)
            instance = dg.DagsterInstance.get()
            instance.get_run_records(limit=1)  # the index is opened by a question
    except Timeout:
        raise HistoryUnusable(
            f"Other processes have been opening Dagster's history in {folder} for {WAIT_SECONDS} s.",
            cure="End the one that hangs, or start fewer at once, and run again.",
        ) from None
    except dg.DagsterInvalidConfigError as error:
        raise HistoryUnusable(
            f"Dagster cannot read {_home() / 'dagster.yaml'}: {redact(str(error), 400)}.", cure="Correct it."
        ) from None
    except Exception as error:  # noqa: BLE001 - SQLAlchemy's, alembic's, SQLite's: which one is theirs to change
        raise HistoryUnusable(
            f"Dagster's history in {folder} cannot be opened: {redact(str(error))}.",
            cure="Check the folder's permissions and room, or move it away: the next run makes a new history, and "
            "posts and answers are in the store.",
        ) from None
    try:
        with instance:
            yield instance
    except Exception as error:
        if not isinstance(error.__cause__, sqlite3.Error):  # SQLAlchemy's, as a run was written
            raise
        raise HistoryUnusable(
            f"Dagster's history in {folder} cannot be written: {redact(str(error.__cause__))}.",
            cure="Check the free space and the folder's permissions; the same command goes on from there.",
        ) from None


def history_folder() -> Path:
    """Where the history's files are, by dagster.yaml."""
    try:
        said = yaml.safe_load((_home() / "dagster.yaml").read_text("utf-8"))
        return Path(said["storage"]["sqlite"]["base_dir"]).absolute()
    except (OSError, UnicodeDecodeError, yaml.YAMLError, LookupError, TypeError):
        return _home()


def is_there() -> bool:
    """Whether a history was made."""
    return any((history_folder() / name).exists() for name in _FILES)


def _home() -> Path:
    return Path(os.environ["DAGSTER_HOME"])


def _make_home() -> None:
    """Makes Dagster's folder, with our dagster.yaml: without one Dagster has its own, with telemetry."""
    path = _home() / "dagster.yaml"
    if path.is_file():
        return
    try:
        # Whole or not at all: another first run reads it.
        write_atomically(path, _ours())
    except OutputUnwritable as error:
        raise HistoryUnusable(
            error.message, cure="Check the folder's permissions, or name another in DAGSTER_HOME."
        ) from None


def _ours() -> str:
    """Our dagster.yaml, with what Dagster writes beside it: in a blog's folder `data/` may be published. Relative where
    the home is in the project's folder, which may be moved."""
    text = (resources.files("digest_assets") / "dagster.yaml").read_text("utf-8")
    home, project = _home().resolve(), Path.cwd().resolve()
    if home == project:
        return text
    folder = home.relative_to(project) if home.is_relative_to(project) else home
    return text.replace("data/dagster", json_text(folder.as_posix())[1:-1])


def _mend(folder: Path, name: str) -> None:
    path = folder / name
    if not path.exists():
        return
    with closing(sqlite3.connect(path, timeout=WAIT_SECONDS)) as connection:
        stamps = _stamps(connection)
        if len(stamps) == 1:
            return
        holds = any(
            connection.execute(f'SELECT EXISTS (SELECT 1 FROM "{table}")').fetchone()[0]
            for table in _tables(connection) - _OF_THE_SCHEMA
        )
        if holds and not stamps:
            return  # of an old Dagster, which the newer one knows
        if holds:
            with connection:
                connection.execute("DELETE FROM alembic_version WHERE version_num != ?", [_newest_stamp(name)])
            return
    for each in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
        each.unlink(missing_ok=True)


def _tables(connection: sqlite3.Connection) -> set[str]:
    found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return {name for (name,) in found}


def _stamps(connection: sqlite3.Connection) -> list[str]:
    if "alembic_version" not in _tables(connection):
        return []
    return [stamp for (stamp,) in connection.execute("SELECT version_num FROM alembic_version")]


def _newest_stamp(name: str) -> str:
    """That of a history which is made now. Several stamps stand only in a file that this Dagster made."""
    with tempfile.TemporaryDirectory() as folder:
        with dg.DagsterInstance.local_temp(folder):
            pass
        with closing(sqlite3.connect(Path(folder) / name)) as connection:
            (stamp,) = _stamps(connection)
            return stamp
