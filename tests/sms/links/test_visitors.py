"""People, machines, and those it is better not to count."""

from datetime import timedelta

import pytest

from sms.links.visitors import browser_of, device_of, judge_visit, network_of, visit_of
from sms.models import Visitor
from tests.factories import NOON
from tests.sms.links.tea_links import PHONE

IMESSAGE = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) Version/9.0.1"
    " Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0"
)
WECHAT = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/116.0 Mobile Safari/537.36 MicroMessenger/8.0.47"
LINE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari Line/14.5.0"
FACEBOOK = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 [FBAN/FBIOS;FBAV/457.0]"


def judged(method: str = "GET", handed: float | None = 60.0, **headers: str) -> tuple[Visitor, str]:
    told = {f"HTTP_{name.upper()}": value for name, value in headers.items()}
    meta = {"REQUEST_METHOD": method, "REMOTE_ADDR": "203.0.113.7", "HTTP_USER_AGENT": PHONE, **told}
    handed_at = None if handed is None else NOON - timedelta(seconds=handed)
    found = judge_visit(visit_of(meta), handed_at, NOON, is_personal=True)
    return found.visitor, found.reason


def test_a_person_with_a_phone_is_counted() -> None:
    assert judged() == (Visitor.HUMAN, "")


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"method": "HEAD"}, "head"),
        ({"method": "OPTIONS"}, "head"),
        ({"Sec_Purpose": "prefetch;prerender"}, "prefetch"),
        ({"Purpose": "Prefetch"}, "prefetch"),
        ({"X_Purpose": "preview"}, "prefetch"),
        ({"User_Agent": ""}, "no_agent"),
        ({"User_Agent": "  "}, "no_agent"),
        ({"User_Agent": IMESSAGE}, "known_bot"),
        ({"User_Agent": "WhatsApp/2.23.20.0"}, "known_bot"),
        ({"User_Agent": "curl/8.5.0"}, "known_bot"),
        ({"User_Agent": "python-requests/2.32.3"}, "known_bot"),
        ({"User_Agent": "Mozilla/5.0 (compatible; bingbot/2.0)"}, "known_bot"),
        ({"User_Agent": "TelegramBot (like TwitterBot)"}, "known_bot"),
        ({"User_Agent": "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5"}, "known_bot"),
        ({"User_Agent": "Mozilla/5.0 BarracudaCentral scanner"}, "known_bot"),
    ],
)
def test_machines_are_told_by_what_they_send(headers: dict[str, str], reason: str) -> None:
    assert judged(**headers) == (Visitor.BOT, reason)


@pytest.mark.parametrize("handed", [None, -1.0, 1.9])
def test_nobody_reads_a_text_within_two_seconds_or_before_it_left(handed: float | None) -> None:
    assert judged(handed=handed) == (Visitor.SUSPECT, "too_fast")


def test_two_seconds_are_enough_for_a_person() -> None:
    assert judged(handed=2.0) == (Visitor.HUMAN, "")


@pytest.mark.parametrize(
    ("agent", "browser", "device"),
    [(PHONE, "Safari", "phone"), (WECHAT, "WeChat", "phone"), (LINE, "LINE", "phone"), (FACEBOOK, "Facebook", "phone"),
     ("Mozilla/5.0 (Windows NT 10.0) Chrome/126.0 Safari/537.36 Edg/126.0", "Edge", "computer"),
     ("?", "other", "other")],
)  # fmt: skip
def test_browsers_inside_apps_are_people_and_known_by_family(agent: str, browser: str, device: str) -> None:
    assert judged(User_Agent=agent) == (Visitor.HUMAN, "")
    assert (browser_of(agent), device_of(agent)) == (browser, device)


def test_a_network_is_kept_as_a_hash_of_its_prefix_that_changes_daily() -> None:
    here = network_of("203.0.113.7", NOON)
    assert len(here) == 32
    assert network_of("203.0.113.250", NOON) == here
    assert network_of("203.0.114.7", NOON) != here
    assert network_of("203.0.113.7", NOON + timedelta(days=1)) != here
    assert network_of("2001:db8:1:2::/64", NOON) == network_of("2001:db8:1:ffff::9", NOON)
    assert network_of("unknown", NOON) == ""
