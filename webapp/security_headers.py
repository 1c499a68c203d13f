"""Headers that keep answers out of caches, frames and other sites."""

from flask import Flask, Response

# The docs and console pages have their own script and style files; nothing is loaded from elsewhere.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

ALWAYS = {"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY"}
UNLESS_SET = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}


def install(app: Flask) -> None:
    """Sets them on every response."""

    @app.after_request
    def _set(response: Response) -> Response:
        headers = response.headers
        headers.update(ALWAYS)
        for name, value in UNLESS_SET.items():  # the console and the documents set their own
            headers.setdefault(name, value)
        if response.mimetype == "text/html":
            headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        return response
