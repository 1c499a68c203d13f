"""A page of chats whose messages have files, which it lets the browser save: a model without a browser."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.support.chats_page import ChatsPage
from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.downloads import Downloaded, DownloadLimits
from whatsapp_tasks.domain.bubbles import Revealed
from whatsapp_tasks.domain.open_chat import ChatMark
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.errors import DownloadStopped, InputStopped, WaitTimeout


class FilesPage(ChatsPage):
    """What it was asked for and is not waited for any more, it offers the next time, in the same load."""

    def __init__(self, clock: Any) -> None:
        super().__init__(clock)
        self._late: list[bytes] = []
        self.downloads = 0
        self._menu = ""

    def send_file(
        self, title: str, content: bytes | None, *, kind: str = "document", name: str = "", size: str = ""
    ) -> str:
        """A new message with a file; None: it is on no server any more."""
        message_id = self.write(title, "", kind=kind)
        self.chat(title).messages[-1] |= {
            "content": content,
            "file": {"kind": kind, "name": name, "size": size, "offered": content is None},
        }
        return message_id

    def new_document(self) -> None:
        super().new_document()
        self._late = []

    def _chat_shown(self) -> dict[str, Any] | None:
        shown = super()._chat_shown()
        for bubble, message in zip((shown or {}).get("bubbles", ()), self._shown_messages(), strict=True):
            bubble["file"] = message.get("file")
        return shown

    def _shown_messages(self) -> list[dict[str, Any]]:
        return self._messages() if self._open is not None else []

    def look(self, deadline: Deadline, *, rows: bool = False, bubbles: int = 60) -> PageSnapshot:
        found = super().look(deadline, rows=rows, bubbles=bubbles)
        object.__setattr__(found, "message_menu", bool(self._menu))
        return found

    def reveal(self, bubble_id: str, before: str, deadline: Deadline) -> Revealed:
        chat = self.look(deadline).chat
        bubble = next((b for b in chat.bubbles if b.id == bubble_id), None) if chat else None
        if bubble is None:
            raise WaitTimeout
        return Revealed(bubble, "")

    def open_message_menu(self, mark: ChatMark, bubble: str, deadline: Deadline) -> None:
        self._menu = bubble

    def focus(self, mark: ChatMark, deadline: Deadline, box: str) -> None:
        self._menu = ""

    def press_download(self, mark: ChatMark, deadline: Deadline) -> None:
        if not any(m["id"] == self._menu and "file" in m for m in self._shown_messages()):
            raise InputStopped("no_box")

    def download(
        self, folder: Path, press: Callable[[], None], limits: DownloadLimits, deadline: Deadline
    ) -> Downloaded:
        press()
        wanted, self._menu = self._menu, ""
        content = next(m["content"] for m in self._shown_messages() if m["id"] == wanted)
        for _ in range(20):
            if not limits.may_go_on():
                self._late += [content] if content is not None else []
                raise DownloadStopped("given_up")
            self.clock.sleep(0.5)
        if content is None:
            raise DownloadStopped("not_begun")
        self.downloads += 1
        (folder / "guid").write_bytes(self._late.pop() if self._late else content)
        return Downloaded(folder / "guid", "page's name.bin")
