"""Several digests in one project: what each has of its own, and that what they share is fetched and paid for once."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from digest_assets.assets.of_a_digest import Place
from digest_assets.automation.failures import is_of
from digest_assets.config import load_digests
from digest_assets.definitions import build_defs
from digest_assets.errors import ConfigurationError
from digest_assets.llm.asking import AskingRules
from digest_assets.model import Paper
from digest_assets.resources.clock import SetClock
from digest_assets.resources.model_access import ModelAccess
from digest_assets.resources.topics import rules_by_paper, rules_of, topics_of_digest
from digest_assets_tests.cli.command_line import DAGSTER, CommandLine, a_command_line, in_a_process
from digest_assets_tests.test_pipeline import NOON

DAY = "2026-11-20"
SPEECH = '[digest]\ncategories = ["eess.AS"]\nfirst_date = "2026-11-02"\n'
SOUND = '[digest]\ncategories = ["cs.SD"]\n'
LANGUAGE = '[digest]\ncategories = ["cs.CL"]\n'


@pytest.fixture
def digest(tmp_path: Path) -> Iterator[CommandLine]:
    """A project of the digest of digest.toml, `arxiv`, and one of another field, `language`, which share papers."""
    with a_command_line(tmp_path / "project", NOON) as digest:
        digest.write(SPEECH)
        beside(digest, "language", LANGUAGE)
        yield digest


def beside(digest: CommandLine, name: str, toml: str) -> None:
    file = digest.folder / "digests" / f"{name}.toml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(toml, "utf-8")


def rows(digest: CommandLine, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(digest.folder / "data" / "digest.duckdb"), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def calls(digest: CommandLine) -> list[str]:
    return [json.dumps(each.body) for each in digest.sandbox.model.requests if each.route == "chat"]


def fetched(digest: CommandLine) -> list[str]:
    return [each.path for each in digest.sandbox.arxiv.requests if "/html/" in each.path or "/pdf/" in each.path]


SHARED = "SELECT identifier FROM windowed_papers GROUP BY identifier HAVING count(DISTINCT digest) = 2"
ANSWERS = "SELECT identifier, kind FROM model_answers WHERE kind IN ('translation', 'reading')"


@pytest.mark.slow
def test_what_digests_share_is_fetched_and_paid_for_once_and_the_rest_is_each_one_s(
    digest: CommandLine, capsys: pytest.CaptureFixture[str]
) -> None:
    alone = digest(capsys, "run", DAY, "--digest", "arxiv", "--json")
    assert (alone.code, alone.json["digest"]) == (0, "arxiv")
    before = (digest.folder / "posts" / f"{DAY}-arxiv.md").read_text("utf-8")
    said = digest(capsys, "run", DAY, "--json")
    assert said.code == 0, said
    first, second = said.json["digests"]
    assert [first["digest"], second["digest"]] == ["arxiv", "language"]

    kept = rows(digest, "SELECT DISTINCT identifier FROM windowed_papers WHERE NOT withdrawn")
    shared = rows(digest, SHARED)
    assert len(shared) >= 3
    assert len(kept) > max(first["dates"][0]["published"], second["dates"][0]["published"])
    answers = rows(digest, ANSWERS)
    assert sorted(answers) == sorted((paper, kind) for (paper,) in kept for kind in ("reading", "translation"))
    assert len(calls(digest)) == len(answers) + 2, "one more each, for its overview"
    assert sorted(fetched(digest)) == sorted(set(fetched(digest)))

    post = (digest.folder / "posts" / f"{DAY}-language.md").read_text("utf-8")
    for (paper,) in shared:
        assert f"arxiv.org/abs/{paper}" in post
        assert f"arxiv.org/abs/{paper}" in before
    assert (digest.folder / "posts" / f"{DAY}-arxiv.md").read_text("utf-8") == before
    assert (digest.folder / "site" / "language" / "d" / f"{DAY}.html").is_file()
    page = (digest.folder / "site" / "digests.html").read_text("utf-8")
    assert 'href="./index.html"' in page
    assert 'href="language/index.html"' in page
    assert 'href="../digests.html"' in (digest.folder / "site" / "language" / "index.html").read_text("utf-8")

    status = digest(capsys, "status", "--from", DAY, "--to", DAY, "--json").json
    assert [(each["digest"], each["dates"][0]["standing"]) for each in status["digests"]] == [
        ("arxiv", "complete"),
        ("language", "complete"),
    ]
    assert digest(capsys, "show", DAY).code == 2
    assert digest(capsys, "show", DAY, "--digest", "language", "--json").json["digest"] == "language"
    published = digest(capsys, "publish", "--to", str(digest.folder / "out"), "--json").json
    assert published["files"] > 0
    for name in ("digests.html", "language/index.html", f"posts/{DAY}-language.md", f"posts/{DAY}-arxiv.md"):
        assert (digest.folder / "out" / name).is_file()
    assert "language" in (digest.folder / "out" / "language" / "index.html").read_text("utf-8")


@pytest.mark.slow
def test_digests_that_run_at_the_same_time_share_what_they_ask_for(digest: CommandLine, tmp_path: Path) -> None:
    digest.sandbox.model.latency_seconds = 0.2
    processes = []
    for name in ("arxiv", "language"):
        home = tmp_path / name
        home.mkdir()
        (home / "dagster.yaml").write_text(DAGSTER)
        processes.append(
            subprocess.Popen(
                in_a_process(NOON, "run", DAY, "--digest", name, "--json"),
                cwd=digest.folder,
                env={**os.environ, **digest.environment, "DAGSTER_HOME": str(home)},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
    said = [each.communicate() for each in processes]
    assert [each.returncode for each in processes] == [0, 0], said
    assert rows(digest, SHARED)
    kept = rows(digest, "SELECT DISTINCT identifier FROM windowed_papers WHERE NOT withdrawn")
    assert len(rows(digest, ANSWERS)) == 2 * len(kept)
    for asked in (calls(digest), fetched(digest)):
        assert sorted(asked) == sorted(set(asked))
    assert len(calls(digest)) == 2 * len(kept) + 2


@pytest.mark.slow
def test_a_digest_that_was_taken_away_is_kept_and_told_of_and_no_page_leads_to_it(
    digest: CommandLine, capsys: pytest.CaptureFixture[str]
) -> None:
    digest.set(DIGEST__LLM__PRESET="none", DIGEST__LLM__BASE_URL="", DIGEST__LLM__MODEL="")
    assert digest(capsys, "run", DAY, "--json").code == 0
    page, site = digest.folder / "site" / "digests.html", digest.folder / "site" / "language"
    for link in (f"./d/{DAY}.html", f"language/d/{DAY}.html"):
        assert f'<a href="{link}"><time datetime="{DAY}">{DAY}</time></a>' in page.read_text("utf-8")
        assert (page.parent / link).is_file()
    dates = ("--from", DAY, "--to", DAY, "--json")
    assert digest(capsys, "status", *dates, "--digest", "language").json["taken_away"] == []

    (digest.folder / "digests" / "language.toml").unlink()
    assert digest(capsys, "run", DAY, "--json").code == 0
    assert "language/" not in page.read_text("utf-8")
    assert f'href="./d/{DAY}.html"' in page.read_text("utf-8")
    assert (site / "d" / f"{DAY}.html").is_file()
    left = digest(capsys, "status", *dates).json["taken_away"]
    assert left == [{"digest": "language", "posts": 1, "site": str(site)}]
    told = next(each for each in digest(capsys, "doctor", "--json").json if each["subject"] == "taken away")
    assert told["is_well"] is None
    assert "1 post (*-language.md) and its site in" in told["text"]

    shutil.rmtree(site)
    (digest.folder / "posts" / f"{DAY}-language.md").unlink()
    assert digest(capsys, "status", *dates).json["taken_away"] == []


# --- settings


def project(folder: Path, common: str, **beside: str) -> Path:
    """A project of these files; its digest.toml."""
    (folder / "digests").mkdir()
    for name, toml in beside.items():
        (folder / "digests" / f"{name}.toml").write_text(toml, "utf-8")
    (folder / "digest.toml").write_text(common, "utf-8")
    return folder / "digest.toml"


def test_a_digest_beside_says_what_is_its_own_and_has_the_rest_from_digest_toml(tmp_path: Path) -> None:
    common = '[digest]\ncategories = ["eess.AS"]\ntimezone = "Europe/Berlin"\n[llm]\nmodel = "m"\n[filters]\ncap = 9\n'
    common += '[output]\nsite_url = "https://a.test/x"\n'
    own = '[digest]\ncategories = ["cs.CL"]\nlanguage = "en"\n[filters]\ncap = 3\n'
    own += '[[interests]]\nname = "tones"\nkeywords = ["tone"]\n'
    first, second = load_digests(project(tmp_path, common, language=own))
    assert (first.digest.name, second.digest.name) == ("arxiv", "language")
    assert (second.digest.categories, second.digest.language, second.digest.timezone) == (
        ("cs.CL",),
        "en",
        "Europe/Berlin",
    )
    assert (first.filters.cap, second.filters.cap) == (9, 3)
    assert (first.interests, [each.name for each in second.interests]) == ((), ["tones"])
    assert first.llm == second.llm
    assert (second.output.site_dir, second.output.site_url) == ("site/language", "https://a.test/x/language/")
    assert first.output.site_dir == "site"


def test_a_digest_toml_that_chooses_no_digest_says_only_what_is_common(tmp_path: Path) -> None:
    config = project(tmp_path, '[llm]\nmodel = "m"\n', speech=SPEECH, sound=SOUND)
    digests = load_digests(config)
    assert [each.digest.name for each in digests] == ["sound", "speech"]
    assert {each.overview_page for each in digests} == {tmp_path / "site" / "index.html"}


def test_a_project_without_the_folder_is_one_digest(tmp_path: Path) -> None:
    (tmp_path / "digest.toml").write_text("", "utf-8")
    (one,) = load_digests(tmp_path / "digest.toml")
    assert (one.project, one.before, one.overview_page, one.is_beside) == ((), (), None, False)


def test_the_environment_goes_before_digest_toml_and_after_what_a_digest_says_of_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIGEST__DIGEST__LANGUAGE", "ja")
    config = project(tmp_path, SPEECH, sound=SOUND, tones=SOUND + 'language = "en"\n')
    assert [each.digest.language for each in load_digests(config)] == ["ja", "ja", "en"]


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ('[digest]\ncategories = ["cs.XX"]\n', "sound.toml"),
        (SOUND + "cap = 3\n", "there is no setting digest.cap"),
        (SOUND + '[llm]\nmodel = "m"\n', "[llm]"),
        (SOUND + '[store]\nurl = "elsewhere"\n', "[store]"),
        (SOUND + 'name = "other"\n', "the digest has its file's name"),
        ("", "does not say digest.categories"),
        (SOUND + '[output]\nsite_dir = "site"\n', "The sites of arxiv and sound are both in"),
        ("categories", "not valid TOML"),
    ],
)
def test_what_digests_cannot_have_is_named_with_the_file(tmp_path: Path, toml: str, words: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        load_digests(project(tmp_path, SPEECH, sound=toml))
    assert words in str(raised.value)
    assert "sound" in str(raised.value)


@pytest.mark.parametrize("name", ["arxiv", "Sound", "d", "posts"])
def test_a_name_that_is_taken_or_is_none_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        load_digests(project(tmp_path, SPEECH, **{name: SOUND}))
    assert name in str(raised.value)


# --- in Dagster


def test_the_digest_of_digest_toml_keeps_its_keys_and_the_others_begin_with_their_names(tmp_path: Path) -> None:
    (tmp_path / "alone.toml").write_text(SPEECH, "utf-8")
    alone = build_defs(*load_digests(tmp_path / "alone.toml"))
    several = build_defs(*load_digests(project(tmp_path, SPEECH, **{"sound-zh": SOUND})))
    keys = {key.to_user_string() for key in alone.resolve_all_asset_keys()}
    both = {key.to_user_string() for key in several.resolve_all_asset_keys()}
    assert both == keys | {f"sound-zh/{key}" for key in keys}
    graph = several.resolve_asset_graph()
    assert {graph.get(dg.AssetKey(["sound-zh", "summaries"])).group_name} == {"sound_zh"}
    assert graph.get(dg.AssetKey(["sound-zh", "summaries"])).parent_keys == {
        dg.AssetKey(["sound-zh", each]) for each in ("windowed_papers", "full_texts")
    }
    names = {each.name for each in (*(alone.schedules or ()), *(alone.sensors or ()))}
    theirs = {each.name for each in (*(several.schedules or ()), *(several.sensors or ()))}
    assert theirs == names | {f"{each}_sound_zh" for each in names - {"failed_runs"}}
    job = several.resolve_job_def("digest_sound_zh")
    assert {key.path[0] for key in job.asset_layer.executable_asset_keys} == {"sound-zh"}


@pytest.mark.slow
def test_one_run_of_the_ui_may_make_a_date_of_both(digest: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    digest.set(DIGEST__LLM__PRESET="none", DIGEST__LLM__BASE_URL="", DIGEST__LLM__MODEL="")
    monkeypatch.chdir(digest.folder)
    definitions = build_defs(*load_digests(digest.folder / "digest.toml"), clock=SetClock(NOON))
    result = definitions.resolve_implicit_global_asset_job_def().execute_in_process(
        partition_key=DAY,
        instance=dg.DagsterInstance.ephemeral(),
        run_config={
            "ops": {"language__rendered_posts": {"config": {"force": True}}},
            "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
        },
    )
    made = {event.asset_key for event in result.all_events if event.is_step_materialization}
    assert made == {*definitions.resolve_all_asset_keys()}
    failed = {each.check_name for each in result.get_asset_check_evaluations() if not each.passed}
    assert failed <= {"no_date_is_left_failed", "the_newest_digest_is_there"}, "the day before was never asked for"
    posts = sorted(path.name for path in (digest.folder / "posts").iterdir())
    assert posts == [f"{DAY}-arxiv.md", f"{DAY}-language.md"]


def test_a_failed_run_is_the_digest_s_whose_job_it_is_or_whose_assets_it_makes(tmp_path: Path) -> None:
    places = [Place.of(each) for each in load_digests(project(tmp_path, SPEECH, sound=SOUND))]

    def told(job: str, *keys: str) -> list[str]:
        assets = frozenset(dg.AssetKey.from_user_string(key) for key in keys) or None
        run = dg.DagsterRun(job_name=job, asset_selection=assets)
        return [place.digest for place in places if is_of(run, place)]

    assert told("digest") == told("freshness") == ["arxiv"]
    assert told("digest_sound") == told("deliver_sound") == ["sound"]
    assert told("__ASSET_JOB", "sound/summaries") == ["sound"]
    assert told("__ASSET_JOB", "sound/summaries", "summaries") == ["arxiv", "sound"]


# --- what is asked


def test_a_paper_is_asked_about_as_the_first_digest_of_its_language_would(tmp_path: Path) -> None:
    english = LANGUAGE + 'language = "en"\n'
    digests = load_digests(project(tmp_path, SPEECH, english=english, language=LANGUAGE))
    speech, _, language = digests
    assert [each.digest.name for each in language.before] == ["arxiv"]
    access = ModelAccess.of(language)
    rules = rules_by_paper(access, language)

    def asked(*categories: str) -> AskingRules:
        return rules(Paper("2611.00001", 1, "Title", "Abstract.", ("A. Author",), categories, NOON))

    own = rules_of(access, language)
    assert asked("cs.CL") == asked("cs.CL", "cs.SD") == own
    assert asked("cs.CL", "eess.AS") == rules_of(access, speech) != own
    topics = {topic.key for topic in topics_of_digest(language)}
    assert {key for each in (own, asked("eess.AS")) for key, _ in each.topics} == topics
