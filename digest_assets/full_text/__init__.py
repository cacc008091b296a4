"""From what arXiv serves to the text that a model reads: HTML and PDF to sections, sections to a budget. All pure.

Nothing here fetches anything: bytes come in, values go out. What cannot be read raises `NoText` with a reason that is
short enough to stand in a post (`no text layer`, `password`).
"""

from __future__ import annotations


class NoText(Exception):
    """A page or a PDF holds no text that is worth reading.

    `reason`: why, in a few words. `final`: whether reading the same bytes again would come to the same.
    """

    def __init__(self, reason: str, *, final: bool = True) -> None:
        super().__init__(reason)
        self.reason = reason
        self.final = final
