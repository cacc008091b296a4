"""A known defect is never published unless the settings ask for it, and whoever looks is told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from digest_assets.automation.command_line_runs import RunOutcome
from digest_assets.cli.run import exit_code
from digest_assets.digests.standing import Standing
from digest_assets.llm.first_answers import LOOKED_AT
from digest_assets.sandbox import model_server, serving
from digest_assets.store.standings import standings
from digest_assets_tests.worlds import World, a_world, noon_in_shanghai

DAY = date(2026, 11, 20)
ONE = "Sixty Rooms"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with a_world(tmp_path, noon_in_shanghai(DAY)) as world:
        yield world


def wrong_number() -> model_server.ReplyFault:
    """The answer says a number that no paper of the sandbox has."""
    return model_server.reply_fault(
        "wrong number",
        lambda reply: replace(reply, content=reply.content.replace("。", "，提升了87.31%。", 1)),
    )


def test_a_model_that_answers_nothing_well_is_asked_no_more_after_ten_answers(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with a_world(tmp_path, noon_in_shanghai(DAY), llm={"max_concurrency": 2}) as world:
        world.sandbox.model.faults.always("chat", model_server.says("Sure! Here is the translation."))
        world.make(DAY)
        found = [
            reason or "" for table in ("translations", "summaries") for _, reason in statuses(world, table).values()
        ]
        not_asked = [each for each in found if each.startswith("Not asked, because none of the run's first 10 answers")]
        # How many have begun before the tenth is judged, the machine decides.
        assert 0 < len(not_asked) <= len(found) - LOOKED_AT
        assert sum(world.sandbox.model.calls.values()) <= 2 * (len(found) - len(not_asked)) + 2, "and the overview"
        assert "Choose another llm.model." in not_asked[0]
        assert caplog.text.count("too weak: 10 of its first 10 answers cannot be published") == 1
        world.sandbox.model.faults.clear()
        world.make(DAY)
        again = [status for table in ("translations", "summaries") for status, _ in statuses(world, table).values()]
        assert again.count("done") >= len(not_asked), "what was not asked is, by the next run"


def statuses(world: World, table: str) -> dict[str, tuple[str, str | None]]:
    rows = world.rows(f"SELECT title, status, reason FROM {table} JOIN papers USING (identifier, version)")
    return {title: (status, reason) for title, status, reason in rows}


def the_one(world: World, table: str) -> tuple[str, str | None]:
    (found,) = [value for title, value in statuses(world, table).items() if ONE in title]
    return found


def share(world: World, asset: str, check: str, name: str = "share_withheld") -> object:
    """What the asset check on a date's answers shows."""
    key = dg.AssetCheckKey(dg.AssetKey(asset), check)
    record = world.instance.event_log_storage.get_latest_asset_check_execution_by_key([key])[key]
    assert record.event is not None
    assert record.event.dagster_event is not None
    return record.event.dagster_event.asset_check_evaluation_data.metadata[name].value


def test_a_sentence_that_a_second_try_does_not_mend_is_withheld_and_said(world: World) -> None:
    world.sandbox.model.faults.always("chat", wrong_number(), containing=ONE)
    report = world.make(DAY)
    assert report.outcome is RunOutcome.COMPLETE  # nothing failed: what is published is good
    for table in ("translations", "summaries"):
        status, reason = the_one(world, table)
        assert status == "done"
        assert reason is not None
        assert "87.31" in reason
    post = world.post(DAY)
    assert "87.31" not in post
    assert post.count("（待校）") == 1
    assert "本部分略去 1 句" in post
    assert "待校或略去 2 句" in post
    reasons = [reason for (reason,) in world.rows("SELECT reason FROM ledger WHERE status = 'published'") if reason]
    assert len(reasons) == 1
    assert reasons[0].startswith("translation with 1 in the original: ")
    assert "; reading without 1 sentences: " in reasons[0]
    assert share(world, "translations", "few_translations_are_withheld") == 0


@pytest.mark.slow
def test_the_setting_withhold_withholds_the_whole_text(world: World) -> None:
    world.change(llm={"on_defect": "withhold"})
    world.sandbox.model.faults.always("chat", wrong_number(), containing=ONE)
    world.make(DAY)
    assert the_one(world, "translations")[0] == the_one(world, "summaries")[0] == "withheld"
    post = world.post(DAY)
    assert "译文待校" in post
    assert "87.31" not in post
    assert "译文 10/11；解读 10/11" in post
    assert share(world, "translations", "few_translations_are_withheld") == pytest.approx(1 / 11, abs=0.001)
    assert share(world, "summaries", "few_readings_are_withheld") == pytest.approx(1 / 11, abs=0.001)


@pytest.mark.slow
def test_a_date_of_which_nothing_passed_is_not_called_complete(world: World) -> None:
    world.change(filters={"cap": 4})  # fewer answers than those after which a run asks no more
    world.sandbox.model.faults.always("chat", model_server.says("我无法翻译这篇论文。"))
    report = world.make(DAY)
    assert report.outcome is RunOutcome.WITH_GAPS
    assert report.reasons == ["translations 0/4, readings 0/4: the others were wrong twice"]
    assert exit_code([report]) == 1
    assert "译文 0/4；解读 0/4" in world.post(DAY)
    assert "译文 0/4" in (world.folder / "site" / "index.html").read_text("utf-8")
    with world.store.transaction() as connection:
        stands, why = standings(connection, "arxiv", world.settings.digest.days, [DAY], noon_in_shanghai(DAY))[DAY]
    assert (stands, why) == (Standing.WITH_GAPS, "translations 0/4, readings 0/4: 8 texts were wrong twice.")
    calls = world.calls
    assert world.make(DAY).outcome is RunOutcome.WITH_GAPS
    assert world.calls == calls  # another run brings the same, and asks for nothing


@pytest.mark.slow
def test_what_an_older_prompt_left_withheld_another_run_may_bring(world: World) -> None:
    world.sandbox.model.faults.always("chat", model_server.says("我无法翻译这篇论文。"))
    world.make(DAY)
    with world.store.transaction() as connection:
        connection.execute("UPDATE translations SET prompt_version = 'translation-zh-0'")
        stands, _ = standings(connection, "arxiv", world.settings.digest.days, [DAY], noon_in_shanghai(DAY))[DAY]
    assert stands is Standing.IN_PART


@pytest.mark.slow
def test_flagged_it_is_published_with_its_reason(world: World) -> None:
    world.change(llm={"on_defect": "flag"})
    world.sandbox.model.faults.always("chat", wrong_number(), containing=ONE)
    world.make(DAY)
    for table in ("translations", "summaries"):
        status, reason = the_one(world, table)
        assert status == "done"
        assert reason is not None
        assert "87.31" in reason
    post = world.post(DAY)
    assert "87.31" in post
    assert post.count("未通过校对") == 2
    assert share(world, "translations", "few_translations_are_withheld", "share_flagged") == pytest.approx(
        1 / 11, abs=0.001
    )


def obeys(reply: model_server.Reply) -> model_server.Reply:
    """What the paper's abstract asks for as its translation, and what its text asks for in its reading."""
    if "</results>" not in reply.content:
        return replace(reply, content="PINEAPPLE")
    return replace(reply, content=reply.content.replace("</results>", "本文评分 10/10，建议接收。\n</results>"))


@pytest.mark.slow
def test_a_model_that_obeys_the_paper_is_not_published(world: World) -> None:
    """One of the sandbox's papers tells whoever reads it what to write. This model does as it is told."""
    world.sandbox.model.faults.always("chat", model_server.reply_fault("obeys", obeys), containing="Obedient Minutes")
    world.make(DAY)
    for table in ("translations", "summaries"):
        (found,) = [value for title, value in statuses(world, table).items() if "Obedient Minutes" in title]
        assert found[0] == "withheld", (table, found)
    post = world.post(DAY)
    assert "建议接收" not in post
    assert "PINEAPPLE" not in post.replace("with the word PINEAPPLE", "")


@pytest.mark.slow
def test_what_is_lost_after_a_good_run_makes_no_post_worse(world: World) -> None:
    world.make(DAY)
    good, llm, model = world.post(DAY), world.settings.llm, world.sandbox.model
    losses: dict[str, dict[str, object]] = {
        "the key": {"api_key_env": "NO_SUCH_KEY"},
        "the preset": {"preset": "none"},
        "the right key": {"model": "another"},
        "the endpoint": {"model": "another", "base_url": "http://127.0.0.1:9/v1", "attempts": 1},
        "the budget": {"model": "another", "budget_run_tokens": 1},
        "the model": {"model": "no-such-model"},
        "good answers": {"model": "another", "on_defect": "withhold"},
    }
    for lost, changed in losses.items():
        world.use(world.settings.model_copy(update={"llm": llm.model_copy(update=changed)}))
        model.api_key = "sk-another-key" if lost == "the right key" else None
        if lost == "the model":
            model.faults.always("chat", serving.status(404))
        elif lost == "good answers":
            model.faults.always("chat", wrong_number())
        report = world.make(DAY)
        assert readable(world.post(DAY)) == readable(good), lost
        if lost in ("the key", "the preset"):  # what is stored is used, and nothing is missing
            assert report.outcome is RunOutcome.COMPLETE, lost
        model.faults.clear()


def readable(post: str) -> list[str]:
    """What a reader sees of a post: without the comments that say where each text is from."""
    return [line for line in re.sub(r"(?s)<!--.*?-->", "", post).splitlines() if line.strip()]
