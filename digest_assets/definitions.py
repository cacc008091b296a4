"""The one place where assets, checks, jobs, schedules and resources meet: read it as the table of contents.

    raw_feed_entries ── windowed_papers ── ranked_papers ─┬─ full_texts ─── summaries ─┐
      what arXiv         what the date       for whom     └─ translations ─ overviews ─┴─ rendered_posts
      answered           publishes                                                        the post, pages, messages

All assets of a digest share one daily partition: the digest date (`digests/days.py` explains it). A project with
several digests has all this for each, and the resources once. `build_defs` is a function, so that tests and the command
build their own; Dagster loads `defs`.
"""

from __future__ import annotations

from collections.abc import Sequence

import dagster as dg

from digest_assets.assets.code_versions import code_versions
from digest_assets.assets.columns import table_schema
from digest_assets.assets.deliveries import deliveries
from digest_assets.assets.of_a_digest import Place
from digest_assets.assets.partitions import digest_partitions
from digest_assets.assets.ranked_papers import ranked_papers
from digest_assets.assets.raw_feed_entries import raw_feed_entries
from digest_assets.assets.read_papers import read_papers
from digest_assets.assets.reader_site import reader_site
from digest_assets.assets.rendered_posts import rendered_posts
from digest_assets.assets.run_settings import THIS_RUN, fixed, language_model, run_settings, this_run
from digest_assets.assets.windowed_papers import windowed_papers
from digest_assets.automation.deliveries import delivery_retries
from digest_assets.automation.failures import failure_sensor
from digest_assets.automation.freshness import FRESHNESS_POLICY, freshness_schedule
from digest_assets.automation.jobs import jobs_of
from digest_assets.automation.schedules import weekday_schedule
from digest_assets.automation.sensors import mailing_sensor, retry_sensor
from digest_assets.checks.answers import (
    every_paper_has_its_rows,
    few_readings_are_withheld,
    few_translations_are_withheld,
    most_texts_were_read,
    the_overview_rests_on_its_papers,
)
from digest_assets.checks.dates import no_date_is_left_failed, the_newest_digest_is_there
from digest_assets.checks.papers import (
    each_claim_is_whole,
    each_paper_once,
    no_paper_came_late,
    nothing_failed,
    ranking_leaves_nothing_out,
    the_ledger_balances,
)
from digest_assets.checks.posts import the_post_is_well_formed
from digest_assets.config import GroupBy, Settings, load_digests
from digest_assets.resources.arxiv_access import ArxivAccess
from digest_assets.resources.clock import Clock, SystemClock
from digest_assets.resources.progress import NoProgress, Progress
from digest_assets.store.opening import open_store
from digest_assets.store.pace import StorePace
from digest_assets.store.stop_signs import StoreStopSigns

OWNER = "team:digest"
ASSETS = [raw_feed_entries, windowed_papers, ranked_papers, read_papers, rendered_posts, reader_site, deliveries]
CHECKS_OF_A_DATE = [
    each_paper_once,
    no_paper_came_late,
    each_claim_is_whole,
    ranking_leaves_nothing_out,
    most_texts_were_read,
    few_translations_are_withheld,
    few_readings_are_withheld,
    the_overview_rests_on_its_papers,
    every_paper_has_its_rows,
    the_ledger_balances,
    nothing_failed,
    the_post_is_well_formed,
]


def _for_settings(
    assets: Sequence[dg.AssetsDefinition], settings: Settings, partitions: dg.PartitionsDefinition
) -> list[dg.AssetsDefinition]:
    """`assets` with what all have in common, and what only the settings tell: partitions and code versions."""
    versions = code_versions(settings)

    def for_settings(spec: dg.AssetSpec) -> dg.AssetSpec:
        name = spec.key.path[-1]
        return spec.replace_attributes(
            partitions_def=partitions,
            code_version=versions[name],
            owners=[OWNER],
            metadata={**spec.metadata, **table_schema(name)},
            freshness_policy=FRESHNESS_POLICY if name == "rendered_posts" else None,
        )

    return [each.map_asset_specs(for_settings) for each in assets]


def _of_digest(settings: Settings, *, every_day: bool) -> dg.Definitions:
    """What one digest has of its own."""
    place = Place.of(settings)
    by_submission = settings.digest.by is GroupBy.SUBMITTED
    partitions = digest_partitions(settings.digest.days, every_day=every_day or by_submission)
    return dg.Definitions(
        assets=_for_settings([each(place) for each in ASSETS], settings, partitions),
        asset_checks=[
            *(each(place, partitions) for each in CHECKS_OF_A_DATE),
            *(each(place) for each in (no_date_is_left_failed, the_newest_digest_is_there)),
        ],
        jobs=jobs_of(place),
        schedules=[weekday_schedule(place, settings), freshness_schedule(place, settings.digest.timezone)],
        sensors=[each(place, settings) for each in (mailing_sensor, retry_sensor, delivery_retries)],
    )


def build_defs(
    *digests: Settings,
    clock: Clock | None = None,
    progress: Progress | None = None,
    every_day: bool = False,
) -> dg.Definitions:
    """The project of `digests` (default: those of digest.toml, of the folder beside it, and the environment).
    `every_day`: dates without a mailing are partitions, too.

    Raises `ConfigurationError` where they cannot be used; Dagster shows its one line in place of the assets.
    """
    digests = digests or load_digests()
    common, clock = digests[0], clock or SystemClock()
    store = open_store(common)
    shared = dg.Definitions(
        sensors=[failure_sensor(digests)],
        resources={
            THIS_RUN: this_run(common.llm),
            "settings": run_settings(digests),
            "language_model": language_model(common, store.journals / "limits"),
            "arxiv": fixed(
                ArxivAccess(common.arxiv, StorePace(store, clock.now), clock, StoreStopSigns(store, clock.now)),
                "arXiv. Not for a run to change: its pace and its stop signs hold for all runs ([arxiv]).",
            ),
            "store": fixed(
                store, "Where all is kept. Not for a run to change: sensors and checks look at the same one ([store])."
            ),
            "clock": fixed(clock, "What time it is. Another one only in the demo and in tests."),
            "progress": fixed(progress or NoProgress(), "Where a run shows how far it is: the command's terminal."),
        },
        # A process a step costs over a second each, five times what the step itself needs; what is worth doing at
        # once happens inside the assets.
        executor=dg.in_process_executor,
    )
    return dg.Definitions.merge(*(_of_digest(each, every_day=every_day) for each in digests), shared)


@dg.definitions
def defs() -> dg.Definitions:
    return build_defs()
