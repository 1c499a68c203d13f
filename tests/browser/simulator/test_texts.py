"""What the page does with a text (issue 11, section 0)."""

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from .whatsapp_page import COMPOSE, WhatsAppPage

ANNA = "4915112345678"
BUBBLE = "#main [data-id] .selectable-text"


@pytest.fixture
def chat(linked: WhatsAppPage) -> WhatsAppPage:
    linked.simulator.set(delivered_ms=None)
    linked.open_chat(ANNA)
    return linked


def type_keys(page: WhatsAppPage, *keys: str) -> None:
    """Real keys, to whatever has the focus."""
    chain = ActionChains(page.browser, duration=0)
    for each in keys:
        chain.send_keys(each)
    chain.perform()


def break_line(page: WhatsAppPage) -> None:
    page.press_enter(shift=True)


def paste(page: WhatsAppPage, text: str) -> None:
    page.js(
        """const data = new DataTransfer(); data.setData("text/plain", arguments[1]);
        document.querySelector(arguments[0]).dispatchEvent(
          new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }))""",
        COMPOSE,
        text,
    )


MAIN = "return document.querySelector('#main').innerHTML"


def sent(page: WhatsAppPage, count: int = 1) -> str:
    return page.simulator.wait_for_messages(count)[-1].text


# --- row 1: folding -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("length", "folded"), [(768, False), (844, False), (845, True), (5000, True)])
def test_long_texts_are_folded(chat: WhatsAppPage, length: int, folded: bool) -> None:
    text = ("0123456789" * 500)[: length - 1] + "😀"
    paste(chat, text)
    chat.wait("the text", lambda: len(chat.boxed()) > 700)
    chat.press_enter()
    assert sent(chat) == text
    button = "#main [data-id] button.read-more-button"
    assert chat.has(button) is folded
    if not folded:
        return
    assert chat.text(BUBBLE) == text[:768] + "…"
    clicks = 0
    while chat.has(button):
        chat.js("document.querySelector(arguments[0]).click()", button)
        clicks += 1
    assert clicks == (1 if length == 845 else 2)
    assert chat.text(BUBBLE) == text[:-1], "the last character is a picture"


def test_a_tick_does_not_fold_again(chat: WhatsAppPage) -> None:
    paste(chat, "x" * 900)
    chat.wait("the text", lambda: len(chat.boxed()) == 900)
    chat.press_enter()
    message = chat.simulator.wait_for_messages(1)[0]
    chat.js("document.querySelector('button.read-more-button').click()")
    chat.simulator.set_status(message.id, "delivered")
    chat.wait("two ticks", lambda: " Delivered " in str(chat.js(MAIN)))
    assert chat.text(BUBBLE) == "x" * 900


# --- row 2: lists -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "result"),
    [
        (["1. a", "2. b"], "1. a\n2. 2. b"),
        (["- x", "y"], "- x\n- y"),
        (["* x", "y"], "* x\n* y"),
        (["99. last", "y"], "99. last\ny"),
        (["plain", "y"], "plain\ny"),
        (["- x", "", "y"], "- x\ny"),
    ],
)
def test_a_line_break_by_key_continues_a_list(chat: WhatsAppPage, lines: list[str], result: str) -> None:
    for number, line in enumerate(lines):
        if number:
            break_line(chat)
        type_keys(chat, line)
    assert chat.boxed() == result


def test_a_paste_is_not_continued(chat: WhatsAppPage) -> None:
    paste(chat, "1. a\n2. b\n- c\n\nd :-) e")
    chat.wait("the text", lambda: chat.boxed() == "1. a\n2. b\n- c\n\nd :-) e")


# --- row 3: emoticons and lists that take Enter -------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "result"), [(":-)", "🙂"), ("a <3 b", "a ❤️ b"), ("(y)!", "👍!"), (":-", ":-")]
)
def test_emoticons(chat: WhatsAppPage, typed: str, result: str) -> None:
    type_keys(chat, *typed)
    assert chat.boxed() == result


def test_backspace_takes_an_emoticon_back(chat: WhatsAppPage) -> None:
    type_keys(chat, *"ok :-)", Keys.BACKSPACE)
    assert chat.boxed() == "ok :-)"
    type_keys(chat, "!")
    assert chat.boxed() == "ok :-)!"


def test_pasted_emoticons_only_at_the_end(chat: WhatsAppPage) -> None:
    paste(chat, "a :-) b :-)")
    chat.wait("the text", lambda: chat.boxed() == "a :-) b 🙂")


OPEN = """return [...document.querySelectorAll('#wa-popovers-bucket button')]
  .filter((each) => each.getClientRects().length).length"""


@pytest.mark.parametrize("key", [Keys.ENTER, Keys.TAB])
def test_the_emoji_list_takes_enter(chat: WhatsAppPage, key: str) -> None:
    type_keys(chat, *"ok :fire")
    assert chat.js(OPEN) > 0
    type_keys(chat, key)
    assert chat.boxed() == "ok 🔥"
    assert chat.js(OPEN) == 0
    assert chat.simulator.messages() == []


@pytest.mark.parametrize("text", ["12:30", "http://fire", "a:fire", ":f", "ok :firefirefire"])
def test_no_list_for_these(chat: WhatsAppPage, text: str) -> None:
    type_keys(chat, *text)
    assert chat.js(OPEN) == 0
    chat.press_enter()
    assert sent(chat) == text


def test_escape_or_a_blank_drop_the_list(chat: WhatsAppPage) -> None:
    type_keys(chat, *":fire", Keys.ESCAPE)
    assert chat.js(OPEN) == 0
    assert chat.has("#main"), "the chat is not closed by it"
    chat.press_enter()
    assert sent(chat) == ":fire"
    type_keys(chat, *":fire ")
    chat.press_enter()
    assert sent(chat, 2) == ":fire"


# --- row 4: ends, limits, Enter, other keys -----------------------------------------------------------------


def test_both_ends_are_trimmed(chat: WhatsAppPage) -> None:
    paste(chat, "  \n a  b \n\n")
    chat.wait("the text", lambda: "a  b" in chat.boxed())
    chat.press_enter()
    assert sent(chat) == "a  b"


def test_too_long_a_paste_is_cut_off(chat: WhatsAppPage) -> None:
    paste(chat, "x" * 65_540)
    chat.wait("the popup", lambda: "The message you're pasting is too long." in chat.text("[role=dialog]"))
    assert chat.text("[role=dialog] h1") == "Message too long"
    assert len(chat.boxed()) == 65_536
    chat.js("document.querySelector('[role=dialog] button').click()")
    chat.insert("y")
    chat.wait("typing beyond it is refused", lambda: len(chat.boxed()) == 65_536)
    chat.press_enter()
    assert sent(chat) == "x" * 65_536


def test_enter_is_send_may_be_off(chat: WhatsAppPage) -> None:
    chat.simulator.set(enter_is_send=False)
    chat.simulator.incoming(ANNA, "now")  # what the page is sent comes in order
    chat.wait("the news", lambda: "now" in chat.text("#main"))
    type_keys(chat, "a")
    chat.wait("a line break", lambda: _entered(chat))
    assert chat.simulator.messages() == []
    type_keys(chat, "b")
    chat.click('#main footer button[aria-label="Send"]')
    assert sent(chat).split() == ["a", "b"]
    type_keys(chat, "c")
    chat.press_enter(shift=True)
    assert sent(chat, 2) == "c"


def _entered(page: WhatsAppPage) -> bool:
    page.press_enter()
    return "\n" in page.boxed()


def test_arrow_up_in_the_empty_box_edits_the_last_message(chat: WhatsAppPage) -> None:
    type_keys(chat, "first", Keys.ENTER)
    chat.simulator.wait_for_messages(1)
    chat.wait("the tick", lambda: " Sent " in str(chat.js(MAIN)))
    type_keys(chat, Keys.ARROW_UP)
    chat.wait_for("[role=dialog] [contenteditable]")
    type_keys(chat, " changed", Keys.ENTER)
    chat.wait("the edit", lambda: chat.simulator.messages()[0].edited)
    assert sent(chat) == "first changed"
    assert chat.simulator.presses() == {"edit": 1}


def test_escape_closes_the_chat(chat: WhatsAppPage) -> None:
    type_keys(chat, "draft", Keys.ESCAPE)
    chat.wait_gone("#main")
    chat.open_chat(ANNA)
    assert chat.boxed() == "draft"


def test_keys_in_the_message_list_act_on_the_box(chat: WhatsAppPage) -> None:
    type_keys(chat, "a")
    chat.js("document.querySelector('#main [data-scrolltracepolicy]').focus()")
    type_keys(chat, "b")
    assert chat.boxed() == "ab"
    chat.js("document.querySelector('#main [data-scrolltracepolicy]').focus()")
    type_keys(chat, Keys.ENTER)
    assert sent(chat) == "ab"


# --- row 5: formatting --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "selector", "shown", "mark"),
    [
        ("*b* x", "strong", "b", None),
        ("_i_ x", "em", "i", None),
        ("~s~ x", "del", "s", None),
        ("`c` x", "code", "c", None),
        ("```a*b*```", "code", "a*b*", None),
        ("```a\nb```", "code", "a\nb", None),
        ("- x", "ul > li > span", "x", "- "),
        ("* x", "ul > li > span", "x", "* "),
        ("• x", "ul > li > span", "x", "* "),
        ("7. x", "ol > li[value='7'] > span", "x", "7. "),
        ("> x", "blockquote", "x", "> "),
        ("see https://example.org/a", "a[title]", "https://example.org/a", None),
    ],
)
def test_formatted_bubbles(
    chat: WhatsAppPage, text: str, selector: str, shown: str, mark: str | None
) -> None:
    paste(chat, text)
    chat.wait("the text", lambda: chat.boxed() == text)
    chat.press_enter()
    assert sent(chat) == text
    piece = f"{BUBBLE} {selector}"
    assert chat.text(piece) == shown
    assert chat.attribute(piece, "data-pre-plain-text") == mark
    assert "selectable-text copyable-text" in (chat.attribute(piece, "class") or "")
    assert chat.errors() == []


def test_emoji_alone_are_large_images_without_a_text_span(chat: WhatsAppPage) -> None:
    chat.insert("😀🎉")
    chat.press_enter()
    assert sent(chat) == "😀🎉"
    assert not chat.has("#main [data-id] span.selectable-text")
    assert chat.has("#main [data-id] img.emoji[data-plain-text='😀']")


def test_a_quotation_stands_before_the_own_text(chat: WhatsAppPage) -> None:
    quoted = {"author": "You", "text": "what we said"}
    chat.simulator.incoming(ANNA, "STOP", quoted=quoted)
    chat.wait("the bubble", lambda: "STOP" in chat.text("#main [role=application]"))
    first = "#main [data-id] [data-pre-plain-text] > div:first-child > [aria-label='Quoted message']"
    assert "what we said" in chat.text(first)


# --- row 6: the failed mark ---------------------------------------------------------------------------------


def test_a_failed_message_asks_before_it_is_sent_again(chat: WhatsAppPage) -> None:
    chat.simulator.scenario("failed_bubble", count=1)
    type_keys(chat, "hello", Keys.ENTER)
    mark = "#main [data-id] button[aria-label='Something went wrong. Click to learn more.']"
    chat.wait_for(mark)
    chat.click(mark)
    chat.wait("the question", lambda: "Your message was not sent." in chat.text("[role=dialog]"))
    labels = "return [...document.querySelectorAll('[role=dialog] button')].map((each) => each.textContent)"
    assert chat.js(labels) == ["Cancel", "Try again"]
    chat.js("document.querySelectorAll('[role=dialog] button')[0].click()")
    assert chat.simulator.presses() == {}
    chat.click(mark)
    chat.js("document.querySelectorAll('[role=dialog] button')[1].click()")
    assert sent(chat) == "hello"
    assert chat.simulator.presses() == {"try_again": 1}


def test_a_failed_reaction_marks_a_bubble_of_theirs(page: WhatsAppPage) -> None:
    page.simulator.set(era="E3")
    page.link()
    page.simulator.scenario("failed_reaction")
    page.simulator.incoming(ANNA, "hi")
    page.open_chat(ANNA)
    page.wait_for("#main [data-id] [data-testid=fail-container] svg")
    assert not page.has("#main [data-testid=fail-container] button")


def test_of_a_failed_message_only_the_time_is_left_in_e3(page: WhatsAppPage) -> None:
    page.simulator.set(era="E3")
    page.simulator.scenario("failed_bubble")
    page.link()
    page.open_chat(ANNA)
    type_keys(page, "hello", Keys.ENTER)
    page.wait_for("[data-testid=fail-container] button svg")
    assert page.text("[data-testid=fail-container] svg title") == "ic-error"
    assert not page.has("[data-testid=msg-meta] svg")
    assert page.text("[data-testid=msg-meta]") != ""
