"""Tells those who get the digest, through the same addresses, of a run that failed: once a run, with the cure.

On, and silent where `delivery.urls_env` names nobody; turn it off where readers need not know. Runs from the
command line are left out (who waits there is told there), and those that Dagster starts again by itself.
"""

# No `from __future__ import annotations`: Dagster reads the annotations of decorated functions as objects.
from collections.abc import Sequence

import dagster as dg

from digest_assets.assets.of_a_digest import Place
from digest_assets.automation.command_line_runs import ASKED_BY_TAG, COMMAND_LINE
from digest_assets.automation.jobs import DELIVER, DIGEST, FRESHNESS
from digest_assets.config import Settings
from digest_assets.errors import redact
from digest_assets.markup.targets import message_text
from digest_assets.resources.delivery import Receiver, send
from digest_assets.site.message import Message

WILL_RETRY_TAG = "dagster/will_retry"
"""Of a run that Dagster starts again by itself."""
MOST_CHARACTERS = 600
"""Of a step's error: it says what and the cure, and an address book is no place for a traceback."""


def failure_sensor(digests: Sequence[Settings]) -> dg.SensorDefinition:
    """One for all digests: a run that somebody starts in the UI may have assets of several."""

    @dg.run_failure_sensor(
        name="failed_runs",
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Tells those whom delivery.urls_env names of each run that failed, and why.",
    )
    def sensor(context: dg.RunFailureSensorContext) -> dg.SkipReason | None:
        run = context.dagster_run
        if run.tags.get(ASKED_BY_TAG) == COMMAND_LINE or run.tags.get(WILL_RETRY_TAG) == "true":
            return dg.SkipReason("it was told on the command line, or is started again")
        whose = [each for each in digests if len(digests) == 1 or is_of(run, Place.of(each))]
        receivers = {url: each.digest.name for each in whose for url in each.delivery.urls()}
        if not receivers:
            return dg.SkipReason("nobody is to be told: delivery.urls_env names no variable that is set")
        for url, digest in receivers.items():
            receiver = Receiver(url)
            error = send(receiver, failure_message(digest, context))
            if error is not None:
                context.log.warning(f"{receiver.kind} {receiver.hashed}: {error}")
        return None

    return sensor


def is_of(run: dg.DagsterRun, place: Place) -> bool:
    """Whether the run is a job of the digest at `place`, or makes an asset of it."""
    jobs = {place.named(each) for each in (DIGEST, DELIVER, FRESHNESS)}
    return run.job_name in jobs or any(tuple(key.path[:-1]) == place.prefix for key in run.asset_selection or ())


def failure_message(digest: str, context: dg.RunFailureSensorContext) -> Message:
    """What failed, of which dates, and why: a line a step, without keys."""
    tags = context.dagster_run.tags
    dates = tags.get("dagster/partition") or context.dagster_run.job_name
    lines = [_line(event) for event in context.get_step_failure_events()]
    body = (
        "\n".join([*lines, "", f"run {context.dagster_run.run_id}"]) if lines else context.failure_event.message or ""
    )
    return Message(message_text(f"{digest} · {dates} ✗"), message_text(redact_lines(body)))


def redact_lines(text: str) -> str:
    return "\n".join(redact(line, MOST_CHARACTERS) for line in text.splitlines())


def _line(event: dg.DagsterEvent) -> str:
    data = event.step_failure_data
    ours = data.user_failure_data.description if data.user_failure_data else None
    cause = (data.error.cause or data.error).message if data.error else "failed"
    return f"{event.step_key}: {ours or cause}"
