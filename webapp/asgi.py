"""``app`` for a production server. The import does not use Redis: the CLI checks Redis before it serves."""

import logging

from webapp.application import create_app
from webapp.gateway import Gateway
from whatsapp_tasks import crash_points
from whatsapp_tasks.config import load_settings
from whatsapp_tasks.logging import configure_logging
from whatsapp_tasks.stores.connection import Database, Pipeline

API_REDIS_TIMEOUT_SECONDS = 1.0
"""A caller gets an error within 2 s if Redis hangs; a worker may wait longer (``REDIS_TIMEOUT_SECONDS``)."""

settings = load_settings()
configure_logging(settings.log_level, settings.log_format, process="web")
crash_points.install(settings.crash_points)
if not settings.signature_required:
    logging.getLogger(__name__).warning(
        "Requests need no signature (WHATSAPP_SIGNATURE_REQUIRED): anyone who knows a key's id can use it"
    )
_impatient = settings.model_copy(
    update={"redis_timeout_seconds": min(settings.redis_timeout_seconds, API_REDIS_TIMEOUT_SECONDS)}
)
app = Gateway(
    create_app(settings, Database.connect(_impatient)),
    Pipeline.connect(_impatient),
    Pipeline.connect(_impatient),
)
