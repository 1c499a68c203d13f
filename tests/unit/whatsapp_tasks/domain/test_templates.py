"""The rules of templates: issue 16, part 9."""

import re
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whatsapp_tasks.domain.templates import (
    MOST_VARIABLES,
    check_template_language,
    check_template_name,
    check_template_text,
    fill_template,
    template_unknown,
    variables_of,
)
from whatsapp_tasks.errors import RequestRefused

NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,31}", fullmatch=True)
# With many braces, and never stripped or refused by the rules for texts.
TEXTS = st.text("{}a1_ é👍\n", max_size=12)
VALUES = TEXTS.map(lambda text: f"<{text}>")
PARTS = st.lists(st.tuples(TEXTS, NAMES), max_size=8)


def written(literal: str) -> str:
    """How a template writes this text."""
    return literal.replace("{{", "{{{{")


@given(PARTS, st.data())
def test_a_template_says_its_literals_and_the_values_as_they_are(
    parts: list[tuple[str, str]], data: st.DataObject
) -> None:
    text = "!" + "".join(f"{written(literal)}{{{{{name}}}}}" for literal, name in parts) + "!"
    names = {name for _, name in parts}
    values = {name: data.draw(VALUES) for name in names}
    filled = "!" + "".join(literal + values[name] for literal, name in parts) + "!"
    assert fill_template(check_template_text(text), values) == filled
    assert set(variables_of(text)) == names


@given(st.lists(NAMES, min_size=2, max_size=5, unique=True))
def test_a_value_that_looks_like_a_variable_is_not_filled_again(names: list[str]) -> None:
    values = {name: f"{{{{{other}}}}}" for name, other in zip(names, names[1:] + names[:1], strict=True)}
    text = "-".join(f"{{{{{name}}}}}" for name in names)
    assert fill_template(text, values) == "-".join(values[name] for name in names)


@given(st.sets(NAMES, max_size=5), st.sets(NAMES, max_size=5))
def test_exactly_the_variables_of_the_template_are_taken(wanted: set[str], given_: set[str]) -> None:
    text = "!" + " ".join(f"{{{{{name}}}}}" for name in sorted(wanted))
    values = dict.fromkeys(given_, "x")
    if wanted == given_:
        assert fill_template(text, values) == re.sub(r"\{\{\w+\}\}", "x", text).strip()
        return
    with pytest.raises(RequestRefused) as refused:
        fill_template(text, values)
    assert refused.value.code == "template_variables_wrong"
    told = {each["field"].rpartition(".")[2]: each["message"] for each in refused.value.errors}
    assert set(told) == wanted ^ given_
    assert all(told[name] == "is missing" for name in wanted - given_)
    assert all(told[name].startswith("is unknown") for name in given_ - wanted)
    assert refused.value.extra == {"variables": sorted(wanted)}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{{{name}}}", "{Ana}"),
        ("{{{{name}}", "{{name}}"),
        ("{{{{{{name}}}}", "{{Ana}}"),
        ("{ {{name}} }", "{ Ana }"),
        ("}} {{name}}{", "}} Ana{"),
        ("{{name}}{{name}}", "AnaAna"),
    ],
)
def test_braces(text: str, filled: str) -> None:
    values = {"name": "Ana"} if "Ana" in filled else {}
    assert fill_template(check_template_text(text), values) == filled


@pytest.mark.parametrize(
    "text",
    [
        "Hi {{ name }}",
        "Hi {{Name}}",
        "Hi {{name",
        "Hi {{na me}}",
        "Hi {{}}",
        "Hi {{0}}",
        "Hi {{_a}}",
        "Hi {{a-b}}",
        "Hi {{é}}",
        "Hi {{" + "a" * 33 + "}}",
        "Hi {{name}} {{1}}",
        "Hi {{2}}",
        "Hi {{1}} {{3}}",
        "".join(f"{{{{{number}}}}}" for number in range(1, MOST_VARIABLES + 2)),
    ],
)
def test_a_text_that_is_no_template_is_refused(text: str) -> None:
    with pytest.raises(RequestRefused) as refused:
        check_template_text(text)
    assert (refused.value.code, refused.value.errors[0]["field"]) == ("template_invalid", "text")


def test_the_refusal_says_where_and_what_to_write() -> None:
    with pytest.raises(RequestRefused) as refused:
        check_template_text("Hi\n{{ name }}")
    assert "in line 2" in str(refused.value)
    assert "write {{name}} or {{1}}" in str(refused.value)
    assert "or {{{{ for two braces" in str(refused.value)


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "message_empty"), ("a\x07", "message_invalid"), ("a" * 65_537, "message_too_long")],
)
def test_the_text_of_a_template_is_checked_like_a_message(text: str, code: str) -> None:
    with pytest.raises(RequestRefused) as refused:
        check_template_text(text)
    assert (refused.value.code, refused.value.errors[0]["field"]) == (code, "text")


@pytest.mark.parametrize(
    ("value", "code"),
    [("\x07", "message_invalid"), ("a" * 65_536, "message_too_long"), ("\ud800", "message_invalid")],
)
def test_the_filled_text_is_checked_like_a_message(value: str, code: str) -> None:
    with pytest.raises(RequestRefused) as refused:
        fill_template("Hi {{name}}", {"name": value})
    assert (refused.value.code, refused.value.errors[0]["field"]) == (code, "template")
    assert value not in str(refused.value)


def test_a_text_that_fills_the_memory_is_refused_before_it_is_made() -> None:
    """65 KB of a template and 400 KB of a value were a text of 5 GB."""
    tracemalloc.start()
    try:
        with pytest.raises(RequestRefused) as refused:
            fill_template("{{a}}" * 13_000, {"a": "x" * 10_000})
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (refused.value.code, refused.value.errors[0]["field"]) == ("message_too_long", "template")
    assert peak < 20_000_000


def test_thousands_of_values_are_one_problem() -> None:
    with pytest.raises(RequestRefused) as refused:
        fill_template("Hi {{a}}", {f"k{n}": "x" for n in range(MOST_VARIABLES + 1)})
    assert refused.value.code == "template_variables_wrong"
    assert [each["field"] for each in refused.value.errors] == ["template.variables"]


def test_a_value_is_normalised_with_its_text_only() -> None:
    """Direction marks stay, line ends become one, as in any message."""
    assert fill_template("Hi {{a}}!", {"a": "x\r\ny\u202ez"}) == "Hi x\ny\u202ez!"


@pytest.mark.parametrize("value", ["", " ", "\n", "\u200b", "\ufeff", "\u3164"])
def test_an_empty_value_is_refused(value: str) -> None:
    with pytest.raises(RequestRefused, match=r"template.variables.name is empty"):
        fill_template("Hi {{name}}", {"name": value})


def test_as_a_caption_the_filled_text_has_the_limit_of_captions() -> None:
    assert len(fill_template("{{a}}", {"a": "x" * 1024}, as_caption=True)) == 1024
    with pytest.raises(RequestRefused) as refused:
        fill_template("{{a}}", {"a": "x" * 1025}, as_caption=True)
    assert refused.value.code == "message_too_long"


@pytest.mark.parametrize("name", ["a", "order_ready", "a1", "a" * 64])
def test_a_name(name: str) -> None:
    assert check_template_name(name) == name


@pytest.mark.parametrize("name", ["", "1a", "_a", "Order", "order-ready", "a/b", "a b", "a\n", "é", "a" * 65])
def test_what_is_no_name(name: str) -> None:
    with pytest.raises(RequestRefused) as refused:
        check_template_name(name)
    assert (refused.value.code, refused.value.errors[0]["field"]) == ("template_invalid", "name")


@pytest.mark.parametrize("language", ["en", "pt_BR", "fil", "zh_CN"])
def test_a_language(language: str) -> None:
    assert check_template_language(language) == language


@pytest.mark.parametrize("language", ["", "e", "EN", "pt-BR", "pt_br", "english", "en_", "en\n"])
def test_what_is_no_language(language: str) -> None:
    with pytest.raises(RequestRefused) as refused:
        check_template_language(language)
    assert (refused.value.code, refused.value.errors[0]["field"]) == ("template_invalid", "language")


def test_an_unknown_language_is_refused_with_those_there_are() -> None:
    refusal = template_unknown("order_ready", "de", ("en", "pt_BR"))
    assert (refusal.code, refusal.http_status) == ("template_unknown", 404)
    assert refusal.extra == {"languages": ["en", "pt_BR"]}
    assert "it is there in: en, pt_BR" in str(refusal)
    assert "GET /templates" in str(template_unknown("order_ready", "de", ()))
