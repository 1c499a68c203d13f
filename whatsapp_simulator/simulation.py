"""WhatsApp's server as the pages see it: linking, queries, messages, ticks; scenarios bend each step.

Synchronous and free of I/O: time, timers and randomness are handed in, pages are objects that `post`.
"""

from collections.abc import Callable

from .account.chat_news import ChatNews
from .account.chats import Chats
from .account.incoming import Incoming
from .account.linking import Linking
from .account.memory import Memory
from .account.number_lookups import NumberLookups
from .account.pages import Json, Page, Pages
from .account.pairing_codes import PairingCodes
from .account.passkeys import Passkeys
from .account.qr_codes import QrCodes
from .account.reading import Reading
from .account.sending import Sending
from .account.ticks import Ticks
from .account.welcome import Welcome
from .environment import Environment
from .journal import Event
from .page_reports import PageReports
from .scenario_switches import ScenarioSwitches
from .scenarios.active import ActiveScenarios
from .settings import Settings, SettingsInForce


class Simulation:
    """The parts, put together; each does its own."""

    def __init__(
        self,
        settings: Settings,
        environment: Environment,
        *,
        record: Callable[[Event], None] = lambda _event: None,
    ) -> None:
        """`record` is called with everything that must survive a restart."""
        self._environment = environment
        self.settings = SettingsInForce(settings)
        self.scenarios = ActiveScenarios()
        self.pages = Pages()
        self.memory = Memory(record)
        self._qr_codes = QrCodes(self.settings, self.scenarios, environment)
        self._news = ChatNews(self.settings, self.pages, self.memory)
        self.linking = Linking(
            self.settings, self.scenarios, self.pages, self.memory, self._qr_codes, environment
        )
        self.chats = Chats(self.memory, self._news)
        self.incoming = Incoming(self.memory, self._news, environment)
        self.ticks = Ticks(self.settings, self.scenarios, self.memory, self.pages, environment)
        self.sending = Sending(self.scenarios, self.pages, self.memory, self._news, self.ticks, environment)
        self.lookups = NumberLookups(self.settings, self.scenarios, self.memory, environment)
        self.switches = ScenarioSwitches(self.scenarios, self.pages, self.linking, self.incoming, environment)
        self._handlers = self._what_pages_say()

    def _what_pages_say(self) -> dict[str, Callable[[Page, Json], None]]:
        """Who answers to a message of a page, by its type."""
        reports = PageReports(self.scenarios, self.pages)
        passkeys = Passkeys(self.scenarios, self.linking, self._environment)
        reading = Reading(self.settings, self.scenarios, self.memory, self._news, self._environment)
        return {
            "hello": Welcome(self.settings, self.scenarios, self.pages, self.memory, self._qr_codes).hello,
            "screen": reports.screen,
            "played": reports.played,
            "pressed": reports.pressed,
            "use_here": reports.used_here,
            "qr_reload": self._qr_codes.reload,
            "pair": PairingCodes(self.settings, self.scenarios, self._environment).request,
            "passkey_proof": passkeys.proved,
            "passkey_confirm": passkeys.confirmed,
            "passkey_cancel": passkeys.cancelled,
            "logout": self.linking.log_out_by_page,
            "exists": self.lookups.answer,
            "history": reading.history,
            "seen": reading.seen,
            "send": self.sending.send,
            "edit": self.sending.edit,
        }

    def connect(self, page: Page) -> None:
        page.connected_at = self._environment.clock()
        self.pages.add(page)

    def disconnect(self, page: Page) -> None:
        self.pages.remove(page)

    def handle(self, page: Page, message: Json) -> None:
        """One message of a page; what it says is in `static/js/connection.js`."""
        handler = self._handlers.get(str(message.get("type")))
        if handler is None:
            page.post({"type": "error", "message": f"unknown type {message.get('type')!r}"})
        else:
            handler(page, message)

    def change_settings(self, new: Settings) -> None:
        """Pages reload when they look different."""
        if self.settings.change(new):
            self.pages.reload()
        else:
            self.pages.post_to_all({"type": "settings", "settings": new.model_dump()})

    def reset(self, settings: Settings | None = None) -> None:
        """Forgets chats, messages, devices and scenarios; pages reload and find themselves unlinked."""
        self.settings.change(settings or self.settings.first)
        self.scenarios.clear()
        self.ticks.clear()
        self.sending.clear()
        self.incoming.clear()
        self.lookups.clear()
        self.memory.keep({"event": "reset"})
        self.pages.forget()
        self.pages.reload()

    def restore(self, event: Event) -> None:
        """One event of the journal, at start; `resume` when all are read."""
        self.memory.apply(event)

    def resume(self) -> None:
        self.ticks.resume()
