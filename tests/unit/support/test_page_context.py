"""The account without Redis that tests of pages and measurements use is enough to open a chat."""

import pytest

from tests.support.page_context import page_context
from tests.support.plays import Clock, ScriptedPage
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.session.opening import open_chat

ADA = "+4915112345678"


def test_a_chat_opens_and_its_title_is_learned(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, learned = Clock(), []
    for module in clock.replaces_time_in("whatsapp_tasks.session", "whatsapp_tasks.browser.deadlines"):
        monkeypatch.setattr(module, "time", clock)
    page = ScriptedPage(clock, {"Ada": ADA})
    page.play("""
        >> chats
        << open Ada
        >> Ada | box: | them: Hi
    """)
    context = page_context(lambda phone, title: learned.append((phone, title)))
    shown: WhatsAppPage = page  # type: ignore[assignment]
    assert open_chat(context, shown, ADA).title == "Ada"
    page.end()
    assert context.opened is not None
    assert learned == [(ADA, "Ada")]
