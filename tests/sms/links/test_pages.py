"""The redirect and the page to opt out by, as anybody on the internet reaches them."""

from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client
from django.utils import timezone

from audit.models import Entry
from messaging.contacts.merging import merge
from messaging.models import ConsentEvidence, MergeTask, Suppression
from sms.links import clicks
from sms.links.codes import campaign_code, make_codes
from sms.links.revoking import revoke
from sms.links.unsubscribing import make_tokens, unsubscribe_sample, unsubscribe_urls
from sms.models import Click, LinkCode, LinkDomain, LinkRules, ShortLink, UnsubscribeToken, Visitor
from tests.approvals.tea_room import at_desk
from tests.factories import ContactFactory, ada_wong, harbour_tea, mei_chan
from tests.sms.links.tea_links import BASE, PHONE, SHOP, link_to, shop, texted

HOST = "tea.example.test"


@pytest.fixture
def now() -> datetime:
    """Pages live by the clock."""
    return timezone.now()


def ask(
    path: str, method: str = "get", host: str = HOST, agent: str = PHONE, address: str = "203.0.113.7", **sent: Any
) -> Any:
    return getattr(Client(), method)(path, headers={"host": host, "user-agent": agent, **sent}, REMOTE_ADDR=address)


def coded(now: datetime, count: int = 1, **fields: Any) -> tuple[ShortLink, list[str]]:
    """A short link and the codes of as many people, whose texts left a minute ago."""
    people = [ContactFactory() for _ in range(count)]
    link = link_to(now=now, **fields)
    send = texted(people, handed_at=now - timedelta(minutes=1))
    return link, list(make_codes(link, send, [person.pk for person in people], now).values())


@pytest.mark.django_db
def test_a_code_leads_to_its_page_and_leaves_no_trace_on_the_way(now: datetime) -> None:
    _link, (code,) = coded(now)
    answer = ask(f"/{code}")
    assert (answer.status_code, answer["Location"]) == (302, SHOP)
    assert answer["Cache-Control"] == "no-store"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    click = Click.objects.get()
    assert (click.visitor, click.reason, click.browser, click.device) == (Visitor.HUMAN, "", "Safari", "phone")
    assert click.contact_id == LinkCode.objects.get().contact_id
    assert click.message is not None
    assert "203.0.113" not in str(vars(click))


@pytest.mark.django_db
def test_a_click_costs_one_read_and_one_insert_and_a_persons_one_look_around(now: datetime) -> None:
    _link, (code,) = coded(now)
    with patch.object(clicks, "run_sql", wraps=clicks.run_sql) as asked:
        ask(f"/{code}", agent="WhatsApp/2.23.20.0")
    assert asked.call_count == 2
    with patch.object(clicks, "run_sql", wraps=clicks.run_sql) as asked:
        ask(f"/{code}")
    assert asked.call_count == 3  # and one look for others of that network


@pytest.mark.django_db
def test_the_destination_is_never_taken_from_the_request(now: datetime) -> None:
    _link, (code,) = coded(now)
    assert ask(f"/{code}?url=https://evil.test/&next=//evil.test")["Location"] == SHOP


def expire(link: ShortLink, now: datetime) -> None:
    ShortLink.objects.filter(pk=link.pk).update(expires_at=now - timedelta(seconds=1))


def block(link: ShortLink, now: datetime) -> None:
    LinkDomain.objects.filter(pk=link.domain_id).update(blocked_at=now)


def withdraw(link: ShortLink, now: datetime) -> None:
    assert revoke(link, at_desk(ada_wong()), now, "wrong page")
    assert not revoke(link, at_desk(ada_wong()), now, "wrong page")
    assert Entry.objects.filter(action="sms.link_revoked").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("end", [expire, block, withdraw])
def test_a_link_that_is_over_leads_nowhere_and_says_so_in_three_languages(end: Any, now: datetime) -> None:
    link, (code,) = coded(now)
    end(link, now)
    answer = ask(f"/{code}", **{"accept-language": "zh-HK"})
    assert answer.status_code == 410
    assert "Location" not in answer
    assert answer["Cache-Control"] == "no-store"
    page = answer.content.decode()
    places = [page.index(f'<section lang="{language}">') for language in ("zh-hant", "en", "zh-hans")]
    assert places == sorted(places)
    assert Click.objects.count() == 0


@pytest.mark.django_db
def test_a_code_counts_on_its_own_domain_alone(now: datetime) -> None:
    _link, (code,) = coded(now, base_url="https://t.example.test")
    assert ask(f"/{code}").status_code == 404
    assert ask(f"/{code}", host="T.example.test")["Location"] == SHOP
    assert ask("/AbCdEfGh").status_code == 404


@pytest.mark.django_db
def test_machines_are_sent_on_and_not_counted_as_people(now: datetime) -> None:
    _link, (code,) = coded(now)
    assert ask(f"/{code}", "head").status_code == 302
    assert ask(f"/{code}", agent="WhatsApp/2.23.20.0").status_code == 302
    assert ask(f"/{code}", **{"sec-purpose": "prefetch"}).status_code == 302
    assert ask(f"/{code}", "post").status_code == 405
    assert sorted(Click.objects.values_list("visitor", "reason")) == [(2, "head"), (2, "known_bot"), (2, "prefetch")]


@pytest.mark.django_db
def test_many_peoples_links_from_one_network_in_a_minute_are_doubted_all_of_them(now: datetime) -> None:
    LinkRules.objects.create(organisation=harbour_tea(), burst_codes=3)
    _link, codes = coded(now, count=5)
    ask(f"/{codes[0]}", address="198.51.100.1")
    for number, code in enumerate(codes[1:4], start=1):
        ask(f"/{code}", address=f"203.0.113.{number}")
    assert set(Click.objects.values_list("visitor", flat=True)) == {Visitor.HUMAN}
    ask(f"/{codes[4]}", address="203.0.113.200")
    assert Click.objects.get(code=codes[0]).visitor == Visitor.HUMAN
    assert set(Click.objects.exclude(code=codes[0]).values_list("visitor", "reason")) == {(1, "burst")}


@pytest.mark.django_db
def test_one_person_who_opens_their_link_often_is_a_person(now: datetime) -> None:
    LinkRules.objects.create(organisation=harbour_tea(), burst_codes=1)
    _link, (code,) = coded(now)
    for _ in range(3):
        ask(f"/{code}")
    assert set(Click.objects.values_list("visitor", flat=True)) == {Visitor.HUMAN}


@pytest.mark.django_db
@pytest.mark.parametrize("off", ["link", "code", "rules"])
def test_where_clicks_are_not_counted_nothing_is_kept(off: str, now: datetime) -> None:
    _link, (code,) = coded(now, tracked=off != "link")
    LinkRules.objects.create(organisation=harbour_tea(), tracked=off != "rules")
    LinkCode.objects.update(tracked=off != "code")
    assert ask(f"/{code}")["Location"] == SHOP
    assert Click.objects.count() == 0


@pytest.mark.django_db
def test_a_code_of_everybody_is_counted_without_a_person(now: datetime) -> None:
    link = link_to(now=now, per_person=False)
    assert ask(f"/{campaign_code(link, now)}").status_code == 302
    click = Click.objects.get()
    assert (click.contact_id, click.message_id, click.visitor) == (None, None, Visitor.HUMAN)


def token_of(contact: Any, now: datetime) -> str:
    return make_tokens(harbour_tea(), [contact.pk], now)[contact.pk]


@pytest.mark.django_db
def test_opening_the_page_opts_nobody_out_and_pressing_the_button_does_at_once(now: datetime) -> None:
    ann = ContactFactory()
    token = token_of(ann, now)
    for method in ("get", "head"):
        answer = ask(f"/u/{token}", method)
        assert answer.status_code == 200
        assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert ask(f"/u/{token}").content.decode().count('<form method="post">') == 3
    assert Suppression.objects.count() == 0
    answer = ask(f"/u/{token}", "post")
    assert (answer.status_code, "<form" in answer.content.decode()) == (200, False)
    no = Suppression.objects.get()
    assert (no.contact_id, no.channel, no.category, no.reason, no.source) == (
        ann.pk, "any", "any", "stop", "unsubscribe link"
    )  # fmt: skip
    assert ConsentEvidence.objects.get().customers_own_act


@pytest.mark.django_db
def test_pressing_twice_a_year_apart_is_one_opt_out(now: datetime) -> None:
    token = token_of(ContactFactory(), now - timedelta(days=365))
    assert ask(f"/u/{token}", "post").status_code == 200
    assert ask(f"/u/{token}", "post").status_code == 200
    assert Suppression.objects.count() == 1
    assert UnsubscribeToken.objects.get().used_at is not None


@pytest.mark.django_db
def test_an_old_text_opts_out_the_contact_that_somebody_was_merged_into(now: datetime) -> None:
    old, kept = ContactFactory(), ContactFactory()
    token = token_of(old, now)
    task = MergeTask.objects.create(
        organisation=harbour_tea(), first=old, second=kept, evidence="one phone", found_at=now
    )
    merge(task, kept.pk, at_desk(mei_chan()), now)
    ask(f"/u/{token}", "post")
    assert set(Suppression.objects.values_list("contact", flat=True)) == {old.pk, kept.pk}


@pytest.mark.django_db
def test_guessing_tokens_ends_after_twenty_tries(now: datetime) -> None:
    token = token_of(ContactFactory(), now)
    address = f"198.51.100.{token_number(token)}"
    assert {ask(f"/u/2345678{letter}", address=address).status_code for letter in "ABCDEFGHJKLMNPQRSTUV"} == {404}
    assert ask(f"/u/{token}", "post", address=address).status_code == 429
    assert Suppression.objects.count() == 0
    assert ask(f"/u/{token}", "post", address="192.0.2.1").status_code == 200


def token_number(token: str) -> int:
    """Another address in each run: the counters outlive a test."""
    return sum(token.encode()) % 250


@pytest.mark.django_db
def test_everybody_keeps_one_address_to_opt_out_by_and_it_stands_on_the_short_domain(now: datetime) -> None:
    ann, bob = ContactFactory(), ContactFactory()
    first = unsubscribe_urls(harbour_tea(), [ann.pk, bob.pk], now)
    assert unsubscribe_urls(harbour_tea(), [ann.pk], now) == {ann.pk: first[ann.pk]}
    assert first[ann.pk].startswith(f"{BASE}/u/")
    assert len(unsubscribe_sample(harbour_tea())) == len(first[ann.pk])
    shop(host="t.harbour-tea.test", purpose=LinkDomain.Purpose.SHORT)
    assert unsubscribe_urls(harbour_tea(), [ann.pk], now)[ann.pk].startswith("https://t.harbour-tea.test/u/")


@pytest.mark.django_db
def test_the_request_log_shows_no_code_and_no_token(now: datetime) -> None:
    from structlog.testing import capture_logs

    _link, (code,) = coded(now)
    with capture_logs() as lines:
        ask(f"/{code}")
        ask("/u/23456789")
        ask("/sms/callback-key-of-nobody-0001/receipt")
    paths = [line["path"] for line in lines if line["event"] == "request"]
    assert paths == ["/••••", "/u/••••", "/sms/••••/receipt"]
