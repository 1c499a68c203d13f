"""``/metrics`` for Prometheus: with a key of the scope read, or from a network allowed by the settings."""

from dataclasses import dataclass
from ipaddress import ip_address

from flask import Blueprint, Response, request
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from webapp.guards import Guard
from webapp.metric_families import Families
from webapp.services import services

blueprint = Blueprint("metrics", __name__)


@dataclass(frozen=True)
class ScrapeGuard(Guard):
    """Also allows a scraper that connects from an open network without a proxy. Headers about the request's
    origin do not count, because the caller can set them.
    """

    def check(self) -> None:
        if not _from_open_network():
            super().check()


GUARD = ScrapeGuard({"GET": "read"})


@blueprint.get("/metrics")
def show() -> Response:
    """All metrics in Prometheus' text format. Labels hold only our own names: no phone, no text."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Families(services()))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _from_open_network() -> bool:
    networks = services().settings.open_metrics_networks
    if not networks or "HTTP_X_FORWARDED_FOR" in request.environ or "HTTP_FORWARDED" in request.environ:
        return False
    original = request.environ.get("werkzeug.proxy_fix.orig", {})
    try:
        peer = ip_address(original.get("REMOTE_ADDR") or request.environ.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return any(peer in network for network in networks)
