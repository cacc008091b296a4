"""The XML that arXiv's interfaces answer with, element for element as recorded: Atom of the API, feeds, OAI-PMH."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from html import escape as _escape
from urllib.parse import quote

from digest_assets.model import AnnouncementKind, Paper

_DECLARATION = "<?xml version='1.0' encoding='UTF-8'?>\n"
_API_NAMESPACES = (
    'xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom" '
    'xmlns="http://www.w3.org/2005/Atom"'
)
_FEED_NAMESPACES = 'xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/"'
_ATOM_NAMESPACES = _FEED_NAMESPACES + ' xmlns="http://www.w3.org/2005/Atom"'
_RSS_NAMESPACES = (
    _FEED_NAMESPACES + ' xmlns:atom="http://www.w3.org/2005/Atom" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
)
DEFAULT_LICENCE = "http://arxiv.org/licenses/nonexclusive-distrib/1.0/"


def text(value: str) -> str:
    return _escape(value, quote=False)


def attribute(value: str) -> str:
    return _escape(value).replace("&#x27;", "'")


def zulu(instant: datetime) -> str:
    """`2026-01-28T13:11:08Z`."""
    return instant.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def api_entry(paper: Paper) -> str:
    """An entry of the API, in the order of today's server."""
    assert paper.published_at is not None
    name = paper.versioned
    lines = [
        "  <entry>",
        f"    <id>http://arxiv.org/abs/{name}</id>",
        f"    <title>{text(paper.title)}</title>",
        f"    <updated>{zulu(paper.updated_at or paper.published_at)}</updated>",
        f'    <link href="https://arxiv.org/abs/{name}" rel="alternate" type="text/html"/>',
        f'    <link href="https://arxiv.org/pdf/{name}" rel="related" type="application/pdf" title="pdf"/>',
        f"    <summary>{text(paper.abstract)}</summary>",
        *(f'    <category term="{each}" scheme="http://arxiv.org/schemas/atom"/>' for each in paper.categories),
        f"    <published>{zulu(paper.published_at)}</published>",
    ]
    if paper.comment:
        lines.append(f"    <arxiv:comment>{text(paper.comment)}</arxiv:comment>")
    lines.append(f'    <arxiv:primary_category term="{paper.primary_category}"/>')
    if paper.journal_ref:
        lines.append(f"    <arxiv:journal_ref>{text(paper.journal_ref)}</arxiv:journal_ref>")
    for author in paper.authors:
        lines += ["    <author>", f"      <name>{text(author)}</name>", "    </author>"]
    if paper.doi:
        lines.append(f"    <arxiv:doi>{text(paper.doi)}</arxiv:doi>")
        lines.append(f'    <link rel="related" href="https://doi.org/{attribute(paper.doi)}" title="doi"/>')
    return "\n".join([*lines, "  </entry>"])


def api_feed(
    entries: Iterable[str], *, query: str, ids: str, start: int, size: int, total: int, now: datetime
) -> bytes:
    """An answer of the API. `size` is what was asked for, not what is there."""
    described = f"search_query={query}&id_list={ids}&start={start}&max_results={size}"
    address = f"https://arxiv.org/api/query?search_query={query}&start={start}&max_results={size}&id_list={ids}"
    digest = base64.b64encode(hashlib.sha1(described.encode()).digest()).decode().rstrip("=")
    return "\n".join(
        [
            f"{_DECLARATION}<feed {_API_NAMESPACES}>",
            f"  <id>https://arxiv.org/api/{digest}</id>",
            f"  <title>arXiv Query: {text(described)}</title>",
            f"  <updated>{zulu(now)}</updated>",
            f'  <link href="{attribute(address)}" type="application/atom+xml"/>',
            *_totals(size, total, start),
            *entries,
            "</feed>\n",
        ]
    ).encode()


def api_error(message: str, *, slug: str | None, now: datetime) -> bytes:
    """The error entry. `slug`: what stands after `errors#`; None for none; a whole address is taken as it is."""
    address = "https://arxiv.org/api/errors" + (f"#{slug}" if slug else "")
    if slug and slug.startswith("https://"):
        address = slug
    return "\n".join(
        [
            f"{_DECLARATION}<feed {_API_NAMESPACES}>",
            "  <id>https://arxiv.org/</id>",
            "  <title>arXiv Search Results</title>",
            f"  <updated>{zulu(now)}</updated>",
            *_totals(1, 1, 0),
            "  <entry>",
            f"    <id>{text(address)}</id>",
            "    <title>Error</title>",
            f"    <updated>{zulu(now)}</updated>",
            f'    <link href="{attribute(address)}" rel="alternate" type="text/html"/>',
            f"    <summary>{text(message)}</summary>",
            "    <author>",
            "      <name>arXiv api core</name>",
            "    </author>",
            "  </entry>",
            "</feed>\n",
        ]
    ).encode()


def _totals(size: int, total: int, start: int) -> list[str]:
    return [
        f"  <opensearch:itemsPerPage>{size}</opensearch:itemsPerPage>",
        f"  <opensearch:totalResults>{total}</opensearch:totalResults>",
        f"  <opensearch:startIndex>{start}</opensearch:startIndex>",
    ]


def rss(items: Iterable[tuple[Paper, AnnouncementKind]], *, query: str, names: str, midnight: datetime) -> bytes:
    """The RSS feed built at `midnight` (New York). `query` is what was asked for, `names` its categories as shown."""
    day = midnight.strftime("%a, %d %b %Y %H:%M:%S %z")
    built = midnight.astimezone(timezone.utc).strftime("%a, %d %b %Y %H:%M:%S +0000")
    address = f"http://rss.arxiv.org/rss/{attribute(query)}"
    head = f"""{_DECLARATION}<rss {_RSS_NAMESPACES} version="2.0">
  <channel>
    <title>{text(names)} updates on arXiv.org</title>
    <link>{address}</link>
    <description>{text(names)} updates on the arXiv.org e-print archive.</description>
    <atom:link href="{address}" rel="self" type="application/rss+xml"/>
    <docs>http://www.rssboard.org/rss-specification</docs>
    <language>en-us</language>
    <lastBuildDate>{built}</lastBuildDate>
    <managingEditor>rss-help@arxiv.org</managingEditor>
    <pubDate>{day}</pubDate>
    <skipDays>
      <day>Sunday</day>
      <day>Saturday</day>
    </skipDays>
"""
    return (head + "".join(_rss_item(paper, kind, day) for paper, kind in items) + "  </channel>\n</rss>\n").encode()


def _rss_item(paper: Paper, kind: AnnouncementKind, day: str) -> str:
    categories = "".join(f"      <category>{each}</category>\n" for each in paper.categories)
    optional = f"      <arxiv:DOI>{text(paper.doi)}</arxiv:DOI>\n" if paper.doi else ""
    if paper.journal_ref:
        optional += f"      <arxiv:journal_reference>{text(paper.journal_ref)}</arxiv:journal_reference>\n"
    return f"""    <item>
      <title>{text(paper.title)}</title>
      <link>https://arxiv.org/abs/{paper.identifier}</link>
      <description>{text(_announced(paper, kind))}</description>
      <guid isPermaLink="false">oai:arXiv.org:{paper.versioned}</guid>
{categories}      <pubDate>{day}</pubDate>
      <arxiv:announce_type>{kind.value}</arxiv:announce_type>
      <dc:rights>{text(paper.licence or DEFAULT_LICENCE)}</dc:rights>
{optional}      <dc:creator>{text(", ".join(paper.authors))}</dc:creator>
    </item>
"""


def atom(items: Iterable[tuple[Paper, AnnouncementKind]], *, query: str, names: str, midnight: datetime) -> bytes:
    """The same feed as Atom."""
    built = midnight.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.199254+00:00")
    address = f"http://rss.arxiv.org/atom/{attribute(query)}"
    head = f"""{_DECLARATION}<feed {_ATOM_NAMESPACES} xml:lang="en-us">
  <id>{address}</id>
  <title>{text(names)} updates on arXiv.org</title>
  <updated>{built}</updated>
  <link href="{address}" rel="self" type="application/atom+xml"/>
  <subtitle>{text(names)} updates on the arXiv.org e-print archive.</subtitle>
"""
    published = midnight.isoformat()
    return (head + "".join(_atom_entry(*item, built, published) for item in items) + "</feed>\n").encode()


def _atom_entry(paper: Paper, kind: AnnouncementKind, built: str, published: str) -> str:
    categories = "".join(f'    <category term="{each}"/>\n' for each in paper.categories)
    return f"""  <entry>
    <id>oai:arXiv.org:{paper.versioned}</id>
    <title>{text(paper.title)}</title>
    <updated>{built}</updated>
    <link href="https://arxiv.org/abs/{paper.identifier}" rel="alternate" type="text/html"/>
    <summary>{text(_announced(paper, kind))}</summary>
{categories}    <published>{published}</published>
    <arxiv:announce_type>{kind.value}</arxiv:announce_type>
    <dc:rights>{text(paper.licence or DEFAULT_LICENCE)}</dc:rights>
    <dc:creator>{text(", ".join(paper.authors))}</dc:creator>
  </entry>
"""


def _announced(paper: Paper, kind: AnnouncementKind) -> str:
    # The space before the line break is arXiv's.
    return f"arXiv:{paper.versioned} Announce Type: {kind.value} \nAbstract: {paper.abstract}"


def feed_error(message: str, *, query: str, now: datetime) -> bytes:
    """What the feeds answer, with status 400, when a category does not exist."""
    return f"""{_DECLARATION}<rss xmlns:atom="http://www.w3.org/2005/Atom" version="2.0">
  <channel>
    <title>Feed error for query: {text(query)}</title>
    <link>http://rss.arxiv.org/rss/{attribute(quote(query))}</link>
    <description>{text(message)}</description>
    <pubDate>{now:%a, %d %b %Y %H:%M:%S +0000}</pubDate>
  </channel>
</rss>
""".encode()


def oai(interior: str, *, arguments: Mapping[str, str], address: str, now: datetime) -> bytes:
    """An OAI-PMH answer around `interior`."""
    shown = "".join(f' {key}="{attribute(value)}"' for key, value in arguments.items())
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"
         xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
         xsi:schemaLocation="http://www.openarchives.org/OAI/2.0/ http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd">
    <responseDate>{zulu(now)}</responseDate>
    <request{shown}>{text(address)}</request>
{interior}
</OAI-PMH>
""".encode()


def oai_error(code: str, message: str) -> str:
    return f"    <error code='{code}'>{text(message)}</error>"


def oai_header(paper: Paper, changed: datetime) -> str:
    """`changed` becomes the datestamp: a day, UTC."""
    sets = "".join(f"                <setSpec>{set_of(each)}</setSpec>\n" for each in paper.categories)
    return f"""            <header>
                <identifier>oai:arXiv.org:{paper.identifier}</identifier>
                <datestamp>{changed:%Y-%m-%d}</datestamp>
{sets}            </header>
"""


def oai_record(paper: Paper, changed: datetime, versions: Iterable[tuple[int, datetime]]) -> str:
    """A record in the format arXivRaw. `versions`: number and time of submission."""
    times = "".join(
        f"""                    <version version="v{number}">
                        <date>{submitted:%a, %d %b %Y %H:%M:%S GMT}</date>
                        <size>1370kb</size>
                    </version>
"""
        for number, submitted in versions
    )
    optional = "".join(
        f"                    <{name}>{text(value)}</{name}>\n"
        for name, value in (
            ("comments", paper.comment),
            ("journal-ref", paper.journal_ref),
            ("doi", paper.doi),
            ("license", paper.licence or DEFAULT_LICENCE),
        )
        if value
    )
    return f"""        <record>
{oai_header(paper, changed)}            <metadata>
                <arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/">
                    <id>{paper.identifier}</id>
                    <submitter>{text(paper.authors[0] if paper.authors else "")}</submitter>
{times}                    <title>{text(paper.title)}</title>
                    <authors>{text(", ".join(paper.authors))}</authors>
                    <categories>{" ".join(paper.categories)}</categories>
{optional}                    <abstract>{text(paper.abstract)}</abstract>
                </arXivRaw>
            </metadata>
        </record>
"""


_GROUPS = {
    "cs": "cs",
    "econ": "econ",
    "eess": "eess",
    "math": "math",
    "q-bio": "q-bio",
    "q-fin": "q-fin",
    "stat": "stat",
}


def set_of(category: str) -> str:
    """`cs.SD` -> `cs:cs:SD`; an archive of physics: `hep-ph` -> `physics:hep-ph`."""
    archive, _, subject = category.partition(".")
    return ":".join(part for part in (_GROUPS.get(archive, "physics"), archive, subject) if part)


def no_html(name: str) -> bytes:
    """The page for papers that have no HTML."""
    return f"""<!DOCTYPE html><html lang="en"><head><title>No HTML for '{text(name)}' | arXiv e-print repository</title>
</head><body><main class="container" id="main-container"><div id="content">
<h1>No HTML for '{text(name)}'</h1>
<p>HTML is not available for the source.</p>
<p>This could be due to the source files not being HTML, LaTeX, or a conversion failure.</p>
</div></main></body></html>
""".encode()


def no_document(name: str) -> bytes:
    """The page for papers that have no PDF."""
    return (
        "<!DOCTYPE html><html><head><title>arXiv</title></head>"
        f"<body><h1>No document for '{text(name)}'</h1></body></html>"
    ).encode()
