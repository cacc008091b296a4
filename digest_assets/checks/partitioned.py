"""Checks whose results belong to a digest date, as the rows that they look at do.

The partitions are known when the settings are read, which is after a check is decorated; assets get theirs the same way
(`definitions.py`). Dagster calls partitions of checks a preview (1.13); without them a date's result would be that of
the newest run, whichever date that was.
"""

from __future__ import annotations

from collections.abc import Sequence

import dagster as dg


def by_date(
    checks: Sequence[dg.AssetChecksDefinition], partitions: dg.PartitionsDefinition
) -> list[dg.AssetChecksDefinition]:
    """`checks`, each with a result for each of `partitions`, which are those of its asset."""
    return [_by_date(each, partitions) for each in checks]


def _by_date(check: dg.AssetChecksDefinition, partitions: dg.PartitionsDefinition) -> dg.AssetChecksDefinition:
    made: dg.AssetChecksDefinition = dg.AssetChecksDefinition.create(
        keys_by_input_name=check.keys_by_input_name,
        node_def=check.op,
        check_specs_by_output_name={
            name: spec._replace(partitions_def=partitions)
            for name, spec in check.node_check_specs_by_output_name.items()
        },
        can_subset=check.can_subset,
        resource_defs=check.resource_defs,
    )
    return made
