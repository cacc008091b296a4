"""The tables that the UI shows are those of the store, and the lineage of columns names columns that exist."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from digest_assets.assets.columns import COMES_FROM, UPSTREAM, column_lineage, table_schema
from digest_assets.definitions import build_defs
from digest_assets.store.connection import DigestStore
from digest_assets.store.schema import tables

TABLES = ["raw_feed_entries", *UPSTREAM]


@pytest.mark.parametrize("asset", TABLES)
def test_the_schema_is_the_store_s(asset: str, tmp_path: Path) -> None:
    with DigestStore(tmp_path / "digest.duckdb").transaction() as connection:
        held = connection.execute(f"SELECT column_name, column_type FROM (DESCRIBE {asset})").fetchall()
    schema = table_schema(asset)["dagster/column_schema"]
    assert [(column.name, column.type) for column in schema.columns] == held


def test_every_column_of_every_table_says_what_it_means() -> None:
    views = {"ledger", "ledger_of_papers"}
    columns = [(name, each) for name, table in tables().items() if name not in views for each in table.columns]
    assert [f"{name}.{each.name}" for name, each in columns if not each.meaning] == []


def test_a_person_s_sql_prompt_sees_what_the_ui_sees(tmp_path: Path) -> None:
    with DigestStore(tmp_path / "digest.duckdb").transaction() as connection:
        ((comment,),) = connection.execute(
            "SELECT comment FROM duckdb_columns() WHERE table_name = 'windowed_papers' AND column_name = 'outcome'"
        ).fetchall()
    shown = {each.name: each.description for each in table_schema("windowed_papers")["dagster/column_schema"].columns}
    assert comment == shown["outcome"] == "kept, filtered"


@pytest.mark.parametrize("asset", [*TABLES, "deliveries"])
def test_no_column_is_shown_without_what_it_means(asset: str) -> None:
    schema = table_schema(asset)["dagster/column_schema"]
    assert [column.name for column in schema.columns if not column.description] == []


@pytest.mark.parametrize("asset", UPSTREAM)
def test_the_lineage_names_columns_that_exist(asset: str) -> None:
    lineage = column_lineage(dg.AssetKey(asset))["dagster/column_lineage"].deps_by_column
    assert set(COMES_FROM[asset]) <= set(lineage) <= {column.name for column in tables()[asset].columns}
    for sources in lineage.values():
        for source in sources:
            assert source.column_name in {column.name for column in tables()[source.asset_key.path[-1]].columns}


def test_every_asset_with_a_table_shows_it() -> None:
    graph = build_defs().resolve_asset_graph()
    for node in graph.asset_nodes:
        name = node.key.path[-1]
        assert ("dagster/column_schema" in node.metadata) == (name in tables()), name
