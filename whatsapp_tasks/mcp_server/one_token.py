"""The token that every HTTP request to the server must bring."""

import hmac

from mcp.server.auth.provider import AccessToken, TokenVerifier
from mcp.server.auth.settings import AuthSettings
from pydantic import AnyHttpUrl

AUTH = AuthSettings(issuer_url=AnyHttpUrl("http://127.0.0.1"), resource_server_url=None)
"""The SDK wants the address of an OAuth server. There is none: the operator issues the token, and without
``resource_server_url`` no address is announced.
"""


class OneToken(TokenVerifier):
    """Accepts the one token that the operator gave to the callers."""

    def __init__(self, token: str) -> None:
        self._token = token.encode()

    async def verify_token(self, token: str) -> AccessToken | None:
        if not hmac.compare_digest(token.encode(), self._token):
            return None
        return AccessToken(token=token, client_id="caller", scopes=[])
