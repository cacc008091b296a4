"""What a date shows of a paper that this program cannot show: the paper, without its texts, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from digest_assets.errors import DigestError, PaperUnshowable, unexpected
from digest_assets.model import AnswerStatus, DigestPaper, Reading, Translation


def showable(papers: Iterable[DigestPaper], show: Callable[[DigestPaper], object]) -> tuple[DigestPaper, ...]:
    """`papers`, without the texts of those that `show` meets a mistake of this program with.

    To be called where a date could not be shown. Raises `PaperUnshowable` for a paper that even its title keeps from
    being shown, and what `show` raises of ours.
    """
    return tuple(paper if (error := _met(paper, show)) is None else _bare(paper, error, show) for paper in papers)


def _met(paper: DigestPaper, show: Callable[[DigestPaper], object]) -> Exception | None:
    try:
        show(paper)
    except DigestError:
        raise
    except Exception as error:  # noqa: BLE001 - one paper must never take the others along
        return error
    return None


def _bare(paper: DigestPaper, error: Exception, show: Callable[[DigestPaper], object]) -> DigestPaper:
    identifier, version, reason = paper.paper.identifier, paper.paper.version, unexpected(error)
    bare = replace(
        paper,
        translation=Translation(identifier, version, AnswerStatus.FAILED, reason=reason),
        reading=Reading(identifier, version, AnswerStatus.FAILED, reason=reason),
    )
    if _met(bare, show) is not None:
        raise PaperUnshowable(
            f"{paper.paper.versioned} cannot be shown: {reason}.",
            cure=f"To leave it out, add words of its title to filters.exclude_keywords: {paper.paper.title[:80]!r}.",
        )
    return bare
