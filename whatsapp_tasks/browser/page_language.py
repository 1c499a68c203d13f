"""Keeps WhatsApp Web in one language, as far as it can be kept (docs/whatsapp-web.md, 11.5).

The server chooses the language by a cookie. The page remembers one in its local storage, which must agree:
else it reloads itself. When it syncs it takes over the language of the phone, for its next load. So both are
set again before every load of ours.
"""

import json
from urllib.parse import urlsplit

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.page import Page

COOKIE = "wa_web_lang_pref"
COOKIE_SECONDS = 4 * 7 * 24 * 3600.0
"""As long as the page's own."""

# Before the scripts of the page run, which compare it with the language they are in.
_REMEMBER = """if (location.origin === %(origin)s) {
  try {
    localStorage.setItem("WALangPhonePref", JSON.stringify(%(tag)s));
  } catch {} // no storage here: there is nothing that could disagree
}"""


class PageLanguage:
    """``language`` is a tag like ``pt-BR``; "" leaves the page in whatever language it is."""

    def __init__(self, page: Page, origin: str, language: str) -> None:
        self._page = page
        parts = urlsplit(origin)
        self._origin, self._host = f"{parts.scheme}://{parts.netloc}", parts.hostname or ""
        self._tag = language.replace("-", "_")
        self._remembered = False

    def pin(self, deadline: Deadline) -> None:
        """To be called before each load of the page."""
        if not self._tag:
            return
        if not self._remembered:
            self._page.run_at_start(
                _REMEMBER % {"origin": json.dumps(self._origin), "tag": json.dumps(self._tag)}, deadline
            )
            self._remembered = True
        self._page.set_cookie(
            COOKIE,
            self._tag,
            f"{self._origin}/",
            domain=self._host,
            seconds=COOKIE_SECONDS,
            deadline=deadline,
        )
