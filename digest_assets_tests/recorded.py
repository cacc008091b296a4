"""What arXiv announced and answered, as far as tests need it: metadata (CC0), without abstracts, in data/.

`announced`: each announcement of cs.SD and eess.AS from December 2025 to 20 February 2026. `mailings_of_a_year`: when
each new paper there was submitted and announced, from May 2025; `exact` where its time of submission was recorded to
the second and not interpolated. `submissions_of_cs`: when papers of computer science were submitted, January and
February 2026. `hard`: titles, names and comments that are hard to typeset or to judge. `topics`: titles and categories
of the papers whose topics were labelled. In data/api, data/feeds and oai.xml, answers of arXiv's, a sentence of ours in
place of each abstract. fog_bells.tex is a paper of our own, with the page and the PDF that are made of it.
"""

from __future__ import annotations

import gzip
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from digest_assets.sandbox.papers import SandboxPaper, of_rows

DATA = Path(__file__).parent / "data"


def rows(name: str) -> list[dict[str, Any]]:
    with gzip.open(DATA / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


@lru_cache(maxsize=1)
def announced() -> tuple[SandboxPaper, ...]:
    """With an abstract of ours for each paper, which names its title."""
    return of_rows({"abstract": f"We say what this is: {each['title']}.", **each} for each in rows("announced"))
