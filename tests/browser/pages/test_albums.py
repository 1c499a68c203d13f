"""Pictures that the page itself puts into one row of the chat: each keeps its id and its own tick
(docs/whatsapp-web.md, 12.12).
"""

from collections.abc import Sequence
from typing import NamedTuple

import pytest

from tests.browser.pages.test_fragments import look_at
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.domain.bubbles import BubbleFile
from whatsapp_tasks.domain.chat_snapshot import Chat
from whatsapp_tasks.domain.files import FileKind, MessageFile
from whatsapp_tasks.domain.intents import Intent, find_intended

PICTURE = MessageFile("11", "a.png", FileKind.IMAGE, 4000, "image/png")
PAGE = """<div id="app"><div id="side"><div id="pane-side">
<div role="row"><div aria-selected="true"><span dir="auto" title="Ada">Ada</span>
<span data-testid="last-msg-status" title=""><svg><title>wds-ic-delivered</title></svg></span></div></div>
<div role="row"><div aria-selected="false"></div></div></div></div><div id="main">
<header><div role="button" data-tab="6"><span dir="auto" title="Ada">Ada</span></div></header>
<div role="application" data-tab="8">%s</div>
<footer><div contenteditable="true" role="textbox" data-tab="10"></div></footer></div></div>"""


class Skin(NamedTuple):
    """``tile``: a picture, its upload and its tick; ``row``: first and last id, number, tiles."""

    row: str
    tile: str
    ticks: dict[str, str]


E2 = Skin(
    '<div role="row"><div data-id="album-%s-%s-%d" class="message-out">%s</div></div>',
    '<div><div role="button"><img src="data:image/jpeg;base64,AA==">%s</div><div>12:00%s</div></div>',
    {
        "pending": '<span data-icon="msg-time-light" aria-label=" Pending "></span>',
        "read": '<span data-icon="msg-dblcheck-light" aria-label=" Read "></span>',
        "": "",
    },
)
E3 = Skin(
    '<div role="row"><div data-id="album-%s-%s-%d" data-testid="image-album">%s</div></div>',
    '<div><div role="button" data-testid="image-thumb"><div data-testid="media-url-provider">'
    '<img src="data:,"></div>%s</div><div data-testid="msg-meta">12:00%s</div></div>',
    {
        "pending": '<svg aria-label=" Pending "><title>wds-ic-status-pending</title></svg>',
        "read": '<svg aria-label=" Read "><title>wds-ic-read</title></svg>',
        "": "",
    },
)
UPLOADING = '<div data-testid="media-state-pending" role="progressbar"></div>'
OWN_TEXT = """<div role="row"><div data-id="T1" data-testid="conv-msg-T1"><span aria-label="You:"></span>
<div class="copyable-text"><span data-testid="selectable-text">hello</span></div>
<div data-testid="msg-meta"><svg><title>wds-ic-delivered</title></svg></div></div></div>"""


def album(skin: Skin, ticks: Sequence[str], last: str, count: int) -> str:
    """A row of four tiles, of which the last has no tick if it counts others."""
    tiles = [skin.tile % (UPLOADING if tick == "pending" else "", skin.ticks[tick]) for tick in ticks]
    return skin.row % ("P1", last, count, "".join(tiles) + ("<span>+2</span>" if count > len(ticks) else ""))


def chat_with(whatsapp: WhatsAppPage, rows: str) -> Chat:
    chat = look_at(whatsapp, PAGE % rows).chat
    assert chat is not None
    return chat


@pytest.mark.parametrize("skin", [E2, E3])
def test_the_last_of_four_pictures_in_a_row_has_its_own_tick(whatsapp: WhatsAppPage, skin: Skin) -> None:
    """Sent one by one, the fourth makes an album of them: the first one's tick is not the fourth one's."""
    chat = chat_with(whatsapp, album(skin, ["read", "read", "read", "pending"], "P4", 4))
    assert [(b.id, b.outgoing, b.tick) for b in chat.bubbles] == [
        ("P1", True, "read"),
        ("P4", True, "pending"),
    ]
    assert chat.bubbles[-1].file == BubbleFile("image", upload="running")
    before = Intent(1, ("T0", "P1", "P2", "P3"))
    found = find_intended(before, "", chat.bubbles, settled=False, watched=True, file=PICTURE)
    assert (found.verdict, found.bubble) == ("found", chat.bubbles[-1])


@pytest.mark.parametrize("skin", [E2, E3])
def test_a_picture_that_the_row_only_counts_has_no_tick_there(whatsapp: WhatsAppPage, skin: Skin) -> None:
    """From the fifth on the newest one is not shown: that others were read says nothing of it. The list says
    that the server has it.
    """
    chat = chat_with(whatsapp, album(skin, ["read", "read", "read", ""], "P5", 5))
    assert [(b.id, b.outgoing, b.tick, b.file, b.counted, b.listed_tick) for b in chat.bubbles] == [
        ("P1", True, "read", BubbleFile("image"), False, None),
        ("P5", True, None, None, True, "sent"),
    ]
    before = Intent(1, ("T0", "P1", "P4"))
    found = find_intended(before, "", chat.bubbles, settled=False, watched=True, file=PICTURE)
    assert (found.verdict, found.bubble) == ("found", chat.bubbles[-1])


def test_a_text_after_an_album_that_grew_is_found(whatsapp: WhatsAppPage) -> None:
    """The recipient sends one more picture while we press Enter: the row has another name, not the chat."""
    before = chat_with(whatsapp, album(E3, ["", "", "", ""], "P4", 4))
    after = chat_with(whatsapp, album(E3, ["", "", "", ""], "P5", 5) + OWN_TEXT)
    intent = Intent.before_enter(1, before.bubbles)
    found = find_intended(intent, "hello", after.bubbles, settled=False, watched=True)
    assert (found.verdict, found.bubble) == ("found", after.bubbles[-1])
    assert [b.listed_tick for b in after.bubbles] == [None, None, None]  # the list's tick is the text's


def test_an_id_that_a_sender_chose_makes_no_album(whatsapp: WhatsAppPage) -> None:
    chosen = '<div role="row"><div data-id="album-A-B-2" data-testid="conv-msg-album-A-B-2"></div></div>'
    assert [b.id for b in chat_with(whatsapp, chosen).bubbles] == ["album-A-B-2"]
