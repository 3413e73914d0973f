"""The language of answers."""

import pytest

from accounts.models import Organisation
from mcp_server.calling import language_of


@pytest.mark.parametrize(
    ("locale", "spoken"),
    [("zh_Hant", "zh-hant"), ("zh-Hans", "zh-hans"), ("zh-HK", "zh-hant"), ("en-GB", "en"), ("xx", "en"), ("", "en")],
)
def test_answers_come_in_the_language_of_the_organisation_if_we_speak_it(locale: str, spoken: str) -> None:
    assert language_of(Organisation(locale=locale)) == spoken
