"""Is everything there that a digest needs? A line each, with the cure: what `digest doctor` prints.

It changes nothing, asks the model for one paragraph (some 2,000 tokens), and asks arXiv twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from digest_assets.arxiv.calendar import holidays_unknown
from digest_assets.automation import history
from digest_assets.blog import NO_PASSTHROUGH, find_blog, lets_formulas_through, private_paths, published
from digest_assets.config import NO_CONTACT, Settings
from digest_assets.endpoint_trial import list_models, try_model
from digest_assets.errors import ArxivError, ArxivUnavailable, ConfigurationError, DigestError, StoreUnusable
from digest_assets.llm.embeddings import embedding_prompt, unpacked
from digest_assets.pipeline.taken_away import taken_away
from digest_assets.pipeline.write_post import require_outputs
from digest_assets.resources.arxiv_access import ArxivAccess
from digest_assets.resources.clock import Clock, SystemClock
from digest_assets.resources.interests import profiles
from digest_assets.resources.model_access import EndpointAccess, ModelAccess, embeddings_of
from digest_assets.resources.pace import LocalPace
from digest_assets.resources.topics import topics_of_digest
from digest_assets.store.connection import DigestStore
from digest_assets.store.export import table_counts
from digest_assets.store.journal import AnswerJournal, left_behind
from digest_assets.store.opening import open_store
from digest_assets.store.pace import StorePace
from digest_assets.store.stop_signs import standing_signs
from digest_assets.user_templates import environment

SECONDS = 20
"""How long an endpoint may take here: this is a look, not a run."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `text` says what is there, or what to do."""

    subject: str
    is_well: bool | None
    """None: a digest can be made, and this had better be otherwise."""
    text: str


def examine(digests: Sequence[Settings], clock: Clock | None = None) -> Iterator[Finding]:
    """Looks at each thing in turn, the cheap ones first; at what the digests of a project share once."""
    clock, settings = clock or SystemClock(), digests[0]
    store = open_store(settings, lock_wait_seconds=5)
    for each in digests:
        yield _told("settings", partial(_settings, each))
    yield _contact(settings)
    yield _published(settings, store)
    yield _calendar(clock.now().date())
    yield _told("posts", lambda: _posts(digests))
    yield _told("history", _history)
    yield _told("store", lambda: _store(store))
    yield from _taken_away(store, digests)
    yield _told("journal", lambda: _journal(store, settings.llm.max_concurrency))
    yield from _model(settings)
    if (second := ModelAccess.of(settings).second_reader) is not None:
        yield _told("second reader", lambda: _second_reader(second))
    if (embeddings := embeddings_of(settings)) is not None:
        yield _told("embeddings", lambda: asyncio.run(_embeddings(embeddings)))
    quick = settings.arxiv.model_copy(update={"attempts": 1, "timeout_seconds": SECONDS})
    pace = StorePace(store, clock.now) if store.may_be_written else LocalPace()
    access = ArxivAccess(quick, pace, clock)
    yield _told("arXiv API", lambda: asyncio.run(_api(access)))
    for categories in dict.fromkeys(each.digest.categories for each in digests):
        yield _told("arXiv feed", partial(_asked_for_feed, access, categories))
    yield _told("arXiv texts", lambda: _texts(store, settings, clock.now()))


def _told(subject: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(subject, True, look())
    except DigestError as error:
        return Finding(subject, False, str(error))


def _settings(settings: Settings) -> str:
    """With the files that they name, which a run would miss only when it needs them."""
    digest = settings.digest
    topics_of_digest(settings)
    profiles(settings)
    environment("digest_assets.posts", settings.templates)
    return f"{digest.name}: {', '.join(digest.categories)}; dates in {digest.timezone}"


def _contact(settings: Settings) -> Finding:
    contact = settings.arxiv.contact
    return Finding("contact", True if contact else None, contact or NO_CONTACT)


def _published(settings: Settings, store: DigestStore) -> Finding:
    """Whether the blog around would publish what is not for readers, and shows formulas."""
    blog = find_blog(settings.root)
    if blog is None or blog.kind == "git":
        return Finding("blog", True, "none around")
    try:
        shown = published(blog, private_paths(settings, store))
    except ConfigurationError as error:
        return Finding("blog", False, str(error))
    if shown:
        names = ", ".join(str(each.relative_to(blog.folder)) for each in shown)
        cure = "Add them to its exclude:" if blog.kind == "jekyll" else "Move them out of what Hugo reads"
        return Finding("blog", False, f"{blog.kind.title()} in {blog.folder} publishes {names}. {cure}.")
    if not lets_formulas_through(blog):
        return Finding("blog", None, f"Hugo in {blog.folder} {NO_PASSTHROUGH}")
    return Finding(
        "blog", True, f"{blog.kind.title()} in {blog.folder}; it publishes nothing of ours but posts and site"
    )


def _calendar(today: date) -> Finding:
    unknown = holidays_unknown(today, today)
    if unknown:
        cure = "Add them to digest_assets/arxiv/holidays.toml; until then a holiday counts as a mailing that is late."
        return Finding("calendar", False, f"arXiv's holidays of {unknown[0]} are not known. {cure}")
    return Finding("calendar", True, f"arXiv's holidays of {today.year} are known")


def _posts(digests: Sequence[Settings]) -> str:
    for each in digests:
        require_outputs(each)
    return ", ".join(dict.fromkeys(str(each.path(each.output.posts_dir)) for each in digests))


def _history() -> str:
    if not history.is_there():
        return f"none in {history.history_folder()} yet: the first run makes it"
    with history.open_history():
        return f"Dagster's, in {history.history_folder()}"


def _journal(store: DigestStore, calls: int) -> str:
    """Whether answers can be taken down as they come."""
    if not store.journals.parent.exists():
        return f"none in {store.journals} yet: the first answer makes it"
    with AnswerJournal(store.journals) as journal:
        journal.reserve(calls)
        journal.clear()
    left = sum(len(lines) for _, lines in left_behind(store.journals))
    waits = f"; {left} answers of a killed run wait there for the next one" if left else ""
    return f"{store.journals} has room for {calls} answers at once{waits}"


def _store(store: DigestStore) -> str:
    with store.reading() as connection:
        counts = table_counts(connection)
    if not store.may_be_written:
        cure = "Check its permissions, or correct store.url; it can be read."
        raise StoreUnusable(f"The store {store.name} cannot be written.", cure=cure)
    return f"{store.name}: {counts['windowed_papers']} papers in {counts['digests']} dates"


def _taken_away(store: DigestStore, digests: Sequence[Settings]) -> Iterator[Finding]:
    """Nothing where the store cannot be read: it has a line of its own."""
    with suppress(DigestError), store.reading() as connection:
        yield from (Finding("taken away", None, each.sentence) for each in taken_away(connection, digests))


def _texts(store: DigestStore, settings: Settings, now: datetime) -> str:
    """Asks arXiv nothing: whether it told us to stop is in the store."""
    with store.reading() as connection:
        signs = standing_signs(connection, now)
    if signs:
        cure = "Slow down whatever else asks arXiv from this address, or raise arxiv.text_interval_seconds."
        raise ArxivUnavailable(signs[0].sentence, cure=cure)
    return f"no stop sign; a request every {settings.arxiv.text_interval_seconds:g} s"


def _model(settings: Settings) -> Iterator[Finding]:
    llm = settings.llm
    if not llm.is_used:
        yield Finding("model", True, 'none is asked: llm.preset is "none"')
        return
    try:
        key = llm.api_key()
    except ConfigurationError as error:
        yield Finding("key", False, str(error))
        return
    if key is None:
        yield Finding(
            "key",
            False,
            f"{llm.api_key_env} is not set: abstracts stay in the original, nothing is read, dates stay in part. "
            'Set it, in the environment or in .env beside digest.toml; or llm.api_key_env = "" where the endpoint asks '
            'for none; or llm.preset = "none" for a digest without a model.',
        )
        return
    yield Finding("key", True, f"from {llm.api_key_env}" if llm.api_key_env else "none asked for")
    try:
        listed = asyncio.run(list_models(llm, key))
        if listed is not None:
            yield Finding("endpoint", listed.is_well, listed.text)
        if listed is None or listed.is_well:
            access = ModelAccess(llm, settings.root)
            access.check()
            tried = asyncio.run(try_model(access, key, settings.digest.language))
            yield Finding("model", tried.is_well, tried.text)
    except DigestError as error:
        yield Finding("endpoint", False, str(error))


def _key_of(access: EndpointAccess, until_then: str) -> str:
    """The key of an endpoint that a date can be made without, if the settings fit it."""
    name, key = access.settings.api_key_env, access.settings.api_key()
    if key is None:
        raise ConfigurationError(f"{name} is not set.", cure=f"Set {name}; until then {until_then}.")
    access.check()
    return key


def _second_reader(access: EndpointAccess) -> str:
    """Asks it nothing but which models it has."""
    settings, key = access.settings, _key_of(access, "nothing is read a second time")
    listed = asyncio.run(list_models(settings, key))
    if listed is not None and not listed.is_well:
        raise ConfigurationError(listed.text.replace("llm.", f"{access.section}."), cure="")
    return f"{settings.model} at {settings.base_url}"


async def _embeddings(access: EndpointAccess) -> str:
    """Asks for one vector."""
    settings, key = access.settings, _key_of(access, "papers are ranked by words alone")
    async with access.client(settings, key, section=access.section, patience_seconds=0) as model:
        answer = await model.ask(embedding_prompt("Speech codecs", ""))
    return f"{settings.model} at {settings.base_url}: {len(unpacked(answer.text))} dimensions"


async def _api(arxiv: ArxivAccess) -> str:
    async with arxiv.lists() as client:
        await client.lookup(["0704.0001"])
    return arxiv.settings.api_url


def _asked_for_feed(arxiv: ArxivAccess, categories: Sequence[str]) -> str:
    return asyncio.run(_feed(arxiv, categories))


async def _feed(arxiv: ArxivAccess, categories: Sequence[str]) -> str:
    try:
        async with arxiv.lists() as client:
            feed = await client.feed(categories)
    except ArxivError as error:
        raise type(error)(
            error.message, cure=f"{error.cure} Digests are made without it, from the API alone."
        ) from None
    if feed.announced_at is None or not feed.entries:
        return "empty, as on days without a mailing"
    return f"{len(feed.entries)} entries of the mailing of {feed.announced_at:%Y-%m-%d} (UTC)"
