"""Scenarios of linking a device."""

from typing import Literal

from pydantic import Field

from .scenario import Scenario


class PermanentBan(Scenario):
    """All devices are logged out to the QR page without a text of its own, and linking is refused (§7d)."""


class PasskeyRequired(Scenario):
    """A scan leads to the screen that asks for a passkey, by the browser's own WebAuthn (§10.1). Not in E2,
    which is older. Open the page as `localhost`: an address of digits has no passkeys.
    """

    after: Literal["link", "code", "phone"] = Field(
        "link", description="what follows a passkey: the link, a code to compare, a wait for the phone"
    )
    timeout_ms: int = Field(60_000, description="how long the page waits for the passkey")
    phone_ms: int = Field(1000, description="how long the phone takes")


class PairingError(Scenario):
    """The pairing code fails (§1.3)."""

    kind: Literal["too_many_attempts", "limited_availability", "something_wrong"] = "too_many_attempts"
