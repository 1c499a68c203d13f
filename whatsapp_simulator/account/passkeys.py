"""The passkey ceremony between a scan and the link (§10.1)."""

from dataclasses import dataclass

from ..environment import Environment
from ..scenarios.active import ActiveScenarios
from ..scenarios.linking import PasskeyRequired
from .linking import Linking
from .pages import Json, Page

CODE_LENGTH = 8
_LETTERS = "ABCDEFGHJKLMNPQRSTVWXYZ123456789"


@dataclass(frozen=True)
class Passkeys:
    scenarios: ActiveScenarios
    linking: Linking
    environment: Environment

    def proved(self, page: Page, _message: Json) -> None:
        """The page's browser had a passkey. What follows is the scenario's."""
        if page.asked_for_passkey is None:
            return
        asked = self.scenarios.look(PasskeyRequired) or PasskeyRequired()
        if asked.after == "link":
            self._link(page)
        elif asked.after == "code":
            code = "".join(self.environment.random.choices(_LETTERS, k=CODE_LENGTH))
            page.post({"type": "passkey", "step": "code", "code": code})
        else:
            page.post({"type": "passkey", "step": "waiting"})
            page.timer = self.environment.later(asked.phone_ms / 1000, lambda: self._link(page))

    def confirmed(self, page: Page, _message: Json) -> None:
        """The person says that page and phone show the same code."""
        if page.asked_for_passkey is not None:
            self._link(page)

    def cancelled(self, page: Page, _message: Json) -> None:
        """Back to a fresh QR code."""
        page.asked_for_passkey = None
        page.stop_timers()
        self.linking.qr_codes.start(page)

    def _link(self, page: Page) -> None:
        linked_by, page.asked_for_passkey = page.asked_for_passkey, None
        if linked_by is not None:
            self.linking.link(page, linked_by)
