"""Linked devices, QR references and pairing codes. Pure: time and randomness are handed in."""

from dataclasses import dataclass
from random import Random

QR_SECONDS = (60.0, 20.0, 20.0, 20.0, 20.0, 20.0)
"""How long each of the six references of one round is shown (§1.3)."""

PAIRING_CODE_SECONDS = 180.0
"""Validity of a pairing code (§8)."""

_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_CROCKFORD = "123456789ABCDEFGHJKLMNPQRSTVWXYZ"


def _key(random: Random) -> str:
    """32 bytes in base64, like a Curve25519 public key."""
    return "".join(random.choices(_BASE64, k=43)) + "="


@dataclass(frozen=True)
class Identity:
    """The keys of one page that waits to be linked; they are the same in all its references."""

    public_key: str
    identity_key: str
    adv_secret: str


def new_identity(random: Random) -> Identity:
    return Identity(_key(random), _key(random), _key(random))


def new_reference(identity: Identity, era: str, random: Random) -> str:
    """The text of one QR code: `2@ref,pubkey,identkey,advsecret,platform` (§1.3)."""
    ref = "2@" + "".join(random.choices(_BASE64, k=88))
    fields = [ref, identity.public_key, identity.identity_key, identity.adv_secret]
    if era != "E1":
        fields.append("1")
    prefix = "https://wa.me/settings/linked_devices#" if era == "E3" else ""
    return prefix + ",".join(fields)


def new_pairing_code(random: Random) -> str:
    """Eight characters of Crockford's alphabet without 0 (§1.3: at least seven)."""
    return "".join(random.choices(_CROCKFORD, k=8))


@dataclass(frozen=True)
class Device:
    id: str
    """Like `12025550199:3`; the page keeps `12025550199:3@c.us` under `last-wid-md`."""
    token: str
    """What the page shows to be recognised; stands for the device's keys."""
    platform: str
    linked_at: float
    """Unix seconds."""
    linked_by: str
    """`qr` or `pairing_code`."""


class Devices:
    def __init__(self) -> None:
        self.by_token: dict[str, Device] = {}
        self._count = 0

    def link(self, own_phone: str, platform: str, linked_by: str, at: float, random: Random) -> Device:
        self._count += 1
        token = f"{random.getrandbits(128):032x}"
        device = Device(f"{own_phone}:{self._count}", token, platform, at, linked_by)
        self.by_token[token] = device
        return device

    def restore(self, device: Device) -> None:
        self.by_token[device.token] = device
        self._count = max(self._count, int(device.id.rpartition(":")[2]))

    def unlink(self, token: str) -> Device | None:
        return self.by_token.pop(token, None)

    def latest(self) -> Device | None:
        """The one that was linked last."""
        return next(reversed(self.by_token.values()), None)

    def find(self, token: str | None) -> Device | None:
        return self.by_token.get(token) if token else None
