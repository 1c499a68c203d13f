"""Where a request comes from, as far as the proxies that are trusted tell."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from werkzeug.middleware.proxy_fix import ProxyFix

from whatsapp_tasks.domain.caller_addresses import counted_as, normal_address

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

NO_ADDRESS = "whatsapp-tasks.no_address"
"""In the environ: a proxy that is trusted told something that is no address."""


class TrustedProxies:
    """A WSGI application with ``REMOTE_ADDR`` and scheme as so many proxies in front tell them; none by
    default, as otherwise every caller could say where he comes from.
    """

    def __init__(self, app: "WSGIApplication", hops: int) -> None:
        self._app = app
        self._hops = hops

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        settle(environ, self._hops)
        return self._app(environ, start_response)


def settle(environ: dict[str, Any], hops: int) -> None:
    """Writes down where a request comes from, with ``hops`` proxies in front.

    A value that is no address leaves the proxy's own address, and a mark for ``well_formed`` to refuse.
    """
    peer = environ.get("REMOTE_ADDR", "")
    if hops and ("HTTP_X_FORWARDED_FOR" in environ or "HTTP_X_FORWARDED_PROTO" in environ):
        ProxyFix(_nothing, x_for=hops, x_proto=hops)(environ, _nothing)  # type: ignore[arg-type]
    told = environ.get("REMOTE_ADDR", "")
    address = normal_address(told)
    if address is None and told != peer:
        environ[NO_ADDRESS] = True
        address = normal_address(peer)
    environ["REMOTE_ADDR"] = address or ""


def _nothing(*_: Any) -> tuple[()]:
    """An application that answers nothing: ProxyFix is wanted for what it writes into the environ."""
    return ()


def caller_of(environ: dict[str, Any]) -> str:
    """The name under which this request's caller is counted, of bounded length; ``settle`` came first."""
    address = environ.get("REMOTE_ADDR")
    return counted_as(address) if address else "unknown"
