"""No key and no password is found in anything that the program says, keeps, sends or publishes."""

from __future__ import annotations

import gzip
import json
import sqlite3
import subprocess
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from digest_assets.config import EmbeddingsSettings, InterestSettings, SecondReaderSettings, setting_names
from digest_assets.sandbox import serving
from digest_assets_tests.assets.test_deliveries import Inbox
from digest_assets_tests.cli.command_line import CommandLine, a_command_line
from digest_assets_tests.test_pipeline import DAY, NOON

Captured = pytest.CaptureFixture[str]
CANARIES = {
    "A_MODEL": "sk-c4n4ry0fth3m0d3lwh1chn0b0dyf1nds",
    "A_SECOND": "0123c4naryofth3s3c0ndr34d3r45678",
    "ADDRESSES": "c4naryofth3d3l1v3r13s",
    "OTHERS": "c4naryofth31nt3r3sts",
    "DIGEST_STORE_PASSWORD": "c4naryofth3st0r3",
    "PGPASSWORD": "c4naryofp0stgr3s",
}
SETTINGS = """
[digest]
first_date = "2026-11-02"
[output]
provenance = "front_matter"
[llm]
api_key_env = "A_MODEL"
[checks.second_reader]
api_key_env = "A_SECOND"
model = "sandbox-zh"
base_url = "{url}"
[delivery]
urls_env = "ADDRESSES"
[[interests]]
name = "rooms"
keywords = ["room"]
delivery_urls_env = "OTHERS"
"""
SHOWN = 8
"""So many characters in a row of a secret are too many."""


@pytest.fixture
def digest(tmp_path: Path) -> Iterator[CommandLine]:
    with a_command_line(tmp_path / "mine", NOON) as each:
        each.sandbox.model.api_key = None
        yield each


def pieces(secret: str) -> list[bytes]:
    return [secret[at : at + SHOWN].encode() for at in range(len(secret) - SHOWN + 1)]


def shown_in(content: bytes) -> list[str]:
    return [name for name, secret in CANARIES.items() if any(piece in content for piece in pieces(secret))]


def unpacked(path: Path) -> bytes:
    """The bytes of a file and what is packed in it: rows of databases, objects of git, gzip."""
    raw = path.read_bytes()
    if raw.startswith(b"SQLite format 3"):
        with closing(sqlite3.connect(path)) as connection:
            return raw + "\n".join(connection.iterdump()).encode()
    if raw[8:12] == b"DUCK" or path.suffix == ".parquet":
        return raw + rows_of(path)
    if raw.startswith(b"\x1f\x8b"):
        return raw + gzip.decompress(raw)
    if path.parent.parent.name == "objects":
        return raw + zlib.decompress(raw)
    return raw


def rows_of(path: Path) -> bytes:
    with duckdb.connect() as connection:
        if path.suffix == ".parquet":
            return repr(connection.execute("SELECT * FROM read_parquet(?)", [str(path)]).fetchall()).encode()
        connection.execute(f"ATTACH '{path}' AS it (READ_ONLY)")
        tables = connection.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = 'it'").fetchall()
        assert tables
        return b"".join(repr(connection.execute(f'FROM it."{name}"').fetchall()).encode() for (name,) in tables)


@pytest.mark.slow
def test_no_secret_is_found_in_anything_that_a_day_leaves(
    digest: CommandLine, capsys: Captured, tmp_path: Path
) -> None:
    inbox, model = Inbox(), digest.sandbox.model
    for name, secret in CANARIES.items():
        addresses = inbox.url.replace("hunter2secret", secret) + f" json://127.0.0.1:9/{secret}"
        digest.set(**{name: addresses if name in ("ADDRESSES", "OTHERS") else secret})
    digest.set(DIGEST__LLM__API_KEY_ENV="A_MODEL")
    digest.write(SETTINGS.format(url=model.base_url))
    subprocess.run(["git", "init", "-q", str(digest.folder)], check=True)
    for name, paper in (("A_MODEL", "The Obedient Minutes"), ("A_SECOND", "Sixty Rooms")):
        key = CANARIES[name]
        quoted = {"error": {"message": f"Incorrect API key: {key}, also {key[:4]}****{key[-4:]}", "code": key}}
        model.faults.always(
            "chat", serving.status(400, json.dumps(quoted), media_type="application/json"), containing=paper
        )
    commands = [
        ["run", str(DAY), "--log"],
        ["run", str(DAY), "--json"],
        ["doctor"],
        ["status"],
        ["usage"],
        ["show", str(DAY)],
        ["settings"],
        ["export", "model_answers", "--to", str(tmp_path / "answers.parquet")],
        ["export", "ledger", "--to", str(tmp_path / "ledger.json")],
        ["export", "--format", "bibtex", "--to", str(tmp_path / "papers.bib")],
        ["store", "backup"],
        ["publish", "--to", str(tmp_path / "published")],
        ["publish", "--branch", "pages"],
        ["update", "--check"],
    ]
    said = {" ".join(each[:2]): digest(capsys, *each) for each in commands}
    inbox.close()
    told = {name: shown_in(f"{each.out}{each.err}".encode()) for name, each in said.items()}
    assert {name: found for name, found in told.items() if found} == {}
    files = [each for each in tmp_path.rglob("*") if each.is_file() and not each.is_symlink()]
    assert {str(each): found for each in files if (found := shown_in(unpacked(each)))} == {}
    assert inbox.received
    assert shown_in(json.dumps(inbox.received).encode()) == []
    # What was looked through is what a day leaves, and the secrets were used and quoted.
    kinds = {each.relative_to(tmp_path).parts[:2] for each in files}
    assert {("mine", name) for name in ("posts", "site", "data", ".git", "history")} <= kinds
    assert any(b"Incorrect API key: ***" in unpacked(each) for each in files if each.suffix == ".duckdb")


@pytest.mark.slow
def test_a_key_in_the_place_of_any_setting_is_told_nowhere(digest: CommandLine, capsys: Captured) -> None:
    key = CANARIES["A_MODEL"]
    names = [
        *setting_names(),
        *(f"checks.second_reader.{name}" for name in SecondReaderSettings.model_fields),
        *(f"ranking.embeddings.{name}" for name in EmbeddingsSettings.model_fields),
        *(f"interests.{field.alias or name}" for name, field in InterestSettings.model_fields.items()),
        f"llm.prices.{key}",
    ]
    for name in names:
        section, last = name.rsplit(".", 1)
        head = f"[[{section}]]" if section == "interests" else f"[{section}]"
        variable = f"DIGEST__{name.replace('.', '__').upper()}"
        if variable in digest.environment:  # goes before the file
            digest.set(**{variable: key})
        else:
            digest.write(f'{head}\n{last} = "{key}"\n')
        said = digest(capsys, "run")
        assert said.code == 2, name
        assert shown_in(f"{said.out}{said.err}".encode()) == [], name
        digest.set(**{variable: digest.environment[variable]} if variable in digest.environment else {})
    digest.write("")
    assert [each for each in digest.folder.rglob("*") if each.is_file() and shown_in(unpacked(each))] == []
