"""Which papers of old dates lack a gist, and what it will cost to ask for them: one small call each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from digest_assets.config import Settings
from digest_assets.full_text.tokens import count_tokens
from digest_assets.llm.prices import cost
from digest_assets.llm.prompts import gist_messages
from digest_assets.model import Paper, Usage
from digest_assets.resources.model_access import ModelAccess
from digest_assets.resources.topics import rules_by_paper
from digest_assets.store import answers
from digest_assets.store.connection import DigestStore

OUTPUT_TOKENS = 150
"""Of a title, a gist and topics in Chinese or Japanese; English has less."""
_GIST_TOKENS = 60
"""What a paper adds to the call for its date's overview, with its identifier, and again what is said of some."""


@dataclass(frozen=True, slots=True)
class MissingGists:
    """By date, oldest first."""

    papers: Mapping[date, int]
    usage: Usage
    """What they will take, about: a call a paper, and one a date for its overview."""
    money: Decimal | None
    """None: the model has no price in the settings."""


def missing_gists(settings: Settings, store: DigestStore, first: date, last: date, *, in_batch: bool) -> MissingGists:
    """What dates from `first` to `last` lack. Papers are counted by the prompts that they would be asked with."""
    with store.transaction() as connection:
        lacking = answers.lacking_gists(connection, settings.digest.name, first, last)
    access = ModelAccess.of(settings)
    rules_of = rules_by_paper(access, settings)

    def tokens(paper: Paper) -> int:
        rules = rules_of(paper)
        return count_tokens(
            gist_messages(paper, rules.language, rules.audience, rules.glossary_of(paper), rules.topics).text
        )

    papers = [paper for of_date in lacking.values() for paper in of_date]
    usage = Usage(
        len(papers) + len(lacking),
        sum(map(tokens, papers)) + _GIST_TOKENS * len(papers),
        (OUTPUT_TOKENS + _GIST_TOKENS) * len(papers),
    )
    counted = {day: len(of_date) for day, of_date in lacking.items()}
    return MissingGists(counted, usage, cost(usage, access.price, in_batch=in_batch))
