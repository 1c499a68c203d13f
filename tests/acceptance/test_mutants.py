"""The short form of the campaign of mutants; `make mutate-pages` runs the long one (issue 11, E2)."""

from pathlib import Path

import pytest

from bench.mutate_pages import Mutant, play
from bench.one_worker import OneWorker

SEEDS = range(100, 103)


@pytest.mark.timeout(900)
def test_no_mutant_of_the_page_makes_the_worker_do_harm(tmp_path: Path) -> None:
    """Two of these seeds change one thing, the third more; each is linked, sends, receives, and
    loses its browser in the middle of a message."""
    world = OneWorker(tmp_path / "world")
    try:
        found = [play(world, Mutant.of(seed)) for seed in SEEDS]
    finally:
        world.stop()
    assert [(o.mutant.seed, o.why, o.done) for o in found if o.verdict == "harmful"] == []
    single = [outcome for outcome in found if len(outcome.done) == 1]
    assert [(o.mutant.seed, o.why, o.done) for o in single if o.verdict != "works"] == []


@pytest.mark.timeout(300)
def test_harm_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A campaign that cannot fail shows nothing: here WhatsApp's side has each message once more."""
    world = OneWorker(tmp_path / "world")
    messages = world.simulator.messages
    monkeypatch.setattr(world.simulator, "messages", lambda: [*messages(), *messages()])
    try:
        outcome = play(world, Mutant.of(100))
    finally:
        world.stop()
    assert (outcome.verdict, outcome.why) == ("harmful", "doubled")
