"""The QR codes a page shows while it waits to be linked."""

from dataclasses import dataclass
from functools import partial

from ..environment import Environment
from ..qr import matrix
from ..scenarios.active import ActiveScenarios
from ..scenarios.starting import SlowQr
from ..settings import SettingsInForce
from .devices import QR_SECONDS, new_identity, new_reference
from .pages import Json, Page


@dataclass(frozen=True)
class QrCodes:
    settings: SettingsInForce
    scenarios: ActiveScenarios
    environment: Environment

    def start(self, page: Page) -> None:
        """The first of one round of codes."""
        page.stop_timers()
        page.identity = page.identity or new_identity(self.environment.random)
        slow = self.scenarios.play(SlowQr)
        if slow is None:
            self._show(page, 0)
        else:
            page.timer = self.environment.later(slow.ms / 1000, partial(self._show, page, 0))

    def reload(self, page: Page, _message: Json) -> None:
        """The page's button for another round."""
        if page.device is None:
            self.start(page)

    def _show(self, page: Page, number: int) -> None:
        assert page.identity is not None
        if number == len(QR_SECONDS):
            page.ref = None
            page.post({"type": "qr_idle"})
            return
        settings = self.settings.now
        page.ref = new_reference(page.identity, settings.era, self.environment.random)
        page.post({"type": "qr", "ref": page.ref, "matrix": matrix(page.ref)})
        seconds = QR_SECONDS[number] / settings.speed
        page.timer = self.environment.later(seconds, partial(self._show, page, number + 1))
