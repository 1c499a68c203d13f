"""The caller's address and scheme of a request, as reported by trusted proxies."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from werkzeug.middleware.proxy_fix import ProxyFix

from whatsapp_tasks.domain.caller_addresses import counted_as, normal_address

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

NO_ADDRESS = "whatsapp-tasks.no_address"
"""Key in the environ: a trusted proxy sent a value that is not an address."""


class TrustedProxies:
    """A WSGI application with ``REMOTE_ADDR`` and scheme as reported by ``hops`` proxies; 0 by default,
    because otherwise every caller could choose his address.
    """

    def __init__(self, app: "WSGIApplication", hops: int) -> None:
        self._app = app
        self._hops = hops

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        settle(environ, self._hops)
        return self._app(environ, start_response)


def settle(environ: dict[str, Any], hops: int) -> None:
    """Sets ``REMOTE_ADDR`` of a request, with ``hops`` proxies in front.

    For a value that is not an address, it sets the proxy's own address, and a mark so that ``well_formed``
    refuses the request.
    """
    peer = environ.get("REMOTE_ADDR", "")
    if hops and ("HTTP_X_FORWARDED_FOR" in environ or "HTTP_X_FORWARDED_PROTO" in environ):
        ProxyFix(_nothing, x_for=hops, x_proto=hops)(environ, _nothing)  # type: ignore[arg-type]
    reported = environ.get("REMOTE_ADDR", "")
    address = normal_address(reported)
    if address is None and reported != peer:
        environ[NO_ADDRESS] = True
        address = normal_address(peer)
    environ["REMOTE_ADDR"] = address or ""


def _nothing(*_: Any) -> tuple[()]:
    """An empty application: ProxyFix is used only for what it writes into the environ."""
    return ()


def caller_of(environ: dict[str, Any]) -> str:
    """The name under which this request's caller is counted, of limited length; call ``settle`` first."""
    address = environ.get("REMOTE_ADDR")
    return counted_as(address) if address else "unknown"
