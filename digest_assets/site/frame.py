"""What all pages are rendered with: the templates, ours and a user's, and what makes all anew where it changes."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from functools import lru_cache, partial
from importlib import resources
from pathlib import Path

from jinja2 import Environment, TemplateError

from digest_assets import user_templates
from digest_assets.arxiv.taxonomy import name_in
from digest_assets.errors import TemplateBroken
from digest_assets.markup.characters import clean
from digest_assets.site.values import Site


def frame(site: Site) -> str:
    """Of everything that all pages are made with: where it changes, they are made anew."""
    content = (site, version(), _of_templates(site.templates))
    return hashlib.sha256(repr(content).encode("utf-8", "replace")).hexdigest()[:20]


def _of_templates(folder: Path | None) -> list[tuple[str, str]]:
    if folder is None:
        return []
    files = sorted(each for each in (folder / WITHIN).rglob("*") if each.is_file())
    return [(str(each.relative_to(folder)), hashlib.sha256(each.read_bytes()).hexdigest()) for each in files]


WITHIN = "site"
"""Where a user's templates of the site lie in `output.templates_dir`; `site/static/` holds style sheets and scripts."""


@lru_cache(maxsize=1)
def version() -> str:
    """Of everything that a page is rendered by: another program makes all files anew."""
    digest = hashlib.sha256()
    for package in ("digest_assets.site", "digest_assets.posts", "digest_assets.markup"):
        for folder in ("", "templates", "static"):
            root = resources.files(package) / folder
            for each in sorted(root.iterdir(), key=lambda each: each.name) if root.is_dir() else ():
                if each.is_file() and not each.name.endswith(".pyc"):
                    digest.update(each.name.encode() + each.read_bytes())
    return digest.hexdigest()[:12]


def _clean_text(value: object) -> object:
    """Names of models and reasons, too, come without characters that turn the words around them."""
    return clean(value) if type(value) is str else value


@lru_cache(maxsize=4)
def environment(templates: Path | None, language: str) -> Environment:
    found = user_templates.environment(
        "digest_assets.site", templates, within=WITHIN, escape=True, finalize=_clean_text
    )
    found.globals["category_name"] = partial(name_in, language)
    return found


def read_templates(site: Site) -> None:
    """Compiles the templates, a tenth of a second, which else the first page of each kind waits for. What is wrong with
    one is said when it is rendered."""
    with suppress(TemplateBroken):
        found = environment(site.templates, site.language)
        for name in found.list_templates():
            with suppress(TemplateError):
                found.get_template(name)
