"""What the heartbeat thread reports of memory."""

from whatsapp_tasks.domain.memory_rules import TreeUse
from whatsapp_tasks.tasks.heartbeat_thread import _facts


def test_memory_is_reported_in_megabytes_or_not_at_all() -> None:
    assert _facts(None) is None
    assert _facts(TreeUse(312.04, 87.06, True, 61.5, 8)) == {
        "pss_mb": 312.0,
        "anon_mb": 87.1,
        "exact": True,
        "worker_mb": 61.5,
        "processes": 8,
    }
