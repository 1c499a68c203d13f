"""The screen that asks for a passkey, with the browser's own WebAuthn (issue 14, 1)."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.browser.pages.stage import Stage, within
from tests.support.passkeys import HOST, add_passkey, devtools
from whatsapp_simulator.testing import Simulator
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.domain.page_kinds import PageKind
from whatsapp_tasks.domain.passkey_screen import Passkey, PasskeyStep
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.session.linking import request_pairing_code
from whatsapp_tasks.session.passkey import answer_passkey


@dataclass
class Ceremony:
    """The page of a device that is to be linked, and the virtual authenticator of its browser."""

    stage: Stage

    def ask(self, **parameters: object) -> None:
        """A scan leads to the passkey screen."""
        self.stage.simulator.scenario("passkey_required", **parameters)
        self.stage.kind(PageKind.QR)
        self.stage.simulator.link()
        self.stage.kind(PageKind.PASSKEY)

    def answer(self, action: str) -> Passkey | None:
        return answer_passkey(self.stage.whatsapp, action, within())

    def at(self, step: PasskeyStep) -> Passkey:
        shown = self.stage.until(lambda s: s if s.passkey and s.passkey.step is step else None).passkey
        assert shown is not None
        return shown

    def add_passkey(self, *, agrees: bool = True) -> None:
        """As if the person had one at hand, and agreed at once, or refused."""
        add_passkey(self.stage.whatsapp.page, agrees=agrees)


@pytest.fixture(params=["E1", "E3"])
def ceremony(
    request: pytest.FixtureRequest, whatsapp: WhatsAppPage, simulator: Simulator
) -> Iterator[Ceremony]:
    url = simulator.page_url.replace("127.0.0.1", HOST)
    stage = Stage(WhatsAppPage(whatsapp.page, url, whatsapp.selectors), simulator, request.param, "en")
    stage.begin()
    ceremony = Ceremony(stage)
    devtools(whatsapp.page, "WebAuthn.enable")
    yield ceremony
    devtools(whatsapp.page, "WebAuthn.disable")
    stage.leave()
    stage.whatsapp.page.goto("about:blank", within())


def test_a_passkey_links_the_phone(ceremony: Ceremony) -> None:
    ceremony.add_passkey()
    ceremony.ask()
    assert ceremony.at(PasskeyStep.PROMPT).go is not None
    assert ceremony.answer("continue") is None
    ceremony.stage.kind(PageKind.MAIN)


def test_a_code_is_shown_and_confirmed_by_a_person(ceremony: Ceremony) -> None:
    ceremony.add_passkey()
    ceremony.ask(after="code")
    shown = ceremony.answer("continue")
    assert shown is not None
    assert shown.step is PasskeyStep.CODE
    assert len(shown.code) == len("ABCD-1234")
    assert ceremony.answer("confirm") is None
    ceremony.stage.kind(PageKind.MAIN)


def test_the_page_waits_for_the_phone(ceremony: Ceremony) -> None:
    ceremony.add_passkey()
    ceremony.ask(after="phone", phone_ms=1500)
    ceremony.answer("continue")
    ceremony.at(PasskeyStep.WAITING)
    ceremony.stage.kind(PageKind.MAIN)


def test_without_a_passkey_the_step_is_an_error_and_cancel_leads_to_a_new_code(ceremony: Ceremony) -> None:
    ceremony.ask(timeout_ms=1000)
    ceremony.answer("continue")
    assert ceremony.at(PasskeyStep.ERROR).go is not None
    assert ceremony.answer("cancel") is None
    ceremony.stage.kind(PageKind.QR)


def test_who_refuses_sees_the_error_and_may_try_again(ceremony: Ceremony) -> None:
    """The page's own time for it has not run out."""
    ceremony.add_passkey(agrees=False)
    ceremony.ask()
    ceremony.answer("continue")
    assert ceremony.at(PasskeyStep.ERROR).go is not None
    devtools(ceremony.stage.whatsapp.page, "WebAuthn.disable")
    ceremony.add_passkey()
    assert ceremony.answer("continue") is None
    ceremony.stage.kind(PageKind.MAIN)


def test_a_pairing_code_does_not_end_the_ceremony(ceremony: Ceremony) -> None:
    ceremony.ask()
    loaded = ceremony.stage.loaded_at()
    with pytest.raises(RequestRefused) as refused:
        request_pairing_code(ceremony.stage.whatsapp, "+12025550199", within())
    assert refused.value.code == "passkey_required"
    ceremony.stage.kind(PageKind.PASSKEY)
    assert ceremony.stage.loaded_at() == loaded
