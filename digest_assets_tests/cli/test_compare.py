"""`digest compare`: the same papers through two models, what it costs said before, and nothing published."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from digest_assets.sandbox import model_server
from digest_assets_tests.cli.command_line import CommandLine, a_command_line
from digest_assets_tests.test_pipeline import NOON

pytestmark = pytest.mark.slow
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def digest(tmp_path: Path) -> Iterator[CommandLine]:
    with a_command_line(tmp_path, NOON) as each:
        yield each


def test_two_models_are_compared_on_the_same_papers(digest: CommandLine, capsys: Captured) -> None:
    assert digest(capsys, "run", "2026-11-20").code == 0
    model = digest.sandbox.model
    model.others = ("second",)
    models = ("--model", model.model, "--model", "second", "--papers", "2", "--json")
    posts = {path: path.read_text("utf-8") for path in (digest.folder / "posts").iterdir()}
    asked = len(model.requests)

    planned = digest(capsys, "compare", *models, "--dry-run").json["plans"]
    assert planned[model.model]["calls"] == 0
    assert planned["second"]["calls"] == 4
    assert len(model.requests) == asked

    model.faults.always("chat", model_server.without_evidence(), containing='"second"')
    said = digest(capsys, "compare", *models, "--blind")
    assert f"{model.model}: all answers are in the store" in said.err
    first, second = said.json["models"]
    assert len(model.requests) > asked
    calls = [each for each in model.requests[asked:] if each.route == "chat"]
    assert {each.body["model"] for each in calls} == {"second"}
    assert (first["answers"], second["answers"]) == (4, 4)
    assert first["sentences_with_evidence"] > second["sentences_with_evidence"] == 0
    assert first["seconds"] is None
    page = Path(said.json["page"]).read_text("utf-8")
    texts, told = page.split("<details>")
    assert "second" not in texts
    assert "second" in told
    assert {path: path.read_text("utf-8") for path in (digest.folder / "posts").iterdir()} == posts

    again = digest(capsys, "compare", *models)
    assert again.json["models"][1]["seconds"] is None


def test_a_comparison_needs_two_models_and_a_paper(digest: CommandLine, capsys: Captured) -> None:
    assert "two models" in digest(capsys, "compare", "--model", "one").error
    assert digest(capsys, "compare", "--model", "one", "--model", "two").code == 1
