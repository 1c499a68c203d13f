"""The HTTP gateway: takes messages in, tells what became of them, and controls accounts."""

from webapp.application import create_app

__all__ = ["create_app"]
