"""The DuckDB file: opened for one transaction, closed whatever happens, shared with other processes by waiting.

DuckDB lets one process at a time hold the file (https://duckdb.org/docs/stable/connect/concurrency). Several runs, the
UI and a person's SQL prompt can share it all the same if nobody keeps it: so there is no connection here that outlives
a `with` block, and nobody may make a network call inside one. What waits for the file waits with jitter, for a bounded
time, and then says so. Inside a process a lock makes the transactions follow each other, so that a claim and what it
depends on are read and written as one.

What a process does keep is DuckDB itself, with nothing in it, to which the file is attached for each transaction:
starting it anew each time took 16 ms of the 27 of a transaction that only reads.

Transactions go to DuckDB's log beside the file, which whoever opens the file reads too. The file takes them over when
the log is long (`LOG_LIMIT`), when a date's answers are there, and when a command's run has ended (`settle`). DuckDB by
itself would do that at the end of each transaction, and write the last block of rows of each table anew: 1 to 3 s for
one answer at fifty thousand papers.

The tables have no indexes. Rows come in order of time, so DuckDB finds those of a date, or of a date's papers, by the
smallest and largest value of each block, without reading the others; an index would grow with the history, and be
opened, read in from the log and written anew with the file. The keys that the migrations declare are kept by `rows.py`,
which looks them up: nobody else writes meanwhile.
"""

from __future__ import annotations

import itertools
import logging
import os
import random
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar

import duckdb

from digest_assets.errors import StoreError, StoreLocked, StoreUnusable, redact
from digest_assets.folders import nearest, takes_files
from digest_assets.store.schema import is_new, migrate, pending

Result = TypeVar("Result")

SILENT_SECONDS = 3.0
"""Other runs hold the file for less; who waits longer is told for what."""

LOG_LIMIT = 100_000
"""Bytes of DuckDB's log. Each transaction begins by reading it, some 7 ms at this size. To take it over costs 0.02 to
0.1 s each time: the blocks that its rows are in are written anew."""
STORAGE_VERSION = "v1.4.0"
"""The oldest DuckDB that can read the file. From this form on it does not write its list of all groups anew each time
that it takes its log over: 13 ms instead of 100 at a million papers. A file of an older form becomes one of this."""
_HEADERS_BYTES = 3 * 4096
"""What the smallest file of DuckDB's has."""
_TO_WRITE = f"STORAGE_VERSION '{STORAGE_VERSION}'"

_log = logging.getLogger(__name__)
_GUARD = threading.Lock()
_LOCKS: dict[Path, threading.RLock] = {}
_ENGINES: dict[int, duckdb.DuckDBPyConnection] = {}
"""By process: one that was forked inherits an engine without its threads."""
_NAMES = itertools.count()
_GAVE_BACK_AT = 0.0
_GIVES_BACK_SECONDS = 2.0


class DigestStore:
    """A store at `path`; made, and brought to the newest schema, by the first transaction.

    `lock_wait_seconds` bounds the wait for another process. Raises `StoreLocked` when it is over, `StoreUnusable` for a
    file that cannot be opened or written.
    """

    def __init__(self, path: Path, lock_wait_seconds: float = 60) -> None:
        self.path = path
        self.name = str(path)
        self.lock_wait_seconds = lock_wait_seconds
        self._migrated = False

    @property
    def journals(self) -> Path:
        """The folder of what is on its way into the store (`journal.py`)."""
        return self.path.with_suffix(".journal")

    @property
    def backup(self) -> Path:
        """Where `digest store backup` puts its copy."""
        return backup_of(self.path)

    @property
    def may_be_written(self) -> bool:
        """Whether the file, or the folder in which it would be made, lets this user write."""
        if self.path.exists():
            return os.access(self.path, os.W_OK)
        return takes_files(self.path.parent)

    @property
    def files(self) -> tuple[Path, ...]:
        """All that is the store's on this machine, whether it is there or not."""
        return self.path, log_of(self.path), backup_of(self.path), before_update(self.path), self.journals

    def settle(self) -> None:
        """Has the file take over what its log holds, so that the file alone is the store: to be called when a run ends.

        Where it cannot now, the next one does: the log stays, and is read.
        """
        with self._log_may_stay():
            self.take_log_over()

    def take_log_over(self) -> None:
        """As `settle`, for who takes the file alone elsewhere: raises `StoreUnusable` where the log stays."""
        if log_of(self.path).exists():
            with self.session() as connection:
                connection.execute("CHECKPOINT")

    def _keep_to_its_owner(self) -> None:
        """Gives the log, which DuckDB makes for all to read, the file's permissions."""
        with suppress(OSError):  # there is none, or it is another user's
            wanted = self.path.stat().st_mode
            if log_of(self.path).stat().st_mode != wanted:
                log_of(self.path).chmod(wanted)

    def _shorten_log(self, connection: duckdb.DuckDBPyConnection) -> None:
        """As `settle`, once the log is long: each transaction reads it."""
        with self._log_may_stay():
            if log_of(self.path).stat().st_size > LOG_LIMIT:
                connection.execute("CHECKPOINT")

    @contextmanager
    def _log_may_stay(self) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError:
            return
        except (duckdb.Error, StoreError) as error:
            _log.info("The log of %s stays as it is for now: %s", self.path, redact(str(error)))

    @contextmanager
    def transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection in one transaction: committed at the end of the block, rolled back by an exception."""
        with self.session() as connection:
            connection.begin()
            try:
                yield connection
            except BaseException:
                with suppress(duckdb.Error):  # there is none any more after a fatal error
                    connection.rollback()
                raise
            connection.commit()

    @contextmanager
    def session(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection to the store in its newest schema, in no transaction; nobody else has one meanwhile."""
        with _lock_of(self.path), self._attached() as connection:
            try:
                if not self._migrated:
                    self._update(connection)
                    self._migrated = True
                yield connection
                self._keep_to_its_owner()
                self._shorten_log(connection)
            except duckdb.Error as error:
                if _is_damage(error):
                    raise _unusable(self.path, error) from None
                if not _is_unwritten(error):
                    raise
                raise StoreUnusable(
                    f"The store {self.path} cannot be written: {redact(str(error))}.",
                    cure="Free space on the disk or check the folder's permissions; what was stored before is kept.",
                ) from None

    @contextmanager
    def reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection that only reads, from a file that may be read-only; nobody writes meanwhile.

        A store that is not there is not made: it has no rows. One of an older version is brought to the newest schema
        as by `session`. Raises as `session` does.
        """
        if not self.path.exists():
            if not nearest(self.path.parent).is_dir():
                raise _unusable(self.path, NotADirectoryError("a part of its path is a file"))
            with _engine().cursor() as connection, _in_memory(connection):
                migrate(connection, self.path)
                yield connection
            return
        with _lock_of(self.path), self._attached("READ_ONLY") as connection:
            if self._migrated or not pending(connection, self.path):
                try:
                    yield connection
                except duckdb.Error as error:
                    raise (_unusable(self.path, error) if _is_damage(error) else error) from None
                return
        with self.transaction() as connection:
            yield connection

    def is_there(self) -> bool:
        """Whether anything was ever stored."""
        return self.path.exists()

    @contextmanager
    def as_it_is(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection to the store in the schema that it has, to read from; nothing is migrated."""
        with _lock_of(self.path), self._attached("READ_ONLY") as connection:
            yield connection

    def pending(self) -> list[str]:
        """The names of the migrations that the next `session` would apply; nothing is written. A store that is not
        there has none. Raises `StoreUnusable` as `session` does."""
        if not self.is_there():
            return []
        with self.as_it_is() as connection:
            return [name for _, name, _ in pending(connection, self.path)]

    def _update(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Brings the schema to the newest version, after a copy of the file as it was.

        The copy is made by another process: this one would give up its lock on the file by closing it once more.
        """
        todo = pending(connection, self.path)
        if todo and not is_new(connection):
            connection.execute("CHECKPOINT")  # so that the file alone is the store
            copy = before_update(self.path)
            part = copy.with_name(f".{copy.name}.part")
            program = "import shutil, sys; shutil.copy(*sys.argv[1:])"
            try:
                command = [sys.executable, "-I", "-c", program, str(self.path), str(part)]
                subprocess.run(command, check=True, capture_output=True)
                part.replace(copy)
            except (OSError, subprocess.CalledProcessError):
                part.unlink(missing_ok=True)
                raise StoreUnusable(
                    f"The store {self.path} is to be updated, and its copy {copy} cannot be written.",
                    cure="Free space on the disk or check the folder's permissions; nothing was changed.",
                ) from None
            _log.warning("Updating the store %s (%d migrations); as it was: %s", self.path, len(todo), copy)
        migrate(connection, self.path)

    @contextmanager
    def beside(self, connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
        """The name under which the store's tables are found from a connection to another store."""
        name = f"guest_{next(_NAMES)}"
        with _lock_of(self.path):
            self._attach(connection, name, _TO_WRITE)
            try:
                yield name
            finally:
                _detach(connection, name)

    def run(self, work: Callable[[duckdb.DuckDBPyConnection], Result]) -> Result:
        """What `work` returns, in a transaction of its own. It may be done again where the transaction is lost."""
        with self.transaction() as connection:
            return work(connection)

    @contextmanager
    def _attached(self, how: str = _TO_WRITE) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection to which the file is attached, as where statements look and write; let go of at the end."""
        name = f"store_{next(_NAMES)}"
        with _engine().cursor() as connection:
            self._attach(connection, name, how)
            try:
                yield connection
            finally:
                _detach(connection, name)

    def _attach(self, connection: duckdb.DuckDBPyConnection, name: str, how: str) -> None:
        address = str(self.path).replace("'", "''")
        begun = time.monotonic()
        deadline = begun + self.lock_wait_seconds
        pause = 0.02
        told = is_new = False
        while True:
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                is_new = not self.path.exists()
                # Its type is said, because DuckDB goes to its own host for what reads another's file.
                connection.execute(f"ATTACH '{address}' AS {name} (TYPE duckdb, {how})")
                if is_new:
                    self.path.chmod(0o600)
                connection.execute(f"USE {name}")
                return
            except (duckdb.Error, OSError) as error:
                if not _is_lock(error):
                    if is_new:
                        self._remove_unborn()
                    _forget_engine()
                    raise _unusable(self.path, error) from None
                if time.monotonic() >= deadline:
                    raise StoreLocked(
                        f"The store {self.path} has been held by another program for {self.lock_wait_seconds:g} s.",
                        cure="Close it there (a DuckDB prompt, say), or raise store.lock_wait_seconds.",
                    ) from None
            if not told and time.monotonic() - begun >= SILENT_SECONDS:
                told = True
                _log.warning("Waiting for the store %s, which another run or program holds.", self.path)
            # Jittered, because several runs that wait in step would keep on colliding in step.
            time.sleep(random.uniform(pause / 2, pause))
            pause = min(pause * 1.5, 0.5)

    def _remove_unborn(self) -> None:
        """Removes the beginning of a store for which the disk had no room: it would be refused as a damaged one."""
        with suppress(OSError):
            if self.path.stat().st_size < _HEADERS_BYTES:
                self.path.unlink()


def _lock_of(path: Path) -> threading.RLock:
    with _GUARD:
        return _LOCKS.setdefault(path, threading.RLock())


def _engine() -> duckdb.DuckDBPyConnection:
    with _GUARD:
        if os.getpid() not in _ENGINES:
            if find_spec("pandas") is None:
                # DuckDB asks for it at each value of a parameter, and Python looks anew for what is missing: 50 ms of
                # the 55 for a list of a thousand identifiers. With None here, importing it fails at once.
                sys.modules["pandas"] = None  # type: ignore[assignment]
            engine = duckdb.connect()
            engine.execute("SET GLOBAL TimeZone = 'UTC'")
            # Our tables are far smaller than what it shares out among threads, each of which keeps pages of its own.
            engine.execute("SET GLOBAL threads = 1")
            engine.execute("SET GLOBAL allocator_background_threads = true")
            # When the file takes its log over is decided here (`_shorten_log`). DuckDB's own threshold adds up what a
            # transaction may have allocated, some 250 kB for each index, and was passed by nearly all of ours.
            engine.execute("PRAGMA disable_checkpoint_on_shutdown")
            engine.execute("SET GLOBAL checkpoint_threshold = '1TB'")
            _ENGINES[os.getpid()] = engine
        return _ENGINES[os.getpid()]


@contextmanager
def _in_memory(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Has the statements of `connection` look and write in an empty store that is on no disk."""
    name = f"empty_{next(_NAMES)}"
    connection.execute(f"ATTACH ':memory:' AS {name}")
    connection.execute(f"USE {name}")
    try:
        yield
    finally:
        _detach(connection, name)


def _detach(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    try:
        connection.execute("USE memory")
        if gives_back := _is_time_to_give_back():
            connection.execute("SET GLOBAL allocator_bulk_deallocation_flush_threshold = '0B'")
        connection.execute(f"DETACH {name}")
        if gives_back:
            connection.execute("RESET GLOBAL allocator_bulk_deallocation_flush_threshold")
    except duckdb.Error:  # after a fatal error, which was raised before, nothing can be executed any more
        _forget_engine()


def _is_time_to_give_back() -> bool:
    """Whether the engine is to give the memory of a file's pages, of which it keeps up to 512 MB, back to the system.
    That takes some 12 ms, and as much again until it has new ones: not after each transaction."""
    global _GAVE_BACK_AT
    now = time.monotonic()
    if now - _GAVE_BACK_AT < _GIVES_BACK_SECONDS:
        return False
    _GAVE_BACK_AT = now
    return True


def _forget_engine() -> None:
    """The next transaction starts another; this one goes, and its files with it, when its last connection is closed."""
    with _GUARD:
        _ENGINES.pop(os.getpid(), None)


def log_of(path: Path) -> Path:
    """Where DuckDB keeps what the file `path` has not taken over yet."""
    return path.with_name(path.name + ".wal")


def backup_of(path: Path) -> Path:
    """The copy of the file `path` that `digest store backup` makes: beside it, and never the only one that is good."""
    return path.with_suffix(".backup.duckdb")


def before_update(path: Path) -> Path:
    """The copy of the file `path` as it was before the last migration."""
    return path.with_suffix(".before-update.duckdb")


def _is_lock(error: BaseException) -> bool:
    # Not any "lock": what DuckDB says of a damaged file is of blocks.
    return isinstance(error, duckdb.IOException) and re.search(r"\block", str(error).lower()) is not None


_OF_THE_FILE = (duckdb.IOException, duckdb.FatalException, duckdb.SerializationException)


def _is_damage(error: BaseException) -> bool:
    """Whether the file is not as DuckDB wrote it: found out when it is opened, or when a damaged block is read."""
    if not isinstance(error, _OF_THE_FILE):
        return False  # it may quote a row, whose words say nothing of the file
    text = str(error).lower()
    signs = ("not a valid duckdb database file", "checksum", "corrupt", "could not read enough bytes")
    return any(sign in text for sign in signs)


def _is_unwritten(error: duckdb.Error) -> bool:
    """Whether the disk is full or gone. What was committed before is in the file, or in the log beside it."""
    if isinstance(error, duckdb.TransactionException):
        return "Failed to commit" in str(error)
    return isinstance(error, _OF_THE_FILE)


def _unusable(path: Path, error: BaseException) -> StoreUnusable:
    text = str(error)
    if _is_damage(error):
        copy = backup_of(path)
        good = f"`digest store restore` puts back {copy}" if copy.is_file() else "put a copy of yours back"
        cure = f"The file is damaged or is not DuckDB's: {good}, or point store.url at a new file."
    elif "replaying WAL" in text or "WAL was created" in text:
        cure = f"The log beside it belongs to another file: put that back, or remove {log_of(path)} and what it holds."
    elif "version" in text.lower() and "storage" in text.lower():
        cure = "It was written by another version of DuckDB: install that one, or point store.url at a new file."
    elif "no space left" in text.lower():
        cure = "Free space on the disk; what was stored before is kept."
    else:
        cure = "Check store.url and the folder's permissions."
    return StoreUnusable(f"The store {path} cannot be opened: {redact(text)}.", cure=cure)
