"""Builds the application: the views, and who may call them."""

from flask import Flask

from webapp import (
    account_controls,
    accounts,
    batches,
    chats,
    console,
    contacts,
    docs,
    error_handlers,
    events,
    files,
    health,
    message_templates,
    messages,
    metrics,
    openapi,
    opt_outs,
    own_key,
    qr_codes,
    rate_limits,
    request_ids,
    resolutions,
    scans,
    security_headers,
    send_view,
    sessions,
    upload_view,
    webhooks,
    well_formed,
)
from webapp.guards import OPEN, Guard, register
from webapp.known_keys import KnownKeys
from webapp.proxies import TrustedProxies
from webapp.services import EXTENSION, Services
from whatsapp_tasks.config import Settings
from whatsapp_tasks.dispatch import Dispatcher
from whatsapp_tasks.files.contents import Contents
from whatsapp_tasks.files.uploads import Uploads
from whatsapp_tasks.stores.api_keys import ApiKeys
from whatsapp_tasks.stores.connection import Database


def create_app(settings: Settings, database: Database, dispatcher: Dispatcher | None = None) -> Flask:
    """The WSGI application. Nothing is sent to Redis before the first request."""
    app = Flask("webapp", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False  # no other site's page may call this
    app.url_map.merge_slashes = False  # a redirect would lose the signature
    app.url_map.strict_slashes = True
    app.url_map.converters["phone"] = opt_outs.PhonePart
    app.extensions[EXTENSION] = Services(
        settings,
        database,
        dispatcher or Dispatcher(database, settings),
        KnownKeys(ApiKeys(database)),
        Uploads(Contents.from_settings(database, settings), kept_seconds=settings.upload_kept_seconds),
    )

    request_ids.install(app)  # first, so that all refusals have an id
    limiter = rate_limits.install(app, settings).limiter
    well_formed.install(app)
    security_headers.install(app)
    error_handlers.install(app)

    for blueprint in (openapi.blueprint, docs.blueprint, health.blueprint):
        register(app, blueprint, OPEN)
        limiter.exempt(blueprint)  # probes are not limited, and the documents need no Redis
    app.register_blueprint(send_view.blueprint)  # authenticates and counts by itself, in Flask too
    limiter.exempt(send_view.blueprint)
    app.register_blueprint(upload_view.blueprint)  # like it
    limiter.exempt(upload_view.blueprint)
    register(app, files.blueprint, Guard({"GET": "send"}))  # for those who may upload
    register(app, messages.blueprint, Guard({"GET": "read", "DELETE": "send"}))
    register(app, events.blueprint, Guard({"GET": "read"}))
    register(app, resolutions.blueprint, Guard({"POST": "admin"}))
    register(app, batches.blueprint, Guard({"POST": "send", "GET": "read", "DELETE": "send"}))
    register(app, opt_outs.blueprint, Guard({"GET": "read", "PUT": "send", "DELETE": "admin"}))
    register(
        app,
        message_templates.blueprint,
        Guard({"GET": "read", "PUT": "admin", "DELETE": "admin", "POST": "send"}),
    )  # who may send may preview
    register(app, contacts.blueprint, Guard({"POST": "send", "GET": "read", "DELETE": "send"}))
    register(app, chats.blueprint, Guard({"GET": "read"}))
    register(app, scans.blueprint, Guard({"GET": "scan", "POST": "scan"}))
    register(app, accounts.blueprint, Guard({"GET": "read"}))
    register(app, qr_codes.blueprint, Guard({"GET": "admin"}))  # anyone who sees it can link a phone
    register(app, account_controls.blueprint, Guard({"GET": "admin", "POST": "admin"}))
    register(app, sessions.blueprint, Guard({"GET": "admin", "POST": "admin"}))
    register(app, webhooks.blueprint, Guard({"GET": "admin", "POST": "admin"}))
    register(app, metrics.blueprint, metrics.GUARD)
    register(app, own_key.blueprint, Guard({"GET": "any"}))
    console.install(app, limiter)

    app.wsgi_app = TrustedProxies(app.wsgi_app, settings.trusted_proxies)  # type: ignore[method-assign]
    return app
