from __future__ import annotations

from pathlib import Path

import pytest

from digest_assets_tests import test_ledger
from digest_assets_tests.test_pipeline import (  # noqa: F401
    test_a_day_made_again_costs_nothing_and_changes_nothing,
    world,
)

pytestmark = pytest.mark.slow


def test_a_cap_that_offers_gives_the_rest_to_the_next_date(tmp_path: Path) -> None:
    test_ledger.test_a_cap_that_offers_gives_the_rest_to_the_next_date(tmp_path)
