"""How soon a day of 1,400 papers can be used on a slow telephone, to a blank page of as many bytes.

    python -m benchmarks.opening

Chromium at 1.6 Mbit/s, 150 ms a round trip and a processor four times slower; the medians of five turns each.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from statistics import median

from playwright.sync_api import sync_playwright

from digest_assets_tests.site.browsers import CHROMIUM, opened, over_http
from digest_assets_tests.site.examples import busy_day

TURNS = 5
PAPERS = (20, 377, 1400)


def main() -> None:
    with sync_playwright() as running, tempfile.TemporaryDirectory() as made:
        browser = running.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        for papers in PAPERS:
            folder = Path(made) / str(papers)
            busy_day(papers).write(folder)
            with over_http(folder) as address:
                first = opened(browser, address)
                (folder / "blank.html").write_text(
                    f"<!doctype html><title>Blank</title><!--{'x' * first.received}-->\n"
                )
                turns = [(opened(browser, address), opened(browser, f"{address}blank.html")) for _ in range(TURNS)]
            day, blank = (median(each.interactive_ms for each in side) for side in zip(*turns, strict=True))
            print(f"{papers} papers: {first.nodes} nodes, {first.received / 1000:.0f} kB, {day:.0f} ms to {blank:.0f}: "
                  f"{day / blank:.2f}", flush=True)  # fmt: skip
        browser.close()


if __name__ == "__main__":
    main()
