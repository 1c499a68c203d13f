"""Languages that are read in full."""

import pytest

from whatsapp_tasks.domain.languages import base_language, is_supported


@pytest.mark.parametrize(
    ("tag", "base", "supported"),
    [
        ("en", "en", True),
        ("en_US", "en", True),
        ("pt-BR", "pt", True),
        ("ES", "es", True),
        ("de-DE", "de", False),
        ("zh_CN", "zh", False),
        ("", "", False),
    ],
)
def test_a_language_is_recognised_by_its_tag(tag: str, base: str, supported: bool) -> None:
    assert (base_language(tag), is_supported(tag)) == (base, supported)
