"""QR codes as rows of bits, which the page paints on its canvas."""

import segno


def matrix(text: str) -> list[str]:
    """One string of `0` and `1` per row, without the quiet zone."""
    code = segno.make(text, error="l", micro=False, boost_error=False)
    return ["".join("1" if module else "0" for module in row) for row in code.matrix]
