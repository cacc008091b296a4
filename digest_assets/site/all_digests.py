"""The page that leads to the sites of all digests of a project."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from digest_assets import user_templates
from digest_assets.site.frame import environment
from digest_assets.site.values import Site
from digest_assets.site.words import SITE_WORDS

TEMPLATE = "digests.html.j2"


def all_digests(sites: Sequence[tuple[Site, str, date | None]]) -> str:
    """The page, in the language of the first. `sites`: each with where it is from the page on, as `language/`, and its
    newest date with papers."""
    first = sites[0][0]
    digests = [
        {
            "name": site.name,
            "root": root,
            "lang": SITE_WORDS[site.language].lang,
            "archive": SITE_WORDS[site.language].archive,
            "categories": site.categories,
            "newest": newest,
        }
        for site, root, newest in sites
    ]
    with user_templates.rendering(TEMPLATE):
        template = environment(first.templates, first.language).get_template(TEMPLATE)
        return template.render(digests=digests, w=SITE_WORDS[first.language])
