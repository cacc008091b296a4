"""Payloads in every text of others, at every place where it is written, in a browser: nothing runs, nothing is loaded.

Posts go through the real Jekyll and Hugo, and through a Markdown that lets HTML through; then each page is opened in
Chromium, where a script would leave a mark, and an image, a frame or a style a request to the canary.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from markdown_it import MarkdownIt

from digest_assets.assets import previews
from digest_assets.model import DigestPaper
from digest_assets.posts.page import PostForm, post_name, render_post
from digest_assets.site.values import Badge, Glance
from digest_assets_tests.posts.examples import a_page, a_paper, digest_paper, translated
from digest_assets_tests.posts.test_hugo import CONFIG as HUGO
from digest_assets_tests.posts.test_jekyll import CONFIG, build
from digest_assets_tests.site import examples
from digest_assets_tests.site.browsers import NEEDS_CHROMIUM
from digest_assets_tests.site.conftest import browser as browser
from digest_assets_tests.site.examples import ExampleSite

pytestmark = NEEDS_CHROMIUM
CANARY = "http://canary.example/t.gif"
RUN = "window.ran=1"
PAYLOADS = [
    f"<script>{RUN}</script>",
    f"</script><script>{RUN}</script>",
    f"</title></textarea></style><script>{RUN}</script>",
    f"<img src={CANARY} onerror={RUN}>",
    f'"><img src="{CANARY}" onload="{RUN}">',
    f"' onmouseover='{RUN}' autofocus onfocus='{RUN}",
    f"<svg/onload={RUN}>",
    f"<svg><script>{RUN}</script></svg>",
    f"<math><mtext><img src={CANARY} onerror={RUN}></mtext></math>",
    f'<iframe srcdoc="<script>parent.{RUN}</script>"></iframe>',
    f"<iframe src={CANARY}></iframe>",
    f"<object data={CANARY}></object><embed src={CANARY}>",
    f"<video poster={CANARY}><source src={CANARY} onerror={RUN}></video>",
    f"<style>@import url({CANARY})</style>",
    f"<link rel=stylesheet href={CANARY}>",
    f'<p style="background:url({CANARY})">styled</p>',
    f"<meta http-equiv=refresh content=0;url={CANARY}>",
    f"<base href={CANARY}>",
    f"<details open ontoggle={RUN}>x</details>",
    f"<!--><script>{RUN}</script>-->",
    f"--> <script>{RUN}</script> <!--",
    f"--!><img src={CANARY}>",
    f"<![CDATA[<script>{RUN}</script>]]>",
    f"]]><script>{RUN}</script>",
    f"&lt;script&gt;{RUN}&lt;/script&gt; &#60;img src={CANARY}&#62;",
    f"![image]({CANARY})",
    f"![image][1]\n\n[1]: {CANARY}",
    f"[link](javascript:{RUN})",
    f"[link](java\tscript:{RUN}) [data](data:text/html,<script>{RUN}</script>)",
    f"<javascript:{RUN}>",
    f"[x]: javascript:{RUN}\n[x]",
    f"`code` ``<script>{RUN}</script>``",
    f"```\n</code></pre><script>{RUN}</script>\n```",
    f"| a | b |\n|---|---|\n| <img src={CANARY}> | c |",
    f"$x_1 ![a]({CANARY})$",
    f"$[a](javascript:{RUN})_1$ \\([b](javascript:{RUN})\\)",
    f"$\\href{{javascript:{RUN}}}{{x}}$ $\\url{{{CANARY}}}$",
    f"$\\includegraphics{{{CANARY}}}$ $\\htmlData{{x={RUN}}}{{y}}$ $\\style{{background:url({CANARY})}}{{z}}$",
    r"$\rule{9999em}{9999em}$ $\hspace{9999em}x$ $\rlap{\raise 99em \color{white} y}$",
    r"\def\x{\x\x}\x $\newcommand{\y}{\y\y}\y$",
    "{{ 'LIQ' | append: 'RAN' }} {% include missing.html %} {% raw %}",
    "{%- assign x = 'LIQ' | append: 'RAN' -%}{{- x -}} {% endraw %}{{ site }}",
    '{{< ref "missing.md" >}} {{% include "missing" %}} {{< figure src="x" >}}',
    f'{{: onclick="{RUN}" style="background:url({CANARY})"}}',
    f'{{::options parse_block_html="true" /}}\n<div><script>{RUN}</script></div>',
    f"---\nlayout: {CANARY}\n---\ntitle: x",
    "\u202e<gnp.x>\u202c\x00\x1b[31m\ud800",
    f'@everyone <!channel> <at user_id="all"> [x]({CANARY})',
]


def hostile_papers() -> list[DigestPaper]:
    papers = []
    for number, payload in enumerate(PAYLOADS, 1):
        paper = a_paper(
            number, title=payload, abstract=payload, authors=(payload, "A. Author"), comment=payload,
            categories=("cs.SD", payload),
        )  # fmt: skip
        said = translated(payload) | {"model": payload, "answer_key": "key", "title": payload, "gist": payload}
        read = {"status": said["status"], "model": payload, "answer_key": "key"}
        read |= dict.fromkeys(("background", "method", "results"), payload)
        failed = {"status": "failed", "reason": payload}
        papers += [
            replace(digest_paper(paper, translation=said, reading=read), affiliations=(payload, "A University")),
            digest_paper(replace(paper, identifier=f"2602.{number:05}"), translation=failed, reading=failed),
        ]
    return papers


def marked(text: str) -> str:
    """Markdown that lets HTML through, as a page whose author trusts it would show it."""
    return str(MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(text))


def of_jekyll(folder: Path) -> Iterator[Path]:
    for where in ("comment", "front_matter"):
        page = a_page(*hostile_papers(), provenance=where, facts=True)
        build(folder / where, {post_name(page): render_post(page)}, CONFIG)
        yield folder / where / "_site" / "2026" / "01" / "29" / "arxiv.html"


def of_hugo(folder: Path) -> Iterator[Path]:
    hugo = shutil.which("hugo")
    if hugo is None:
        pytest.skip("hugo is not installed")
    (folder / "content" / "posts").mkdir(parents=True)
    (folder / "layouts" / "_default").mkdir(parents=True)
    (folder / "hugo.toml").write_text(HUGO + "[markup.goldmark.renderer]\nunsafe = true\n", "utf-8")
    (folder / "layouts" / "_default" / "single.html").write_text("<body>{{ .Content }}</body>", "utf-8")
    page = a_page(*hostile_papers(), provenance="comment")
    (folder / "content" / "posts" / post_name(page)).write_text(render_post(page, form=PostForm.HUGO), "utf-8")
    done = subprocess.run([hugo], cwd=folder, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    yield folder / "public" / "posts" / post_name(page)[:-3] / "index.html"


def of_markdown(folder: Path) -> Iterator[Path]:
    page = a_page(*hostile_papers(), provenance="comment")
    yield written(folder / "post.html", marked(render_post(page, form=PostForm.MARKDOWN)))


def of_the_site(folder: Path) -> Iterator[Path]:
    hostile_site().write(folder)
    yield folder / "index.html"
    yield folder / "search.html"
    yield from sorted((folder / "p").glob("*.html"))[:: len(PAYLOADS) // 6]
    yield from sorted((folder / "c").glob("*.html"))


def of_the_feeds(folder: Path) -> Iterator[Path]:
    hostile_site().write(folder)
    html = "{http://www.w3.org/2005/Atom}content"
    for number, feed in enumerate(sorted(folder.rglob("*.xml"))[:3]):
        said = [each.text or "" for each in ElementTree.parse(feed).iter(html)]
        yield written(folder / f"atom{number}.html", "".join(said))
    for number, feed in enumerate(sorted(folder.rglob("feed*.json"))[:3]):
        items = json.loads(feed.read_text("utf-8")).get("items", [])
        yield written(folder / f"json{number}.html", "".join(each.get("content_html", "") for each in items))


def of_dagster(folder: Path) -> Iterator[Path]:
    table = previews.table(["title", "reason"], [(payload, payload) for payload in PAYLOADS])
    yield written(folder / "metadata.html", marked(str(table.value)))


def hostile_site() -> ExampleSite:
    day = date(2026, 11, 20)
    papers, site = [], ExampleSite({})
    for number, payload in enumerate(PAYLOADS):
        paper = replace(
            examples.paper(number, title=payload), authors=(payload, "B. Author"), abstract=payload, comment=payload
        )
        shown = examples.digest_paper(paper, day, translation=payload, background=payload)
        papers.append(replace(shown, reading=replace(shown.reading, model=payload, reason=payload)))
        site.glances[paper.identifier] = Glance(payload, payload, badges=(Badge(payload, "affiliations"),))
    site.days_of[day] = papers
    return site


def written(path: Path, body: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"<!doctype html><meta charset=utf-8><body>{body}", "utf-8", "replace")
    return path


@pytest.mark.timeout(900)
@pytest.mark.parametrize("target", [of_jekyll, of_hugo, of_markdown, of_the_site, of_the_feeds, of_dagster])
def test_nothing_runs_and_nothing_is_loaded(browser: Any, tmp_path: Path, target: Any) -> None:
    pages = 0
    for path in target(tmp_path / "built"):
        pages += 1
        asked: list[str] = []
        context = browser.new_context(viewport={"width": 390, "height": 800})
        page = context.new_page()
        page.set_default_timeout(120_000)
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.on("dialog", lambda dialog, asked=asked: (asked.append(dialog.message), dialog.dismiss()))
        page.goto(path.as_uri(), wait_until="load")
        foreign = [url for url in asked if not url.startswith(("file://", "data:image/"))]
        assert foreign == [], path
        assert page.evaluate("window.ran") is None, path
        links = page.evaluate("[...document.querySelectorAll('[href], [src], [action]')].map(e => e.outerHTML)")
        assert not [link for link in links if "javascript:" in link.split(">")[0] or "data:text" in link.split(">")[0]]
        assert "LIQRAN" not in page.content(), path
        if target is of_the_site:
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
        context.close()
    assert pages
