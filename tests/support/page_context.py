"""As much of an account as opening chats needs: no Redis, and nobody was written to before."""

from collections.abc import Callable
from dataclasses import MISSING, fields
from types import SimpleNamespace
from typing import Any

from whatsapp_tasks.config import Settings
from whatsapp_tasks.session.context import AccountContext


def page_context(
    learn_chat_title: Callable[[str, str], object] = lambda phone, title: None, **settings: Any
) -> AccountContext:
    """``learn_chat_title`` gets phone and title of each chat that is opened."""
    given: dict[str, Any] = {
        "account": "test",
        "settings": Settings(**settings),
        "sessions": SimpleNamespace(learn_chat_title=learn_chat_title),
        "ledger": SimpleNamespace(some_contacted=lambda _count: [], contacted=lambda _phone: False),
    }
    needed = [f.name for f in fields(AccountContext) if MISSING is f.default and MISSING is f.default_factory]
    return AccountContext(**{**dict.fromkeys(needed), **given})
