"""Short links before Django: kept before they are answered, whatever else waits; the pages stay Django's."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import IntegrityError, OperationalError
from django.utils import timezone

from messaging.group_commit import GroupCommit
from sms.links import clicks, shim
from sms.links.clicks import Opened, follow
from sms.links.codes import make_codes
from sms.links.shim import Following, LinkShim, store
from sms.links.visitors import Visit
from sms.models import Click, LinkRules, Visitor
from tests.factories import ContactFactory, harbour_tea
from tests.sms.links.tea_links import PHONE, SHOP, link_to, texted

HOST = "tea.example.test"


class AtOnce(GroupCommit[Following]):
    """Without the thread: the test's own connection sees what the test has made."""

    def __init__(self) -> None:
        super().__init__(store, "opened links")

    def keep(self, item: Following) -> bool:
        store([item])
        return True


def the_rest(_environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [])
    return [b"django"]


def ask(application: LinkShim, path: str, method: str = "GET", **more: str) -> tuple[str, dict[str, str], bytes]:
    answer: list[Any] = []
    environ = {
        "PATH_INFO": path, "REQUEST_METHOD": method, "HTTP_HOST": HOST, "HTTP_USER_AGENT": PHONE,
        "REMOTE_ADDR": "203.0.113.7", "QUERY_STRING": "url=https://evil.test/", "wsgi.url_scheme": "http", **more,
    }  # fmt: skip
    body = b"".join(application(environ, lambda status, headers: answer.extend((status, dict(headers)))))
    return answer[0], answer[1], body


@pytest.fixture
def now() -> datetime:
    """Doors live by the clock."""
    return timezone.now()


def codes_of(count: int, now: datetime) -> list[str]:
    people = [ContactFactory() for _ in range(count)]
    send = texted(people, handed_at=now - timedelta(minutes=1))
    return list(make_codes(link_to(now=now), send, [one.pk for one in people], now).values())


@pytest.mark.django_db
def test_a_link_is_written_down_and_leads_on_without_asking_django(now: datetime) -> None:
    (code,) = codes_of(1, now)
    status, headers, body = ask(LinkShim(the_rest, AtOnce()), f"/{code}")
    assert (status, headers["Location"], body) == ("302 Found", SHOP, b"")
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "Strict-Transport-Security" not in headers
    click = Click.objects.get()
    assert (click.code, click.visitor, click.browser) == (code, Visitor.HUMAN, "Safari")


@pytest.mark.django_db
def test_what_leads_nowhere_and_what_is_no_link_is_djangos(now: datetime) -> None:
    (code,) = codes_of(1, now)
    door = LinkShim(the_rest, AtOnce())
    django = ("200 OK", {}, b"django")
    for path in ("/AbCdEfGh", "/metrics", "/webhook", "/desk/", f"/{code}/", f"/u/{code}"):
        assert ask(door, path) == django, path
    assert ask(door, f"/{code}", "POST") == django
    assert ask(door, f"/{code}", HTTP_HOST="t.peak-coffee.test") == django
    assert Click.objects.count() == 0


@pytest.mark.django_db
def test_where_only_https_counts_plain_http_is_djangos_and_the_answer_says_so(now: datetime, settings: Any) -> None:
    (code,) = codes_of(1, now)
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 3600
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    door = LinkShim(the_rest, AtOnce())
    assert ask(door, f"/{code}")[2] == b"django"
    answered = ask(door, f"/{code}", **{"wsgi.url_scheme": "https"})
    assert answered[1]["Strict-Transport-Security"] == "max-age=3600; includeSubDomains; preload"
    assert ask(door, f"/{code}", HTTP_X_FORWARDED_PROTO="https")[2] == b"django"
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert ask(door, f"/{code}", HTTP_X_FORWARDED_PROTO="https")[0] == "302 Found"


@pytest.mark.django_db
def test_many_at_once_are_one_read_one_insert_and_one_look_around(now: datetime) -> None:
    codes = codes_of(4, now)
    LinkRules.objects.create(organisation=harbour_tea(), burst_codes=3)
    opened = [Opened(code, HOST, Visit("GET", PHONE, "", "203.0.113.7"), now) for code in codes]
    opened += [Opened("AbCdEfGh", HOST, opened[0].visit, now), Opened(codes[0], "evil.test", opened[0].visit, now)]
    with patch.object(clicks, "run_sql", wraps=clicks.run_sql) as asked:
        assert follow(opened) == [SHOP] * 4 + ["", ""]
    assert asked.call_count == 3
    assert list(Click.objects.values_list("visitor", "reason").distinct()) == [(Visitor.SUSPECT, "burst")]
    assert Click.objects.count() == 4


@pytest.mark.django_db
def test_whoever_is_erased_at_this_moment_holds_up_nobody_else(now: datetime) -> None:
    ann, bob = [Following(Opened(code, HOST, Visit("GET", PHONE, "", ""), now)) for code in codes_of(2, now)]

    def without_bob_together(batch: Any) -> list[str]:
        if len(batch) > 1:
            raise IntegrityError("his contact is gone")
        return ["" if batch[0] is bob.opened else SHOP]

    with patch.object(shim, "follow", without_bob_together):
        store([ann, bob])
    assert (ann.destination, bob.destination) == (SHOP, "")


@pytest.fixture
def door() -> Iterator[LinkShim]:
    commit = GroupCommit(store, "opened links")
    yield LinkShim(the_rest, commit)
    commit.stop()


@pytest.mark.django_db(transaction=True)
def test_a_click_is_durable_before_the_answer_and_what_cannot_be_kept_is_asked_for_again(
    door: LinkShim, now: datetime
) -> None:
    (code,) = codes_of(1, now)
    assert ask(door, f"/{code}")[1]["Location"] == SHOP
    assert Click.objects.count() == 1
    with patch.object(shim, "follow", side_effect=OperationalError("the database is away")):
        status, headers, _body = ask(door, f"/{code}")
    assert (status, headers["Retry-After"], "Location" in headers) == ("503 Service Unavailable", "1", False)
    assert Click.objects.count() == 1
