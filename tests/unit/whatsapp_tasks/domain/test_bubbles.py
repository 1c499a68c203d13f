from whatsapp_tasks.domain.bubbles import TICK_STATUS
from whatsapp_tasks.domain.statuses import Status


def test_a_pending_tick_has_no_status_of_its_own() -> None:
    assert "pending" not in TICK_STATUS
    assert TICK_STATUS["read"] is Status.READ
