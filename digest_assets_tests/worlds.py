"""A whole project in a folder of its own, against the sandbox: real HTTP, a real store, real Dagster, a set clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb

from digest_assets.assets.of_a_digest import Place
from digest_assets.automation.command_line_runs import DateReport, run_date
from digest_assets.config import ArxivSettings, DigestSettings, LlmSettings, OutputSettings, Settings, StoreSettings
from digest_assets.definitions import build_defs
from digest_assets.resources.clock import SetClock
from digest_assets.sandbox.arxiv_server import SandboxArxiv
from digest_assets.sandbox.model_server import SandboxModel
from digest_assets.sandbox.papers import SandboxPaper
from digest_assets.sandbox.world import Sandbox, start_sandbox
from digest_assets.store.lake import is_lake
from digest_assets.store.opening import open_store
from digest_assets_tests.engines import store_settings


class World:
    """One digest, its sandbox and its time. `make` runs the main job for a date, as the command does."""

    def __init__(self, folder: Path, sandbox: Sandbox, clock: SetClock, settings: Settings) -> None:
        self.folder = folder
        self.sandbox = sandbox
        self.clock = clock
        self.instance = dg.DagsterInstance.ephemeral()
        self.use(settings)

    def use(self, settings: Settings) -> None:
        """Goes on with other settings."""
        self.settings = settings
        self.definitions = build_defs(settings, clock=self.clock)
        self.store = open_store(settings)

    def change(self, **sections: dict[str, Any]) -> None:
        """Changes settings: `world.change(llm={"model": "other"})`."""
        changed = {name: getattr(self.settings, name).model_copy(update=update) for name, update in sections.items()}
        self.use(self.settings.model_copy(update=changed))

    def make(self, day: date, at: datetime | None = None) -> DateReport:
        """Runs the main job for `day`, at an instant if one is given."""
        if at is not None:
            self.clock.instant = at
        return run_date(self.definitions, self.instance, self.store, Place.of(self.settings), day)

    def post(self, day: date) -> str:
        return (self.folder / "posts" / f"{day}-{self.settings.digest.name}.md").read_text("utf-8")

    def rows(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        """What a person's SQL prompt would show."""
        if is_lake(self.settings.store.url):
            with self.store.transaction() as connection:
                return connection.execute(sql, list(parameters)).fetchall()
        with duckdb.connect(str(self.store.path), read_only=True) as connection:
            return connection.execute(sql, list(parameters)).fetchall()

    @property
    def calls(self) -> int:
        """How many answers the model gave."""
        return sum(1 for request in self.sandbox.model.requests if request.path.endswith("/chat/completions"))


def noon_in_shanghai(day: date) -> datetime:
    """12:30 on `day` in Shanghai: when the schedule asks for the digest."""
    return datetime.fromisoformat(f"{day}T04:30:00+00:00")


def failures(result: dg.ExecuteInProcessResult | dg.JobExecutionResult) -> dict[str, str]:
    """The steps of a run that failed, and why."""
    failed = {}
    for event in result.all_events:
        if event.is_step_failure:
            data = event.step_failure_data
            ours = data.user_failure_data.description if data.user_failure_data else None
            failed[event.step_key or ""] = ours or str(data.error)
    return failed


@contextmanager
def a_world(
    folder: Path, now: datetime, papers: Iterable[SandboxPaper] | None = None, **sections: dict[str, Any]
) -> Iterator[World]:
    """A world whose sandbox serves `papers`: by default invented ones, the newest in the last mailing before `now`."""
    clock = SetClock(now)
    with start_sandbox(clock.now, papers) as sandbox:
        sandbox.model.api_key = None  # asks for none
        yield World(folder, sandbox, clock, settings_for(folder, sandbox.arxiv, sandbox.model, now, **sections))


def settings_for(
    folder: Path, arxiv: SandboxArxiv, model: SandboxModel | None, now: datetime, /, **sections: dict[str, Any]
) -> Settings:
    """The defaults, pointed at the sandbox, without pauses, from two months ago on; `sections` change them."""
    addresses = {
        "api_url": arxiv.api_url,
        "feed_url": arxiv.feed_url,
        "html_url": arxiv.html_url,
        "pdf_url": arxiv.pdf_url,
        "oai_url": arxiv.oai_url,
        "interval_seconds": 0,
        "text_interval_seconds": 0,
        "attempts": 2,
    }
    llm = {"base_url": model.base_url, "model": model.model, "api_key_env": ""} if model is not None else {}
    first = {"first_date": (now - timedelta(days=60)).date()}
    return Settings.model_construct(
        digest=DigestSettings.model_validate(first | sections.get("digest", {})),
        filters=Settings.model_fields["filters"].default.model_copy(update=sections.get("filters", {})),
        arxiv=ArxivSettings.model_validate(addresses | sections.get("arxiv", {})),
        llm=LlmSettings.model_validate(llm | sections.get("llm", {})),
        store=StoreSettings.model_validate(sections.get("store") or store_settings(folder)),
        output=OutputSettings.model_validate(sections.get("output", {})),
        root=folder,
    )
