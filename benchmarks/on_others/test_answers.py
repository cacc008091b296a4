"""Published translations and the sandbox's answers to abstracts that others wrote, before the checks of production."""

from __future__ import annotations

import re

import pytest

from benchmarks.on_others.texts import papers, recorded
from digest_assets.llm.answers import TRANSLATION, translation_in
from digest_assets.sandbox.model_server import SandboxModel
from digest_assets_tests.llm.test_checks_labelled import Pair, numbers_changed, sentences_dropped
from digest_assets_tests.sandbox.test_generic_answers import withheld


@pytest.fixture(scope="module")
def published() -> list[Pair]:
    """Abstracts of one mailing with the Chinese that somebody published, from the reference post."""
    post, listed = recorded("reference/2026-01-29-arxiv.md").decode(), papers()
    pairs = []
    for section in post.split("\n## ")[1:]:
        identifier = re.findall(r"arxiv\.org/abs/(\d+\.\d+)", section)[0]
        translation = section.split("arxiv.org/pdf/")[-1].split("\n", 1)[1].split("<details>")[0]
        said = translation_in(translation).parts[TRANSLATION]
        pairs.append(Pair(listed[identifier]["title"], listed[identifier]["abstract"], said))
    return pairs


def test_published_translations_raise_no_alarm(published: list[Pair]) -> None:
    assert {pair.title: pair.defects(pair.good) for pair in published if pair.is_caught(pair.good)} == {}


def test_published_translations_that_are_damaged_are_found(published: list[Pair]) -> None:
    for damage, most_missed in ((numbers_changed, 0.1), (sentences_dropped, 0.26)):
        cases = [(pair, damaged) for pair in published for damaged in damage(pair.good)]
        missed = [damaged for pair, damaged in cases if not pair.is_caught(damaged)]
        print(f"{damage.__name__}: {len(cases) - len(missed)} of {len(cases)} found")
        assert len(missed) <= most_missed * len(cases)


def test_abstracts_are_answered_in_the_sandbox_so_that_production_would_publish() -> None:
    rows, model = list(papers().values())[::12], SandboxModel()
    found = {row["id"]: withheld(model, row["title"], " ".join(row["abstract"].split())) for row in rows}
    refused = {identifier: details for identifier, details in found.items() if details}
    assert len(rows) > 250
    # "7.5 times", and sentences without a word of the lists are beyond it.
    assert len(refused) <= len(rows) * 0.01, refused
