"""Sending, as plays (tests/support/plays.py): issue 13, "The send path is tested where it decides"."""

from unittest.mock import Mock

import pytest

from tests.integration.session.stage import ADA, BO, Stage, sending
from whatsapp_tasks.dispatch import Dispatcher
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.errors import SendPostponed
from whatsapp_tasks.stores.opt_outs import OptOuts

OPENED = """
    << open Ada
    >> Ada | box: | them: Hi
    << focus
"""
TYPED = """
    << type Hello
    >> Ada | box: Hello | them: Hi
"""


def test_a_message_is_sent(stage: Stage) -> None:
    message = stage.accept("Hello")
    stage.play(OPENED + TYPED)
    stage.play("""
        -- before_enter
        << enter
        >> Ada | box: | them: Hi | us: Hello (pending)
        >> 3 s later: Ada | box: | them: Hi | us: Hello (sent)
    """)
    assert stage.deliver(message) == (Status.SENT, None)
    stage.page.end()
    assert stage.rig.get(message.id).bubble_id == "us: Hello"


def test_what_expires_while_it_is_typed_is_taken_back(stage: Stage) -> None:
    """Mutant: no expiry check before Enter."""
    message = stage.accept("Hello", expires_at_ms=stage.context.now_ms() + 5000)
    stage.play(OPENED)
    stage.play("""
        << type Hello
        !! 6 s pass
        >> Ada | box: Hello | them: Hi
        << focus
        << clear
        >> Ada | box: | them: Hi
    """)
    assert stage.deliver(message) == (Status.QUEUED, "expired")
    stage.page.end()


@pytest.mark.parametrize(
    ("place", "intended"), [("after_typing", False), ("before_enter", True), ("order", True)]
)
def test_without_the_lease_enter_is_not_pressed(stage: Stage, place: str, intended: bool) -> None:
    """Mutant: no second lease check. A worker that was stopped meanwhile may have been succeeded."""
    message = stage.accept("Hello")
    stage.play(OPENED + TYPED)
    stage.play(f"""
        -- {place}
        !! the lease is lost
    """)
    assert stage.deliver(message) == (Status.SENDING, None)
    stage.page.end()
    assert (stage.rig.get(message.id).intent is not None) is intended
    assert stage.gate.closed == 1


def test_with_a_lease_that_is_about_to_end_enter_is_not_pressed(stage: Stage) -> None:
    """Mutant: no second lease check. It asks for as long as Enter may take."""
    message = stage.accept("Hello")
    stage.play(OPENED + TYPED)
    stage.play("""
        -- before_enter
        !! the lease has a second left
    """)
    assert stage.deliver(message) == (Status.SENDING, None)
    stage.page.end()
    assert stage.gate.closed == 1


def test_a_pause_while_it_is_typed_holds_enter_back(stage: Stage) -> None:
    message = stage.accept("Hello")
    stage.play(OPENED + TYPED)
    stage.play("""
        -- after_typing
        !! a pause
        << focus
        << clear
        >> Ada | box: | them: Hi
    """)
    assert stage.deliver(message) == (Status.QUEUED, "paused")
    stage.page.end()


def test_an_opt_out_while_it_is_typed_holds_enter_back(stage: Stage) -> None:
    message = stage.accept("Hello")
    stage.page.happen["an opt-out"] = lambda: OptOuts(stage.rig.database).add(message.recipient.name)
    stage.play(OPENED + TYPED)
    stage.play("""
        -- after_typing
        !! an opt-out
        << focus
        << clear
        >> Ada | box: | them: Hi
    """)
    assert stage.deliver(message) == (Status.FAILED, "recipient_opted_out")
    stage.page.end()


HISTORY = "us: Your code is 7 (read) | them: stop! | them: please"


def test_an_opt_out_that_no_look_has_seen_holds_enter_back(stage: Stage) -> None:
    """Another message came right after it, so the list of chats never showed it as the last one."""
    message = stage.accept("Hello")
    stage.play(f"""
        << open Ada
        >> Ada | box: | {HISTORY}
        << focus
        << type Hello
        >> Ada | box: Hello | {HISTORY}
        << focus
        << clear
        >> Ada | box: | {HISTORY}
    """)
    assert stage.deliver(message) == (Status.FAILED, "recipient_opted_out")
    stage.page.end()
    assert OptOuts(stage.rig.database).source(message.recipient.name) == "answer"


@pytest.mark.parametrize("then", ["removed", "answered"])
def test_an_opt_out_that_was_heeded_or_answered_holds_nothing_back(stage: Stage, then: str) -> None:
    history = HISTORY if then == "removed" else f"{HISTORY} | us: Sorry (read)"
    message = stage.accept("Hello")
    if then == "removed":  # with their consent
        stage.context.incoming.opt_out(message.recipient.name, "them: stop!")
        OptOuts(stage.rig.database).remove(message.recipient.name)
    stage.play(f"""
        << open Ada
        >> Ada | box: | {history}
        << focus
        << type Hello
        >> Ada | box: Hello | {history}
        << enter
        >> Ada | box: | {history} | us: Hello (sent)
    """)
    assert stage.deliver(message) == (Status.SENT, None)
    stage.page.end()


def test_another_chat_with_the_same_text_in_its_box_is_not_sent(stage: Stage) -> None:
    """Mutant: no chat check after typing."""
    message = stage.accept("Hello")
    stage.play(OPENED)
    stage.play("""
        << type Hello
        >> Bo | box: Hello | them: Hi
    """)
    assert stage.deliver(message) == (Status.QUEUED, "chat_moved")
    stage.page.end()


@pytest.mark.parametrize(
    ("shows", "code", "then"),
    [
        ("Ada | box: Hello | them: Hi | dialog: too_long", "input_stopped", ""),
        (
            "Ada | box: Hello! | them: Hi",
            "text_not_kept",
            """
            << focus
            << clear
            >> Ada | box: | them: Hi
            """,
        ),
        ("screen: temporary_ban", "page_not_ready", ""),
        ("Ada | them: Hi", "box_not_ready", ""),
    ],
    ids=["dialog", "text altered", "page left", "no box"],
)
def test_a_box_that_does_not_show_the_text_is_not_sent(
    stage: Stage, shows: str, code: str, then: str
) -> None:
    message = stage.accept("Hello")
    stage.play(OPENED)
    stage.play(f"""
        << type Hello
        >> {shows}
        {then}
    """)
    assert stage.deliver(message) == (Status.QUEUED, code)
    stage.page.end()


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("chat_moved", "chat_moved"),
        ("text", "text_not_kept"),
        ("suggestions", "text_not_kept"),
        ("no_box", "box_not_ready"),
        ("dialog", "input_stopped"),
        ("focus", "input_stopped"),
    ],
)
@pytest.mark.parametrize("act", ["focus", "type Hello", "enter"])
def test_input_that_was_held_back_is_tried_again(stage: Stage, act: str, reason: str, code: str) -> None:
    message = stage.accept("Hello")
    scenes = {
        "focus": "<< open Ada\n>> Ada | box: | them: Hi\n<< focus",
        "type Hello": OPENED + "<< type Hello",
        "enter": OPENED + TYPED + "<< enter",
    }
    stage.play(scenes[act].rstrip() + f" -> stopped: {reason}")
    assert stage.deliver(message) == (Status.QUEUED, code)
    stage.page.end()
    assert stage.rig.get(message.id).intent is None


def test_a_page_that_did_not_take_enter_is_tried_again(stage: Stage) -> None:
    """Mutant: the own last look ignored. Enter reached the page, and the whole text still stands there."""
    message = stage.accept("Hello")
    stage.play(OPENED + TYPED)
    stage.play("""
        << enter
        << focus
        << clear
        >> Ada | box: | them: Hi
    """)
    assert stage.deliver(message) == (Status.QUEUED, "enter_ignored")
    stage.page.end()
    assert stage.rig.get(message.id).intent is None


def test_a_text_that_was_sent_and_stays_in_the_box_is_not_typed_again(stage: Stage) -> None:
    """The box alone does not tell."""
    message = stage.accept("Hello")
    stage.play(OPENED + TYPED)
    stage.play("""
        << enter
        >> Ada | box: Hello | them: Hi | us: Hello (sent)
    """)
    assert stage.deliver(message) == (Status.SENDING, None)
    stage.clock.sleep(3)
    assert stage.deliver(message) == (Status.SENT, None)
    stage.page.end()


def test_where_the_text_left_the_box_and_no_bubble_came_the_chat_decides(stage: Stage) -> None:
    message = stage.accept("Hello")
    stage.play(OPENED + TYPED)
    stage.play("""
        << enter
        >> Ada | box: | them: Hi
    """)
    assert stage.deliver(message) == (Status.SENDING, None)
    stage.page.end()
    assert stage.rig.get(message.id).intent is not None


def test_an_old_message_with_the_same_text_is_not_taken_for_ours(stage: Stage) -> None:
    """The history comes after the header, while nothing is typed yet or after it."""
    message = stage.accept("Hello")
    stage.play("""
        << open Ada
        >> Ada | box:
        << focus
        << type Hello
        >> Ada | box: Hello
        >> 1 s later: Ada | box: Hello | us#old: Hello (read)
        << enter
        >> Ada | box: | us#old: Hello (read) | us#new: Hello (sent)
    """)
    assert stage.deliver(message) == (Status.SENT, None)
    stage.page.end()
    assert stage.rig.get(message.id).bubble_id == "#new"


def test_what_another_device_sent_between_the_look_and_enter_is_not_taken_for_ours(stage: Stage) -> None:
    """A picture without a word could be a text that is drawn otherwise."""
    message = stage.accept("Hello")
    stage.play(OPENED + TYPED)
    stage.play("""
        << enter
        >> Ada | box: | them: Hi | us#photo: hello (read)
        >> 0.5 s later: Ada | box: | them: Hi | us#photo: hello (read) | us#ours: Hello (pending)
        >> 1 s later: Ada | box: | them: Hi | us#photo: hello (read) | us#ours: Hello (sent)
    """)
    assert stage.deliver(message) == (Status.SENT, None)
    stage.page.end()
    assert stage.rig.get(message.id).bubble_id == "#ours"


def test_an_old_text_that_is_loaded_after_enter_is_not_taken_for_ours(stage: Stage) -> None:
    message = stage.accept("Hello")
    stage.play("""
        << open Ada
        >> Ada | box:
        << focus
        << type Hello
        >> Ada | box: Hello
        << enter
        >> Ada | box: | us#old: Hello (read)
        >> 0.5 s later: Ada | box: | us#old: Hello (read) | us#ours: Hello (pending)
        >> 1 s later: Ada | box: | us#old: Hello (read) | us#ours: Hello (sent)
    """)
    assert stage.deliver(message) == (Status.SENT, None)
    stage.page.end()
    assert stage.rig.get(message.id).bubble_id == "#ours"


@pytest.mark.parametrize("tick", ["read", "sent"])
def test_an_old_text_is_not_taken_for_ours_however_late_ours_shows(stage: Stage, tick: str) -> None:
    """A slow page: the history comes after Enter, and our bubble seconds after the history."""
    message = stage.accept("Hello")
    stage.play(f"""
        << open Ada
        >> Ada | box:
        << focus
        << type Hello
        >> Ada | box: Hello
        << enter
        >> Ada | box: | them: Hi | us#old: Hello ({tick})
        >> 5 s later: Ada | box: | them: Hi | us#old: Hello ({tick}) | us#ours: Hello (pending)
        >> 1 s later: Ada | box: | them: Hi | us#old: Hello ({tick}) | us#ours: Hello (failed)
    """)
    assert stage.deliver(message) == (Status.FAILED, "whatsapp_refused")
    stage.page.end()


@pytest.mark.parametrize(
    ("shown", "end"),
    [
        # It is all the history there is, and ours shows later.
        (
            """
        >> Ada | box: | us#old: Hello (sent)
        >> 5 s later: Ada | box: | us#old: Hello (read) | us#ours: Hello (failed)
            """,
            (Status.FAILED, "whatsapp_refused"),
        ),
        # The history was deleted: a bubble shows within the time for it, or not at all.
        (">> Ada | box: | us#ours: Hello (sent)", (Status.SENT, None)),
    ],
)
def test_the_only_bubble_of_a_chat_that_was_written_to_may_be_an_old_one(
    stage: Stage, shown: str, end: tuple[Status, str | None]
) -> None:
    """A slow page: our second message says the same as the first."""
    stage.play(sending())
    assert stage.deliver(stage.accept("Hello")) == (Status.SENT, None)
    stage.page.new_document()
    second = stage.accept("Hello")
    stage.play(f"""
        >> chats
        << load Ada
        >> Ada | box:
        << focus
        << type Hello
        >> Ada | box: Hello
        << enter
        {shown}
    """)
    assert stage.deliver(second) == end
    stage.page.end()


def test_a_page_that_is_reloaded_before_the_tick_leaves_it_to_the_chat(stage: Stage) -> None:
    """The bubble lived in that page: waiting for its tick would end as `unknown`, whatever the chat shows."""
    message = stage.accept("Hello")
    stage.play(OPENED + TYPED)
    stage.play("""
        << enter
        >> Ada | box: | them: Hi | us: Hello (pending)
        !! another browser
        >> 1 s later: loading
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


def test_a_bubble_counts_once_the_text_has_left_the_box(stage: Stage) -> None:
    message = stage.accept("Hello")
    stage.play(OPENED + TYPED)
    stage.play("""
        << enter
        >> Ada | box: Hello | them: Hi | us#old: Hello (read)
        >> 1 s later: Ada | box: | them: Hi | us#old: Hello (read) | us#new: Hello (sent)
    """)
    assert stage.deliver(message) == (Status.SENT, None)
    stage.page.end()
    assert stage.rig.get(message.id).bubble_id == "#new"


def test_a_bubble_in_another_chat_is_not_ours(stage: Stage) -> None:
    message = stage.accept("Hello")
    stage.play(OPENED + TYPED)
    stage.play("""
        << enter
        >> Bo | box: | them: Hi | us: Hello (sent)
    """)
    assert stage.deliver(message) == (Status.SENDING, None)
    stage.page.end()


def test_a_line_break_in_place_of_sending_is_taken_back_and_the_button_is_used_next(stage: Stage) -> None:
    message = stage.accept("Hello")
    stage.play(OPENED + TYPED)
    stage.play("""
        << enter
        >> Ada | box: Hello↵ | them: Hi
        << focus
        << clear
        >> Ada | box: | them: Hi
    """)
    assert stage.deliver(message) == (Status.QUEUED, "enter_does_not_send")
    stage.page.end()
    second = stage.accept("Hello")
    stage.play("<< focus" + TYPED)
    stage.play("""
        << press send
        >> Ada | box: | them: Hi | us: Hello (sent)
    """)
    assert stage.deliver(second) == (Status.SENT, None)
    stage.page.end()


@pytest.mark.parametrize(("tick", "status"), [("sent", Status.SENT), ("delivered", Status.DELIVERED)])
def test_the_tick_gives_the_status(stage: Stage, tick: str, status: Status) -> None:
    message = stage.accept("Hello")
    stage.play(OPENED + TYPED)
    stage.play(f"""
        << enter
        >> Ada | box: | them: Hi | us: Hello ({tick})
    """)
    assert stage.deliver(message)[0] is status


def test_a_failed_bubble_is_a_refusal(stage: Stage) -> None:
    message = stage.accept("Hello")
    stage.play(OPENED + TYPED)
    stage.play("""
        << enter
        >> Ada | box: | them: Hi | us: Hello (failed)
    """)
    assert stage.deliver(message) == (Status.FAILED, "whatsapp_refused")


def test_a_bubble_whose_tick_never_comes_is_unknown(stage: Stage) -> None:
    message = stage.accept("Hello")
    stage.play(OPENED + TYPED)
    stage.play("""
        << enter
        >> Ada | box: | them: Hi | us: Hello (pending)
    """)
    assert stage.deliver(message) == (Status.UNKNOWN, "still_pending")


def test_a_draft_in_the_box_goes_before_anything_is_typed(stage: Stage) -> None:
    message = stage.accept("Hello")
    stage.play("""
        << open Ada
        >> Ada | box: a draft | them: Hi
        << focus
        << clear
        >> Ada | box: | them: Hi
        << type Hello
        >> Ada | box: Hello | them: Hi
        << enter
        >> Ada | box: | them: Hi | us: Hello (sent)
    """)
    assert stage.deliver(message) == (Status.SENT, None)
    stage.page.end()


@pytest.mark.parametrize("shown", ["", "| us: Hello (pending)"], ids=["no bubble yet", "no tick yet"])
def test_a_page_that_leaves_the_chats_after_enter_ends_the_wait(stage: Stage, shown: str) -> None:
    """Found by `make mutants`: with waits of 15 s and more, the state is seen at once all the same."""
    message = stage.accept("Hello")
    stage.play(OPENED + TYPED)
    stage.play(f"""
        << enter
        >> Ada | box: | them: Hi {shown}
        >> 1 s later: screen: temporary_ban
    """)
    before = stage.clock.now
    assert stage.deliver(message) == (Status.SENDING, None)
    stage.page.end()
    assert stage.clock.now - before == 1.0


@pytest.mark.parametrize("screen", ["screen: temporary_ban", "screen: service_unavailable", "qr"])
@pytest.mark.parametrize(
    "before",
    [
        ">> loading",
        "<< open Ada\n>> Ada | box unfocused: | them: Hi\n<< focus",
        "<< open Ada\n>> Ada | box: a draft | them: Hi\n<< focus\n<< clear",
        OPENED + "<< type Hello\n>> Ada | box: Hell | them: Hi",
    ],
    ids=["the chats", "the focus", "an empty box", "the text"],
)
def test_a_page_that_leaves_the_chats_before_enter_ends_the_wait(
    stage: Stage, before: str, screen: str
) -> None:
    """Issue 11, C12: whatever is waited for."""
    message = stage.accept("Hello")
    stage.play(f"{before}\n>> 1 s later: {screen}")
    began = stage.clock.now
    assert stage.deliver(message) == (Status.QUEUED, "page_not_ready")
    stage.page.end()
    assert stage.clock.now - began == 1.0


def test_what_waits_because_its_text_was_not_kept_can_be_cancelled(stage: Stage) -> None:
    """Issue 12, row 10: a text that the page changes is tried again later; until then it can be cancelled."""
    message = stage.accept("Hello")
    stage.play(OPENED)
    stage.play("""
        << type Hello
        >> Ada | box: Hello! | them: Hi
        << focus
        << clear
        >> Ada | box: | them: Hi
    """)
    assert stage.deliver(message) == (Status.QUEUED, "text_not_kept")
    dispatcher = Dispatcher(stage.rig.database, stage.context.settings)
    assert dispatcher.cancel(message.id).status is Status.CANCELLED
    done = list(stage.page.done)
    stage.clock.sleep(3600)
    assert stage.rig.queue.release_due(stage.context.now_ms()) == 0
    assert stage.deliver(message) == (Status.CANCELLED, None)
    assert stage.page.done == done


@pytest.mark.parametrize("known", [True, False])
def test_a_number_that_was_written_to_is_not_given_up_because_it_is_not_found(
    stage: Stage, known: bool
) -> None:
    """Found by `make mutants`. Bo is the control that is found meanwhile."""
    rig, popup = stage.rig, "chats | dialog: invalid_number"
    rig.database.do("SADD", rig.keys.contacted, BO, *([ADA] if known else []))
    message = stage.accept("Hello")
    stage.play(f"""
        << open Ada
        >> {popup}
        << press OK
        >> chats
        << load Ada
        >> {popup}
        << press OK
        >> chats
        << open Bo
        >> Bo | box: | them: Hi
        << open Ada
        >> Bo | box: | them: Hi | dialog: invalid_number
        << press OK
        >> Bo | box: | them: Hi
    """)
    expected = (Status.QUEUED, "lookup_unavailable") if known else (Status.FAILED, "not_on_whatsapp")
    assert stage.deliver(message) == expected
    stage.page.end()
    # Issue 11, C6: a number that nobody has is no failure of the page; look-ups that fail are.
    assert stage.context.circuits.get().failures == int(known)


@pytest.mark.parametrize("stays", [True, False])
def test_a_chat_that_stays_open_while_a_number_is_not_found_is_still_known(stage: Stage, stays: bool) -> None:
    """The page does not move for a chat that is open, so asking for it costs 15 s and a load. If any of its
    nodes was replaced meanwhile, it is not known any more, and asked for.
    """
    stage.rig.database.do("SADD", stage.rig.keys.contacted, BO)
    nobody, message = stage.accept("Hello"), stage.accept("Again", BO)
    left_open = "Bo | box: | them: Hi" if stays else "Bo | nodes: a | box: | them: Hi"
    stage.play(f"""
        << open Ada
        >> chats | dialog: invalid_number
        << press OK
        >> chats
        << load Ada
        >> chats | dialog: invalid_number
        << press OK
        >> chats
        << open Bo
        >> Bo | box: | them: Hi
        << open Ada
        >> {left_open} | dialog: invalid_number
        << press OK
        >> {left_open}
    """)
    assert stage.deliver(nobody) == (Status.FAILED, "not_on_whatsapp")
    stage.play(
        """
        << focus
        << type Again
        >> Bo | box: Again | them: Hi
        << enter
        >> Bo | box: | them: Hi | us: Again (sent)
        """
        if stays
        else sending("Again", "Bo")
    )
    assert stage.deliver(message) == (Status.SENT, None)
    stage.page.end()


NOT_KEPT = """
    >> Ada | box: | them: Hi
    << focus
    << type Hello
    >> Ada | box: Hello! | them: Hi
    << focus
    << clear
"""


def test_a_text_that_is_never_kept_fails_alone_after_three_attempts(stage: Stage) -> None:
    """Issue 12, row 10."""
    message = stage.accept("Hello")
    outcomes = []
    stage.play("<< open Ada")
    for _ in range(3):
        stage.play(f"{NOT_KEPT}\n>> Ada | box: | them: Hi")
        outcomes.append(stage.deliver(message))
        stage.page.end()
        stage.clock.sleep(3600)
        stage.rig.queue.release_due(stage.context.now_ms())
    assert outcomes == [(Status.QUEUED, "text_not_kept")] * 2 + [(Status.FAILED, "text_not_kept")]
    assert stage.context.circuits.get().failures == 0


def test_that_the_box_cannot_be_emptied_of_a_text_is_its_own_fault_too(stage: Stage) -> None:
    message = stage.accept("Hello")
    stage.play(f"<< open Ada\n{NOT_KEPT}")
    assert stage.deliver(message) == (Status.QUEUED, "text_not_kept")
    stage.page.end()
    assert stage.context.circuits.get().failures == 0


@pytest.mark.parametrize(
    ("code", "same_text", "opens"),
    [
        ("input_stopped", True, False),
        ("enter_ignored", True, False),
        ("input_stopped", False, True),
        ("text_not_kept", False, False),
        ("chat_not_opened", True, True),
    ],
)
def test_one_text_that_no_page_takes_does_not_stop_the_account(
    stage: Stage, code: str, *, same_text: bool, opens: bool
) -> None:
    """It goes to many recipients and counts once, where the text may be the cause. Many texts: the page."""
    for number in range(stage.context.settings.circuit_failures + 1):
        message = stage.accept("Hello" if same_text else f"Hello {number}", f"+49151123456{number:02d}")
        stage.session.delivery._attempt(message, Mock(side_effect=SendPostponed(code, "test")))
    assert bool(stage.context.circuits.get().openings) is opens
