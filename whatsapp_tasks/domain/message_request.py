"""What somebody asks to be sent."""

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import Any

from whatsapp_tasks.domain.accounts import DEFAULT_ACCOUNT
from whatsapp_tasks.domain.file_requests import FileRequest
from whatsapp_tasks.domain.priorities import Priority
from whatsapp_tasks.domain.replies import ReplyPolicy
from whatsapp_tasks.domain.template_requests import TemplateRequest


@dataclass(slots=True)
class MessageRequest:
    """Recipient, content and wishes, passed whole from every way in to ``dispatch``, which checks them.

    Times are unix seconds. What a further kind of content needs is added here. Not frozen: that takes 1 µs of
    each request.
    """

    phone: str | None = None
    """Or ``chat``: one of the two."""
    message: str = field(repr=False, default="")
    """With a file its caption, which may be empty."""
    _: KW_ONLY
    chat: str | None = None
    """The id of a chat of ours, for those without a phone."""
    file: FileRequest | None = None
    template: TemplateRequest | None = None
    """Instead of ``message``."""
    reply_to: str | None = None
    """The id of the message that this one quotes."""
    reply_policy: str = ReplyPolicy.FAIL
    account: str = DEFAULT_ACCOUNT
    idempotency_key: str | None = None
    send_at: float | None = None
    expires_at: float | None = None
    priority: str = Priority.NORMAL
    metadata: Mapping[str, Any] | None = None

    @property
    def names_others(self) -> bool:
        """Whether it refers to what only the store knows: a chat, an upload, a message that it replies to."""
        return self.chat is not None or self.file is not None or self.reply_to is not None
