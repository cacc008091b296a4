"""The papers of a date on their way from identifiers to Chinese: texts, translations and readings, side by side.

Texts come at arXiv's pace (15 s apart), and meanwhile abstracts are translated and each paper is read as soon as its
text is there. The overview is asked for as soon as the last translation is, while papers are still read.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import TypeVar

import duckdb

from digest_assets.config import LlmSettings, Settings
from digest_assets.errors import DigestError, ModelUnfit, StoreError, unexpected
from digest_assets.full_text.excerpt import excerpt
from digest_assets.glance.topics import Topics
from digest_assets.llm import asking
from digest_assets.llm.asking import Ask, AskingRules, Subject
from digest_assets.llm.budget import Budget, Meter
from digest_assets.llm.first_answers import LOOKED_AT, FirstAnswers
from digest_assets.llm.prompts import Task
from digest_assets.llm.second_reader import NO_DOUBTS, Doubts
from digest_assets.model import AnswerStatus, FullText, Outcome, Paper, Reading, TextSource, Translation
from digest_assets.pipeline import fetch_texts
from digest_assets.pipeline import overviews as overview_of_day
from digest_assets.pipeline.batches import BatchPlace, DateBatches
from digest_assets.pipeline.rank import by_worth
from digest_assets.pipeline.render_ahead import Ahead
from digest_assets.pipeline.second_reading import SecondReading
from digest_assets.pipeline.spending import spent_on_tasks, spent_today
from digest_assets.resources.arxiv_access import ArxivAccess
from digest_assets.resources.clock import Clock
from digest_assets.resources.model_access import EndpointAccess, ModelAccess, OpenModel
from digest_assets.resources.progress import Progress
from digest_assets.resources.topics import rules_by_paper, rules_of, topics_of_digest
from digest_assets.store import answers, endpoint_pauses, ledger, overviews, texts
from digest_assets.store.connection import DigestStore
from digest_assets.store.date_content import of_date
from digest_assets.store.gathering import GatheredStore
from digest_assets.store.ledger import require_made
from digest_assets.store.texts import PackedText, packed

Made = TypeVar("Made", Translation, Reading)
_log = logging.getLogger(__name__)

WITHOUT_A_MODEL = "llm.preset is none"
"""The reason of what a digest without a model does not ask for."""
BATCH_TAG = "digest/batch"
"""A run's tag: it asks in batches, whatever `llm.batch` says. Of the value `HAND_IN`, it waits for none."""
HAND_IN = "hand in"
OTHERS_LOOKED_AT_SECONDS = 15.0
"""How often a run with a day's budget looks at what other runs have spent."""
_STAGES = {
    Task.TRANSLATION: "translations",
    Task.GIST: "translations",
    Task.READING: "summaries",
    Task.OVERVIEW: "overviews",
}


def batch_wait_seconds(settings: LlmSettings, tags: Mapping[str, str]) -> float | None:
    """How long a run waits for its batch. None: it asks for each answer by itself. The run's tag goes before the
    settings."""
    tag = tags.get(BATCH_TAG)
    if tag == HAND_IN:
        return 0.0
    return settings.batch_wait_minutes * 60 if tag is not None or settings.batch else None


@dataclass(frozen=True)
class _Session:
    """What one run of the step works with: the store for its coroutines, the answers held, and whom to ask."""

    day: date
    gathered: GatheredStore
    known: answers.KnownAnswers
    rules: AskingRules
    """The digest's own."""
    rules_of: Callable[[Paper], AskingRules]
    topics: Topics
    ask: Mapping[str, Ask] | None
    """By stage. None: the digest is one without a model."""
    batches: DateBatches | None
    """None: no batches."""
    second: SecondReading | None
    """None: no second reader is set, or it cannot be asked."""
    model: OpenModel | None
    """None: nobody is asked."""
    unpacked: asyncio.Semaphore
    """What a paper has while it is read: a text and its prompt are unpacked for the papers whose turn is near."""
    ahead: Ahead


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
    batch_wait_seconds: float | None = None
    """None: no batches."""
    waiting: Counter[str] = field(default_factory=Counter)
    """How many answers of each stage wait for a batch."""
    meters: dict[str, Meter] = field(default_factory=lambda: {stage: Meter() for stage in _STAGES.values()})
    """What each stage's calls were billed."""
    second_meter: Meter = field(default_factory=Meter)
    """What the second reader's calls were billed."""
    _unfinished: int = 0
    """Translations and readings that are not stored yet."""
    _storing: int = 0
    """Of those, how many only have to be stored."""
    _to_translate: int = 0
    _translated: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when every translation that this run makes is stored."""
    _texts: dict[str, asyncio.Future[PackedText]] = field(default_factory=dict)
    _asked_again: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    """What waits for a batch, to be done once something of it is answered."""
    _first: FirstAnswers = field(init=False)

    def __post_init__(self) -> None:
        self._first = FirstAnswers(self.settings.llm.model)

    async def run(self, day: date, selected: set[str]) -> None:
        """Makes what `selected` names of full_texts, translations, summaries and overviews for `day`.

        Each row is in the store when its paper is done. Raises what keeps every further paper from being done (a
        refused key, an unknown model, a store that cannot be written); what was stored until then stays. Raises
        `NotInStore` for a date that claimed no papers there.
        """
        digest = self.settings.digest.name
        with self.store.transaction() as connection:
            require_made(connection, self.store, digest, day)
            claimed = ledger.claimed_by(connection, digest, day)
            held = texts.packed_texts_of(connection, digest, day)
            for table in {"translations", "summaries"} & selected:
                answers.forget_unclaimed(connection, table, digest, day)
            worth = by_worth(connection, self.settings, day)
        kept = [each for each in claimed if each.outcome is Outcome.KEPT]
        if worth:  # what is asked for first is what a budget is spent on
            kept.sort(key=lambda each: -worth[each.paper.identifier].score if each.paper.identifier in worth else 0.0)
        readable = [each.paper for each in kept if not each.withdrawn]
        self._texts = {paper.identifier: asyncio.get_running_loop().create_future() for paper in readable}
        if not self.language_model.can_be_asked:
            why = f"no key is set in {self.settings.llm.api_key_env}" if self.settings.llm.is_used else WITHOUT_A_MODEL
            self.log(f"{why}; what no model has answered yet stays in the original, no text is fetched")

        self._to_translate = len(kept) if "translations" in selected else 0
        if not self._to_translate:
            self._translated.set()
        made_here = len({"translations", "summaries"} & selected)
        async with self._session(day, [each.paper for each in kept], made_here) as session:
            jobs: list[Awaitable[None]] = []
            self._unfinished = len(kept) * made_here
            for table, job in (("translations", self._translate), ("summaries", self._read)):
                if table in selected:
                    self.progress.begin(table, len(kept))
                    for each in kept:
                        jobs.append(job(session, each.paper, each.withdrawn))
            tells = "overviews" in selected
            if tells and session.batches is None:
                jobs.append(self._tell_when_translated(session))
            jobs.append(self._deliver_texts(session, readable, held, fetch="full_texts" in selected))
            await fetch_texts.together(jobs, session.known.ends_with)
            if session.batches is not None:
                await self._walk_again(session, session.batches, tells=tells)
            await session.gathered.run(partial(self._note_pause, session))
            self._say_of_the_model(self._first.at_the_end())

    async def _walk_again(self, session: _Session, batches: DateBatches, *, tells: bool) -> None:
        """Asks again what waits for a batch, once something of it is answered. The overview goes into a batch that
        others wait for, and is asked for directly else: a batch of its own would hold the day up for another one."""
        while self._asked_again:
            if tells and not self._to_translate:
                tells = False
                await self._tell_overview(session)
            await batches.settle()
            again, self._asked_again = self._asked_again, []
            await fetch_texts.together([job() for job in again], session.known.ends_with)
        if tells:
            await self._tell_overview(replace(session, batches=None))

    def _note_pause(self, session: _Session, connection: duckdb.DuckDBPyConnection) -> None:
        """Records when the date is worth asking for again, where the endpoint ended this run; else that it is not."""
        digest, paused = self.settings.digest.name, session.model.paused() if session.model is not None else None
        if paused is None or paused.until is None:
            endpoint_pauses.forget(connection, digest, session.day)
        else:
            endpoint_pauses.note(connection, digest, session.day, paused.until, paused.message, self.clock.now())

    @asynccontextmanager
    async def _session(self, day: date, papers: Sequence[Paper], texts: int) -> AsyncIterator[_Session]:
        about = overview_of_day.Overview(self.settings.digest.name, day).identifier
        identifiers = [*(paper.identifier for paper in papers), about]
        async with AsyncExitStack() as stack:
            gathered = await stack.enter_async_context(GatheredStore(self.store))
            known = await stack.enter_async_context(
                answers.KnownAnswers.open(gathered, identifiers, self.clock.now, self.store.journals)
            )
            ask: Mapping[str, Ask] | None = None
            in_batches: DateBatches | None = None
            second: SecondReading | None = None
            model: OpenModel | None = None
            if self.settings.llm.lacks_key():
                ask = dict.fromkeys(self.meters, self.language_model.refuse)
            elif self.settings.llm.is_used:
                spent = await spent_today(gathered, self.settings, self.language_model, self.clock.now())
                budget = self.language_model.budget(*spent)
                room = partial(known.make_room, self.settings.llm.max_concurrency)
                model = await stack.enter_async_context(self.language_model.open(budget, self.clock.now, room))
                ask = {stage: meter.metered(model.ask) for stage, meter in self.meters.items()}
                if self.batch_wait_seconds is not None:
                    in_batches = await self._batches(day, gathered, identifiers, budget, model)
                if budget.counts_the_day:
                    await stack.enter_async_context(self._watching_the_day(gathered, budget, known, in_batches))
                if (access := self.language_model.second_reader) is not None:
                    second = await self._second_reading(stack, access, gathered, known, texts)
            topics, rules = topics_of_digest(self.settings), rules_of(self.language_model, self.settings)
            of_papers = rules_by_paper(self.language_model, self.settings)
            unpacked = asyncio.Semaphore(2 * self.settings.llm.max_concurrency)
            ahead = Ahead(self.settings, len(papers))
            yield _Session(
                day, gathered, known, rules, of_papers, topics, ask, in_batches, second, model, unpacked, ahead
            )

    async def _second_reading(
        self,
        stack: AsyncExitStack,
        access: EndpointAccess,
        gathered: GatheredStore,
        known: answers.KnownAnswers,
        texts: int,
    ) -> SecondReading | None:
        """A second reader for as long as `stack` is open."""
        if not access.can_be_asked:
            self.log(f"no key is set in {access.settings.api_key_env}; nothing is read a second time")
            return None
        spent = await spent_on_tasks(gathered, self.settings, access, self.clock.now(), [Task.SECOND_READING])
        budget = access.budget(*spent)
        room = partial(known.make_room, access.settings.max_concurrency)
        model = await stack.enter_async_context(access.open(budget, self.clock.now, room))
        return SecondReading(access, self.second_meter.metered(model.ask), known, texts, self.log)

    @asynccontextmanager
    async def _watching_the_day(
        self, gathered: GatheredStore, budget: Budget, known: answers.KnownAnswers, in_batches: DateBatches | None
    ) -> AsyncIterator[None]:
        """Tells `budget` now and then what other runs spend while this one does."""

        async def watch() -> None:
            while True:
                await asyncio.sleep(OTHERS_LOOKED_AT_SECONDS)
                try:
                    spent = await spent_today(
                        gathered, self.settings, self.language_model, self.clock.now(), *_asked_by_us(known, in_batches)
                    )
                except StoreError as error:
                    self.log(f"What other runs spend could not be looked at: {error}")
                else:
                    budget.others_spent(*spent)

        watching = asyncio.create_task(watch())
        try:
            yield
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)

    async def _batches(
        self, day: date, gathered: GatheredStore, identifiers: Sequence[str], budget: Budget, model: OpenModel
    ) -> DateBatches:
        llm = self.settings.llm
        place = BatchPlace(
            digest=self.settings.digest.name,
            day=day,
            base_url=llm.base_url,
            model=llm.model,
            wait_seconds=self.batch_wait_seconds or 0.0,
            poll_seconds=llm.batch_poll_seconds,
            locks=self.store.journals,
        )
        return await DateBatches.open(
            place, model.batches, gathered, identifiers, budget, model.count_tokens, self.clock.now, self.log
        )

    def _ask(self, session: _Session, task: Task, about: Subject) -> Ask:
        """How `about` asks for the answer of a stage."""
        stage = _STAGES[task]
        direct = (session.ask or {})[stage]
        if session.batches is None:
            return direct
        return session.batches.asking(direct, task, about, session.rules, self.meters[stage])

    async def _deliver_texts(
        self, session: _Session, papers: Sequence[Paper], held: Mapping[str, PackedText], *, fetch: bool
    ) -> None:
        """Hands each paper's text to whoever waits for it: what the store holds at once, the others as they come."""
        complete = {identifier: text for identifier, text in held.items() if text.known.final}
        missing = [paper for paper in papers if paper.identifier not in complete]
        for paper in papers:
            if paper.identifier in complete:
                self._texts[paper.identifier].set_result(complete[paper.identifier])
        if fetch and self.language_model.can_be_asked:
            self.progress.begin("full_texts", len(missing))
            async with self.arxiv.open_texts() as source:
                before = {
                    texts.key_of(each): held[each.identifier].known.fetched_at
                    for each in missing
                    if each.identifier in held
                }
                find = partial(texts.fetched_meanwhile, before=before)

                async def take(paper: Paper) -> PackedText | None:
                    return await session.known.flights.take(texts.key_of(paper), find)

                keep = partial(self._keep_text, session, held)
                await fetch_texts.fetch_texts(missing, source, take, keep, self.clock.now)
        else:
            for paper in missing:
                self._texts[paper.identifier].set_result(held.get(paper.identifier) or packed(_not_fetched(paper)))

    async def _keep_text(self, session: _Session, held: Mapping[str, PackedText], text: PackedText) -> None:
        before = held.get(text.known.identifier)
        if before is not None and fetch_texts.better(text.known, before.known) is before.known:
            text = before
        known = text.known
        self._texts[known.identifier].set_result(text)
        await session.gathered.keep(texts.keep_texts, text)
        self.progress.advance("full_texts", failed=not known.final)
        self.log(_line(known, f"text from {known.source.value}, {known.token_count} tokens", known.reason))

    async def _translate(self, session: _Session, paper: Paper, withdrawn: bool) -> None:
        if withdrawn or session.ask is None:
            made = Translation.not_asked(paper, answers.WITHDRAWN if withdrawn else WITHOUT_A_MODEL)
        else:
            try:
                ask = self._ask(session, Task.TRANSLATION, paper)
                made = await asking.translate(paper, ask=ask, answers=session.known, rules=session.rules_of(paper))
                session.ahead.render(made)
            except DigestError:
                raise
            except Exception as error:  # noqa: BLE001 - one paper must never take the others along
                made = Translation(paper.identifier, paper.version, AnswerStatus.FAILED, reason=unexpected(error))
        if session.batches is not None and session.batches.awaits(Task.TRANSLATION, paper):
            self._asked_again.append(partial(self._translate, session, paper, withdrawn))
            return
        await self._record(session, "translations", made)
        self._to_translate -= 1
        if not self._to_translate:
            self._translated.set()
        await self._read_again(session, paper, made)

    async def _tell_when_translated(self, session: _Session) -> None:
        await self._translated.wait()
        await self._tell_overview(session)

    async def _tell_overview(self, session: _Session) -> None:
        digest, day, language = self.settings.digest.name, session.day, session.rules.language
        about = overview_of_day.Overview(digest, day)
        held = await session.gathered.run(lambda connection: of_date(connection, digest, day, updated=False))
        try:
            groups = await overview_of_day.tell(
                about,
                held.papers,
                session.topics,
                ask=self._ask(session, Task.OVERVIEW, about) if session.ask is not None else None,
                why_not=WITHOUT_A_MODEL,
                answers=session.known,
                rules=session.rules,
            )
        except DigestError:
            raise
        except Exception as error:  # noqa: BLE001 - a day without an overview is a day all the same
            _log.warning("There is no overview of %s: %s", day, unexpected(error))
            return
        if session.batches is not None and session.batches.awaits(Task.OVERVIEW, about):
            self._asked_again.append(partial(self._tell_overview, session))
            return
        self.waiting["overviews"] += any(each.status is AnswerStatus.WAITING for each in groups)
        now = self.clock.now()
        await session.gathered.run(lambda c: overviews.record(c, digest, day, language, groups, now))
        self.log(f"overview: {len(groups)} groups, {sum(1 for each in groups if each.sentence)} sentences")

    async def _read(self, session: _Session, paper: Paper, withdrawn: bool) -> None:
        if withdrawn or session.ask is None:
            made = Reading.not_asked(paper, answers.WITHDRAWN if withdrawn else WITHOUT_A_MODEL)
        else:
            text = await self._texts[paper.identifier]
            try:
                async with session.unpacked:
                    made = await self._reading_of(paper, text.whole, session, self._ask(session, Task.READING, paper))
                session.ahead.render(made)
            except DigestError:
                raise
            except Exception as error:  # noqa: BLE001 - one paper must never take the others along
                made = Reading(paper.identifier, paper.version, AnswerStatus.FAILED, reason=unexpected(error))
        if session.batches is not None and session.batches.awaits(Task.READING, paper):
            self._asked_again.append(partial(self._read, session, paper, withdrawn))
            return
        await self._record(session, "summaries", made)
        if session.second is None and made.status is not AnswerStatus.NOT_ASKED:
            self._texts.pop(paper.identifier, None)  # a day of 1,400 has some 20 MB of them
        await self._read_again(session, paper, made)

    async def _reading_of(
        self, paper: Paper, text: FullText, session: _Session, ask: Ask, doubts: Doubts = NO_DOUBTS
    ) -> Reading:
        return await asking.read(
            paper,
            excerpt_of(paper, text, self.settings.llm.text_tokens),
            ask=ask,
            answers=session.known,
            rules=session.rules_of(paper),
            shorter=partial(excerpt_of, paper, text),
            doubts=doubts,
        )

    async def _read_again(self, session: _Session, paper: Paper, made: Made) -> None:
        """Has the paper's texts read by the second reader, where `made` is the last of them, and made again where it
        doubts a sentence: their answers are held, so that the second try alone is asked for."""
        if session.second is None or session.ask is None or not (texts_made := session.second.complete(made)):
            return
        try:
            async with session.unpacked:
                text = (
                    self._texts[paper.identifier].result().whole
                    if any(isinstance(each, Reading) for each in texts_made)
                    else None
                )
                paragraphs = excerpt_of(paper, text, self.settings.llm.text_tokens).paragraphs if text else ()
                doubts = await session.second.doubts(paper, texts_made, paragraphs)
                for each in texts_made if doubts else ():
                    if isinstance(each, Translation):
                        again: Translation | Reading = await asking.translate(
                            paper,
                            ask=session.ask["translations"],
                            answers=session.known,
                            rules=session.rules_of(paper),
                            doubts=doubts,
                        )
                    elif text is not None:
                        again = await self._reading_of(paper, text, session, session.ask["summaries"], doubts)
                    if again != each:
                        session.ahead.render(again)
                        await self._keep(session, again)
        except DigestError:
            raise
        except Exception as error:  # noqa: BLE001 - what is published stays so
            self.log(f"{paper.versioned}: not read a second time ({unexpected(error)})")

    async def _keep(self, session: _Session, made: Translation | Reading) -> None:
        """Puts a text in the place of what was recorded before."""
        place = (self.settings.digest.name, session.day, session.rules.language)
        if isinstance(made, Translation):
            row = answers.translation_row(*place, made, self.clock.now())
            await session.gathered.keep(answers.record_translations, row)
        else:
            row = answers.reading_row(*place, made, self.clock.now())
            await session.gathered.keep(answers.record_readings, row)

    def _look_at_the_first(self, session: _Session, made: Made) -> None:
        """Says once that the model does not fit, where half of the first answers cannot be published as they are, and
        asks no more where none can."""
        if made.trouble is None and made.status is not AnswerStatus.DONE:
            return
        reason, is_new = made.reason or made.status.value, bool(made.usage.calls)
        self._say_of_the_model(self._first.take(made.trouble, reason, is_new=is_new))
        if self._first.none_is_good and session.model is not None:
            said = f"Not asked, because none of the run's first {LOOKED_AT} answers can be published"
            model = self.settings.llm.model
            session.model.end(lambda: ModelUnfit(f"{said} ({model}).", cure="Choose another llm.model."))

    def _say_of_the_model(self, verdict: str | None) -> None:
        if verdict is not None:
            _log.warning("%s", verdict)

    async def _record(self, session: _Session, stage: str, made: Made) -> None:
        self._look_at_the_first(session, made)
        self._storing += 1
        if self._storing == self._unfinished:
            session.gathered.hurry()
        await self._keep(session, made)
        self._storing, self._unfinished = self._storing - 1, self._unfinished - 1
        unwell = made.status not in (AnswerStatus.DONE, AnswerStatus.NOT_ASKED, AnswerStatus.WAITING)
        spent = (made.usage.input_tokens or 0) + (made.usage.output_tokens or 0) if made.usage.calls else 0
        self.waiting[stage] += made.status is AnswerStatus.WAITING
        self.progress.advance(stage, failed=unwell, tokens=spent)
        self.log(_line(made, f"{stage} {made.status.value}", made.reason))


def excerpt_of(paper: Paper, text: FullText, tokens: int) -> asking.Excerpt:
    """What the model gets of `text`: so many tokens at most."""
    piece = excerpt(text, paper.abstract, tokens)
    return asking.Excerpt(piece.text, piece.note, piece.tokens, text.source, piece.paragraphs, piece.numbered)


def _asked_by_us(known: answers.KnownAnswers, in_batches: DateBatches | None) -> tuple[set[str], set[str]]:
    """The answers and the batches of this run, which it counts itself."""
    return (known.kept | in_batches.answered, in_batches.handed_in) if in_batches else (known.kept, set())


def _line(about: FullText | Translation | Reading, event: str, reason: str | None) -> str:
    return f"{about.identifier}v{about.version}: {event}" + (f" ({reason})" if reason else "")


def _not_fetched(paper: Paper) -> FullText:
    """Stands for a text that the store does not hold where full_texts was not asked for: the abstract alone."""
    return FullText(
        paper.identifier, paper.version, TextSource.ABSTRACT, (), "full_texts was not materialized", final=False
    )
