"""A paper that this program cannot show stands there without its texts, and takes no other along."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from digest_assets.automation.command_line_runs import RunOutcome
from digest_assets.errors import PaperUnshowable, TemplateBroken
from digest_assets.llm.answers import Answer
from digest_assets.llm.completions import read_answer
from digest_assets.model import DigestPaper
from digest_assets.pipeline import render_ahead
from digest_assets.pipeline.showable import showable
from digest_assets.posts import markdown
from digest_assets.site import html
from digest_assets_tests.posts.examples import a_paper, digest_paper, translated
from digest_assets_tests.test_one_bad_paper import DAY
from digest_assets_tests.worlds import a_world, noon_in_shanghai

PAPERS = [digest_paper(a_paper(number), translation=translated(f"译文 {number}")) for number in (1, 2, 3)]


def fails_at(word: str, error: Exception) -> Callable[[DigestPaper], None]:
    def show(paper: DigestPaper) -> None:
        if word in f"{paper.paper.title} {paper.translation.text}":
            raise error

    return show


def test_a_paper_whose_texts_cannot_be_shown_stands_there_with_the_reason() -> None:
    first, second, third = showable(PAPERS, fails_at("译文 2", RecursionError("too deep")))
    assert (first, third) == (PAPERS[0], PAPERS[2])
    assert (second.paper, second.translation.text) == (PAPERS[1].paper, None)
    assert "unexpected error; please report it: RecursionError: too deep (test_showable.py" in str(
        second.reading.reason
    )


def test_a_paper_that_cannot_be_shown_at_all_is_named_with_how_to_leave_it_out() -> None:
    with pytest.raises(PaperUnshowable, match=r"2601.00002v1 .* filters.exclude_keywords: 'Invented paper 2'"):
        showable(PAPERS, fails_at("paper 2", RecursionError("too deep")))


def test_what_is_wrong_with_a_template_is_no_paper_s_fault() -> None:
    with pytest.raises(TemplateBroken):
        showable(PAPERS, fails_at("paper 2", TemplateBroken("post.md.j2", cure="Correct it.")))


@pytest.mark.slow
@pytest.mark.parametrize("ahead", [False, True], ids=["when the post is written", "while others are awaited"])
def test_a_mistake_in_rendering_leaves_the_date_with_all_its_papers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ahead: bool
) -> None:
    met: list[object] = []

    def broken(render: Callable[..., object]) -> Callable[..., object]:
        def maybe(text: object, *more: object) -> object:
            met.extend([text] if not met else [])
            if text == met[0]:
                raise RecursionError("too deep")
            return render(text, *more)

        return maybe

    for writer in (markdown, html):
        monkeypatch.setattr(writer, "paragraphs_from_pieces", broken(writer.paragraphs_from_pieces))
    if not ahead:
        monkeypatch.setattr(render_ahead.Ahead, "render", lambda self, made: None)
    with a_world(tmp_path, noon_in_shanghai(DAY)) as world:
        report = world.make(DAY)
        assert report.outcome is (RunOutcome.IN_PART if ahead else RunOutcome.COMPLETE), report.reasons
        (papers,) = world.rows("SELECT count(*) FROM windowed_papers WHERE digest_date = ? AND outcome = 'kept'", DAY)
        assert world.post(DAY).count("https://arxiv.org/abs/") >= papers[0]
        assert met
        assert "too deep" in " ".join(report.reasons) or not ahead


def test_an_answer_has_no_lone_surrogate() -> None:
    answer = read_answer(
        '{"choices": [{"message": {"content": "a\\ud800b\\ud83d\\ude00"}, "finish_reason": "stop"}]}', "m"
    )
    assert isinstance(answer, Answer)
    assert answer.text == "a\ufffdb\U0001f600"
