"""Scenarios of linking a device."""

from typing import Literal

from .scenario import Scenario


class PermanentBan(Scenario):
    """All devices are logged out to the QR page without a text of its own, and linking is refused (§7d)."""


class PairingError(Scenario):
    """The pairing code fails (§1.3)."""

    kind: Literal["too_many_attempts", "limited_availability", "something_wrong"] = "too_many_attempts"
