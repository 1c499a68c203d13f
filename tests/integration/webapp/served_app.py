"""The application as it is served: ``whatsapp-tasks web``."""

import sys
from pathlib import Path

from tests.support.http_server import HttpServer
from whatsapp_tasks.cli.ports import free_port
from whatsapp_tasks.config import Settings


def served_app(redis_url: str, folder: Path, *, workers: int = 1, **environment: str) -> HttpServer:
    """On a free port; to be started."""
    port = free_port()
    settings = {
        "REDIS_URL": redis_url,
        "WHATSAPP_DATA_DIR": str(folder),
        "WHATSAPP_WEB_PORT": str(port),
        "WHATSAPP_WEB_WORKERS": str(workers),
        "WHATSAPP_ACCEPT_UNSAFE_REDIS": "true",  # that of the tests keeps nothing
        **environment,
    }
    command = [sys.executable, "-m", "whatsapp_tasks.cli.main", "web"]
    host = Settings(web_host=environment.get("WHATSAPP_WEB_HOST", "127.0.0.1")).web_host
    return HttpServer(command, settings, port, folder / "web.log", host)
