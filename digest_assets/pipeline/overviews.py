"""The overview of a date: its groups from what the store holds, a sentence for each from one call, checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from digest_assets.glance.day import DayGroup, groups_of
from digest_assets.glance.overview import (
    GroupSentence,
    ToldGroup,
    as_told,
    form_of,
    sentences_in,
    told_groups,
)
from digest_assets.glance.topics import Topics
from digest_assets.llm import asking
from digest_assets.llm.asking import AnswerStore, Ask, AskingRules
from digest_assets.llm.prompts import Task, overview_messages
from digest_assets.model import AnswerStatus, DigestPaper
from digest_assets.posts.page import in_post_order

TOO_FEW = "no two papers of it have a gist"
LEFT_OVER = "its papers have no topic in common"


@dataclass(frozen=True, slots=True)
class Overview:
    """What the answer about a date is about: a `Subject` of `llm/asking.py`, and the key by which it is stored."""

    digest: str
    day: date
    version: int = 1

    @property
    def identifier(self) -> str:
        return f"overview:{self.digest}:{self.day}"


async def tell(
    about: Overview,
    papers: Sequence[DigestPaper],
    topics: Topics,
    *,
    ask: Ask | None,
    why_not: str,
    answers: AnswerStore,
    rules: AskingRules,
) -> tuple[GroupSentence, ...]:
    """The groups of `papers` with their sentences. `ask` None: nobody can be asked, for the reason `why_not`.

    Where a translation waits for a batch, all wait: its gist would change what is asked. Raises as `asking.translate`.
    """
    groups = groups_of(in_post_order(papers), topics)
    if ask is not None and any(each.translation.status is AnswerStatus.WAITING for each in papers):
        # Which groups there will be, and which of them are told of, the topics and gists to come decide.
        return tuple(_row(each, AnswerStatus.WAITING, "translations wait for a batch") for each in groups)
    told = told_groups(groups, papers, topics, rules.language)
    if ask is None:
        return _without(groups, told, AnswerStatus.NOT_ASKED, why_not)
    if not told:
        return _without(groups, told, AnswerStatus.NOT_ASKED, TOO_FEW)
    prompt = overview_messages(as_told(told), rules.language, rules.audience)
    made = await asking.tell(
        about,
        Task.OVERVIEW,
        prompt,
        lambda text: form_of(text, len(told)),
        ask=ask,
        answers=answers,
        rules=rules,
    )
    if made.text is None:
        return _without(groups, told, made.status, made.reason or made.status.value)
    found = sentences_in(made.text, told, rules.language)
    rows = []
    for row in _without(groups, told, AnswerStatus.WITHHELD, ""):
        if row.key not in found:
            rows.append(row)
            continue
        sentence, defects = found[row.key]
        rows.append(
            replace(
                row,
                status=AnswerStatus.DONE if sentence else AnswerStatus.WITHHELD,
                sentence=sentence,
                reason="; ".join(each.detail for each in defects[:3]) or None,
                model=made.model,
                prompt_version=prompt.version,
                answer_key=made.answer_key,
            )
        )
    return tuple(rows)


def _without(
    groups: Sequence[DayGroup], told: Sequence[ToldGroup], status: AnswerStatus, reason: str
) -> tuple[GroupSentence, ...]:
    """`groups` without sentences: those that would get one for this reason, the others for their own."""
    wanted = {each.key for each in told}

    def row(group: DayGroup) -> GroupSentence:
        if group.key in wanted:
            return _row(group, status, reason)
        return _row(group, AnswerStatus.NOT_ASKED, LEFT_OVER if group.topic is None else TOO_FEW)

    return tuple(row(group) for group in groups)


def _row(group: DayGroup, status: AnswerStatus, reason: str) -> GroupSentence:
    return GroupSentence(group.key, group.topic, group.are_cross_lists, group.identifiers, status, reason=reason)
