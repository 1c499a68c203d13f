"""The template that a caller asks for: issue 16, part 9."""

import pytest

from whatsapp_tasks.domain.template_requests import TemplateRequest
from whatsapp_tasks.errors import RequestRefused

WANTED = {"name": "order_ready", "language": "en", "variables": {"name": "Ana", "order": "7"}}


def test_name_language_and_variables() -> None:
    request = TemplateRequest.of(WANTED)
    assert request == TemplateRequest("order_ready", "en", {"name": "Ana", "order": "7"})
    assert "Ana" not in repr(request)
    assert TemplateRequest.of({"name": "a", "language": "en"}).variables == {}
    assert TemplateRequest.of({"name": "a", "language": "en", "variables": None}).variables == {}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ("order_ready", "template"),
        ({**WANTED, "text": "Hi"}, "template"),
        ({"language": "en"}, "template.name"),
        ({**WANTED, "name": "Order Ready"}, "template.name"),
        ({"name": "order_ready"}, "template.language"),
        ({**WANTED, "language": "pt-BR"}, "template.language"),
        ({**WANTED, "language": 7}, "template.language"),
        ({**WANTED, "variables": ["Ana"]}, "template.variables"),
        ({**WANTED, "variables": {"order": 7}}, "template.variables.order"),
        ({**WANTED, "variables": {"order": "\ud83d"}}, "template.variables.order"),
        ({**WANTED, "variables": {7: "x"}}, "template.variables.7"),
    ],
)
def test_anything_else_is_refused_with_its_field(given: object, field: str) -> None:
    with pytest.raises(RequestRefused) as refused:
        TemplateRequest.of(given)
    assert (refused.value.code, refused.value.errors[0]["field"]) == ("template_invalid", field)


def test_the_identity_is_the_template_and_the_values_in_any_order() -> None:
    one = TemplateRequest("a", "en", {"x": "1", "y": "2"}).identity
    assert one == TemplateRequest("a", "en", {"y": "2", "x": "1"}).identity
    others = [
        TemplateRequest("b", "en", {"x": "1", "y": "2"}),
        TemplateRequest("a", "de", {"x": "1", "y": "2"}),
        TemplateRequest("a", "en", {"x": "2", "y": "1"}),
        TemplateRequest("a", "en", {"x": "1"}),
    ]
    assert len({one, *(other.identity for other in others)}) == 5
