"""An event loop whose clock jumps to the next timer instead of waiting for it: hours of calls in milliseconds."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")


class _Selector(selectors.DefaultSelector):
    skipped = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        events = super().select(0)
        if not events:
            if timeout is None:
                raise RuntimeError("everything waits, and nothing will happen")
            self.skipped += timeout
        return list(events)


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._virtual = _Selector()
        super().__init__(self._virtual)

    def time(self) -> float:
        return self._virtual.skipped

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> Any:  # type: ignore[override]
        """At once: no timer may be skipped while a thread works."""
        done: asyncio.Future[Any] = self.create_future()
        try:
            done.set_result(func(*args))
        except BaseException as error:  # noqa: BLE001 - raised where it is awaited
            done.set_exception(error)
        return done


def run_virtually(main: Coroutine[Any, Any, Result]) -> tuple[Result, float]:
    """The result of `main`, and how many seconds it took by the virtual clock."""
    loop = VirtualTimeLoop()
    try:
        return loop.run_until_complete(main), loop.time()
    finally:
        loop.close()
