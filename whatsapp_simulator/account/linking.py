"""Linking the account to the device of a page, and logging it out."""

from dataclasses import asdict, dataclass

from ..environment import Environment
from ..scenarios.active import ActiveScenarios
from ..scenarios.linking import PasskeyRequired, PermanentBan
from ..settings import SettingsInForce
from .chat_json import account_json
from .devices import Device
from .memory import Memory
from .pages import Json, Page, Pages
from .qr_codes import QrCodes

OF_A_LINKED_ACCOUNT = ("screen_lock", "terms_block", "connecting_cover")
"""Scenarios whose screens are gone when the account is logged out."""


class NothingToScan(Exception):
    """No page shows a QR code (or this one) right now."""


class LinkRefused(Exception):
    """WhatsApp refuses to link a device to this account."""


class PasskeyAsked(Exception):
    """The page asks for a passkey first; it is linked when that is done."""


class WrongPairingCode(Exception):
    """No page shows this pairing code, or it has expired."""


@dataclass(frozen=True)
class Linking:
    settings: SettingsInForce
    scenarios: ActiveScenarios
    pages: Pages
    memory: Memory
    qr_codes: QrCodes
    environment: Environment

    def scan(self, *, page_id: str | None = None, ref: str | None = None) -> Device:
        """Scans the QR code that is shown (the latest page's unless another is given).

        Raises NothingToScan, LinkRefused, PasskeyAsked.
        """
        for page in sorted(self.pages, key=lambda each: each.connected_at, reverse=True):
            shown = page.ref is not None and page.screen.get("screen") == "qr"
            if shown and page_id in (None, page.id) and ref in (None, page.ref):
                return self._begin(page, "qr")
        raise NothingToScan

    def enter_pairing_code(self, code: str) -> Device:
        """On the phone. Raises WrongPairingCode, LinkRefused, PasskeyAsked."""
        wanted = code.replace("-", "").replace(",", "").strip().upper()
        for page in self.pages:
            if page.pairing_code == wanted:
                return self._begin(page, "pairing_code")
        raise WrongPairingCode

    def _begin(self, page: Page, linked_by: str) -> Device:
        if self.scenarios.look(PermanentBan):
            raise LinkRefused
        passkey = self.scenarios.look(PasskeyRequired)
        if passkey is not None:
            page.stop_timers()
            page.asked_for_passkey = linked_by
            page.post({"type": "passkey", "step": "prompt", "timeout_ms": passkey.timeout_ms})
            raise PasskeyAsked
        return self.link(page, linked_by)

    def link(self, page: Page, linked_by: str) -> Device:
        """The page is this account's from now on."""
        page.stop_timers()
        device = self.memory.devices.link(
            self.settings.now.own_phone,
            page.user_agent,
            linked_by,
            self.environment.clock(),
            self.environment.random,
        )
        page.device = device
        self.pages.count_alive(device)
        self.memory.record({"event": "link", **asdict(device)})
        account = account_json(device, self.memory.mailbox, self.settings.now)
        page.post({"type": "linked", "token": device.token, **account})
        return device

    def log_out(self, token: str | None = None, *, reason: str | None = "logged_out") -> int:
        """Unlinks one device or all; the pages go to the QR page. `reason` is a key of skin_texts or None."""
        self._end_its_screens()
        tokens = list(self.memory.devices.by_token) if token is None else [token]
        return sum(self._unlink(each, reason) for each in tokens)

    def _end_its_screens(self) -> None:
        ended = [name for name in OF_A_LINKED_ACCOUNT if self.scenarios.switch_off(name)]
        if ended:
            self.pages.tell_scenarios(self.scenarios)

    def _unlink(self, token: str, reason: str | None) -> bool:
        device = self.memory.devices.unlink(token)
        if device is None:
            return False
        self.memory.record({"event": "unlink", "token": token})
        for page in self.pages.of(device):
            page.device, page.superseded, page.identity = None, False, None
            page.post({"type": "logout", "reason": reason})
            self.qr_codes.start(page)
        return True

    def log_out_by_page(self, page: Page, _message: Json) -> None:
        """Its "Log out" was pressed."""
        self.pages.presses["log_out"] += 1
        if page.device is not None:
            self.log_out(page.device.token)
