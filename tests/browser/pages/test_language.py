"""The page is kept in one language, whatever the phone makes of it (issue 11, D; whatsapp-web.md, 11.5)."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.browser.pages.stage import within
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage

# As the page does: the server answers in the language of the cookie, what is remembered is read at the start.
PAGE = """<!DOCTYPE html><html lang="%s"><head><script>
window.remembered = localStorage.getItem("WALangPhonePref");
document.title = window.remembered;
</script></head><body></body></html>"""


class _Server(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        cookies = self.headers.get("Cookie", "")
        tags = [part.strip().partition("=")[2] for part in cookies.split(";") if "wa_web_lang_pref=" in part]
        body = (PAGE % "+".join(tags)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def origin() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def shown(page: WhatsAppPage) -> tuple[object, str, str]:
    """The language that was stored at the start, and what a look shows."""
    snapshot = page.look(within())
    title = page.page.evaluate("() => document.title", deadline=within())
    return title, snapshot.language, snapshot.settled_language


def test_each_load_of_ours_is_in_the_language_we_set(whatsapp: WhatsAppPage, origin: str) -> None:
    page = WhatsAppPage(whatsapp.page, origin, whatsapp.selectors, "pt-BR")
    page.open(within())
    assert shown(page) == ('"pt_BR"', "pt_BR", "pt_BR")
    # what a sync with the phone does
    page.page.evaluate(
        """() => { localStorage.setItem("WALangPhonePref", '"de_DE"');
        document.cookie = `wa_web_lang_pref=de_DE; domain=${location.hostname}; path=/`; return true; }""",
        deadline=within(),
    )
    assert page.look(within()).settled_language == "de_DE"
    page.open_chat_by_url("+4915112345678", within())
    assert shown(page) == ('"pt_BR"', "pt_BR", "pt_BR")


def test_without_a_language_the_page_is_left_alone(whatsapp: WhatsAppPage, origin: str) -> None:
    page = WhatsAppPage(whatsapp.page, origin.replace("127.0.0.1", "localhost"), whatsapp.selectors)
    page.open(within())
    assert shown(page)[1:] == ("", "")
