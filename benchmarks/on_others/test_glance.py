"""Topics, links and sentences of result in abstracts that others wrote, against labels made by hand."""

from __future__ import annotations

from benchmarks.on_others.texts import papers
from digest_assets.glance.results import result_sentence
from digest_assets.glance.topics import topics_of, topics_of_field
from digest_assets.llm.alignment import sentences_of_english
from digest_assets_tests.glance.labels import LABELS
from digest_assets_tests.glance.test_facts import facts


def test_nearly_all_of_200_papers_have_their_topic() -> None:
    audio = topics_of_field("audio")
    assigned = wrong = found = 0
    for identifier, good in LABELS["topics"].items():
        row = papers()[identifier]
        said = topics_of(audio, row["title"], row["abstract"], tuple(row["categories"]))
        assigned += len(said)
        wrong += sum(key not in good for key in said)
        found += good[0] in said
    assert found >= 0.9 * sum(good[0] != "-" for good in LABELS["topics"].values())
    assert wrong <= 0.05 * assigned


def test_the_sentence_of_result_is_right_nine_times_in_ten() -> None:
    abstracts = {each["id"]: each["abstract"] for name in ("papers_cs_2026-01_02.jsonl.gz", "papers_audio.jsonl")
                 for each in papers(name).values()}  # fmt: skip
    right = 0
    for identifier, good in LABELS["results"].items():
        sentences = sentences_of_english(abstracts[identifier])
        right += sentences.index(result_sentence(abstracts[identifier])) in good
    assert right >= 0.9 * len(LABELS["results"]) == 180


def test_nearly_all_links_of_a_fortnight_are_of_the_kind_that_their_sentence_says() -> None:
    links = right = 0
    for identifier, label in LABELS["facts"].items():
        row, wanted = papers()[identifier], label.get("links", [])
        said = facts(row["comment"] or "", row["abstract"], row["journal_ref"]).links
        links += len(wanted)
        right += sum(link.kind.value in kinds.split("|") for link, kinds in zip(said, wanted, strict=False))
    assert right >= 0.95 * links > 30
