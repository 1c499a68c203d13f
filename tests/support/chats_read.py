"""A chat that the worker of the account ``default`` has read, without a page."""

from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.bubbles import Bubble, BubbleFile
from whatsapp_tasks.domain.chats import ChatRecord, Sighting
from whatsapp_tasks.domain.received_media import MediaRules
from whatsapp_tasks.domain.received_messages import message_in
from whatsapp_tasks.stores.account_stores import AccountStores
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.leases import Lease

AT_MS, AT = 1_764_000_000_000, "2025-11-24T16:00:00.000Z"
ADA = "+4915112345678"
NO_FILES = MediaRules()
BUBBLES = (
    Bubble("o1", True, "Your code is 7", "read", shown_at="9:10 AM"),
    Bubble("t1", False, "thanks", quoted="Your code is 7", quoted_author="You", shown_at="9:12 AM, 1/2/2026"),
    Bubble("t2", False, None, file=BubbleFile("document", "Invoice.pdf", "60 kB"), kind="document"),
)


def chat_read(database: Database, settings: Settings, media: MediaRules = NO_FILES) -> ChatRecord:
    """Ada's, with ``BUBBLES``, read at ``AT``; ``media`` says which files are to be stored."""
    lease = Lease(database, "default", 60)
    assert lease.acquire() is None
    stores = AccountStores(database, settings, "default")
    sighting = Sighting("Ada", phone=ADA, bubbles=tuple(b.id for b in BUBBLES))
    chat = stores.chats.recognised(sighting, AT_MS, lease.fence)
    messages = [
        message_in(b, BUBBLES[:n], "default", chat, AT_MS).with_media(media) for n, b in enumerate(BUBBLES)
    ]
    stores.inbox.write(chat, messages, missed="0", read=[], stays="", fence=lease.fence, now_ms=AT_MS)
    lease.release()
    return chat
