"""All languages say the same things."""

from __future__ import annotations

import string
from dataclasses import fields
from typing import get_args

import pytest

from digest_assets.config import DigestSettings
from digest_assets.posts.words import LANGUAGES, Words


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_every_word_with_the_same_places_as_chinese(language: str) -> None:
    for field in fields(Words):
        word, chinese = getattr(LANGUAGES[language], field.name), getattr(LANGUAGES["zh"], field.name)
        assert places(word) == places(chinese), field.name
        assert bool(word) or field.name == "end"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_makes_a_table_or_liquid_of_its_line(language: str) -> None:
    for field in fields(Words):
        assert not set("|`*_<>[]$\\") & set(getattr(LANGUAGES[language], field.name)), field.name


def test_every_language_of_the_settings_has_its_words() -> None:
    assert set(get_args(DigestSettings.model_fields["language"].annotation)) == set(LANGUAGES)
