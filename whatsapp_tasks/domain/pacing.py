"""Pacing: the pause between two messages of an account."""


def pause_seconds(least: float, jitter: float, share: float) -> float:
    """``least`` seconds and up to ``jitter`` more; ``share`` in [0, 1) is the caller's randomness."""
    return least + jitter * share
