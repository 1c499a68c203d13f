"""Sending and settling files, as plays (tests/support/plays.py): issue 15."""

from unittest.mock import Mock

import pytest

from tests.integration.session.stage import Stage, sending
from whatsapp_tasks.domain.intents import Intent
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.errors import (
    FileGone,
    FileUnreadable,
    LeaseLost,
    ObjectStoreFailed,
    SendPostponed,
    SendUnsettled,
    StoreUnavailable,
    WhatsAppTasksError,
)
from whatsapp_tasks.stores.ledger import Ledger
from whatsapp_tasks.stores.messages import Message
from whatsapp_tasks.stores.opt_outs import OptOuts

CHOSEN = """
    << open Ada
    >> Ada | box: | them: Hi
    << focus
    << press attach
    >> Ada | box: | them: Hi | menu
    << choose report.pdf as document
"""
SHOWN = """
    >> Ada | box: | them: Hi | preview: report.pdf | caption:
"""
TYPED = """
    << focus caption
    << type caption Hello
    >> Ada | box: | them: Hi | preview: report.pdf | caption: Hello
"""
PUT_AWAY = """
    << press Close
    >> Ada | box: | them: Hi | preview: report.pdf | caption: Hello | dialog: discard_selection
    << press Discard
    >> Ada | box: | them: Hi
"""


def test_a_file_is_sent_with_its_caption(stage: Stage) -> None:
    message = stage.accept_file(caption="Hello")
    stage.play("-- after_claim" + CHOSEN.replace("<< choose", "-- chooser_open\n<< choose") + SHOWN)
    stage.play("-- preview_open" + TYPED + "-- after_typing\n-- before_enter\n-- order")
    stage.play("""
        << press send of the preview
        >> Ada | box: | them: Hi
        >> 0.1 s later: Ada | box: | them: Hi | us#new: Hello {document report.pdf, running 10} (pending)
        -- uploading
        >> 3 s later: Ada | box: | them: Hi | us#new: Hello {document report.pdf} (pending)
        -- uploaded
        >> 1 s later: Ada | box: | them: Hi | us#new: Hello {document report.pdf} (sent)
    """)
    assert stage.deliver(message) == (Status.SENT, None)
    stage.page.end()
    assert stage.rig.get(message.id).bubble_id == "#new"
    (path,) = stage.outgoing.seen
    assert path.name == "report.pdf"
    assert not path.parent.exists()


def test_without_a_caption_nothing_is_typed(stage: Stage) -> None:
    message = stage.accept_file()
    stage.play(CHOSEN + SHOWN)
    stage.play("""
        << press send of the preview
        >> Ada | box: | them: Hi | us: {document report.pdf} (sent)
    """)
    assert stage.deliver(message) == (Status.SENT, None)
    stage.page.end()


@pytest.mark.parametrize("place", ["after_typing", "before_enter", "order"])
def test_without_the_lease_the_button_is_not_pressed(stage: Stage, place: str) -> None:
    message = stage.accept_file(caption="Hello")
    stage.play(CHOSEN + SHOWN + TYPED + f"-- {place}\n!! the lease is lost")
    assert stage.deliver(message) == (Status.SENDING, None)
    stage.page.end()
    assert (stage.rig.get(message.id).intent is not None) is (place != "after_typing")


@pytest.mark.parametrize(
    ("what", "outcome"),
    [
        ("a pause", (Status.QUEUED, "paused")),
        ("an opt-out", (Status.FAILED, "recipient_opted_out")),
    ],
)
def test_what_comes_while_it_is_attached_holds_the_button_back(
    stage: Stage, what: str, outcome: tuple[Status, str]
) -> None:
    message = stage.accept_file(caption="Hello")
    stage.page.happen["an opt-out"] = lambda: OptOuts(stage.rig.database).add(message.recipient.name)
    stage.play(CHOSEN + SHOWN + TYPED + f"-- after_typing\n!! {what}" + PUT_AWAY)
    assert stage.deliver(message) == outcome
    stage.page.end()


def test_what_expires_while_it_is_attached_is_taken_back(stage: Stage) -> None:
    message = stage.accept_file(caption="Hello")
    stage.rig.database.do(
        "HSET", stage.rig.keys.message(message.id), "expires_at_ms", stage.context.now_ms() + 5000
    )
    stage.play(CHOSEN + SHOWN)
    stage.play("""
        << focus caption
        << type caption Hello
        !! 6 s pass
    """)
    stage.play(TYPED.splitlines()[-1] + PUT_AWAY)
    assert stage.deliver(message) == (Status.QUEUED, "expired")
    stage.page.end()


@pytest.mark.parametrize(
    ("says", "code"),
    [
        ("file_not_supported", "file_not_supported"),
        ("file_too_large", "file_too_large"),
        ("file_empty", "file_empty"),
        ("file_not_added", "file_not_supported"),
    ],
)
def test_what_the_page_refuses_fails_this_message_and_not_the_account(
    stage: Stage, says: str, code: str
) -> None:
    message = stage.accept_file()
    stage.play(CHOSEN + f">> Ada | box: | them: Hi | says: {says}")
    assert stage.deliver(message) == (Status.FAILED, code)
    stage.page.end()
    assert stage.context.circuits.get().failures == 0
    assert stage.session_rig.pauses == set()


def test_a_file_that_the_page_could_not_load_is_tried_again(stage: Stage) -> None:
    """docs/failures.md: three attempts."""
    message = stage.accept_file()
    stage.play(CHOSEN + ">> Ada | box: | them: Hi | says: file_not_loaded")
    assert stage.deliver(message) == (Status.QUEUED, "file_not_loaded")
    stage.page.end()


def test_what_the_page_said_of_an_earlier_file_refuses_no_other(stage: Stage) -> None:
    message = stage.accept_file()
    stage.play("""
        << open Ada
        >> Ada | box: | them: Hi | says: file_empty
        << focus
        >> 2 s later: Ada | box: | them: Hi
        << press attach
        >> Ada | box: | them: Hi | menu
        << choose report.pdf as document
    """)
    stage.play(SHOWN)
    stage.play("""
        << press send of the preview
        >> Ada | box: | them: Hi | us: {document report.pdf} (sent)
    """)
    assert stage.deliver(message) == (Status.SENT, None)
    stage.page.end()


def test_what_the_page_goes_on_saying_refuses_no_other_either(stage: Stage) -> None:
    message = stage.accept_file()
    stage.play("""
        << open Ada
        >> Ada | box: | them: Hi | says: file_empty
        << focus
        << press attach
        >> Ada | box: | them: Hi | menu | says: file_empty
        << choose report.pdf as document
        >> Ada | box: | them: Hi | preview: report.pdf | caption: | says: file_empty
        << press send of the preview
        >> Ada | box: | them: Hi | us: {document report.pdf} (sent)
    """)
    assert stage.deliver(message) == (Status.SENT, None)
    stage.page.end()


@pytest.mark.parametrize(
    ("shows", "code"),
    [
        ("preview: other.pdf | caption:", "preview_unexpected"),
        ("preview: report.pdf + other.pdf | caption:", "preview_unexpected"),
        ("preparing | caption:", "preview_not_shown"),
        ("menu", "preview_not_shown"),
    ],
    ids=["another file", "two files", "never ready", "no preview"],
)
def test_a_preview_that_is_not_the_files_is_closed_and_tried_again(
    stage: Stage, shows: str, code: str
) -> None:
    message = stage.accept_file()
    stage.play(CHOSEN + f">> Ada | box: | them: Hi | {shows}")
    stage.play(
        "<< press Attach\n>> Ada | box: | them: Hi"
        if shows == "menu"
        else "<< press Close\n>> Ada | box: | them: Hi"
    )
    assert stage.deliver(message) == (Status.QUEUED, code)
    stage.page.end()


@pytest.mark.parametrize(("same_file", "opens"), [(True, False), (False, True)])
def test_one_file_that_no_page_can_show_does_not_stop_the_account(
    stage: Stage, same_file: bool, opens: bool
) -> None:
    """It goes to many recipients; it counts once, as a recipient does. Many files are the page's fault."""
    allowed = stage.context.settings.circuit_failures
    for number in range(allowed + 1):
        digest = f"{0 if same_file else number:064x}"
        message = stage.accept_file(phone=f"+49151123456{number:02d}", digest=digest)
        failed = SendPostponed("preview_not_shown", "test")
        stage.session.delivery._attempt(message, Mock(side_effect=failed))
    assert bool(stage.context.circuits.get().openings) is opens


@pytest.mark.parametrize(("later", "ends"), [("0.5 s later: ", Status.SENT), (None, Status.QUEUED)])
def test_a_box_for_the_caption_may_come_after_the_button(
    stage: Stage, later: str | None, ends: Status
) -> None:
    """Where none comes, the page is about to make a sticker."""
    message = stage.accept_file("a.png", kind="image")
    stage.play(CHOSEN.replace("report.pdf as document", "a.png as image"))
    stage.play(">> Ada | box: | them: Hi | preview:")
    if later:
        stage.play(f"""
            >> {later}Ada | box: | them: Hi | preview: | caption:
            << press send of the preview
            >> Ada | box: | them: Hi | us: {{image}} (sent)
        """)
    else:
        stage.play("<< press Close\n>> Ada | box: | them: Hi")
    code = None if later else "file_kind_not_taken"
    assert stage.deliver(message) == (ends, code)
    stage.page.end()


def test_a_picture_that_is_about_to_become_something_else_is_not_sent(stage: Stage) -> None:
    message = stage.accept_file("a.png", kind="image")
    stage.play(CHOSEN.replace("report.pdf as document", "a.png as image"))
    stage.play("""
        >> Ada | box: | them: Hi | preview: a.png | caption:
        << press Close
        >> Ada | box: | them: Hi
    """)
    assert stage.deliver(message) == (Status.QUEUED, "file_kind_not_taken")
    stage.page.end()


@pytest.mark.parametrize(
    ("act", "reason", "code"),
    [
        ("press attach", "no_box", "box_not_ready"),
        ("choose report.pdf as document", "no_chooser", "attach_not_found"),
        ("choose report.pdf as document", "chat_moved", "chat_moved"),
    ],
)
def test_input_that_was_held_back_is_tried_again(stage: Stage, act: str, reason: str, code: str) -> None:
    message = stage.accept_file()
    scene, _, _ = CHOSEN.partition(f"<< {act}")
    stage.play(f"{scene}<< {act} -> stopped: {reason}")
    if act.startswith("choose"):
        stage.play("<< press Attach\n>> Ada | box: | them: Hi")
    assert stage.deliver(message) == (Status.QUEUED, code)
    stage.page.end()
    assert stage.rig.get(message.id).intent is None


def test_a_button_that_was_held_back_withdraws_the_intent(stage: Stage) -> None:
    message = stage.accept_file(caption="Hello")
    stage.play(CHOSEN + SHOWN + TYPED + "<< press send of the preview -> stopped: dialog")
    assert stage.deliver(message) == (Status.QUEUED, "input_stopped")
    stage.page.end()
    assert stage.rig.get(message.id).intent is None


def test_a_press_that_the_page_did_not_take_is_tried_again(stage: Stage) -> None:
    message = stage.accept_file(caption="Hello")
    stage.play(CHOSEN + SHOWN + TYPED + "<< press send of the preview" + PUT_AWAY)
    assert stage.deliver(message) == (Status.QUEUED, "enter_ignored")
    stage.page.end()


@pytest.mark.parametrize("left", ["preview: old.pdf | caption: words", "menu"])
def test_what_a_dead_attempt_left_open_goes_before_a_text(stage: Stage, left: str) -> None:
    message = stage.accept("Hello")
    stage.play(f">> Bo | box: | {left}")
    stage.look()
    stage.play(
        """
        << press Attach
        >> Bo | box:
    """
        if left == "menu"
        else """
        << press Close
        >> Bo | box: | preview: old.pdf | caption: words | dialog: discard_selection
        << press Discard
        >> Bo | box:
    """
    )
    stage.play(sending())
    assert stage.deliver(message) == (Status.SENT, None)
    stage.page.end()


def test_a_preview_that_cannot_be_closed_goes_with_a_load(stage: Stage) -> None:
    message = stage.accept("Hello")
    stage.play(">> Bo | box: | preview: old.pdf | caption:")
    stage.look()
    stage.play("""
        << press Close
        >> Bo | box: | preview: old.pdf | caption:
        << load the chats
        >> chats
    """)
    stage.play(sending())
    assert stage.deliver(message) == (Status.SENT, None)
    stage.page.end()


def test_the_place_in_the_chat_is_known_although_the_preview_hides_it(stage: Stage) -> None:
    """Without a place before it, an old file of the same name could be taken for ours after a crash."""
    message = stage.accept_file()
    stage.play(CHOSEN.replace("them: Hi", "them#old: Hi"))
    stage.play("""
        >> Ada | box: | preview: report.pdf | caption:
        << press send of the preview
        >> Ada | box: | them#old: Hi | us: {document report.pdf} (sent)
    """)
    assert stage.deliver(message) == (Status.SENT, None)
    stage.page.end()
    intent = stage.rig.get(message.id).intent
    assert intent is not None
    assert intent.anchors == ("#old",)


def test_a_worker_that_ends_leaves_no_file(stage: Stage) -> None:
    file = stage.accept_file().file
    assert file is not None
    with pytest.raises(SendUnsettled), stage.outgoing.file(file):
        raise SendUnsettled("page_left", "test")
    assert stage.outgoing.seen[0].exists()
    stage.session.close()
    assert not stage.outgoing.seen[0].exists()


# the upload


def sent_off(stage: Stage, caption: str = "Hello") -> Message:
    """A message whose file has left the preview."""
    message = stage.accept_file(caption=caption)
    stage.play(CHOSEN + SHOWN + TYPED + "<< press send of the preview")
    return message


def test_a_slow_upload_is_no_hang(stage: Stage) -> None:
    message = sent_off(stage)
    stage.play(">> Ada | box: | them: Hi | us#n: Hello {document report.pdf, running 1} (pending)")
    for percent in range(2, 100):
        stage.play(
            f">> 50 s later: Ada | box: | them: Hi | us#n: Hello "
            f"{{document report.pdf, running {percent}}} (pending)"
            if percent < 2
            else f">> 0.2 s later: Ada | box: | them: Hi | us#n: Hello "
            f"{{document report.pdf, running {percent}}} (pending)"
        )
    stage.play(">> 1 s later: Ada | box: | them: Hi | us#n: Hello {document report.pdf} (sent)")
    assert stage.deliver(message) == (Status.SENT, None)
    stage.page.end()


def test_an_upload_that_stands_still_is_unknown_and_no_matter_of_the_circuit(stage: Stage) -> None:
    message = sent_off(stage)
    stage.play(">> Ada | box: | them: Hi | us#n: Hello {document report.pdf, running 40} (pending)")
    assert stage.deliver(message) == (Status.UNKNOWN, "file_uploading")
    assert stage.context.circuits.get().failures == 0
    assert stage.rig.get(message.id).bubble_id == "#n"


@pytest.mark.parametrize(
    ("tick", "outcome"),
    [
        ("failed", (Status.FAILED, "file_upload_stopped")),
        ("pending", (Status.UNKNOWN, "file_uploading")),
    ],
)
def test_an_upload_that_stopped_fails_only_with_the_mark(
    stage: Stage, tick: str, outcome: tuple[Status, str]
) -> None:
    message = sent_off(stage)
    stage.play(f"""
        >> Ada | box: | them: Hi | us#n: Hello {{document report.pdf, running 40}} (pending)
        >> 2 s later: Ada | box: | them: Hi | us#n: Hello {{document report.pdf, stopped}} ({tick})
    """)
    assert stage.deliver(message) == outcome


def test_a_page_that_is_reloaded_while_it_uploads_leaves_it_to_the_chat(stage: Stage) -> None:
    message = sent_off(stage)
    stage.play("""
        >> Ada | box: | them: Hi | us#n: Hello {document report.pdf, running 40} (pending)
        !! another browser
        >> 1 s later: chats
    """)
    assert stage.deliver(message) == (Status.SENDING, None)
    stage.clock.sleep(3)
    stage.look()
    stage.play("""
        << load Ada
        >> Ada | box: | them: Hi
        << load Ada
        >> Ada | box: | them: Hi
    """)
    assert stage.deliver(message) == (Status.QUEUED, "not_in_chat")
    stage.page.end()


# the store


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (FileGone(), (Status.FAILED, "file_gone")),
        (FileUnreadable(), (Status.FAILED, "file_unreadable")),
        (ObjectStoreFailed(), (Status.QUEUED, "file_store_unavailable")),
    ],
)
def test_without_its_bytes_nothing_is_opened(
    stage: Stage, error: Exception, outcome: tuple[Status, str]
) -> None:
    stage.outgoing.fails = error  # type: ignore[assignment]
    message = stage.accept_file()
    assert stage.deliver(message) == outcome
    assert stage.page.done == []


# settling


def begun(stage: Stage, kind: str = "document", caption: str = "") -> Message:
    """A message with a file whose worker died around the press; the chat ended with ``#hi`` then."""
    message = stage.accept_file("report.pdf", caption, kind)
    assert stage.rig.pop() == message.id
    assert stage.rig.claim(message) == "claimed"
    message = stage.rig.get(message.id)
    stage.context.ledger.note_intent(message, stage.context.lease.fence, Intent(1, ("#hi",)))
    return message


def seen(stage: Stage, *rows: str) -> None:
    """The chat shows these rows, before and after the load."""
    shows = " | ".join(("Ada | box: | them#hi: Hi", *rows))
    stage.play(f"<< open Ada\n>> {shows}\n<< load Ada\n>> {shows}")


@pytest.mark.parametrize(
    ("kind", "caption", "row"),
    [
        ("document", "", "us: {document report.pdf} (sent)"),
        ("document", "Hello", "us: Hello {document report.pdf} (sent)"),
        ("image", "Hello", "us: Hello {image} (sent)"),
    ],
)
def test_a_file_that_can_be_told_from_others_is_found(
    stage: Stage, kind: str, caption: str, row: str
) -> None:
    message = begun(stage, kind, caption)
    stage.play(f"<< open Ada\n>> Ada | box: | them#hi: Hi | {row}")
    assert stage.deliver(message) == (Status.SENT, None)
    stage.page.end()


@pytest.mark.parametrize(
    ("kind", "caption", "rows"),
    [
        ("document", "", ()),
        ("document", "", ("us: {document other.pdf} (sent)",)),
        ("document", "", ("them: {document report.pdf}",)),
        ("image", "Hello", ("us: Bye {image} (sent)",)),
        ("image", "", ()),
        ("image", "", ("us: a text of ours (sent)",)),
    ],
)
def test_a_file_that_is_not_there_is_sent_again(
    stage: Stage, kind: str, caption: str, rows: tuple[str, ...]
) -> None:
    message = begun(stage, kind, caption)
    seen(stage, *rows)
    assert stage.deliver(message) == (Status.QUEUED, "not_in_chat")
    stage.page.end()


@pytest.mark.parametrize("rows", [("us: {image} (sent)",), ("us#a: {image} (sent)", "us#b: {image} (read)")])
def test_a_picture_without_a_word_may_be_anybodys(stage: Stage, rows: tuple[str, ...]) -> None:
    """Issue 15: two equal pictures in a row must not be confused; here it ends in `unknown`."""
    message = begun(stage, "image")
    for look in range(5):
        seen(stage, *rows) if look == 0 else stage.play(
            "\n".join(("<< load Ada", f">> {' | '.join(('Ada | box: | them#hi: Hi', *rows))}"))
        )
        outcome = stage.deliver(message)
        stage.page.end()
        stage.clock.sleep(60)
    assert outcome == (Status.UNKNOWN, "chat_unclear")


def test_a_picture_whose_bubble_was_noted_is_known_by_it(stage: Stage) -> None:
    message = begun(stage, "image")
    stage.context.ledger.note(message, stage.context.lease.fence, bubble_id="#ours")
    stage.play("""
        << open Ada
        >> Ada | box: | them#hi: Hi | us#other: {image} (read) | us#ours: {image} (sent)
    """)
    assert stage.deliver(message) == (Status.SENT, None)
    stage.page.end()


@pytest.mark.parametrize("error", [StoreUnavailable, LeaseLost])
@pytest.mark.parametrize("rows", [" | them: Hi", ""])
def test_a_picture_that_was_seen_while_redis_was_away_is_known_again(
    stage: Stage, error: type[WhatsAppTasksError], rows: str
) -> None:
    """Found by the crash matrix: Redis died, or this worker stood still, between the press and the note."""
    message = stage.accept_file("a.png", kind="image")
    patch = pytest.MonkeyPatch()

    def go_away() -> None:
        for name in ("note", "contacted"):
            patch.setattr(Ledger, name, Mock(side_effect=error))

    stage.page.happen["Redis goes away"] = go_away
    stage.play(CHOSEN.replace("report.pdf as document", "a.png as image").replace(" | them: Hi", rows))
    stage.play(f"""
        >> Ada | box:{rows} | preview: | caption:
        -- before_enter
        !! Redis goes away
        << press send of the preview
        >> Ada | box:{rows} | us#ours: {{image}} (pending)
    """)
    try:
        assert stage.deliver(message) == (Status.SENDING, None)
    finally:
        patch.undo()
    stage.play(f">> Ada | box:{rows} | us#other: {{image}} (read) | us#ours: {{image}} (sent)")
    assert stage.deliver(message) == (Status.SENT, None)
    stage.page.end()
