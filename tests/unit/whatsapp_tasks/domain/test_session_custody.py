"""Which copy of a session may run: every case of docs/sessions.md (issue 14, 3 and 4)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whatsapp_tasks.domain.session_archives import ArchiveHeader, ArchiveNumber, Refusal
from whatsapp_tasks.domain.session_custody import (
    Choice,
    Custody,
    Gap,
    LocalProfile,
    Source,
    absence_proves,
    choose,
)

ARCHIVE = ArchiveHeader(
    "default", ArchiveNumber(41, 2), "156.0.8078.108", 1000, sends=7, size=10, sha256="ab" * 32
)
OFFER = replace(ARCHIVE, number=ArchiveNumber(), sends=0)
LINKED = Custody(ran=41, newest=ARCHIVE, sends=7, was_linked=True)
HERE, OLD, NONE = LocalProfile(frozenset({41}), True), LocalProfile(frozenset({40}), True), LocalProfile()

EMPTIED = LocalProfile(frozenset({41}))


@pytest.mark.parametrize(
    ("profile", "custody", "choice"),
    [
        # the profile here ran last: nothing is restored
        (HERE, LINKED, Choice(Source.PROFILE)),
        (HERE, replace(LINKED, sends=99), Choice(Source.PROFILE)),
        (LocalProfile(frozenset({40, 41}), True), LINKED, Choice(Source.PROFILE)),
        (HERE, replace(LINKED, ended="logged_out"), Choice(Source.PROFILE)),
        # it ran last elsewhere, and that machine is gone
        (NONE, LINKED, Choice(Source.ARCHIVE, ARCHIVE)),
        (OLD, LINKED, Choice(Source.ARCHIVE, ARCHIVE, set_aside=True)),
        (LocalProfile(frozenset(), True), LINKED, Choice(Source.ARCHIVE, ARCHIVE, set_aside=True)),
        # messages were sent after the archive
        (NONE, replace(LINKED, sends=8), Choice(Source.WAIT, ARCHIVE, Refusal.STALE)),
        (OLD, replace(LINKED, sends=8), Choice(Source.WAIT, ARCHIVE, Refusal.STALE)),
        # one, which is still in hand: the chat settles it
        (NONE, replace(LINKED, sends=8, attempt_open=True), Choice(Source.ARCHIVE, ARCHIVE)),
        (NONE, replace(LINKED, sends=9, attempt_open=True), Choice(Source.WAIT, ARCHIVE, Refusal.STALE)),
        # the profile here ran last, and what it had is gone
        (EMPTIED, LINKED, Choice(Source.ARCHIVE, ARCHIVE)),
        (EMPTIED, replace(LINKED, sends=8), Choice(Source.WAIT, ARCHIVE, Refusal.STALE)),
        (EMPTIED, Custody(ran=41), Choice(Source.PROFILE)),
        # another worker ran it after that archive, and sent nothing
        (NONE, replace(LINKED, ran=43), Choice(Source.ARCHIVE, ARCHIVE)),
        # nothing else is left
        (NONE, replace(LINKED, ended="unlinked"), Choice(Source.NEW)),
        (OLD, replace(LINKED, ended="banned"), Choice(Source.NEW, set_aside=True)),
        (NONE, Custody(ran=41), Choice(Source.NEW)),
        # a person brought one
        (NONE, replace(LINKED, offer=OFFER), Choice(Source.ARCHIVE, OFFER)),
        (HERE, replace(LINKED, offer=OFFER), Choice(Source.ARCHIVE, OFFER, set_aside=True)),
        (NONE, Custody(offer=OFFER), Choice(Source.ARCHIVE, OFFER)),
        (NONE, replace(LINKED, sends=99, offer=ARCHIVE), Choice(Source.ARCHIVE, ARCHIVE)),
    ],
)
def test_which_copy_runs(profile: LocalProfile, custody: Custody, choice: Choice) -> None:
    assert choose(profile, custody, None) == choice


@pytest.mark.parametrize(
    ("profile", "custody", "stored", "choice"),
    [
        # Redis lost everything, or an older state of it was restored: the vault is the second witness
        (HERE, Custody(), None, Choice(Source.WAIT, refusal=Refusal.STORE_AWAY)),
        (HERE, Custody(), [ArchiveNumber(41, 2)], Choice(Source.PROFILE)),
        (HERE, replace(LINKED, ran=40), [ArchiveNumber(41, 2)], Choice(Source.PROFILE)),
        (HERE, Custody(), [ArchiveNumber(42, 1)], Choice(Source.WAIT, refusal=Refusal.UNPROVEN)),
        (
            HERE,
            replace(LINKED, ran=40),
            [ArchiveNumber(42, 1)],
            Choice(Source.WAIT, refusal=Refusal.UNPROVEN),
        ),
        (NONE, Custody(), [ArchiveNumber(42, 1)], Choice(Source.WAIT, refusal=Refusal.UNPROVEN)),
        # it ran here, and what it had is gone: the archive may be older
        (
            LocalProfile(frozenset({41})),
            Custody(),
            [ArchiveNumber(41, 2)],
            Choice(Source.WAIT, refusal=Refusal.UNPROVEN),
        ),
        # Redis names no archive of a session that is alive
        (NONE, replace(LINKED, newest=None), None, Choice(Source.WAIT, refusal=Refusal.STORE_AWAY)),
        (
            NONE,
            replace(LINKED, newest=None),
            [ArchiveNumber(40, 1)],
            Choice(Source.WAIT, refusal=Refusal.UNPROVEN),
        ),
        (NONE, replace(LINKED, newest=None), [], Choice(Source.NEW)),
        # an archive of a number that Redis has not counted to: Redis has an older state
        (HERE, LINKED, [ArchiveNumber(42, 1)], Choice(Source.WAIT, refusal=Refusal.UNPROVEN)),
        (NONE, LINKED, [ArchiveNumber(42, 1)], Choice(Source.WAIT, refusal=Refusal.UNPROVEN)),
        (HERE, LINKED, [ArchiveNumber(41, 2)], Choice(Source.PROFILE)),
        # the first start with a vault
        (NONE, Custody(), [], Choice(Source.NEW)),
        (LocalProfile(frozenset(), True), Custody(was_linked=True), [], Choice(Source.PROFILE)),
        # a profile of before there was a vault, and another machine ran the session since
        (
            LocalProfile(frozenset(), True),
            Custody(),
            [ArchiveNumber(1, 1)],
            Choice(Source.WAIT, refusal=Refusal.UNPROVEN),
        ),
    ],
)
def test_where_redis_knows_too_little_the_vault_decides(
    profile: LocalProfile, custody: Custody, stored: list[ArchiveNumber] | None, choice: Choice
) -> None:
    assert choose(profile, custody, stored) == choice


numbers = st.integers(1, 6)
profiles = st.builds(LocalProfile, st.frozensets(numbers, max_size=2), st.booleans())
headers = st.builds(
    replace, st.just(ARCHIVE), number=st.builds(ArchiveNumber, numbers, st.just(1)), sends=st.integers(0, 3)
)
custodies = st.builds(
    Custody,
    ran=st.none() | numbers,
    newest=st.none() | headers,
    sends=st.integers(0, 4),
    attempt_open=st.booleans(),
    was_linked=st.booleans(),
    ended=st.sampled_from(["", "logged_out"]),
)


@given(profiles, custodies, st.none() | st.lists(st.builds(ArchiveNumber, numbers, numbers), max_size=3))
def test_an_old_profile_never_runs_after_a_newer_copy(
    profile: LocalProfile, custody: Custody, stored: list[ArchiveNumber] | None
) -> None:
    """The profile runs only if nothing says that another copy ran later."""
    choice = choose(profile, custody, stored)
    if choice.source is Source.PROFILE:
        assert custody.ran is None or custody.ran <= profile.newest
        assert custody.ran in profile.numbers or stored is not None
        if custody.ran not in profile.numbers:
            assert all(number.fence <= profile.newest for number in stored or ())
    if choice.source is Source.ARCHIVE:
        assert choice.archive == custody.newest
        assert custody.ran not in profile.numbers or not profile.has_session
        assert custody.sends - ARCHIVE.sends <= custody.sends


@given(profiles, custodies, st.none() | st.lists(st.builds(ArchiveNumber, numbers, numbers), max_size=3))
def test_a_qr_code_is_offered_only_when_nothing_else_is_left(
    profile: LocalProfile, custody: Custody, stored: list[ArchiveNumber] | None
) -> None:
    if choose(profile, custody, stored).source is Source.NEW:
        over = bool(custody.ended) or not custody.was_linked
        assert over or stored == []
        if custody.ran is None or profile.newest > custody.ran:
            assert stored == [] or bool(custody.ended)
            assert not profile.has_session


def test_what_is_missing_in_a_chat_proves_nothing_about_a_gap() -> None:
    gaps = [Gap(100, 200), Gap(500, 600)]
    assert absence_proves(99, 1, gaps)
    assert not absence_proves(100, 1, gaps)
    assert not absence_proves(550, 1, gaps)
    assert absence_proves(201, 1, gaps)
    assert absence_proves(5, 1, [])


def test_a_clock_that_jumped_hides_no_attempt_in_a_gap() -> None:
    """By the fence of its claim it was begun after the archive was made, and before the restoration."""
    gaps = [Gap(100, 200, from_fence=41, to_fence=43)]
    assert not absence_proves(9999, 41, gaps)
    assert not absence_proves(5, 42, gaps)
    assert absence_proves(9999, 43, gaps)
    assert absence_proves(5, 40, gaps)
