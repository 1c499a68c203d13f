"""What the use cases of one account share."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.memory_rules import TreeUse
from whatsapp_tasks.domain.open_chat import OpenChat
from whatsapp_tasks.domain.received_media import MediaRules
from whatsapp_tasks.session.arriving import Arriving
from whatsapp_tasks.session.browser_keeper import BrowserKeeper
from whatsapp_tasks.session.evidence import EvidenceKeeper
from whatsapp_tasks.session.opened_chats import OpenedChats
from whatsapp_tasks.session.outgoing import Outgoing
from whatsapp_tasks.session.selector_source import SelectorSource
from whatsapp_tasks.stores.caps import Caps
from whatsapp_tasks.stores.chats import Chats
from whatsapp_tasks.stores.circuits import Circuits
from whatsapp_tasks.stores.clock import StoreClock
from whatsapp_tasks.stores.generation import Generation
from whatsapp_tasks.stores.hands import Hands
from whatsapp_tasks.stores.inbox import Inbox
from whatsapp_tasks.stores.inbox_media import InboxMedia
from whatsapp_tasks.stores.incoming import Incoming
from whatsapp_tasks.stores.leases import Lease
from whatsapp_tasks.stores.ledger import Ledger
from whatsapp_tasks.stores.metrics import PhaseTimes
from whatsapp_tasks.stores.number_checks import NumberChecks
from whatsapp_tasks.stores.pauses import Pauses
from whatsapp_tasks.stores.send_queue import SendQueue
from whatsapp_tasks.stores.sessions import Sessions

if TYPE_CHECKING:  # the packages of the extra "vault" are needed only where it is on
    from whatsapp_tasks.session.vault import SessionVault


@dataclass
class AccountContext:
    """One account in the hands of this worker."""

    account: str
    settings: Settings
    clock: StoreClock
    ledger: Ledger
    queue: SendQueue
    sessions: Sessions
    incoming: Incoming
    chats: Chats
    inbox: Inbox
    inbox_media: InboxMedia
    pauses: Pauses
    hands: Hands
    circuits: Circuits
    number_checks: NumberChecks
    caps: Caps | None
    """None where the setting turned the daily cap off."""
    generation: Generation
    lease: Lease
    keeper: BrowserKeeper
    times: PhaseTimes
    """Of the message in hand, phase by phase."""
    actor: str
    """Who we are in histories: ``worker 123 on host``."""
    outgoing: Outgoing
    """Files of messages on this machine's disk."""
    arriving: Arriving
    """Files of received messages likewise."""
    evidence: EvidenceKeeper | None = field(default=None)
    """None where nothing of failures is kept."""
    vault: "SessionVault | None" = field(default=None)
    """None where the session is not saved."""
    selectors: SelectorSource = field(default_factory=lambda: SelectorSource(None, None))
    opened: OpenChat | None = field(default=None)
    """The chat that was opened last, by whose phone; check that it still holds before acting on it."""
    opened_chats: OpenedChats = field(default_factory=OpenedChats)
    """The chats that were opened before, for those who read them."""
    seen: tuple[str, str] | None = field(default=None)
    """The message whose bubble was seen last, and that bubble's id. The ledger lacks it if Redis was away."""
    unanswered: str = field(default="")
    """The load of the page in which a chat was asked for that has not come: it still may, at any time."""
    enter_sends: bool = field(default=True)
    """False once Enter made a new line: then "Enter is send" is off in WhatsApp's settings."""
    busy_with: str | None = field(default=None)
    """Id of the message in hand."""
    memory: TreeUse | None = field(default=None)
    """What worker, driver and browser cost at the last heartbeat; None: not known, or no browser."""

    def media_rules(self) -> MediaRules:
        """What is stored of the files that others send, as it is set now."""
        settings = self.settings
        return MediaRules(
            self.incoming.media_kinds(settings.receive_media_kinds, settings.receive),
            most_bytes=settings.receive_media_max_bytes,
            day_bytes=settings.receive_media_day_bytes,
            scanned=settings.receive_media_scan,
        )

    def look_deadline(self) -> Deadline:
        """For one look at the page that begins now."""
        return Deadline.within(self.settings.look_timeout_seconds)

    def now_ms(self) -> int:
        """Unix time by Redis' clock."""
        return self.clock.now_ms()
