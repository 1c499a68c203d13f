"""A passkey as a browser has one: the virtual authenticator of the DevTools protocol."""

import base64
from typing import Any, cast

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from whatsapp_tasks.browser.chrome_page import ChromePage
from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.page import Page

HOST = "localhost"
"""Passkeys belong to names; an address of digits has none."""
_SECONDS = 30.0


def add_passkey(page: Page, *, agrees: bool = True) -> None:
    """As if the person had one at hand, and agreed at once, or refused."""
    devtools(page, "WebAuthn.enable")
    options = {
        **{"protocol": "ctap2", "transport": "internal", "hasResidentKey": True},
        **{"hasUserVerification": True, "isUserVerified": agrees, "automaticPresenceSimulation": True},
    }
    added = devtools(page, "WebAuthn.addVirtualAuthenticator", options=options)
    key = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    credential = {
        "credentialId": _base64(b"passkey"),
        "isResidentCredential": True,
        "rpId": HOST,
        "signCount": 1,
        "privateKey": _base64(key),
        "userHandle": _base64(b"person"),
    }
    devtools(page, "WebAuthn.addCredential", authenticatorId=added["authenticatorId"], credential=credential)


def devtools(page: Page, method: str, **params: Any) -> dict[str, Any]:
    """A command of the protocol that the service never uses."""
    return dict(cast(ChromePage, page)._connection.send(method, params, Deadline.within(_SECONDS)))


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
