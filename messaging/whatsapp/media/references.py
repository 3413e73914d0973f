"""Signed references to files: good for one organisation and ten minutes, and only for who may see the file."""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse

from accounts.actor import Actor
from accounts.roles import SERVE
from approvals.reasons import Refused, scope_missing
from approvals.registry import Call
from messaging.models import Conversation, MediaAsset
from messaging.whatsapp.conversations.taking_back import TAKEN_BACK
from messaging.whatsapp.conversations.visible import find_conversation, visible_to

LASTS = timedelta(minutes=10)
_SALT = "media"


class Reference(NamedTuple):
    """An address of a file, and until when it is good."""

    url: str
    expires_at: datetime


def path_to(asset: MediaAsset, now: datetime) -> str:
    """The reference without the host: for pages of the desk."""
    until = int((now + LASTS).timestamp())
    return reverse("media", args=(signing.dumps([str(asset.organisation_id), str(asset.pk), until], salt=_SALT),))


def reference_to(asset: MediaAsset, now: datetime) -> Reference | None:
    """None for what is not kept."""
    if not asset.path:
        return None
    return Reference(f"{settings.PUBLIC_URL.rstrip('/')}{path_to(asset, now)}", now + LASTS)


def asset_of(reference: str, actor: Actor, now: datetime) -> MediaAsset | None:
    """The file of a reference for this actor; None for a forged, expired or foreign one, and for a hidden file."""
    try:
        organisation, asset_id, until = signing.loads(reference, salt=_SALT)
        key, is_good = UUID(asset_id), now.timestamp() <= until
    except (signing.BadSignature, ValueError, TypeError):
        return None
    if not is_good or organisation != str(actor.organisation.pk):
        return None
    kept = MediaAsset.objects.exclude(path="").exclude(inbound__kind=TAKEN_BACK)
    asset = kept.filter(pk=key, organisation=actor.organisation).first()
    return asset if asset is not None and may_see(asset, actor) else None


def may_see(asset: MediaAsset, actor: Actor) -> bool:
    """Files of a conversation are for those who may know of the conversation; the others for whoever reads."""
    if asset.conversation_id is not None:
        return actor.can(SERVE) and visible_to(actor).filter(pk=asset.conversation_id).exists()
    return actor.can("whatsapp:read")


def find_served(call: Call, tool: str, conversation_id: UUID) -> Conversation:
    """A conversation whose files the caller may see and add to. Raises Refused."""
    if not call.actor.can(SERVE):
        raise Refused(scope_missing(tool, SERVE))
    return find_conversation(call, conversation_id)
