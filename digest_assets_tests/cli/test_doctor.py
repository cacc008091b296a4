"""`digest doctor`: each thing that can be missing is a line that names its cure, and the others are still looked at."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest

from digest_assets import endpoint_trial
from digest_assets.llm.refusals import Refusal
from digest_assets.resources import language_model
from digest_assets.resources.clock import SystemClock
from digest_assets.sandbox import model_server
from digest_assets.sandbox.manners import PLAYS
from digest_assets_tests.cli.command_line import CommandLine, Said, a_command_line
from digest_assets_tests.test_pipeline import NOON

Captured = pytest.CaptureFixture[str]
SUBJECTS = [
    "settings",
    "contact",
    "blog",
    "calendar",
    "posts",
    "history",
    "store",
    "journal",
    "key",
    "endpoint",
    "model",
    "arXiv API",
    "arXiv feed",
    "arXiv texts",
]


@pytest.fixture
def digest(tmp_path: Path) -> Iterator[CommandLine]:
    with a_command_line(tmp_path, NOON) as each:
        each.set(DIGEST__ARXIV__CONTACT="me@example.org")
        yield each


@pytest.fixture
def nobody_there() -> Iterator[str]:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # bound and not listening
        yield f"http://127.0.0.1:{held.getsockname()[1]}/"


def ailing(said: Said) -> dict[str, str]:
    """What is wrong, by subject."""
    return {finding["subject"]: finding["text"] for finding in said.json if not finding["is_well"]}


def test_where_all_is_well_it_says_so_and_changes_nothing(digest: CommandLine, capsys: Captured) -> None:
    said = digest(capsys, "doctor", "--json")
    assert said.code == 0
    assert [finding["subject"] for finding in said.json] == SUBJECTS
    assert not (digest.folder / "posts").exists()
    assert sum(request.route == "chat" for request in digest.sandbox.model.requests) <= 3
    told = {finding["subject"]: finding["text"] for finding in said.json}
    assert re.match(r"fits: it writes zh and keeps numbers, names and form, and (\d+) of \1 sentences", told["model"])
    assert "tokens)" in told["model"]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_model_is_tried_in_the_digests_language(digest: CommandLine, capsys: Captured, language: str) -> None:
    digest.set(DIGEST__DIGEST__LANGUAGE=language)
    said = digest(capsys, "doctor", "--json")
    assert said.code == 0
    assert f"it writes {language} " in said.out


def test_a_model_that_names_no_paragraphs_is_a_warning(digest: CommandLine, capsys: Captured) -> None:
    digest.sandbox.model.faults.always("chat", model_server.without_evidence())
    said = digest(capsys, "doctor", "--json")
    assert said.code == 0
    (model,) = (each for each in said.json if each["subject"] == "model")
    assert model["is_well"] is None
    assert re.search(r" and 0 of \d+ sentences name the paragraphs", model["text"])


def test_a_model_that_cannot_read_is_too_weak(digest: CommandLine, capsys: Captured) -> None:
    invented = model_server.says("<background>\n在 77 种语言上。\n</background>\n<method>\n有 99 层。\n</method>\n")
    digest.sandbox.model.faults.always("chat", invented, containing="<background>")
    found = ailing(digest(capsys, "doctor", "--json"))
    assert found["model"].startswith("too weak: it cannot read four paragraphs")


def test_a_missing_contact_is_a_warning(digest: CommandLine, capsys: Captured) -> None:
    digest.set(DIGEST__ARXIV__CONTACT="")
    said = digest(capsys, "doctor")
    assert said.code == 0
    assert "\nwarn contact     arxiv.contact is not set" in said.out


def test_for_people_it_is_a_line_each(digest: CommandLine, capsys: Captured) -> None:
    said = digest(capsys, "doctor")
    assert [line[5:17].strip() for line in said.out.splitlines()] == SUBJECTS
    assert all(line.startswith("ok ") for line in said.out.splitlines())


def test_a_key_that_is_not_set(digest: CommandLine, capsys: Captured) -> None:
    digest.set(DIGEST__LLM__API_KEY_ENV="A_VARIABLE_NOT_SET")
    said = digest(capsys, "doctor", "--json")
    assert said.code == 1
    assert list(ailing(said)) == ["key"]
    assert "A_VARIABLE_NOT_SET" in ailing(said)["key"]


def test_a_key_that_is_refused(digest: CommandLine, capsys: Captured) -> None:
    digest.sandbox.model.api_key = "another"
    found = ailing(digest(capsys, "doctor", "--json"))
    assert list(found) == ["endpoint"]
    assert "refused the key" in found["endpoint"]


def test_a_model_that_is_too_weak(digest: CommandLine, capsys: Captured) -> None:
    digest.sandbox.model.faults.always("chat", model_server.says("好的。MurmurNet 把词错误率降至 13.9%。"))
    found = ailing(digest(capsys, "doctor", "--json"))
    assert list(found) == ["model"]
    assert found["model"].startswith("too weak: it keeps 1 of 4 numbers")


def test_a_model_that_is_slower_than_the_trial_waits(
    digest: CommandLine, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoint_trial, "SECONDS", 0.05)
    monkeypatch.setitem(language_model._TRIES, Refusal.TIMEOUT, 1)
    digest.sandbox.model.latency_seconds = 0.3
    found = ailing(digest(capsys, "doctor", "--json"))
    assert found["model"].startswith("too slow: no answer to a short paper")
    assert "A run waits 300 s (llm.timeout_seconds)" in found["model"]
    assert "Raise" not in found["model"]


@pytest.mark.slow
def test_a_run_says_the_same_of_answers_that_are_cut(
    digest: CommandLine, capsys: Captured, caplog: pytest.LogCaptureFixture
) -> None:
    digest.sandbox.model.faults.always("chat", model_server.cut())
    digest(capsys, "run")
    assert caplog.text.count("sandbox-zh: no room for its answers: 10 of its first 10 answers") == 1
    assert "(most often: The answer was cut" in caplog.text


def test_an_endpoint_for_embeddings_is_asked_for_one(digest: CommandLine, capsys: Captured) -> None:
    settings = '[ranking.embeddings]\nbase_url = "{url}"\nmodel = "{model}"\napi_key_env = "{env}"\n'
    given = {"url": digest.sandbox.model.base_url, "env": digest.environment["DIGEST__LLM__API_KEY_ENV"]}
    digest.write(settings.format(model=model_server.EMBEDDINGS, **given))
    said = digest(capsys, "doctor", "--json")
    told = {finding["subject"]: finding["text"] for finding in said.json}
    assert told["embeddings"].endswith(": 256 dimensions")
    digest.write(settings.format(model="absent", **given))
    assert "ranking.embeddings.model" in ailing(digest(capsys, "doctor", "--json"))["embeddings"]


def test_an_endpoint_that_reads_less_than_it_is_sent(digest: CommandLine, capsys: Captured) -> None:
    digest.sandbox.model.manners = PLAYS["ollama, cut at 4,096"]()
    found = ailing(digest(capsys, "doctor", "--json"))
    assert list(found) == ["model"]
    assert found["model"].startswith("window too small")
    assert "num_ctx" in found["model"]


@pytest.mark.parametrize("wrong", ["", "/v1/chat/completions"])
def test_a_base_url_that_is_wrong_is_said_to_be_and_the_right_one_is_named(
    digest: CommandLine, capsys: Captured, wrong: str
) -> None:
    right = digest.sandbox.model.base_url
    digest.set(DIGEST__LLM__BASE_URL=right.removesuffix("/v1") + wrong)
    found = ailing(digest(capsys, "doctor", "--json"))
    assert f"Set llm.base_url to {right}." in found["endpoint"]


def test_what_cannot_be_a_key(digest: CommandLine, capsys: Captured) -> None:
    digest.set(DIGEST__LLM__API_KEY_ENV="TWO_LINES", TWO_LINES="sk-one\nsk-two")
    found = ailing(digest(capsys, "doctor", "--json"))
    assert "TWO_LINES is not a key" in found["key"]
    assert "sk-" not in found["key"]


def test_a_model_that_the_endpoint_has_not(digest: CommandLine, capsys: Captured) -> None:
    digest.set(DIGEST__LLM__MODEL="sandbox-zhh")
    found = ailing(digest(capsys, "doctor", "--json"))
    assert list(found) == ["endpoint"]
    assert "llm.model" in found["endpoint"]
    assert digest.sandbox.model.model in found["endpoint"]


def test_an_endpoint_and_an_arxiv_that_are_not_there(digest: CommandLine, capsys: Captured, nobody_there: str) -> None:
    digest.set(
        DIGEST__LLM__BASE_URL=nobody_there, DIGEST__ARXIV__API_URL=nobody_there, DIGEST__ARXIV__FEED_URL=nobody_there
    )
    found = ailing(digest(capsys, "doctor", "--json"))
    assert "llm.base_url" in found["endpoint"]
    assert "arxiv.api_url" in found["arXiv API"]
    assert "arxiv.feed_url" in found["arXiv feed"]
    assert "without it" in found["arXiv feed"]


def test_a_store_and_posts_that_cannot_be_written(digest: CommandLine, capsys: Captured) -> None:
    (digest.folder / "notes.txt").write_text("a file, no folder")
    digest.set(DIGEST__STORE__URL="notes.txt/digest.duckdb", DIGEST__OUTPUT__POSTS_DIR="notes.txt/posts")
    found = ailing(digest(capsys, "doctor", "--json"))
    assert "store.url" in found["store"]
    assert "output.posts_dir" in found["posts"]


@pytest.mark.parametrize(
    ("variable", "value", "subject", "setting"),
    [
        ("DIGEST__OUTPUT__SITE_DIR", "notes.txt/site", "posts", "output.site_dir"),
        ("DIGEST__OUTPUT__TEMPLATES_DIR", "nowhere", "settings", "output.templates_dir"),
        ("DIGEST__DIGEST__TOPICS", "nowhere/topics.toml", "settings", "digest.topics"),
    ],
)
def test_what_the_settings_name_and_is_not_there(
    digest: CommandLine, capsys: Captured, variable: str, value: str, subject: str, setting: str
) -> None:
    (digest.folder / "notes.txt").write_text("a file, no folder")
    digest.set(**{variable: value})
    assert setting in ailing(digest(capsys, "doctor", "--json"))[subject]


def test_the_folders_of_each_digest_are_looked_at(digest: CommandLine, capsys: Captured) -> None:
    """Their posts lie in one folder, and each has a site of its own."""
    (digest.folder / "notes.txt").write_text("a file, no folder")
    (digest.folder / "digests").mkdir()
    (digest.folder / "digests" / "one.toml").write_text(
        '[digest]\ncategories = ["cs.CL"]\n[output]\nsite_dir = "notes.txt/site"\n'
    )
    (digest.folder / "digests" / "two.toml").write_text('[digest]\ncategories = ["cs.CV"]\n')
    said = digest(capsys, "doctor", "--json")
    assert "output.site_dir" in ailing(said)["posts"]
    assert [each["subject"] for each in said.json].count("posts") == 1


def test_a_folder_that_refuses_root_too(digest: CommandLine, capsys: Captured) -> None:
    digest.set(DIGEST__STORE__URL="/proc/self/digest.duckdb", DIGEST__OUTPUT__POSTS_DIR="/proc/self/posts")
    found = ailing(digest(capsys, "doctor", "--json"))
    assert "store.url" in found["store"]
    assert "output.posts_dir" in found["posts"]


def test_a_year_whose_holidays_nobody_wrote_down(
    digest: CommandLine, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SystemClock, "now", lambda _: datetime(2099, 5, 1, tzinfo=timezone.utc))
    found = ailing(digest(capsys, "doctor", "--json"))
    assert "holidays of 2099" in found["calendar"]
