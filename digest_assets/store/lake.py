"""The store past one machine: DuckLake, with its catalogue in PostgreSQL and its rows as Parquet in a folder or bucket.

The embedded file (`connection.py`) belongs to one machine. Where runs happen on several, the same SQL goes to a lake
(https://ducklake.select): every transaction is a snapshot in the catalogue, small writes lie in the catalogue itself
until `tidy` makes files of them, and readers on any machine see what was committed.

A lake has no keys, and its snapshots do not see each other: two runs could claim one paper. So a transaction here first
waits for its turn, a lock that PostgreSQL lets go of when its holder ends, however it ends: nobody else writes
meanwhile, which is what `insert` relies on when it looks the keys up. If a restart of PostgreSQL takes the turn away in
the middle, and somebody else commits, DuckLake's own commit refuses what rests on the older snapshot
(`ducklake_max_retry_count = 0`).

The extensions come with the package `digest-assets[lake]`: nothing is downloaded at run time.
"""

from __future__ import annotations

import hashlib
import os
import random
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import duckdb

from digest_assets.errors import ConfigurationError, StoreInterrupted, StoreLocked, StoreUnreachable, StoreUnusable
from digest_assets.store.connection import DigestStore, Result
from digest_assets.store.schema import keyless, migrate

LAKE_URL = "ducklake:postgres:"
"""What a `store.url` begins with that is a lake; behind it `host=... dbname=... user=...` or `postgresql://...`."""
PASSWORD_VARIABLE = "DIGEST_STORE_PASSWORD"
"""PostgreSQL's password. Where it is not set, libpq looks where it always does (`PGPASSWORD`, `~/.pgpass`)."""

_TURN = int.from_bytes(hashlib.sha256(b"digest-assets: the turn to write").digest()[:7], "big")
"""The number of the advisory lock. Such locks belong to a database, so lakes in different ones do not wait."""
_LONGEST_SLICE = 5.0
"""Seconds that one statement waits for the turn: Ctrl-C is heard in between."""
_INLINED_ROWS = 50
"""Writes of up to so many rows go into the catalogue. Larger ones are quicker as a file (500 rows: 0.2 s, not 1.4)."""
_TIDY_EVERY = 500
"""Transactions, of all processes together and on the average: each leaves a snapshot, and small ones inlined rows."""
_REFUSED = re.compile(
    r"authentication failed|no password supplied|does not exist|pg_hba\.conf|permission denied|must be owner", re.I
)
"""What PostgreSQL says where waiting does not help."""

_GUARD = threading.Lock()
_LOCKS: dict[LakeAddress, threading.RLock] = {}
_ENGINES: dict[int, duckdb.DuckDBPyConnection] = {}
"""By process: one that was forked inherits an engine without its threads."""
_ATTACHED: set[tuple[int, str]] = set()


@dataclass(frozen=True, slots=True)
class LakeAddress:
    """Where a lake is. Neither part holds a secret."""

    catalogue: str
    """How libpq finds PostgreSQL: `host=... dbname=... user=...`."""
    data_path: str
    """An absolute folder that all machines see under this name, or a bucket as `s3://name/prefix`."""

    @property
    def in_bucket(self) -> bool:
        return "://" in self.data_path

    @property
    def name(self) -> str:
        """How the lake is called inside DuckDB."""
        return "lake_" + hashlib.sha256(f"{self.catalogue}\n{self.data_path}".encode()).hexdigest()[:12]


def is_lake(url: str) -> bool:
    return url.startswith("ducklake:")


def lake_address(url: str, data_path: str, root: Path) -> LakeAddress:
    """The lake that `store.url` and `store.data_path` name; relative folders are relative to `root`.

    Raises `ConfigurationError` where one of them cannot be used, or holds a password.
    """
    if not url.startswith(LAKE_URL):
        raise ConfigurationError(
            "store.url begins with ducklake: and names an unknown catalogue.",
            cure=f'Write "{LAKE_URL}host=db.example.org dbname=digest user=digest".',
        )
    catalogue = _keywords(url.removeprefix(LAKE_URL).strip())
    if re.search(r"\bpassword\s*=", catalogue):
        raise ConfigurationError(
            "store.url holds a password.", cure=f"Remove it, and put it into the variable {PASSWORD_VARIABLE}."
        )
    if not data_path:
        raise ConfigurationError(
            "store.url is a lake, and store.data_path is not set.",
            cure="Set it to a folder that all machines share, or to s3://bucket/folder.",
        )
    if "connect_timeout" not in catalogue:
        catalogue += " connect_timeout=5"
    folder = data_path if "://" in data_path else str((root / Path(data_path).expanduser()).resolve())
    return LakeAddress(catalogue.strip(), folder.rstrip("/"))


def _keywords(catalogue: str) -> str:
    """libpq's `keyword=value` form: DuckDB adds the password to that one only."""
    if not re.match(r"postgres(ql)?://", catalogue):
        return catalogue
    parts = urlsplit(catalogue)
    found = {
        "host": parts.hostname,
        "port": parts.port,
        "user": unquote(parts.username) if parts.username else None,
        "password": parts.password,
        "dbname": unquote(parts.path.lstrip("/")),
        **dict(parse_qsl(parts.query)),
    }
    return " ".join(f"{key}={value}" for key, value in found.items() if value)


class LakeStore(DigestStore):
    """A store in a lake; made, and brought to the newest schema, by the first transaction.

    `lock_wait_seconds` bounds the wait for the turn and for PostgreSQL. Raises `StoreLocked` or `StoreUnreachable` when
    it is over, `StoreInterrupted` for a transaction that was lost, `StoreUnusable` for what waiting does not cure.
    """

    def __init__(self, address: LakeAddress, lock_wait_seconds: float = 60, local: Path | None = None) -> None:
        self.address = address
        self.name = f"{LAKE_URL}{address.catalogue}"
        self.lock_wait_seconds = lock_wait_seconds
        self._local = local or Path("data")
        self._migrated = False

    @property
    def journals(self) -> Path:
        """Where all machines see it, so that any of them saves what a dead one left; beside a bucket: on this one."""
        folder = self._local if self.address.in_bucket else Path(self.address.data_path)
        return folder / "journals"

    @property
    def backup(self) -> Path:
        return self._local / "digest.backup.duckdb"

    @property
    def files(self) -> tuple[Path, ...]:
        return self.backup, self.journals

    @property
    def may_be_written(self) -> bool:
        return True  # PostgreSQL will say

    def settle(self) -> None:
        """Nothing: what is committed to a lake is there for all."""

    @contextmanager
    def transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        if random.random() < 1 / _TIDY_EVERY:
            self.tidy()
        with super().transaction() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A transaction: a lake has no reader that waits for nobody."""
        with self.transaction() as connection:
            yield connection

    @contextmanager
    def session(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection to the lake in its newest schema, in no transaction; nobody else has one meanwhile."""
        with _lock_of(self.address), self._turn() as turn, self._connection() as connection:
            try:
                if not self._migrated:
                    migrate(connection, self.name, lake_sql)
                    self._migrated = True
                yield connection
            except duckdb.Error as error:
                raise self._told(error, turn) from None

    def is_there(self) -> bool:
        """Always: a lake is made by asking for it."""
        return True

    @contextmanager
    def as_it_is(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with _lock_of(self.address), self._turn(), self._connection() as connection:
            yield connection

    @contextmanager
    def beside(self, connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
        with self.session():  # its turn; the engine, and so the lake's name, is the same for all lakes
            yield self.address.name

    def run(self, work: Callable[[duckdb.DuckDBPyConnection], Result]) -> Result:
        """What `work` returns, in a transaction of its own: done again, twice at most, where that was lost."""
        for _ in range(2):
            with suppress(StoreInterrupted), self.transaction() as connection:
                return work(connection)
        return super().run(work)

    def tidy(self) -> None:
        """Makes files of inlined rows, merges small files, forgets old snapshots, and deletes what none needs."""
        lake = self.address.name
        with self.session() as connection:
            for statement in (
                f"CALL ducklake_flush_inlined_data('{lake}')",
                # Of any file with a row deleted: the others can be merged.
                f"CALL ducklake_rewrite_data_files('{lake}', delete_threshold => 0)",
                f"CALL ducklake_merge_adjacent_files('{lake}')",
                # Whoever reads has the turn, so no snapshot but the newest is in use, and no file but its own.
                f"CALL ducklake_expire_snapshots('{lake}', older_than => now())",
                f"CALL ducklake_cleanup_old_files('{lake}', cleanup_all => true)",
                f"CALL ducklake_delete_orphaned_files('{lake}', cleanup_all => true)",
            ):
                connection.execute(statement).fetchall()

    @contextmanager
    def _turn(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection that holds the turn until the end of the block."""
        with _engine().cursor() as turn:
            self._await_turn(turn)
            try:
                yield turn
            finally:
                with suppress(duckdb.Error):  # PostgreSQL went away, and the turn with it
                    turn.rollback()

    def _await_turn(self, turn: duckdb.DuckDBPyConnection) -> None:
        deadline = time.monotonic() + self.lock_wait_seconds
        pause = 0.05
        while True:
            left = max(deadline - time.monotonic(), 0.001)
            try:
                self._attach_catalogue(turn)
                turn.begin()
                turn.execute("CALL postgres_execute(?, ?)", [self._gate, _take_turn(min(left, _LONGEST_SLICE))])
                return
            except duckdb.Error as error:
                with suppress(duckdb.Error):
                    turn.rollback()
                held = "lock timeout" in str(error)
                if not held and _REFUSED.search(str(error)):
                    raise self._unusable(error) from None
                if time.monotonic() >= deadline:
                    raise self._waited(held) from None
            if not held:
                time.sleep(random.uniform(pause / 2, pause))
                pause = min(pause * 1.5, 1.0)

    @property
    def _gate(self) -> str:
        """PostgreSQL itself, as DuckDB calls it, beside the lake in it."""
        return f"gate_{self.address.name}"

    def _attach_catalogue(self, connection: duckdb.DuckDBPyConnection) -> None:
        if not _is_attached(self._gate):
            secret = _with_password(connection, "SECRET")
            connection.execute(f"ATTACH '{_quoted(self.address.catalogue)}' AS {self._gate} (TYPE postgres{secret})")
            _ATTACHED.add((os.getpid(), self._gate))

    def _attach_lake(self, connection: duckdb.DuckDBPyConnection) -> None:
        lake, folder = self.address.name, self.address.data_path + "/rows/"
        if _is_attached(lake):
            return
        if self.address.in_bucket:
            _open_bucket(connection)
        else:
            Path(folder).mkdir(parents=True, exist_ok=True)
        secret = _with_password(connection, "META_SECRET")
        connection.execute(
            f"ATTACH 'ducklake:postgres:{_quoted(self.address.catalogue)}' AS {lake} "
            f"(DATA_PATH '{_quoted(folder)}', DATA_INLINING_ROW_LIMIT {_INLINED_ROWS}{secret})"
        )
        _ATTACHED.add((os.getpid(), lake))

    @contextmanager
    def _connection(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection whose statements look and write in the lake. Only in one's turn: two would make it at once."""
        with _engine().cursor() as connection:
            try:
                self._attach_lake(connection)
                connection.execute(f"USE {self.address.name}")
            except (duckdb.Error, OSError) as error:
                raise self._unusable(error) from None
            yield connection

    def _told(self, error: duckdb.Error, turn: duckdb.DuckDBPyConnection) -> Exception:
        """What `error` means: ours where it is about the lake, itself where it is about a statement."""
        if not self._is_held(turn):
            return StoreInterrupted(
                f"PostgreSQL went away during a transaction of {self.name}.",
                cure="Nothing of it was kept, or all; the same again goes on from there.",
            )
        if isinstance(error, duckdb.TransactionException) and "commit" in str(error):
            return StoreInterrupted(
                f"Another program wrote to {self.name} during a transaction: {self._plain(error)}.",
                cure="Nothing of it was kept; the same again goes on from there.",
            )
        if isinstance(error, (duckdb.IOException, duckdb.FatalException, duckdb.SerializationException)):
            return StoreUnusable(
                f"The store {self.name} cannot be read or written: {self._plain(error)}.",
                cure=f"Look whether {self.address.data_path} is there, has room and may be written.",
            )
        return error

    def _is_held(self, turn: duckdb.DuckDBPyConnection) -> bool:
        try:
            turn.execute("FROM postgres_query(?, 'SELECT 1')", [self._gate]).fetchall()
        except duckdb.Error:
            return False
        return True

    def _waited(self, held: bool) -> StoreLocked | StoreUnreachable:
        if held:
            return StoreLocked(
                f"The store {self.name} has been held by another program for {self.lock_wait_seconds:g} s.",
                cure="See pg_locks for who has the advisory lock, or raise store.lock_wait_seconds.",
            )
        return StoreUnreachable(
            f"PostgreSQL has not answered for {self.lock_wait_seconds:g} s: {self.name}.",
            cure="Start it, or correct store.url; what was stored before is kept.",
        )

    def _unusable(self, error: Exception) -> StoreUnusable:
        text = str(error)
        if "DATA_PATH" in text:
            cure = "The lake was made with another store.data_path: set that one, by the same name on each machine."
        elif _REFUSED.search(text):
            cure = f"Check store.url, the database role's privileges and {PASSWORD_VARIABLE}."
        else:
            cure = "Correct store.url or store.data_path."
        return StoreUnusable(f"The store {self.name} cannot be opened: {self._plain(error)}.", cure=cure)

    def _plain(self, error: Exception) -> str:
        return _without_secrets(" ".join(str(error).split()))[:300].rstrip(".")


_TRUTH = re.compile(r"\bDEFAULT (true|false)\b", re.I)


def lake_sql(sql: str) -> str:
    """A migration as a lake takes it: without keys, which it has none of, and with defaults that are literals."""
    return _TRUTH.sub(r"DEFAULT '\1'", keyless(sql))


def _take_turn(seconds: float) -> str:
    """Waits for the turn. PostgreSQL takes it from a machine that is gone without a word after half a minute."""
    return (
        f"SET LOCAL lock_timeout = {max(int(seconds * 1000), 1)}; SET LOCAL tcp_keepalives_idle = 15; "
        "SET LOCAL tcp_keepalives_interval = 5; SET LOCAL tcp_keepalives_count = 3; "
        f"SELECT pg_advisory_xact_lock({_TURN})"
    )


def _lock_of(address: LakeAddress) -> threading.RLock:
    with _GUARD:
        return _LOCKS.setdefault(address, threading.RLock())


def _engine() -> duckdb.DuckDBPyConnection:
    """DuckDB itself, which a process keeps: loading the extensions takes most of a second.

    Raises `ConfigurationError` where they are not installed.
    """
    with _GUARD:
        if os.getpid() not in _ENGINES:
            engine = duckdb.connect(
                config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
            )
            for name in ("ducklake", "postgres_scanner"):
                engine.execute(f"LOAD '{_quoted(str(_extension(name)))}'")
            engine.execute("SET GLOBAL TimeZone = 'UTC'")
            engine.execute("SET GLOBAL ducklake_max_retry_count = 0")
            _ENGINES[os.getpid()] = engine
        return _ENGINES[os.getpid()]


def _extension(name: str) -> Path:
    """The file of a DuckDB extension that was installed as a Python package."""
    try:
        module = import_module(f"duckdb_extension_{name}")
    except ModuleNotFoundError:
        raise ConfigurationError(
            f"store.url is a lake, and DuckDB's extension {name} is not installed.",
            cure='Install it: pip install "digest-assets[lake]".',
        ) from None
    (folder,) = module.__path__
    file = Path(folder) / "extensions" / f"v{duckdb.__version__}" / f"{name}.duckdb_extension"
    if not file.is_file():
        raise ConfigurationError(
            f"DuckDB is {duckdb.__version__}, and its extension {name} was made for another version.",
            cure=f'Install the same one: pip install "duckdb_extension_{name}=={duckdb.__version__}".',
        )
    return file


def _is_attached(name: str) -> bool:
    return (os.getpid(), name) in _ATTACHED


def _password() -> str:
    return os.environ.get(PASSWORD_VARIABLE, "")


def _with_password(connection: duckdb.DuckDBPyConnection, option: str) -> str:
    """The option of ATTACH that brings the password, from a secret in memory: an address is shown in messages."""
    if not _password():
        return ""
    connection.execute(f"CREATE OR REPLACE SECRET store_password (TYPE postgres, PASSWORD '{_quoted(_password())}')")
    return f", {option} store_password"


def _open_bucket(connection: duckdb.DuckDBPyConnection) -> None:
    """Makes DuckDB able to read and write S3-compatible buckets, with what the usual variables say."""
    connection.execute(f"LOAD '{_quoted(str(_extension('httpfs')))}'")
    said = os.environ
    endpoint = urlsplit(said.get("AWS_ENDPOINT_URL_S3") or said.get("AWS_ENDPOINT_URL", ""))
    options = {
        "KEY_ID": said.get("AWS_ACCESS_KEY_ID"),
        "SECRET": said.get("AWS_SECRET_ACCESS_KEY"),
        "SESSION_TOKEN": said.get("AWS_SESSION_TOKEN"),
        "REGION": said.get("AWS_REGION") or said.get("AWS_DEFAULT_REGION"),
        "ENDPOINT": endpoint.netloc,
        "URL_STYLE": "path" if endpoint.netloc else None,
        "USE_SSL": "false" if endpoint.scheme == "http" else None,
    }
    given = "".join(f", {name} '{_quoted(value)}'" for name, value in options.items() if value)
    connection.execute(f"CREATE OR REPLACE SECRET store_bucket (TYPE s3{given})")


def _without_secrets(text: str) -> str:
    for secret in (_password(), os.environ.get("PGPASSWORD", ""), os.environ.get("AWS_SECRET_ACCESS_KEY", "")):
        text = text.replace(secret, "***") if secret else text
    return text


def _quoted(text: str) -> str:
    return text.replace("'", "''")
