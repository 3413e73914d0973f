"""Harbour Tea's shop, short links to it, and texts that they stand in."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from accounts.models import Organisation
from messaging.models import Contact, Message, Send, Status
from sms.links.destinations import digest_of
from sms.models import LinkDomain, ShortLink
from tests.factories import NOON, ActionRequestFactory, PreviewFactory, SendFactory, harbour_tea, sam_lee

SHOP = "https://shop.harbour-tea.test/spring?colour=green#top"
BASE = "https://tea.example.test"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4"
    " Mobile/15E148 Safari/604.1"
)


def shop(organisation: Organisation | None = None, **fields: Any) -> LinkDomain:
    """The domain that Harbour Tea's links may lead to."""
    facts = {"purpose": LinkDomain.Purpose.DESTINATION, "host": "shop.harbour-tea.test", **fields}
    return LinkDomain.objects.get_or_create(organisation=organisation or harbour_tea(), **facts)[0]


def link_to(destination: str = SHOP, now: datetime = NOON, **fields: Any) -> ShortLink:
    """An approved short link, one code a person."""
    organisation = fields.pop("organisation", None) or harbour_tea()
    preview = PreviewFactory(
        organisation=organisation,
        tool="sms_marketing.short_links.preview",
        contract={"destination_digest": digest_of(destination)},
    )
    facts: dict[str, Any] = {
        "name": "Spring tea", "destination": destination, "digest": digest_of(destination), "base_url": BASE,
        "domain": fields.pop("domain", None) or shop(organisation), "per_person": True, "tracked": True,
        "expires_at": now + timedelta(days=30), "created_at": now, "owner": sam_lee(), **fields,
    }  # fmt: skip
    # Mei, who decides, is at Harbour Tea.
    is_ours = organisation == harbour_tea()
    request = ActionRequestFactory(preview=preview, tool="sms_marketing.short_links.create", decided=is_ours)
    return ShortLink.objects.create(organisation=organisation, request=request, **facts)


def texted(people: Sequence[Contact], handed_at: datetime | None = NOON, **fields: Any) -> Send:
    """A send to these people whose texts have left."""
    send: Send = SendFactory(people=list(people))
    for person in people:
        facts = {"status": Status.ACCEPTED, "category": "marketing", "queued_at": NOON, **fields}
        Message.objects.create(
            organisation=send.organisation, send=send, contact=person, sender=send.sender, address=person.phone,
            address_kind="phone", handed_at=handed_at, **facts,
        )  # fmt: skip
    return send
