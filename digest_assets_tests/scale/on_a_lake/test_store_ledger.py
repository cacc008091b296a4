from __future__ import annotations

import pytest

from digest_assets_tests.store.test_ledger import *  # noqa: F403

pytestmark = pytest.mark.slow
