"""The passkey ceremony, as a person at the console steers it (docs/passkeys.md).

Nothing here answers for the person: the page's own buttons are pressed, and nothing is forged.
"""

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.domain.passkey_screen import Passkey, PasskeyStep
from whatsapp_tasks.errors import RequestRefused, WaitTimeout

SETTLED_SECONDS = 5.0
"""For the screen to show what followed from a click."""


def look_at_passkey(page: WhatsAppPage, deadline: Deadline) -> Passkey:
    """Where the ceremony is; raises RequestRefused (``passkey_not_asked``) when there is none."""
    passkey = page.look(deadline).passkey
    if passkey is None:
        raise RequestRefused(
            "passkey_not_asked", "WhatsApp asks for no passkey on this page now.", http_status=409
        )
    return passkey


def answer_passkey(page: WhatsAppPage, action: str, deadline: Deadline) -> Passkey | None:
    """Press the page's button for ``action``. Returns where the ceremony is then, None when it is over.

    Raises RequestRefused when there is no ceremony, or no such button at this step.
    """
    before = look_at_passkey(page, deadline)
    button = before.button(action)
    if button is None:
        raise RequestRefused(
            "passkey_step",
            f"At the step '{before.step}' there is nothing to {action}.",
            http_status=409,
        )
    page.press(button, deadline)

    def changed(snapshot: PageSnapshot) -> tuple[Passkey | None] | None:
        now = snapshot.passkey
        left = now is None or now.step not in (before.step, PasskeyStep.PENDING)
        return (now,) if left else None

    try:
        (after,) = page.until(changed, deadline.capped(SETTLED_SECONDS))
    except WaitTimeout:
        return page.look(deadline).passkey
    return after
