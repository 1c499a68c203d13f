"""The person at the desktop where ``whatsapp-tasks link --here`` runs, as a program:

    python -m tests.support.person_at_desk PICTURES ARGUMENTS OF whatsapp-tasks…

Their browser has a passkey (a virtual authenticator), and they press WhatsApp's own buttons. The command and
its window are the real ones. Pictures of each step go into the folder PICTURES, if that is not empty.
"""

import sys
from pathlib import Path
from typing import Any

from tests.support.passkeys import add_passkey
from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.cli import link_here, main
from whatsapp_tasks.domain.page_kinds import kind_of
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.domain.passkey_screen import PasskeyStep
from whatsapp_tasks.session.person_link import PersonLink


class Person:
    def __init__(self, pictures: Path | None) -> None:
        self._pictures = pictures
        self._page: WhatsAppPage | None = None
        self._seen: set[str] = set()

    def sits_down(self, page: WhatsAppPage) -> None:
        self._page = page
        add_passkey(page.page)

    def sees(self, snapshot: PageSnapshot) -> None:
        assert self._page is not None
        deadline = Deadline.within(30)
        step = str(snapshot.passkey.step) if snapshot.passkey else ""
        name = "-".join(part for part in (str(kind_of(snapshot)), step) if part)
        if self._pictures is not None and name not in self._seen:
            self._seen.add(name)
            (self._pictures / f"{name}.png").write_bytes(self._page.page.screenshot(deadline, png=True))
        passkey = snapshot.passkey
        if passkey is not None and passkey.step is PasskeyStep.PROMPT and passkey.go is not None:
            self._page.press(passkey.go, deadline)


def run() -> None:
    pictures, *arguments = sys.argv[1:]
    person = Person(Path(pictures) if pictures else None)

    def with_person(**parts: Any) -> PersonLink:
        shown = parts["shown"]

        def sees(snapshot: PageSnapshot) -> None:
            shown(snapshot)
            person.sees(snapshot)

        return PersonLink(**{**parts, "shown": sees, "opened": person.sits_down})

    vars(link_here)["PersonLink"] = with_person
    sys.argv = ["whatsapp-tasks", *arguments]
    main.main()


if __name__ == "__main__":
    run()
