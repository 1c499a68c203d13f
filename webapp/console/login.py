"""``/login`` and ``/logout``: plain forms, which work without scripts."""

import hmac
import logging
import secrets

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from webapp.console.access import (
    CSRF_FIELD,
    check_token,
    cookie_name,
    find_operator,
    from_our_page,
    sessions,
    set_cookie,
)
from webapp.console.page import html, page_to_show
from webapp.proxies import caller_of
from webapp.services import services
from whatsapp_tasks.domain.signatures import MOST_SECRETS
from whatsapp_tasks.stores.api_keys import ApiKey

log = logging.getLogger(__name__)

blueprint = Blueprint("console_login", __name__)

ATTEMPTS_OF_ADDRESS = 10
ATTEMPTS_FOR_KEY = 100
"""Within the window. A secret has 256 random bits, so this only limits load and logs; knowing a key's id must
not make it easy to lock out its operator.
"""
WINDOW_SECONDS = 300
LONGEST_FIELD = 200
MOST_FORM_BYTES = 4096
"""Who has not logged in may make us read no more: 260,000 fields take some tenths of a second."""

_NO_SECRET = secrets.token_urlsafe(32)
"""Compared instead of a missing secret, so that an unknown key takes as much time as a wrong secret."""
_WRONG = "The id or the secret is wrong, or the key has no admin scope."
_OUTDATED = "The form was out of date. Please try again."
_TOO_MANY = "Too many attempts. Wait five minutes, then try again."


@blueprint.before_request
def _only_small_forms() -> None:
    request.max_content_length = MOST_FORM_BYTES


@blueprint.get("/login")
def show() -> Response:
    """The form."""
    if find_operator() is not None:
        return redirect(_wanted(), 303)
    return _form()


@blueprint.post("/login")
def submit() -> Response:
    """Begins a session, or shows what is wrong."""
    expected = request.cookies.get(_form_cookie())
    given = request.form.get(CSRF_FIELD, "")
    if (
        not expected
        or not hmac.compare_digest(given.encode(), expected.encode())
        or not from_our_page(request)
    ):
        return _form(_OUTDATED, 403)
    parts = services()
    store = sessions(parts)
    key_id = request.form.get("key", "").strip()[:LONGEST_FIELD]
    # Both are always counted: one address may try many keys, and many addresses may try one key.
    caller = caller_of(request.environ)
    address = f"address {caller}"
    of_address = store.count_attempt(address, WINDOW_SECONDS)
    for_key = store.count_attempt(f"key {key_id}", WINDOW_SECONDS)
    too_many = of_address > ATTEMPTS_OF_ADDRESS or for_key > ATTEMPTS_FOR_KEY
    # Anybody who knows an address, or the id of a key, can use up its attempts. This does not lock out an
    # operator who logged in with this key from this address before: the secret is still checked.
    if too_many and not store.was_here(key_id, caller):
        return _too_many()
    key = parts.keys.read(key_id)
    if not _proven(key, request.form.get("secret", "").strip()[:LONGEST_FIELD]):
        if too_many:
            return _too_many()
        log.warning("A login at the console was refused")
        return _form(_WRONG, 401)
    assert key is not None
    store.forget_attempts(address)
    store.remember(key.id, caller)
    token, _ = store.begin(key.id, parts.now_ms())
    log.info("Logged in at the console", extra={"key": key.author})
    response = redirect(_wanted(), 303)
    set_cookie(response, cookie_name(request), token)
    response.delete_cookie(_form_cookie(), path="/")
    return response


@blueprint.post("/logout")
def leave() -> Response:
    """Ends the session."""
    found = find_operator()
    if found is not None:
        check_token(found.session.csrf)
        sessions(services()).end(request.cookies[cookie_name(request)])
        log.info("Logged out of the console", extra={"key": found.key.author})
    response = redirect("/login", 303)
    response.delete_cookie(cookie_name(request), path="/", secure=request.is_secure, httponly=True)
    return response


def _too_many() -> Response:
    log.warning("Too many attempts to log in at the console")
    return _form(_TOO_MANY, 429)


def _proven(key: ApiKey | None, secret: str) -> bool:
    known = key.secrets if key is not None else ()
    right = [
        hmac.compare_digest(secret.encode(), (known[index] if index < len(known) else _NO_SECRET).encode())
        for index in range(MOST_SECRETS)
    ]
    return key is not None and any(right) and key.allows("admin")


def _form(problem: str = "", status: int = 200) -> Response:
    """A form with its own token, also stored in a cookie: another site can neither read nor set it."""
    token = secrets.token_urlsafe(32)
    response = html(render_template("console/login.html", token=token, problem=problem, to=_wanted()), status)
    set_cookie(response, _form_cookie(), token, seconds=3600)
    return response


def _wanted() -> str:
    """The page that the person wanted to see, or the console."""
    return page_to_show(request.values.get("to", "/"))


def _form_cookie() -> str:
    return f"{cookie_name(request)}-login"
