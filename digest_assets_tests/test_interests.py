"""Interests decide the order of a date's work and of its post, never what is in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from digest_assets.config import InterestSettings, load_settings
from digest_assets.errors import ConfigurationError
from digest_assets.resources.delivery import Receiver
from digest_assets.resources.interests import profiles
from digest_assets.site.message import Message
from digest_assets_tests.worlds import World, a_world, noon_in_shanghai

DAY = date(2026, 11, 20)
NOON = noon_in_shanghai(DAY)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with a_world(tmp_path, NOON) as world:
        yield world


def want(world: World, *interests: dict[str, Any]) -> None:
    made = tuple(InterestSettings.model_validate(each) for each in interests)
    world.use(world.settings.model_copy(update={"interests": made}))


WHISPERS = {"name": "whispers", "keywords": ["whispered speech", "audio watermark"]}


@pytest.mark.slow
def test_a_date_is_ranked_and_the_cap_and_the_model_are_spent_on_the_highest(world: World) -> None:
    world.change(llm={"max_concurrency": 1})
    want(world, WHISPERS, {"name": "bells", "keywords": ["lighthouse bells", "foghorn"]})
    world.make(DAY)
    kept = {row[0] for row in world.rows("SELECT identifier FROM windowed_papers WHERE outcome = 'kept'")}
    for interest in ("whispers", "bells"):
        ranked = world.rows("SELECT identifier, rank FROM ranked_papers WHERE interest = ? ORDER BY rank", interest)
        assert {row[0] for row in ranked} == kept
        assert [row[1] for row in ranked] == list(range(1, len(kept) + 1))
    ((title, terms),) = world.rows(
        "SELECT title, terms FROM ranked_papers JOIN papers USING (identifier) "
        "WHERE interest = 'whispers' AND rank = 1 ORDER BY version DESC LIMIT 1"
    )
    assert "Whisper" in title
    assert terms
    best = [row[0] for row in world.rows("SELECT identifier FROM ranked_papers GROUP BY 1 ORDER BY max(score) DESC")]
    world.change(filters={"cap": 3})
    world.make(DAY)
    capped = {row[0] for row in world.rows("SELECT identifier FROM windowed_papers WHERE outcome = 'kept'")}
    assert capped <= kept  # what was published is not taken back for one that would be liked more
    assert len(best) == len(kept)


@pytest.mark.slow
def test_a_cap_keeps_what_is_liked_most(tmp_path: Path) -> None:
    with a_world(tmp_path, NOON, filters={"cap": 1}) as world:
        want(world, WHISPERS)
        world.make(DAY)
        (title,) = world.rows(
            "SELECT any_value(title) FROM windowed_papers JOIN papers USING (identifier, version) "
            "WHERE outcome = 'kept' GROUP BY identifier"
        )[0]
        assert "Whisper" in title
        announced, published, filtered = world.rows("SELECT announced, published, filtered FROM rendered_posts")[0]
        assert announced == published + filtered  # and the ledger says why the others are not there


@pytest.mark.slow
def test_posts_pages_feeds_and_messages_show_them_first_and_everything_else_in_full(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[str, str]] = []

    def take(receiver: Receiver, message: Message) -> None:
        sent.append((receiver.interest, message.title + message.body))

    monkeypatch.setattr("digest_assets.pipeline.deliver.send", take)
    monkeypatch.setenv("WHISPER_URLS", "json://one.invalid")
    monkeypatch.setenv("DIGEST_DELIVERY_URLS", "json://one.invalid")
    world.make(DAY)
    plain = headings(world.post(DAY))
    want(world, {**WHISPERS, "delivery_urls_env": "WHISPER_URLS"})
    sent.clear()
    world.make(DAY)
    post, page = world.post(DAY), (world.folder / "site" / "d" / f"{DAY}.html").read_text("utf-8")
    assert sorted(headings(post)) == sorted(plain)  # never shorter
    assert "Whisper" in headings(post)[0]
    assert "**为你：whispers" in post
    assert page.count("<article") == len(plain)
    first = page.index("<article")
    assert page.index("为你：whispers", page.index('id="papers"')) < first
    assert '<p class="why">为你：whispers（' in page
    assert 'data-value="i/whispers"' in page
    feed = (world.folder / "site" / "f" / "i" / "whispers.xml").read_text("utf-8")
    assert "Whisper" in feed
    assert feed.count("&lt;li") < len(plain)
    told = dict(sent)
    assert "whispers" in told["whispers"]
    assert told[""].count("arxiv.org") + told[""].count("/p/") > told["whispers"].count("arxiv.org")
    world.change(output={"interests": "mark"})
    world.make(DAY)
    assert headings(world.post(DAY)) == plain
    assert "**为你：whispers" in world.post(DAY)
    world.change(output={"interests": "off"})
    world.make(DAY)
    assert "为你" not in world.post(DAY)


def headings(post: str) -> list[str]:
    return [line for line in post.splitlines() if line.startswith("## ")]


@pytest.mark.slow
def test_own_papers_that_the_store_does_not_know_are_asked_for_once(world: World) -> None:
    world.make(DAY)
    known = world.rows("SELECT identifier FROM papers ORDER BY 1 LIMIT 1")[0][0]
    want(world, {"name": "mine", "papers": [known, "0704.0001"]})
    before = len(world.sandbox.arxiv.requests)
    world.make(DAY)
    asked = [each.path for each in world.sandbox.arxiv.requests[before:] if "id_list" in str(each)]
    assert len(asked) == 1
    assert world.rows("SELECT count(DISTINCT own_paper) FROM ranked_papers WHERE own_paper NOT IN (?, '')", known) == [
        (0,)
    ]


def test_settings_name_what_is_wrong_with_an_interest(tmp_path: Path) -> None:
    path = tmp_path / "digest.toml"
    for text, said in (
        ('name = "x"', "neither papers, library, stars, keywords nor authors"),
        ('name = "x"\nkeywords = ["a"]\nnto = ["b"]', "there is no setting interests.0.nto"),
        ('name = "x"\npapers = ["12"]', "not an arXiv identifier"),
        ('name = "x"\nkeywords = ["a"]\n[[interests]]\nname = "x"\nkeywords = ["b"]', "two interests"),
    ):
        path.write_text(f"[[interests]]\n{text}\n")
        with pytest.raises(ConfigurationError, match=said):
            load_settings(path)
    path.write_text('[[interests]]\nname = "x"\nlibrary = ["absent.bib"]\nnot = ["radar", "2601.00001"]\n')
    settings = load_settings(path)
    assert settings.interests[0].not_ == ("radar", "2601.00001")
    with pytest.raises(ConfigurationError, match=r"absent\.bib of the interest x cannot be read"):
        profiles(settings)
