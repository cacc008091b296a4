"""Faults of the world around a run, and that nothing is lost by them: `docs/faults.md` is the table.

Each is a whole day's run that meets a fault, and the same run after the fault is over. What is in the store and in the
post then has to be what an undisturbed run leaves.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import dagster as dg
import pytest
import stamina

from digest_assets.automation.command_line_runs import RunOutcome
from digest_assets.resources import full_texts
from digest_assets.sandbox import model_server, serving
from digest_assets.store import standings
from digest_assets.store.copying import back_up, restore
from digest_assets_tests.disks import a_disk, enlarge, read_only
from digest_assets_tests.test_pipeline import DAY, NOON, content
from digest_assets_tests.worlds import World, a_world

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with a_world(tmp_path_factory.mktemp("untouched"), NOON) as world:
        assert world.make(DAY).outcome is RunOutcome.COMPLETE
        yield world


def same(world: World, untouched: World) -> bool:
    return content(world) == content(untouched) and world.post(DAY) == untouched.post(DAY)


def kept_of(world: World, table: str) -> set[str]:
    return {repr(row) for row in content(world)[table]}


@pytest.mark.parametrize(
    "routes",
    [["api"], ["feed"], ["api", "feed", "oai"]],
    ids=["search", "feed", "all lists"],
)
def test_lists_that_are_lost_lose_no_paper(tmp_path: Path, untouched: World, routes: list[str]) -> None:
    with a_world(tmp_path, NOON, arxiv={"attempts": 1}) as world, stamina.set_testing(True, attempts=2):
        for route in routes:
            world.sandbox.arxiv.faults.always(route, serving.closed())
        during = world.make(DAY)
        world.sandbox.arxiv.faults.clear()
        assert world.make(DAY).outcome is RunOutcome.COMPLETE
        # OAI, which is asked where a list fails, may tell of a paper that the others do not. The overview has it, too.
        for table in ("windowed_papers", "full_texts", "model_answers"):
            kept = {row for row in kept_of(untouched, table) if "<g1>" not in row}
            assert kept <= kept_of(world, table), table
        if len(routes) == 3:
            assert during.outcome is RunOutcome.FAILED


@pytest.mark.parametrize("answers_before", [0, 9])
def test_a_model_that_is_lost_loses_no_answer(tmp_path: Path, untouched: World, answers_before: int) -> None:
    with a_world(tmp_path, NOON, llm={"attempts": 1, "max_concurrency": 1}) as world:
        world.sandbox.model.faults.add("chat", *[None] * answers_before)
        world.sandbox.model.faults.always("chat", serving.closed())
        during = world.make(DAY)
        world.sandbox.model.faults.clear()
        assert during.outcome is (RunOutcome.IN_PART if answers_before else RunOutcome.FAILED)
        assert world.rows("SELECT count(*) FROM model_answers") == [(answers_before,)]
        before = world.calls
        assert world.make(DAY).outcome is RunOutcome.COMPLETE
        assert same(world, untouched)
        assert world.calls - before == untouched.calls - answers_before


def test_texts_that_are_lost_are_fetched_by_the_next_run(
    tmp_path: Path, untouched: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(full_texts, "_FIRST_WAIT_SECONDS", 0.0)
    with a_world(tmp_path, NOON, llm={"attempts": 1}) as world:
        world.sandbox.model.faults.always("chat", model_server.server_error(), containing="The Obedient Minutes")
        for route in ("html", "pdf"):
            world.sandbox.arxiv.faults.always(route, serving.closed())
        during = world.make(DAY)
        world.sandbox.arxiv.faults.clear()
        world.sandbox.model.faults.clear()
        assert during.outcome is RunOutcome.IN_PART
        told = [reason.split(":")[0] for reason in during.reasons]
        assert len(told) == len(set(told)), "a paper that lacks both its text and its answers is told of once"
        assert any("500" in reason for reason in during.reasons)
        assert {row[0] for row in world.rows("SELECT source FROM full_texts")} == {"abstract"}
        with world.store.transaction() as connection:
            assert set(standings.unbalanced(connection, world.settings.digest.name, DAY)) == {DAY}
        assert world.make(DAY).outcome is RunOutcome.COMPLETE
        assert content(world)["full_texts"] == content(untouched)["full_texts"]
        assert world.post(DAY) == untouched.post(DAY)


def test_a_damaged_store_is_refused_and_the_copy_goes_on(tmp_path: Path, untouched: World) -> None:
    with a_world(tmp_path, NOON) as world:
        world.make(DAY)
        back_up(world.store, world.store.backup)
        body = bytearray(world.store.path.read_bytes())
        body[:65536] = bytes(65536)
        world.store.path.write_bytes(body)
        during = world.make(DAY)
        assert during.outcome is RunOutcome.FAILED
        assert str(world.store.backup) in " ".join(during.reasons)
        assert "digest store restore" in " ".join(during.reasons)
        assert world.store.path.read_bytes() == bytes(body)
        aside = restore(world.store, NOON)
        assert aside is not None
        assert aside.read_bytes() == bytes(body)
        calls = world.calls
        assert world.make(DAY).outcome is RunOutcome.COMPLETE
        assert same(world, untouched)
        assert world.calls == calls


def test_a_post_that_a_power_cut_broke_off_is_written_again(tmp_path: Path, untouched: World) -> None:
    with a_world(tmp_path, NOON) as world:
        report = world.make(DAY)
        assert report.post is not None
        assert report.post.path is not None
        path = world.settings.path(report.post.path)
        path.write_bytes(path.read_bytes()[:3001])
        assert world.make(DAY).outcome is RunOutcome.COMPLETE
        assert same(world, untouched)


@pytest.mark.parametrize("folder", ["posts", "site"])
def test_a_folder_that_may_only_be_read_costs_no_answer(tmp_path: Path, untouched: World, folder: str) -> None:
    with a_world(tmp_path, NOON) as world:
        (tmp_path / folder).mkdir()
        with read_only(tmp_path / folder):
            during = world.make(DAY)
        assert during.outcome is RunOutcome.FAILED
        assert f"output.{folder}_dir" in " ".join(during.reasons)
        assert world.make(DAY).outcome is RunOutcome.COMPLETE
        assert same(world, untouched)
        assert world.calls == untouched.calls


def test_a_disk_without_room_for_a_post_keeps_the_old_one_whole(tmp_path: Path, untouched: World) -> None:
    with a_disk(tmp_path / "posts", "1m") as posts, a_world(tmp_path, NOON) as world:
        world.make(DAY)
        old, files = world.post(DAY), sorted(posts.iterdir())
        with suppress(OSError), (posts / "others").open("wb", buffering=0) as others:
            while True:
                others.write(bytes(4096))
        world.change(output={"notice": "A notice."})
        during = world.make(DAY)
        assert during.outcome is RunOutcome.FAILED
        assert "output.posts_dir" in " ".join(during.reasons)
        assert world.post(DAY) == old
        (posts / "others").unlink()
        assert sorted(posts.iterdir()) == files
        assert world.make(DAY).outcome is RunOutcome.COMPLETE
        assert world.post(DAY) != old
        assert world.calls == untouched.calls


def prompts(world: World) -> list[str]:
    return [json.dumps(each.body) for each in world.sandbox.model.requests if each.route == "chat"]


@pytest.mark.parametrize(
    ("megabytes", "with_history"),
    [(2, False), (3, False), (4, False), (6, False), (5, True), (6, True), (7, True), (8, True)],
)
def test_a_full_disk_of_any_size_loses_no_answer_that_came(tmp_path: Path, megabytes: int, with_history: bool) -> None:
    """`with_history`: as in a project, where Dagster's history and what its steps print are on the store's disk."""
    with a_disk(tmp_path / "disk", f"{megabytes}m") as disk, ExitStack() as stack:
        store = {"url": str(disk / "digest.duckdb")}
        with a_world(tmp_path, NOON, store=store, llm={"max_concurrency": 4}) as world:
            if with_history:
                world.instance = stack.enter_context(dg.DagsterInstance.local_temp(str(disk)))
            world.sandbox.model.latency_seconds = 0.02
            during = world.make(DAY)
            enlarge(disk, "200m")
            after = world.make(DAY)
            assert after.outcome is RunOutcome.COMPLETE
            asked = prompts(world)
            assert len(asked) == len(set(asked))
            if during.outcome is not RunOutcome.COMPLETE:
                assert during.outcome is RunOutcome.FAILED
                assert "Free" in " ".join(during.reasons)
