"""The daily cap through the API and the worker."""

from collections.abc import Callable

import pytest

from tests.acceptance.protection.scene import Scene
from tests.support.stack import Stack
from whatsapp_tasks.errors import RequestRefused


def test_over_the_cap_a_request_is_refused_with_the_time_of_the_next_place(
    new_stack: Callable[..., Stack],
) -> None:
    cap = {"WHATSAPP_CAP_POLICY": "reject", "WHATSAPP_CAP_BASE": "2", "WHATSAPP_CAP_NEW_CHATS_SHARE": "1"}
    stack = new_stack(environment=cap).start("worker", "web")
    stack.link()
    it = Scene(stack)
    client = stack.client()
    sent = [client.send(f"+49151123456{n}", "hello")["id"] for n in (10, 11)]
    with pytest.raises(RequestRefused) as refused:
        client.send("+4915112345612", "one too many")
    assert refused.value.code == "daily_cap_reached"
    assert refused.value.http_status == 429
    it.await_sent(*sent)
