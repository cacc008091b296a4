"""A lake keeps what the embedded file promises: transactions in turn, keys, bounded waits, no secret told."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path

import duckdb
import pytest

from digest_assets.errors import (
    ConfigurationError,
    StoreError,
    StoreInterrupted,
    StoreLocked,
    StoreUnreachable,
    StoreUnusable,
)
from digest_assets.store import lake
from digest_assets.store.lake import LAKE_URL, PASSWORD_VARIABLE, LakeStore, lake_address, lake_sql
from digest_assets.store.rows import insert
from digest_assets.store.schema import tables
from digest_assets_tests.scale.servers import GUARDED, Postgres, free_port, postgres_server
from digest_assets_tests.store.test_connection import (  # noqa: F401
    add,
    lanes,
    test_a_commit_is_there_for_the_next_transaction,
    test_text_that_no_encoding_has_is_stored_all_the_same,
)

pytestmark = pytest.mark.slow
AT = datetime(2026, 1, 29, tzinfo=timezone.utc)

WRITE = """
import sys
from pathlib import Path
from digest_assets.store.lake import LakeStore, lake_address
store = LakeStore(lake_address(sys.argv[1], sys.argv[2], Path.cwd()))
for number in range(10):
    with store.transaction() as connection:
        connection.execute("UPDATE paces SET next_at = next_at + INTERVAL 1 SECOND WHERE lane = 'counter'")
"""


def a_lake(catalogue: str, folder: Path, wait: float = 30) -> LakeStore:
    return LakeStore(lake_address(LAKE_URL + catalogue, str(folder / "lake"), folder), wait)


@pytest.fixture
def store(postgres: Postgres, tmp_path: Path) -> LakeStore:
    return a_lake(postgres.make_database(tmp_path.name), tmp_path)


def turn_holder(postgres: Postgres) -> int:
    """The process of PostgreSQL whose connection holds the turn."""
    ((process,),) = postgres.execute("SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted")
    return int(str(process))


def test_an_exception_rolls_back(store: LakeStore) -> None:
    with pytest.raises(RuntimeError, match="on purpose"), store.transaction() as connection:
        add(connection, "half written")
        raise RuntimeError("on purpose")
    assert lanes(store) == []


def test_every_table_has_its_key_and_a_lake_keeps_it(store: LakeStore) -> None:
    assert {name for name, table in tables().items() if not table.key} == {"ledger", "ledger_of_papers"}
    with store.transaction() as connection:
        add(connection, "arxiv")
    with pytest.raises(duckdb.ConstraintException, match="lane: arxiv"), store.transaction() as connection:
        add(connection, "other")
        add(connection, "arxiv")
    with pytest.raises(duckdb.ConstraintException, match="lane: twice"), store.transaction() as connection:
        insert(connection, "paces", [{"lane": "twice", "next_at": AT}, {"lane": "twice", "next_at": AT}])
    assert lanes(store) == ["arxiv"]


def test_a_store_of_a_newer_program_is_refused(store: LakeStore) -> None:
    with store.transaction() as connection:
        connection.execute("INSERT INTO schema_versions (version, name) VALUES (999, 'from the future')")
    with pytest.raises(StoreUnusable, match="schema 999"):
        lanes(LakeStore(store.address))


def test_nothing_is_downloaded(store: LakeStore) -> None:
    with store.transaction() as connection:
        found = connection.execute(
            "SELECT current_setting('autoinstall_known_extensions'), current_setting('autoload_known_extensions')"
        ).fetchall()
    assert found == [(False, False)]


def test_two_processes_and_two_threads_lose_no_write(store: LakeStore) -> None:
    with store.transaction() as connection:
        add(connection, "counter")
    command = [sys.executable, "-c", WRITE, LAKE_URL + store.address.catalogue, store.address.data_path]
    processes = [subprocess.Popen(command) for _ in range(2)]

    def write() -> None:
        for _ in range(10):
            with store.transaction() as connection:
                connection.execute("UPDATE paces SET next_at = next_at + INTERVAL 1 SECOND WHERE lane = 'counter'")

    threads = [threading.Thread(target=write) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [process.wait(60) for process in processes] == [0, 0]
    with store.transaction() as connection:
        found = connection.execute("SELECT epoch(next_at) - epoch(?::TIMESTAMPTZ) FROM paces", [AT]).fetchall()
    assert found == [(40,)]


def test_a_wait_for_the_turn_is_bounded_and_says_so(store: LakeStore) -> None:
    lanes(store)
    impatient = LakeStore(store.address, lock_wait_seconds=0.2)
    with store.transaction(), pytest.raises(StoreLocked, match=r"store\.lock_wait_seconds"):
        lanes(impatient)
    assert lanes(impatient) == []


def test_who_lost_the_turn_cannot_overwrite_who_got_it(store: LakeStore, postgres: Postgres) -> None:
    lanes(store)
    with pytest.raises(StoreInterrupted), store.transaction() as connection:
        add(connection, "first")
        postgres.execute(f"SELECT pg_terminate_backend({turn_holder(postgres)})")
        with store.transaction() as other:
            add(other, "first")
    assert lanes(store) == ["first"]


def test_work_whose_transaction_is_lost_is_done_again(store: LakeStore, postgres: Postgres) -> None:
    lanes(store)
    tries = []

    def work(connection: duckdb.DuckDBPyConnection) -> int:
        tries.append(1)
        add(connection, "arxiv")
        if len(tries) == 1:
            postgres.stop()
            postgres.start()
        return len(tries)

    assert store.run(work) == 2
    assert lanes(store) == ["arxiv"]


def test_a_restart_of_postgresql_loses_a_transaction_whole_and_is_waited_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # An engine of its own: what lists tables asks every lake that an engine has open, and this one's server ends here.
    monkeypatch.setattr(lake, "_ENGINES", {})
    monkeypatch.setattr(lake, "_ATTACHED", set())
    with postgres_server() as postgres:
        store = a_lake(postgres.make_database("lake"), tmp_path)
        with store.transaction() as connection:
            add(connection, "before")
        with pytest.raises(StoreInterrupted, match="the same again"), store.transaction() as connection:
            add(connection, "half written")
            postgres.stop()
        starter = threading.Timer(0.5, postgres.start)
        starter.start()
        assert lanes(store) == ["before"]
        starter.join()


def test_a_postgresql_that_does_not_answer_is_waited_for_and_named(tmp_path: Path) -> None:
    store = a_lake(f"host=127.0.0.1 port={free_port()} dbname=digest user=digest", tmp_path, wait=0.3)
    with pytest.raises(StoreUnreachable, match=r"0\.3 s: ducklake:postgres:host=127\.0\.0\.1"):
        lanes(store)


def test_a_lake_moved_to_another_folder_says_which_setting_is_wrong(store: LakeStore, tmp_path: Path) -> None:
    lanes(store)
    elsewhere = a_lake(store.address.catalogue, tmp_path / "elsewhere")
    with pytest.raises(StoreUnusable, match=r"store\.data_path"):
        lanes(elsewhere)


def test_tidying_keeps_every_row_and_leaves_few_files(store: LakeStore) -> None:
    for number in range(5):
        with store.transaction() as connection:
            rows = [{"lane": f"{number}-{each}", "next_at": AT} for each in range(100)]
            insert(connection, "paces", rows)
            connection.execute("DELETE FROM paces WHERE lane = ?", [f"{number}-0"])
    before, files = lanes(store), parquet_files(store)
    store.tidy()
    assert lanes(store) == before
    assert len(before) == 495
    assert len(parquet_files(store)) < len(files)


def parquet_files(store: LakeStore) -> list[Path]:
    return sorted(Path(store.address.data_path, "rows", "main", "paces").rglob("*.parquet"))


def test_the_password_is_used_and_never_told(
    postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = postgres.make_database(GUARDED)
    postgres.execute("ALTER ROLE digest PASSWORD 'hunter2secret'")
    said = []
    for password in ("hunter2wrong", ""):
        monkeypatch.setenv(PASSWORD_VARIABLE, password)
        said.append(what_it_says(lambda: lanes(a_lake(address, tmp_path))))
    monkeypatch.setenv(PASSWORD_VARIABLE, "hunter2secret")
    said.append(what_it_says(lambda: lanes(a_lake(f"host=127.0.0.1 port={free_port()}", tmp_path, wait=0.1))))
    assert lanes(a_lake(address, tmp_path)) == []
    assert all(PASSWORD_VARIABLE in each for each in said[:2])
    assert "hunter2" not in "".join(said)


def what_it_says(act: Callable[[], object]) -> str:
    with pytest.raises(StoreError) as raised:
        act()
    return str(raised.value)


@pytest.mark.parametrize(
    ("url", "data_path", "words"),
    [
        ("ducklake:sqlite:x.db", "lake", "unknown catalogue"),
        ("ducklake:postgres:host=db password=hunter2secret", "lake", PASSWORD_VARIABLE),
        ("ducklake:postgres:postgresql://me:hunter2secret@db/digest", "lake", PASSWORD_VARIABLE),
        ("ducklake:postgres:host=db", "", r"store\.data_path"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_in_one_line(url: str, data_path: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words) as raised:
        lake_address(url, data_path, Path("/"))
    assert "hunter2secret" not in str(raised.value)


def test_a_lake_without_its_packages_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lake, "_ENGINES", {})
    monkeypatch.setitem(sys.modules, "duckdb_extension_ducklake", None)
    with pytest.raises(ConfigurationError, match=r"digest-assets\[lake\]"):
        lanes(a_lake("host=127.0.0.1 dbname=digest", tmp_path))


def test_an_address_may_be_written_as_a_url() -> None:
    address = lake_address("ducklake:postgres:postgresql://me@db:5433/digest?sslmode=require", "s3://b/f/", Path("/"))
    assert address.catalogue == "host=db port=5433 user=me dbname=digest sslmode=require connect_timeout=5"
    assert address.data_path == "s3://b/f"


def test_a_migration_loses_only_what_a_lake_does_not_know() -> None:
    sql = """
CREATE TABLE a (
    one VARCHAR PRIMARY KEY,
    two INTEGER DEFAULT 1,      -- why
    PRIMARY KEY (one, two)
);
ALTER TABLE a ADD COLUMN three BOOLEAN DEFAULT false;"""
    assert (
        lake_sql(sql)
        == """
CREATE TABLE a (
    one VARCHAR NOT NULL,
    two INTEGER DEFAULT 1      -- why
);
ALTER TABLE a ADD COLUMN three BOOLEAN DEFAULT 'false';"""
    )
