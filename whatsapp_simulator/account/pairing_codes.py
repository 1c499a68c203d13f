"""The codes a page shows to be linked by a phone number instead of a QR code."""

from dataclasses import dataclass

from ..environment import Environment
from ..phones import SHORTEST_NUMBER, digits_of
from ..scenarios.active import ActiveScenarios
from ..scenarios.linking import PairingError
from ..settings import SettingsInForce
from .devices import PAIRING_CODE_SECONDS, new_pairing_code
from .pages import Json, Page


@dataclass(frozen=True)
class PairingCodes:
    settings: SettingsInForce
    scenarios: ActiveScenarios
    environment: Environment

    def request(self, page: Page, message: Json) -> None:
        """The page asks for a code for the account with this phone number."""
        if page.device is not None:
            return
        error = self._error(digits_of(str(message.get("phone", ""))))
        if error is not None:
            page.post({"type": "pair_error", "kind": error})
            return
        self._show(page)

    def _error(self, digits: str) -> str | None:
        if len(digits) < SHORTEST_NUMBER:
            return "invalid"
        error = self.scenarios.play(PairingError)
        return None if error is None else error.kind

    def _show(self, page: Page) -> None:
        if page.pairing_timer is not None:
            page.pairing_timer.cancel()
        page.pairing_code = new_pairing_code(self.environment.random)
        page.post({"type": "pair_code", "code": page.pairing_code})
        seconds = PAIRING_CODE_SECONDS / self.settings.now.speed
        page.pairing_timer = self.environment.later(seconds, lambda: self._expire(page))

    def _expire(self, page: Page) -> None:
        page.pairing_code = None
        page.post({"type": "pair_expired"})
