"""What a text with a code may say: the code once, nothing that sells, nothing that leads anywhere."""

import pytest

from accounts.models import Organisation
from sms.models import OtpTemplate, SenderId
from sms.otp.wording import digest_of, problems_of
from tests.sms.otp.tea_codes import TEXT


def template(text: str = TEXT, **fields: object) -> OtpTemplate:
    return OtpTemplate(
        **{"organisation": Organisation(), "identity": SenderId(), "name": "Sign in", "purpose": "login",
           "texts": {"en": text}, "default_language": "en", "lifetime_seconds": 300, **fields}
    )  # fmt: skip


def codes(text: str = TEXT, **fields: object) -> list[str]:
    return [problem.code for problem in problems_of(template(text, **fields))]


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        "【Harbour Tea】驗證碼 {{code}}，5分鐘內有效，請勿告訴他人。",
        "Harbour Tea: pay HK$500 to Peak Coffee with {{ code }}. Questions: 21234567",
    ],
)
def test_a_text_with_the_code_and_nothing_else_passes(text: str) -> None:
    assert codes(text) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Harbour Tea: your code is here.", "code_not_once"),
        ("{{code}} and again {{code}}", "code_not_once"),
        ("Dear {{name}}, your code is {{code}}", "code_not_once"),
        ("Your code is {{code}} {{first name}}", "code_not_once"),
        ("Your code is {{code}}: https://harbour-tea.hk/in", "link_in_text"),
        ("Your code is {{code}}, see www.harbour-tea.example", "link_in_text"),
        ("Your code is {{code}} at harbour-tea.hk", "link_in_text"),
        ("Your code is {{code}}. 20% off spring tea!", "promotional"),
        ("Your code is {{code}}. Tea SALE today", "promotional"),
        ("驗證碼 {{code}}，春茶優惠中", "promotional"),
        (TEXT + "\n", "space_around"),
        ("茶" * 140 + "{{code}}", "too_long"),
        ("@abc.hk #{{code}}", "not_bound"),
    ],
)
def test_a_text_that_does_anything_else_is_told_why(text: str, problem: str) -> None:
    assert codes(text) == [problem]


@pytest.mark.parametrize(
    ("last_line", "problems"),
    [
        ("@abc.hk #{{code}}", []),
        ("@abc.hk  #{{code}}", ["not_bound"]),
        ("#{{code}} @abc.hk", ["not_bound"]),
        ("code @abc.hk #{{code}}", ["not_bound"]),
        ("@other.hk #{{code}}", ["not_bound"]),
        ("@abc.hk #123456", ["not_bound"]),
        ("Harbour Tea", ["not_bound"]),
    ],
)
def test_the_last_line_binds_the_code_to_the_website_or_is_refused(last_line: str, problems: list[str]) -> None:
    assert codes(f"【ABC】驗證碼 {{{{code}}}}，5分鐘內有效。\n\n{last_line}", host="abc.hk") == problems


def test_a_host_is_bare_and_a_lifetime_is_ten_minutes_at_most() -> None:
    bound = f"{TEXT}\n@https://abc.hk #{{{{code}}}}"
    assert codes(bound, host="https://abc.hk") == ["host_not_bare"]
    assert codes(lifetime_seconds=600) == []
    assert codes(lifetime_seconds=601) == ["lifetime_out_of_bounds"]
    assert codes(default_language="zh_hk") == ["text_missing"]


@pytest.mark.parametrize(
    "change", [{"purpose": "payment"}, {"texts": {"en": "{{code}}"}}, {"lifetime_seconds": 600}, {"host": "abc.hk"}]
)
def test_whatever_is_changed_makes_it_another_text(change: dict[str, object]) -> None:
    before = template()
    after = template(**change)
    after.identity_id = before.identity_id
    assert digest_of(before) != digest_of(after)
