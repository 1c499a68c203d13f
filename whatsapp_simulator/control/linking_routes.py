"""Routes of linking: what the phone does, and the linked devices."""

from dataclasses import asdict, dataclass

from aiohttp import web

from ..account.linking import Linking, LinkRefused, NothingToScan, PasskeyAsked, WrongPairingCode
from ..account.memory import Memory
from ..account.pages import Pages
from .bodies import body_of
from .refusals import Refusal
from .route import Route

LOGOUT_REASONS = ("logged_out", "sync_issue", "database_error")
"""What the QR page may say about a logout."""


def _link_refused() -> Refusal:
    return Refusal(403, "link_refused", "The account may not link devices.")


def _passkey_asked() -> web.Response:
    """The link waits for it (scenario `passkey_required`)."""
    return web.json_response({"passkey": "asked"}, status=202)


@dataclass(frozen=True)
class LinkingRoutes:
    linking: Linking
    pages: Pages
    memory: Memory

    def routes(self) -> list[Route]:
        return [
            ("POST", "/link", self.link),
            ("POST", "/pair", self.pair),
            ("GET", "/devices", self.devices),
            ("POST", "/logout", self.logout),
        ]

    async def link(self, request: web.Request) -> web.StreamResponse:
        """Scans the QR code that is shown; body (optional): {page} or {ref}. 409 if none is shown."""
        body = await body_of(request)
        try:
            device = self.linking.scan(page_id=body.get("page"), ref=body.get("ref"))
        except NothingToScan:
            raise self._nothing_to_scan() from None
        except LinkRefused:
            raise _link_refused() from None
        except PasskeyAsked:
            return _passkey_asked()
        return web.json_response(asdict(device))

    def _nothing_to_scan(self) -> Refusal:
        states = [f"{page.id}: {page.screen.get('screen')}" for page in self.pages]
        shown = ", ".join(states) or "no page is connected"
        return Refusal(409, "no_qr_shown", f"No page shows this QR code ({shown}).")

    async def pair(self, request: web.Request) -> web.StreamResponse:
        """Enters a pairing code on the phone; body: {code}. 409 if no page shows it."""
        body = await body_of(request)
        try:
            device = self.linking.enter_pairing_code(str(body.get("code", "")))
        except WrongPairingCode:
            raise Refusal(409, "wrong_code", "No page shows this code, or it has expired.") from None
        except LinkRefused:
            raise _link_refused() from None
        except PasskeyAsked:
            return _passkey_asked()
        return web.json_response(asdict(device))

    async def devices(self, _request: web.Request) -> web.StreamResponse:
        """Linked devices, each with the number of browsers in which its session is alive, and was at most."""
        devices = [
            {
                **asdict(device),
                "alive": self.pages.alive(device),
                "most_alive": self.pages.most_alive.get(device.id, 0),
            }
            for device in self.memory.devices.by_token.values()
        ]
        return web.json_response({"devices": devices})

    async def logout(self, request: web.Request) -> web.StreamResponse:
        """Unlinks all devices; body: {token?, reason?: logged_out|sync_issue|database_error|null}."""
        body = await body_of(request)
        reason = body.get("reason", "logged_out")
        if reason not in (None, *LOGOUT_REASONS):
            raise Refusal(422, "invalid_reason", f"reason: {', '.join(LOGOUT_REASONS)} or null")
        return web.json_response({"unlinked": self.linking.log_out(body.get("token"), reason=reason)})
