"""`digest compare`: which model? The same recent papers through each, side by side; nothing is published."""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from digest_assets.cli.console import FAILED, out, print_json, print_whole, say, tell
from digest_assets.cli.options import ConfigOption, DigestOption, JsonOption, opened_one, store_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest_assets.pipeline.compare import Comparison, Plan, Work


def compare(
    model: Annotated[list[str], typer.Option("--model", help="A model of llm.base_url. Twice or more.")],
    papers: Annotated[int, typer.Option("--papers", min=1, max=200, help="How many of the newest papers.")] = 10,
    blind: Annotated[bool, typer.Option("--blind", help="The page tells only at its end whose text is whose.")] = False,
    to: Annotated[Path | None, typer.Option("--to", help="The page; default: compare.html beside the posts.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what it would cost, and ask nothing.")] = False,
    as_json: JsonOption = False,
    digest: DigestOption = None,
    config: ConfigOption = None,
) -> None:
    """Have several models read the same papers, to choose one.

    Defects, evidence, tokens, money and time of each, and a page to read their texts side by side. Nothing is
    published; answers are stored, and stored ones are not asked again.
    """
    import asyncio

    from digest_assets.pipeline.compare import Comparison, material
    from digest_assets.pipeline.compare_page import page
    from digest_assets.resources.clock import SystemClock
    from digest_assets.resources.model_access import ModelAccess
    from digest_assets.resources.output import write_atomically

    models = list(dict.fromkeys(model))
    if len(models) < 2:
        raise typer.BadParameter("name two models or more: --model A --model B")
    target = to.resolve() if to is not None else None
    target = target / "compare.html" if target is not None and target.is_dir() else target
    with opened_one(config, digest) as settings:
        store = store_of(settings)
        with store.reading() as connection:
            on = material(connection, settings.digest.name, papers)
        if not on.papers:
            tell("The store holds no paper with its text: `digest run` makes a date first.")
            raise typer.Exit(FAILED)
        access = ModelAccess.of(settings, store.journals / "limits")
        comparison = Comparison(settings, store, access, SystemClock(), on)
        plans = {name: asyncio.run(comparison.plan(name)) for name in models}
        for name, plan in plans.items():
            tell(f"{name}: {_planned(plan)}")
        if dry_run:
            if as_json:
                print_json({"papers": len(on.papers), "plans": {name: vars(plan) for name, plan in plans.items()}})
            return
        works = [asyncio.run(comparison.work(name)) for name in models]
        target = target or settings.path(settings.output.posts_dir).parent / "compare.html"
        text = page(on, works, settings.digest.language, random.Random(0).shuffle if blind else None)
        write_atomically(target, text, named="with --to")
    if as_json:
        print_json({"papers": len(on.papers), "models": [_row(each) for each in works], "page": str(target)})
        return
    _print_table(works, comparison)
    say(f"Read both: {target}")


def _planned(plan: Plan) -> str:
    if not plan.calls:
        return "all answers are in the store"
    money = f", {plan.money:.4f}" if plan.money is not None else "; [llm.prices] has no price of it"
    return f"{plan.calls} calls, about {plan.tokens:,} tokens{money}; more where an answer has to be asked again"


def _row(work: Work) -> dict[str, Any]:
    some, claims = work.evidence
    seconds = sorted(work.seconds)
    return {
        "model": work.model,
        "answers": len(work.made),
        "withheld": work.withheld,
        "missing": work.unanswered,
        "defects": dict(work.defects.most_common()),
        "sentences_withheld": work.sentences_withheld,
        "sentences_with_evidence": some,
        "sentences": claims,
        "calls": work.usage.calls,
        "input_tokens": work.usage.input_tokens,
        "output_tokens": work.usage.output_tokens,
        "money_a_day": work.money_a_day,
        "seconds": seconds[len(seconds) // 2] if seconds else None,
    }


def _print_table(works: Sequence[Work], comparison: Comparison) -> None:
    rows = [_row(each) for each in works]
    table = Table(box=None, pad_edge=False)
    table.add_column(f"{len(comparison.on.papers)} papers")
    for row in rows:
        table.add_column(row["model"], justify="right", no_wrap=True)

    def line(name: str, cells: list[str]) -> None:
        table.add_row(name, *cells)

    line("answers", [f"{row['answers']}" for row in rows])
    line("withheld whole", [f"{row['withheld']}" for row in rows])
    line("sentences withheld", [f"{row['sentences_withheld']}" for row in rows])
    line("sentences with evidence", [f"{row['sentences_with_evidence']} of {row['sentences']}" for row in rows])
    for kind in sorted({kind for row in rows for kind in row["defects"]}):
        line(f"defect: {kind}", [f"{row['defects'].get(kind, 0)}" for row in rows])
    line("calls made now", [f"{row['calls']}" for row in rows])
    line("tokens in", [_number(row["input_tokens"]) for row in rows])
    line("tokens out", [_number(row["output_tokens"]) for row in rows])
    line(
        f"money a day ({comparison.on.papers_a_day:.0f} papers)",
        ["no price" if row["money_a_day"] is None else f"{row['money_a_day']:.4f}" for row in rows],
    )
    line("seconds a call", ["stored" if row["seconds"] is None else f"{row['seconds']:.1f}" for row in rows])
    print_whole(out, table)
    for row in rows:
        for reason in row["missing"]:
            say(f"{row['model']}: {reason}")


def _number(count: int | None) -> str:
    return "not told" if count is None else f"{count:,}"
