"""What a browser is sent of a paper, to be compared with stars."""

from __future__ import annotations

from digest_assets.ranking.interests import Words
from digest_assets.ranking.stars import MOST_WORDS, SCALE, Usual, Weighed

SUBJECTS = ("neural audio codec", "choir singing", "bat echolocation", "speaker diarization", "room acoustics")
PAPERS = [
    Words(f"On {subject} {number}", f"We study {subject} and the results.", ("cs.SD",))
    for number in range(20, 26)
    for subject in SUBJECTS
]


def alike(one: Weighed, other: Weighed) -> int:
    return sum(weight * other.words.get(word, 0) for word, weight in one.words.items())


def test_a_paper_is_most_like_one_on_its_subject_and_rare_words_weigh_more() -> None:
    usual = Usual(PAPERS)
    weighed = [usual.weighed(each) for each in PAPERS]
    best = max(weighed[1:], key=lambda each: alike(weighed[0], each) - each.usual)
    assert "codec" in best.words
    assert weighed[0].words["codec"] > weighed[0].words["results"]
    assert abs(alike(weighed[0], weighed[0]) - SCALE**2) < 0.01 * SCALE**2


def test_what_is_sent_is_bounded_and_written_the_heaviest_word_first() -> None:
    usual = Usual(PAPERS)
    said = " ".join(f"word{number}" for number in range(500))
    long = usual.weighed(Words("Title", f"{said} zither zither", ("cs.SD", "eess.AS")))
    assert len(long.words) == MOST_WORDS + 2
    assert "zither" in long.words
    words, weights = long.written.split(" ")[::2], [int(each) for each in long.written.split(" ")[1::2]]
    assert words == list(long.words)
    assert weights == sorted(weights, reverse=True)
    assert {"c:cs.SD", "c:eess.AS"} < set(words)


def test_papers_without_words_and_a_site_without_earlier_papers_are_no_error() -> None:
    assert Usual([]).weighed(Words("", "")) == Weighed({}, 0)
    assert Usual([]).weighed(Words("Codecs")).words == {"codecs": SCALE}


def test_categories_weigh_less_than_words_and_what_all_papers_say_is_counted() -> None:
    assert Usual([]).weighed(Words("Codec", "", ("cs.SD",))).words == {"codec": 975, "c:cs.SD": 224}
    usual = Usual([Words("Codec"), Words("Codec"), Words("Choir"), Words("Choir")])
    assert usual.weighed(Words("Codec")) == Weighed({"codec": SCALE}, SCALE**2 // 2)
    assert usual.weighed(Words("Bats")) == Weighed({"bats": SCALE}, 0)


def test_a_word_said_often_or_rare_before_weighs_more() -> None:
    usual = Usual([Words("Bats")] * 9)
    assert list(usual.weighed(Words("Bats and codecs")).words) == ["codecs", "bats"]
    words = Usual([]).weighed(Words("Bats sing", "Bats sing. Bats.")).words
    assert words["bats"] > words["sing"]
