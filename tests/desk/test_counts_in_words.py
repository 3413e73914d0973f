"""One of a thing is not called several: what the desk counts, in words."""

from typing import Any

import pytest
from django.template.loader import render_to_string

from approvals.admin.turn import summary
from messaging.gate import marketing_cap_in_words
from messaging.models import MessagingRules


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "Nothing waits for you."), (1, "1 request waits for you."), (2, "2 requests wait for you.")],
)
def test_what_waits_is_counted(count: int, words: str) -> None:
    assert summary(count) == words


@pytest.mark.parametrize(("days", "words"), [(1, "2 in 1 day"), (7, "2 in 7 days")])
def test_the_cap_is_told_in_days(days: int, words: str) -> None:
    assert marketing_cap_in_words(MessagingRules(marketing_cap=2, marketing_cap_days=days)) == words


@pytest.mark.parametrize(
    ("template", "context", "words"),
    [
        ("desk/panel_texts.html", {"panel": {"most_parts": 1}}, "more than 1 part is left out"),
        ("desk/panel_texts.html", {"panel": {"most_parts": 3}}, "more than 3 parts is left out"),
        ("desk/panel_retry.html", {"panel": {"again": 1, "considered": 4}}, "unknown: 4. Of these, 1 is sent again"),
        ("desk/panel_retry.html", {"panel": {"again": 2, "considered": 4}}, "unknown: 4. Of these, 2 are sent again"),
        ("desk/panel_replay.html", {"panel": {"replay": {"days": 30, "looked_at": 1}}}, "(1 message). Nothing was"),
        ("desk/panel_replay.html", {"panel": {"replay": {"days": 30, "looked_at": 2}}}, "(2 messages). Nothing was"),
        ("desk/panel_segment.html", {"panel": {"before": 1, "contract": {"rule_before": "x"}}}, "1 person now"),
        ("desk/panel_segment.html", {"panel": {"before": 2, "contract": {"rule_before": "x"}}}, "2 people now"),
        ("admin/messaging/send/live.html", {"tally": {"total": 1, "targeted": 1}}, "1 of 1 person accounted for."),
        ("admin/messaging/send/live.html", {"tally": {"total": 1, "targeted": 2}}, "1 of 2 people accounted for."),
    ],
)
def test_what_stands_on_a_page_is_counted(template: str, context: dict[str, Any], words: str) -> None:
    assert words in render_to_string(template, context)
