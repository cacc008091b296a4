"""What the post and the site will show of an answer, rendered as soon as it is there.

A day's run waits for answers nearly all the time, and its last steps are what its reader waits for. So the Markdown of
each answer is made into the post's and the site's while others are awaited; their functions keep what they made
(`lru_cache`), and the steps that come later in the process find it. A process that makes only the post makes all of it
itself.
"""

from __future__ import annotations

from digest_assets.config import Settings
from digest_assets.markup.model_markdown import KEPT
from digest_assets.model import AnswerStatus, Reading, Translation
from digest_assets.pipeline.site_source import site_of
from digest_assets.posts import markdown, page
from digest_assets.posts.page import DIALECTS, PostForm
from digest_assets.posts.words import LANGUAGES
from digest_assets.site import frame, paper_view
from digest_assets.site.words import SITE_WORDS

_MOST_PAPERS = KEPT // 4
"""Of a date with more, what was rendered first would be forgotten before it is needed."""


class Ahead:
    """Renders what a date of so many `papers` will show."""

    def __init__(self, settings: Settings, papers: int) -> None:
        self._site = site_of(settings) if settings.output.site_dir else None
        self._dialect = DIALECTS[PostForm(settings.output.form)]
        self._language = settings.digest.language
        self._wanted = papers <= _MOST_PAPERS
        self._has_begun = False

    def render(self, made: Translation | Reading) -> None:
        """Renders the texts of `made` in both ways, before the first the site's templates."""
        if not self._wanted or made.status is not AnswerStatus.DONE:
            return
        if self._site is not None and not self._has_begun:
            frame.read_templates(self._site)
        self._has_begun = True
        post_words, site_words = LANGUAGES[self._language], SITE_WORDS[self._language]
        if isinstance(made, Translation):
            page.translation_shown(made, post_words, self._dialect)
            if self._site is not None and paper_view.translation_shown(made, site_words):
                paper_view.pairs_shown(made)
            return
        for part in made.parts or ():
            markdown.blocks_from_model(part, self._dialect)
        if self._site is not None and paper_view.parts_shown(made, site_words):
            paper_view.paragraphs_shown(made)
