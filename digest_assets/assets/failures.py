"""The one place where an error of ours becomes Dagster's `Failure`: the message and its cure, no traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from digest_assets.errors import DigestError


@contextmanager
def told_to_dagster() -> Iterator[None]:
    """Turns a `DigestError` of the block into a failed step that says what to do; whether Dagster may retry it too."""
    try:
        yield
    except DigestError as error:
        raise dg.Failure(
            description=str(error),
            metadata={"error": type(error).__name__, "cure": error.cure},
            allow_retries=error.retryable,
        ) from None
