"""``app`` for a production server. Redis is not asked at import: the CLI checks it before it serves."""

import ctypes
import signal

from webapp.application import create_app
from webapp.short_way import ShortWay
from whatsapp_tasks.config import load_settings
from whatsapp_tasks.logging import configure_logging
from whatsapp_tasks.stores.connection import Database, Pipeline

API_REDIS_TIMEOUT_SECONDS = 1.0
"""A caller is told within 2 s that Redis hangs; a worker may wait longer (``REDIS_TIMEOUT_SECONDS``)."""

# When the server is killed, the kernel ends this child of it too (PR_SET_PDEATHSIG is 1).
ctypes.CDLL(None).prctl(1, signal.SIGKILL)

_settings = load_settings()
configure_logging(_settings.log_level, _settings.log_format, process="web")
_impatient = _settings.model_copy(
    update={"redis_timeout_seconds": min(_settings.redis_timeout_seconds, API_REDIS_TIMEOUT_SECONDS)}
)
app = ShortWay(create_app(_settings, Database.connect(_impatient)), Pipeline.connect(_impatient))
