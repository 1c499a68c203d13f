"""What the look makes of pieces of the page as it really is (docs/whatsapp-web.md, 10 to 12): issue 11, C."""

import re
from collections.abc import Callable

import pytest

from tests.browser.pages.stage import within
from tests.browser.pages.test_fragments import FRAGMENTS, look_at
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.domain.bubbles import Bubble
from whatsapp_tasks.domain.chat_snapshot import Chat
from whatsapp_tasks.domain.open_chat import Opening, judge_opening, phone_of_ids
from whatsapp_tasks.domain.page_kinds import PageKind, kind_of
from whatsapp_tasks.domain.page_parts import judge_parts, lacks_box, missing_in_chat
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.domain.popups import Popup, popup_of
from whatsapp_tasks.domain.restrictions import RestrictionKind, restriction_on

Look = Callable[[str], PageSnapshot]


@pytest.fixture
def look(whatsapp: WhatsAppPage) -> Look:
    return lambda name: look_at(whatsapp, (FRAGMENTS / f"{name}.html").read_text("utf-8"))


def chat_in(snapshot: PageSnapshot) -> Chat:
    assert snapshot.chat is not None
    return snapshot.chat


# The open chat


def test_a_drawing_that_bears_the_id_of_the_chat_is_no_chat(look: Look, whatsapp: WhatsAppPage) -> None:
    """Issue 11, C1."""
    snapshot = look("key_in_the_list")
    assert (kind_of(snapshot), snapshot.chat) == (PageKind.MAIN, None)
    assert missing_in_chat(snapshot) == ()
    assert not [part for part in judge_parts(whatsapp.parts(within()), snapshot) if part.broken]


def test_a_chat_that_is_mounted_beforehand_is_not_the_open_one(look: Look, whatsapp: WhatsAppPage) -> None:
    """Issue 11, C1; 12.3."""
    snapshot = look("two_chats_mounted")
    chat = chat_in(snapshot)
    assert chat.title == "Ada"
    assert [bubble.text for bubble in chat.bubbles] == ["from Ada"]
    assert chat.compose is not None
    assert chat.compose.text == "for Ada"
    assert not [part for part in judge_parts(whatsapp.parts(within()), snapshot) if part.broken]


def test_elements_keep_their_numbers_and_another_chat_has_others(look: Look, whatsapp: WhatsAppPage) -> None:
    """Issue 11, A; 11.6."""
    first = chat_in(look("bubbles_e1"))
    again = chat_in(whatsapp.look(within()))
    assert (again.nodes, again.compose) == (first.nodes, first.compose)
    assert all(first.nodes)
    assert len({*first.nodes, first.compose.node if first.compose else 0}) == 4
    whatsapp.page.evaluate(
        "() => { const m = document.querySelector('#main'); m.replaceWith(m.cloneNode(true)); return true; }",
        deadline=within(),
    )
    assert not {*chat_in(whatsapp.look(within())).nodes} & {*first.nodes}


def test_a_page_load_has_a_name(look: Look, whatsapp: WhatsAppPage) -> None:
    first = look("bubbles_e1").document
    assert first
    assert whatsapp.look(within()).document == first
    assert look("bubbles_e1").document not in ("", first)


def test_the_own_chat_and_the_buttons_of_2024_are_well(look: Look, whatsapp: WhatsAppPage) -> None:
    """Issue 11, C14."""
    snapshot = look("own_chat_2024")
    assert chat_in(snapshot).title == "Ada (You)"
    assert snapshot.banners == ()
    assert not snapshot.trouble
    assert missing_in_chat(snapshot) == ()
    assert not [part for part in judge_parts(whatsapp.parts(within()), snapshot) if part.broken]


# Messages


def test_a_failed_message_is_ours_and_theirs_bears_no_tick(look: Look) -> None:
    """Issue 11, C2."""
    bubbles = chat_in(look("failed_e3")).bubbles
    assert [(b.id, b.outgoing, b.tick) for b in bubbles] == [
        ("3A01", False, None),
        ("3EB01", True, "failed"),
        ("3EB02", True, "failed"),
        ("3A02", False, None),
        ("3A03", False, None),
        ("3EB03", True, "failed"),
    ]


def test_the_mark_of_the_first_eras_is_recognised_by_its_label_or_icon(look: Look) -> None:
    """Issue 11, C2."""
    bubbles = chat_in(look("failed_e2")).bubbles
    assert [(b.outgoing, b.tick) for b in bubbles] == [(True, "failed"), (True, "failed"), (False, None)]


def test_what_the_server_has_did_not_fail(look: Look) -> None:
    """A reaction or an edit of ours that failed leaves its mark on a message of ours that was read."""
    bubbles = chat_in(look("failed_reaction")).bubbles
    assert [(b.outgoing, b.tick) for b in bubbles] == [(True, "read"), (True, "failed")]


def test_a_name_that_was_cut_in_the_middle_of_an_emoji_is_a_name(look: Look, whatsapp: WhatsAppPage) -> None:
    """Half a surrogate pair is no text: it ended the round of the worker, and with it the account's sends."""
    look("failed_reaction")
    cut = """() => {
      for (const node of document.querySelectorAll("#main header span, #main .selectable-text > span")) {
        node.textContent = "Ada \\ud83d";
      }
      return true;
    }"""
    whatsapp.page.evaluate(cut, deadline=within())
    chat = chat_in(whatsapp.look(within()))
    assert (chat.title, chat.bubbles[0].text) == ("Ada \ufffd", "Ada \ufffd")


def test_a_reply_is_read_without_what_it_quotes(look: Look) -> None:
    """Issue 11, C3."""
    bubbles = chat_in(look("replies_e3")).bubbles
    assert [(b.text, b.quoted) for b in bubbles] == [
        ("STOP", "Your order is ready"),
        ("a bold word\none\ntwo\nsaid\nend", None),
        (None, "only a picture answers"),
    ]


def test_a_quotation_without_test_ids_is_recognised_by_its_structure(look: Look) -> None:
    """Issue 11, C3."""
    bubbles = chat_in(look("replies_e2")).bubbles
    assert [(b.text, b.quoted) for b in bubbles] == [
        ("STOP", "Your order is ready"),
        ("a secret: 42", "theirs"),
    ]


def test_a_folded_text_is_recognised_by_the_control_after_it(look: Look) -> None:
    """Issue 11, 0.1."""
    bubbles = chat_in(look("folded")).bubbles
    assert [(b.text, b.folded) for b in bubbles] == [
        ("A long story that goes on and on", True),
        ("Without a mark of its own", True),
        ("to be continued…", False),
        ("whole", False),
    ]


def test_who_wrote_it_is_recognised_by_positive_signs_alone(look: Look) -> None:
    """Issue 11, C2: a receipt that is missing is no sign of theirs."""
    bubbles = chat_in(look("directions")).bubbles
    assert [b.outgoing for b in bubbles] == [False, False, True, True, None, None]


def test_tails_hang_on_the_other_side_where_one_reads_from_right_to_left(whatsapp: WhatsAppPage) -> None:
    """12.4."""
    html = (FRAGMENTS / "directions.html").read_text("utf-8")
    mirrored = html.replace('<div id="app">', '<div id="app" dir="rtl">')
    mirrored = (
        mirrored.replace("tail-in", "tail-x").replace("tail-out", "tail-in").replace("tail-x", "tail-out")
    )
    snapshot = look_at(whatsapp, mirrored.replace('aria-label="Ada:"', "").replace('aria-label="You:"', ""))
    assert [b.outgoing for b in chat_in(snapshot).bubbles] == [False, False, True, True, None, None]


TITLES = """<div id="app"><div id="side"><div id="pane-side"></div></div><div id="main"><header>%s</header>
<div data-tab="8"></div>
<footer><div contenteditable="true" role="textbox" data-tab="10"></div></footer></div></div>"""
E3_TITLE = """<div role="button" data-tab="6" data-testid="conversation-info-header">
<span dir="auto" data-testid="conversation-info-header-chat-title">%s</span></div>"""
PICTURED = '<img alt="%s" data-plain-text="%s" class="emoji" src="data:,">'


@pytest.mark.parametrize(
    ("shown", "title"),
    [
        ("Ada " + PICTURED % ("❤️", "❤️"), "Ada ❤️"),
        (PICTURED % ("🦊", "🦊"), "🦊"),
        ("<span>Ada</span> " + PICTURED % ("🧮", "🧮") + " Lovelace", "Ada 🧮 Lovelace"),
    ],
)
def test_a_name_with_emoji_is_read_as_the_list_has_it(whatsapp: WhatsAppPage, shown: str, title: str) -> None:
    """12.12: they are pictures in the header, which has no `title`. A name of nothing else was none, and its
    chat never seemed to open.
    """
    assert chat_in(look_at(whatsapp, TITLES % (E3_TITLE % shown))).title == title


@pytest.mark.parametrize("line", ["online", "typing…", "last seen today at 12:04"])
def test_the_line_below_the_name_is_not_the_name(whatsapp: WhatsAppPage, line: str) -> None:
    """12.12: in a build without test ids only that line has a `title`, and it changes all the time."""
    header = f"""<div role="button" data-tab="6"><div><span dir="auto">Ada</span></div>
        <div><span dir="auto" title="{line}" class="selectable-text">{line}</span></div></div>"""
    assert chat_in(look_at(whatsapp, TITLES % header)).title == "Ada"


def test_a_name_without_marks_of_its_own_is_the_first_in_the_header(whatsapp: WhatsAppPage) -> None:
    header = """<div role="button" data-tab="6"><span><svg width="9"><title>x</title></svg></span>
        <div><span>Ada</span></div><div><span>online</span></div></div>"""
    assert chat_in(look_at(whatsapp, TITLES % header)).title == "Ada"


PICTURE_ROW = """<div role="row"><div data-id="true_4915112345678@c.us_P1"><div class="message-out">
<div role="button"><img src="data:image/jpeg;base64,AA=="></div><div><span>12:04</span>
<span data-icon="%s" aria-label="%s"></span></div></div></div></div>"""


@pytest.mark.parametrize(
    ("icon", "label", "tick"),
    [
        ("msg-time-light", " Ausstehend ", "pending"),
        ("msg-check-light", " Gesendet ", "sent"),
        ("msg-dblcheck-light", " Zugestellt ", "delivered"),
        ("msg-dblcheck-light", " Read ", "read"),
        ("msg-dblcheck-ack-light", "", "read"),
    ],
)
def test_the_tick_of_a_picture_has_a_name_of_its_own(
    whatsapp: WhatsAppPage, icon: str, label: str, tick: str
) -> None:
    """12.12: it lies on the picture, in white, where there is no caption."""
    html = TITLES.replace('<div data-tab="8">', '<div data-tab="8">' + PICTURE_ROW % (icon, label))
    [bubble] = chat_in(look_at(whatsapp, html % (E3_TITLE % "Ada"))).bubbles
    assert (bubble.tick, bubble.outgoing) == (tick, True)


@pytest.mark.parametrize("word", ["Edited", "Bearbeitet", "Modifié", "Изменено", "تم التعديل", "已编辑"])
def test_an_edited_message_is_reported_in_each_language(whatsapp: WhatsAppPage, word: str) -> None:
    """Else its new text would say that ours was never sent, and it would be sent again."""
    row = f"""<div role="row"><div data-id="A1" data-testid="conv-msg-A1"><span aria-label="You:"></span>
        <div class="copyable-text"><span data-testid="selectable-text">other words</span></div>
        <div data-testid="msg-meta"><span>{word}</span><span>12:04</span>
        <svg><title>wds-ic-read</title></svg></div></div></div>"""
    html = TITLES.replace('<div data-tab="8">', '<div data-tab="8">' + row)
    [bubble] = chat_in(look_at(whatsapp, html % (E3_TITLE % "Ada"))).bubbles
    assert bubble.edited


# What bears the marks of a message of ours, and is none; what stands in place of one

ROW = """<div role="row"><div data-id="%s" data-testid="conv-msg-%s">
<div data-testid="msg-container">%s</div></div></div>"""
TEXT = """<div class="copyable-text" data-pre-plain-text="[12:00, 11/8/2026] %s: "><span
class="selectable-text" data-testid="selectable-text"><span>%s</span></span>%s</div>"""
META = '<div data-testid="msg-meta">%s<span>12:04</span>%s</div>'
SENT = '<span aria-label=" Sent "><svg width="9" height="9"><title>wds-ic-delivered</title></svg></span>'
YOU, ADA = '<span aria-label="You:"></span>', '<span aria-label="Ada:"></span>'


def read_rows(whatsapp: WhatsAppPage, *bubbles: str) -> tuple[Bubble, ...]:
    rows = "".join(ROW % (f"3A{place}", f"3A{place}", inner) for place, inner in enumerate(bubbles))
    html = TITLES.replace('<div data-tab="8">', '<div data-tab="8">' + rows)
    return chat_in(look_at(whatsapp, html % (E3_TITLE % "Ada"))).bubbles


def test_signs_of_ours_within_a_message_of_theirs_do_not_make_it_ours(whatsapp: WhatsAppPage) -> None:
    """Else an answer in our own words would say that our message was sent."""
    quotation = f"""<div data-testid="quoted-message"><div role="button" aria-label="Quoted message">{YOU}
        <span dir="auto">You</span><span class="quoted-mention">hello</span></div></div>"""
    event = '<div><svg width="9" height="9"><title>ic-schedule</title></svg><span>Tuesday 12:00</span></div>'
    votes = '<div><svg width="9" height="9"><title>wds-ic-read</title></svg></div>'
    theirs = TEXT % ("Ada", "hello", "") + META % ("", "")
    bubbles = read_rows(whatsapp, quotation + theirs, event + theirs, ADA + votes + theirs)
    assert [(b.outgoing, b.tick) for b in bubbles] == [(False, None)] * 3


def test_a_receipt_is_read_from_its_label_where_its_icon_is_not_known(whatsapp: WhatsAppPage) -> None:
    ticks = [
        f'<span aria-label=" {label} "><svg width="9"><title>x</title></svg></span>' for label in RECEIPTS
    ]
    bubbles = read_rows(whatsapp, *(TEXT % ("Me", "hello", "") + META % ("", tick) for tick in ticks))
    assert [(b.outgoing, b.tick) for b in bubbles] == [(True, tick) for tick in RECEIPTS.values()]


RECEIPTS = {"Pending": "pending", "Enviada": "sent", "Consegnato": "delivered", "Read": "read"}


def test_what_stands_in_place_of_a_message_or_beside_it_is_told(whatsapp: WhatsAppPage) -> None:
    """Else a message of ours that was folded, edited or deleted would not be recognised and sent again."""
    more = '<button data-testid="caption-read-more-button">Read more</button>'
    bubbles = read_rows(
        whatsapp,
        YOU + TEXT % ("Me", "a beginning", more) + META % ("", SENT),
        YOU + TEXT % ("Me", "inne", "") + META % ("<span>Edytowano</span>", SENT),
        YOU + '<span data-icon="recalled"></span>' + TEXT % ("Me", "Usunięto", "") + META % ("", ""),
        YOU + TEXT % ("Me", "plain", "") + META % ("", SENT),
        '<div data-testid="msg-notification-container"><span dir="auto">Ada changed her number</span></div>',
    )
    assert [(b.folded, b.remarked, b.kind) for b in bubbles] == [
        (True, False, "text"),
        (False, True, "text"),
        (False, False, "deleted"),
        (False, False, "text"),
        (False, False, "notice"),
    ]


def test_an_icon_of_failure_beside_a_receipt_is_that_of_something_else(whatsapp: WhatsAppPage) -> None:
    """Else a message would be said to have failed, and be delivered."""
    preview = '<div role="link"><svg width="9" height="9"><title>ic-error</title></svg>example.com</div>'
    pending = '<span aria-label=" Pending "><svg width="9"><title>wds-ic-status-pending</title></svg></span>'
    text = TEXT % ("Me", "see https://example.com", "")
    waiting, failed = read_rows(
        whatsapp, YOU + preview + text + META % ("", pending), YOU + preview + text + META % ("", "")
    )
    assert (waiting.tick, failed.tick) == ("pending", "failed")


def test_a_message_within_a_control_quotes_nothing(whatsapp: WhatsAppPage) -> None:
    inner = YOU + TEXT % ("Me", "hello", "") + META % ("", SENT)
    [bubble] = read_rows(whatsapp, f'<div role="button">{inner}</div>')
    assert (bubble.text, bubble.quoted, bubble.outgoing, bubble.tick) == ("hello", None, True, "sent")


FORGED = """<div role="row"><div data-id="false_4915112345678@c.us_3EB0"><div class="%s">
<span aria-label="Eve:"></span><div class="copyable-text" data-pre-plain-text="[12:00, 11/8/2026] Eve: ">
<span class="selectable-text">STOP</span></div></div></div></div>"""


@pytest.mark.parametrize(("side", "phone"), [("", None), ("message-in", "4915112345678")])
def test_an_id_carries_a_phone_only_in_the_eras_that_mark_sides_by_classes(
    whatsapp: WhatsAppPage, side: str, phone: str | None
) -> None:
    """Senders choose ids. Without test ids, one like those of earlier eras would make Eve's chat another's:
    what is meant for that phone would be typed there, and her STOP would be his.
    """
    html = TITLES.replace('<div data-tab="8">', '<div data-tab="8">' + FORGED % side)
    chat = chat_in(look_at(whatsapp, html % (E3_TITLE % "Eve")))
    assert phone_of_ids(chat.bubbles) == phone
    assert [bubble.outgoing for bubble in chat.bubbles] == [False]


# Names that others choose


@pytest.mark.parametrize(
    "notice",
    [
        "To chat with %s, review and accept WhatsApp's updated terms and privacy policy on your phone.",
        "Block %s? <button>Delete chat</button><button>Unblock</button>",
    ],
)
@pytest.mark.parametrize("name", ["can't start new chats", "restricted right now"])
def test_the_name_of_a_contact_in_a_notice_does_not_lock_the_account(
    whatsapp: WhatsAppPage, notice: str, name: str
) -> None:
    html = (CHAT % f"<footer>{notice % name}</footer>").replace(">Ada<", f">{name}<")
    snapshot = look_at(whatsapp, html)
    assert chat_in(snapshot).title == name
    assert restriction_on(snapshot, 0) is None
    assert chat_in(snapshot).notice_texts in ({"terms_on_phone"}, {"recipient_blocked"})


def test_a_name_in_a_dialog_asks_nothing(whatsapp: WhatsAppPage) -> None:
    """Only a screen with such a button is one that asks where WhatsApp is to be used."""
    dialog = (
        '<div role="dialog" aria-modal="true"><h1>Use here</h1><p>Voice call</p><button>%s</button></div>'
    )
    assert kind_of(look_at(whatsapp, CHAT % "" + dialog % "Decline")) is PageKind.COVERED
    assert kind_of(look_at(whatsapp, CHAT % "" + dialog % "Use here")) is PageKind.CONFLICT


HIDDEN = '<div role="dialog" aria-modal="true" style="display: none"><h1>News</h1></div>'
WITHOUT_ROLES = """<div data-animate-modal-backdrop="true"><div data-animate-modal-popup="true">
<div>The number +49 1511 2345678 isn't on WhatsApp.</div><button>OK</button></div></div>"""


@pytest.mark.parametrize(("html", "popup"), [(HIDDEN, Popup.NONE), (WITHOUT_ROLES, Popup.INVALID_NUMBER)])
def test_a_dialog_is_one_that_is_shown_also_without_its_roles(
    whatsapp: WhatsAppPage, html: str, popup: Popup
) -> None:
    snapshot = look_at(whatsapp, CHAT % (BOX % "") + html)
    assert (kind_of(snapshot), popup_of(snapshot)) == (PageKind.MAIN, popup)


@pytest.mark.parametrize("name", ["&#8207;&#8207;", "&nbsp;", "&#8203;"])
def test_a_name_that_shows_nothing_is_a_name(whatsapp: WhatsAppPage, name: str) -> None:
    """Else its chat never seems to open, and the page seems to lack what sending needs."""
    snapshot = look_at(whatsapp, (CHAT % BOX % "").replace(">Ada<", f">{name}<"))
    assert missing_in_chat(snapshot) == ()
    assert judge_opening(snapshot, "+4915112345678", None) is Opening.OPEN


# Notices that replace the compose box

CHAT = """<div id="app">
<div id="side"><input type="text" data-tab="3"><div id="pane-side"></div></div><div id="main">
<header data-testid="conversation-header">
<span dir="auto" data-testid="conversation-info-header-chat-title">Ada</span></header>
<div><div data-testid="conversation-panel-messages" data-tab="8" style="height: 9px"></div>
<div role="button" aria-label="Scroll to bottom">3</div></div>%s</div></div>"""
NOTICES = [
    ("<button>Delete chat</button><button>Unblock</button>", {"recipient_blocked"}),
    ("<button>Apagar conversa</button><button>Desbloquear</button>", {"recipient_blocked"}),
    ("This business can’t chat with phone numbers with your country code.", {"country_blocked"}),
    (
        "To chat with Ada, review and accept WhatsApp's updated terms and privacy policy on your phone.",
        {"terms_on_phone"},
    ),
    ("Only admins can send messages", {"only_admins"}),
    ("You can't send messages to this group because you're no longer a member.", {"no_longer_member"}),
    ("This chat has been closed.", {"chat_closed"}),
    ("Only WhatsApp can send messages", {"only_whatsapp"}),
    ("Noget som ingen kender", set()),
    ('<button data-testid="blocked-contact-msgbar-unblock-btn">Fjern</button>', {"recipient_blocked"}),
    ('<div data-testid="biz_ai_block_msg_bar">AI svarer her</div>', {"agent_blocked"}),
]


@pytest.mark.parametrize(("html", "names"), NOTICES)
def test_a_notice_in_place_of_the_box_is_reported_and_nothing_is_missing(
    whatsapp: WhatsAppPage, html: str, names: set[str]
) -> None:
    """Issue 11, C4."""
    snapshot = look_at(whatsapp, CHAT % f"<footer><div>{html}</div></footer>")
    chat = chat_in(snapshot)
    assert chat.notice
    assert chat.notice_texts == names
    assert missing_in_chat(snapshot) == ()
    assert restriction_on(snapshot, 0) is None
    assert not [part for part in judge_parts(whatsapp.parts(within()), snapshot) if part.broken]


@pytest.mark.parametrize("unseen", ['aria-hidden="true"', 'style="display: none"'])
def test_a_box_behind_a_notice_does_not_make_it_none(whatsapp: WhatsAppPage, unseen: str) -> None:
    """11.6. Else one recipient would stop the account."""
    behind = f'<div {unseen}><div contenteditable="false" role="textbox">Type a message</div></div>'
    snapshot = look_at(whatsapp, CHAT % f"<footer><div>Noget som ingen kender</div>{behind}</footer>")
    assert chat_in(snapshot).notice
    assert missing_in_chat(snapshot) == ()


@pytest.mark.parametrize("behind", ["", "<div><div>Du følger denne kanal</div><button>Følg</button></div>"])
def test_a_channel_without_a_footer_lacks_nothing(whatsapp: WhatsAppPage, behind: str) -> None:
    """Issue 11, C4."""
    snapshot = look_at(whatsapp, CHAT % behind)
    assert chat_in(snapshot).compose is None
    assert bool(chat_in(snapshot).notice) is bool(behind)
    assert missing_in_chat(snapshot) == ()


SWITCHES = ('contenteditable="plaintext-only"', 'contenteditable="false"', 'aria-disabled="true"')
BOX_IN_WORDS = """<%s><button aria-label="Attach">+</button><div %s role="textbox"><p><br></p></div>
<div aria-hidden="true">Type a message</div></%s>"""


@pytest.mark.parametrize(
    "behind",
    [
        '<footer><div contenteditable="true"></div></footer>',
        "<footer></footer>",
        '<div><div contenteditable="true" role="textbox"></div></div>',
        *(BOX_IN_WORDS % ("footer", how, "footer") for how in SWITCHES),
        *(BOX_IN_WORDS % ("div", how, "div") for how in SWITCHES),
    ],
)
def test_a_box_that_no_selector_finds_is_missing(whatsapp: WhatsAppPage, behind: str) -> None:
    """And no notice: else the words in it would say of every recipient that they cannot be written to."""
    snapshot = look_at(whatsapp, CHAT % behind)
    assert missing_in_chat(snapshot) == ("compose",)
    assert lacks_box(chat_in(snapshot))


@pytest.mark.parametrize(
    "html",
    [
        "<footer>You can’t start new chats right now. <a>Show details</a></footer>",
        '<div data-testid="reachout-timelock-compose-bar">You can’t start new chats right now.</div>',
        '<div data-testid="reachout-timelock-compose-bar">Du kan ikke starte nye chats</div>',
    ],
)
def test_the_lock_of_new_chats_is_seen_with_any_apostrophe_and_outside_a_footer(
    whatsapp: WhatsAppPage, html: str
) -> None:
    """Issue 11, C11."""
    snapshot = look_at(whatsapp, CHAT % html)
    found = restriction_on(snapshot, 0)
    assert found is not None
    assert found.kind is RestrictionKind.NEW_CHATS_LOCKED
    assert chat_in(snapshot).notice_texts == {"restricted"}


BOX = '<footer><div contenteditable="true" role="textbox" data-tab="10"><p>hi</p></div>%s</footer>'


@pytest.mark.parametrize(
    ("html", "label"),
    [
        ('<button aria-label="Send" data-tab="11"><span data-icon="send">x</span></button>', "Send"),
        (
            '<button aria-label="Senden"><svg width="9"><title>wds-ic-send-filled</title></svg></button>',
            "Senden",
        ),
        ('<button aria-label="Enviar" data-tab="11">x</button>', "Enviar"),
        ('<button aria-label="Voice message" data-tab="11"><span data-icon="ptt">x</span></button>', None),
        ('<button aria-label="Attach" data-tab="10"><span data-icon="plus">x</span></button>', None),
    ],
)
def test_the_control_that_sends_is_recognised_by_icon_and_place(
    whatsapp: WhatsAppPage, html: str, label: str | None
) -> None:
    """Issue 11, 0.4."""
    send = chat_in(look_at(whatsapp, CHAT % (BOX % html))).send
    assert (send.label if send else None) == label


@pytest.mark.parametrize(("style", "open_"), [("", True), ("display: none", False)])
def test_a_list_over_the_box_is_seen_while_it_is_shown(
    whatsapp: WhatsAppPage, style: str, open_: bool
) -> None:
    """Issue 11, 0.3."""
    bucket = f'<div id="wa-popovers-bucket"><div style="{style}"><button>😀 grin</button></div></div>'
    snapshot = look_at(whatsapp, CHAT % (BOX % "") + bucket)
    assert chat_in(snapshot).suggestions is open_


# Banners


def column(*banners: str) -> str:
    return (
        '<div id="app"><div id="side"><header>Chats</header><div><input type="text" data-tab="3"></div>'
        '<div role="tablist"><button>All</button></div>'
        + "".join(banners)
        + '<div id="pane-side"></div></div></div>'
    )


def strip(icon: str, title: str, body: str, action: str = "", *, close: bool = False, dir_: str = "") -> str:
    """A banner as the page draws it now: no role, its action inside the line of its text."""
    cross = (
        '<div><button aria-label="X"><svg width="9" height="9"><title>ic-close</title></svg></button></div>'
    )
    drawing = f'<svg width="36" height="36"><title>{icon}</title></svg>' if icon else ""
    return (
        f"<div {f'dir={dir_}' if dir_ else ''}><div>{cross if close else ''}<div>{drawing}<div>"
        + (f"<div><span>{title}</span></div>" if title else "")
        + f"<div><span>{body}&nbsp;"
        + (f'<button type="button">{action}</button>' if action else "")
        + "</span></div></div></div></div></div>"
    )


OFFLINE = strip(
    "ic-warning",
    "Computer not connected",
    "Make sure your computer has an active internet connection.",
    "Reconnect",
)
LOCK = strip(
    "ic-warning", "Your account is restricted", "You can't start new chats right now.", "Show details"
)
BAN = strip("ic-error", "", "This account is not allowed to use WhatsApp due to spam.", "Learn more")
UPDATE = strip("ic-refresh", "Refresh to update", "A new version of WhatsApp is available.", "Refresh")
NOTIFICATIONS = strip("ic-notifications-off", "", "Message notifications are off.", "Turn on", close=True)


@pytest.mark.parametrize(
    ("banner", "text"),
    [
        (OFFLINE, "offline"),
        (LOCK, "restricted"),
        (BAN, "ban"),
        (strip("ic-warning", "", "Connecting to WhatsApp"), "connecting"),
        (strip("ic-sync", "", "Loading messages (12%)"), "syncing"),
    ],
)
def test_a_banner_is_read_whole_whatever_its_inner_structure(
    whatsapp: WhatsAppPage, banner: str, text: str
) -> None:
    """Issue 11, C5."""
    snapshot = look_at(whatsapp, column(banner))
    assert len(snapshot.banners) == 1
    assert text in snapshot.texts
    assert kind_of(snapshot) is PageKind.MAIN


@pytest.mark.parametrize("header", ["<div>%s</div>", "<section><div>%s</div></section>"])
def test_the_head_of_the_column_is_no_banner_whatever_element_it_is(
    whatsapp: WhatsAppPage, header: str
) -> None:
    """Found by the campaign of mutants: such a page was never calm, and no attempt could be settled."""
    icon = '<svg width="24" height="24"><title>%s</title></svg>'
    buttons = "".join(f'<button aria-label="{n}">{icon % n}</button>' for n in ("new-chat-outline", "more"))
    head = header % f"<h1>WhatsApp</h1>{buttons}"
    html = column().replace("<header>Chats</header>", head)
    assert html != column()
    assert look_at(whatsapp, html).banners == ()
    [offline] = look_at(whatsapp, column(OFFLINE).replace("<header>Chats</header>", head)).banners
    assert offline.is_trouble


def as_roles(html: str) -> str:
    """The same with controls that are no buttons of HTML."""
    return html.replace("<button", '<div role="button" tabindex="0"').replace("</button>", "</div>")


@pytest.mark.parametrize("banner", [OFFLINE, NOTIFICATIONS, LOCK])
@pytest.mark.parametrize("around", ["%s", "<div>%s</div>", "<span><div><div>%s</div></div></span>"])
def test_a_control_inside_is_not_the_banner(whatsapp: WhatsAppPage, banner: str, around: str) -> None:
    """Issue 11, C5."""
    plain = look_at(whatsapp, column(around % banner))
    roles = look_at(whatsapp, column(around % as_roles(banner)))
    assert [(b.texts, b.is_trouble) for b in roles.banners] == [
        (b.texts, b.is_trouble) for b in plain.banners
    ]
    assert len(roles.banners) == 1
    assert roles.banners[0].texts - {"refresh"}


def test_a_column_in_another_frame_has_the_same_banners(whatsapp: WhatsAppPage) -> None:
    html = column(OFFLINE).replace('<div id="side">', '<div id="side"><div><div>')
    html = html.replace('<div id="pane-side"></div>', '<div><div id="pane-side"></div></div></div></div>')
    assert "offline" in look_at(whatsapp, html).texts


def test_banners_in_one_frame_are_each_one(whatsapp: WhatsAppPage) -> None:
    """Issue 11, C5."""
    snapshot = look_at(whatsapp, column(f"<div><div>{OFFLINE}{UPDATE}</div>{NOTIFICATIONS}</div>"))
    assert [banner.text.split(" ")[0] for banner in snapshot.banners] == ["Computer", "Refresh", "Message"]
    assert [banner.close is not None for banner in snapshot.banners] == [False, False, True]


def test_a_banner_is_pressed_on_its_one_action(whatsapp: WhatsAppPage) -> None:
    snapshot = look_at(whatsapp, column(UPDATE))
    assert "update_available" in snapshot.banners[0].texts
    button = snapshot.banners[0].button
    pressed = whatsapp.page.evaluate(
        "(x, y) => document.elementFromPoint(x, y).closest('button')?.textContent",
        button.x,
        button.y,
        deadline=within(),
    )
    assert pressed == "Refresh"


@pytest.mark.parametrize(
    ("banner", "trouble"),
    [
        (OFFLINE, True),
        (strip("ic-warning", "Computeren er ikke forbundet", "Tjek forbindelsen.", "Prøv igen"), True),
        (strip("", "", "Indlæser beskeder (12 %)"), True),
        (
            '<span><div role="button"><span data-icon="alert-computer"></span>Computeren</div></span>',
            True,
        ),
        (strip("ic-warning", "Nyheder", "Noget nyt", "Ja", close=True), False),
        (strip("ic-refresh", "Genindlæs", "En ny version.", "Genindlæs"), False),
        (strip("ic-warning", "Sproget passer ikke", "…", "Opdater nu", dir_="ltr"), False),
        (UPDATE, False),
        (NOTIFICATIONS, False),
        ("<div><button>Alle</button><button>Ulæste</button></div>", False),
        ("", False),
    ],
)
def test_a_page_in_trouble_is_reported_without_words(
    whatsapp: WhatsAppPage, banner: str, trouble: bool
) -> None:
    """Issue 11, D; 11.7: in a language nobody prepared."""
    assert look_at(whatsapp, column(banner)).trouble is trouble


@pytest.mark.parametrize(
    ("html", "sign"),
    [
        ('<link id="favicon" rel="shortcut icon" href="/favicon-error2.ico">', "favicon"),
        ('<div id="app"><progress max="100"></progress></div>', "progress"),
        ('<div id="app"><div data-ref="2@a"><button>Ingen forbindelse</button></div></div>', "code_overlay"),
    ],
)
def test_signs_without_words(whatsapp: WhatsAppPage, html: str, sign: str) -> None:
    """Issue 11, D; 11.7."""
    snapshot = look_at(whatsapp, html)
    assert snapshot.trouble_signs == {sign}
    assert snapshot.trouble


# The chat list


def rows_of(whatsapp: WhatsAppPage) -> list[tuple[str, int, bool, str, str, bool, bool]]:
    rows = whatsapp.look(within(), rows=True).rows
    assert rows is not None
    return [(r.title, r.unread, r.unread_unknown, r.preview, r.author, r.draft, r.group) for r in rows]


def test_badges_of_any_script_and_without_a_number(look: Look, whatsapp: WhatsAppPage) -> None:
    """Issue 11, C7."""
    look("badges")
    assert [row[:4] for row in rows_of(whatsapp)] == [
        ("Arabic", 1, False, "مرحبا"),
        ("Hindi", 12, False, "नमस्ते"),
        ("A number said", 0, False, ""),
        ("By hand", 0, True, ""),
        ("Muted", 0, False, ""),
        ("Many", 999, False, "…"),
    ]


def test_group_rows_drafts_and_media(look: Look, whatsapp: WhatsAppPage) -> None:
    """Issue 11, C8."""
    look("group_rows")
    assert [(row[0], *row[3:]) for row in rows_of(whatsapp)] == [
        ("A group", "Hello all", "~ Ann", False, True),
        ("A picture", "look", "", False, False),
        ("A draft", "", "", True, False),
        ("En kladde", "", "", False, False),
        ("Typing", "", "", False, False),
        ("Ours waits", "", "", False, False),
        ("One person", "Note: STOP", "", False, False),
    ]


def test_a_name_in_the_list_without_a_title_is_read_by_its_place(look: Look, whatsapp: WhatsAppPage) -> None:
    """The header's has none since 2026. Else nothing is received, or a text is taken for a chat's name."""
    look("group_rows")
    with_titles = rows_of(whatsapp)
    html = (FRAGMENTS / "group_rows.html").read_text("utf-8")
    look_at(whatsapp, re.sub(r'(cell-frame-title"><span dir="auto") title="[^"]*"', r"\1", html))
    assert rows_of(whatsapp) == with_titles


def test_group_rows_of_2024(look: Look, whatsapp: WhatsAppPage) -> None:
    """Issue 11, C8."""
    look("group_rows_2024")
    assert rows_of(whatsapp) == [("A group", 3, False, "Hello", "~ Ann", False, True)]


# Link screens and dialogs


def test_the_link_screen_before_its_first_code_is_no_unknown_page(look: Look) -> None:
    """Issue 11, C9."""
    snapshot = look("landing_before_code")
    assert snapshot.landing
    assert kind_of(snapshot) is PageKind.LOADING


def test_a_code_under_an_offline_notice_is_offline_and_not_used_up(look: Look) -> None:
    """Issue 11, C10."""
    assert kind_of(look("qr_offline")) is PageKind.OFFLINE


def test_the_cross_of_a_dialog_nobody_knows_is_recognised_by_its_icon(whatsapp: WhatsAppPage) -> None:
    """Issue 11, D."""
    html = (FRAGMENTS / "news.html").read_text("utf-8")
    html = html.replace("What's new on WhatsApp Web", "Noget nyt").replace(
        'aria-label="Close"', 'aria-label="Luk"'
    )
    snapshot = look_at(whatsapp, html)
    assert popup_of(snapshot) is Popup.OTHER
    cross = snapshot.dialogs[0].cross
    assert cross is not None
    assert cross.label == "Luk"
    snapshot = look_at(whatsapp, (FRAGMENTS / "conflict.html").read_text("utf-8"))
    assert snapshot.dialogs[0].cross is None


@pytest.mark.parametrize(
    ("language", "supported"), [("en", True), ("pt-BR", True), ("es", True), ("da", False), ("", False)]
)
def test_the_language_of_the_page_is_reported(whatsapp: WhatsAppPage, language: str, supported: bool) -> None:
    """Issue 11, D."""
    look_at(whatsapp, "<p>x</p>")
    whatsapp.page.evaluate(
        "(l) => { document.documentElement.lang = l; return true; }", language, deadline=within()
    )
    snapshot = whatsapp.look(within())
    assert (snapshot.language, snapshot.language_supported) == (language, supported)


@pytest.mark.parametrize("style", ["display:none", "visibility:hidden"])
def test_a_chat_list_that_nobody_sees_says_nothing_of_a_link(whatsapp: WhatsAppPage, style: str) -> None:
    """Found by the campaign of mutants: an account whose page asked for a scan was said to be linked."""
    unseen = f'<div style="{style}"><div id="pane-side"><div>Ada</div></div></div>'
    html = f'<div id="app">{unseen}<div data-ref="2@a"><canvas></canvas></div></div>'
    snapshot = look_at(whatsapp, html)
    assert (snapshot.chat_pane, kind_of(snapshot)) == (False, PageKind.QR)
