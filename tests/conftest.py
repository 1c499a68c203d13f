"""What all tests share: hypothesis profiles, and an environment without settings of ours."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.support.balance import balanced

TESTS = Path(__file__).parent

# What tests speak to is on this machine; those of proxies name one of their own.
for _variable in [name for name in os.environ if name.lower() in ("http_proxy", "https_proxy", "all_proxy")]:
    del os.environ[_variable]

# CI machines and this suite's Redis stall now and then; a slow example is no failure.
settings.register_profile("local", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("local"), derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """See ``tests/support/balance.py``; alone, tests run in the order of their files."""
    parts = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if parts > 1:
        items[:] = balanced(items, lambda item: item.path.relative_to(TESTS).parts, parts)


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own WHATSAPP_* and REDIS_URL do not reach the tests."""
    for name in os.environ:
        if name.startswith("WHATSAPP_") or name == "REDIS_URL":
            monkeypatch.delenv(name)
