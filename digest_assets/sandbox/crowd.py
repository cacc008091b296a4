"""Any number of invented papers for one mailing, which make a large day: put together of parts, with answers."""

from __future__ import annotations

from datetime import datetime, timedelta

from digest_assets.arxiv.calendar import NEW_YORK, mailing_announced_at
from digest_assets.model import AnnouncementKind, Paper
from digest_assets.sandbox.manuscript import Chinese
from digest_assets.sandbox.papers import SandboxPaper

_SUBJECTS = (
    ("Speech Recognition", "word accuracy", "语音识别", "词准确率", "recognition"),
    ("Speech Synthesis", "listening score", "语音合成", "听感得分", "synthesis"),
    ("Speech Enhancement", "intelligibility score", "语音增强", "可懂度得分", "enhancement"),
    ("Speaker Verification", "verification score", "说话人确认", "确认得分", "speaker"),
    ("Music Transcription", "note accuracy", "音乐转录", "音符准确率", "music"),
    ("Sound Event Detection", "event score", "声音事件检测", "事件得分", "sound"),
    ("Audio Coding", "similarity score", "音频编码", "相似度得分", "codec"),
)
_PLACES = (
    ("Ferries", "渡轮"),
    ("Bakeries", "面包房"),
    ("Cable Cars", "缆车"),
    ("Allotments", "菜园"),
    ("Night Buses", "夜班公交"),
    ("Libraries", "图书馆"),
    ("Swimming Lessons", "游泳课"),
    ("Markets", "集市"),
)
_WAYS = (
    ("Patient", "耐心的"),
    ("Frugal", "节俭的"),
    ("Honest", "诚实的"),
    ("Unhurried", "不慌不忙的"),
    ("Modest", "朴素的"),
)


def crowd(mailing: datetime, count: int) -> tuple[SandboxPaper, ...]:
    """`count` papers, at most 69, of the mailing at `mailing` (UTC), numbered after those of `invented`."""
    freezes_at = mailing_announced_at(mailing).freezes_at
    month = f"{freezes_at.astimezone(NEW_YORK):%y%m.9%d}"
    return tuple(_paper(number, mailing, freezes_at, f"{month}{number + 31:02}") for number in range(count))


def _paper(number: int, mailing: datetime, freezes_at: datetime, identifier: str) -> SandboxPaper:
    subject, measure, task, score, topic = _SUBJECTS[number % len(_SUBJECTS)]
    (place, there), (way, manner) = _PLACES[number % len(_PLACES)], _WAYS[number % len(_WAYS)]
    hours, gain, share = number + 12, f"{4 + number % 30 / 10:.1f}", 40 + number * 7 % 30
    paper = Paper(
        identifier=identifier,
        version=1,
        title=f"{way} {subject} for {place}",
        abstract=(
            f"We study {subject.lower()} in {place.lower()}, where engines and wind are louder than people. "
            f"Our system learns from {hours} hours of recordings and needs {share}% of the labels of a baseline. "
            f"It improves the {measure} by {gain}%. Code: https://example.org/{identifier}."
        ),
        authors=(f"Vera Crowd{number}", f"Otto Many{number % 9}"),
        categories=("cs.SD", "eess.AS") if number % 3 else ("eess.AS",),
        published_at=(submitted := freezes_at - timedelta(seconds=7 * (100 - number))),
        updated_at=submitted,
        comment="4 pages. An invented paper.",
    )
    chinese = Chinese(
        translation=(
            f"我们研究{there}里的{task}，那里的发动机和风比人声更响。我们的系统从 {hours} 小时的录音中学习，"
            f"所需标注为基线的 {share}%。它把{score}提高了 {gain}%。代码：https://example.org/{identifier}。"
        ),
        background=f"论文研究{there}里的{task}。那里的发动机和风比人声更响，基线需要更多的标注。",
        method=f"系统从 {hours} 小时的录音中学习，所需标注为基线的 {share}%。",
        results=f"系统把{score}提高了 {gain}%。",
        title=f"面向{there}的{manner}{task}",
        gist=f"{there}里的{task}系统从 {hours} 小时的录音中学习，把{score}提高了 {gain}%。",
        topics=topic,
    )
    return SandboxPaper(paper, mailing, AnnouncementKind.NEW, chinese=chinese)
