"""Where the papers of a date hand in what they want to know, when answers come in batches (`llm.batch`).

The papers' coroutines ask as they always do. Here their questions are put aside until every one of them waits; then
they go to the endpoint together, as one batch for the translations and the readings of the date, which is looked at now
and then. What a batch of an earlier run was asked already is only waited for. A run's patience is bounded: when it
ends, what waits is told `BatchUnderWay`, and a later run collects. Answers are rows before anybody is told of them.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

from filelock import FileLock, Timeout

from digest_assets.errors import (
    BatchTooLarge,
    BatchUnderWay,
    EndpointError,
    EndpointLacks,
    EndpointUnavailable,
    redact,
)
from digest_assets.llm.answers import Answer
from digest_assets.llm.asking import Ask, AskingRules, key_of
from digest_assets.llm.batches import Batch, BatchRequest, Result, Unanswered
from digest_assets.llm.budget import Budget, Meter
from digest_assets.llm.prompts import Prompt, Task
from digest_assets.llm.refusals import Fault, Problem
from digest_assets.model import Paper, Usage
from digest_assets.resources.batch_endpoint import BatchEndpoint
from digest_assets.store import batches
from digest_assets.store.batches import Submission
from digest_assets.store.gathering import GatheredStore

_NEVER_BEGAN = "never began"
PAUSES = (timedelta(), timedelta(), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))
"""Before a question is handed in, by how often that brought no answer. Once because of a form that was learned then."""
GONE_AFTER = timedelta(hours=26)
"""A batch has a day. One that the endpoint says it does not know may still be worked on, and paid for, until then."""
_REFUSALS_COUNT_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class BatchPlace:
    """What batches are for, and how long they are waited for."""

    digest: str
    day: date
    base_url: str
    model: str
    wait_seconds: float
    poll_seconds: float
    locks: Path
    """A folder; a lock in it says that whoever hands a batch in is alive."""


@dataclass(slots=True)
class _Wanted:
    """A question that somebody waits for."""

    request: BatchRequest
    estimate: Usage
    answer: asyncio.Future[Answer | Problem]
    waiting: int = 0


@dataclass
class BatchDesk:
    """Use `open` to get one. Used from one event loop."""

    place: BatchPlace
    endpoint: BatchEndpoint
    gathered: GatheredStore
    budget: Budget
    count_tokens: Callable[[str], int]
    now: Callable[[], datetime]
    log: Callable[[str], None]
    _refused: set[str]
    _submissions: dict[str, Submission] = field(default_factory=dict)
    _under_way: dict[str, str] = field(default_factory=dict)
    """Submission by key."""
    _next_look: dict[str, float] = field(default_factory=dict)
    _wanted: dict[str, _Wanted] = field(default_factory=dict)
    _jobs: int = 0
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _changed_at: float = 0.0
    _closed_by: BaseException | None = None
    handed_in: set[str] = field(default_factory=set)
    """The submissions of this run."""

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        place: BatchPlace,
        endpoint: BatchEndpoint,
        gathered: GatheredStore,
        identifiers: Iterable[str],
        budget: Budget,
        count_tokens: Callable[[str], int],
        now: Callable[[], datetime],
        log: Callable[[str], None],
    ) -> AsyncIterator[BatchDesk]:
        """The desk for papers with these identifiers, served until the block ends."""
        about = list(identifiers)
        found = await gathered.run(lambda connection: batches.under_way(connection, place.base_url, about))
        refused = await gathered.run(lambda connection: batches.refused(connection, about))
        desk = cls(place, endpoint, gathered, budget, count_tokens, now, log, refused)
        desk._learn_of(found)
        serving = asyncio.create_task(desk._serve())
        try:
            yield desk
        finally:
            serving.cancel()
            with suppress(asyncio.CancelledError):
                await serving

    # -- for the papers

    def taking_part(self, job: Callable[[], Awaitable[None]]) -> Awaitable[None]:
        """`job()`, known to the desk from now on: no batch is handed in while it may still ask for something."""
        self._jobs += 1
        return self._taken_part(job)

    async def _taken_part(self, job: Callable[[], Awaitable[None]]) -> None:
        try:
            await job()
        finally:
            self._jobs -= 1
            self._notify()

    def asking(self, direct: Ask, task: Task, paper: Paper, rules: AskingRules, meter: Meter) -> Ask:
        """How the coroutine of `paper` asks: its first question here, what follows from the answer directly, and
        directly too what a batch has refused."""
        has_asked = False

        async def ask(prompt: Prompt) -> Answer:
            nonlocal has_asked
            key = key_of(prompt, rules)
            if has_asked or not prompt.is_first or key in self._refused:
                return await direct(prompt)
            has_asked = True
            outcome = await self._paid_answer(
                BatchRequest(key, task.value, paper.identifier, paper.version, prompt), meter
            )
            if isinstance(outcome, Answer):
                return outcome
            answer = await direct(prompt)
            return replace(answer, usage=answer.usage + outcome.usage) if outcome.usage else answer

        return ask

    async def _paid_answer(self, request: BatchRequest, meter: Meter) -> Answer | Problem:
        """The answer, its estimate held back meanwhile where it is this run that asks for it."""
        is_ours = request.key not in self._under_way and request.key not in self._wanted
        estimate = self.budget.estimate(request.prompt, self.count_tokens)
        held = estimate if is_ours else Usage()
        if is_ours:
            self.budget.hold(held, in_batch=True)
        billed: Usage | None = None
        try:
            outcome = await self._answer(request, estimate)
            billed = outcome.usage
            meter.in_batches += billed or Usage()
            return outcome
        except BatchUnderWay:
            billed = held if is_ours else None  # it will be billed
            raise
        finally:
            self.budget.settle(held, billed, request.prompt, in_batch=True)

    async def _answer(self, request: BatchRequest, estimate: Usage) -> Answer | Problem:
        if self._closed_by is not None:
            raise self._closed_by
        future: asyncio.Future[Answer | Problem] = asyncio.get_running_loop().create_future()
        wanted = self._wanted.setdefault(request.key, _Wanted(request, estimate, future))
        wanted.waiting += 1
        self._notify()
        try:
            return await asyncio.shield(wanted.answer)
        finally:
            wanted.waiting -= 1

    # -- behind the desk

    async def _serve(self) -> None:
        """Hands in, looks, tells, until it is cancelled. What ends it is told to everybody who waits, or will."""
        try:
            while True:
                if self._all_wait() and (fresh := self._fresh()):
                    await self._hand_in(fresh)
                for submission in self._due():
                    await self._look(submission)
                if self._all_wait() and not self._fresh() and self._waited() >= self.place.wait_seconds:
                    self._give_up()
                await self._pause()
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # noqa: BLE001 - raised in those who would wait for ever
            self._closed_by = error
            for key in list(self._wanted):
                self._tell(key, error)

    def _notify(self) -> None:
        self._changed_at = asyncio.get_running_loop().time()
        self._changed.set()

    def _all_wait(self) -> bool:
        return bool(self._wanted) and sum(each.waiting for each in self._wanted.values()) == self._jobs

    def _waited(self) -> float:
        """Seconds since anything happened."""
        return asyncio.get_running_loop().time() - self._changed_at

    def _fresh(self) -> list[_Wanted]:
        return [each for key, each in self._wanted.items() if key not in self._under_way]

    def _due(self) -> list[Submission]:
        """The batches that somebody waits for and that were not looked at for a while."""
        now = asyncio.get_running_loop().time()
        needed = dict.fromkeys(self._under_way[key] for key in self._wanted if key in self._under_way)
        return [self._submissions[each] for each in needed if self._next_look.get(each, 0.0) <= now]

    async def _pause(self) -> None:
        """Until something happens here, or it is time to look or to lose patience."""
        self._changed.clear()
        if self._all_wait() and self._fresh():
            return
        looks = any(key in self._under_way for key in self._wanted)
        timeout = self.place.poll_seconds if looks else None
        if timeout is not None and self._all_wait():
            timeout = min(timeout, max(0.0, self.place.wait_seconds - self._waited()))
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._changed.wait(), timeout)

    def _give_up(self) -> None:
        for key in list(self._wanted):
            submission = self._submissions[self._under_way[key]]
            self._tell(
                key,
                BatchUnderWay(
                    f"It waits for the batch of {submission.submitted_at:%Y-%m-%d %H:%M} UTC ({submission.status}).",
                    cure="Run again later.",
                ),
            )

    def _tell(self, key: str, outcome: Answer | Problem | BaseException) -> None:
        wanted = self._wanted.pop(key, None)
        if wanted is None or wanted.answer.done():
            return
        if isinstance(outcome, BaseException):
            wanted.answer.set_exception(outcome)
            wanted.answer.exception()  # whoever waited may have been cancelled
        else:
            wanted.answer.set_result(outcome)
        self._notify()

    def _learn_of(self, submissions: Iterable[Submission]) -> None:
        for submission in submissions:
            self._submissions[submission.submission_id] = submission
            self._under_way |= dict.fromkeys(submission.keys, submission.submission_id)

    async def _hand_in(self, fresh: Sequence[_Wanted]) -> None:
        """Batches of what is in none yet, as many as the provider's limits ask for."""
        now = self.now()
        tried = await self.gathered.run(lambda c: batches.attempts(c, [each.request.key for each in fresh]))
        since = now - _REFUSALS_COUNT_FOR
        refused = await self.gathered.run(lambda c: batches.fewest_refused(c, self.place.base_url, since))
        ready = [each for each in fresh if self._is_ready(each, tried.get(each.request.key), now)]
        most = refused // 2 if refused else None
        if most == 0:
            for each in ready:
                told = EndpointError("The endpoint takes no batch of even one request.", cure="Set llm.batch = false.")
                self._tell(each.request.key, told)
            return
        by_key = {each.request.key: each for each in ready}
        for part in self.endpoint.parts([each.request for each in ready], most):
            await self._hand_in_part([by_key[request.key] for request in part])
        self._notify()

    def _is_ready(self, wanted: _Wanted, tried: batches.Attempts | None, now: datetime) -> bool:
        """Whether a question may be handed in now. One that was handed in often enough, or has to wait, is told so."""
        if tried is None:
            return True
        if tried.count >= len(PAUSES):
            self._tell(
                wanted.request.key,
                EndpointError(
                    f"It was in {tried.count} batches and got no answer.", cure="Set llm.batch = false to ask directly."
                ),
            )
            return False
        again_at = tried.last_at + PAUSES[tried.count]
        if now < again_at:
            told = f"It was in {tried.count} batches and got no answer; it is handed in again at {again_at:%H:%M} UTC."
            self._tell(wanted.request.key, BatchUnderWay(told, cure="Run again then."))
        return now >= again_at

    async def _hand_in_part(self, fresh: Sequence[_Wanted]) -> None:
        """One batch: a row, then the file, then its beginning, each recorded before the next."""
        place, submission_id, now = self.place, uuid.uuid4().hex, self.now()
        with self._owning(submission_id):
            ours = await self.gathered.run(
                lambda connection: batches.claim(
                    connection,
                    submission_id,
                    [each.request for each in fresh],
                    base_url=place.base_url,
                    model=place.model,
                    digest=place.digest,
                    day=place.day,
                    estimates={each.request.key: each.estimate for each in fresh},
                    now=now,
                )
            )
            if len(ours) < len(fresh):  # another run was quicker
                about = [each.request.identifier for each in fresh]
                self._learn_of(await self.gathered.run(lambda c: batches.under_way(c, place.base_url, about)))
            if ours:
                batch = await self._begun(submission_id, ours)
                if batch is None:
                    return
                self._learn_of(
                    [
                        Submission(
                            submission_id,
                            now,
                            batch.status,
                            batch.batch_id,
                            batch.input_file_id,
                            tuple(request.key for request in ours),
                        )
                    ]
                )
                self.handed_in.add(submission_id)
                self._next_look[submission_id] = asyncio.get_running_loop().time() + place.poll_seconds
                self.log(f"{len(ours)} requests were handed in as the batch {batch.batch_id}")

    async def _begun(self, submission_id: str, requests: Sequence[BatchRequest]) -> Batch | None:
        try:
            file_id = await self.endpoint.upload(submission_id, requests)
            await self.gathered.run(lambda connection: batches.note_file(connection, submission_id, file_id))
            batch = await self.endpoint.begin(submission_id, file_id)
        except BatchTooLarge as error:
            await self._close(submission_id, batches.TOO_LARGE, error=str(error))
            return None  # what was in it is still wanted, and handed in in smaller parts
        except EndpointUnavailable:
            raise  # whether it began is found out by the next run
        except EndpointError as error:
            await self._close(submission_id, _NEVER_BEGAN, error=str(error))
            raise
        await self._note(submission_id, batch)
        return batch

    async def _note(self, submission_id: str, batch: Batch) -> None:
        await self.gathered.run(
            lambda connection: batches.note_status(connection, submission_id, batch.batch_id, batch.status)
        )

    async def _look(self, submission: Submission) -> None:
        """Collects a batch that has ended; puts its next look off where it has not."""
        name = submission.submission_id
        self._next_look[name] = asyncio.get_running_loop().time() + self.place.poll_seconds
        try:
            batch = await self._seen(submission)
            if batch is not None and batch.has_ended:
                await self._collect(submission, batch)
            elif batch is not None:
                self._submissions[name] = replace(submission, status=batch.status, batch_id=batch.batch_id)
                await self._note(name, batch)
        except EndpointUnavailable as error:
            self.log(f"{error}")  # the batch goes on without us

    async def _seen(self, submission: Submission) -> Batch | None:
        """The batch as it is now. None: its owner is handing it in, the endpoint does not know it at the moment, or it
        is gone and its questions are free again."""
        name = submission.submission_id
        batch = await self.endpoint.look(submission.batch_id) if submission.batch_id else None
        if batch is None:
            try:
                with self._owning(name):
                    file_id = submission.input_file_id
                    batch = await self.endpoint.find(name, file_id) if file_id else None
            except Timeout:
                return None
            except EndpointLacks:  # it lists none
                batch = None
        if batch is None and submission.batch_id is None:
            await self._forget(submission, _NEVER_BEGAN)
        elif batch is None and self.now() - submission.submitted_at >= GONE_AFTER:
            await self._forget(submission, "is not known to the endpoint after a day")
        elif batch is None:  # unknown is not gone: it may be worked on, and paid for
            self._submissions[name] = replace(submission, status="not known to the endpoint at the moment")
        return batch

    async def _forget(self, submission: Submission, why: str) -> None:
        """A batch that will not answer: what it was asked is asked anew."""
        await self._close(submission.submission_id, why)
        self._free(submission)
        self.log(f"the batch of {submission.submitted_at:%Y-%m-%d %H:%M} UTC {why}: asked anew")

    def _free(self, submission: Submission) -> None:
        for key in submission.keys:
            if self._under_way.get(key) == submission.submission_id:
                del self._under_way[key]

    async def _close(
        self,
        submission_id: str,
        status: str,
        answered: dict[str, Answer] | None = None,
        refusals: dict[str, str] | None = None,
        error: str | None = None,
    ) -> None:
        now = self.now()
        await self.gathered.run(
            partial(
                batches.collect,
                submission_id=submission_id,
                status=status,
                answered=answered or {},
                refusals=refusals or {},
                now=now,
                error=error,
            )
        )

    async def _collect(self, submission: Submission, batch: Batch) -> None:
        """Makes rows of the answers, and tells whoever waits for one."""
        results = {} if batch.has_failed else await self.endpoint.results(batch)
        answered = {key: replace(each, in_batch=True) for key, each in results.items() if isinstance(each, Answer)}
        problems = {key: each for key, each in results.items() if isinstance(each, Problem)}
        learned = self._learned(problems.values())
        refusals = {key: redact(each.said) for key, each in problems.items() if each.fault not in learned}
        status = batches.NO_ROOM if batch.waits_for_room else batch.status
        await self._close(submission.submission_id, status, answered, refusals, batch.said)
        self._refused |= set(refusals)
        self._free(submission)
        for key in submission.keys:
            self._tell_result(key, answered.get(key) or results.get(key, Unanswered.NOT_TRIED), batch, learned)
        self.log(
            f"the batch {batch.batch_id} is {batch.status}: {len(answered)} of "
            f"{len(submission.keys)} requests were answered"
        )

    def _tell_result(self, key: str, result: Result, batch: Batch, learned: set[Fault]) -> None:
        said = f" ({batch.said})" if batch.said else ""
        if isinstance(result, Answer):
            self._tell(key, result)
        elif isinstance(result, Problem):
            if result.fault not in learned:  # those stay wanted, and go into another batch, asked otherwise
                self._tell(key, result)
        elif batch.waits_for_room:
            told = f"The endpoint takes no more now{said}; it is handed in again in smaller parts."
            self._tell(key, BatchUnderWay(told, cure="Run again later."))
        elif batch.has_failed:
            self._tell(
                key,
                EndpointError(
                    f"The model's endpoint refused the batch{said}.", cure="Mend that, or set llm.batch = false."
                ),
            )
        else:
            self._tell(
                key,
                EndpointUnavailable(
                    f"The batch is {batch.status}, and did not come to this request{said}.",
                    cure="Run again: it is put into another batch.",
                ),
            )

    def _learned(self, problems: Iterable[Problem]) -> set[Fault]:
        """The kinds of refusal from which it was learned how to ask. One of each kind says it for all."""
        first = {each.fault: each for each in reversed(list(problems))}
        return {fault for fault, problem in first.items() if self.endpoint.learn(problem)}

    @contextmanager
    def _owning(self, submission_id: str) -> Iterator[None]:
        """The lock that goes with the process that hands a batch in. Raises `Timeout` where another one holds it."""
        self.place.locks.mkdir(parents=True, exist_ok=True)
        path = self.place.locks / f"batch-{submission_id}.lock"
        with FileLock(path, timeout=0):
            yield
        path.unlink(missing_ok=True)
