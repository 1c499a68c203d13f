"""Phone numbers: what people write becomes E.164 or a refusal, and is shown masked."""

from contextlib import suppress

import phonenumbers
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.support.one_mobile import PAIRS
from whatsapp_tasks.domain.phones import (
    _is_plain,
    digits,
    forms_of,
    is_number,
    mask_phone,
    one_form_of,
    parse_phone,
    phone_in,
    same_number,
)
from whatsapp_tasks.errors import RequestRefused


@pytest.mark.parametrize(
    "written",
    [
        "+4915112345678",
        "  +4915112345678\n",
        "+49 151 12345678",
        "+49 (0)151 123-456-78",
        "+49.151.12345678",
        "+49/151/12345678",
        "+49\u00a0151\u201112345678",
        "+٤٩١٥١١٢٣٤٥٦٧٨",
        # Signs that nobody sees (issue 12, row 9), and blanks of other widths.
        "\u202a+49 151 12345678\u202c",
        "\ufeff+4915112345678\u200b",
        "\u200e+49\u2060151\u00ad12345678\u200f",
        "\u2066+49\u202f151\u200912345678\u2069",
    ],
)
def test_the_usual_ways_of_writing_one_number_become_the_same_e164(written: str) -> None:
    assert parse_phone(written) == "+4915112345678"


@pytest.mark.parametrize(
    "written",
    [
        "",
        "+",
        "4915112345678",
        "004915112345678",
        "0151 12345678",
        "++4915112345678",
        "+49",
        "+999123456789",
        "+491",
        "+49151123456789012345",
        "+4915112345678 ext. 5",
        "+4915112345678;ext=5",
        "+4915112345678,5",
        "tel:+4915112345678",
        "+4915112345678@c.us",
        "+49" + " " * 40 + "15112345678",
    ],
)
def test_anything_but_one_whole_international_number_is_refused_with_an_example(written: str) -> None:
    with pytest.raises(RequestRefused) as refused:
        parse_phone(written)
    assert refused.value.code == "phone_invalid"
    assert refused.value.errors[0]["field"] == "phone"
    assert "+4915112345678" in str(refused.value)


@pytest.mark.parametrize(
    "written",
    [
        "\u202a+49151O2345678\u202c",
        "+49151O2345678",
        "+1 800 FLOWERS",
        "+49151a12345678",
        "+4915112345678\x00",
        "+49151\n12345678",
    ],
)
def test_a_letter_or_control_character_is_refused_and_not_read_as_another_number(written: str) -> None:
    with pytest.raises(RequestRefused):
        parse_phone(written)


@pytest.mark.parametrize(
    "written",
    ["+52 1 55 1234 5678", "+5215512345678", "+52 (1) 55-1234-5678", "\u202a+52 1 55 1234 5678\u202c"],
)
def test_a_mexican_mobile_of_before_2019_is_todays_number_issue_12_row_6(written: str) -> None:
    assert parse_phone(written) == "+525512345678"
    assert phone_in(written) == "+525512345678"


@pytest.mark.parametrize("written", ["+52115512345678", "+52155123456789", "+520155123456789"])
def test_a_one_too_many_elsewhere_is_refused(written: str) -> None:
    with pytest.raises(RequestRefused):
        parse_phone(written)


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("+49110", "short or local"),
        ("+49 12", "short or local"),
        ("+1 555 0100", "short or local"),  # without its area code
        ("+15550100", "short or local"),
        ("+1 202 555 0168 1", "too long for its country"),
        ("+225 07123456", "too short or too long"),  # Ivory Coast has had ten digits since 2021
        ("+48 (0)601 234 567", "has a 0 after the country code"),
        ("+420 (0)601 234 567", "has a 0 after the country code"),
        ("+852 (0)5123 4567", "has a 0 after the country code"),
        ("+30 0 691 2345678", "has a 0 after the country code"),
        ("+49 30 123456/57", "international form"),  # two numbers, which differ in their end
        ("+49 151 12345678 / 9", "international form"),
        ("+4915112345678.0", "international form"),  # a spreadsheet's number, which has one digit more
        ("+4915112345678.00", "international form"),
    ],
)
def test_a_number_that_is_possible_only_at_home_or_names_two_is_refused(written: str, why: str) -> None:
    with pytest.raises(RequestRefused, match=why):
        parse_phone(written)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("+39 02 12345678", "+390212345678"),
        ("+378 0549 886377", "+3780549886377"),
        ("+225 07 12 34 56 78", "+2250712345678"),
        ("+242 06 123 4567", "+242061234567"),
        ("+229 01 97 12 34 56", "+2290197123456"),
        ("+43 1 / 58858-0", "+431588580"),
        ("+44 (0)20 7946 0958", "+442079460958"),
        ("+290 51234", "+29051234"),
    ],
)
def test_a_zero_or_a_slash_that_belongs_there_stays_possible(written: str, number: str) -> None:
    assert parse_phone(written) == number


def test_a_0_in_brackets_never_makes_another_number_of_a_mobile() -> None:
    others: dict[str, str] = {}
    for region in phonenumbers.SUPPORTED_REGIONS:
        example = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
        if example is not None:
            code, national = example.country_code, phonenumbers.national_significant_number(example)
            assert parse_phone(f"+{code}{national}") == f"+{code}{national}"
            with suppress(RequestRefused):
                others[region] = parse_phone(f"+{code} (0){national}").removeprefix(f"+{code}{national}")
    # Valid numbers there begin with 0: nobody can know that another one was meant.
    assert {region for region, other in others.items() if other} == {"AC", "IT", "VA"}


def test_what_nobody_sees_is_not_read_without_end() -> None:
    with pytest.raises(RequestRefused):
        parse_phone("\u200b" * 1000 + "+4915112345678")
    with pytest.raises(RequestRefused):
        parse_phone(" " * 1000 + "+4915112345678")


def test_a_range_that_the_numbering_plan_does_not_know_is_left_to_whatsapp() -> None:
    number = phonenumbers.parse("+12001234567")
    assert not phonenumbers.is_valid_number(number)
    assert parse_phone("+12001234567") == "+12001234567"


@given(st.text(max_size=50))
def test_any_text_gives_e164_or_a_refusal(text: str) -> None:
    try:
        phone = parse_phone(text)
    except RequestRefused:
        return
    assert phone[0] == "+"
    assert phone[1:].isascii()
    assert phone[1:].isdigit()
    assert parse_phone(phone) == phone


@given(st.from_regex(r"\+[1-9][0-9]{5,14}", fullmatch=True))
def test_a_masked_number_shows_no_more_than_country_and_two_digits(phone: str) -> None:
    try:
        country = str(phonenumbers.parse(phone).country_code)
    except phonenumbers.NumberParseException:
        country = ""
    masked = mask_phone(phone)
    assert len(masked) == len(phone)
    assert masked.startswith(f"+{country}")
    assert len(digits(masked)) <= len(country) + 2


@given(st.text())
def test_masking_never_fails_and_never_shows_more_than_five_digits(text: str) -> None:
    assume(not text.startswith("+"))
    assert len(digits(mask_phone(text))) <= 5


def test_a_masked_number_is_still_recognised_by_its_owner() -> None:
    assert mask_phone("+4915112345678") == "+49•••••••••78"


@pytest.mark.parametrize("short", ["", "7", "+4912"])
def test_something_too_short_to_keep_two_digits_of_is_masked_whole(short: str) -> None:
    assert mask_phone(short) == "•" * len(short)


def test_digits_are_ascii_digits_only() -> None:
    assert digits("\u202a+49 151\u00a0123٣\u202c") == "49151123"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("+49 1511 2345678", "+4915112345678", True),
        ("+49 1511 2345678", "+4915112345679", False),
        ("+55 11 8765-4321", "+5511987654321", True),
        ("+55 11 98765-4321", "+551187654321", True),
        ("+55 12 8765-4321", "+5511987654321", False),
        ("+52 1 55 1234 5678", "+525512345678", True),
        ("+54 9 11 1234-5678", "+541112345678", True),
        ("+55 11 93333-4444", "+551133334444", False),  # a landline has no form with the digit
        ("", "", False),
        ("Ada", "+4915112345678", False),
    ],
)
def test_numbers_are_one_however_whatsapp_writes_them(one: str, other: str, same: bool) -> None:
    assert same_number(one, other) is same


@pytest.mark.parametrize(
    ("title", "number"),
    [
        ("+49 1511 2345678", True),
        ("+1 (202) 555-0100", True),
        ("~ +55 11 98765\u20114321", False),
        ("\u202a+49 1511 2345678\u202c", True),
        ("Ada", False),
        ("Room 101", False),
        ("112", False),
        ("2024 reunion +4915112345678", False),
    ],
)
def test_a_title_is_a_number_or_a_name(title: str, number: bool) -> None:
    assert is_number(title) is number


@settings(max_examples=500)
@given(
    st.sampled_from(sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)),
    st.text("0123456789", min_size=4, max_size=13) | st.from_regex(r"[0189]{0,3}[0-9]{5,9}", fullmatch=True),
)
def test_a_number_that_needs_no_reading_is_the_librarys_own(code: int, national: str) -> None:
    text = f"+{code}{national}"
    if _is_plain(text):
        number = phonenumbers.parse(text, None)
        assert phonenumbers.is_possible_number(number)
        assert phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) == text


def test_what_people_usually_write_needs_no_reading() -> None:
    usual = [
        "+4915112345678",
        "+12025550101",
        "+5511987654321",
        "+390612345678",
        "+905321234567",
        "+447911123456",
    ]
    assert [phone for phone in usual if not _is_plain(phone)] == ["+390612345678"]  # Italy keeps its zero


@pytest.mark.parametrize(
    ("phone", "others"),
    [
        ("+4915112345678", ()),
        ("+5511987654321", ("+551187654321",)),
        ("+551187654321", ("+5511987654321",)),
        ("+551133334444", ()),  # a landline
        ("+5511933334444", ()),  # a mobile, whose form without the digit is that landline
        ("+5215512345678", ("+525512345678",)),
        ("+5491112345678", ("+541112345678",)),
        ("+525512345678", ("+5215512345678",)),
        ("+541112345678", ("+5491112345678",)),
    ],
)
def test_a_mobile_that_is_written_in_two_ways_is_known_by_both(phone: str, others: tuple[str, ...]) -> None:
    assert forms_of(phone) == (phone, *others)
    assert all(same_number(phone, other) for other in others)


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_all_forms_of_a_mobile_have_one_form_issue_12_row_5(one: str, other: str) -> None:
    assert one_form_of(one) == one_form_of(other) in forms_of(one)
    assert set(forms_of(one)) == set(forms_of(other)) == {one, other}
    assert same_number(one, other)
    assert one_form_of(parse_phone(one)) == one_form_of(parse_phone(other))


@given(st.from_regex(r"\+(55|52|54|49|1)[0-9]{7,12}", fullmatch=True))
def test_forms_are_the_same_whichever_of_them_one_begins_with(phone: str) -> None:
    forms = forms_of(phone)
    assert forms[0] == phone
    assert all(set(forms_of(form)) == set(forms) for form in forms)
    assert len({one_form_of(form) for form in forms}) == 1


@given(st.text(max_size=30))
def test_what_is_no_number_is_no_phone(title: str) -> None:
    phone = phone_in(title)
    assert phone is None or (phone.startswith("+") and same_number(phone, title))
