"""Opens the chat with a phone, and knows that it is this chat (domain/open_chat.py says how)."""

from typing import assert_never

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.domain.chat_names import phone_name
from whatsapp_tasks.domain.chat_snapshot import Chat
from whatsapp_tasks.domain.files_shown import is_attaching
from whatsapp_tasks.domain.open_chat import OpenChat, Opening, mark_of
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.errors import SendPostponed
from whatsapp_tasks.session.attempt_evidence import take_picture
from whatsapp_tasks.session.context import AccountContext
from whatsapp_tasks.session.lookups import confirm_unknown
from whatsapp_tasks.session.navigation import dismiss, leave_chat, navigate
from whatsapp_tasks.session.putting_away import put_away


def open_chat(context: AccountContext, page: WhatsAppPage, phone: str, *, fresh: bool = False) -> Chat:
    """The open chat with ``phone``; ``context.opened`` says so too. ``fresh`` loads the page again.

    Raises SendRefused (``not_on_whatsapp``), SendPostponed, and the page's BrowserErrors; nothing was typed.
    """
    deadline = Deadline.within(context.settings.open_chat_timeout_seconds)
    context.opened_chats.about_to_open(phone_name(phone))
    while True:
        outcome, snapshot = navigate(context, page, phone, fresh=fresh, deadline=deadline)
        if outcome is Opening.INVALID:
            dismiss(page, snapshot, deadline)
            outcome, snapshot = confirm_unknown(context, page, phone, snapshot)
        match outcome:
            case Opening.OPEN | Opening.BARE:
                if is_attaching(snapshot):  # files chosen earlier come back with their chat
                    put_away(context, page)
                    continue
                return _trust(context, page, phone, snapshot)
            case Opening.GONE:
                raise SendPostponed("page_not_ready", "The page left its main state while a chat was opened.")
            case Opening.WRONG:
                take_picture(context, "wrong_chat")
                leave_chat(context, page)
                raise SendPostponed(
                    "wrong_chat",
                    "The chat that WhatsApp opened bears another phone number as its name; "
                    "rename the contact on the phone if it is the right one.",
                )
            case Opening.NUISANCE:
                dismiss(page, snapshot, deadline)
            case Opening.COVERED:
                take_picture(context, "answer_unknown")
                # Not ours to answer: in a language we do not know its button may say "Log out".
                page.open(Deadline.within(context.settings.boot_timeout_seconds))
                raise SendPostponed(
                    "answer_unknown", "WhatsApp answered with a dialog in words that are not known."
                )
            case Opening.INVALID:
                raise SendPostponed("lookup_unavailable", "WhatsApp contradicts itself about this number.")
            case unknown:
                assert_never(unknown)


def _trust(context: AccountContext, page: WhatsAppPage, phone: str, snapshot: PageSnapshot) -> Chat:
    chat, mark = snapshot.chat, mark_of(snapshot)
    assert chat is not None
    assert mark is not None
    if context.opened is None:
        context.opened = OpenChat(phone, mark)
        context.opened_chats.opened(phone_name(phone), snapshot)
        if "unknown_number" not in page.names_of(chat.title):
            context.sessions.learn_chat_title(phone, chat.title)
    return chat
