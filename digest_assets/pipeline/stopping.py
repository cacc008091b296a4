"""How a step's coroutines end when somebody stops the run: Ctrl-C in a terminal, "Terminate" in the UI.

Dagster's signal handler raises wherever the main thread happens to be, which inside an event loop is often asyncio's
own code, where the exception is logged and lost, and the run goes on. So while the loop runs, the signals cancel the
step's work instead: each paper's coroutine ends at its next `await`, what has arrived is stored, and then `Stopped` is
raised, which the step tells Dagster.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")


class Stopped(BaseException):
    """Somebody stopped the run. No `Exception`, so that nothing takes it for a paper's failure."""


_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def run_until_stopped(work: Coroutine[Any, Any, Result]) -> Result:
    """What `work` returns. Raises `Stopped` where the run is stopped, after `work` has ended.

    Off the main thread, where no signal arrives, it is `asyncio.run`.
    """
    if threading.current_thread() is not threading.main_thread():
        return asyncio.run(work)
    before = {each: signal.getsignal(each) for each in _SIGNALS}
    try:
        return asyncio.run(_watched(work))
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


async def _watched(work: Coroutine[Any, Any, Result]) -> Result:
    loop = asyncio.get_running_loop()
    task = asyncio.ensure_future(work)
    stopped = asyncio.Event()

    def stop() -> None:
        stopped.set()
        task.cancel()

    for each in _SIGNALS:
        loop.add_signal_handler(each, stop)
    try:
        return await task
    except asyncio.CancelledError:
        if stopped.is_set():
            raise Stopped from None
        raise
    finally:
        for each in _SIGNALS:
            loop.remove_signal_handler(each)
