"""The policies an organisation begins with. Whatever none of them speaks of is decided by a person."""

from typing import Any

from accounts.models import Organisation
from approvals.models import Policy

LARGE_AUDIENCE = 1_000  # people
HIGH_COST = 1_000  # in the organisation's currency

_AUTOMATIC: dict[str, Any] = {"outcome": Policy.Outcome.AUTOMATIC}
DEFAULTS: tuple[tuple[str, dict[str, Any]], ...] = (
    # A draft reaches nobody: what comes of it later is decided by a person, whatever stands here.
    ("Template drafts are kept at once", {"tools": "whatsapp.template_draft.upsert", **_AUTOMATIC}),
    ("Segments are kept at once", {"tools": "whatsapp.segment.upsert", **_AUTOMATIC}),
    ("Broadcasts are drafted at once", {"tools": "whatsapp.broadcast.create", **_AUTOMATIC}),
    # Its floor asks a person as soon as it speaks of money, promises or secrets, leads elsewhere, carries a file, or
    # was asked for after reading customers' texts.
    ("Answers to customers are sent at once", {"tools": "whatsapp.session_message.send", **_AUTOMATIC}),
    # A word about an order or a booking. How many people may get the same one unapproved is a limit of the agent's.
    (
        "Single utility templates are sent at once",
        {"tools": "whatsapp.template_message.send", "category": "utility", **_AUTOMATIC},
    ),
    # Their floors ask a person for restricted queues, several at once, complaints, payments and escalations.
    ("Conversations change hands and close at once", {"tools": "whatsapp.conversation.*", **_AUTOMATIC}),
    ("Single tags are put on at once", {"tools": "whatsapp.tag.apply", **_AUTOMATIC}),
    # Its floor asks a person for a file of all uses, and for one that no virus scanner has called clean.
    ("Clean files for one conversation are taken at once", {"tools": "whatsapp.media_asset.upload", **_AUTOMATIC}),
    # Its floor asks a person as soon as brand, opt-out words or category change.
    ("Text templates are kept at once", {"tools": "sms_marketing.templates.save", **_AUTOMATIC}),
    # Somebody waits for it at a sign-in page; the limits hold without anybody watching.
    ("One-time passwords are sent at once", {"tools": "sms_marketing.otp.send", **_AUTOMATIC}),
    ("Short links are made at once", {"tools": "sms_marketing.short_links.create", **_AUTOMATIC}),
    (
        "Short links for large audiences are decided by a person",
        {"tools": "sms_marketing.short_links.create", "from_people": LARGE_AUDIENCE},
    ),
    ("Outside figures are kept at once", {"tools": "sms_marketing.performance_snapshot.record", **_AUTOMATIC}),
    ("Reviewers are notified at once", {"tools": "sms_marketing.review_notification.send", **_AUTOMATIC}),
    # Its floor asks a person as soon as a number, consent or the key of another system changes.
    (
        "Names, tags and languages of contacts are kept at once",
        {"tools": "sms_marketing.contacts.upsert", **_AUTOMATIC},
    ),
    (
        "Names, tags and preferences of contacts are kept at once",
        {"tools": "whatsapp.contact.upsert", **_AUTOMATIC},
    ),
    # Its floor asks a person about several at once, and about what changes who or what may be sent.
    ("Failed webhook items are applied again at once", {"tools": "whatsapp.webhook.retry", **_AUTOMATIC}),
    ("SMS segments are kept at once", {"tools": "sms_marketing.segments.create", **_AUTOMATIC}),
    (
        "Large SMS segments are decided by a person",
        {"tools": "sms_marketing.segments.create", "from_people": LARGE_AUDIENCE},
    ),
    (
        "SMS segments that are dear to write to are decided by a person",
        {"tools": "sms_marketing.segments.create", "from_money": HIGH_COST},
    ),
    (
        "Large audiences ask for the password",
        {"tools": "*.schedule", "from_people": LARGE_AUDIENCE, "asks_password": True},
    ),
    ("A person decides after customers' texts were read", {"tools": "*", "only_tainted": True}),
)


def default_policies(organisation: Organisation) -> list[Policy]:
    """Give the organisation the defaults it has not got yet, by name; one that was changed or switched off stays so."""
    return [
        Policy.objects.get_or_create(organisation=organisation, name=name, defaults=fields)[0]
        for name, fields in DEFAULTS
    ]
