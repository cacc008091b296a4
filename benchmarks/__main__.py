"""python -m benchmarks                     the list
python -m benchmarks NAME... [--short]      measures, prints a table
python -m benchmarks all --short            in short; exit code 1 where a ratio is over its limit
python -m benchmarks all --markdown FILE    writes the table of the documentation
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from importlib import import_module
from pathlib import Path

from benchmarks.shape import Benchmark, again_if_over, markdown, show

NAMES = (
    *("day", "repeat", "year", "growth", "memory", "week"),
    *("bodies", "first", "lock", "kills", "reading", "simulation"),
)
"""A name is a module of this folder, or a function of `existing`, which brings those of a shape of their own into this
one."""


def benchmark(name: str) -> Benchmark:
    module = "existing" if name in ("reading", "simulation") else name
    found = getattr(import_module(f"benchmarks.{module}"), name.upper() if module == "existing" else "BENCHMARK")
    assert isinstance(found, Benchmark)
    return found


def tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"all, or some of: {', '.join(NAMES)}")
    parser.add_argument("--short", action="store_true", help="in seconds")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the table there, too")
    arguments = parser.parse_args()
    unknown = set(arguments.names) - {*NAMES, "all"}
    if unknown:
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    if not arguments.names:
        for name in NAMES:
            print(f"{name:<12} {benchmark(name).compares}")
        return 0
    logging.disable(logging.WARNING)
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"
    wanted = NAMES if "all" in arguments.names else arguments.names
    results = []
    for name in wanted:
        result = again_if_over(benchmark(name), tell, short=arguments.short)
        tell(f"{name}: {result.seconds:.0f} s")
        results.append(result)
    show(results)
    if arguments.markdown:
        arguments.markdown.write_text(markdown(results) + "\n", "utf-8")
    return 0 if all(result.holds for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
