from __future__ import annotations

from collections.abc import Iterator

import pytest

from digest_assets_tests.engines import on_lakes
from digest_assets_tests.scale.servers import Postgres


@pytest.fixture(autouse=True)
def _on_lakes(postgres: Postgres) -> Iterator[None]:
    with on_lakes(postgres):
        yield
