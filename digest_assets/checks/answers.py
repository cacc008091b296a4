"""Checks of what is published of each paper: a row for each, texts that could be read, answers that could be used.

Rows that are missing are an error of the program, and hold the post back where the settings say so. Shares are the
world's doing (arXiv without HTML, a model that writes badly): they warn. Answers that wait for a batch are neither
good nor bad yet: they warn too, and say so.
"""

# No `from __future__ import annotations`: Dagster reads the annotations of decorated functions as objects.
from collections.abc import Collection

import dagster as dg

from digest_assets.assets.of_a_digest import asset_check
from digest_assets.assets.one_date import checked_date
from digest_assets.assets.previews import listing
from digest_assets.checks.severity import severity_of
from digest_assets.config import Settings
from digest_assets.glance.overview import ToldGroup, check_sentence, clauses_of
from digest_assets.model import AnswerStatus, Outcome, Reading, TextSource, Translation
from digest_assets.store import answers, ledger, overviews, texts
from digest_assets.store.connection import DigestStore

LEAST_TEXTS = 0.5
"""arXiv has HTML for about nine papers of ten, and PDF for all: fewer texts mean that it, or our reading, is unwell."""
MOST_WITHHELD = 0.2
"""More than this, and the model is too weak for the checks, or a prompt went wrong."""


@asset_check(asset="full_texts", description="At least half of the papers have a text from HTML or PDF.")
def most_texts_were_read(
    context: dg.AssetCheckExecutionContext, settings: dg.ResourceParam[Settings], store: dg.ResourceParam[DigestStore]
) -> dg.AssetCheckResult:
    with checked_date(context) as day:
        with store.transaction() as connection:
            held = texts.without_sections(connection, settings.digest.name, day).values()
        read = sum(1 for text in held if text.source is not TextSource.ABSTRACT)
        share = read / len(held) if held else 1.0
        return dg.AssetCheckResult(
            passed=share >= LEAST_TEXTS,
            severity=dg.AssetCheckSeverity.WARN,
            description=f"{read} of {len(held)} papers have a full text.",
            metadata={"share_read": round(share, 3), "texts": len(held)},
        )


@asset_check(asset="translations", description="No more than a fifth of the translations were withheld.")
def few_translations_are_withheld(
    context: dg.AssetCheckExecutionContext, settings: dg.ResourceParam[Settings], store: dg.ResourceParam[DigestStore]
) -> dg.AssetCheckResult:
    with checked_date(context) as day:
        with store.transaction() as connection:
            rows = answers.translations_of(connection, settings.digest.name, day).values()
        return few_withheld(rows)


@asset_check(asset="summaries", description="No more than a fifth of the readings were withheld.")
def few_readings_are_withheld(
    context: dg.AssetCheckExecutionContext, settings: dg.ResourceParam[Settings], store: dg.ResourceParam[DigestStore]
) -> dg.AssetCheckResult:
    with checked_date(context) as day:
        with store.transaction() as connection:
            rows = answers.readings_of(connection, settings.digest.name, day).values()
        return few_withheld(rows)


def few_withheld(made: Collection[Translation | Reading]) -> dg.AssetCheckResult:
    """What the answers of a date come to, by texts and by sentences."""
    withheld = [each for each in made if each.status is AnswerStatus.WITHHELD]
    waiting = sum(1 for each in made if each.status is AnswerStatus.WAITING)
    unasked = (AnswerStatus.NOT_ASKED, AnswerStatus.NO_KEY, AnswerStatus.WAITING)
    asked = [each for each in made if each.status not in unasked]
    share = len(withheld) / len(asked) if asked else 0.0
    flagged = [each for each in made if each.is_flagged]
    in_part = [each for each in made if each.status is AnswerStatus.DONE and each.sentences_withheld]
    sentences = sum(each.sentences_withheld for each in in_part)
    shown = [(each.identifier, each.reason) for each in (*withheld, *in_part, *flagged)]
    return dg.AssetCheckResult(
        passed=share <= MOST_WITHHELD and not waiting,
        severity=dg.AssetCheckSeverity.WARN,
        description=(f"{waiting} answers wait for a batch; run the date again to collect them. " if waiting else "")
        + f"{len(withheld)} of {len(asked)} answers were withheld, and {sentences} sentences of {len(in_part)} others; "
        f"{len(flagged)} were published with a mark.",
        metadata={
            "waiting": waiting,
            "share_withheld": round(share, 3),
            "share_flagged": round(len(flagged) / len(asked), 3) if asked else 0.0,
            "sentences_withheld": sentences,
            **listing("papers", ["paper", "reason"], shown[:20]),
        },
    )


@asset_check(
    asset="overviews",
    description="Each sentence of the overview rests on papers of its group, by their gists as they are now.",
)
def the_overview_rests_on_its_papers(
    context: dg.AssetCheckExecutionContext, settings: dg.ResourceParam[Settings], store: dg.ResourceParam[DigestStore]
) -> dg.AssetCheckResult:
    with checked_date(context) as day:
        language = settings.digest.language
        with store.transaction() as connection:
            rows = overviews.overview_of(connection, settings.digest.name, day)
            translated = answers.translations_of(connection, settings.digest.name, day)
        wrong = []
        for row in (each for each in rows if each.sentence):
            found = ((each, translated[each].gist) for each in row.identifiers if each in translated)
            group = ToldGroup(row.key, row.key, tuple((each, gist) for each, gist in found if gist))
            defects = check_sentence(clauses_of(row.sentence or ""), group, language)
            wrong += [(row.key, each.detail) for each in defects]
        fallen = [(each.key, each.reason) for each in rows if each.status is AnswerStatus.WITHHELD]
        waiting = sum(1 for each in rows if each.status is AnswerStatus.WAITING)
        told = f"{waiting} answers wait for a batch; run the date again to collect them." if waiting else None
        return dg.AssetCheckResult(
            passed=not wrong and not waiting,
            severity=dg.AssetCheckSeverity.WARN,
            description=f"{wrong[0][0]}: {wrong[0][1]}. Materialize overviews again." if wrong else told,
            metadata={
                "sentences": sum(1 for each in rows if each.sentence),
                "fallen": len(fallen),
                **listing("why", ["group", "reason"], [*wrong, *fallen]),
            },
        )


@asset_check(
    asset="summaries",
    blocking=True,
    additional_deps=["translations"],
    description="Each paper that the date keeps has one translation and one reading, and no other paper has.",
)
def every_paper_has_its_rows(
    context: dg.AssetCheckExecutionContext, settings: dg.ResourceParam[Settings], store: dg.ResourceParam[DigestStore]
) -> dg.AssetCheckResult:
    with checked_date(context) as day:
        digest = settings.digest.name
        with store.transaction() as connection:
            claimed = ledger.claimed_by(connection, digest, day)
            translated = set(answers.translations_of(connection, digest, day))
            read = set(answers.readings_of(connection, digest, day))
        kept = {each.paper.identifier for each in claimed if each.outcome is Outcome.KEPT}
        wrong = sorted((kept ^ read) | (kept ^ translated))
        return dg.AssetCheckResult(
            passed=not wrong,
            severity=severity_of(settings.checks.on_imbalance),
            description=f"{len(wrong)} papers of {day} lack a row, or have one too many: {', '.join(wrong[:3])}. "
            "Materialize translations and summaries again, or have the post written all the same by "
            'checks.on_imbalance = "warn".'
            if wrong
            else None,
            metadata={"wrong": len(wrong), **listing("papers", ["paper"], [[each] for each in wrong[:20]])},
        )
