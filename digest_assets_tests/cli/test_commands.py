"""The commands that make digests and those that look at them, against the sandbox: what they do, print and return."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from digest_assets.config import load_settings
from digest_assets.llm.asking import key_of
from digest_assets.llm.prompts import earlier_translation_messages
from digest_assets.resources.clock import SystemClock
from digest_assets.resources.model_access import ModelAccess
from digest_assets.sandbox import model_server
from digest_assets.store.answers import lacking_gists
from digest_assets.store.connection import DigestStore
from digest_assets_tests.cli.command_line import CommandLine, a_command_line
from digest_assets_tests.test_pipeline import NOON

pytestmark = pytest.mark.slow
Captured = pytest.CaptureFixture[str]
THURSDAY, FRIDAY = "2026-11-19", "2026-11-20"


@pytest.fixture
def digest(tmp_path: Path) -> Iterator[CommandLine]:
    with a_command_line(tmp_path, NOON) as each:
        yield each


@pytest.fixture
def unread(digest: CommandLine) -> CommandLine:
    """Without a model: a third of a day's work, where answers do not matter."""
    digest.set(DIGEST__LLM__PRESET="none")
    return digest


def set_time(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    monkeypatch.setattr(SystemClock, "now", lambda _: now)


def test_run_makes_the_newest_then_what_was_missed_and_then_nothing(unread: CommandLine, capsys: Captured) -> None:
    assert unread(capsys, "run", "2026-11-18").code == 0
    said = unread(capsys, "run", "--json")
    assert said.code == 0
    assert [(each["date"], each["outcome"]) for each in said.json["dates"]] == [
        (THURSDAY, "complete"),
        (FRIDAY, "complete"),
    ]
    assert said.json["exit_code"] == 0
    post = unread.folder / said.json["dates"][1]["path"]
    assert post.read_text("utf-8").startswith("---\n")
    again = unread(capsys, "run")
    assert again.code == 0
    assert "Nothing is due" in again.out


def test_a_post_that_somebody_edited_is_kept_and_the_command_says_so(unread: CommandLine, capsys: Captured) -> None:
    unread(capsys, "run", THURSDAY)
    post = unread.folder / "posts" / f"{THURSDAY}-arxiv.md"
    post.write_text(post.read_text("utf-8") + "A line of my own.\n", "utf-8")
    said = unread(capsys, "run", THURSDAY)
    assert "was edited by hand and is kept" in said.out
    assert post.read_text("utf-8").endswith("A line of my own.\n")
    post.unlink()
    assert "edited by hand" not in unread(capsys, "run", THURSDAY).out
    assert post.exists()


def test_the_summary_shows_the_whole_path_of_the_post_in_a_narrow_terminal(
    unread: CommandLine, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    said = unread(capsys, "run", THURSDAY)
    assert f"posts/{THURSDAY}-arxiv.md" in said.out
    assert "announced" in said.out


def test_what_was_made_can_be_looked_at(digest: CommandLine, capsys: Captured) -> None:
    digest.write(
        '[digest]\nfirst_date = "2026-11-02"\n[filters]\nexclude_keywords = ["whisper"]\n'
        '[llm.prices]\nsandbox-zh = { input = "1", output = "4" }\n'
    )
    assert digest(capsys, "run", "--from", THURSDAY, "--to", "2026-11-20").code == 0

    days = {each["date"]: each for each in digest(capsys, "status", "--json").json["dates"]}
    assert {day: each["standing"] for day, each in days.items() if day >= "2026-11-14"} == {
        "2026-11-14": "no mailing",
        "2026-11-15": "no mailing",
        "2026-11-16": "not made",
        "2026-11-17": "not made",
        "2026-11-18": "not made",
        THURSDAY: "complete",
        FRIDAY: "complete",
    }
    assert days[FRIDAY]["announced"] == days[FRIDAY]["published"] + days[FRIDAY]["filtered"]
    assert f"20 + {days[FRIDAY]['published']}" in digest(capsys, "status").out

    papers = digest(capsys, "show", FRIDAY, "--json").json["papers"]
    assert len(papers) == days[FRIDAY]["announced"]
    dropped = [each for each in papers if each["outcome"] == "filtered"]
    assert [each["reason"] for each in dropped] == ["keyword"]
    assert f"{dropped[0]['paper']}: filtered: keyword" in digest(capsys, "show", FRIDAY).out

    read = next(each for each in papers if each["reading"] == "done")
    detail = digest(capsys, "show", FRIDAY, read["paper"], "--text", "--json").json
    assert all(detail[part] for part in ("translated_abstract", "background", "method", "results"))
    assert sum(len(section["text"]) for section in detail["sections"]) > 1000
    assert read["title"] in digest(capsys, "show", FRIDAY, read["paper"]).out
    texts = [digest(capsys, "show", FRIDAY, each["paper"], "--json").json for each in papers if each["text"] == "html"]
    known = next(each for each in texts if each["affiliations"])
    assert "; ".join(known["affiliations"]) in digest(capsys, "show", FRIDAY, known["paper"]).out
    unknown = digest(capsys, "show", FRIDAY, "9901.00001")
    assert (unknown.code, "is not a paper of" in unknown.error) == (1, True)

    used = digest(capsys, "usage", "--json").json
    assert used["days"][0]["calls"] == sum(
        1 for request in digest.sandbox.model.requests if request.path.endswith("/chat/completions")
    )
    tokens = used["days"][0]
    assert float(used["money"]) == pytest.approx((tokens["input_tokens"] + 4 * tokens["output_tokens"]) / 1e6)
    assert "In all: 0." in digest(capsys, "usage").out

    counts = digest(capsys, "export", "--json").json
    assert counts["windowed_papers"] == sum(each["announced"] or 0 for each in days.values())
    for suffix, reader in (("parquet", "read_parquet"), ("json", "read_json"), ("csv", "read_csv")):
        for table in ("windowed_papers", "full_texts", "ledger"):
            target = digest.folder / "out" / f"{table}.{suffix}"
            assert digest(capsys, "export", table, "--to", str(target)).code == 0
            assert duckdb.sql(f"SELECT count(*) FROM {reader}('{target}')").fetchall() == [(counts[table],)]
    assert not list((digest.folder / "out").glob(".export*"))


def test_backfill_goes_on_where_it_stopped(unread: CommandLine, capsys: Captured) -> None:
    assert unread(capsys, "backfill", "--from", FRIDAY).code == 0
    said = unread(capsys, "backfill", "--from", "2026-11-14", "--json")
    assert said.code == 0
    assert [each["date"] for each in said.json["dates"]] == [f"2026-11-{day}" for day in range(16, 20)]
    assert {each["outcome"] for each in said.json["dates"]} <= {"complete", "empty"}
    done = unread(capsys, "backfill", "--from", "2026-11-14")
    assert (done.code, done.out) == (0, "")
    assert "0 to make" in done.err


def as_an_earlier_version_left_it(digest: CommandLine) -> int:
    """Makes of all answers about abstracts those to the prompt that asked for a translation alone; how many."""
    settings = load_settings()
    rules = ModelAccess(settings.llm, settings.root, categories=settings.digest.categories).rules("zh")
    with DigestStore(digest.folder / "data" / "digest.duckdb").transaction() as connection:
        connection.execute("UPDATE translations SET gist = NULL, topics = NULL, prompt_version = 'translation-zh-1'")
        (papers,) = lacking_gists(connection, settings.digest.name, date(2026, 11, 1), date(2026, 11, 30)).values()
        for paper in papers:
            (prompt,) = earlier_translation_messages(paper, "zh", rules.audience, rules.glossary_of(paper))
            connection.execute(
                "UPDATE model_answers SET answer_key = ?, prompt_version = ?, answer = (SELECT abstract FROM "
                "translations t WHERE t.identifier = model_answers.identifier) "
                "WHERE kind = 'translation' AND identifier = ?",
                [key_of(prompt, rules), prompt.version, paper.identifier],
            )
    return len(papers)


def test_gists_that_are_missing_are_asked_for_alone_after_it_was_said_what_they_cost(
    digest: CommandLine, capsys: Captured
) -> None:
    prices = '[llm.prices]\nsandbox-zh = { input = "10", output = "40" }\n'
    digest.write(f'[digest]\nfirst_date = "2026-11-02"\n{prices}')
    assert digest(capsys, "run", FRIDAY).code == 0
    paid = Counter(digest.sandbox.model.calls)
    assert "No paper lacks a gist." in digest(capsys, "backfill", "--missing", "gists").err
    papers = as_an_earlier_version_left_it(digest)
    said = digest(capsys, "backfill", "--missing", "gists", "--dry-run")
    assert (said.code, digest.sandbox.model.calls) == (0, paid)
    assert f"{papers} papers of 1 dates lack a gist: {papers + 1} small calls with their overviews" in said.err
    (told,) = (int(each.replace(",", "")) for each in re.findall(r"([\d,]+) tokens in", said.err))
    assert " by llm.prices" in said.err
    assert digest(capsys, "backfill", "--missing", "gists").code == 0
    # The same gists make the same overview, which is held.
    assert digest.sandbox.model.calls - paid == {model_server.GIST: papers}
    with DigestStore(digest.folder / "data" / "digest.duckdb").transaction() as connection:
        ((took,),) = connection.execute("SELECT sum(input_tokens) FROM model_answers WHERE kind = 'gist'").fetchall()
    assert 0.7 * took < told < 1.6 * took
    assert "No paper lacks a gist." in digest(capsys, "backfill", "--missing", "gists").err


def test_a_backfill_that_cannot_succeed_stops_early_and_says_so(digest: CommandLine, capsys: Captured) -> None:
    digest.set(DIGEST__LLM__MODEL="no-such-model", DIGEST__LLM__ATTEMPTS="1")
    said = digest(capsys, "backfill", "--from", "2026-11-16", "--to", FRIDAY)
    assert said.code == 1
    assert said.out.count("llm.model") == 3
    assert "2 dates were not tried" in said.out


def test_a_date_before_its_mailing_is_exit_code_3(
    unread: CommandLine, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_time(monkeypatch, datetime.fromisoformat("2026-11-20T00:55:00+00:00"))
    said = unread(capsys, "run", FRIDAY)
    assert said.code == 3
    assert "09:00" in said.out
    status = {each["date"]: each for each in unread(capsys, "status", "--json").json["dates"]}
    assert status[FRIDAY]["standing"] == "not yet"
    set_time(monkeypatch, NOON)
    assert unread(capsys, "run", FRIDAY).code == 0


def test_a_weekend_has_no_digest_and_nobody_is_asked(
    digest: CommandLine, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_time(monkeypatch, NOON + timedelta(days=1))
    said = digest(capsys, "run", "2026-11-21", "--json")
    assert said.code == 0
    assert said.json["dates"][0]["outcome"] == "empty"
    assert "Friday" in said.json["dates"][0]["reasons"][0]
    assert digest.sandbox.arxiv.requests == []


def test_a_weekend_that_an_earlier_version_gave_late_papers_is_made_again(
    unread: CommandLine, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_time(monkeypatch, NOON + timedelta(days=1))
    assert unread(capsys, "run", FRIDAY).code == 0
    with duckdb.connect(str(unread.folder / "data" / "digest.duckdb")) as store:
        dated = "SELECT table_name FROM duckdb_columns() JOIN duckdb_tables() USING (table_name) WHERE column_name = ?"
        for (table,) in store.execute(dated, ["digest_date"]).fetchall():
            store.execute(f"UPDATE {table} SET digest_date = '2026-11-21' WHERE digest_date = '{FRIDAY}'")
    said = unread(capsys, "run", "2026-11-21", "--json")
    assert (said.code, said.json["dates"][0]["outcome"]) == (0, "complete")


def test_a_paper_that_failed_is_exit_code_1_and_a_line(digest: CommandLine, capsys: Captured) -> None:
    digest.set(DIGEST__LLM__ATTEMPTS="1")
    digest.sandbox.model.faults.always("chat", model_server.server_error(), containing="Sixty Rooms")
    said = digest(capsys, "run", FRIDAY, "--json")
    assert said.code == 1
    assert said.json["dates"][0]["outcome"] == "in part"
    assert (said.json["dates"][0]["failed"], len(said.json["dates"][0]["reasons"])) == (1, 1)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (
            {f"DIGEST__ARXIV__{name}_URL": "http://nowhere.invalid/" for name in ("API", "FEED", "OAI")},
            "arxiv.api_url",
        ),
        ({"DIGEST__LLM__MODEL": "no-such-model"}, "llm.model"),
        ({"DIGEST__LLM__API_KEY_ENV": "ANOTHER_KEY"}, "ANOTHER_KEY"),
    ],
    ids=["unreachable arXiv", "unknown model", "wrong key"],
)
def test_what_is_wrong_with_the_world_fails_the_run_in_one_line(
    digest: CommandLine, capsys: Captured, settings: dict[str, str], words: str
) -> None:
    digest.set(ANOTHER_KEY="sk-wrong", DIGEST__LLM__ATTEMPTS="1", **settings)
    began = datetime.now()  # noqa: DTZ005 - how long a person waits
    said = digest(capsys, "run", THURSDAY)
    assert said.code == 1
    assert (datetime.now() - began).total_seconds() < 60  # noqa: DTZ005
    reasons = [line for line in said.out.splitlines() if line.startswith(f"{THURSDAY}: ")]
    assert len(reasons) == 1
    assert words in reasons[0]
    assert "Traceback" not in said.out + said.err
    assert "sk-wrong" not in said.out + said.err
    assert not (digest.folder / "posts").exists()
    assert digest(capsys, "status", "--json").json["dates"][-2]["date"] == date(2026, 11, 19).isoformat()


def test_another_name_zone_and_cap_are_those_of_post_and_reasons(
    digest: CommandLine, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest.set(
        DIGEST__DIGEST__NAME="speech-daily",
        DIGEST__DIGEST__TIMEZONE="Europe/Berlin",
        DIGEST__FILTERS__CAP="3",
        DIGEST__LLM__PRESET="none",
    )
    said = digest(capsys, "run", FRIDAY)
    assert said.code == 2
    assert "exists from 2026-11-20 08:50 (Europe/Berlin) on" in said.error

    set_time(monkeypatch, NOON + timedelta(hours=6))
    (made,) = digest(capsys, "run", FRIDAY, "--json").json["dates"]
    assert (made["published"], made["announced"] - made["filtered"]) == (3, 3)
    assert made["path"] == f"posts/{FRIDAY}-speech-daily.md"
    shown = digest(capsys, "show", FRIDAY, "--json").json["papers"]
    reasons = [each["reason"] for each in shown if each["outcome"] == "filtered"]
    assert len(reasons) == made["filtered"]
    assert set(reasons) == {"cap"}
