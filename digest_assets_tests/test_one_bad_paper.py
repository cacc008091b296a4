"""What goes wrong with one paper, at the endpoint or in this program, never takes the others along."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from digest_assets.automation.command_line_runs import RunOutcome
from digest_assets.full_text import excerpt
from digest_assets.llm import checks
from digest_assets.model import FullText, Paper
from digest_assets.pipeline import read
from digest_assets.resources.full_texts import FullTextSource
from digest_assets.sandbox import model_server, serving
from digest_assets_tests.worlds import World, a_world, noon_in_shanghai

DAY = date(2026, 11, 20)
ONE = "Sixty Rooms"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with a_world(tmp_path, noon_in_shanghai(DAY), llm={"attempts": 1}) as world:
        yield world


def failed(world: World) -> list[tuple[str, str]]:
    """(title, reason) of the papers that the ledger calls failed."""
    return world.rows(
        "SELECT DISTINCT title, reason FROM ledger JOIN papers USING (identifier, version) WHERE status = 'failed'"
    )


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (model_server.context_length_exceeded(), "longer than the context"),
        (model_server.web_page(), "HTML instead of JSON"),
        (serving.status(403, "<html>Sorry, you have been blocked</html>"), "answers others"),
        (serving.status(404, '{"error": {"message": "No endpoints found that match this request"}}'), "answers others"),
        (serving.status(400, '{"error": {"message": "Invalid prompt"}}'), "answers others"),
    ],
    ids=["context", "web page", "firewall", "no provider", "400"],
)
@pytest.mark.slow
def test_a_paper_that_the_endpoint_refuses_fails_alone(world: World, fault: serving.Fault, words: str) -> None:
    world.change(llm={"max_concurrency": 1})
    world.sandbox.model.faults.always("chat", fault, containing=ONE)
    report = world.make(DAY)
    assert report.outcome is RunOutcome.IN_PART, report.reasons
    ((title, reason),) = failed(world)
    assert ONE in title
    assert words in reason


@pytest.mark.slow
def test_a_mistake_in_a_check_fails_the_paper_that_it_met(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    check = checks.judge_translation

    def broken(source: str, answer: str, language: str, *more: object) -> checks.TranslationJudgement:
        if ONE in more[-1]:  # type: ignore[operator]
            raise RecursionError("a check that did not foresee this")
        return check(source, answer, language, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(checks, "judge_translation", broken)
    assert world.make(DAY).outcome is RunOutcome.IN_PART
    ((title, reason),) = failed(world)
    assert ONE in title
    assert "RecursionError: a check that did not foresee this (test_one_bad_paper.py, line" in reason


@pytest.mark.slow
def test_a_mistake_in_an_excerpt_fails_the_paper_that_it_met(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    make = excerpt.excerpt

    def broken(text: object, abstract: str, tokens: int) -> object:
        if abstract == world.sandbox.papers[-1].paper.abstract:
            raise ValueError("an excerpt that did not foresee this")
        return make(text, abstract, tokens)  # type: ignore[arg-type]

    monkeypatch.setattr(read, "excerpt", broken)
    assert world.make(DAY).outcome is RunOutcome.IN_PART
    ((title, reason),) = failed(world)
    assert title == world.sandbox.papers[-1].paper.title
    assert "did not foresee" in reason


@pytest.mark.slow
def test_a_mistake_in_fetching_leaves_the_paper_its_abstract(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    fetch = FullTextSource.fetch

    async def broken(source: FullTextSource, paper: Paper) -> FullText:
        if ONE in paper.title:
            raise IndexError("a page that nobody foresaw")
        return await fetch(source, paper)

    monkeypatch.setattr(FullTextSource, "fetch", broken)
    assert world.make(DAY).outcome is RunOutcome.IN_PART
    assert world.rows("SELECT source, final FROM full_texts WHERE reason LIKE '%nobody foresaw%'") == [
        ("abstract", False)
    ]
