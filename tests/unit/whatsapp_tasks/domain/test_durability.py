"""Which configuration of Redis breaks which promise."""

import pytest

from whatsapp_tasks.domain.durability import Severity, judge_redis

GOOD = {
    "appendonly": "yes",
    "appendfsync": "always",
    "maxmemory": "0",
    "maxmemory-policy": "noeviction",
    "min-replicas-to-write": "0",
}
PRIMARY = {"role": "master", "connected_slaves": "0", "aof_last_write_status": "ok"}


def test_the_recommended_configuration_has_no_finding() -> None:
    assert judge_redis(GOOD, PRIMARY) == []


def test_a_server_that_tells_nothing_is_not_judged() -> None:
    assert judge_redis({}, {}) == []


@pytest.mark.parametrize(
    ("config", "info", "setting", "severity"),
    [
        ({"appendonly": "no"}, {}, "appendonly", Severity.REFUSAL),
        ({"appendfsync": "everysec"}, {}, "appendfsync", Severity.WARNING),
        ({"appendfsync": "no"}, {}, "appendfsync", Severity.WARNING),
        ({"maxmemory-policy": "allkeys-lru"}, {}, "maxmemory-policy", Severity.WARNING),
        (
            {"maxmemory-policy": "allkeys-lru", "maxmemory": "1000000"},
            {},
            "maxmemory-policy",
            Severity.REFUSAL,
        ),
        ({}, {"role": "slave"}, "role", Severity.REFUSAL),
        ({}, {"connected_slaves": "1"}, "min-replicas-to-write", Severity.WARNING),
        ({}, {"aof_last_write_status": "err"}, "aof_last_write_status", Severity.REFUSAL),
    ],
)
def test_each_wrong_setting_is_named_with_its_consequence_and_remedy(
    config: dict[str, str], info: dict[str, str], setting: str, severity: Severity
) -> None:
    (finding,) = judge_redis(GOOD | config, PRIMARY | info)
    assert (finding.setting, finding.severity) == (setting, severity)
    assert finding.consequence.endswith(".")
    assert setting in str(finding)
    assert finding.remedy in str(finding)


def test_replicas_that_must_confirm_are_no_finding() -> None:
    assert judge_redis(GOOD | {"min-replicas-to-write": "1"}, PRIMARY | {"connected_slaves": "1"}) == []
