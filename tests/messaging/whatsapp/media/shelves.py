"""Short ways to hand files in, to have them approved, and to have customers send some."""

import base64
from typing import Any
from uuid import uuid4

from accounts.actor import Actor, Face
from approvals.calls import call
from approvals.envelope import Envelope
from messaging.models import Conversation, MediaAsset, MediaFetch
from messaging.whatsapp.media import storing
from messaging.whatsapp.media.arriving import KEPT_BY_META
from tests.factories import NOON, InboundMessageFactory, harbour_tea, sam_lee
from tests.messaging.whatsapp.media.files import picture

TOOL = "whatsapp.media_asset.upload"


def sam() -> Actor:
    return Actor.of_person(sam_lee(), Face.REST)


def menu(content: bytes | None = None, **more: Any) -> dict[str, Any]:
    """The arguments that hand the menu in."""
    return {
        "content": base64.b64encode(picture() if content is None else content).decode(),
        "file_name": "menu.jpg",
        "content_type": "image/jpeg",
        "name": "Spring menu",
        "idempotency_key": f"key-{uuid4()}",
        "reason": "Customers ask for it.",
        **more,
    }


def handed_in(actor: Actor, **ask: Any) -> Envelope[Any]:
    return call(TOOL, menu(**ask), actor, NOON)


def on_shelf(content: bytes | None = None, **fields: Any) -> MediaAsset:
    """A picture of Harbour Tea's that may be used."""
    content = picture() if content is None else content
    facts: dict[str, Any] = {
        "organisation": harbour_tea(), "kind": "image", "name": "Spring menu", "file_name": "menu.jpg",
        "content_type": "image/jpeg", "size": len(content), "sha256": storing.sha256_of(content),
        "source_sha256": storing.sha256_of(content + uuid4().bytes), "state": "approved", "scan": "clean",
        "made_at": NOON, **fields,
    }  # fmt: skip
    kept = storing.keep(facts["organisation"].pk, content)
    return MediaAsset.objects.create(**{"path": kept, **facts})


def sent_by_customer(conversation: Conversation, content: bytes, **fields: Any) -> MediaFetch:
    """A file the conversation's customer sent at noon, which has to be fetched."""
    said = {"kind": "image", "text": "", "at": NOON}
    message = InboundMessageFactory(conversation=conversation, **{**said, **fields.pop("message", {})})
    facts = {
        "media_id": "700001", "content_type": "image/jpeg", "sha256": storing.sha256_of(content),
        "file_name": "", "due_at": NOON, "until": message.at + KEPT_BY_META, **fields,
    }  # fmt: skip
    return MediaFetch.objects.create(organisation=conversation.organisation, message=message, **facts)
