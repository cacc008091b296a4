"""The step that makes `full_texts`, `translations` and `summaries`, side by side.

They are three assets in the lineage and one step in a run, because steps of one process follow each other, and these
must not: texts come at arXiv's pace (15 s apart), and meanwhile abstracts are translated and each paper is read as
soon as its text is there. Any of the three can be materialized alone; what the others would have given is then read
from the store.
"""

# No `from __future__ import annotations`: Dagster reads the annotations of decorated functions as objects.
import asyncio
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timezone
from functools import partial
from pathlib import Path
from typing import TypeVar

import dagster as dg

from digest_assets.assets import full_texts, summaries, translations
from digest_assets.assets.columns import column_lineage
from digest_assets.assets.failures import told_to_dagster
from digest_assets.assets.interrupting import run_until_stopped
from digest_assets.assets.previews import Spending, data_version
from digest_assets.config import Settings
from digest_assets.errors import DigestError, redact
from digest_assets.llm import asking
from digest_assets.llm.asking import Ask, AskingRules
from digest_assets.llm.budget import Meter
from digest_assets.model import AnswerStatus, FullText, Outcome, Paper, Reading, TextSource, Translation
from digest_assets.reading.excerpt import excerpt
from digest_assets.resources.arxiv_access import ArxivAccess
from digest_assets.resources.clock import Clock
from digest_assets.resources.model_access import ModelAccess, price_table
from digest_assets.resources.progress import Progress
from digest_assets.store import answers, ledger, texts
from digest_assets.store.connection import DigestStore
from digest_assets.store.gathering import GatheredStore
from digest_assets.store.usage import spent_on

Made = TypeVar("Made", Translation, Reading)


@dg.multi_asset(
    name="read_papers", specs=[full_texts.SPEC, translations.SPEC, summaries.SPEC], can_subset=True, group_name=None
)
def read_papers(
    context: dg.AssetExecutionContext,
    settings: dg.ResourceParam[Settings],
    store: dg.ResourceParam[DigestStore],
    arxiv: dg.ResourceParam[ArxivAccess],
    language_model: dg.ResourceParam[ModelAccess],
    clock: dg.ResourceParam[Clock],
    progress: dg.ResourceParam[Progress],
) -> Iterator[dg.MaterializeResult]:
    day = date.fromisoformat(context.partition_key)
    selected = {key.path[-1] for key in context.selected_asset_keys}
    with told_to_dagster():
        reading = PaperReading(settings, store, arxiv, language_model, clock, progress, context.log.info)
        run_until_stopped(reading.run(day, selected))
        with store.transaction() as connection:
            held = texts.texts_of(connection, settings.digest.name, day)
            translated = answers.translations_of(connection, settings.digest.name, day)
            read = answers.readings_of(connection, settings.digest.name, day)
    results = (
        ("full_texts", full_texts.metadata(held.values()), [(t.identifier, t.sections) for t in held.values()]),
        (
            "translations",
            translations.metadata(translated.values(), reading.spending("translations")),
            [(t.status, t.text) for t in translated.values()],
        ),
        (
            "summaries",
            summaries.metadata(read.values(), reading.spending("summaries")),
            [(r.status, r.parts) for r in read.values()],
        ),
    )
    for name, metadata, content in results:
        if name in selected:
            yield dg.MaterializeResult(
                asset_key=name,
                metadata={**metadata, **column_lineage(name)},
                data_version=data_version(content),
            )


@dataclass(frozen=True)
class _Session:
    """What one run of the step works with: the store for its coroutines, the answers held, and whom to ask."""

    day: date
    gathered: GatheredStore
    known: answers.KnownAnswers
    rules: AskingRules
    ask: Mapping[str, Ask] | None
    """By stage. None: no key is set."""


@dataclass
class PaperReading:
    """The papers of one date on their way from identifiers to Chinese. `log` takes one line an event."""

    settings: Settings
    store: DigestStore
    arxiv: ArxivAccess
    language_model: ModelAccess
    clock: Clock
    progress: Progress
    log: Callable[[str], None]
    _texts: dict[str, asyncio.Future[FullText]] = field(default_factory=dict)
    _meters: dict[str, Meter] = field(default_factory=lambda: {"translations": Meter(), "summaries": Meter()})

    def spending(self, stage: str) -> Spending:
        """What the calls of `stage` were billed so far."""
        return Spending(self._meters[stage].usage, self.language_model.price)

    async def run(self, day: date, selected: set[str]) -> None:
        """Makes what `selected` names of full_texts, translations and summaries for `day`.

        Each row is in the store when its paper is done. Raises what keeps every further paper from being done (a
        refused key, an unknown model, a store that cannot be written); what was stored until then stays.
        """
        digest = self.settings.digest.name
        with self.store.transaction() as connection:
            claimed = ledger.claimed_by(connection, digest, day)
            held = texts.texts_of(connection, digest, day)
            for table in {"translations", "summaries"} & selected:
                answers.forget_unclaimed(connection, table, digest, day)
        kept = [each for each in claimed if each.outcome is Outcome.KEPT]
        readable = [each.paper for each in kept if not each.withdrawn]
        self._texts = {paper.identifier: asyncio.get_running_loop().create_future() for paper in readable}
        if not self.language_model.can_be_asked:
            self.log(f"{day}: {self.language_model.why_not}; the abstracts stay in the original, no text is fetched")

        async with self._session(day, [each.paper for each in kept]) as session:
            jobs: list[Awaitable[None]] = []
            for table, job in (("translations", self._translate), ("summaries", self._read)):
                if table in selected:
                    self.progress.begin(table, len(kept))
                    jobs += [job(session, each.paper, each.withdrawn) for each in kept]
            jobs.append(self._deliver_texts(session, readable, held, fetch="full_texts" in selected))
            await full_texts.together(jobs)

    @asynccontextmanager
    async def _session(self, day: date, papers: Sequence[Paper]) -> AsyncIterator[_Session]:
        identifiers = [paper.identifier for paper in papers]
        async with AsyncExitStack() as stack:
            gathered = await stack.enter_async_context(GatheredStore(self.store))
            known = await stack.enter_async_context(
                answers.KnownAnswers.open(gathered, identifiers, self.clock.now, self.store.journals)
            )
            ask = None
            if self.language_model.can_be_asked:
                today = self.clock.now().astimezone(timezone.utc).date()
                prices = price_table(self.settings.llm)
                spent = await gathered.run(lambda connection: spent_on(connection, today, prices))
                model = await stack.enter_async_context(self.language_model.open(self.language_model.budget(*spent)))
                ask = {stage: meter.metered(model) for stage, meter in self._meters.items()}
            yield _Session(day, gathered, known, self.language_model.rules(self.settings.digest.language), ask)

    async def _deliver_texts(
        self, session: _Session, papers: Sequence[Paper], held: Mapping[str, FullText], *, fetch: bool
    ) -> None:
        """Hands each paper's text to whoever waits for it: what the store holds at once, the others as they come."""
        complete = {identifier: text for identifier, text in held.items() if text.final}
        missing = [paper for paper in papers if paper.identifier not in complete]
        for paper in papers:
            if paper.identifier in complete:
                self._texts[paper.identifier].set_result(complete[paper.identifier])
        if fetch and session.ask is not None:
            self.progress.begin("full_texts", len(missing))
            async with self.arxiv.open_texts() as source:
                await full_texts.fetch_texts(missing, source, partial(self._keep_text, session, held), self.clock.now)
        else:
            for paper in missing:
                self._texts[paper.identifier].set_result(held.get(paper.identifier) or _not_fetched(paper))

    async def _keep_text(self, session: _Session, held: Mapping[str, FullText], text: FullText) -> None:
        text = full_texts.better(text, held.get(text.identifier))
        await session.gathered.run(lambda connection: texts.keep_text(connection, text))
        self._texts[text.identifier].set_result(text)
        self.progress.advance("full_texts", failed=not text.final)
        self.log(_line(text, f"text from {text.source.value}, {text.token_count} tokens", text.reason))

    async def _translate(self, session: _Session, paper: Paper, withdrawn: bool) -> None:
        if withdrawn or session.ask is None:
            made = translations.not_asked(paper, "withdrawn" if withdrawn else self.language_model.why_not)
        else:
            try:
                made = await asking.translate(
                    paper, ask=session.ask["translations"], answers=session.known, rules=session.rules
                )
            except DigestError:
                raise
            except Exception as error:  # noqa: BLE001 - one paper must never take the others along
                made = Translation(paper.identifier, paper.version, AnswerStatus.FAILED, reason=_unforeseen(error))
        await self._record(session, "translations", made, answers.record_translations)

    async def _read(self, session: _Session, paper: Paper, withdrawn: bool) -> None:
        if withdrawn or session.ask is None:
            made = summaries.not_asked(paper, "withdrawn" if withdrawn else self.language_model.why_not)
        else:
            text = await self._texts[paper.identifier]
            try:
                made = await self._reading_of(paper, text, session, session.ask["summaries"])
            except DigestError:
                raise
            except Exception as error:  # noqa: BLE001 - one paper must never take the others along
                made = Reading(paper.identifier, paper.version, AnswerStatus.FAILED, reason=_unforeseen(error))
        await self._record(session, "summaries", made, answers.record_readings)

    async def _reading_of(self, paper: Paper, text: FullText, session: _Session, ask: Ask) -> Reading:
        def cut_to(tokens: int) -> asking.Excerpt:
            piece = excerpt(text, paper.abstract, tokens)
            return asking.Excerpt(piece.text, piece.note, piece.tokens, text.source)

        return await asking.read(
            paper,
            cut_to(self.settings.llm.text_tokens),
            ask=ask,
            answers=session.known,
            rules=session.rules,
            shorter=cut_to,
        )

    async def _record(self, session: _Session, stage: str, made: Made, record: Callable[..., None]) -> None:
        name, language, now = self.settings.digest.name, session.rules.language, self.clock.now()
        await session.gathered.run(lambda connection: record(connection, name, session.day, language, [made], now))
        unwell = made.status in (AnswerStatus.FAILED, AnswerStatus.WITHHELD, AnswerStatus.BUDGET)
        spent = (made.usage.input_tokens or 0) + (made.usage.output_tokens or 0) if made.usage.calls else 0
        self.progress.advance(stage, failed=unwell, tokens=spent)
        self.log(_line(made, f"{stage} {made.status.value}", made.reason))


def _line(about: FullText | Translation | Reading, event: str, reason: str | None) -> str:
    return f"{about.identifier}v{about.version}: {event}" + (f" ({reason})" if reason else "")


def _unforeseen(error: Exception) -> str:
    """A mistake of this program, as the reason why a paper failed: what it was and where."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    said = redact(f"{type(error).__name__}: {error}")
    return f"unforeseen, please report it: {said} ({Path(place.filename).name}, line {place.lineno})"


def _not_fetched(paper: Paper) -> FullText:
    """Stands for a text that the store does not hold where full_texts was not asked for: the abstract alone."""
    return FullText(
        paper.identifier, paper.version, TextSource.ABSTRACT, (), "full_texts was not materialized", final=False
    )
