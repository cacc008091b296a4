"""Other programs get a digest whole: as a JSON document, as references, from its pages, through MCP; and no secret."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Iterator
from datetime import date
from importlib import resources
from typing import Any

import bibtexparser.entrypoint
import jsonschema
import pytest
import rispy
from mcp import Client
from selectolax.lexbor import LexborHTMLParser

from digest_assets.cli.mcp import server
from digest_assets.config import InterestSettings
from digest_assets.site.references import FORMS, Reference
from digest_assets.store.ledger import kept_papers
from digest_assets_tests.worlds import World, a_world, noon_in_shanghai

DAY = date(2026, 11, 20)
SECRET = "hunter2secret"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("project")
    with a_world(
        folder, noon_in_shanghai(DAY), filters={"exclude_keywords": ("foghorn",)}, output={"notice": "A test."}
    ) as world:
        interest = InterestSettings(name="whispers", keywords=("whispered speech",))
        arxiv = world.settings.arxiv.model_copy(update={"contact": SECRET})
        world.use(world.settings.model_copy(update={"interests": (interest,), "arxiv": arxiv}))
        world.make(DAY)
        yield world


def kept(world: World) -> dict[str, str]:
    return dict(
        world.rows(
            "SELECT identifier, title FROM windowed_papers JOIN papers USING (identifier, version) "
            "WHERE outcome = 'kept' ORDER BY 1"
        )
    )


def test_a_date_is_a_document_by_its_schema(world: World) -> None:
    site = world.folder / "site"
    document = json.loads((site / "d" / f"{DAY}.json").read_text("utf-8"))
    schema = json.loads((site / "assets" / "day.schema.json").read_text("utf-8"))
    packaged = resources.files("digest_assets.site") / "static" / "day.schema.json"
    assert schema == json.loads(packaged.read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(document, schema)
    assert {each["id"] for each in document["papers"]} == kept(world).keys()
    words = (site / "d" / f"{DAY}.words.js").read_text("utf-8")
    assert all(f'["{identifier}",' in words for identifier in kept(world))
    assert document["counts"]["announced"] == len(document["papers"]) + len(document["left_out"])
    (whisper,) = (each for each in document["papers"] if each["title"].startswith("Can a Whisper"))
    assert whisper["interests"] == ["whispers"]
    assert whisper["translation"]
    assert whisper["reading"]["method"]
    for broken in ({"version": 2}, {"papers": [{"id": "x"}]}, {"counts": {"announced": -1}}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(document | broken, schema)
    page = (site / "d" / f"{DAY}.html").read_text("utf-8")
    assert f'<link rel="alternate" type="application/json" href="../d/{DAY}.json">' in page
    told = (site / "llms.txt").read_text("utf-8")
    assert told.startswith("# ")
    assert "assets/day.schema.json" in told


def test_reference_managers_read_back_every_paper_of_a_date_from_its_page(world: World) -> None:
    """What Zotero's translators take: `citation_*`, all of it, for each paper."""
    with world.store.reading() as connection:
        papers = [paper for paper, _, _ in kept_papers(connection, "arxiv", day=DAY)]
    assert len(papers) == len(kept(world)) > 5
    for paper in papers:
        reference = Reference(paper, DAY)
        html = (world.folder / "site" / "p" / f"{paper.identifier.replace('/', '-')}.html").read_text("utf-8")
        found: dict[str, list[str | None]] = {}
        for node in LexborHTMLParser(html).css("meta[name^=citation_]"):
            found.setdefault(node.attributes["name"] or "", []).append(node.attributes["content"])
        assert paper.published_at is not None
        assert found == {
            "citation_title": [reference.title],
            "citation_author": list(reference.authors),
            "citation_publication_date": [f"{paper.published_at:%Y/%m/%d}"],
            "citation_publisher": ["arXiv"],
            "citation_arxiv_id": [paper.identifier],
            "citation_doi": [paper.doi or f"10.48550/arXiv.{paper.identifier}"],
            "citation_language": ["en"],
            "citation_abstract_html_url": [f"https://arxiv.org/abs/{paper.identifier}"],
            "citation_pdf_url": [f"https://arxiv.org/pdf/{paper.identifier}"],
        }


def test_references_are_read_back_by_the_readers_of_each_form(world: World) -> None:
    with world.store.reading() as connection:
        found = [Reference(*each) for each in kept_papers(connection, "arxiv")]
        chosen = kept_papers(connection, "arxiv", interest="whispers")
        starred = kept_papers(connection, "arxiv", identifiers=[found[0].paper.identifier, "9999.00001"])
    assert [each.paper.title for each in found if each.paper.title.startswith("Can a Whisper")] == [
        paper.title for paper, _, _ in chosen if paper.title.startswith("Can a Whisper")
    ]
    assert [paper.identifier for paper, _, _ in starred] == [found[0].paper.identifier]
    library = bibtexparser.entrypoint.parse_string(FORMS["bibtex"]([*found, *found[:1]]))
    assert not library.failed_blocks
    assert [each.fields_dict["eprint"].value for each in library.entries[: len(found)]] == [
        each.paper.identifier for each in found
    ]
    assert len({each.key for each in library.entries}) == len(found) + 1
    ris = rispy.load(io.StringIO(FORMS["ris"](found)))
    assert [(each["title"], tuple(each["authors"])[-1].split(",")[0]) for each in ris] == [
        (" ".join(each.title.split()), each.authors[-1].split()[-1]) for each in found
    ]
    csl = json.loads(FORMS["csl-json"](found))
    assert [(each["title"], each["DOI"]) for each in csl] == [
        (each.title, each.paper.doi or f"10.48550/arXiv.{each.paper.identifier}") for each in found
    ]
    markdown = FORMS["md"](found)
    assert markdown.count("](https://arxiv.org/abs/") == len(found)
    assert FORMS["bibtex"]([]) == ""


def ask(world: World, *calls: tuple[str, dict[str, Any]]) -> list[Any]:
    async def asked() -> list[Any]:
        async with Client(server(world.settings, world.store)) as client:
            tools = {tool.name for tool in (await client.list_tools()).tools}
            assert tools == {"days", "day", "search", "paper", "ledger"}
            return [await client.call_tool(name, arguments) for name, arguments in calls]

    return asyncio.run(asked())


def test_programs_read_the_digest_through_mcp_write_nothing_and_learn_no_secret(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    identifier, title = next((key, value) for key, value in kept(world).items() if value.startswith("Can a Whisper"))
    ((dropped,),) = world.rows("SELECT identifier FROM windowed_papers WHERE reason = 'keyword'")
    calls: list[tuple[str, dict[str, Any]]] = [
        ("days", {}),
        ("day", {"day": str(DAY)}),
        ("search", {"words": "whisper WATERMARKED"}),
        ("paper", {"identifier": f"arXiv:{identifier}v1"}),
        ("paper", {"identifier": dropped}),
        ("ledger", {"day": str(DAY)}),
        ("paper", {"identifier": "9999.00001"}),
        ("day", {"day": "yesterday"}),
        ("search", {"words": "'; DROP TABLE papers --"}),
    ]
    with monkeypatch.context() as patched:
        patched.setattr(type(world.store), "session", None)  # what writes goes through it
        results = ask(world, *calls)
    texts = [each.content[0].text for each in results]
    days, day, found, paper, absent, ledger = (json.loads(text) for text in texts[:6])
    assert days["days"][0]["date"] == str(DAY)
    assert {each["id"] for each in day["papers"]} == kept(world).keys()
    assert [each["id"] for each in found["papers"]] == [identifier]
    assert (paper["title"], paper["outcome"]) == (title, "published")
    assert paper["reading"]["background"]
    cited = {str(number) for each in paper["reading_rests_on"] for number in each["paragraphs"]}
    assert cited
    assert cited == paper["paragraphs"].keys()
    assert (absent["outcome"], absent["reason"]) == ("filtered", "keyword")
    assert len(ledger["papers"]) == len(kept(world)) + 1
    assert [each.is_error for each in results] == [False] * 6 + [True, True, False]
    assert json.loads(texts[8])["papers"] == []
    assert "announced no 9999.00001" in texts[6]
    assert "'yesterday' is not a date" in texts[7]
    for text in texts:
        for secret in (SECRET, str(world.folder), world.settings.llm.base_url, world.settings.arxiv.api_url):
            assert secret not in text
