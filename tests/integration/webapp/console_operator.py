"""An operator at the console, without a browser."""

import re
from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from whatsapp_tasks.stores.api_keys import ApiKey

COOKIE = "whatsapp-console"


@dataclass
class ConsoleOperator:
    """Has cookies, as a browser has; sends the page's token with each change."""

    client: FlaskClient
    key: ApiKey
    token: str = ""

    def submit(self, key_id: str, secret: str, **headers: str) -> TestResponse:
        """Opens the form and sends it."""
        form = self.client.get("/login").text
        found = re.search(r'name="token" value="([^"]+)"', form)
        fields = {"key": key_id, "secret": secret, "token": found[1] if found else ""}
        return self.client.post("/login", data=fields, headers=headers)

    def log_in(self) -> "ConsoleOperator":
        assert self.submit(self.key.id, self.key.secrets[0]).status_code == 303
        found = re.search(r'name="console-token" content="([^"]+)"', self.client.get("/").text)
        assert found is not None
        self.token = found[1]
        return self

    def post(self, target: str, fields: Any = None, **headers: str) -> TestResponse:
        return self.client.post(target, json=fields or {}, headers={"X-Console-Token": self.token, **headers})

    def state(self) -> dict[str, Any]:
        answer = self.client.get("/console/state")
        assert answer.status_code == 200, answer.text
        assert answer.json is not None
        return dict(answer.json)
