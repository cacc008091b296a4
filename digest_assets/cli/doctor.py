"""`digest doctor`: is everything there that a digest needs? What is looked at is in `digest_assets/doctor.py`."""

from __future__ import annotations

from dataclasses import asdict

import typer

from digest_assets.cli.console import FAILED, out, print_json
from digest_assets.cli.options import ConfigOption, JsonOption, opened


def doctor(as_json: JsonOption = False, config: ConfigOption = None) -> None:
    """Check settings, key, endpoint, arXiv and store.

    A line each, with the cure. Exit code 1 where one is wrong.
    """
    from digest_assets.doctor import examine

    findings = []
    with opened(config) as digests:
        for finding in examine(digests):
            findings.append(finding)
            if not as_json:
                mark = {True: "[green]ok  [/]", False: "[red]FAIL[/]", None: "[yellow]warn[/]"}[finding.is_well]
                out.print(f"{mark} {finding.subject:<12}", end="")
                out.print(finding.text, markup=False, soft_wrap=True)
    if as_json:
        print_json([asdict(finding) for finding in findings])
    raise typer.Exit(FAILED if any(finding.is_well is False for finding in findings) else 0)
