"""Pacing: the pause between two messages of an account."""


def pause_seconds(least: float, jitter: float, share: float) -> float:
    """``least`` seconds plus up to ``jitter`` more; ``share`` in [0, 1) is a random number of the caller."""
    return least + jitter * share
