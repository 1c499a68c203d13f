"""The request target that a signature covers."""

import pytest

from webapp.targets import signed_target


def test_a_raw_target_is_taken_as_it_is() -> None:
    environ = {"RAW_URI": "/a%2fb?x=%C3%a9", "PATH_INFO": "/other", "QUERY_STRING": "z"}
    assert signed_target(environ) == "/a%2fb?x=%C3%a9"


def test_an_absolute_target_is_cut_to_path_and_query() -> None:
    assert signed_target({"RAW_URI": "http://api.example/send?u=http://x/"}) == "/send?u=http://x/"
    assert signed_target({"RAW_URI": "/send?u=http://x/"}) == "/send?u=http://x/"


def test_a_decoded_path_is_not_guessed_from_issue_12_row_7() -> None:
    with pytest.raises(KeyError):
        signed_target({"PATH_INFO": "/opt-outs/+49", "QUERY_STRING": ""})
