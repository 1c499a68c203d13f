"""The request target that a signature covers."""

import pytest

from webapp.targets import signed_targets


@pytest.mark.parametrize("name", ["RAW_URI", "REQUEST_URI"])
def test_a_raw_target_is_taken_as_it_is(name: str) -> None:
    environ = {name: "/a%2fb?x=%C3%a9", "PATH_INFO": "/other", "QUERY_STRING": "z"}
    assert signed_targets(environ) == ("/a%2fb?x=%C3%a9",)


def test_an_absolute_target_is_cut_to_path_and_query() -> None:
    assert signed_targets({"RAW_URI": "http://api.example/send?u=http://x/"}) == ("/send?u=http://x/",)
    assert signed_targets({"RAW_URI": "/send?u=http://x/"}) == ("/send?u=http://x/",)


def test_a_plain_decoded_path_has_one_encoding() -> None:
    environ = {"PATH_INFO": "/accounts/a-b/qr", "QUERY_STRING": "x=%2Fy&b=a+b"}
    assert signed_targets(environ) == ("/accounts/a-b/qr?x=%2Fy&b=a+b",)


def test_a_decoded_path_with_delimiters_has_both_usual_encodings() -> None:
    environ = {"PATH_INFO": "/opt-outs/+49", "QUERY_STRING": ""}
    assert signed_targets(environ) == ("/opt-outs/+49", "/opt-outs/%2B49")


def test_a_decoded_path_is_bytes_in_latin_1() -> None:
    environ = {"PATH_INFO": "/é /".encode().decode("latin-1"), "QUERY_STRING": ""}
    assert signed_targets(environ) == ("/%C3%A9%20/",)


def test_the_mount_point_is_part_of_the_path() -> None:
    assert signed_targets({"SCRIPT_NAME": "/api", "PATH_INFO": "/send"}) == ("/api/send",)
