"""Lists ask the database as often for many rows as for one."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actor import Actor
from tests.sms.tea_texts import TeaTexts, automation_of, drinker, text_of, texter, use

pytestmark = pytest.mark.django_db


def add(tea: TeaTexts, name: str) -> None:
    """A campaign that is under way to somebody, and an automation of its words."""
    automation_of(text_of(tea, drinker(name), f"Tea for {name}").send.campaign)


def questions(tool: str, asker: Actor) -> int:
    with CaptureQueriesContext(connection) as asked:
        use(tool, asker)
    return len(asked)


@pytest.mark.parametrize("tool", ["campaigns.list", "automations.list", "send_batches.list"])
def test_a_longer_list_asks_no_more_questions(tool: str) -> None:
    tea, asker = TeaTexts(), texter()
    add(tea, "Ann")
    use(tool, asker)
    with_one = questions(tool, asker)
    for name in ("Bob", "Cy"):
        add(tea, name)
    assert questions(tool, asker) == with_one
