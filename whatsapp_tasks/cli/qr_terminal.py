"""A QR code in the terminal."""

import io

import segno


def qr_text(ref: str) -> str:
    """The code as half-block characters, readable by a phone from a dark or a light terminal."""
    out = io.StringIO()
    segno.make(ref, error="l", micro=False).terminal(out, compact=True, border=2)
    return out.getvalue()
