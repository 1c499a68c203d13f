"""One table for all failure codes: whose fault a failure is, and its consequences.

Failures caused by one recipient or one text never pause the account: only failures of the page count for the
circuit breaker, and there each recipient, text or file counts once (`culprit`, domain/circuit.py).
"""

from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    RECIPIENT = "recipient"  # this phone, or the chat with it
    TEXT = "text"  # this text
    FILE = "file"  # this file, or the URL that it is to come from
    PAGE = "page"  # WhatsApp's page or server, the browser, the connection
    US = "us"  # what an operator, a setting or this service decided


MAX_ATTEMPTS = 20
"""These take hours, because the circuit opens between them: a page that is down for an evening fails no
message."""
FEW_ATTEMPTS = 3
FETCH_ATTEMPTS = 5
"""Requests for a file; between them the message is `queued`."""


@dataclass(frozen=True)
class Consequence:
    """``attempts``: the message fails after this many attempts with this code; 1 means at once."""

    fault: Fault
    meaning: str
    next_step: str
    """What a person can do."""
    attempts: int = MAX_ATTEMPTS


def _recipient(meaning: str, next_step: str, attempts: int = 1) -> Consequence:
    return Consequence(Fault.RECIPIENT, meaning, next_step, attempts)


def _page(meaning: str, next_step: str) -> Consequence:
    return Consequence(Fault.PAGE, meaning, next_step)


def _us(meaning: str, next_step: str, attempts: int = MAX_ATTEMPTS) -> Consequence:
    return Consequence(Fault.US, meaning, next_step, attempts)


def _file(meaning: str, next_step: str, attempts: int = 1) -> Consequence:
    return Consequence(Fault.FILE, meaning, next_step, attempts)


_CONTACT_OTHERWISE = "Contact this person another way."
_LOOK_AT_EVIDENCE = "Look at the picture of the page in the console's evidence."
_NOTHING_OR_STATUS = "Nothing: it is tried again. If it continues, run `whatsapp-tasks state`."
_OTHER_FILE = "Send another file with a new key."
_OTHER_URL = "Check the URL, and send again with a new key."
_LOOK_INTO_CHAT = "Check the chat on the phone before you send it again with a new key."


FAULTS: dict[str, Consequence] = {
    "not_on_whatsapp": _recipient(
        "the number is not on WhatsApp (other numbers are found)",
        "Check the number; contact this person another way.",
    ),
    "recipient_opted_out": _recipient(
        "the recipient asked not to get messages",
        "Do not write. Remove the opt-out only if the person asks you to.",
    ),
    "recipient_blocked": _recipient(
        "the account has blocked this contact", "Unblock the contact on the phone, or do not write."
    ),
    "country_blocked": _recipient(
        "this business does not chat with the account's country", _CONTACT_OTHERWISE
    ),
    "terms_not_accepted": _recipient(
        "WhatsApp's new terms must be accepted on the phone",
        "Open WhatsApp on the phone and accept them there.",
    ),
    "chat_admins_only": _recipient(
        "only admins can write to this group", "Ask for the account to be made an admin of the group."
    ),
    "chat_left": _recipient(
        "the account is not in this group any more", "Ask for the account to be invited again."
    ),
    "chat_closed": _recipient("the chat has been closed", _CONTACT_OTHERWISE),
    "chat_ambiguous": _recipient(
        "several chats have the name of this one, which has no phone",
        "Rename one of them, on the phone; the error names those that are known.",
    ),
    "chat_not_listed": _recipient(
        "the list of chats shows none with this chat's name",
        "Look for it on the phone: it may be archived, deleted or renamed.",
        FEW_ATTEMPTS,
    ),
    "chat_not_proved": _recipient(
        "the chat with this chat's name shows none of its known messages",
        "Check on the phone that it is the one; it is known again once a message in it was read.",
        FEW_ATTEMPTS,
    ),
    "chat_whatsapp_only": _recipient("only WhatsApp can write to this chat", "Write to another number."),
    "chat_agent_only": _recipient("an AI agent answers in this chat", _CONTACT_OTHERWISE),
    "whatsapp_refused": _recipient(
        "the bubble itself shows that it was not sent",
        "Look at the bubble on the phone: WhatsApp gives the reason there.",
    ),
    "chat_not_writable": _recipient(
        "the chat has no compose box, for an unknown reason", _LOOK_AT_EVIDENCE, FEW_ATTEMPTS
    ),
    "wrong_chat": _recipient(
        "the chat's name is another phone number",
        "Correct the contact's name on the phone, or find out who uses that name.",
        FEW_ATTEMPTS,
    ),
    "chat_moved": _recipient("the open chat changed while the message was typed", _NOTHING_OR_STATUS, 8),
    "quote_changed": _recipient(
        "what would be quoted changed while the message was typed", _NOTHING_OR_STATUS, 8
    ),
    "quote_stays": _recipient(
        "a reply that somebody began in this chat cannot be removed",
        "Look at the picture of the page in the console's evidence; close what is over the box there.",
        FEW_ATTEMPTS,
    ),
    "reply_not_armed": _recipient(
        "the message replied to is not found in its chat, or WhatsApp Web does not quote it",
        "Check in the chat that it is still there, or send with `reply_policy` `send_plain` and a new key.",
        FEW_ATTEMPTS,
    ),
    "chat_locked": _recipient(
        "WhatsApp locks new chats, and this chat had no compose box",
        "Wait: it is sent when the lock is over, or this chat is open again.",
        MAX_ATTEMPTS,
    ),
    "restricted": _recipient(
        "the same, and the chat was not opened again yet",
        "Wait; `GET /accounts/{account}` shows the end of the lock if WhatsApp shows it.",
        MAX_ATTEMPTS,
    ),
    "answer_unknown": _recipient("the page answered with an unknown dialog", _LOOK_AT_EVIDENCE, MAX_ATTEMPTS),
    "text_not_kept": Consequence(
        Fault.TEXT,
        "the compose box changes this text",
        "Change the text: lists, emoticons and unusual characters are the likely cause.",
        FEW_ATTEMPTS,
    ),
    "file_gone": _file(
        "the file is not in the object store any more, or was changed there",
        "Upload it again, and send with a new key. Web, webhooks and workers must share one store "
        "(`WHATSAPP_FILES`), and nobody else may delete from it.",
    ),
    "file_unreadable": _file("the file cannot be examined or converted", _OTHER_FILE),
    "file_empty": _file("the file is empty, at its URL or as WhatsApp sees it", _OTHER_FILE),
    "file_too_large": _file(
        "the file is larger than allowed, or than WhatsApp takes as this kind",
        "Send a smaller file, or send it as a document.",
    ),
    "file_picture_too_large": _file("the picture at the URL has too many pixels", _OTHER_FILE),
    "file_type_contradicts": _file("the file at the URL is not what its name says", _OTHER_URL),
    "file_kind_impossible": _file(
        "the file at the URL cannot be sent as the kind that was asked for", "Send it as a document."
    ),
    "file_url_address": _file(
        "the URL leads to an address that is not public",
        "Use a public URL, or set `WHATSAPP_FILE_URL_ALLOW_PRIVATE` if the server is yours.",
    ),
    "file_url_redirected": _file("the URL redirects where nothing is fetched from, or too often", _OTHER_URL),
    "file_url_forbidden": _file(
        "the URL needs a login (401, 403)",
        "Use a URL that needs none, for example a signed one, or upload the file.",
    ),
    "file_url_not_found": _file("there is no file at the URL (404, 410)", _OTHER_URL),
    "file_url_is_page": _file("there is a web page at the URL, perhaps a login", _OTHER_URL),
    "file_url_failed": _file("the URL answered with an error", _OTHER_URL, FETCH_ATTEMPTS),
    "file_url_unreachable": _file("the URL's server cannot be reached", _OTHER_URL, FETCH_ATTEMPTS),
    "file_url_slow": _file(
        "the file did not arrive in time",
        "Use a faster server, or raise `WHATSAPP_FILE_URL_SECONDS`.",
        FETCH_ATTEMPTS,
    ),
    "file_url_cut_off": _file("the file ended before its declared length", _OTHER_URL, FETCH_ATTEMPTS),
    "file_fetch_broken_off": _file(
        "attempts to fetch the file ended again and again without a result, as when the worker is killed",
        "Read the log of the webhooks worker, and send again with a new key.",
        MAX_ATTEMPTS,
    ),
    "file_not_supported": _file(
        "WhatsApp does not take this file", "Send it as a document, or in another format."
    ),
    "file_not_loaded": _file("WhatsApp cannot load the file", "Send it as a document.", FEW_ATTEMPTS),
    "file_kind_not_taken": _file(
        "WhatsApp would send the file as another kind", "Send it as a document.", FEW_ATTEMPTS
    ),
    "file_upload_stopped": _file(
        "the upload failed, and the bubble shows it", "Send it again with a new key.", 1
    ),
    "file_uploading": _file(
        "the file was still being uploaded at the end of the time for it", _LOOK_INTO_CHAT
    ),
    "attach_not_found": _page("the button or the menu for files is not found", _LOOK_AT_EVIDENCE),
    "preview_not_shown": _page("the preview of the file did not come in time", _NOTHING_OR_STATUS),
    "preview_unexpected": _page("the preview shows another file, or several", _LOOK_AT_EVIDENCE),
    "page_not_ready": _page("the page does not show the chats", _NOTHING_OR_STATUS),
    "page_offline": _page("the page has no connection", "Check the network of the worker's machine."),
    "lookup_unavailable": _page("WhatsApp finds neither this number nor others reliably", _NOTHING_OR_STATUS),
    "chat_not_opened": _page("the chat did not open in time", _NOTHING_OR_STATUS),
    "dialog_stays": _page("a dialog covers the page", _LOOK_AT_EVIDENCE),
    "box_not_ready": _page("the compose box is gone or does not take the focus", _NOTHING_OR_STATUS),
    "input_stopped": _page("something took the focus while the text was typed", _NOTHING_OR_STATUS),
    "enter_ignored": _page("the text stayed in the box after Enter", _NOTHING_OR_STATUS),
    "enter_does_not_send": _page(
        '"Enter is send" is off; the send button is used from then on',
        "Nothing, or switch the setting on in WhatsApp Web.",
    ),
    "bubble_not_seen": _page("no bubble appeared after Enter", _LOOK_INTO_CHAT),
    "page_left": _page("the page left the chats after Enter", _LOOK_INTO_CHAT),
    "still_pending": _page("WhatsApp's server did not confirm the message in time", _LOOK_INTO_CHAT),
    "chat_unclear": _page("the chat does not show whether the message was sent", _LOOK_INTO_CHAT),
    "browser_failed": _page(
        "browser, driver or page died or hung",
        "Nothing: the browser is restarted. If it continues, run `whatsapp-tasks doctor`.",
    ),
    "paused": _us("the account was paused meanwhile", "Resume the account when it should send again."),
    "expired": _us(
        "`expires_at` passed before Enter", "Send it again with a later `expires_at`, if it still matters."
    ),
    "daily_cap": _us("postponed to a day with room under the cap", "Nothing: it is sent on that day."),
    "daily_cap_reached": _us(
        "no day in the near future has room under the cap",
        "Send fewer messages, send later, or raise the cap.",
        1,
    ),
    "file_store_unavailable": _us(
        "the object store of files is unavailable, or the disk is full",
        "Make the object store available (mount its disk), and free space on the disk.",
    ),
    "worker_died": _us("the worker died before Enter", "Nothing: the message is typed again."),
    "not_in_chat": _us("the chat shows that it was not sent", "Nothing: the message is typed again."),
}


AFTER_ENTER = frozenset({"bubble_not_seen", "page_left", "still_pending", "file_uploading", "chat_unclear"})
"""For these the chat decides what happens next, not a number of attempts (``retries.decide_settle``)."""


def consequence_of(code: str) -> Consequence:
    """Raises KeyError for an unknown code: each code needs a decision."""
    return FAULTS[code]


def counts_for_circuit(code: str) -> bool:
    """Whether the failure may mean that the page does not work at present."""
    return consequence_of(code).fault is Fault.PAGE


_PERHAPS_THE_FILE = frozenset({"preview_not_shown", "preview_unexpected"})
_PERHAPS_THE_TEXT = frozenset({"input_stopped", "enter_ignored"})


def culprit(code: str, phone: str, text: str, file_digest: str | None) -> str:
    """Whom a failure counts for, once, in the circuit: the recipient, or the text or file if that may be the
    cause. One text that no page takes goes to many recipients, and must not open the circuit.

    After Enter the recipient counts: a page that swallows messages is to be stopped, also where all of them
    have one text.
    """
    if code in _PERHAPS_THE_TEXT and text:
        return text
    return file_digest if file_digest is not None and code in _PERHAPS_THE_FILE else phone


_UNDERSTOOD_BY_A_PICTURE = frozenset(
    {
        *("chat_not_writable", "wrong_chat", "answer_unknown", "text_not_kept", "chat_not_proved"),
        *("quote_stays", "reply_not_armed"),
    }
)


def explained_by_a_picture(code: str) -> bool:
    """Whether a picture of the page helps a person more than the code alone."""
    return counts_for_circuit(code) or code in _UNDERSTOOD_BY_A_PICTURE
