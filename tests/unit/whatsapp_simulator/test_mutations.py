"""Pages changed at random: what a seed draws, and what it leaves alone."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whatsapp_simulator.mutations.change import NothingToChange
from whatsapp_simulator.mutations.kinds import KINDS
from whatsapp_simulator.mutations.mutate import mutate
from whatsapp_simulator.scenarios.active import ActiveScenarios
from whatsapp_simulator.scenarios.renderer import Mutated
from whatsapp_simulator.settings import Era, Settings
from whatsapp_simulator.skins import skin

ERAS: list[Era] = ["E1", "E2", "E3"]


@given(st.sampled_from(ERAS), st.integers(0, 10**9), st.integers(1, 6))
def test_a_seed_gives_the_same_page_each_time_with_as_many_changes_as_asked(
    era: Era, seed: int, changes: int
) -> None:
    mutated = Mutated(seed=seed, changes=changes)
    assert skin(Settings(era=era), None, mutated) == skin(Settings(era=era), None, mutated)
    plain = skin(Settings(era=era))
    done = mutate(plain, seed, changes)
    assert len(done) == changes
    assert {kind for kind, _ in done} <= set(KINDS)
    assert plain != skin(Settings(era=era))


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_changes_something_where_there_is_something_of_its_kind(era: Era, kind: str) -> None:
    if era == "E2" and kind in ("test ids dropped", "test id renamed"):  # it has none
        with pytest.raises(NothingToChange):
            KINDS[kind](_bare(era), Random(1))
        assert mutate(_bare(era), 1, 3, (kind,)) == []
        return
    made = _bare(era)
    assert {kind_ for kind_, _ in mutate(made, 1, 2, (kind,))} == {kind}
    assert made != skin(Settings(era=era))


def test_what_the_page_itself_needs_is_never_changed() -> None:
    """Whatever is drawn: editable boxes stay editable, inputs stay inputs, a template keeps its places."""
    for seed in range(300):
        before, after = skin(Settings(era="E3")), skin(Settings(era="E3"))
        mutate(after, seed, 6)
        for name, part in before["parts"].items():
            now = after["parts"][name]
            for attribute in ("contenteditable", "accept", "style", "width"):
                assert part["attributes"].get(attribute) == now["attributes"].get(attribute), (seed, name)
            if part["tag"] in ("input", "canvas", "progress"):
                assert now["tag"] == part["tag"]
        for key, words in before["texts"].items():
            assert words.count("{") == after["texts"][key].count("{"), (seed, key)


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="no kinds colour; there are test ids dropped"):
        ActiveScenarios().switch_on("mutated", {"kinds": ["colour"]})


def _bare(era: Era) -> dict[str, object]:
    made = skin(Settings(era=era))
    made["shape"] = {"wrapped": {}, "flat": [], "moved": {}, "twice": []}
    return made
