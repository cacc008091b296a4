"""What a user can do wrong on the command line: one line on stderr that names the cure, exit code 2, nothing done."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from digest_assets.cli import main
from digest_assets.config import CONFIG_VARIABLE
from digest_assets.errors import OutputUnwritable
from digest_assets.sandbox.demo import Demo
from digest_assets_tests.cli.command_line import CommandLine, a_command_line
from digest_assets_tests.test_pipeline import NOON

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def digest(tmp_path: Path) -> Iterator[CommandLine]:
    with a_command_line(tmp_path, NOON) as each:
        yield each


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ("[digest\nname = 1", ["not valid TOML", "line"]),
        ("[llm]\nbase_ulr = 'http://x/v1'", ["llm.base_ulr", "did you mean llm.base_url"]),
        ("[store]\npath = 'x'", ["store.path", "store"]),
        ("[outputs]\nposts_dir = 'x'", ["outputs", "did you mean output"]),
        ("[digest]\ntimezone = 'Asia/Shangai'", ["digest.timezone", "Asia/Shangai", "is not a time zone"]),
        ("[digest]\ncategories = []", ["digest.categories", "at least one"]),
        ("[digest]\ncategories = ['speech, please']", ["digest.categories", "arXiv has no category"]),
        ("[digest]\ncategories = ['cs.SD', 'cs.ML']", ["digest.categories", "cs.ML", "did you mean stat.ML"]),
        ("[digest]\nfirst_date = 'soon'", ["digest.first_date"]),
        ("[digest]\nanchor = '25:99'", ["digest.anchor: '25:99' is not a time of day, such as 08:50"]),
        ("[digest]\nname = 'My Digest'", ["digest.name: 'My Digest'", "small letters", "speech-daily"]),
        ("[arxiv]\ntimeout_seconds = -1", ["arxiv.timeout_seconds"]),
        ("[llm]\nmax_concurrency = 'many'", ["llm.max_concurrency"]),
        ("[llm]\nbase_url = 'localhost:8000'", ["llm.base_url", "http://"]),
    ],
)
def test_a_broken_digest_toml_is_one_line_that_names_the_setting(
    digest: CommandLine, capsys: Captured, toml: str, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DIGEST__LLM__BASE_URL")
    digest.write(toml)
    for command in (["run"], ["doctor"], ["status", "--json"]):
        said = digest(capsys, *command)
        assert said.code == 2
        assert said.out == ""
        for word in [*words, "digest.toml"]:
            assert word in said.error
    assert not (digest.folder / "data").exists()


def test_a_wrong_variable_is_to_be_corrected_where_it_is_set(
    digest: CommandLine, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIGEST__DIGEST__ANCHOR", "x" * 5000)
    said = digest(capsys, "status")
    assert said.code == 2
    assert said.error.endswith("Correct it in the environment (DIGEST__DIGEST__ANCHOR).")
    assert len(said.error) < 200
    digest.write("[llm]\nmax_concurrency = 'many'")
    assert f"(DIGEST__DIGEST__ANCHOR) and {digest.folder / 'digest.toml'}." in digest(capsys, "status").error


def test_an_unknown_variable_names_the_nearest_setting(digest: CommandLine, capsys: Captured) -> None:
    digest.set(DIGEST__LLM__MODLE="gpt")
    said = digest(capsys, "run")
    assert said.code == 2
    assert "DIGEST__LLM__MODLE" in said.error
    assert "llm.model" in said.error


def test_all_that_is_wrong_is_said_at_once(digest: CommandLine, capsys: Captured) -> None:
    digest.write("[digest]\nanchor = '25:99'\n[filters]\ncap = -1\n[outputs]\n")
    digest.set(DIGEST__LLM__MODLE="gpt", DIGEST__FOO="1")
    said = digest(capsys, "run")
    for word in ("digest.anchor", "filters.cap", "outputs", "DIGEST__LLM__MODLE", "DIGEST__FOO"):
        assert word in said.error


def test_a_byte_order_mark_is_no_mistake(digest: CommandLine, capsys: Captured) -> None:
    text = (digest.folder / "digest.toml").read_text("utf-8")
    (digest.folder / "digest.toml").write_text(text, "utf-8-sig")
    assert digest(capsys, "status").code == 0


def test_a_date_that_is_still_to_come_says_when_its_mailing_is_announced(digest: CommandLine, capsys: Captured) -> None:
    said = digest(capsys, "run", "2026-11-24")
    assert "exists from 2026-11-24 08:50 (Asia/Shanghai) on" in said.error
    assert "arXiv announces the papers of 2026-11-24 at 09:00" in said.error


@pytest.mark.parametrize("setting", ["posts_dir", "site_dir"])
def test_where_posts_or_pages_cannot_be_written_nothing_is_asked(
    digest: CommandLine, capsys: Captured, setting: str
) -> None:
    (digest.folder / "notes.txt").write_text("a file, no folder")
    digest.set(**{f"DIGEST__OUTPUT__{setting.upper()}": "notes.txt/below"})
    said = digest(capsys, "run", "2026-11-19")
    assert said.code == 1
    assert f"correct output.{setting}" in said.error
    assert not digest.sandbox.model.requests


def test_a_folder_that_cannot_be_written_is_one_line(
    digest: CommandLine, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    (digest.folder / "data").write_text("a file where Dagster's folder should be")
    (digest.folder / "dagster.yaml").unlink()
    monkeypatch.delenv("DAGSTER_HOME")
    said = digest(capsys, "run", "2026-11-19")
    assert said.code == 1
    assert "Check store.url" in said.error


def test_a_digest_toml_that_is_not_there_is_said(digest: CommandLine, capsys: Captured, tmp_path: Path) -> None:
    said = digest(capsys, "run", "--config", str(tmp_path / "other.toml"))
    assert said.code == 2
    assert "other.toml does not exist" in said.error


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "tomorrow"], "is not a date"),
        (["run", "2026-02-30"], "is not a date"),
        (["run", "2026-11-21"], "exists from 2026-11-21 08:50 (Asia/Shanghai) on"),
        (["run", "2999-01-01"], "exists from 2999-01-01 08:50 (Asia/Shanghai) on"),
        (["run", "9999-12-31"], "is too far in the future"),
        (["run", "--from", "2026-11-20", "--to", "2999-01-01"], "exists from 2999-01-01"),
        (["run", "2026-11-01"], "is before digest.first_date, 2026-11-02"),
        (["run", "--from", "2026-11-19"], "needs both --from and --to"),
        (["run", "--from", "2026-11-20", "--to", "2026-11-19"], "is before --from"),
        (["run", "2026-11-20", "--from", "2026-11-19"], "either a date, or --from and --to"),
        (["run", "2026-11-19", "2026-11-20"], "unexpected extra argument"),
        (["run", "--frm", "2026-11-19"], "--from"),
        (["backfill", "--to", "2027-01-01"], "exists from 2027-01-01"),
        (["usage", "--from", "2026-11-20", "--to", "2026-11-19"], "is before --from"),
        (["show"], "Missing argument 'D'"),
        (["show", "yesterday"], "is not a date"),
        (["export", "ledgr", "--to", "x.parquet"], "did you mean ledger?"),
        (["export", "ledger", "--to", "ledger.xlsx"], ".parquet"),
        (["runn"], "No such command 'runn'"),
    ],
)
def test_wrong_arguments_are_one_line(digest: CommandLine, capsys: Captured, arguments: list[str], words: str) -> None:
    said = digest(capsys, *arguments)
    assert said.code == 2
    assert words in said.error
    assert not (digest.folder / "posts").exists()
    assert digest.sandbox.arxiv.requests == []


@pytest.mark.parametrize("command", ["run", "status", "usage", "export", "backfill"])
def test_a_store_that_cannot_be_opened_is_one_line(digest: CommandLine, capsys: Captured, command: str) -> None:
    (digest.folder / "notes.txt").write_text("a file, no folder")
    digest.set(DIGEST__STORE__URL="notes.txt/digest.duckdb")
    said = digest(capsys, command)
    assert said.code == 1
    assert "store.url" in said.error


def test_a_damaged_store_is_one_line_and_stays_as_it_is(digest: CommandLine, capsys: Captured) -> None:
    store = digest.folder / "data" / "digest.duckdb"
    store.parent.mkdir()
    store.write_bytes(b"not a database" * 1000)
    said = digest(capsys, "run")
    assert said.code == 1
    assert "damaged" in said.error
    assert store.read_bytes() == b"not a database" * 1000


def test_an_error_of_the_program_is_one_line_unless_a_traceback_is_asked_for(
    digest: CommandLine, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("a fault of ours")

    monkeypatch.setattr("digest_assets.store.export.table_counts", broken)
    said = digest(capsys, "export")
    assert said.code == 1
    assert "KeyError" in said.error
    assert "--traceback" in said.error
    with pytest.raises(KeyError):
        digest(capsys, "--traceback", "export")


def test_alone_it_says_what_it_can_do(digest: CommandLine, capsys: Captured) -> None:
    said = digest(capsys)
    assert said.code == 0
    listed = re.findall(r"(?m)^  ([a-z]+)  ", said.out.partition("Commands:")[2])
    assert sorted(listed) == sorted({*listed})
    for command in ("run", "backfill", "status", "show", "usage", "export", "doctor", "ui", "demo"):
        assert command in listed
    assert len(said.out.splitlines()) <= 28
    for help_text in (said.out, digest(capsys, "store", "--help").out):
        assert "..." not in help_text.partition("Commands:")[2]


@pytest.mark.parametrize(
    "command",
    [
        ["run"],
        ["backfill"],
        ["status"],
        ["show", "2026-01-29"],
        ["usage"],
        ["export"],
        ["publish", "--to", "there"],
        ["doctor"],
        ["settings"],
        ["update"],
        ["ui"],
        ["store", "backup"],
    ],
)
def test_outside_of_a_project_nothing_is_made_and_init_is_named(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(CONFIG_VARIABLE, raising=False)
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    assert main(command) == 2
    said = capsys.readouterr()
    assert said.err.startswith(f"error: There is no digest.toml in {tmp_path} or above. Make a project: `digest init`")
    assert list(tmp_path.iterdir()) == []


def test_a_demo_does_not_take_the_place_of_a_project(tmp_path: Path) -> None:
    kept = {tmp_path / "data" / "digest.duckdb": "answers that were paid for", tmp_path / "digest.toml": "[digest]\n"}
    for path, text in kept.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    with pytest.raises(OutputUnwritable, match=r"has digest\.toml, data and is no demo") as refused:
        Demo(tmp_path).start_afresh()
    assert "--folder" in (refused.value.cure or "")
    assert {path: path.read_text() for path in kept} == kept


def test_a_demo_that_has_no_folder_is_one_line(tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "file").write_text("in the way")
    assert main(["demo", "--folder", str(tmp_path / "file")]) == 1
    assert capsys.readouterr().err.startswith(f"error: {tmp_path}/file cannot be made: File exists.")


def test_a_port_that_is_taken_is_said_before_anything_starts(digest: CommandLine, capsys: Captured) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = digest(capsys, "ui", "--port", str(port))
    assert said.code == 2
    assert f"port {port}" in said.error
    assert "--port" in said.error
    assert said.out == ""
