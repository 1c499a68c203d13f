"""Writes src/openapi.d.ts from the OpenAPI document: ``make client-types`` (needs ``npm ci`` before)."""

import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from webapp import create_app
from whatsapp_tasks.config import Settings
from whatsapp_tasks.stores.connection import Database

HERE = Path(__file__).parent
TYPES = HERE / "src" / "openapi.d.ts"
PROGRAM = HERE / "node_modules" / ".bin" / "openapi-typescript"


def types() -> str:
    """The types of the document as it is now; needs no Redis."""
    settings = Settings(REDIS_URL="redis://127.0.0.1:1/0")
    app = create_app(settings, Database.connect(settings))
    with TemporaryDirectory() as folder:
        document, made = Path(folder, "openapi.json"), Path(folder, "openapi.d.ts")
        document.write_bytes(app.test_client().get("/openapi.json").data)
        # What has a default need not be sent.
        options = ["--default-non-nullable=false", "--output", str(made)]
        subprocess.run([str(PROGRAM), str(document), *options], check=True, capture_output=True)
        return made.read_text("utf-8")


if __name__ == "__main__":
    TYPES.write_text(types(), "utf-8")
