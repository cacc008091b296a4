"""The store's file: one transaction at a time, closed whatever happens, shared with other processes."""

from __future__ import annotations

import itertools
import subprocess
import sys
import threading
from datetime import datetime, timezone
from pathlib import Path

import duckdb
import pytest

from digest_assets.errors import StoreLocked, StoreUnusable
from digest_assets.store import connection
from digest_assets.store.connection import LOG_LIMIT, DigestStore, log_of
from digest_assets.store.rows import insert
from digest_assets.store.schema import migrations
from digest_assets_tests.disks import a_disk, enlarge

HOLD = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1])
print("held", flush=True)
sys.stdin.readline()
"""

WRITE = """
import sys
from pathlib import Path
from digest_assets.store.connection import DigestStore
store = DigestStore(Path(sys.argv[1]))
for number in range(10):
    with store.transaction() as connection:
        connection.execute("UPDATE paces SET next_at = next_at + INTERVAL 1 SECOND WHERE lane = 'counter'")
"""

# A file that may not grow is a full disk to whoever writes it.
WRITE_UNTIL_FULL = """
import os, resource, signal, sys
from pathlib import Path
from digest_assets.errors import StoreUnusable
from digest_assets.store.connection import DigestStore
from digest_assets.store.rows import insert
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
room = int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
store, committed = DigestStore(Path(sys.argv[1])), 0
try:
    while committed < 2000:
        with store.transaction() as connection:
            rows = [
                {"payload_hash": str(committed + n), "payload": os.urandom(2000).hex(), "stored_at": "2026-01-01"}
                for n in range(20)
            ]
            insert(connection, "entry_payloads", rows)
        committed += 20
except StoreUnusable as error:
    print(committed, error, error.cure, sep="\\n")
"""


@pytest.fixture
def store(tmp_path: Path) -> DigestStore:
    return DigestStore(tmp_path / "data" / "digest.duckdb")


def lanes(store: DigestStore) -> list[str]:
    with store.transaction() as connection:
        return [row[0] for row in connection.execute("SELECT lane FROM paces ORDER BY lane").fetchall()]


def add(connection: duckdb.DuckDBPyConnection, lane: str) -> None:
    insert(connection, "paces", [{"lane": lane, "next_at": datetime(2026, 1, 29, tzinfo=timezone.utc)}])


def test_an_exception_rolls_back_and_leaves_the_file_free(store: DigestStore) -> None:
    with pytest.raises(RuntimeError, match="on purpose"), store.transaction() as connection:
        add(connection, "half written")
        raise RuntimeError("on purpose")
    assert lanes(store) == []
    duckdb.connect(str(store.path), read_only=True).close()  # another configuration: fails while one is open


def test_a_commit_is_there_for_the_next_transaction(store: DigestStore) -> None:
    with store.transaction() as connection:
        add(connection, "arxiv")
    assert lanes(store) == ["arxiv"]


def test_the_schema_is_recorded_once(store: DigestStore) -> None:
    lanes(store)
    again = DigestStore(store.path)
    with again.transaction() as connection:
        versions = connection.execute("SELECT version FROM schema_versions ORDER BY version").fetchall()
    assert [row[0] for row in versions] == [number for number, _, _ in migrations()]


def test_a_store_of_a_newer_program_is_refused_and_untouched(store: DigestStore) -> None:
    with store.transaction() as connection:
        connection.execute("INSERT INTO schema_versions (version, name) VALUES (999, 'from the future')")
    with pytest.raises(StoreUnusable, match="schema 999"):
        lanes(DigestStore(store.path))


def test_a_file_that_is_no_database_is_refused_and_kept(store: DigestStore) -> None:
    store.path.parent.mkdir(parents=True)
    store.path.write_bytes(b"not a database at all" * 400)
    with pytest.raises(StoreUnusable, match=r"store\.url"):
        lanes(store)
    assert store.path.read_bytes().startswith(b"not a database")


def test_a_folder_that_cannot_be_made_names_the_setting(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreUnusable, match=r"store\.url"):
        lanes(DigestStore(tmp_path / "file" / "digest.duckdb"))


def test_a_wait_for_another_process_is_bounded_and_says_so(
    store: DigestStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with store.transaction() as connection:
        add(connection, "arxiv")
    monkeypatch.setattr("digest_assets.store.connection.SILENT_SECONDS", 0.05)
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(store.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(StoreLocked, match=r"store\.lock_wait_seconds"):
            lanes(DigestStore(store.path, lock_wait_seconds=0.3))
        (line,) = caplog.messages
        assert line == f"Waiting for the store {store.path}, which another run or program holds."
        holder.communicate("\n")
    assert lanes(store) == ["arxiv"]


@pytest.mark.slow
def test_four_processes_and_four_threads_lose_no_write(store: DigestStore) -> None:
    with store.transaction() as connection:
        add(connection, "counter")
    processes = [subprocess.Popen([sys.executable, "-c", WRITE, str(store.path)]) for _ in range(4)]

    def write() -> None:
        for _ in range(10):
            with store.transaction() as connection:
                connection.execute("UPDATE paces SET next_at = next_at + INTERVAL 1 SECOND WHERE lane = 'counter'")

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [process.wait(60) for process in processes] == [0, 0, 0, 0]
    with store.transaction() as connection:
        assert connection.execute("SELECT epoch(next_at) FROM paces").fetchall() == [
            (datetime(2026, 1, 29, tzinfo=timezone.utc).timestamp() + 80,)
        ]


@pytest.mark.slow
@pytest.mark.parametrize("room", [300_000, 2_000_000])
def test_a_full_disk_takes_nothing_that_was_committed(store: DigestStore, room: int) -> None:
    with store.transaction() as connection:
        connection.execute("SELECT 1")
    told = subprocess.run(
        [sys.executable, "-c", WRITE_UNTIL_FULL, str(store.path), str(room)], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    committed = int(told[0])
    assert committed > 0
    assert told[1].startswith(f"The store {store.path} cannot be written: ")
    assert told[-1].startswith("Free space on the disk")
    with store.transaction() as connection:
        assert connection.execute("SELECT count(*) FROM entry_payloads").fetchall() == [(committed,)]
        insert(connection, "entry_payloads", [payload("there is room again", "x")])


@pytest.mark.slow
@pytest.mark.parametrize("kilobytes", [4, 8, 12])
def test_a_store_that_was_begun_on_a_full_disk_is_made_when_there_is_room(tmp_path: Path, kilobytes: int) -> None:
    with a_disk(tmp_path / "disk", f"{kilobytes}k") as disk:
        with pytest.raises(StoreUnusable, match="Free space"):
            lanes(DigestStore(disk / "digest.duckdb"))
        enlarge(disk, "20m")
        assert lanes(DigestStore(disk / "digest.duckdb")) == []


def payload(key: str, text: str) -> dict[str, object]:
    return {"payload_hash": key, "payload": text, "stored_at": datetime(2026, 1, 1, tzinfo=timezone.utc)}


def test_text_that_no_encoding_has_is_stored_all_the_same(store: DigestStore) -> None:
    with store.transaction() as connection:
        add(connection, "a\x00b \ud800 \U0001f3b5 王")
    assert lanes(store) == ["a\x00b ? \U0001f3b5 王"]


def test_a_store_stays_usable_after_one_that_could_not_be_opened(store: DigestStore, tmp_path: Path) -> None:
    (tmp_path / "broken.duckdb").write_bytes(b"not a database at all" * 400)
    with pytest.raises(StoreUnusable):
        lanes(DigestStore(tmp_path / "broken.duckdb"))
    with store.transaction() as connection:
        add(connection, "arxiv")
    assert lanes(store) == ["arxiv"]


@pytest.mark.parametrize("settled", [False, True])
def test_between_transactions_nothing_holds_the_file(store: DigestStore, settled: bool) -> None:
    with store.transaction() as connection:
        add(connection, "arxiv")
    if settled:
        store.settle()
        assert sorted(each.name for each in store.path.parent.iterdir()) == ["digest.duckdb"]
    look = "import duckdb, sys; print(duckdb.connect(sys.argv[1]).execute('SELECT lane FROM paces').fetchall())"
    told = subprocess.run([sys.executable, "-c", look, str(store.path)], capture_output=True, text=True, check=True)
    assert told.stdout == "[('arxiv',)]\n"


@pytest.mark.slow
def test_the_log_takes_many_small_transactions_and_never_grows_long(store: DigestStore) -> None:
    limit, rows, sizes = LOG_LIMIT, 60, []
    for number in range(rows):
        with store.transaction() as open_store:
            insert(open_store, "entry_payloads", [payload(str(number), "x" * (limit // 20))])
            add(open_store, f"lane {number}")
        sizes.append(log_of(store.path).stat().st_size if log_of(store.path).exists() else 0)
    assert max(sizes) <= limit
    taken_over = sum(1 for before, size in itertools.pairwise(sizes) if size < before)
    assert 2 <= taken_over <= 4
    with store.transaction() as open_store:
        assert open_store.execute("SELECT count(*) FROM entry_payloads").fetchall() == [(rows,)]


def test_the_engine_gives_memory_back_now_and_then_and_not_each_time(
    store: DigestStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []

    class Cursor:
        """A connection that notes what it is told."""

        def execute(self, statement: str) -> None:
            said.append(statement.partition(" ")[0])

    for now in (100.0, 101.9, 102.0):
        monkeypatch.setattr(f"{connection.__name__}.time.monotonic", lambda now=now: now)
        if now == 100.0:
            monkeypatch.setattr(connection, "_GAVE_BACK_AT", 0.0)
        connection._detach(Cursor(), "store_1")  # type: ignore[arg-type]
    assert said == ["USE", "SET", "DETACH", "RESET", "USE", "DETACH", "USE", "SET", "DETACH", "RESET"]


def test_the_engine_has_one_thread_and_its_own_threshold_again(store: DigestStore) -> None:
    names = ("threads", "allocator_background_threads", "allocator_bulk_deallocation_flush_threshold")
    before = [duckdb.connect().execute(f"SELECT current_setting('{name}')").fetchone() for name in names]
    for _ in range(3):
        with store.transaction() as c:
            now = [c.execute(f"SELECT current_setting('{name}')").fetchone() for name in names]
    assert now == [(1,), (True,), before[2]]


def test_a_path_with_quotes_is_a_path(tmp_path: Path) -> None:
    assert lanes(DigestStore(tmp_path / 'o\'clock "now"' / "it's.duckdb")) == []


def test_two_stores_are_open_at_once(tmp_path: Path) -> None:
    one, other = DigestStore(tmp_path / "one.duckdb"), DigestStore(tmp_path / "other.duckdb")
    with one.transaction() as connection:
        add(connection, "arxiv")
        assert lanes(other) == []
    assert lanes(one) == ["arxiv"]
