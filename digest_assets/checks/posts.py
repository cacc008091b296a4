"""Checks of the post as a file: what a site generator will make of it."""

# No `from __future__ import annotations`: Dagster reads the annotations of decorated functions as objects.
import re
from urllib.parse import urlsplit

import dagster as dg

from digest_assets.assets.of_a_digest import asset_check
from digest_assets.assets.one_date import checked_date
from digest_assets.assets.previews import listing
from digest_assets.config import Settings
from digest_assets.posts.page import PostForm
from digest_assets.store.connection import DigestStore
from digest_assets.store.posts import post_of

_LINK = re.compile(r"\]\((?:<([^>\n]*)>|([^)\s]*))")
_UNSAFE = re.compile(r"\{\{|\{%")
_SHORTCODE = re.compile(r"\{\{[<%](?! /?details )")
_RAW = re.compile(r"\{% raw %\}.*?\{% endraw %\}", re.S)


@asset_check(
    asset="rendered_posts",
    description="The post has its front matter and a heading for each paper, and each of its links is an address.",
)
def the_post_is_well_formed(
    context: dg.AssetCheckExecutionContext, settings: dg.ResourceParam[Settings], store: dg.ResourceParam[DigestStore]
) -> dg.AssetCheckResult:
    with checked_date(context) as day:
        with store.transaction() as connection:
            post = post_of(connection, settings.digest.name, day)
        if post is None:
            return dg.AssetCheckResult(
                passed=False, description=f"The store holds no post of {day}; make the date again."
            )
        if post.path is None:
            return dg.AssetCheckResult(passed=True, description="The date has no post.")
        path = settings.path(post.path)
        if not path.is_file():
            return dg.AssetCheckResult(
                passed=False, description=f"{post.path} is gone; materialize rendered_posts to write it again."
            )
        form = PostForm(settings.output.form)
        defects = defects_of(path.read_text("utf-8"), post.published + post.failed, form)
        return dg.AssetCheckResult(
            passed=not defects,
            description=defects[0] if defects else None,
            metadata={"defects": len(defects), **listing("list", ["defect"], [[each] for each in defects[:20]])},
        )


def defects_of(text: str, papers: int, form: PostForm = PostForm.JEKYLL) -> list[str]:
    """What is wrong with a post of `papers` papers: one line each."""
    defects = []
    if form is PostForm.MARKDOWN:
        if not text.startswith("# "):
            defects.append("It does not begin with a title.")
    elif not re.match(r"---\n.*?\n---\n", text, re.S):
        defects.append("It does not begin with front matter.")
    headings = len(re.findall(r"^## ", text, re.M))
    if headings != papers:
        defects.append(f"It has {headings} headings for {papers} papers.")
    if form is PostForm.HUGO and _SHORTCODE.search(text):
        defects.append("A brace of Hugo's stands where none belongs.")
    if form is PostForm.JEKYLL and _UNSAFE.search(_RAW.sub("", text)):
        defects.append("A brace of Liquid's stands outside of raw.")
    for pointed, bare in _LINK.findall(text):
        address = pointed or bare
        parts = urlsplit(address)
        if not address.startswith("#") and (parts.scheme not in ("http", "https", "mailto") or " " in address):
            defects.append(f"A link is no address: {address[:80]}")
    return defects
