"""The first words between a page and the server: which device is it, and what does it start with."""

from dataclasses import dataclass

from ..scenarios.active import ActiveScenarios
from ..settings import SettingsInForce
from .chat_json import account_json
from .devices import Device
from .memory import Memory
from .pages import Json, Page, Pages
from .qr_codes import QrCodes


@dataclass(frozen=True)
class Welcome:
    settings: SettingsInForce
    scenarios: ActiveScenarios
    pages: Pages
    memory: Memory
    qr_codes: QrCodes

    def hello(self, page: Page, message: Json) -> None:
        """A page has connected, with the token of its device if it has one."""
        page.device = self._device(message.get("token"))
        page.browser = str(message.get("browser") or "")
        page.own_kept = frozenset(map(str, message.get("own_kept") or ()))
        if page.device is None:
            page.post({"type": "welcome", "linked": False, **self._surroundings()})
            self.qr_codes.start(page)
            return
        self.pages.count_alive(page.device)
        page.superseded = bool(message.get("superseded"))
        if not message.get("again"):
            self._take_over(page, page.device)
        account = account_json(page.device, self.memory.mailbox, self.settings.now)
        linked = {"linked": True, "token": page.device.token}
        page.post({"type": "welcome", **linked, **self._surroundings(), **account})

    def _device(self, token: str | None) -> Device | None:
        device = self.memory.devices.find(token)
        if device is None and self.settings.now.login_at_once:
            return self.memory.devices.latest()
        return device

    def _take_over(self, page: Page, device: Device) -> None:
        """The other pages of the device ask "Use here"."""
        for other in self.pages.of(device):
            if other is not page and not other.superseded:
                other.superseded = True
                other.post({"type": "conflict", "other": "tab"})

    def _surroundings(self) -> Json:
        return {"settings": self.settings.now.model_dump(), "scenarios": self.scenarios.as_json()}
