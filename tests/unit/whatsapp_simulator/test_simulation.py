"""What the server does with what pages say, moved by a clock of our own."""

import pytest

from whatsapp_simulator.account.linking import LinkRefused, NothingToScan, WrongPairingCode
from whatsapp_simulator.phones import FATES, MAGIC_NUMBERS, Fate
from whatsapp_simulator.scenarios.active import UnknownScenario
from whatsapp_simulator.scenarios.catalogue import SCENARIOS
from whatsapp_simulator.settings import Settings

from .doubles import World

ANNA = "4915112345678"
MAGIC = {fate: digits for digits, fate in FATES.items()}


@pytest.fixture
def world() -> World:
    return World()


# --- linking ------------------------------------------------------------------------------------------------


def test_six_references_for_60_and_five_times_20_seconds_then_idle(world: World) -> None:
    page = world.open()
    for seconds, shown in ((59.9, 1), (0.2, 2), (19.9, 3), (20, 4), (20, 5), (20, 6), (19.9, 6)):
        world.pass_time(seconds)
        assert len(page.all("qr")) == shown
    assert not page.all("qr_idle")
    world.pass_time(0.2)
    assert page.all("qr_idle")
    refs = {message["ref"] for message in page.all("qr")}
    assert len(refs) == 6
    assert len({ref.split(",", 1)[1] for ref in refs}) == 1, "the keys stay the same"
    page.says("qr_reload")
    assert len(page.all("qr")) == 7


def test_speed_divides_the_rotation(world: World) -> None:
    world.simulation.change_settings(Settings(speed=100))
    page = world.open()
    world.pass_time(1.61)
    assert len(page.all("qr")) == 6
    assert page.all("qr_idle")


def test_only_a_code_that_is_shown_can_be_scanned(world: World) -> None:
    with pytest.raises(NothingToScan):
        world.simulation.linking.scan()
    page = world.open()
    with pytest.raises(NothingToScan):
        world.simulation.linking.scan()  # not painted yet
    page.says("screen", screen="qr")
    old = page.last("qr")["ref"]
    world.pass_time(61)
    with pytest.raises(NothingToScan):
        world.simulation.linking.scan(ref=old)
    device = world.simulation.linking.scan(ref=page.last("qr")["ref"])
    assert page.last("linked")["own"]["wid"] == f"{device.id}@c.us"
    world.pass_time(500)
    assert len(page.all("qr")) == 2, "the rotation ends with the link"


def test_a_linked_device_is_recognised_and_its_older_page_gives_way(world: World) -> None:
    first = world.open_linked()
    second = world.open(first.token)
    assert second.last("welcome")["linked"]
    assert first.last("conflict")["other"] == "tab"
    first.told.clear()
    world.simulation.incoming.receive(ANNA, "hi")
    assert second.all("message")
    assert not first.told


def test_a_reconnect_of_the_same_page_takes_nothing_over(world: World) -> None:
    first = world.open_linked()
    world.open(first.token, again=True)
    assert not first.all("conflict")


def test_pairing_code_links_once_and_expires_after_180_seconds(world: World) -> None:
    page = world.open()
    page.says("pair", phone="+1 202 555 0199")
    code = page.last("pair_code")["code"]
    assert len(code) == 8
    world.pass_time(181)
    assert page.all("pair_expired")
    with pytest.raises(WrongPairingCode):
        world.simulation.linking.enter_pairing_code(code)
    page.says("pair", phone="+12025550199")
    code = page.last("pair_code")["code"]
    world.simulation.linking.enter_pairing_code(f"{code[:4]}-{code[4:]}".lower())
    assert page.all("linked")
    with pytest.raises(WrongPairingCode):
        world.simulation.linking.enter_pairing_code(code)


def test_pairing_wants_a_number(world: World) -> None:
    page = world.open()
    page.says("pair", phone="+1")
    assert page.last("pair_error")["kind"] == "invalid"


def test_permanent_ban_logs_out_without_a_word_and_refuses_to_link(world: World) -> None:
    page = world.open_linked()
    world.simulation.switches.switch_on("permanent_ban", {})
    assert page.last("logout")["reason"] is None
    page.says("screen", screen="qr")
    with pytest.raises(LinkRefused):
        world.simulation.linking.scan()


# --- chats --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("phone", "result"),
    [
        (ANNA, "hit"),
        (MAGIC["not_on_whatsapp"], "miss"),
        (MAGIC["query_error"], "error"),
        ("12", "miss"),
        (MAGIC["stuck_pending"], "hit"),
    ],
)
def test_queries(world: World, phone: str, result: str) -> None:
    page = world.open_linked()
    page.says("exists", query="q1", phone=phone)
    assert not page.all("exists")
    world.pass_time(0.05)
    assert page.last("exists")["result"] == result
    assert page.last("exists")["query"] == "q1"


def test_a_counted_scenario_for_one_phone(world: World) -> None:
    page = world.open_linked()
    world.simulation.switches.switch_on("invalid_number", {"count": 1, "phone": "+" + ANNA})
    results = []
    for phone in ("12025550100", ANNA, ANNA):
        page.says("exists", query="q", phone=phone)
        world.pass_time(0.05)
        results.append(page.last("exists")["result"])
    assert results == ["hit", "miss", "hit"]
    assert world.simulation.scenarios.as_json() == {}


def test_seeing_a_chat_clears_its_badge_on_all_pages(world: World) -> None:
    page = world.open_linked()
    world.simulation.incoming.receive(ANNA, "one")
    assert page.last("message")["chat"]["unread"] == 1
    page.says("seen", phone=ANNA)
    assert page.last("chat")["chat"]["unread"] == 0


# --- sending ------------------------------------------------------------------------------------------------


def send(world: World, page: "object", phone: str, message_id: str = "3EB0A", text: str = "hi") -> None:
    page.says("send", id=message_id, chat=phone, text=text)  # type: ignore[attr-defined]


def statuses(page: "object") -> list[str]:
    return [message["status"] for message in page.all("status")]  # type: ignore[attr-defined]


def test_ticks_come_with_their_delays(world: World) -> None:
    page = world.open_linked()
    send(world, page, ANNA)
    assert statuses(page) == ["sent"]
    world.pass_time(0.31)
    assert statuses(page) == ["sent", "delivered"]
    world.pass_time(1.51)
    assert statuses(page) == ["sent", "delivered", "read"]
    (message,) = world.simulation.memory.mailbox.received
    assert message.times["read"] - message.times["sent"] == pytest.approx(1.8)


@pytest.mark.parametrize(
    ("fate", "expected"),
    [("never_delivered", ["sent"]), ("never_read", ["sent", "delivered"]), ("lost_acks", [])],
)
@pytest.mark.parametrize("by", ["magic number", "scenario"])
def test_fates_of_messages(world: World, fate: Fate, expected: list[str], by: str) -> None:
    page = world.open_linked()
    phone = MAGIC[fate] if by == "magic number" else ANNA
    if by == "scenario":
        world.simulation.switches.switch_on(fate, {})
    send(world, page, phone)
    world.pass_time(60)
    assert statuses(page) == expected
    assert len(world.simulation.memory.mailbox.received) == 1


def test_a_refused_message_is_no_ground_truth(world: World) -> None:
    page = world.open_linked()
    send(world, page, MAGIC["failed_bubble"])
    assert page.last("nack")["id"] == "3EB0A"
    assert world.simulation.memory.mailbox.received == []
    assert world.simulation.sending.rejected[0]["chat"] == MAGIC["failed_bubble"]


def test_a_repeated_transmission_is_acknowledged_again_but_received_once(world: World) -> None:
    page = world.open_linked()
    send(world, page, ANNA)
    send(world, page, ANNA)
    assert statuses(page) == ["sent", "sent"]
    assert len(world.simulation.memory.mailbox.received) == 1


def test_an_unlinked_page_sends_nothing(world: World) -> None:
    page = world.open()
    send(world, page, ANNA)
    assert world.simulation.memory.mailbox.received == []


def test_timers_from_before_a_reset_do_nothing_after_it(world: World) -> None:
    page = world.open_linked()
    send(world, page, ANNA)
    world.simulation.reset()
    assert page.all("reload")
    world.pass_time(60)
    assert world.simulation.memory.mailbox.received == []
    assert statuses(page) == ["sent"]


# --- memory -------------------------------------------------------------------------------------------------


def test_the_journal_brings_everything_back(world: World) -> None:
    page = world.open_linked()
    world.simulation.incoming.seed(ANNA, "Anna", [{"text": "before", "mine": True}])
    world.simulation.incoming.receive(ANNA, "hello")
    page.says("seen", phone=ANNA)
    send(world, page, ANNA)
    world.pass_time(0.4)
    later = World()
    for event in world.events:
        later.simulation.restore(event)
    assert later.simulation.memory.mailbox.chats == world.simulation.memory.mailbox.chats
    assert later.simulation.memory.mailbox.received == world.simulation.memory.mailbox.received
    assert later.open(page.token).last("welcome")["linked"]
    later.simulation.resume()
    later.pass_time(5)
    assert later.simulation.memory.mailbox.received[0].status == "read"


# --- scenarios ----------------------------------------------------------------------------------------------


def test_every_scenario_says_what_it_plays_and_can_be_switched(world: World) -> None:
    for name, kind in SCENARIOS.items():
        assert kind.__doc__, name
        world.simulation.switches.switch_on(name, {})
        world.simulation.switches.switch_off(name)
    with pytest.raises(UnknownScenario):
        world.simulation.switches.switch_on("no_such_thing", {})


def test_every_magic_number_of_a_misbehaviour_has_its_scenario() -> None:
    without = {"ordinary", "not_on_whatsapp", "slow"}
    schema = SCENARIOS["chat_notice"].model_json_schema()
    notices = set(schema["properties"]["what"]["enum"])
    assert {number.fate for number in MAGIC_NUMBERS} - without - notices <= set(SCENARIOS)
    assert notices <= set(FATES.values())


def test_a_scenario_ends_by_itself_unless_it_was_switched_on_again(world: World) -> None:
    world.simulation.switches.switch_on("lookup_failures", {"for_ms": 2000})
    world.pass_time(1)
    world.simulation.switches.switch_on("lookup_failures", {"for_ms": 2000})
    world.pass_time(1.5)
    assert world.simulation.scenarios.as_json()
    world.pass_time(1)
    assert not world.simulation.scenarios.as_json()


def test_every_nth_look_up_fails_in_a_spell(world: World) -> None:
    page = world.open_linked()
    world.simulation.switches.switch_on("lookup_failures", {"every": 3})
    for number in range(6):
        page.says("exists", query=str(number), phone=f"491511234000{number}")
    world.pass_time(5)
    assert [each["result"] for each in page.all("exists")] == ["hit", "hit", "error"] * 2


def test_a_group_its_author_and_a_mark_survive_a_restart(world: World) -> None:
    group = "120363041234567890"
    world.simulation.chats.group(group, "Choir", ["Ann"])
    world.simulation.incoming.receive(group, "Hello", author="~ Ann", quoted={"author": "You", "text": "Hi"})
    world.simulation.chats.mark_unread(group, marked=True)
    second = World()
    for event in world.events:
        second.simulation.restore(event)
    chat = second.simulation.memory.mailbox.chats[group]
    assert (chat.name, chat.members, chat.marked_unread) == ("Choir", ["Ann"], True)
    assert chat.messages[0].author == "~ Ann"
    assert chat.messages[0].quoted is not None


def test_network_down_cuts_every_page(world: World) -> None:
    page = world.open_linked()
    world.simulation.switches.switch_on("network_down", {})
    assert page.dropped


def test_quoted_ban_phrases_are_a_message(world: World) -> None:
    page = world.open_linked()
    world.simulation.switches.switch_on("quote_ban", {"phone": ANNA})
    assert "temporarily banned" in page.last("message")["message"]["text"]


def test_unknown_words_of_a_page_are_answered(world: World) -> None:
    page = world.open()
    page.says("nonsense")
    assert "nonsense" in page.last("error")["message"]
