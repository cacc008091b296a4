"""What a date's pages in the UI say: where its post and page are, which papers were dropped and why."""

from __future__ import annotations

import html
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from digest_assets.assets.previews import listing, page_on_the_web
from digest_assets.config import OutputSettings
from digest_assets_tests.test_pipeline import DAY, NOON
from digest_assets_tests.worlds import World, a_world


def shown(world: World, asset: str) -> Mapping[str, Any]:
    event = world.instance.get_latest_materialization_event(dg.AssetKey(asset))
    assert event is not None
    assert event.asset_materialization is not None
    return event.asset_materialization.metadata


@pytest.mark.slow
def test_a_date_links_to_its_page_on_the_web_and_says_why_a_paper_was_dropped(tmp_path: Path) -> None:
    sections: dict[str, Any] = {
        "llm": {"preset": "none"},
        "output": {"site_url": "https://digest.test/daily"},
        "filters": {"exclude_keywords": ("sixty rooms",)},
    }
    with a_world(tmp_path, NOON, **sections) as world:
        world.make(DAY)
        page = dg.MetadataValue.url(f"https://digest.test/daily/d/{DAY}.html")
        assert shown(world, "rendered_posts")["page_url"] == page
        assert shown(world, "reader_site")["page_url"] == page
        assert shown(world, "reader_site")["site_url"] == dg.MetadataValue.url("https://digest.test/daily/")
        assert (tmp_path / "site" / "d" / f"{DAY}.html").is_file()
        papers = shown(world, "windowed_papers")
        assert papers["filtered"].value == 1
        (dropped,) = papers["left_out"].value.splitlines()[2:]
        assert "The Sixty Rooms Challenge" in dropped
        assert html.unescape(dropped).endswith("| keyword | filters.include_keywords, filters.exclude_keywords |")


@pytest.mark.parametrize("output", [{}, {"site_dir": "", "site_url": "https://digest.test/"}])
def test_there_is_no_link_where_no_site_is_made_or_nobody_said_where_it_is_served(output: dict[str, str]) -> None:
    assert page_on_the_web(OutputSettings.model_validate(output), date(2026, 11, 20)) == {}


def test_an_empty_table_is_left_out() -> None:
    assert listing("papers", ["paper"], []) == {}
    assert "| 2601.00001 |" in str(listing("papers", ["paper"], [["2601.00001"]])["papers"].value)
