"""Single flight: what several runs want at once is asked for once, in one process, in several, on several machines.

Two runs may make the same date, or dates that share papers, and each knows only the answers and texts that the store
held when it began. So who asks for one first puts its key into `calls_under_way`, in a transaction that it shares with
what else is stored meanwhile. Who finds the key there waits for the answer. It asks for itself where the other run gave
up or is dead: the lock of its journal is free (on this machine), or its beat has stood still (on another). The beat is
a number and no time, because clocks of machines differ, and jump.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import duckdb

from digest_assets.errors import StoreError
from digest_assets.store.gathering import GatheredStore
from digest_assets.store.rows import IN_LIST, insert, json_list

LOOK_SECONDS = 1.0
"""So often who waits looks whether the answer is there."""
BEAT_SECONDS = 15.0
DEAD_SECONDS = 60.0
"""A run whose beat stood still for so long is dead, or as good as."""

_log = logging.getLogger(__name__)
Found = TypeVar("Found")
Find = Callable[[duckdb.DuckDBPyConnection, Sequence[str]], Mapping[str, Found]]
"""What the store holds now under these keys."""


@dataclass
class _Wish:
    """A key that is to be asked for, and what came of it. With neither `answer` nor `held_by` it is granted."""

    key: str
    find: Find[Any]
    dead: tuple[str, int] | None = None
    """A run that asks for it, and a beat: if it stands there still, its call counts no more."""
    held_by: tuple[str, int] | None = None
    """The run that asks for it now, with its beat."""
    answer: Any = None


class Flights:
    """The calls of the run `owner`. Use `open` to get one."""

    def __init__(self, gathered: GatheredStore, owner: str, bury: Callable[[], Awaitable[None]]) -> None:
        self._gathered = gathered
        self._owner = owner
        self._bury = bury
        self._looked_at = time.monotonic()
        self._has_asked = False

    @classmethod
    @asynccontextmanager
    async def open(
        cls, gathered: GatheredStore, owner: str, bury: Callable[[], Awaitable[None]]
    ) -> AsyncIterator[Flights]:
        """`bury` stores the answers of dead runs of this machine, and forgets their calls."""
        flights = cls(gathered, owner, bury)
        beating = asyncio.create_task(flights._beat())
        try:
            yield flights
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)
            if flights._has_asked:
                await gathered.run(lambda connection: forget_calls_of(connection, owner))

    async def take(self, key: str, find: Find[Found]) -> Found | None:
        """What `find` finds under `key`, as soon as somebody has it. None: nobody asks for it, and this run is to, and
        to call `forget_calls` when it has stored the answer or given up."""
        wish, since = _Wish(key, find), time.monotonic()
        while True:
            before, self._has_asked = wish.held_by, True
            await self._gathered.keep(self._grant, wish)
            if wish.held_by is None:
                answer: Found | None = wish.answer
                return answer
            now = time.monotonic()
            since = since if wish.held_by == before else now
            wish.dead = wish.held_by if now - since > DEAD_SECONDS else None
            await asyncio.sleep(LOOK_SECONDS)
            if time.monotonic() - self._looked_at >= LOOK_SECONDS:
                self._looked_at = time.monotonic()
                await self._bury()

    def _grant(self, connection: duckdb.DuckDBPyConnection, wishes: list[_Wish]) -> None:
        keys = list(dict.fromkeys(wish.key for wish in wishes))
        sought: dict[Find[Any], list[str]] = {}
        for wish in wishes:
            sought.setdefault(wish.find, []).append(wish.key)
        answers = {key: each for find, of in sought.items() for key, each in find(connection, of).items()}
        under_way: dict[str, tuple[str, int]] = {
            key: (owner, beat)
            for key, owner, beat in connection.execute(
                f"SELECT answer_key, owner, beat FROM calls_under_way WHERE answer_key IN {IN_LIST}", [json_list(keys)]
            ).fetchall()
        }
        granted: dict[str, tuple[str, int]] = {}
        for wish in wishes:
            wish.answer = answers.get(wish.key)
            held = granted.get(wish.key) or under_way.get(wish.key)
            wish.held_by = None if wish.answer or held == wish.dead else held
            if wish.answer is None and wish.held_by is None:
                granted[wish.key] = self._owner, 0
        forget_calls(connection, [key for key in granted if key in under_way])
        new = [{"answer_key": key, "owner": owner, "beat": beat} for key, (owner, beat) in granted.items()]
        insert(connection, "calls_under_way", new, sure=True)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            try:
                await self._gathered.run(self._beat_once)
            except StoreError as error:
                _log.info("This run could not show others that it lives: %s", error)

    def _beat_once(self, connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute("UPDATE calls_under_way SET beat = beat + 1 WHERE owner = ?", [self._owner])


def forget_calls(connection: duckdb.DuckDBPyConnection, keys: Iterable[str]) -> None:
    """Lets go of `keys`: they are answered, or given up."""
    if listed := [*keys]:
        connection.execute(f"DELETE FROM calls_under_way WHERE answer_key IN {IN_LIST}", [json_list(listed)])


def forget_calls_of(connection: duckdb.DuckDBPyConnection, owner: str) -> None:
    """Lets go of all that a run asked for."""
    connection.execute("DELETE FROM calls_under_way WHERE owner = ?", [owner])
