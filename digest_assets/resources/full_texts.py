"""Fetching a paper's text from arXiv: HTML, else PDF, else the abstract; slowly, and stopping when told to.

arXiv allows programs `/html` and `/pdf` with 15 s between requests (robots.txt: Crawl-delay 15), on one connection. A
403, or a page that asks whether one is human (it comes with status 200), means that this machine is to stop: then no
further request is made, by this run or another, until the sign is lifted (`arxiv/stop_signs.py`), and the papers that
remain get their abstract, marked as worth another try. A pause that arXiv asks for holds for all runs as well.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from tempfile import SpooledTemporaryFile

import httpx2

from digest_assets.arxiv.stop_signs import TEXTS, StopSigns
from digest_assets.config import ArxivSettings
from digest_assets.full_text import NoText
from digest_assets.full_text.affiliations import institutions
from digest_assets.full_text.read_in_a_process import Format, ReadText, read_bounded
from digest_assets.full_text.tokens import count_tokens
from digest_assets.model import Block, BlockKind, FullText, Paper, Section, TextSource
from digest_assets.resources.http import NotFollowed
from digest_assets.resources.pace import TEXT_LANE, Pace

ATTEMPTS = 3
"""Of one address, where the answer says that it is a matter of time (429, 503, no answer)."""
LONGEST_WAIT_SECONDS = 120
"""A server that asks for a longer pause than this is left alone until it is over; the run does not wait for it."""
_SIGN_SECONDS = 15
"""So often the signs are looked at, which other runs may have met: before each request at arXiv's own pace."""
_FIRST_WAIT_SECONDS = 30
_FAILURES_IN_A_ROW = 3
"""So many papers without any answer: arXiv is down, and each further one would cost minutes."""
_ACCEPT = {Format.HTML: "text/html, */*;q=0.8", Format.PDF: "application/pdf, */*;q=0.8"}
_START = 20_000
_IN_MEMORY = 4_000_000
"""Bytes. What is larger is in a file of the system's temporary folder."""
READERS = 2
"""Texts that are read at once, by a process each. At arXiv's pace the next one comes when the last is read."""
_CAPTCHA = re.compile(rb"captcha|are you (?:a )?human|verify (?:that )?you", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Body:
    """What was fetched, in a file where it is large: some are read at a time, and each may have 100 MB."""

    content: SpooledTemporaryFile[bytes]
    length: int
    url: str


class _Refused(Exception):
    """One address gave nothing. `final`: asking again would give nothing either."""

    def __init__(self, reason: str, *, final: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.final = final


class FullTextSource:
    """arXiv as a source of full texts. One a run; that it was told to stop is remembered by `signs`, for all runs.

    `sleep` and `now` are what waits and what tells the time (UTC); tests replace them.
    """

    def __init__(
        self,
        settings: ArxivSettings,
        pace: Pace,
        client: httpx2.AsyncClient,
        signs: StopSigns,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    ) -> None:
        self._settings = settings
        self._pace = pace
        self._client = client
        self._signs = signs
        self._sleep = sleep
        self._now = now
        self._one_at_a_time = asyncio.Lock()
        self._readers = asyncio.Semaphore(READERS)
        self._failures_in_a_row = 0
        self._stopped: str | None = None
        self._looked_at: datetime | None = None

    @property
    def stopped(self) -> str | None:
        """Why arXiv is not asked any more: `403 from /pdf`. None while it is."""
        return self._stopped

    async def fetch(self, paper: Paper) -> FullText:
        """The text of this version of `paper`, from the best source that has one.

        Never raises for what a server or a file does: the abstract is the last resort, and `reason` says why. Where
        `final` is false another run may get more (no answer, 429, 5xx, told to stop).
        """
        reasons: list[str] = []
        final = True
        for source, address in ((Format.HTML, self._settings.html_url), (Format.PDF, self._settings.pdf_url)):
            try:
                body = await self._fetched(f"{address.rstrip('/')}/{paper.versioned}", source)
                with body.content:
                    text = await self._read(body, source)
            except (_Refused, NoText) as refusal:
                reasons.append(f"{source.name}: {refusal.reason}")
                final = final and refusal.final
                continue
            if text.cut:
                reasons.append(f"{source.name}: {text.cut}")
            return self._full_text(paper, source, text, body.length, reasons, final)
        return self._abstract(paper, "; ".join(reasons), final)

    # -- one address

    async def _fetched(self, url: str, format: Format) -> _Body:
        async with self._one_at_a_time:
            for attempt in range(1, ATTEMPTS + 1):
                await self._obey_signs()
                await self._pace.turn(TEXT_LANE, self._settings.text_interval_seconds)
                wait = _FIRST_WAIT_SECONDS * 2 ** (attempt - 1)
                try:
                    body = await asyncio.wait_for(self._asked(url, format), self._settings.timeout_seconds * 5)
                except _ToldToStop as told:
                    sign = await self._signs.put(TEXTS, told.sign)
                    self._stopped = f"arXiv: {sign}"
                    raise _Refused(f"arXiv asked to stop ({told.sign})", final=False) from None
                except _Busy as busy:
                    reason = busy.reason
                    if busy.retry_after is not None:
                        wait = busy.retry_after
                        await self._signs.put(TEXTS, reason, timedelta(seconds=wait))
                except (httpx2.HTTPError, asyncio.TimeoutError, OSError) as error:
                    reason = "timed out" if _is_timeout(error) else f"no answer ({type(error).__name__})"
                    if isinstance(error, NotFollowed):
                        raise _Refused(str(error), final=False) from None
                else:
                    self._failures_in_a_row = 0
                    return body
                if attempt == ATTEMPTS or wait > LONGEST_WAIT_SECONDS:
                    break
                await self._sleep(wait)
            await self._count_failure(reason, asked_to_wait=wait > LONGEST_WAIT_SECONDS)
            raise _Refused(reason, final=False)

    async def _obey_signs(self) -> None:
        """Waits out a short pause that this or another run was asked for. Raises `_Refused` for a longer one."""
        now = self._now()
        looked = self._looked_at is not None and (now - self._looked_at).total_seconds() < _SIGN_SECONDS
        if self._stopped is None and not looked:
            self._looked_at = now
            sign = await self._signs.standing(TEXTS)
            if sign is not None:
                wait = (sign.until - now).total_seconds()
                if wait > LONGEST_WAIT_SECONDS:
                    self._stopped = f"arXiv: {sign}"
                else:
                    await self._sleep(wait)
        if self._stopped:
            raise _Refused(f"not asked ({self._stopped})", final=False)

    async def _count_failure(self, reason: str, asked_to_wait: bool) -> None:
        self._failures_in_a_row += 1
        if reason == "429" and not asked_to_wait:
            self._stopped = f"arXiv: {await self._signs.put(TEXTS, reason)}"
        elif asked_to_wait or self._failures_in_a_row >= _FAILURES_IN_A_ROW:
            self._stopped = f"arXiv: {reason}"

    async def _asked(self, url: str, format: Format) -> _Body:
        async with self._client.stream("GET", url, headers={"Accept": _ACCEPT[format]}) as response:
            status = response.status_code
            if status == 403:
                raise _ToldToStop("403")
            if status in (406, 408, 425, 429) or status >= 500:  # 406: capacity, not content (since September 2026)
                raise _Busy(str(status), _retry_after(response.headers.get("retry-after"), self._now()))
            if status in (404, 410):
                raise _Refused("none for this paper", final=True)
            if status != 200:
                raise _Refused(str(status), final=status == 400)
            return await self._body(response)

    async def _body(self, response: httpx2.Response) -> _Body:
        """What it answered, given up as soon as it is larger than the settings allow, or asks for a human."""
        limit, length = self._settings.text_max_megabytes * 1_000_000, 0
        with ExitStack() as closing:
            content = closing.enter_context(SpooledTemporaryFile(_IN_MEMORY))
            async for chunk in response.aiter_bytes():
                content.write(chunk)
                length += len(chunk)
                if length > limit:
                    raise _Refused(f"larger than {self._settings.text_max_megabytes} MB", final=True)
            content.seek(0)
            if _is_captcha(content.read(_START)):
                raise _ToldToStop("captcha")
            content.seek(0)
            closing.pop_all()  # whoever reads it closes it
        return _Body(content, length, str(response.url))

    async def _read(self, body: _Body, format: Format) -> ReadText:
        seconds = self._settings.text_read_seconds
        async with self._readers:
            source = body.content if body.length > _IN_MEMORY else body.content.read()
            return await asyncio.to_thread(read_bounded, source, format, body.url, seconds=seconds)

    # -- results

    def _full_text(
        self, paper: Paper, format: Format, text: ReadText, byte_count: int, reasons: list[str], final: bool
    ) -> FullText:
        return FullText(
            identifier=paper.identifier,
            version=paper.version,
            source=TextSource(format.value),
            sections=text.sections,
            reason="; ".join(reasons) or None,
            byte_count=byte_count,
            formula_count=text.formula_count,
            table_count=text.table_count,
            token_count=_tokens(text.sections),
            licence=text.licence or paper.licence,
            figure=text.figure,
            affiliations=institutions(text.head, paper.authors),
            fetched_at=self._now(),
            final=final,
        )

    def _abstract(self, paper: Paper, reason: str, final: bool) -> FullText:
        sections = (Section("Abstract", 1, (Block(BlockKind.PARAGRAPH, paper.abstract),)),)
        empty = self._full_text(paper, Format.PDF, ReadText(sections), 0, [reason], final)
        return replace(empty, source=TextSource.ABSTRACT)


class _ToldToStop(Exception):
    """403, or a page that asks whether one is human."""

    def __init__(self, sign: str) -> None:
        super().__init__(sign)
        self.sign = sign


class _Busy(Exception):
    """429 or 5xx."""

    def __init__(self, reason: str, retry_after: float | None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after


def _is_timeout(error: BaseException) -> bool:
    return isinstance(error, (httpx2.TimeoutException, asyncio.TimeoutError))


def _is_captcha(start: bytes) -> bool:
    """Whether this begins a page that asks for a human: HTML, and not made by LaTeXML."""
    return (
        not start.startswith(b"%PDF-")
        and b"<html" in start.lower()
        and b"ltx_" not in start
        and bool(_CAPTCHA.search(start))
    )


def _retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds that a `Retry-After` asks for (RFC 9110, section 10.2.3: a number of seconds, or a date)."""
    if not value:
        return None
    if value.strip().isdecimal():
        return float(value.strip()[:9])
    try:
        when = parsedate_to_datetime(value)
    except ValueError:
        return None
    when = when if when.tzinfo else when.replace(tzinfo=timezone.utc)
    return max((when - now).total_seconds(), 0.0)


def _tokens(sections: tuple[Section, ...]) -> int:
    return sum(count_tokens("\n\n".join([each.title, *(block.text for block in each.blocks)])) for each in sections)
