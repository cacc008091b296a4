"""One name for each category, whatever it is called where."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest_assets.arxiv.taxonomy import (
    LANGUAGES,
    Categories,
    archives,
    canonical,
    categories,
    is_known,
    name_in,
    nearest,
    spellings,
)

ALIASES = [
    ("math.MP", "math-ph"),
    ("cs.SY", "eess.SY"),
    ("stat.TH", "math.ST"),
    ("cs.NA", "math.NA"),
    ("math.IT", "cs.IT"),
    ("q-fin.EC", "econ.GN"),
]


def test_there_are_as_many_categories_as_arxiv_had_in_2026() -> None:
    # 155 with both names of the six that have two.
    assert (len(categories()), len(archives())) == (149, 11)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)?(\.[A-Za-z-]+)?", each) for each in categories())


@pytest.mark.parametrize(("alias", "name"), ALIASES)
def test_two_names_are_one_category(alias: str, name: str) -> None:
    assert canonical(alias) == canonical(name) == canonical(alias.lower()) == name
    assert set(spellings(alias)) == {alias, name}
    assert alias in Categories.of([name])
    assert name in Categories.of([alias])


@given(st.sampled_from([*categories(), *archives()]), st.sampled_from([str.lower, str.upper, str.title]))
def test_case_does_not_matter(name: str, change: st.SearchStrategy[str]) -> None:
    assert canonical(change(name)) == name  # type: ignore[operator]


def test_an_archive_stands_for_its_members_even_those_that_nobody_knows_yet() -> None:
    asked = Categories.of(["astro-ph", "CS"])
    assert asked.names == ("astro-ph", "cs")
    for category in ("astro-ph.GA", "astro-ph", "cs.SD", "cs.ZZ", "eess.SY", "math.NA"):
        assert category in asked
    for category in ("math.CO", "csx", "", "hep-th"):
        assert category not in asked
    assert spellings("astro-ph") == ("astro-ph.*", "astro-ph")
    assert asked.covers(["math.CO", "cs.LG"])
    assert not asked.covers(["math.CO"])


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("cs.ML", "stat.ML"),
        ("cs.Sd", "cs.SD"),
        ("ee.AS", "eess.AS"),
        ("Robotics", "cs.RO"),
        ("astro-ph.CA", "astro-ph.GA"),
    ],
)
def test_an_unknown_name_has_near_ones(written: str, meant: str) -> None:
    assert meant in nearest(written)
    assert len(nearest(written)) <= 3
    assert not is_known("cs.ML")


def test_every_category_is_called_something_in_every_language() -> None:
    for category in (*categories(), *archives()):
        assert all(name_in(language, category).strip() for language in LANGUAGES)
    assert (name_in("zh", "cs.SD"), name_in("en", "math.MP"), name_in("ja", "cs.ZZ")) == (
        "声音",
        "Mathematical Physics",
        "",
    )
