"""An account's session on a real Redis, with a page made up by the test."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from tests.support.ledger_rig import DAY, LedgerRig
from tests.support.looks import LOADING
from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.domain.typing_plan import Stroke
from whatsapp_tasks.errors import BrowserError, WaitTimeout
from whatsapp_tasks.files.contents import Contents
from whatsapp_tasks.session.account_session import AccountSession
from whatsapp_tasks.session.arriving import Arriving
from whatsapp_tasks.session.context import AccountContext
from whatsapp_tasks.session.outgoing import Outgoing
from whatsapp_tasks.stores.account_stores import AccountStores
from whatsapp_tasks.stores.caps import Caps
from whatsapp_tasks.stores.chats import Chats
from whatsapp_tasks.stores.circuits import Circuits
from whatsapp_tasks.stores.clock import StoreClock
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.generation import Generation
from whatsapp_tasks.stores.hands import Hands
from whatsapp_tasks.stores.inbox import Inbox
from whatsapp_tasks.stores.inbox_media import InboxMedia
from whatsapp_tasks.stores.incoming import Incoming
from whatsapp_tasks.stores.metrics import Metrics, PhaseTimes
from whatsapp_tasks.stores.pauses import Pauses
from whatsapp_tasks.stores.sessions import Sessions

T = TypeVar("T")


class Page:
    """Shows ``shows``; an error there is raised. Opening a chat shows what ``chats`` has for its phone;
    a wait that is not fulfilled at once is over.
    """

    def __init__(self) -> None:
        self.shows: PageSnapshot | BrowserError = LOADING
        self.opens: dict[str, PageSnapshot] = {}
        self.opened = 0
        self.page = self
        self.selectors: object = None
        self.done: list[tuple[object, ...]] = []
        self.evaluated: list[str] = []
        self.face, self.pictures = b"a picture", 0
        self.hand_fails: BrowserError | None = None

    def look(self, deadline: Deadline, *, rows: bool = False) -> PageSnapshot:
        if isinstance(self.shows, BrowserError):
            raise self.shows
        return self.shows

    def until(self, wanted: Callable[[PageSnapshot], T | None], deadline: Deadline) -> T:
        found = wanted(self.look(deadline))
        if found is None:
            raise WaitTimeout
        return found

    def open(self, deadline: Deadline) -> None:
        self.opened += 1

    def open_chat_inside(self, phone: str, deadline: Deadline) -> None:
        self.shows = self.opens.get(phone, self.shows)

    open_chat_by_url = open_chat_inside

    # in a person's hands: what reaches the page, in ``done``; ``hand_fails`` is raised instead

    def _done(self, *what: object) -> None:
        if self.hand_fails is not None:
            raise self.hand_fails
        self.done.append(what)

    def click(self, x: float, y: float, deadline: Deadline) -> None:
        self._done("click", x, y)

    def scroll(self, x: float, y: float, down: float, deadline: Deadline) -> None:
        self._done("scroll", x, y, down)

    def press_key(self, key: str, deadline: Deadline) -> None:
        self._done("key", key)

    def type(self, strokes: Iterable[Stroke], deadline: Deadline) -> None:
        self._done("type", "".join(stroke.text for stroke in strokes))

    def close_other_tabs(self, deadline: Deadline) -> int:
        return 0

    def evaluate(self, function: str, *args: object, deadline: Deadline) -> object:
        self.evaluated.append(function)
        return [1000, 500]

    def screenshot(self, deadline: Deadline, **_: object) -> bytes:
        if self.hand_fails is not None:
            raise self.hand_fails
        self.pictures += 1
        return self.face

    def own_phone(self, deadline: Deadline) -> None:
        return None

    def check_selectors(self, selectors: object, deadline: Deadline) -> None:
        pass

    def names_of(self, text: str) -> frozenset[str]:
        return frozenset()


class Keeper:
    """A browser that starts and ends by a word."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.selectors: object = None
        self.started = False
        self.cures: Counter[str] = Counter()
        self.cause = "first"
        self.fails: BrowserError | None = None

    @property
    def running(self) -> None:
        return None

    @property
    def loaded(self) -> Page | None:
        return self.page if self.started else None

    def take_profile(self) -> None:
        pass

    def ensure(self) -> Page:
        if not self.started:
            if self.fails is not None:
                raise self.fails
            self.count(f"start_{self.cause}")
            self.started, self.cause = True, "gone"
        return self.page

    def failed(self, error: BrowserError) -> None:
        self.cause, self.started = type(error).__name__, False

    def restart(self, cause: str) -> None:
        self.cause, self.started = cause, False

    def close(self) -> None:
        self.restart("closed")

    forgotten = ended = 0

    def login_is_new(self) -> None:
        pass

    def end_at_once(self) -> None:
        self.ended += 1
        self.started = False

    def forget_login(self) -> None:
        self.forgotten += 1

    def count(self, cure: str) -> None:
        self.cures[cure] += 1


class SessionRig:
    """One account; ``now_ms`` is the test's clock."""

    def __init__(self, database: Database, settings: Settings, **changes: Any) -> None:
        self.rig = LedgerRig(database)
        # Not the trial of the page's parts: there are none.
        settings = settings.model_copy(update={"page_check_seconds": 0.0, **changes})
        self.page = Page()
        self.keeper = Keeper(self.page)
        self.now_ms = self.rig.now
        self.context = AccountContext(
            account="default",
            settings=settings,
            clock=StoreClock(database),
            ledger=self.rig.ledger,
            queue=self.rig.queue,
            sessions=Sessions(database, "default"),
            incoming=Incoming(database, "default"),
            chats=Chats(database, "default"),
            inbox=Inbox(database, "default", kept_ms=DAY),
            inbox_media=InboxMedia(database, "default"),
            pauses=Pauses(database, "default"),
            hands=Hands(database, "default"),
            circuits=Circuits(database, "default"),
            number_checks=AccountStores(database, settings, "default").number_checks,
            times=PhaseTimes(Metrics(database, "default")),
            caps=Caps(database, "default", settings.cap_rules, "UTC", holds=False),
            generation=Generation(settings.data_dir / "generation" / "default"),
            lease=self.rig.lease,
            keeper=self.keeper,  # type: ignore[arg-type]
            actor="engine",
            outgoing=Outgoing(None, settings.data_dir / "outgoing"),
            arriving=Arriving(Contents.from_settings(database, settings), settings.data_dir / "arriving"),
        )
        self.context.now_ms = self._now  # type: ignore[method-assign]
        self.session = AccountSession(self.context)
        self.session.start()

    def _now(self) -> int:
        return self.now_ms

    def see(self, shows: PageSnapshot | BrowserError, *, later_seconds: float = 0) -> str:
        """One round that finds the page like this; the state it leads to."""
        self.page.shows = shows
        self.now_ms += int(later_seconds * 1000)
        self.session._starts._not_before = 0.0
        self.session.look_after(at_once=True)
        return str(self.context.sessions.get().state)

    @property
    def pauses(self) -> set[str]:
        return set(self.context.pauses.all())


Make = Callable[..., SessionRig]
