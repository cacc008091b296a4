"""`digest demo`: the product as it is, on invented papers. What it is made of is in `sandbox/demo.py`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest_assets.cli.console import say
from digest_assets.cli.options import JsonOption, in_folder_of
from digest_assets.cli.run import exit_code, make, show_digests
from digest_assets.cli.ui import PortOption, dagster_dev

if TYPE_CHECKING:
    from digest_assets.automation.command_line_runs import DateReport


def demo(
    folder: Annotated[Path, typer.Option(help="Where the demo's store and posts go; made anew each time.")] = Path(
        "demo"
    ),
    ui: Annotated[
        bool,
        typer.Option(
            "--ui",
            help="Open the Dagster UI on the demo, with its sandbox running; the demo is made if it is not there.",
        ),
    ] = False,
    port: PortOption = 3000,
    as_json: JsonOption = False,
) -> None:
    """Make digests of invented papers, with no key and no network."""
    from digest_assets.config import load_settings
    from digest_assets.sandbox.demo import Demo

    with Demo(folder.resolve()) as sample:
        is_made = not ui or not sample.is_there()
        if is_made:
            sample.start_afresh()
        settings = load_settings(sample.config)
        reports: list[DateReport] = []
        with in_folder_of(settings):
            if is_made:
                for day in sample.days(settings):
                    sample.set_clock(settings, day)
                    reports += make(settings, [day], clock=sample.clock)
            if ui:
                sample.set_clock_to_now()
                raise typer.Exit(dagster_dev(port))
        show_digests([(settings, reports)], as_json=as_json)
        newest = reports[-1].post
        if newest is not None and newest.path is not None and not as_json:
            say(f"\nThe post: {settings.path(newest.path)}")
            if settings.output.site_dir:
                say(f"The site: {settings.path(settings.output.site_dir) / 'index.html'}")
            say("Its papers, authors and results are invented; a model server of its own translated and read them.")
            say(f"The same in the Dagster UI: digest demo --ui (or make demo-ui), then http://127.0.0.1:{port}")
    raise typer.Exit(exit_code(reports))
