"""Tells each receiver of a date what it was not told yet."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, timedelta

from digest_assets.config import Settings
from digest_assets.pipeline.site_source import StoreSource, day_of
from digest_assets.posts.page import in_post_order
from digest_assets.resources.clock import Clock
from digest_assets.resources.delivery import Receiver, send
from digest_assets.site.message import Message, message
from digest_assets.site.values import Entry, Group
from digest_assets.store.connection import DigestStore
from digest_assets.store.deliveries import Delivery, deliveries_of, record_delivery
from digest_assets.store.ledger import require_made
from digest_assets.store.site_content import site_date


def deliver(settings: Settings, store: DigestStore, clock: Clock, day: date) -> list[Delivery]:
    """Tells each receiver of `day` what it was not told yet. Returns how each stands; empty where nobody is told.

    Raises `NotInStore` for a date that claimed no papers there.
    """
    name, now = settings.digest.name, clock.now()
    receivers = [Receiver(url) for url in settings.delivery.urls()]
    receivers += [Receiver(url, each.name) for each in settings.interests for url in each.delivery_urls()]
    newest = settings.digest.days.newest(now)
    if not receivers or newest is None or day < newest - timedelta(days=settings.delivery.within_days):
        return []
    with store.transaction() as connection:
        require_made(connection, store, name, day)
        told = deliveries_of(connection, name, day)
    texts = {each: _message(settings, store, clock, day, each) for each in {each.interest for each in receivers}}
    standing = []
    for receiver in receivers:
        text = texts[receiver.interest]
        if text is None:
            continue
        content = hashlib.sha256(f"{text.title}\n{text.body}".encode()).hexdigest()[:16]
        before = told.get(receiver.hashed)
        if before is not None and before.content == content and before.delivered_at is not None:
            standing.append(before)
            continue
        again = before is not None and before.content == content
        tries = (before.tries if again and before else 0) + 1
        error = send(receiver, text)
        delivery = Delivery(day, receiver.hashed, receiver.kind, content, tries, now, error=error)
        delivery = delivery if error else replace(delivery, delivered_at=now)
        with store.transaction() as connection:  # at once: what has been sent must not be sent again
            record_delivery(connection, name, delivery)
        standing.append(delivery)
    return standing


def _message(settings: Settings, store: DigestStore, clock: Clock, day: date, interest: str) -> Message | None:
    """What is to be told of `day`, of an interest's papers alone where one is given; None where there are none."""
    with store.transaction() as connection:
        row = site_date(connection, settings.digest.name, day, clock.now())
    if row is None:
        return None
    shown = StoreSource(settings, store, clock).day(day_of(row))
    papers = [
        each
        for each in in_post_order(shown.papers)
        if not interest or interest in {tag.name for tag in shown.glances[each.paper.identifier].interests}
    ]
    if not papers:
        return None
    language = settings.digest.language
    return message(
        shown.day,
        [
            Entry(day, each.paper.identifier, each.paper.title, each.paper.authors, each.paper.categories)
            for each in papers
        ],
        language=language,
        name=f"{settings.digest.name} · {interest}" if interest else settings.digest.name,
        site_url=settings.output.site_url,
        most=settings.delivery.papers,
        groups=_groups_of(shown.groups, {each.paper.identifier for each in papers}),
        glances=shown.glances,
    )


def _groups_of(groups: Sequence[Group], shown: Collection[str]) -> list[Group]:
    """`groups`, each with the papers of `shown` that no group before has. What is said of papers that are not shown is
    left out."""
    left, made = set(shown), []
    for group in groups:
        members = tuple(each for each in group.identifiers if each in left)
        left -= set(members)
        if members:
            is_whole = set(group.identifiers) <= set(shown)
            made.append(replace(group, identifiers=members, clauses=group.clauses if is_whole else ()))
    return made
