"""Invented papers and answers, in arXiv's own forms."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from xml.sax.saxutils import escape

from digest_assets.model import Paper


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


def paper(
    identifier: str = "2601.00001", published: str | datetime | None = "2026-01-05T12:00", **changes: object
) -> Paper:
    values: dict[str, object] = {
        "identifier": identifier,
        "version": 1,
        "title": "A Made-Up Title",
        "abstract": "A made-up abstract.",
        "authors": ("Ada Sample",),
        "categories": ("cs.SD",),
        "published_at": utc(published) if isinstance(published, str) else published,
    }
    return Paper(**{**values, **changes})  # type: ignore[arg-type]


def api_entry(
    versioned: str = "2601.00001v1",
    *,
    title: str = "A Made-Up Title",
    summary: str = "A made-up abstract.",
    published: str = "2026-01-05T12:00:00Z",
    updated: str = "2026-01-05T12:00:00Z",
    authors: Sequence[str] = ("Ada Sample", "Bo Example"),
    categories: Sequence[str] = ("cs.SD", "eess.AS"),
    extra: str = "",
) -> str:
    """One entry as the API writes it; texts are escaped here. An empty text leaves its element out."""
    parts = [
        f"<id>http://arxiv.org/abs/{versioned}</id>" if versioned else "",
        f"<title>{escape(title)}</title>" if title else "",
        f"<updated>{updated}</updated>" if updated else "",
        f'<link href="https://arxiv.org/abs/{versioned}" rel="alternate" type="text/html"/>',
        f"<summary>{escape(summary)}</summary>" if summary else "",
        *(f'<category term="{each}" scheme="http://arxiv.org/schemas/atom"/>' for each in categories),
        f"<published>{published}</published>" if published else "",
        f'<arxiv:primary_category term="{categories[0]}"/>' if categories else "",
        extra,
        *(f"<author><name>{escape(each)}</name></author>" for each in authors),
    ]
    return "<entry>" + "".join(parts) + "</entry>"


def api_answer(*entries: str, total: int | None = None, start: int = 0) -> bytes:
    return (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        '<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom" '
        'xmlns="http://www.w3.org/2005/Atom"><id>https://arxiv.org/api/x</id><title>arXiv Query: made up</title>'
        f"<opensearch:itemsPerPage>1000</opensearch:itemsPerPage>"
        f"<opensearch:totalResults>{len(entries) if total is None else total}</opensearch:totalResults>"
        f"<opensearch:startIndex>{start}</opensearch:startIndex>{''.join(entries)}</feed>"
    ).encode()


def api_error(summary: str = "incorrect id format for nonsense") -> bytes:
    return api_answer(
        "<entry><id>https://arxiv.org/api/errors#made_up</id><title>Error</title>"
        f"<summary>{escape(summary)}</summary><author><name>arXiv api core</name></author></entry>"
    )


def rss_item(
    versioned: str = "2601.00001v1",
    *,
    kind: str = "new",
    title: str = "A Made-Up Title",
    abstract: str = "A made-up abstract.",
    date: str = "Thu, 29 Jan 2026 00:00:00 -0500",
    creator: str = "Ada Sample, Bo Example",
    categories: Sequence[str] = ("cs.SD", "eess.AS"),
) -> str:
    parts = [
        f"<title>{escape(title)}</title>" if title else "",
        f"<link>https://arxiv.org/abs/{versioned.partition('v')[0]}</link>",
        f"<description>arXiv:{versioned} Announce Type: {kind} \nAbstract: {escape(abstract)}</description>",
        f'<guid isPermaLink="false">oai:arXiv.org:{versioned}</guid>' if versioned else "",
        *(f"<category>{each}</category>" for each in categories),
        f"<pubDate>{date}</pubDate>" if date else "",
        f"<arxiv:announce_type>{kind}</arxiv:announce_type>" if kind else "",
        "<dc:rights>http://creativecommons.org/licenses/by/4.0/</dc:rights>",
        f"<dc:creator>{escape(creator)}</dc:creator>" if creator else "",
    ]
    return "<item>" + "".join(parts) + "</item>"


def rss_feed(*items: str, date: str = "Thu, 29 Jan 2026 00:00:00 -0500", title: str = "cs.SD updates") -> bytes:
    return (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        '<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" version="2.0">'
        f"<channel><title>{escape(title)}</title><pubDate>{date}</pubDate>"
        "<skipDays><day>Sunday</day><day>Saturday</day></skipDays>"
        f"{''.join(items)}</channel></rss>"
    ).encode()


def oai_record(
    identifier: str = "2601.00001",
    versions: Sequence[str] = ("Mon, 05 Jan 2026 12:00:30 GMT",),
    *,
    datestamp: str = "2026-01-06",
    authors: str = "Ada Sample, Bo Example and Cy Invented",
    categories: str = "cs.SD eess.AS",
) -> str:
    history = "".join(
        f'<version version="v{number}"><date>{date}</date><size>10kb</size></version>'
        for number, date in enumerate(versions, 1)
    )
    return (
        f"<record><header><identifier>oai:arXiv.org:{identifier}</identifier><datestamp>{datestamp}</datestamp>"
        "<setSpec>cs:cs:SD</setSpec></header><metadata>"
        '<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/">'
        f"<id>{identifier}</id><submitter>Ada Sample</submitter>{history}<title>A Made-Up\n  Title</title>"
        f"<authors>{authors}</authors><categories>{categories}</categories><comments>4 pages</comments>"
        "<license>http://creativecommons.org/licenses/by/4.0/</license>"
        "<abstract>A made-up abstract.</abstract></arXivRaw></metadata></record>"
    )


def oai_answer(*records: str, token: str = "", error: str = "") -> bytes:
    listed = f"<ListRecords>{''.join(records)}<resumptionToken>{token}</resumptionToken></ListRecords>"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
        f"<responseDate>2026-01-07T00:00:00Z</responseDate>{error or listed}</OAI-PMH>"
    ).encode()
