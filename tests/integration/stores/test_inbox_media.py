"""Issue 16, point 2: the file of a received message ends once, and its end is told once."""

import pytest

from tests.support.chats_read import AT_MS, chat_read
from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.events import EventType
from whatsapp_tasks.domain.received_media import MediaRules, MediaState, MediaStatus, Verdict
from whatsapp_tasks.stores.account_stores import AccountStores
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.inbox_media import NO_LEASE
from whatsapp_tasks.stores.keys import AccountKeys
from whatsapp_tasks.stores.outcomes import SettleMedia

STORED = MediaStatus(MediaState.STORED, "", "application/pdf", 60_000, "d" * 64, "Invoice.pdf")
QUARANTINED = MediaStatus(MediaState.QUARANTINED, "", "application/pdf", 60_000, "d" * 64, "Invoice.pdf")


class Waiting:
    """Ada's chat, whose last message has a file that is to be stored; no worker holds the account."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.stores = AccountStores(database, Settings(), "default")
        self.chat = chat_read(database, Settings(), MediaRules(frozenset({"document"}), 10**6, 10**9))
        self.media = self.stores.inbox_media
        [self.id] = self.media.waiting(10)

    def settle(
        self,
        status: MediaStatus = STORED,
        was: MediaState = MediaState.PENDING,
        fence: int | str = NO_LEASE,
    ) -> str:
        return str(self.media.settle(self.id, was, status, fence=fence, now_ms=AT_MS))

    def told(self) -> list[tuple[str, str]]:
        events = [event for _, event in self.stores.events.after("0-0", 100) if event]
        media = [event for event in events if event.type is EventType.MEDIA]
        assert {(event.subject, event.details["message"]) for event in media} <= {(self.chat.id, self.id)}
        return [(event.details["state"], event.details["reason"]) for event in media]

    def status(self) -> MediaStatus:
        message = self.stores.inbox.find(self.id)
        assert message is not None
        return message.media_status


@pytest.fixture
def waiting(database: Database) -> Waiting:
    return Waiting(database)


def test_a_file_is_stored_once_and_told_once(waiting: Waiting) -> None:
    assert waiting.media.begin_try(waiting.id) == 1
    assert [waiting.settle(), waiting.settle()] == [SettleMedia.SETTLED, SettleMedia.CHANGED]
    assert waiting.told() == [("stored", "")]
    assert waiting.status() == STORED
    assert waiting.media.waiting(10) == []
    assert waiting.media.begin_try(waiting.id) == 1  # the tries are forgotten
    assert waiting.media.bytes_on_day(AT_MS) == STORED.bytes
    counted = waiting.stores.metrics.read().counters["media_received"]
    assert counted == {(("state", "stored"),): 1}


def test_a_worker_that_lost_its_lease_changes_nothing(waiting: Waiting) -> None:
    assert waiting.settle(fence=10**6) == SettleMedia.LEASE_LOST
    assert waiting.told() == []
    assert waiting.media.waiting(10) == [waiting.id]


def test_a_message_that_is_not_kept_any_more_is_forgotten(waiting: Waiting) -> None:
    waiting.database.do("DEL", AccountKeys("default").inbox_message(waiting.id))
    assert waiting.settle() == SettleMedia.GONE
    assert waiting.media.waiting(10) == []
    assert waiting.told() == []


@pytest.mark.parametrize("verdict", Verdict)
def test_the_first_verdict_counts(waiting: Waiting, verdict: Verdict) -> None:
    other = next(each for each in Verdict if each is not verdict)
    waiting.settle(QUARANTINED)
    first = waiting.settle(QUARANTINED.judged(verdict), MediaState.QUARANTINED)
    second = waiting.settle(QUARANTINED.judged(other), MediaState.QUARANTINED)
    assert (first, second) == (SettleMedia.SETTLED, SettleMedia.CHANGED)
    assert len(waiting.told()) == 2
    assert waiting.status() == QUARANTINED.judged(verdict)
    assert waiting.media.bytes_on_day(AT_MS) == STORED.bytes  # counted when it was stored
