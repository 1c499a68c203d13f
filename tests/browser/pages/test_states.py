"""Every state the page can be in is recognised as what it is, in each era and language."""

import pytest

from tests.browser.pages.stage import Stage
from tests.browser.short_form import FULL
from whatsapp_tasks.domain.page_kinds import PageKind, kind_of
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.domain.popups import Popup, popup_of
from whatsapp_tasks.domain.quarantine import ban_signals
from whatsapp_tasks.domain.restrictions import RestrictionKind, restriction_on

FULL_SCREENS = [
    ("service_unavailable", PageKind.SERVICE_UNAVAILABLE),
    ("client_expired", PageKind.CLIENT_EXPIRED),
    ("takeover_unsupported", PageKind.CONFLICT),
    ("proxy_blocked", PageKind.PROXY_BLOCKED),
    ("disk_full", PageKind.DISK_FULL),
]


def test_the_main_page_and_its_era(stage: Stage) -> None:
    snapshot = stage.look()
    assert (kind_of(snapshot), popup_of(snapshot), snapshot.era) == (PageKind.MAIN, Popup.NONE, stage.era)
    assert not snapshot.texts
    assert not snapshot.trouble
    assert snapshot.language == stage.lang


@pytest.mark.parametrize(("scenario", "kind"), FULL_SCREENS, ids=[name for name, _ in FULL_SCREENS])
def test_a_full_screen_is_reported(stage: Stage, scenario: str, kind: PageKind) -> None:
    stage.simulator.scenario(scenario)
    stage.picture(scenario)
    snapshot = stage.kind(kind)
    assert not ban_signals(snapshot).any
    stage.simulator.clear_scenarios()
    stage.kind(PageKind.MAIN)


@pytest.mark.parametrize(
    ("code", "reason"),
    [(101, "101"), (102, "102"), (103, "103"), (104, "104"), (106, "106"), (199, "other")][
        :: 1 if FULL else 3
    ],
)
def test_a_temporary_ban_is_reported_with_its_code_and_its_end(stage: Stage, code: int, reason: str) -> None:
    stage.simulator.scenario("temporary_ban", code=code, duration="23:59:59")
    snapshot = stage.kind(PageKind.TEMPORARY_BAN)
    found = restriction_on(snapshot, now_ms=0)
    assert found is not None
    assert (found.kind, found.code) == (RestrictionKind.TEMPORARY_BAN, reason)
    assert found.until_ms == (23 * 3600 + 59 * 60 + 59) * 1000


@pytest.mark.parametrize("other", ["tab", "browser"])
def test_a_conflict_is_reported_and_taken_without_logging_out(stage: Stage, other: str) -> None:
    stage.simulator.scenario("use_here", other=other)
    snapshot = stage.kind(PageKind.CONFLICT)
    button = stage.watcher().way_out(stage.whatsapp, snapshot)
    assert button is not None
    assert "use_here" in stage.whatsapp.names_of(button.label)
    stage.simulator.clear_scenario("use_here")
    stage.kind(PageKind.MAIN)
    assert len(stage.simulator.devices()) == 1


@pytest.mark.parametrize("title", ["account", "web", "linked_devices"])
def test_the_lock_of_new_chats_is_recognised_by_banner_and_box(stage: Stage, title: str) -> None:
    stage.simulator.scenario("restricted", title=title)
    snapshot = stage.says("restricted")
    found = restriction_on(snapshot, now_ms=0)
    assert found is not None
    assert found.kind is RestrictionKind.NEW_CHATS_LOCKED
    chat = stage.open_chat("+4915111112222")
    assert chat.compose is None
    assert chat.notice


def test_the_monthly_limit_is_reported_in_place_of_the_box(stage: Stage) -> None:
    stage.simulator.scenario("monthly_cap")
    chat = stage.open_chat("+4915111112223")
    assert chat.compose is None
    found = restriction_on(stage.look(), now_ms=0)
    assert found is not None
    assert found.kind is RestrictionKind.NEW_CHATS_USED_UP


@pytest.mark.parametrize(
    ("scenario", "text"),
    [
        ("offline_banner", "offline"),
        ("phone_banner", "phone_offline"),
        ("update_banner", "update_available"),
        ("notifications_banner", "notifications_off"),
    ],
)
def test_a_banner_is_reported_and_covers_nothing(stage: Stage, scenario: str, text: str) -> None:
    stage.simulator.scenario(scenario)
    snapshot = stage.until(lambda s: s if any(text in banner.texts for banner in s.banners) else None)
    assert kind_of(snapshot) is PageKind.MAIN
    assert len(snapshot.banners) == 1
    assert (snapshot.banners[0].close is not None) is (scenario == "notifications_banner")


def test_several_banners_are_told_apart(stage: Stage) -> None:
    stage.simulator.scenario("update_banner")
    stage.simulator.scenario("notifications_banner")
    snapshot = stage.until(lambda s: s if len(s.banners) == 2 else None)
    assert {name for banner in snapshot.banners for name in banner.texts} >= {
        "update_available",
        "notifications_off",
    }


def test_a_page_that_lost_its_network_is_still_the_main_page(stage: Stage) -> None:
    stage.simulator.scenario("network_down")
    assert kind_of(stage.says("offline")) is PageKind.MAIN
    stage.simulator.clear_scenario("network_down")
    stage.until(lambda s: s if "offline" not in s.texts else None)


def test_the_news_lie_over_the_page_and_go_by_their_cross(stage: Stage) -> None:
    stage.load_with("whats_new", count=1)
    snapshot = stage.popup(Popup.WHATS_NEW)
    stage.picture("whats_new")
    assert any(button.closes for button in snapshot.dialogs[0].buttons)
    stage.open_chat("+4915111112224")  # dismisses it on its way
    assert popup_of(stage.look()) is Popup.NONE


def test_a_page_nobody_knows_is_reported_as_such_and_left_when_it_is_gone(stage: Stage) -> None:
    stage.load_with("unknown_page", count=1)
    snapshot = stage.kind(PageKind.UNKNOWN)
    assert ban_signals(snapshot).chat_list_missing
    stage.reload()
    stage.kind(PageKind.MAIN)


def test_a_dialog_nobody_knows_covers_the_page(stage: Stage) -> None:
    stage.simulator.scenario("ban_notice", where="dialog", text="Lorem ipsum")
    assert popup_of(stage.kind(PageKind.COVERED)) is Popup.OTHER


@pytest.mark.parametrize("where", ["screen", "dialog", "banner"])
def test_a_ban_in_words_is_a_signal_wherever_it_is_ours_to_read(stage: Stage, where: str) -> None:
    stage.simulator.scenario("ban_notice", where=where)
    signals = ban_signals(stage.says("ban"))
    assert signals.ban_text
    assert signals.chat_list_missing is (where == "screen")


def test_a_chat_full_of_ban_phrases_raises_no_suspicion(stage: Stage) -> None:
    """In the list, in the open chat, in its box, and as its name."""
    phrases = "This account is not allowed to use WhatsApp. Your phone number is banned from using WhatsApp."
    stage.simulator.scenario("quote_ban")
    stage.simulator.chat("4915111113333", phrases, [{"text": phrases}, {"text": phrases, "mine": True}])
    stage.simulator.incoming("4915111113333", "You're temporarily banned from WhatsApp because. " + phrases)
    stage.titles["+4915111113333"] = phrases
    stage.open_chat("+4915111113333")
    stage.insert(phrases)
    snapshot = stage.until(lambda s: s if s.chat and s.chat.compose and s.chat.compose.text else None)
    stage.picture("ban_phrases")
    assert len(snapshot.chat.bubbles) >= 3 if snapshot.chat else False
    assert kind_of(snapshot) is PageKind.MAIN
    assert not snapshot.texts
    assert not ban_signals(snapshot).any
    assert restriction_on(snapshot, now_ms=0) is None


def test_the_chat_list_taken_away_without_a_word_is_a_signal(stage: Stage) -> None:
    stage.simulator.scenario("chat_list_gone")
    signals = ban_signals(stage.kind(PageKind.UNKNOWN))
    assert (signals.ban_text, signals.chat_list_missing) == (False, True)


def test_an_unsupported_browser_is_reported(stage: Stage) -> None:
    stage.load_with("unsupported_browser")
    snapshot = stage.kind(PageKind.UNSUPPORTED_BROWSER)
    assert not ban_signals(snapshot).any


def test_a_slow_boot_is_loading_all_along(stage: Stage) -> None:
    stage.load_with("slow_boot", ms=1500, count=1)
    kinds = set()

    def booted(snapshot: PageSnapshot) -> PageSnapshot | None:
        kinds.add(kind_of(snapshot))
        return snapshot if snapshot.chat_pane else None

    stage.until(booted)
    assert kinds <= {PageKind.LOADING, PageKind.MAIN}
