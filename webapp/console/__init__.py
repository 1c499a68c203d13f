"""The console page: operators see and control the accounts in a browser (docs/console.md)."""

from flask import Flask
from flask_limiter import Limiter

from webapp.console import actions, events, evidence, hand, login, page, state, templates
from webapp.console.access import CONSOLE, EVIDENCE
from webapp.guards import OPEN, register


def install(app: Flask, limiter: Limiter) -> None:
    """Adds the page, its requests, and the evidence of failures."""
    register(app, login.blueprint, OPEN)
    register(app, page.files, OPEN)
    limiter.exempt(page.files)
    for each in (page, state, events, actions, hand, templates):
        register(app, each.blueprint, CONSOLE)
    register(app, evidence.blueprint, EVIDENCE)
