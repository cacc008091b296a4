"""Posts built by the real Hugo (0.140 or newer), with its documentation's settings for formulas and no others."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest
from selectolax.lexbor import LexborHTMLParser

from digest_assets.markup import tex
from digest_assets.markup.characters import clean
from digest_assets.posts.page import DigestPage, PostForm, in_post_order, post_name, render_post

from .examples import legible, meant
from .test_jekyll import pages, tables_meant

pytestmark = pytest.mark.slow

CONFIG = r"""
baseURL = "https://example.org/"
disableKinds = ["taxonomy", "term", "RSS", "sitemap", "home", "section"]
[markup.goldmark.extensions.passthrough]
enable = true
[markup.goldmark.extensions.passthrough.delimiters]
block = [['\[', '\]'], ['$$', '$$']]
inline = [['\(', '\)']]
"""


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[DigestPage, LexborHTMLParser]]:
    hugo = shutil.which("hugo")
    if hugo is None:
        pytest.skip("hugo is not installed")
    version = subprocess.run([hugo, "version"], capture_output=True, text=True, timeout=30, check=True).stdout
    if tuple(map(int, re.findall(r"v(\d+)\.(\d+)", version)[0])) < (0, 140):
        pytest.skip("hugo is older than 0.140, which brought the shortcode `details`")
    folder = tmp_path_factory.mktemp("hugo")
    (folder / "content" / "posts").mkdir(parents=True)
    (folder / "layouts" / "_default").mkdir(parents=True)
    (folder / "hugo.toml").write_text(CONFIG, encoding="utf-8")
    layout = "<html><body><article>{{ .Content }}</article></body></html>"
    (folder / "layouts" / "_default" / "single.html").write_text(layout, encoding="utf-8")
    for page in pages():
        text = render_post(page, form=PostForm.HUGO)
        (folder / "content" / "posts" / post_name(page)).write_text(text, encoding="utf-8")
    done = subprocess.run([hugo], cwd=folder, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return [
        (page, LexborHTMLParser((folder / "public" / "posts" / post_name(page)[:-3] / "index.html").read_text("utf-8")))
        for page in pages()
    ]


def test_every_heading_is_there_once_with_the_text_that_was_meant(
    site: list[tuple[DigestPage, LexborHTMLParser]],
) -> None:
    for page, html in site:
        expected = [
            legible(meant(tex.read(clean(each.paper.title).strip()))) or "（无标题）"
            for each in in_post_order(page.papers)
        ]
        assert [legible(heading.text()) for heading in html.css("h1, h2, h3, h4, h5, h6")] == expected


def test_every_reading_is_folded_and_no_other_table_or_script_is_there(
    site: list[tuple[DigestPage, LexborHTMLParser]],
) -> None:
    for page, html in site:
        readings = [each for each in page.papers if each.reading.parts and not each.withdrawn]
        assert len(html.css("details")) == len(readings)
        assert len([table for table in html.css("table") if "EER" in table.text()]) == tables_meant(page)
        assert not html.css("article > table, ul table, script, img, iframe")
