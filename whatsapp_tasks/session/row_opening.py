"""Opens a chat by its row in the list: for chats whose phone is not known."""

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.domain.chat_names import title_name
from whatsapp_tasks.domain.files_shown import is_attaching
from whatsapp_tasks.domain.open_chat import ChatMark, mark_of
from whatsapp_tasks.domain.page_kinds import PageKind, kind_of
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.domain.popups import Popup, popup_of
from whatsapp_tasks.errors import WaitTimeout
from whatsapp_tasks.session.chat_reading import NotRead
from whatsapp_tasks.session.context import AccountContext
from whatsapp_tasks.session.putting_away import put_away

ROW_OPENS_SECONDS = 15.0
SAME_CHAT_SECONDS = 2.0
"""For a row to open another chat; one that does not is that of the open chat."""


def open_row(context: AccountContext, page: WhatsAppPage, title: str) -> None:
    """Opens the chat by a press on its row. Raises NotRead."""
    before = page.look(context.look_deadline())
    if is_attaching(before):
        put_away(context, page)
        before = page.look(context.look_deadline())
    if context.unanswered == before.document:  # a chat that was asked for may open at any time
        context.opened = None
        page.open(Deadline.within(context.settings.boot_timeout_seconds))
        raise NotRead("page_not_ready", "The page was loaded again, to be sure what opens.")
    if kind_of(before) is not PageKind.MAIN or popup_of(before) is not Popup.NONE:
        raise NotRead("page_not_ready", "Something lies over the chats.")
    if not page.chats.press_row(title, context.look_deadline()):
        raise NotRead("row_not_found", "The list shows no chat with this title.")
    was = mark_of(before)
    try:
        snapshot = page.until(
            lambda s: s if _opened(s, title, was) else None,
            Deadline.within(SAME_CHAT_SECONDS if was and was.title == title else ROW_OPENS_SECONDS),
        )
    except WaitTimeout as error:
        snapshot = page.look(context.look_deadline())
        if not _opened(snapshot, title, None):
            context.opened = None
            raise NotRead("chat_not_opened", "The row did not open its chat in time.") from error
    if context.opened is not None and context.opened.holds_in(snapshot):
        return  # it was open already, by its phone
    context.opened = None
    context.opened_chats.opened(title_name(title), snapshot)


def _opened(snapshot: PageSnapshot, title: str, was: ChatMark | None) -> bool:
    """Whether a chat with this title is open, another one than ``was``."""
    mark = mark_of(snapshot)
    if mark is None or snapshot.chat is None or not snapshot.chat.panel or mark.title != title:
        return False
    return was is None or was.moved_to(mark)
