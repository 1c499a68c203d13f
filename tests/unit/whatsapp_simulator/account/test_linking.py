"""Linking: QR codes, pairing codes, the pages of one device, and logging out."""

import pytest

from whatsapp_simulator.account.linking import LinkRefused, NothingToScan, WrongPairingCode
from whatsapp_simulator.settings import Settings

from ..doubles import ANNA, World


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


def test_a_session_that_is_alive_in_two_browsers_is_counted(world: World) -> None:
    """Issue 14, "Must show" 3: a reload is the same browser, a copy of the profile another one."""
    token = world.open_linked().token
    (device,) = world.simulation.memory.devices.by_token.values()
    pages = world.simulation.pages
    for page in pages:
        world.simulation.disconnect(page)
    world.open(token, browser="first")
    world.open(token, browser="first")  # after a reload, before the end of the old connection is noticed
    assert (pages.alive(device), pages.most_alive[device.id]) == (1, 1)
    copy = world.open(token, browser="second")
    assert (pages.alive(device), pages.most_alive[device.id]) == (2, 2)
    copy.close()
    assert (pages.alive(device), pages.most_alive[device.id]) == (1, 2)
