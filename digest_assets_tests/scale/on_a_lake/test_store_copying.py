from __future__ import annotations

import pytest

from digest_assets_tests.store.test_copying import *  # noqa: F403

pytestmark = pytest.mark.slow
