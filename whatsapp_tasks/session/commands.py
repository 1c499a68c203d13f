"""What people ask of an account while its worker runs."""

import logging
from collections.abc import Callable
from typing import Any

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.errors import SessionWaits
from whatsapp_tasks.session.context import AccountContext
from whatsapp_tasks.session.doctor import page_report
from whatsapp_tasks.session.linking import log_out, request_pairing_code
from whatsapp_tasks.session.passkey import answer_passkey, look_at_passkey

log = logging.getLogger(__name__)

ASKED_SECONDS = 9.0
"""For what a person asked and waits for: less than they wait, who would not hear of it otherwise."""


class Commands:
    """``page`` starts a browser if there is none; ``look_soon`` makes the next look come at once. Raises
    SessionWaits and BrowserErrors where there is no page.
    """

    def __init__(
        self,
        context: AccountContext,
        *,
        page: Callable[[], WhatsAppPage],
        look_soon: Callable[[], None],
    ) -> None:
        self._context = context
        self._page = page
        self._look_soon = look_soon

    def restart_browser(self) -> None:
        """Ends the browser in order; the next look opens another."""
        self._context.keeper.restart("asked")
        self._look_soon()

    def screenshot(self) -> bytes | None:
        """PNG of the page, None when there is no browser."""
        page = self._context.keeper.running
        if page is None:
            return None
        return page.screenshot(self._context.look_deadline(), png=True)

    def examine(self) -> dict[str, Any]:
        """What the doctor asks for: see ``page_report``."""
        return page_report(self._page(), self._context.selectors, _asked_deadline())

    def pairing_code(self, phone: str) -> str:
        """A code that links ``phone``; raises RequestRefused saying why there is none."""
        return request_pairing_code(self._page(), phone, _asked_deadline())

    def passkey(self, action: str) -> dict[str, Any]:
        """The passkey ceremony: ``step`` and ``code``, both "" once it is over. ``action`` is a
        ``PasskeyAction``, or "" to look only; raises RequestRefused.
        """
        page, deadline = self._page(), _asked_deadline()
        now = answer_passkey(page, action, deadline) if action else look_at_passkey(page, deadline)
        return {"step": now.step if now else "", "code": now.code if now else ""}

    def log_out(self) -> None:
        """Ends the link with the phone. Where the page offers no way, the login is deleted here; the phone
        lists the device then until someone takes it off there.

        The page comes first, for it needs the login: a failure there leaves an account that is linked and
        says so. Only then are the other copies deleted (docs/decisions, 7). A worker that is killed in
        between gets the order again. Raises BrowserErrors and StoreErrors.
        """
        context = self._context
        try:
            pressed = log_out(self._page())
        except SessionWaits:  # no copy of it runs, and none will
            pressed = False
        context.sessions.set_linked(False)
        if context.vault is not None:
            context.vault.saving.deleted("unlinked")
        if not pressed:
            context.keeper.forget_login()
            log.warning(
                "The page offered no logout; the login was deleted", extra={"account": context.account}
            )
        self._look_soon()


def _asked_deadline() -> Deadline:
    return Deadline.within(ASKED_SECONDS)
