"""What the short form leaves out of the tests that are played in several eras; ``TEST_PAGES=full`` plays all.

What does not depend on an era's markup is played in the newest era alone; of what does,
each era keeps a test.
"""

import os
from collections.abc import Mapping, Sequence

import pytest

FULL = os.environ.get("TEST_PAGES") == "full"
_ERA_PARAMETERS = ("era", "linked", "skinned")
"""Those of the tests and fixtures whose value is an era, or begins with one."""

Eras = Sequence[str]
LESS_OFTEN: Mapping[str, Eras] = {
    # How texts, intruders and Enter are dealt with: the scripts in browser/input, the same for every era.
    "pages/test_input.py::test_no_key_reaches_what_comes_while_a_text_is_typed": ("E1", "E2"),
    "pages/test_input.py::test_enter_is_not_raced": ("E1", "E2"),
    "pages/test_input.py::test_every_text_is_entered_exactly": ("E1", "E2"),
    "pages/test_input.py::test_no_part_of_a_text_is_sent_before_it_is_complete": ("E1", "E2"),
    # The menu and the preview of E1 are those of E2.
    "pages/test_files.py::test_each_file_is_received_as_its_kind_with_its_caption": ("E1", "E2"),
    "pages/test_files.py::test_a_picture_of_the_page_shows_no_name_of_a_file": ("E1", "E2"),
    "pages/test_files.py::test_pictures_that_are_sent_one_by_one_and_share_a_row_are_each_found": (
        *("E1", "E2"),
    ),
    "pages/test_files.py::test_an_upload_that_stopped_is_seen_with_and_without_the_mark": ("E1", "E2"),
    "pages/test_files.py::test_what_the_page_refuses_has_a_code_of_its_own": ("E1", "E2"),
    "pages/test_files.py::test_what_a_dead_attempt_left_open_is_closed_by_the_pages_own_buttons": ("E1",),
    "pages/test_files.py::test_a_preview_that_comes_back_with_its_chat_is_closed_when_the_chat_is_opened": (
        *("E1", "E2"),
    ),
    "pages/test_downloads.py::test_what_is_not_loaded_is_offered_and_what_is_gone_stays_so": ("E1",),
    "pages/test_messages.py::test_difficult_texts_are_read_back_from_box_and_bubble": ("E1", "E2"),
    "pages/test_messages.py::test_another_chat_than_the_one_asked_for_is_never_typed_into": ("E2",),
    "pages/test_messages.py::test_a_number_that_is_not_on_whatsapp_is_refused_after_a_second_look": (
        *("E1", "E2"),
    ),
    "pages/test_replies.py::test_what_cannot_be_quoted_is_told_and_nothing_is_left_armed": ("E1", "E2"),
    "pages/test_rendered_texts.py": ("E2",),
    "pages/test_messages.py::test_starting_chat_is_waited_for_and_never_cancelled": ("E1", "E2"),
    "pages/test_messages.py::test_one_failed_query_is_not_believed": ("E1", "E2"),
    "pages/test_mutated.py": ("E1", "E2"),
    "pages/test_helping.py": ("E1", "E2"),
    "pages/test_linking.py": ("E1",),
    "pages/test_linking.py::test_what_whatsapp_says_against_a_code_is_reported": ("E1", "E2"),
    "pages/test_linking.py::test_a_code_runs_out_and_the_way_begins_again": ("E1", "E2"),
    "pages/test_linking.py::test_a_second_request_gives_a_code_of_its_own": ("E1", "E2"),
    "pages/test_linking.py::test_a_phone_that_whatsapp_does_not_take_is_reported": ("E1", "E2"),
    # The simulator: its eras are told apart in test_first_form.py and test_full_form.py.
    "simulator/test_texts.py": ("E2",),
    "simulator/test_focus.py": ("E2",),
    "simulator/test_titles.py": ("E2",),
    "simulator/test_reading.py::test_row_4_what_stands_in_place_of_the_box": ("E2",),
    "simulator/test_mutated.py": ("E1",),
    "simulator/test_files.py::test_a_document_is_received_byte_for_byte_with_its_caption": ("E1", "E2"),
    "simulator/test_first_form.py::test_starting_chat_leaves_the_previous_chat_below": ("E2",),
    "simulator/test_first_form.py::test_what_is_pending_dies_with_the_page": ("E2",),
}
"""By file, or file and test, below ``tests/browser``: eras that the short form leaves out. A test's own entry
counts instead of its file's."""


def is_left_out(item: pytest.Item, file: str, less_often: Mapping[str, Eras] = LESS_OFTEN) -> bool:
    """Whether the short form leaves this test out; ``file``: its place below ``tests/browser``."""
    test = getattr(item, "originalname", item.name)
    eras = less_often.get(f"{file}::{test}", less_often.get(file, ()))
    return _era_of(item) in eras


def _era_of(item: pytest.Item) -> str | None:
    """The era that this test is played in, if it says so by a parameter."""
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    for name in _ERA_PARAMETERS:
        if name in parameters:
            value = parameters[name]
            return str(value if isinstance(value, str) else value[0])
    return None
