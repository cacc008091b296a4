"""What a date's papers want to know, when answers come in batches (`llm.batch`).

A paper asks as it always does. Its first question is noted here, and `BatchUnderWay` ends its work for now. When all
papers have asked, what was noted is handed in as one batch for the translations and the readings of the date; a run
that may wait looks at it now and then, and asks the papers again once something is answered. What a batch of an earlier
run was asked already is only waited for. A run's patience is bounded: a later run collects. Answers are rows before
anybody is told of them.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

from filelock import FileLock, Timeout

from digest_assets.errors import (
    BatchTooLarge,
    BatchUnderWay,
    DigestError,
    EndpointError,
    EndpointLacks,
    EndpointUnavailable,
    redact,
)
from digest_assets.llm.answers import Answer
from digest_assets.llm.asking import Ask, AskingRules, Subject, key_of
from digest_assets.llm.batches import Batch, BatchRequest, Result, Unanswered
from digest_assets.llm.budget import Budget, Meter
from digest_assets.llm.prompts import Prompt, Task
from digest_assets.llm.refusals import Problem, Refusal
from digest_assets.model import Usage
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


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A question that was noted."""

    request: BatchRequest
    estimate: Usage
    held: Usage
    """What the budget holds back for it: nothing where another run asks."""
    meter: Meter


@dataclass
class DateBatches:
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
    _outcomes: dict[str, Problem | DigestError] = field(default_factory=dict)
    """What came of questions that were not answered, until the papers ask again."""
    _changed_at: float = 0.0
    handed_in: set[str] = field(default_factory=set)
    """The submissions of this run."""
    answered: set[str] = field(default_factory=set)
    """The keys of the answers that this run collected for its papers. They are rows."""

    @classmethod
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
    ) -> DateBatches:
        """For papers with these identifiers, with what earlier runs have handed in."""
        about = list(identifiers)
        found = await gathered.run(lambda connection: batches.under_way(connection, place.base_url, about))
        refused = await gathered.run(lambda connection: batches.refused(connection, about))
        opened = cls(place, endpoint, gathered, budget, count_tokens, now, log, refused)
        opened._learn_of(found)
        return opened

    # -- for the papers

    def asking(self, direct: Ask, task: Task, about: Subject, rules: AskingRules, meter: Meter) -> Ask:
        """How `about` asks: its first question here, what follows from the answer directly, and directly too what a
        batch has refused."""
        has_asked = False

        async def ask(prompt: Prompt) -> Answer:
            nonlocal has_asked
            key = key_of(prompt, rules)
            outcome = self._outcomes.pop(key, None)
            if isinstance(outcome, DigestError):
                raise outcome
            if outcome is None and not has_asked and prompt.is_first and key not in self._refused:
                self._note_question(BatchRequest(key, task.value, about.identifier, about.version, prompt), meter)
                raise BatchUnderWay("It waits for a batch.", cure="Run again later.")
            has_asked = True
            answer = await direct(prompt)
            billed = outcome.usage if outcome else None
            return replace(answer, usage=answer.usage + billed) if billed else answer

        return ask

    def _note_question(self, request: BatchRequest, meter: Meter) -> None:
        """Raises `BudgetUsedUp` where it is this run that would ask, and may not."""
        if request.key in self._wanted:
            return
        estimate = self.budget.estimate(request.prompt, self.count_tokens)
        held = Usage() if request.key in self._under_way else estimate
        self.budget.hold(held, in_batch=True)
        self._wanted[request.key] = _Wanted(request, estimate, held, meter)

    def awaits(self, task: Task, about: Subject) -> bool:
        """Whether a question of `about` is noted and nothing has come of it yet."""
        asked = (task.value, about.identifier)
        return any((each.request.kind, each.request.identifier) == asked for each in self._wanted.values())

    # -- for the run

    async def settle(self) -> None:
        """Hands in what was noted, and looks at what is under way until something came of a question. When the run's
        patience ends, what is left is told to wait."""
        self._outcomes.clear()
        self._notify()
        noted = len(self._wanted)
        try:
            while self._wanted and len(self._wanted) == noted:
                if fresh := self._fresh():
                    await self._hand_in(fresh)
                for submission in self._due():
                    await self._look(submission)
                if len(self._wanted) < noted or self._fresh():
                    continue
                if self._waited() >= self.place.wait_seconds:
                    self._give_up()
                else:
                    await asyncio.sleep(min(self._until_next_look(), self.place.wait_seconds - self._waited()))
        except DigestError as error:
            for key in list(self._wanted):
                self._tell(key, error)

    def _notify(self) -> None:
        self._changed_at = asyncio.get_running_loop().time()

    def _waited(self) -> float:
        """Seconds since anything happened."""
        return asyncio.get_running_loop().time() - self._changed_at

    def _fresh(self) -> list[_Wanted]:
        return [each for key, each in self._wanted.items() if key not in self._under_way]

    def _awaited(self) -> list[str]:
        """The batches that an answer is waited for from."""
        return list(dict.fromkeys(self._under_way[key] for key in self._wanted if key in self._under_way))

    def _due(self) -> list[Submission]:
        """Those that were not looked at for a while."""
        now = asyncio.get_running_loop().time()
        return [self._submissions[each] for each in self._awaited() if self._next_look.get(each, 0.0) <= now]

    def _until_next_look(self) -> float:
        now = asyncio.get_running_loop().time()
        return max(0.0, min(self._next_look.get(each, 0.0) for each in self._awaited()) - now)

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

    def _tell(self, key: str, outcome: Answer | Problem | DigestError) -> None:
        """What came of a question; of one that nobody here has asked, nobody is told."""
        wanted = self._wanted.pop(key, None)
        if wanted is None:
            return
        if isinstance(outcome, DigestError):
            billed = wanted.held if isinstance(outcome, BatchUnderWay) else None  # it will be billed
        else:
            billed = outcome.usage
            wanted.meter.in_batches += billed or Usage()
        self.budget.settle(wanted.held, billed, wanted.request.prompt, in_batch=True)
        if isinstance(outcome, Answer):
            self.answered.add(key)
        else:
            self._outcomes[key] = outcome
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
        refusals = {key: redact(each.said) for key, each in problems.items() if each.meaning not in learned}
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

    def _tell_result(self, key: str, result: Result, batch: Batch, learned: set[Refusal]) -> None:
        said = f" ({batch.said})" if batch.said else ""
        if isinstance(result, Answer):
            self._tell(key, result)
        elif isinstance(result, Problem):
            if result.meaning not in learned:  # those stay wanted, and go into another batch, asked otherwise
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

    def _learned(self, problems: Iterable[Problem]) -> set[Refusal]:
        """The kinds of refusal from which it was learned how to ask. One of each kind says it for all."""
        first = {each.meaning: each for each in reversed(list(problems))}
        return {meaning for meaning, problem in first.items() if self.endpoint.learn(problem)}

    @contextmanager
    def _owning(self, submission_id: str) -> Iterator[None]:
        """The lock that goes with the process that hands a batch in. Raises `Timeout` where another one holds it."""
        self.place.locks.mkdir(parents=True, exist_ok=True)
        path = self.place.locks / f"batch-{submission_id}.lock"
        with FileLock(path, timeout=0):
            yield
        path.unlink(missing_ok=True)
