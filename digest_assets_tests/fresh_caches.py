"""A pytest plugin for mutmut (`-p digest_assets_tests.fresh_caches`): no test finds what another has cached.

mutmut forks from a process in which all tests have run, so its `lru_cache`s are full: what lies beneath them would not
be called again, and a change of it would seem to live.
"""

from __future__ import annotations

import functools
import sys

import pytest

_CACHE = type(functools.cache(lambda: None))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Empties every cache of a function of our modules."""
    for name, module in list(sys.modules.items()):
        if name.startswith("digest_assets."):
            for value in list(vars(module).values()):
                if isinstance(value, _CACHE):
                    value.cache_clear()
