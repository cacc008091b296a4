"""`digest update`: the store of an older version, brought to this one; with `--check`, what that would do and cost."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from digest_assets.cli.console import print_json, say
from digest_assets.cli.options import ConfigOption, JsonOption, opened, store_of


def update(
    check: Annotated[
        bool, typer.Option("--check", help="Say what there is to do and what it would cost; do nothing.")
    ] = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Update the store of an older version, and say what is new.

    Any command updates it; this one says what there is to do, and what it would cost to have old answers made anew.
    """
    from digest_assets.resources.model_access import price_table
    from digest_assets.store.updating import stale_answers

    with opened(config) as digests:
        llm = digests[0].llm
        store = store_of(digests[0])
        todo = store.pending()
        stale = []
        if store.is_there():
            for name in (each.digest.name for each in digests):
                stale += stale_answers(store, name, llm.model, price_table(llm))
        if not check and todo:
            with store.session():
                pass
            store.settle()
    if as_json:
        print_json({"migrations": todo, "done": bool(todo) and not check, "stale": [asdict(each) for each in stale]})
        return
    if todo:
        said = "to come, after a copy of the store" if check else "done; the store as it was is beside it"
        say(f"store: {len(todo)} migrations {said}: {', '.join(name.removesuffix('.sql') for name in todo)}")
    else:
        say("store: up to date")
    for each in stale:
        cost = f"{each.tokens:,} tokens" + ("" if each.money is None else f", {each.money:.2f}")
        say(f"{each.count} {each.stage} of earlier prompts, {each.first} to {each.last}; making them took {cost}")
    if stale:
        first, last = min(each.first for each in stale), max(each.last for each in stale)
        say("They stay as they are until their dates are run again (`digest run D`). To have all of them made anew:")
        say(f"  digest backfill --again --from {first} --to {last}")
