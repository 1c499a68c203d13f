"""Scenarios of the network between page and server."""

from pydantic import Field

from .scenario import Scenario


class NetworkDown(Scenario):
    """The page's sockets are closed and new ones refused; the page goes offline (§1.5)."""

    http: bool = Field(False, description="true: the page itself cannot be loaded either")
    status_json: bool = Field(
        False, description="true: GET status.json answers, so the page shows nothing for 18 s (§11.2)"
    )


class NetworkStall(Scenario):
    """The page's sockets stay open and nothing gets through, without any sign on the page."""
