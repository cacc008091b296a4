"""The two servers together, with the settings that point the product at them: what the demo runs in."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from datetime import datetime, timezone
from types import TracebackType

from digest_assets.sandbox.arxiv_server import SandboxArxiv
from digest_assets.sandbox.model_server import SandboxModel
from digest_assets.sandbox.papers import SandboxPaper, invented, latest_mailing

KEY_VARIABLE = "DIGEST_SANDBOX_KEY"


class Sandbox:
    """A context manager: both servers run inside it."""

    def __init__(self, arxiv: SandboxArxiv, model: SandboxModel, papers: tuple[SandboxPaper, ...]) -> None:
        self.arxiv = arxiv
        self.model = model
        self.papers = papers

    def environment(self) -> dict[str, str]:
        """Environment variables for the product: addresses, key, and no pauses between requests."""
        return {
            "DIGEST__ARXIV__API_URL": self.arxiv.api_url,
            "DIGEST__ARXIV__FEED_URL": self.arxiv.feed_url,
            "DIGEST__ARXIV__HTML_URL": self.arxiv.html_url,
            "DIGEST__ARXIV__PDF_URL": self.arxiv.pdf_url,
            "DIGEST__ARXIV__OAI_URL": self.arxiv.oai_url,
            "DIGEST__ARXIV__INTERVAL_SECONDS": "0",
            "DIGEST__ARXIV__TEXT_INTERVAL_SECONDS": "0",
            "DIGEST__LLM__BASE_URL": self.model.base_url,
            "DIGEST__LLM__MODEL": self.model.model,
            "DIGEST__LLM__API_KEY_ENV": KEY_VARIABLE,
            KEY_VARIABLE: self.model.api_key or "",
            # A proxy of the user's must not be asked for an address on this machine.
            "NO_PROXY": _with_loopback("NO_PROXY"),
            "no_proxy": _with_loopback("no_proxy"),
        }

    def stop(self) -> None:
        self.arxiv.stop()
        self.model.stop()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _with_loopback(variable: str) -> str:
    kept = [each.strip() for each in os.environ.get(variable, "").split(",") if each.strip()]
    return ",".join(dict.fromkeys([*kept, "127.0.0.1"]))


def start_sandbox(
    clock: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    papers: Iterable[SandboxPaper] | None = None,
    *,
    latency_seconds: float = 0,
) -> Sandbox:
    """Both servers, started. `papers`: by default the invented ones, the newest in the last mailing before `clock()`.

    `latency_seconds`: how long the model takes for an answer.
    """
    served = tuple(invented(latest_mailing(clock())) if papers is None else papers)
    arxiv, model = SandboxArxiv(served, clock), SandboxModel(served, latency_seconds=latency_seconds)
    arxiv.start()
    model.start()
    return Sandbox(arxiv, model, served)
