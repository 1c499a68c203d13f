"""The passkey ceremony, as the server of the simulated WhatsApp plays it."""

import pytest

from whatsapp_simulator.account.linking import PasskeyAsked

from ..doubles import FakePage, World


def asked(world: World, **parameters: object) -> FakePage:
    """A page whose code was scanned, and that asks for a passkey now."""
    world.simulation.switches.switch_on("passkey_required", parameters)
    page = world.open()
    page.says("screen", screen="qr")
    with pytest.raises(PasskeyAsked):
        world.simulation.linking.scan()
    assert page.last("passkey")["step"] == "prompt"
    assert not page.all("linked")
    return page


def test_a_passkey_is_followed_by_the_link(world: World) -> None:
    page = asked(world)
    page.says("passkey_proof")
    assert page.last("linked")["own"]
    assert [device.linked_by for device in world.simulation.memory.devices.by_token.values()] == ["qr"]


def test_a_code_waits_for_a_person(world: World) -> None:
    page = asked(world, after="code")
    page.says("passkey_proof")
    assert len(page.last("passkey")["code"]) == 8
    world.pass_time(600)
    assert not page.all("linked")
    page.says("passkey_confirm")
    assert page.all("linked")


def test_the_phone_takes_its_time(world: World) -> None:
    page = asked(world, after="phone", phone_ms=3000)
    page.says("passkey_proof")
    world.pass_time(2.9)
    assert not page.all("linked")
    world.pass_time(0.2)
    assert page.all("linked")


def test_cancel_leads_to_a_new_code_and_what_comes_late_links_nothing(world: World) -> None:
    page = asked(world)
    before = page.last("qr")["ref"]
    page.says("passkey_cancel")
    assert page.last("qr")["ref"] != before
    for late in ("passkey_proof", "passkey_confirm"):
        page.says(late)
    assert not page.all("linked")
