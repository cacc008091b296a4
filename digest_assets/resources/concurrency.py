"""How many calls may be under way at once: found out from the endpoint's answers, and shared by the whole process.

A fixed number is wrong twice: too low for an endpoint that could do more, too high for one that answers 429. So the
window grows while answers come and is halved when the endpoint refuses or slows down, as TCP does it (additive
increase, multiplicative decrease, RFC 5681; latency as in Vegas), under the ceiling of `llm.max_concurrency`, and
under the account's requests and tokens a minute where those are set.

`Window` and `TokenBucket` are the arithmetic: no clock, no waiting. `Limiter` waits. It may be used from several event
loops and threads at once, because runs in one process have a loop each. What other processes have under way counts
too: `shared_limits.py`.
"""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from pathlib import Path
from typing import TypeAlias

from filelock import FileLock

from digest_assets.llm.refusals import Problem
from digest_assets.resources.shared_limits import SharedLimits, TokenBucket

FIRST_WINDOW = 32
"""How many calls may be under way before anything is known: a day's digest is too short to begin with less."""
SLOW_FACTOR = 3.0
"""Latency for a token of answer so many times the usual one counts as congestion. Providers vary by 2 on good days."""
_SMOOTHING = 0.1
_FORGETTING = 1.0005
"""By how much the usual latency drifts up with each answer, so that a lastingly slower endpoint becomes the usual."""
_ANSWERS_BEFORE_JUDGING = 10
_ANSWERS_BEFORE_MORE = 40
"""After a refusal for too many at once, before as many are tried again; each time that it is met again, twice as many.
"""
_LOOK_SECONDS = 0.05
"""How often it is looked for a place while other processes hold all."""


@dataclass(slots=True)
class Window:
    """How many calls may be under way: a number between 1 and `ceiling` that answers move."""

    ceiling: int
    size: float = field(init=False)
    _growing_fast: bool = field(init=False, default=True)
    _reduced_at: float = field(init=False, default=float("-inf"))
    _usual: float | None = field(init=False, default=None)
    _recent: float | None = field(init=False, default=None)
    _answers: int = field(init=False, default=0)
    _too_many: int | None = field(init=False, default=None)
    """How many at once were refused."""
    _kept_for: int = field(init=False, default=_ANSWERS_BEFORE_MORE)
    _since: int = field(init=False, default=0)
    """Answers since then."""

    def __post_init__(self) -> None:
        self.size = float(min(self.ceiling, FIRST_WINDOW))

    @property
    def allowed(self) -> int:
        return int(self.size)

    def answered(self, started_at: float, now: float, tokens: int | None, was_full: bool) -> None:
        """An answer of `tokens` came for a call begun at `started_at`. `was_full`: the window was used up then, so
        that its size has been tried."""
        self._since += 1
        if self._has_slowed(now - started_at, tokens):
            self.congested(started_at, now)
        elif was_full:
            self.size = min(self._most, self.size + (1.0 if self._growing_fast else 1.0 / self.size))

    @property
    def _most(self) -> float:
        """So far the window may grow: not to what was refused, until that has been kept for a while."""
        if self._too_many is None or self._since >= self._kept_for:
            return self.ceiling
        return min(self.ceiling, max(1.0, self._too_many - 0.01))

    def refused(self, at_once: int) -> None:
        """So many at once were too many."""
        if self._too_many is None or at_once < self._too_many:
            self._too_many, self._kept_for, self._since = at_once, _ANSWERS_BEFORE_MORE, 0
        elif self._since:
            self._kept_for, self._since = 2 * self._kept_for, 0
        self.size = max(1.0, min(self.size, self._too_many - 0.01))

    def congested(self, started_at: float, now: float) -> None:
        """The endpoint refused, or slowed down: half of the window. Calls begun before the last halving are of the
        same congestion and do not halve again."""
        if started_at < self._reduced_at:
            return
        self.size = max(1.0, self.size / 2)
        self._growing_fast = False
        self._reduced_at = now

    def _has_slowed(self, latency: float, tokens: int | None) -> bool:
        """Whether answers take much longer than usual for their length."""
        pace = latency / (tokens + 50 if tokens else 50)
        self._answers += 1
        self._recent = pace if self._recent is None else (1 - _SMOOTHING) * self._recent + _SMOOTHING * pace
        self._usual = self._recent if self._usual is None else min(self._usual * _FORGETTING, self._recent)
        return self._answers > _ANSWERS_BEFORE_JUDGING and self._recent > SLOW_FACTOR * self._usual


@dataclass(slots=True)
class Call:
    """A call under way. Its user says how it ended; not said (an error of another kind), it moves nothing."""

    _limiter: Limiter
    started_at: float
    was_full: bool
    _size: CallSize

    def answered(self, output_tokens: int | None, all_tokens: int | None = None) -> None:
        self._limiter._answered(self, output_tokens, all_tokens)

    def congested(self, retry_after_seconds: float | None = None) -> None:
        """A time-out, 503 or overload. Nothing new is begun for `retry_after_seconds`."""
        self._limiter._congested(self, retry_after_seconds)

    def refused(self, retry_after_seconds: float | None = None, minute: Minute | None = None) -> None:
        """429: too many at once, or too many a minute, which is found out where `minute` does not say it."""
        self._limiter._refused(self, retry_after_seconds, minute)


class Limiter:
    """Lets calls begin: `async with limiter.call(tokens) as call: ...`. First come, first served, but for those that
    go on with what was begun."""

    def __init__(
        self,
        ceiling: int,
        requests_per_minute: float | None = None,
        tokens_per_minute: float | None = None,
        *,
        shared: SharedLimits | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.window = Window(ceiling)
        self.learned = LearnedPace()
        self.proven: set[str] = set()
        """The kinds of question that the endpoint has answered to this process."""
        self.closed: dict[str, tuple[datetime, Problem]] = {}
        """By model, until when a quota of the day is used up, and what was said of it."""
        self._shared = shared
        self._requests = TokenBucket(requests_per_minute) if requests_per_minute else None
        self._tokens = TokenBucket(tokens_per_minute) if tokens_per_minute else None
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._under_way = 0
        self._begun = 0
        """Of those under way, how many wait for nothing but their answer."""
        self._paused_until = float("-inf")
        self._waiting: deque[tuple[asyncio.AbstractEventLoop, asyncio.Future[None]]] = deque()

    @property
    def under_way(self) -> int:
        return self._under_way

    def close(self, model: str, until: datetime, problem: Problem) -> None:
        """Takes down for all that use this limiter that `model` answers nobody until then."""
        self.closed[model] = (until, problem)

    @asynccontextmanager
    async def call(
        self, size: CallSize | None = None, is_wanted: Callable[[], bool] = lambda: True, *, is_next: bool = False
    ) -> AsyncIterator[Call | None]:
        """Waits until a call may begin; None where it `is_wanted` no more by then. What its `size` expects counts
        against the tokens a minute, until what was billed is known. `is_next`: it goes before those that wait."""
        size = size or CallSize()
        await self._enter(is_next)
        try:
            begun = await self._begin(size, is_wanted)
            if begun is None:
                yield None
                return
            now, place = begun
            try:
                yield Call(self, now, self._under_way >= self.window.allowed, size)
            finally:
                with self._lock:
                    self._begun -= 1
                if place is not None:
                    place.release()
        finally:
            self._leave()

    async def _enter(self, is_next: bool) -> None:
        """Takes a place in the window."""
        loop = asyncio.get_running_loop()
        with self._lock:
            if self._under_way < self.window.allowed and not self._waiting:
                self._under_way += 1
                return
            turn: asyncio.Future[None] = loop.create_future()
            (self._waiting.appendleft if is_next else self._waiting.append)((loop, turn))
        try:
            await turn
        except asyncio.CancelledError:
            self._give_up(loop, turn)
            raise

    def _give_up(self, loop: asyncio.AbstractEventLoop, turn: asyncio.Future[None]) -> None:
        """A cancelled wait: leaves the queue, or passes on the place that was given to it at the same moment."""
        with self._lock:
            try:
                self._waiting.remove((loop, turn))
                return
            except ValueError:
                pass  # not in the queue any more: a place was given to it
        self._leave()

    def _leave(self) -> None:
        with self._lock:
            self._under_way -= 1
            self._let_in()

    def _let_in(self) -> None:
        """Gives free places to those who wait. Holds the lock. A place is taken for the waiter, not by it."""
        while self._waiting and self._under_way < self.window.allowed:
            loop, turn = self._waiting.popleft()
            if loop.is_closed():
                continue
            self._under_way += 1
            loop.call_soon_threadsafe(_wake, turn)

    async def _begin(self, size: CallSize, is_wanted: Callable[[], bool]) -> tuple[float, FileLock | None] | None:
        """Waits for a place among the calls of all processes, the end of a pause that the endpoint asked for, and the
        allowances a minute; by the clock when the call begins, and its place. Who waits for the pace holds no place,
        and who waits for a place has not used the pace: else all that wait for one begin at once. None: it is not
        wanted any more, and has used nothing."""
        while is_wanted():
            place = self._shared.place() if self._shared is not None else None
            if place is None and self._shared is not None:
                await self._sleep(_LOOK_SECONDS)
                continue
            begins = False
            try:
                with self._lock, self._pace_of_all(now := self._clock()):
                    delay = self._spend(now, size)
                    begins = delay <= 0
            finally:
                if place is not None and not begins:
                    place.release()
            if begins:
                return now, place
            await self._sleep(delay)
        return None

    def _spend(self, now: float, size: CallSize) -> float:
        """Takes a call of the pace and of the allowances, and returns 0; or takes nothing, and returns after how many
        seconds that may be tried again. Holds the lock."""
        paces = [pace for pace in (self._requests, self._tokens) if pace is not None]
        delay = max(self._paused_until - now, self.learned.delay(now), *(pace.delay(now) for pace in paces))
        if delay <= 0 and self._shared is not None:
            delay = self._shared.take(size.expected)
        if delay <= 0:
            self._begun += 1
            self.learned.spend(now, self.window.allowed, size)
            if self._requests is not None:
                self._requests.spend(now, 1)
            if self._tokens is not None:
                self._tokens.spend(now, size.expected)
        return delay

    @contextmanager
    def _pace_of_all(self, now: float, *, matters: bool = True) -> Iterator[None]:
        """Around what asks after the learned pace or changes it: all processes have one. Holds the lock."""
        if self._shared is None or not matters:
            yield
            return
        with self._shared.pace(now) as told:
            self.learned.take_over(told)
            yield
            told.clear()
            told |= self.learned.told()

    def _answered(self, call: Call, output_tokens: int | None, all_tokens: int | None) -> None:
        learned = self.learned
        matters = learned.is_careful or (all_tokens is not None and learned.may_count_tokens)
        with self._lock, self._pace_of_all(now := self._clock(), matters=matters):
            self.window.answered(call.started_at, now, output_tokens, call.was_full)
            learned.answered(call.started_at, now, call._size.expected, all_tokens)
            if self._tokens is not None and all_tokens is not None:
                self._tokens.spend(now, all_tokens - call._size.expected)
            if self._shared is not None and all_tokens is not None:
                self._shared.correct(all_tokens - call._size.expected)
            self._let_in()

    def _congested(self, call: Call, retry_after_seconds: float | None) -> None:
        with self._lock:
            now = self._clock()
            self.window.congested(call.started_at, now)
            if retry_after_seconds:
                self._paused_until = max(self._paused_until, now + retry_after_seconds)

    def _refused(self, call: Call, retry_after_seconds: float | None, minute: Minute | None) -> None:
        with self._lock, self._pace_of_all(now := self._clock()):
            self.window.congested(call.started_at, now)
            begun = self._begun if self._shared is None else self._shared.under_way()
            pause = self.learned.refused(call.started_at, now, begun - 1, retry_after_seconds, minute, call._size)
            if self.learned.per_minute is None and begun > 1 and not retry_after_seconds:
                self.window.refused(begun)
            self._paused_until = max(self._paused_until, now + pause)


def _wake(turn: asyncio.Future[None]) -> None:
    if not turn.done():
        turn.set_result(None)


_MINUTE = 60.0
_MARGIN = 0.95
"""Of a pace that was found: starts are measured here and counted there."""
_TRIED_FASTER_AFTER_SECONDS = 240.0
"""After so long without a refusal a learned pace is tried a little faster."""
_FASTER = 1.2
_NOT_TRIED_AGAIN_SECONDS = 3600.0
"""For so long after a faster pace was refused none is tried."""
_LONGEST_SPACING = 0.1
_UNIMPORTANT_SECONDS = 1e-4
_NEARLY_SECONDS = 0.1
_CAREFUL_SPACING = 4.0
_MOST_STARTS = 300
"""So many are kept: at each call they are told to other processes. A faster pace is found as this one at first."""


class Counted(IntEnum):
    """What of a call a provider's minute counts."""

    CALL = 0
    TOKENS = 1
    """Those of the prompt, and of the answer when it is there."""
    ROOM = 2
    """Those of the prompt, and as many as the answer may have."""
    LARGER = 3
    """The larger one of these two."""


@dataclass(frozen=True, slots=True)
class CallSize:
    """The tokens of a call: of its prompt, those expected of its answer, and as many as that may have."""

    prompt: int = 0
    answer: int = 0
    room: int = 0

    @property
    def expected(self) -> int:
        return self.prompt + self.answer

    @property
    def taken(self) -> Taken:
        return (1, self.prompt, self.prompt + self.room, max(self.prompt, self.room))

    def counted(self, requested: int) -> Counted:
        """By which way to count it a call of this size is one of `requested` tokens, most nearly."""
        ways = {
            Counted.TOKENS: self.expected,
            Counted.ROOM: self.prompt + self.room,
            Counted.LARGER: max(self.prompt, self.room),
        }
        return min(ways, key=lambda way: abs(ways[way] - requested))


Taken: TypeAlias = tuple[int, int, int, int]
"""What a call takes of a minute, by `Counted`."""


@dataclass(frozen=True, slots=True)
class Minute:
    """What a refusal says of the minute that was too full."""

    allows: int | None = None
    """How many. None: it does not say."""
    counted: Counted = Counted.CALL
    requested: int | None = None
    """As how many tokens the refused call was counted. None: it does not say."""


@dataclass(slots=True)
class LearnedPace:
    """How many calls a minute an endpoint takes, found out from its refusals: most do not say.

    Calls begin a little apart, so that the first refusal comes before many others are on their way. A refusal while
    others are being answered may mean that there are too many at once; while few are, or where the endpoint asks for
    seconds of patience, that there were too many in the last minute: as many as it took then are its pace. Where it
    says that it counts tokens, these are counted instead of calls, and of answers as it does; where it says how many,
    that is the pace, or what it took if that is more: not all count answers.
    """

    per_minute: float | None = None
    """Calls, or tokens. None: nothing was found out."""
    counted: Counted = Counted.CALL
    _starts: deque[tuple[float, Taken]] = field(default_factory=lambda: deque(maxlen=_MOST_STARTS))
    """Of the calls of the last minute that were not refused: when, and what they took; of tokens, once one was
    answered, what was billed."""
    _next_at: float = float("-inf")
    _latency: float | None = None
    _refused_at: float | None = None
    _fewest_others: int | None = None
    """While how few others were under way a call was refused, since the last answer to a later one."""
    _good: float | None = None
    """The pace before it was tried faster. None: it is the one that was found."""
    _faster_at: float = 0.0
    """When a faster one may be tried."""
    is_careful: bool = False
    """Since a refusal, until a later call is answered."""
    _found_at: float | None = None
    _set_at: float = 0.0
    """When the pace was last changed: what is refused soon afterwards was sent before."""

    @property
    def may_count_tokens(self) -> bool:
        """Whether what answers were billed matters."""
        return self.counted is Counted.TOKENS or self.per_minute is None

    @property
    def counts_room(self) -> bool:
        """Whether a call takes less of the minute where its answer may have less room."""
        return self.counted in (Counted.ROOM, Counted.LARGER)

    @property
    def _careful_spacing(self) -> float:
        """After a refusal: as long as an answer takes, so that others under way have ended at the next one."""
        return min(_CAREFUL_SPACING, self._latency or 0.0)

    def told(self) -> dict[str, float | list[float]]:
        """All of it, for other processes to go on with: their calls and refusals are of the same minute."""
        numbers = {name: getattr(self, each) for name, each in _TOLD.items()}
        known = {name: float(each) for name, each in numbers.items() if each is not None and math.isfinite(each)}
        taken = [float(each) for _, four in self._starts for each in four]
        return {**known, "starts": [at for at, _ in self._starts], "taken": taken}

    def take_over(self, told: Mapping[str, float | list[float]]) -> None:
        """Goes on with what `told` gave, here or in another process; with nothing where it is empty. How long an answer
        takes is known here, once one came."""
        blank, latency = LearnedPace(), self._latency
        for name, each in _TOLD.items():
            setattr(self, each, told.get(name, getattr(blank, each)))
        self._latency = self._latency if latency is None else latency
        self.counted = Counted(self.counted)
        starts, taken = told.get("starts"), told.get("taken")
        fours = zip(*[iter(map(int, taken))] * len(Counted), strict=False) if isinstance(taken, list) else ()
        both = zip(starts, fours, strict=False) if isinstance(starts, list) else ()
        self._starts = deque(both, maxlen=_MOST_STARTS)

    def delay(self, now: float) -> float:
        """Seconds until the next call may begin."""
        delay = self._next_at - now
        return delay if delay > _UNIMPORTANT_SECONDS else 0.0

    def spend(self, now: float, window: int, size: CallSize | None = None) -> None:
        """A call of this `size` begins at `now`, of `window` that may be under way."""
        size = size or CallSize()
        latency = self._latency or 0.0
        spacing = min(_LONGEST_SPACING, latency / (2 * window))
        if self.is_careful:
            spacing = self._careful_spacing
        if self.per_minute is not None:
            self._speed_up(now)
            weight = size.expected if self.counted is Counted.TOKENS else size.taken[self.counted]
            spacing = max(spacing, _MINUTE * max(1, weight) / self.per_minute)
        self._next_at = max(now, self._next_at) + spacing
        self._starts.append((now, size.taken))
        while self._starts and self._starts[0][0] <= now - _MINUTE:
            self._starts.popleft()

    def _taken_since(self, since: float) -> int:
        return sum(max(1, taken[self.counted]) for at, taken in self._starts if at > since)

    def _drop(self, started_at: float) -> None:
        """The call begun then was refused. Times that went by another clock are only nearly the same."""
        if (index := self._index(started_at)) is not None:
            del self._starts[index]

    def _index(self, started_at: float) -> int | None:
        """Of the call begun then, among those of the last minute."""
        apart = [abs(at - started_at) for at, _ in self._starts]
        nearest = min(range(len(apart)), key=apart.__getitem__, default=None)
        return nearest if nearest is not None and apart[nearest] < _NEARLY_SECONDS else None

    def answered(self, started_at: float, now: float, expected: int = 0, billed: int | None = None) -> None:
        """The call begun then is answered, which was expected to take so many tokens, and was billed so many."""
        latency = now - started_at
        self._latency = latency if self._latency is None else 0.7 * self._latency + 0.3 * latency
        if self._refused_at is not None and started_at > self._refused_at:
            self.is_careful, self._fewest_others = False, None
        if billed is None:
            return
        if (index := self._index(started_at)) is not None:
            at, (call, _, with_room, larger) = self._starts[index]
            self._starts[index] = (at, (call, billed, with_room, larger))
        if self.per_minute is not None and self.counted is Counted.TOKENS:
            self._next_at += _MINUTE * (billed - expected) / self.per_minute

    def refused(
        self,
        started_at: float,
        now: float,
        others: int,
        wait_seconds: float | None,
        minute: Minute | None = None,
        size: CallSize | None = None,
    ) -> float:
        """Takes down a refusal of a call of this `size`, met while `others` were under way; for how many seconds
        nothing should begin."""
        self._drop(started_at)
        before, self._fewest_others = self._fewest_others, min(others, self._fewest_others or others)
        is_new = self._refused_at is None or started_at > self._refused_at
        self.is_careful = True
        is_rate = others == 0 or (is_new and before is not None and others <= before // 2) or (wait_seconds or 0) >= 2
        is_rate = is_rate or minute is not None
        if is_new:
            self._refused_at = now
            self._next_at = max(self._next_at, now + self._careful_spacing)
        if is_new and self.per_minute is not None:
            self._slow_down(now)
            usual = self._taken_since(-math.inf) / max(1, len(self._starts))
            return max(wait_seconds or 0.0, _MINUTE * usual / self.per_minute)
        if is_rate and is_new and self._starts:
            return self._learn(now, wait_seconds, minute or Minute(), size or CallSize())
        return wait_seconds or 0.0

    def _learn(self, now: float, wait_seconds: float | None, minute: Minute, size: CallSize) -> float:
        self.counted = minute.counted if minute.requested is None else size.counted(minute.requested)
        taken = max(self._taken_since(now - _MINUTE), minute.allows or 0)
        self.per_minute, self._found_at, self._set_at = max(1.0, taken * _MARGIN), now, now
        self._faster_at = now + (_TRIED_FASTER_AFTER_SECONDS if minute.allows is None else _NOT_TRIED_AGAIN_SECONDS)
        until_free = self._starts[0][0] + _MINUTE + 0.5 - now
        if wait_seconds is not None:  # where the minute is known, a wait that ends before it does is no good
            until_free = wait_seconds if minute.allows is None else max(until_free, wait_seconds)
        self._next_at = max(self._next_at, now + until_free)
        return max(0.0, self._next_at - now)

    def _slow_down(self, now: float) -> None:
        """Back to the pace that was good; where that one is refused, and not by what was sent before it, a slower."""
        if self.per_minute is None:
            return
        if self._good is None and now <= self._set_at + _MINUTE + 30:
            return
        self.per_minute, self._good = self._good or max(1.0, 0.9 * self.per_minute), None
        self._faster_at, self._set_at = now + _NOT_TRIED_AGAIN_SECONDS, now

    def _speed_up(self, now: float) -> None:
        """A pace may have been found too low, or may have risen: it is tried faster now and then."""
        if self.per_minute is not None and now >= self._faster_at:
            self._good, self.per_minute = self.per_minute, self.per_minute * _FASTER
            self._faster_at, self._set_at = now + _TRIED_FASTER_AFTER_SECONDS, now


_TOLD = {
    "a_minute": "per_minute",
    "counted": "counted",
    "good": "_good",
    "latency": "_latency",
    "fewest_others": "_fewest_others",
    "careful": "is_careful",
    "next_at": "_next_at",
    "refused_at": "_refused_at",
    "faster_at": "_faster_at",
    "found_at": "_found_at",
    "set_at": "_set_at",
}
"""What other processes are told, by the name it has there: a name that ends in `_at` is of a time."""

_limiters: dict[tuple[str, int, float | None, float | None, Path | None], Limiter] = {}
_limiters_lock = threading.Lock()


def shared_limiter(
    base_url: str,
    ceiling: int,
    requests_per_minute: float | None,
    tokens_per_minute: float | None,
    folder: Path | None = None,
) -> Limiter:
    """The process's one limiter for an endpoint: what runs at once shares it, and what runs later knows its window.

    The ceiling and the rates hold for all processes that name the same `folder`. None: for this process alone.
    """
    key = (base_url, ceiling, requests_per_minute, tokens_per_minute, folder)
    with _limiters_lock:
        if key not in _limiters:
            if folder is None:
                _limiters[key] = Limiter(ceiling, requests_per_minute, tokens_per_minute)
            else:
                shared = SharedLimits(folder, base_url, ceiling, requests_per_minute, tokens_per_minute)
                _limiters[key] = Limiter(ceiling, shared=shared)
        return _limiters[key]
