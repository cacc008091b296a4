"""Which fields categories belong to, and for whom a digest of them is written."""

import pytest

from digest_assets.arxiv.taxonomy import categories
from digest_assets.fields import audience, field_of, fields_of, names


def test_every_category_has_a_field() -> None:
    assert {field_of(each) for each in categories()} <= set(names())
    assert field_of("xx.YY") is None


@pytest.mark.parametrize(
    ("asked", "fields"),
    [
        (["cs.SD", "eess.AS"], ("audio",)),
        (["cs.sy"], ("electrical",)),
        (["stat.TH", "stat.ML"], ("statistics", "learning")),
        (["hep-ph", "math.MP"], ("physics", "mathematics")),
        (["astro-ph", "q-bio.NC", "econ"], ("astronomy", "biology", "economics")),
        (["eess"], ("audio", "vision", "electrical")),
        (["xx.YY"], ()),
    ],
)
def test_fields_follow_the_categories(asked: list[str], fields: tuple[str, ...]) -> None:
    assert fields_of(asked) == fields


def test_the_audience_follows_the_categories() -> None:
    assert audience(["cs.SD", "eess.AS"], "zh") == "语音、音频与人工智能方向的研究人员"
    assert audience(["hep-ph"], "en") == "researchers in physics"
    assert audience(["math.AG", "stat.ML"], "ja") == "数学・機械学習・人工知能の研究者"
    assert audience(["cs"], "en") == "researchers in many fields"
    assert audience([], "zh") == "各学科的研究人员"
