"""The endpoint's `/v1/files` and `/v1/batches`: hand a batch in once, look at it, fetch its answers whole.

What must not happen twice is the beginning of a batch: each is paid for. So it is asked for once, and where no answer
comes (a time-out, a connection that broke) the batch is looked for before it is asked for again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from openai import AsyncOpenAI

from digest_assets.errors import (
    AnswerUnusable,
    BatchTooLarge,
    ContextTooLong,
    EndpointError,
    EndpointLacks,
    EndpointRefused,
    EndpointUnavailable,
)
from digest_assets.llm import batches
from digest_assets.llm.batches import Batch, BatchBroken, BatchRequest, Result
from digest_assets.llm.refusals import Problem
from digest_assets.resources.language_model import LanguageModel

_TRIES = 3
"""Of what came broken, and of a beginning that was not heard of."""
_MOST_PAGES = 20
"""Of the list of batches, 100 each, the newest first, in which one of ours is looked for."""
_PAUSE_SECONDS = 2.0

Read = TypeVar("Read")


class BatchEndpoint:
    """The batches of the endpoint that `model` asks."""

    def __init__(self, model: LanguageModel, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._model = model
        self._sleep = sleep
        self._facts = model.batch_facts
        self._takes_metadata = self._facts.metadata

    def learn(self, problem: Problem) -> bool:
        """Whether something was learned from a request that a batch refused, so that it is worth another one."""
        return self._model.learn(problem)

    def parts(self, requests: Sequence[BatchRequest], most: int | None = None) -> list[list[BatchRequest]]:
        """`requests` in as many files as the provider's limits ask for; at most `most` in one."""
        return batches.parts(requests, lambda request: len(self._line(request)), self._facts, most)

    def _line(self, request: BatchRequest) -> bytes:
        return batches.line(request, self._model.batch_body(request.prompt), self._facts.path)

    async def upload(self, submission_id: str, requests: Sequence[BatchRequest]) -> str:
        """Hands the file of `requests` over, and returns its id. Nothing begins by it.

        Raises `EndpointRefused` where the endpoint has no batches, `BatchTooLarge` where the file is.
        """
        content = b"".join(map(self._line, requests))
        file = (f"{submission_id}.jsonl", content, "application/jsonl")
        try:
            return await self._read(
                lambda client: client.files.with_raw_response.create(file=file, purpose="batch"), batches.read_id
            )
        except EndpointLacks as error:
            raise _has_none(error) from None
        except ContextTooLong as error:
            raise BatchTooLarge(
                f"The endpoint takes no batch file of {len(content) / 1e6:.1f} MB with {len(requests)} requests.",
                cure="It is handed in in smaller parts.",
            ) from error

    async def begin(self, submission_id: str, file_id: str) -> Batch:
        """Begins the batch of an uploaded file; once, whatever becomes of the answer.

        Raises `EndpointRefused` where the endpoint has no batches, `EndpointUnavailable` where it is not known whether
        the batch began: `find` will tell.
        """

        def create(client: AsyncOpenAI) -> Awaitable[Any]:
            ours: dict[str, Any] = {"metadata": {batches.SUBMISSION: submission_id}} if self._takes_metadata else {}
            path: Any = self._facts.path
            return client.batches.with_raw_response.create(
                input_file_id=file_id, endpoint=path, completion_window=batches.WINDOW, **ours
            )

        tries = 0
        while True:
            tries += 1
            try:
                return await self._read(create, batches.read_batch, attempts=1)
            except EndpointLacks as error:
                raise _has_none(error) from None
            except EndpointError as error:
                if not isinstance(error, (EndpointUnavailable, AnswerUnusable)):
                    if not (self._takes_metadata and "metadata" in str(error).lower()):
                        raise
                    self._takes_metadata = False  # refused for our words in it: it has not begun
                    continue
                await self._sleep(_PAUSE_SECONDS)
                found = await self.find(submission_id, file_id)
                if found is not None:
                    return found
                if tries == _TRIES:
                    raise

    async def find(self, submission_id: str, file_id: str) -> Batch | None:
        """The batch that was begun for a submission. None: none was."""
        after: str | None = None
        for _ in range(_MOST_PAGES):
            page = {"after": after} if after else {}
            found, after = await self._read(
                lambda client, page=page: client.batches.with_raw_response.list(limit=100, **page),  # type: ignore[misc]
                batches.read_batches,
            )
            for batch in found:
                # Not every endpoint keeps metadata; the file is of this submission alone.
                if batch.submission_id == submission_id or batch.input_file_id == file_id:
                    return batch
            if after is None:
                break
        return None

    async def look(self, batch_id: str) -> Batch | None:
        """The batch as it is now. None: the endpoint does not know it any more."""
        try:
            return await self._read(
                lambda client: client.batches.with_raw_response.retrieve(batch_id), batches.read_batch
            )
        except EndpointLacks:
            return None

    async def results(self, batch: Batch) -> dict[str, Result]:
        """What became of each request of a batch that has ended, by key; what is not there was not tried.

        Raises `AnswerUnusable` where a file of answers stays cut off: it is paid for, and there to be fetched.
        """
        tries = 0
        while True:
            tries += 1
            found: dict[str, Result] = {}
            try:
                for file_id in filter(None, (batch.error_file_id, batch.output_file_id)):
                    found |= await self._lines(file_id)
            except EndpointLacks:  # files are kept for some weeks only
                return found
            if not (batch.is_complete and batch.total and len(found) < batch.total):
                return found
            if tries == _TRIES:
                raise self._unusable(f"{len(found)} lines for the {batch.total} requests of {batch.batch_id}")
            await self._sleep(_PAUSE_SECONDS)

    async def _lines(self, file_id: str) -> dict[str, Result]:
        return await self._read(
            lambda client: client.files.with_raw_response.content(file_id),
            lambda text: batches.read_results(text, self._model.settings.model),
        )

    async def _read(
        self,
        request: Callable[[AsyncOpenAI], Awaitable[Any]],
        read: Callable[[str], Read],
        attempts: int | None = None,
    ) -> Read:
        """What `read` makes of the answer to `request`. What came broken is asked for again, where that may be."""
        tries = 0
        while True:
            tries += 1
            response = await self._model.tell(request, attempts)
            try:
                return read(response.http_response.content.decode("utf-8-sig", "replace"))
            except BatchBroken as error:
                if tries == _TRIES or attempts == 1:
                    raise self._unusable(str(error)) from None
            await self._sleep(_PAUSE_SECONDS)

    def _unusable(self, said: str) -> AnswerUnusable:
        return AnswerUnusable(
            f"The model's endpoint answered about a batch with {said}.", cure="Run again later: nothing is paid twice."
        )


def _has_none(error: EndpointLacks) -> EndpointRefused:
    return EndpointRefused(f"{error.message.rstrip('.')}: it has no batches.", cure="Set llm.batch = false.")
