"""Keeps WhatsApp Web in one language, as far as possible (docs/whatsapp-web.md, 11.5).

The server chooses the language by a cookie. The page stores one in its local storage, which must agree:
otherwise it reloads itself. When it syncs, it adopts the language of the phone for its next load. So we set
both again before each of our loads.
"""

import json
from urllib.parse import urlsplit

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.page import Page

COOKIE = "wa_web_lang_pref"
COOKIE_SECONDS = 4 * 7 * 24 * 3600.0
"""As long as the page's own cookie."""

# Runs before the page's scripts, which compare it with their language.
_REMEMBER = """if (location.origin === %(origin)s) {
  try {
    localStorage.setItem("WALangPhonePref", JSON.stringify(%(tag)s));
  } catch {} // no storage here: there is nothing that could disagree
}"""


class PageLanguage:
    """``language`` is a tag like ``pt-BR``; "" does not change the page's language."""

    def __init__(self, page: Page, origin: str, language: str) -> None:
        self._page = page
        parts = urlsplit(origin)
        self._origin, self._host = f"{parts.scheme}://{parts.netloc}", parts.hostname or ""
        self._tag = language.replace("-", "_")
        self._remembered = False

    def pin(self, deadline: Deadline) -> None:
        """Call this before each load of the page."""
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
