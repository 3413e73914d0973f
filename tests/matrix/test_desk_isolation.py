"""Every address of the desk that names a row, found in its own list of addresses, tried with another tenant's row."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse

from accounts.actor import Actor
from accounts.roles import Role
from approvals.models import Policy
from audit.models import Entry
from audit.models import Segment as SealedSegment
from audit.record import record
from messaging.models import (
    Attempt,
    ImportBatch,
    ImportRow,
    InboundMessage,
    MediaFetch,
    MergeTask,
    MessagingRules,
    ProductSource,
    Replacement,
    ReplyRules,
    WebhookEvent,
)
from sms.models import Conversion, LinkRules, OtpChallenge, OtpRules, Quota, ReviewNotice
from tests.factories import NOON, TeamFactory
from tests.matrix.one_of_everything import TeaHouse
from tests.matrix.standing import houses as houses
from tests.matrix.standing import own as own
from tests.matrix.standing import rival as rival
from tests.messaging.whatsapp.automation.tea_rows import away_of
from tests.thoroughness import THOROUGH

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(minutes=1)
# Rows that belong to nobody: everybody sees the same.
OF_NOBODY = {"messaging.price"}
# Dialogs that ask before they look: nothing of the row stands on them.
DIALOGS = {
    "admin:accounts_agent_disable",
    "admin:accounts_agent_enable",
    "admin:accounts_agent_new_key",
    "admin:accounts_organisation_allow_sending",
    "admin:accounts_organisation_stop_sending",
    "admin:messaging_contact_record_opt_out",
    "admin:messaging_mediaasset_reject",
    "admin:messaging_mergetask_keep_first",
    "admin:messaging_mergetask_keep_second",
    "admin:messaging_mergetask_two_people",
    "admin:messaging_message_resend",
    "admin:messaging_order_cancel",
    "admin:messaging_send_pause",
    "admin:messaging_send_resend",
    "admin:messaging_send_resume",
    "admin:messaging_send_stop",
    "admin:messaging_sender_pause",
    "admin:messaging_sender_resume",
    "admin:sms_senderid_reject",
    "admin:sms_senderid_suspend",
    "admin:sms_senderid_verify",
}
PAGES = {label: page for page in admin.site._registry.values() if (label := page.opts.label_lower) not in OF_NOBODY}


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(LATER, tick=False):
        yield


@pytest.fixture
def rows(own: TeaHouse) -> dict[str, Model]:
    """Page -> a row of Harbour Tea that it shows."""
    mine: dict[str, Any] = {"organisation": own.organisation}
    batch = ImportBatch.objects.create(name="march.csv", digest="a", made_by="x", created_at=NOON, **mine)
    ImportRow.objects.create(batch=batch, line=2, verdict="new", phone="+85261110009")
    first, second, _third = own.contacts
    MergeTask.objects.create(first=first, second=second, found_at=NOON, **mine)
    MessagingRules.objects.create(**mine)
    ProductSource.objects.create(name="Shop", url="https://shop.example.test/{sku}", is_active=False, **mine)
    LinkRules.objects.create(**mine)
    ReplyRules.objects.create(**mine)
    TeamFactory(**mine)
    Quota.objects.create(currency="HKD", monthly=1000, **mine)
    ReviewNotice.objects.create(request=own.waiting, recipient=own.people[Role.ADMIN], topic="cost", created_at=NOON,
                                **mine)  # fmt: skip
    OtpRules.objects.create(**mine)
    OtpChallenge.objects.create(template=own.otp_template, send=own.batch, created_at=NOON, expires_at=LATER, **mine)
    Policy.objects.create(name="Twice", **mine)
    away_of(own.organisation)
    Conversion.objects.create(shop_id="1001", said="a", kind="order", contact=first, amount=380, currency="HKD",
                              occurred_at=NOON, reported_at=NOON, **mine)  # fmt: skip
    Replacement.objects.create(attempt=Attempt.objects.filter(contact=first).first(), send=own.batch, contact=first,
                               **mine)  # fmt: skip
    WebhookEvent.objects.create(carrier="whatsapp", body=b"{}", signed_for=[own.sender.account_id])
    MediaFetch.objects.create(message=InboundMessage.objects.get(contact=first), media_id="1", due_at=NOON,
                              until=LATER, **mine)  # fmt: skip
    record("tool.read", ("tool", "x"), Actor.system(own.organisation, "policy"), now=NOON)
    found = {label: _row_of(own, page) for label, page in PAGES.items()}
    assert [label for label, row in found.items() if row is None] == [], "make a row for the new page"
    return found


def _row_of(own: TeaHouse, page: Any) -> Any:
    if page.model is SealedSegment:
        return SealedSegment.objects.create(
            organisation=own.organisation, number=1, entries=1, entries_so_far=1, first_entry_id=1, last_entry_id=1,
            last_xid=1, leaves=b"", root="0" * 64, previous="0" * 64, seal="0" * 64, sealed_at=NOON,
        )  # fmt: skip
    if page.model is WebhookEvent:
        return WebhookEvent.objects.filter(signed_for=[own.sender.account_id]).first()
    path = "pk" if page.opts.label_lower == "accounts.organisation" else page.organisation_path
    return page.model._default_manager.filter(**{path: own.organisation.pk}).first()


@pytest.fixture
def stranger(rival: TeaHouse) -> Client:
    """An administrator of Peak Coffee."""
    client = Client()
    client.force_login(rival.people[Role.ADMIN])
    return client


def addresses(row: Model) -> dict[str, tuple[str, str]]:
    """Name of an address about one row -> the address with its id, and with an id that nobody has."""
    label = row._meta.label_lower.replace(".", "_")
    page = admin.site._registry[type(row)]
    found = {}
    for pattern in page.get_urls():
        arguments = _arguments(pattern, row)
        if arguments is None or pattern.name is None:
            continue
        name = f"admin:{pattern.name}"
        found[name] = (reverse(name, args=arguments[0]), reverse(name, args=arguments[1]))
    assert {f"admin:{label}_change", f"admin:{label}_history"} <= set(found)
    return found


def _arguments(pattern: URLPattern | URLResolver, row: Model) -> tuple[tuple[Any, ...], tuple[Any, ...]] | None:
    """The positional arguments of an address that names a row, or None for one that names none."""
    names = re.findall(r"<(?:\w+:)?(\w+)>|\(\[\^/\]\+\)", str(pattern.pattern))
    if not names:
        return None
    nobodys = uuid4() if isinstance(row.pk, UUID) else 10**9 + 7
    version = row.history.first().history_id if len(names) == 2 else None  # type: ignore[attr-defined]
    rest = () if version is None else (version,)
    return (row.pk, *rest), (nobodys, *rest)


def seen(client: Client, method: str, address: str, key: str) -> tuple[int, str, str]:
    answer = getattr(client, method)(address, {"_form_submitted": "on"} if method == "post" else {})
    body = re.sub(r"csrf[^>]+>|nonce=\S+|desk-[0-9a-f-]{36}", "", answer.content.decode())
    return answer.status_code, answer.headers.get("Location", "").replace(key, "…"), body.replace(f"/{key}/", "/…/")


@pytest.mark.skipif(not THOROUGH, reason="asks for every address of every page")
def test_every_address_about_another_tenants_row_answers_as_if_there_were_none(
    rows: dict[str, Model], stranger: Client
) -> None:
    statuses: dict[tuple[str, str], int] = {}
    for row in rows.values():
        for name, (theirs, nobodys) in addresses(row).items():
            for method in ("get", "post"):
                foreign = seen(stranger, method, theirs, str(row.pk))
                unknown = seen(stranger, method, nobodys, nobodys.rstrip("/").split("/")[-2])
                assert foreign == unknown, (name, method)
                # A dialog may open without having looked for its row: it then says the same of any.
                assert foreign[0] in (200, 302, 403, 404, 405), (name, method)
                statuses[name, method] = foreign[0]
    assert {name for (name, _method), status in statuses.items() if status == 200} <= DIALOGS
    assert len(statuses) >= 150


def test_the_shortcut_to_a_row_tells_nothing_of_another_tenants(rows: dict[str, Model], stranger: Client) -> None:
    for row in rows.values():
        kind = ContentType.objects.get_for_model(row).pk
        theirs = stranger.get(reverse("admin:view_on_site", args=(kind, row.pk)))
        nobodys = stranger.get(reverse("admin:view_on_site", args=(kind, uuid4())))
        assert (theirs.status_code, nobodys.status_code) == (404, 404)
        assert theirs.content == nobodys.content


@pytest.mark.filterwarnings("ignore::django.core.paginator.UnorderedObjectListWarning")
def test_no_choice_offers_another_tenants_row(rows: dict[str, Model], stranger: Client) -> None:
    """Asked for every foreign key there is, whether or not a page completes it."""
    asked = 0
    for model in (page.model for page in PAGES.values()):
        for one in model._meta.get_fields():
            if not getattr(one, "many_to_one", False) or one.related_model is None:
                continue
            query = {"app_label": model._meta.app_label, "model_name": model._meta.model_name, "field_name": one.name}
            answer = stranger.get(reverse("admin:autocomplete"), query)
            assert answer.status_code in (200, 403, 404), query
            asked += 1
            # Numbers of other kinds of rows may well be the same.
            for row in (row for row in rows.values() if isinstance(row, one.related_model)):
                assert f'"{row.pk}"' not in answer.content.decode(), query
    assert asked >= 40


@pytest.mark.parametrize("query", ["Harbour", "Ann", "+8526", "spring_tea", "Tea drinkers", "harbour-tea"])
def test_the_search_of_the_desk_finds_nothing_of_another_tenant(
    rows: dict[str, Model], stranger: Client, query: str
) -> None:
    answer = stranger.get(reverse("admin:search"), {"s": query})
    assert answer.status_code in (200, 302, 404)
    found = answer.content.decode()
    assert [row for row in rows.values() if isinstance(row.pk, UUID) and str(row.pk) in found] == []


def test_the_record_is_sealed_and_shown_by_tenant(rows: dict[str, Model], stranger: Client) -> None:
    listed = stranger.get(reverse("admin:audit_entry_changelist"))
    shown = {entry.organisation.slug for entry in listed.context["cl"].result_list}
    assert Entry.objects.filter(organisation__slug="harbour-tea").exists()
    assert shown <= {"peak-coffee"}
