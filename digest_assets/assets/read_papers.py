"""The step that makes `full_texts`, `translations`, `summaries` and `overviews`, side by side.

They are four assets in the lineage and one step in a run, because steps of one process follow each other, and these
must not: texts come at arXiv's pace (15 s apart), and meanwhile abstracts are translated and each paper is read as
soon as its text is there; the overview is asked for while papers are read. Any of the four can be materialized alone;
what the others would have given is then read from the store.
"""

# No `from __future__ import annotations`: Dagster reads the annotations of decorated functions as objects.
from collections.abc import Iterator
from datetime import date
from typing import Any

import dagster as dg

from digest_assets.assets import full_texts, overviews, summaries, translations
from digest_assets.assets.of_a_digest import multi_asset
from digest_assets.assets.one_date import one_date
from digest_assets.assets.previews import second_reader
from digest_assets.config import Settings
from digest_assets.glance.day import gist_of
from digest_assets.llm.prompts import Task
from digest_assets.model import Outcome
from digest_assets.pipeline.day_glance import named_groups
from digest_assets.pipeline.overviews import Overview
from digest_assets.pipeline.read import PaperReading, batch_wait_seconds
from digest_assets.pipeline.spending import Spending
from digest_assets.pipeline.stopping import run_until_stopped
from digest_assets.resources.arxiv_access import ArxivAccess
from digest_assets.resources.clock import Clock
from digest_assets.resources.model_access import ModelAccess, all_prices
from digest_assets.resources.progress import Progress
from digest_assets.store import answers, ledger, texts
from digest_assets.store import overviews as overviews_of_dates
from digest_assets.store.connection import DigestStore
from digest_assets.store.date_content import digest_papers
from digest_assets.store.usage import usage_of_papers

CHECK_OF_ANSWERS = {
    "translations": "few_translations_are_withheld",
    "summaries": "few_readings_are_withheld",
    "overviews": "the_overview_rests_on_its_papers",
}


@multi_asset(
    specs=[full_texts.SPEC, translations.SPEC, summaries.SPEC, overviews.SPEC],
    can_subset=True,
)
def read_papers(
    context: dg.AssetExecutionContext,
    settings: dg.ResourceParam[Settings],
    store: dg.ResourceParam[DigestStore],
    arxiv: dg.ResourceParam[ArxivAccess],
    language_model: dg.ResourceParam[ModelAccess],
    clock: dg.ResourceParam[Clock],
    progress: dg.ResourceParam[Progress],
) -> Iterator[dg.MaterializeResult[Any] | dg.AssetObservation | dg.AssetCheckEvaluation]:
    selected = {key.path[-1] for key in context.selected_asset_keys}
    with one_date(context, settings) as date:
        wait = batch_wait_seconds(settings.llm, context.run.tags)
        reading = PaperReading(settings, store, arxiv, language_model, clock, progress, date.log.info, wait)
        run_until_stopped(reading.run(date.day, selected))
        store.settle()  # the log of a day's answers would be read by each check and page that follows
        for name, (metadata, content) in _made(reading, date.day).items():
            if name in selected and (waiting := reading.waiting[name]):
                told = f"{waiting} {name} of {date.day} wait for a batch; run it again later"
                yield date.not_yet(name, told)
                yield _not_checked_yet(date.key_of(name), date.day, told)
            elif name in selected:
                yield date.made(metadata, content, name)


def _made(reading: PaperReading, day: date) -> dict[str, tuple[dict[str, Any], list[object]]]:
    """What the store holds of `day` now, by asset: what the UI shows of it, and its content."""
    digest = reading.settings.digest.name
    with reading.store.transaction() as connection:
        held = texts.packed_texts_of(connection, digest, day)
        translation_of = answers.translations_of(connection, digest, day)
        reading_of = answers.readings_of(connection, digest, day)
        kept = [each for each in ledger.claimed_by(connection, digest, day) if each.outcome is Outcome.KEPT]
        shown = digest_papers(kept, translation_of, reading_of, {}, figures=None)
        sentences = overviews_of_dates.sentences_of(connection, digest, day)
        groups = overviews_of_dates.overview_of(connection, digest, day)
        translated, read = translation_of.values(), reading_of.values()
        papers, prices = [each.identifier for each in translated], all_prices(reading.settings)
        papers.append(Overview(digest, day).identifier)
        paid = {task: usage_of_papers(connection, prices, papers, task.value) for task in Task}

    def spending(stage: str, *tasks: Task) -> Spending:
        meter = reading.meters[stage]
        by_all = [each for task in tasks for each in paid[task]]
        return Spending(meter.usage, reading.language_model.price, meter.in_batches, by_all)

    return {
        "full_texts": (
            full_texts.metadata(text.known for text in held.values()),
            [(identifier, held[identifier].packed) for identifier in sorted(held)],
        ),
        "translations": (
            translations.metadata(translated, spending("translations", Task.TRANSLATION, Task.GIST)),
            [(each.status, each.text, each.title, each.gist, each.topics) for each in translated],
        ),
        "summaries": (
            {
                **summaries.metadata(read, spending("summaries", Task.READING)),
                **second_reader([*translated, *read], paid[Task.SECOND_READING]),
            },
            [(each.status, each.parts) for each in read],
        ),
        "overviews": (
            overviews.metadata(
                groups,
                named_groups(reading.settings, shown, sentences),
                {each.paper.identifier: gist_of(each) for each in shown},
                spending("overviews", Task.OVERVIEW),
            ),
            [(each.key, each.identifiers, each.sentence) for each in groups],
        ),
    }


def _not_checked_yet(key: dg.AssetKey, day: date, told: str) -> dg.AssetCheckEvaluation:
    """The result of the check of answers where they wait: what is not materialized is not checked by Dagster, and an
    older result, or none, would say that all is well."""
    return dg.AssetCheckEvaluation(
        asset_key=key,
        check_name=CHECK_OF_ANSWERS[key.path[-1]],
        passed=False,
        severity=dg.AssetCheckSeverity.WARN,
        description=told,
        metadata={},
        partition=day.isoformat(),
    )
