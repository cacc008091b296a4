"""An update of the program: the store that an older one wrote goes on, and a newer one's is left alone.

`released/` holds what older versions wrote, by commit: a store, as xz, and its posts.
"""

from __future__ import annotations

import lzma
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from digest_assets.automation.dates import dates_due
from digest_assets.errors import StoreUnusable
from digest_assets.sandbox.world import start_sandbox
from digest_assets.store import schema
from digest_assets.store.connection import DigestStore, before_update, log_of
from digest_assets.store.copying import restore
from digest_assets_tests.test_pipeline import NOON
from digest_assets_tests.worlds import settings_for

RELEASED = Path(__file__).parent / "released"
KILLED_DURING_THE_LAST = """
import os, signal, sys
from pathlib import Path
from digest_assets.store import connection, schema

last = schema.migrations()[-1][2]

def dialect(sql):
    if sql == last:
        os.kill(os.getpid(), signal.SIGKILL)
    return sql

schema.migrate.__defaults__ = (dialect,)
with connection.DigestStore(Path(sys.argv[1])).session():
    pass
"""


@pytest.fixture(params=sorted(each.name for each in RELEASED.iterdir()))
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The project's folder as the older version left it."""
    shutil.copytree(RELEASED / request.param, tmp_path / "posts", ignore=shutil.ignore_patterns("*.xz"))
    (tmp_path / "data").mkdir()
    store = lzma.decompress((RELEASED / request.param / "digest.duckdb.xz").read_bytes())
    (tmp_path / "data" / "digest.duckdb").write_bytes(store)
    return tmp_path


def versions(path: Path) -> list[int]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return [row[0] for row in connection.execute("SELECT version FROM schema_versions ORDER BY 1").fetchall()]


def held(path: Path) -> dict[str, int]:
    """How many rows each table has, but for what the migrations write."""
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = connection.execute("SELECT table_name FROM duckdb_tables() WHERE table_name <> 'schema_versions'")
        return {
            name: connection.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0] for (name,) in tables.fetchall()
        }


def known() -> list[int]:
    return [number for number, _, _ in schema.migrations()]


def test_a_store_of_an_older_version_goes_on_with_its_posts_and_for_nothing(old: Path) -> None:
    path = old / "data" / "digest.duckdb"
    as_it_was, rows = path.read_bytes(), held(path)
    posts = {post.name: post.read_bytes() for post in (old / "posts").iterdir()}
    with start_sandbox(lambda: NOON) as sandbox:
        settings = settings_for(old, sandbox.arxiv, sandbox.model, NOON)
        store = DigestStore(path)
        assert len(store.pending()) == len(known()) - len(versions(path))
        assert dates_due(settings, store, NOON) == []
        assert sandbox.model.requests == []
    store.settle()
    assert versions(path) == known()
    assert store.pending() == []
    after = held(path)
    assert {table: after[table] for table in rows} == rows
    assert {post.name: post.read_bytes() for post in (old / "posts").iterdir()} == posts
    assert before_update(path).read_bytes() == as_it_was


def test_what_was_there_before_an_update_can_be_put_back(old: Path) -> None:
    path = old / "data" / "digest.duckdb"
    was = versions(path)
    with DigestStore(path).session():
        pass
    restore(DigestStore(path), NOON, before_update(path))
    assert versions(path) == was


def test_an_update_that_was_killed_is_done_by_the_next_command(old: Path) -> None:
    path = old / "data" / "digest.duckdb"
    was = versions(path)
    killed = subprocess.run([sys.executable, "-c", KILLED_DURING_THE_LAST, str(path)], capture_output=True, text=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert versions(path) == was
    store = DigestStore(path)
    with store.session():
        pass
    store.settle()
    assert versions(path) == known()
    assert versions(before_update(path)) == was


def test_a_store_of_a_newer_version_is_refused_before_anything_is_written(old: Path) -> None:
    path = old / "data" / "digest.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("INSERT INTO schema_versions (version, name) VALUES (999, 'from the future')")
    before = path.read_bytes()
    for attempt in (DigestStore(path).pending, lambda: DigestStore(path).session().__enter__()):
        with pytest.raises(StoreUnusable, match=r"schema 999.*nothing was changed"):
            attempt()
    assert path.read_bytes() == before
    assert [log_of(path).exists(), before_update(path).exists()] == [False, False]


def test_without_room_for_the_copy_nothing_is_changed(old: Path) -> None:
    path = old / "data" / "digest.duckdb"
    was = versions(path)
    before_update(path).mkdir()
    with pytest.raises(StoreUnusable, match="cannot be written"), DigestStore(path).session():
        pass
    assert versions(path) == was


def test_a_migration_that_was_released_later_with_a_lower_number_is_applied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = schema.migrations()
    missing = everything[-2]
    monkeypatch.setattr(schema, "migrations", lambda: [each for each in everything if each != missing])
    store = DigestStore(tmp_path / "digest.duckdb")
    with store.session():
        pass
    monkeypatch.undo()
    assert DigestStore(store.path).pending() == [missing[1]]
    with DigestStore(store.path).session() as connection:
        assert connection.execute("SELECT count(*) FROM schema_versions").fetchall() == [(len(everything),)]


def test_the_tables_are_the_same_in_whichever_order_the_newer_migrations_came() -> None:
    *_, base = (number for number in known() if number <= 14)
    first = [each for each in schema.migrations() if each[0] <= base]
    later = [each for each in schema.migrations() if each[0] > base]
    shapes = {_shape([*first, *order]) for order in (later, later[::-1])}
    assert len(shapes) == 1


def _shape(order: list[tuple[int, str, str]]) -> frozenset[tuple[object, ...]]:
    with duckdb.connect() as connection:
        for _, _, sql in order:
            connection.execute(sql)
        columns = connection.execute(
            "SELECT table_name, column_name, data_type, is_nullable, comment FROM duckdb_columns() WHERE NOT internal"
        ).fetchall()
        views = connection.execute("SELECT view_name, sql FROM duckdb_views() WHERE NOT internal").fetchall()
    return frozenset([*columns, *views])
