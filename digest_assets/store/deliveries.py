"""What was delivered: one row a date and receiver, with what it was last told and how often that was tried."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import duckdb

from digest_assets.store.rows import put, rows


@dataclass(frozen=True, slots=True)
class Delivery:
    """A row of `deliveries`."""

    digest_date: date
    receiver: str
    """A hash of its address: the address is a secret."""
    kind: str
    content: str
    """A hash of the message."""
    tries: int
    tried_at: datetime
    delivered_at: datetime | None = None
    error: str | None = None


def deliveries_of(connection: duckdb.DuckDBPyConnection, digest: str, day: date) -> dict[str, Delivery]:
    """A date's deliveries, by receiver."""
    found = rows(
        connection.execute(
            "SELECT * EXCLUDE digest FROM deliveries WHERE digest = ? AND digest_date = ? ORDER BY receiver",
            [digest, day],
        )
    )
    return {row["receiver"]: Delivery(**row) for row in found}


def record_delivery(connection: duckdb.DuckDBPyConnection, digest: str, delivery: Delivery) -> None:
    """Puts `delivery` in the place of the one that its date and receiver had."""
    row = {name: getattr(delivery, name) for name in Delivery.__dataclass_fields__}
    put(connection, "deliveries", [{"digest": digest, **row}])


def undelivered(connection: duckdb.DuckDBPyConnection, digest: str) -> list[Delivery]:
    """What was tried and did not arrive, oldest date first."""
    found = rows(
        connection.execute(
            "SELECT * EXCLUDE digest FROM deliveries WHERE digest = ? AND delivered_at IS NULL ORDER BY digest_date",
            [digest],
        )
    )
    return [Delivery(**row) for row in found]
