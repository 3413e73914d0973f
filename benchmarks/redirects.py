"""`short_link_redirect`: people who follow their own short links, against an empty view on the same server."""

import asyncio
import os
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial

from django.db import connection
from django.utils import timezone

from accounts.models import Organisation
from benchmarks import sms_world
from benchmarks.delivery import Terms, carried_out, queued
from benchmarks.measuring import Bar, Outcome, in_turns
from benchmarks.openloop import web_server
from benchmarks.posting import post_all
from benchmarks.processes import free_port, started
from benchmarks.sms_gateways import stage
from messaging.models import Send
from sms.links.codes import make_codes
from sms.links.destinations import digest_of
from sms.models import Click, LinkDomain, ShortLink, Visitor

AT_ONCE = 1e9  # a second: all are due at the beginning, so each goes as soon as a connection is free
DESTINATION = "https://shop.example.test/spring?utm_source=sms"
AGENT = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4"
    " Mobile/15E148 Safari/604.1"
)
# An hour ago: nobody opens a link in the second in which the text arrives.
_HANDED = "UPDATE messaging_message SET status = 20, handed_at = now() - interval '1 hour' WHERE send_id = %s"
_NOT_WAITING = "DELETE FROM messaging_outbox WHERE send_id = %s"


def run(rounds: int, scale: int) -> Iterator[Outcome]:
    visits = 4_000 * scale
    port = free_port()
    codes = _codes(visits, f"http://127.0.0.1:{port}")
    command = web_server(port, "benchmarks.web_process_with_empty_view")
    with started(command, port, {**os.environ, "BEHIND_PROXY": "1"}):
        empty = partial(_visited, port, [_request(port, "bench-empty", _own_network(n)) for n in range(visits)])
        spread = [_request(port, code, _own_network(n)) for n, code in enumerate(codes)]
        near = [_request(port, code, "10.0.0.7") for code in codes]
        _visited(port, [*spread[:200], *(_request(port, "bench-empty", "10.0.0.7") for _ in range(200))])  # warms up
        each = Outcome("short_link_redirect", "redirects/s", "answers/s of an empty view", Bar(0.5))
        each.notes.append(f"{visits:,} links, each opened once by a person in a network of their own, the click kept")
        yield in_turns(each, rounds, lambda: _counted(partial(_visited, port, spread), visits, Visitor.HUMAN), empty)
        burst = Outcome("short_link_redirect_burst", "redirects/s", "answers/s of an empty view", None)
        burst.notes.append("the same links opened from one network, which makes all clicks but the first suspect")
        yield in_turns(burst, rounds, lambda: _counted(partial(_visited, port, near), visits, None), empty)


def _codes(people: int, base: str) -> list[str]:
    """Codes of so many people whose texts have left, and whose links stand on that address."""
    now = timezone.now()
    identity = stage("bench-redirects", people)
    row = sms_world.gateway(identity, "twilio", {"account_sid": f"AC{1:032d}"}, {"auth_token": "bench-auth-token"})
    translation = sms_world.texts(identity.organisation, {"en": "Tea is in."}).translations.get(language="en")
    assert identity.sender is not None
    send = queued(identity.sender, translation, people, sms_world.terms(translation, row))
    with connection.cursor() as cursor:
        cursor.execute(_HANDED, [send.pk])
        cursor.execute(_NOT_WAITING, [send.pk])
    link = _link(identity.organisation, base, now)
    return _made(link, send, now)


def _link(where: Organisation, base: str, now: datetime) -> ShortLink:
    domain, _ = LinkDomain.objects.get_or_create(
        organisation=where, purpose=LinkDomain.Purpose.DESTINATION, host="shop.example.test"
    )
    digest = digest_of(DESTINATION)
    terms = Terms("sms_marketing.short_links.create", contract={"destination_digest": digest})
    return ShortLink.objects.create(
        organisation=where, name="bench", destination=DESTINATION, digest=digest, domain=domain, base_url=base,
        per_person=True, tracked=True, expires_at=now + timedelta(days=30), created_at=now,
        request=carried_out(where, terms, now),
    )  # fmt: skip


def _made(link: ShortLink, send: Send, now: datetime) -> list[str]:
    codes = list(make_codes(link, send, send.messages.values_list("contact_id", flat=True), now).values())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE sms_linkcode")
    return codes


def _own_network(n: int) -> str:
    return f"10.{n // 250 % 250 + 1}.{n % 250}.7"


def _request(port: int, path: str, address: str) -> bytes:
    return (
        f"GET /{path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUser-Agent: {AGENT}\r\nAccept: text/html\r\n"
        f"X-Forwarded-For: {address}\r\n\r\n"
    ).encode()


def _visited(port: int, requests: Sequence[bytes]) -> float:
    """Redirects a second, over many connections at once."""
    loop = asyncio.run(post_all(port, AT_ONCE, requests, expected=b"302"))
    took = time.perf_counter() - loop.began
    assert len(loop.took) == len(requests), f"{loop.refused} were no redirects, {loop.lost} had no answer"
    return len(requests) / took


def _counted(visit: Callable[[], float], visits: int, visitor: Visitor | None) -> float:
    """The same, once every click is found, made by such a visitor where one is named."""
    before = Click.objects.count()
    rate = visit()
    clicks = Click.objects.order_by("-pk")
    assert Click.objects.count() == before + visits, "a click is missing"
    assert visitor is None or {one.visitor for one in clicks[:visits]} == {visitor}
    return rate
