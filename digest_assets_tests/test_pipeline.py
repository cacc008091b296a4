"""The whole pipeline on a mailing of invented papers: what is published, what is paid for, what survives a kill."""

from __future__ import annotations

import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import dagster as dg
import pytest
import stamina

from digest_assets.automation.command_line_runs import RunOutcome
from digest_assets.automation.dates import dates_due
from digest_assets.config import ArxivSettings
from digest_assets.digests.standing import Standing
from digest_assets.model import AnswerStatus, Figure, FullText, Paper, TextSource
from digest_assets.sandbox import arxiv_server, model_server, serving
from digest_assets.sandbox.papers import invented
from digest_assets.store.date_content import figure_to_show
from digest_assets.store.standings import standings
from digest_assets_tests.worlds import World, a_world, noon_in_shanghai

DAY = date(2026, 11, 20)
NOON = noon_in_shanghai(DAY)
NOON_MAILING = datetime(2026, 11, 20, 1, tzinfo=timezone.utc)
"""The mailing that DAY publishes."""

TABLES = {
    "windowed_papers": "digest_date, identifier, version, outcome, reason, late, in_window, withdrawn",
    "full_texts": "identifier, version, source, reason, sections, token_count",
    "translations": "digest_date, identifier, status, abstract, answer_key",
    "summaries": "digest_date, identifier, status, background, method, results, answer_key",
    "rendered_posts": "digest_date, path, sha256, announced, published, filtered, failed, late",
    "model_answers": "answer_key, answer",
}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with a_world(tmp_path, NOON) as world:
        yield world


@pytest.fixture
def unread(tmp_path: Path) -> Iterator[World]:
    """A world without a model: a third of a day's work, where what arXiv says is all that matters."""
    with a_world(tmp_path, NOON, llm={"preset": "none"}) as world:
        yield world


def content(world: World) -> dict[str, list[tuple[object, ...]]]:
    """Every row of the store that does not say when it was written."""
    return {table: sorted(world.rows(f"SELECT {columns} FROM {table}"), key=repr) for table, columns in TABLES.items()}


def test_a_day_is_published_complete(world: World) -> None:
    report = world.make(DAY)
    assert report.outcome is RunOutcome.COMPLETE
    assert report.post is not None
    assert report.post.announced == report.post.published >= 10
    post = world.post(DAY)
    assert post.count("\n## ") == report.post.published
    assert [row[0] for row in world.rows("SELECT DISTINCT source FROM full_texts ORDER BY 1")] == [
        "abstract",
        "html",
        "pdf",
    ]


@pytest.mark.slow
def test_a_day_made_again_costs_nothing_and_changes_nothing(world: World) -> None:
    world.make(DAY)
    before, calls, fetched = content(world), world.calls, full_text_requests(world)
    assert world.make(DAY).outcome is RunOutcome.COMPLETE
    assert content(world) == before
    assert (world.calls, full_text_requests(world)) == (calls, fetched)


def full_text_requests(world: World) -> int:
    return sum(1 for request in world.sandbox.arxiv.requests if "/html/" in request.path or "/pdf/" in request.path)


@pytest.mark.slow
def test_a_withdrawn_paper_is_marked_and_never_read(world: World) -> None:
    world.make(DAY)
    (identifier,) = [row[0] for row in world.rows("SELECT identifier FROM windowed_papers WHERE withdrawn")]
    assert world.rows("SELECT status, reason FROM summaries WHERE identifier = ?", identifier) == [
        (AnswerStatus.NOT_ASKED.value, "withdrawn")
    ]
    assert world.rows("SELECT count(*) FROM full_texts WHERE identifier = ?", identifier) == [(0,)]
    assert "已撤回" in world.post(DAY)


@pytest.mark.slow
def test_a_figure_is_shown_on_request_only(world: World) -> None:
    world.make(DAY)
    ((url,),) = world.rows("SELECT figure_url FROM full_texts WHERE figure_url IS NOT NULL")
    assert "![" not in world.post(DAY)
    world.change(output={"figures": True})
    world.make(DAY)
    assert f"![Figure]({url})" in world.post(DAY)


@pytest.mark.parametrize(
    ("licence", "is_shown"),
    [
        ("http://creativecommons.org/licenses/by/4.0/", True),
        ("http://creativecommons.org/licenses/by-nc-nd/4.0/", False),
        ("http://arxiv.org/licenses/nonexclusive-distrib/1.0/", False),
        (None, False),
    ],
)
def test_a_figure_is_shown_where_its_licence_lets_anybody_show_it(licence: str | None, is_shown: bool) -> None:
    paper = Paper("2601.00001", 1, "Title", "Abstract.", ("A. Author",), ("cs.SD",), NOON)
    figure = Figure("https://arxiv.org/html/2601.00001v1/x1.png", "A caption.")
    text = FullText("2601.00001", 1, TextSource.HTML, (), licence=licence, figure=figure)
    origins = ArxivSettings().origins
    assert (figure_to_show(paper, text, origins) == figure) is is_shown
    elsewhere = replace(text, figure=Figure("https://tracker.example/x1.png", ""))
    assert figure_to_show(paper, elsewhere, origins) is None


@pytest.mark.parametrize(
    ("llm", "outcome"),
    [({"preset": "none"}, RunOutcome.COMPLETE), ({"api_key_env": "SOME_MODEL_KEY"}, RunOutcome.IN_PART)],
)
def test_without_a_model_the_original_is_published_and_marked(
    world: World, llm: dict[str, str], outcome: RunOutcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SOME_MODEL_KEY", raising=False)
    world.change(llm=llm)
    report = world.make(DAY)
    assert report.outcome is outcome
    assert report.post is not None
    if outcome is RunOutcome.IN_PART:
        assert report.reasons == [f"{report.post.failed} papers: translation: no key is set in SOME_MODEL_KEY"]
        with world.store.transaction() as connection:
            (standing,) = standings(connection, "arxiv", world.settings.digest.days, [DAY], NOON).values()
        assert standing[0] is Standing.IN_PART
        assert (standing[1] or "").startswith("no key: ")
    assert world.calls == 0
    assert full_text_requests(world) == 0
    post = world.post(DAY)
    assert post.count("未翻译") >= report.post.published - 1  # the withdrawn one needs no translation
    assert "<details>" not in post


@pytest.mark.slow
def test_a_key_that_is_set_later_completes_the_day(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOME_MODEL_KEY", raising=False)
    world.change(llm={"api_key_env": "SOME_MODEL_KEY"})
    world.make(DAY)
    assert dates_due(world.settings, world.store, NOON) == []
    assert f"{DAY} until a key is set in SOME_MODEL_KEY" in retried(world)
    monkeypatch.setenv("SOME_MODEL_KEY", "secret-key-of-a-user")
    assert dates_due(world.settings, world.store, NOON) == [DAY]
    world.clock.instant = NOON + timedelta(hours=1)
    assert retried(world) == DAY.isoformat()
    assert world.make(DAY).outcome is RunOutcome.COMPLETE
    assert dates_due(world.settings, world.store, NOON) == []
    assert [row[0] for row in world.rows("SELECT DISTINCT status FROM translations WHERE reason IS NULL")] == ["done"]
    assert b"secret-key-of-a-user" not in world.store.path.read_bytes()


def retried(world: World) -> str:
    """What the sensor `unbalanced_digests` asks for, or why nothing."""
    resources = {"settings": world.settings, "store": world.store, "clock": world.clock}
    definitions = world.definitions
    with dg.build_sensor_context(instance=world.instance, definitions=definitions, resources=resources) as context:
        data = definitions.get_sensor_def("unbalanced_digests").evaluate_tick(context)
    return " ".join(each.partition_key or "" for each in data.run_requests or []) or data.skip_message or ""


@pytest.mark.slow
def test_a_paper_whose_calls_fail_stays_in_the_post_and_turns_the_day_red(world: World) -> None:
    world.change(llm={"attempts": 1})
    world.sandbox.model.faults.always("chat", model_server.server_error(), containing="Sixty Rooms")
    report = world.make(DAY)
    assert report.outcome is RunOutcome.IN_PART
    assert report.post is not None
    assert (report.post.failed, report.post.announced) == (1, report.post.published + 1)
    post = world.post(DAY)
    assert "Sixty Rooms" in post
    assert post.count("\n## ") == report.post.announced
    calls = world.calls
    world.sandbox.model.faults.clear()
    assert world.make(DAY).outcome is RunOutcome.COMPLETE
    assert world.calls == calls + 3  # what had failed, and the overview with its gist


@pytest.mark.slow
def test_what_no_further_call_can_survive_fails_the_run_in_one_line(world: World) -> None:
    model = world.sandbox.model
    mistakes: dict[str, dict[str, object]] = {
        "llm.model": {"model": "no-such-model"},
        "llm.base_url": {"base_url": "http://127.0.0.1:9/v1"},
        "quota": {},
        "key": {},
    }
    for words, mistake in mistakes.items():
        world.change(llm={"attempts": 1, "model": model.model, "base_url": model.base_url, **mistake})
        if words == "quota":
            model.faults.always("chat", model_server.insufficient_quota())
        model.api_key = "another-key" if words == "key" else None
        report = world.make(DAY)
        assert report.outcome is RunOutcome.FAILED, words
        assert len(report.reasons) == 1, words
        assert words in report.reasons[0]
        assert "Traceback" not in report.reasons[0]
        assert not (world.folder / "posts").exists()
        model.faults.clear()
    model.api_key = None
    assert world.make(DAY).outcome is RunOutcome.COMPLETE


@pytest.mark.slow
def test_an_arxiv_that_misbehaves_fails_the_run_in_one_line_and_harms_nothing(unread: World) -> None:
    before = DAY - timedelta(days=1)
    unread.make(before, noon_in_shanghai(before))
    stored, earlier = content(unread), unread.post(before)
    for fault in (
        arxiv_server.maintenance(),
        arxiv_server.rate_limited(),
        arxiv_server.unavailable(),
        arxiv_server.not_acceptable(),
        serving.truncated(),
        serving.empty_body(),
        serving.empty_page(),  # with a total that says otherwise
        serving.closed(),
    ):
        unread.sandbox.arxiv.faults.always("api", fault)
        unread.sandbox.arxiv.faults.always("feed", fault)
        unread.sandbox.arxiv.faults.always("oai", arxiv_server.unavailable())
        with stamina.set_testing(True, attempts=2):
            report = unread.make(DAY, NOON)
        assert report.outcome is RunOutcome.FAILED, fault.name
        assert len(report.reasons) == 1, fault.name
        assert "arxiv.api_url" in report.reasons[0], fault.name
        assert (content(unread), unread.post(before)) == (stored, earlier), fault.name
        unread.sandbox.arxiv.faults.clear()
    assert unread.make(DAY, NOON).outcome is RunOutcome.COMPLETE


@pytest.mark.slow
def test_a_feed_that_is_down_is_carried_by_the_api(unread: World) -> None:
    unread.sandbox.arxiv.faults.always("feed", arxiv_server.unavailable())
    with stamina.set_testing(True, attempts=2):
        assert unread.make(DAY).outcome is RunOutcome.COMPLETE
    assert unread.rows("SELECT source FROM fetches WHERE error IS NOT NULL") == [("feed",)]


@pytest.mark.slow
def test_an_api_that_is_down_is_carried_by_the_feed_of_the_day(unread: World) -> None:
    evening = NOON + timedelta(hours=4)  # the feed turns at midnight in New York
    unread.sandbox.arxiv.faults.always("api", arxiv_server.unavailable())
    with stamina.set_testing(True, attempts=2):
        report = unread.make(DAY, evening)
    assert report.outcome is RunOutcome.COMPLETE
    assert report.post is not None
    assert report.post.published >= 10


@pytest.mark.slow
def test_an_api_and_a_feed_that_are_down_are_carried_by_oai(unread: World) -> None:
    for route in ("api", "feed"):
        unread.sandbox.arxiv.faults.always(route, arxiv_server.unavailable())
    with stamina.set_testing(True, attempts=2):
        report = unread.make(DAY)
    assert report.outcome is RunOutcome.COMPLETE
    assert report.post is not None
    assert report.post.published >= 10
    assert unread.rows("SELECT source FROM fetches WHERE error IS NULL") == [("oai",)]


@pytest.mark.slow
def test_late_papers_go_to_the_next_date(unread: World) -> None:
    before = DAY - timedelta(days=1)
    unread.make(before, noon_in_shanghai(before))
    unread.make(DAY, NOON)
    claimed = [row[0] for row in unread.rows("SELECT identifier FROM windowed_papers")]
    assert len(claimed) == len(set(claimed))


@pytest.mark.slow
@pytest.mark.parametrize("first", [17, 19])
def test_wherever_a_backfill_begins_each_date_publishes_its_own_mailing(tmp_path: Path, first: int) -> None:
    days = [date(2026, 11, day) for day in range(first, 21)]
    later = noon_in_shanghai(date(2026, 11, 22))
    with a_world(tmp_path, later, invented(NOON_MAILING), llm={"preset": "none"}) as world:
        # The last that a listing of these categories said of each paper: a cross-list comes after "new" elsewhere.
        expected = {
            each.paper.identifier: world.settings.digest.days.date_announced(each.announced_at)
            for each in world.sandbox.papers
            if not each.kind.is_replacement
        }
        for day in days:
            world.make(day, later)
        published = dict(world.rows("SELECT identifier, digest_date FROM windowed_papers"))
    assert published == {identifier: day for identifier, day in expected.items() if day in days}


@pytest.mark.slow
def test_before_its_mailing_a_date_publishes_nothing_and_says_when(unread: World) -> None:
    too_early = datetime(2026, 11, 20, 0, 55, tzinfo=timezone.utc)
    report = unread.make(DAY, too_early)
    assert report.outcome is RunOutcome.NOT_YET
    assert "09:00" in report.reasons[0]
    assert not (unread.folder / "posts").exists()
    assert unread.make(DAY, NOON).outcome is RunOutcome.COMPLETE


@pytest.mark.slow
def test_an_index_that_lags_is_waited_for(unread: World) -> None:
    unread.sandbox.arxiv.index_lag = timedelta(hours=30)
    report = unread.make(DAY, NOON)
    assert report.outcome is RunOutcome.NOT_YET
    unread.sandbox.arxiv.index_lag = timedelta()
    assert unread.make(DAY, NOON + timedelta(hours=1)).outcome is RunOutcome.COMPLETE


def test_a_date_of_which_nothing_was_seen_has_no_post_and_says_why(tmp_path: Path) -> None:
    """As on a holiday that nobody knew: it stays a date, which is made and empty."""
    with a_world(tmp_path, NOON + timedelta(days=2), papers=[]) as world:
        report = world.make(DAY)
        assert report.outcome is RunOutcome.EMPTY
        assert "Nothing was seen within a day" in report.reasons[0]
        (run,) = world.instance.get_runs()
        assert run.tags["digest/no_papers"] == report.reasons[0]
        assert not (world.folder / "posts").exists()


KILLED_RUN = """
import pickle, sys
from pathlib import Path
from digest_assets.definitions import build_defs
from digest_assets.resources.clock import SetClock
import dagster as dg
from digest_assets.assets.of_a_digest import Place
from digest_assets.automation.command_line_runs import run_date
from digest_assets.store.opening import open_store

settings, now, day = pickle.loads(Path(sys.argv[1]).read_bytes())
store = open_store(settings)
place = Place.of(settings)
run_date(build_defs(settings, clock=SetClock(now)), dg.DagsterInstance.ephemeral(), store, place, day)
"""


@pytest.mark.slow
def test_a_run_that_is_killed_goes_on_where_it_stopped(tmp_path: Path) -> None:
    with a_world(tmp_path / "whole", NOON) as untouched:
        untouched.make(DAY)
        expected, all_calls = content(untouched), untouched.calls
    for answers in (0, 7, 15):
        with a_world(tmp_path / str(answers), NOON, llm={"max_concurrency": 1}) as world:
            kill_a_run_after(world, answers)
            report = world.make(DAY)
            assert report.outcome is RunOutcome.COMPLETE
            assert content(world) == expected
            # One call was under way when the process died: what it would have said, nobody can know.
            assert all_calls <= world.calls <= all_calls + 1
            assert world.rows("SELECT count(*) FROM model_answers") == [(all_calls,)]


def kill_a_run_after(world: World, answers: int) -> None:
    """Starts a run in a process of its own, and kills it when it waits for the answer after so many."""
    asked = threading.Event()

    def hold(reply: model_server.Reply) -> model_server.Reply:
        world.sandbox.model.latency_seconds = 2
        asked.set()
        return reply

    world.sandbox.model.faults.add("chat", *[None] * answers, model_server.reply_fault("held", hold))
    arguments = world.folder / "run.pickle"
    world.folder.mkdir(parents=True, exist_ok=True)
    arguments.write_bytes(pickle.dumps((world.settings, world.clock.instant, DAY)))
    with subprocess.Popen(
        [sys.executable, "-c", KILLED_RUN, str(arguments)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        assert asked.wait(60)
        process.send_signal(signal.SIGKILL)
    world.sandbox.model.latency_seconds = 0
