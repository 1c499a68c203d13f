"""The HTTP API: accepts messages, reports their status, and controls accounts."""

from webapp.application import create_app

__all__ = ["create_app"]
