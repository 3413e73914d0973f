"""A file from the browser: laid down on the shelf, and its approval asked for with the tool that agents use."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from approvals.calls import call
from approvals.models import State
from approvals.reasons import Reason, Refused
from messaging.models import Conversation, MediaAsset
from messaging.whatsapp.media.approving import TOOL
from messaging.whatsapp.media.inspecting import Offered
from messaging.whatsapp.media.limits import TAKEN
from messaging.whatsapp.media.shelf import lay_down

_LARGEST = max(taken.most_bytes for taken in TAKEN.values())


@dataclass(frozen=True, slots=True)
class HandedIn:
    """`request_id` is empty for a file that may be used already; `waits` where somebody has to decide first."""

    asset: MediaAsset
    request_id: str = ""
    waits: bool = False


def hand_in(
    uploaded: Any, name: str, actor: Actor, now: datetime, conversation: Conversation | None = None, key: str = ""
) -> HandedIn:
    """For all uses, or for one conversation. The same `key` asks once. Raises Refused for what may not be taken."""
    if actor.person is None:
        raise PermissionDenied
    if uploaded is None or uploaded.size > _LARGEST:
        raise Refused(Reason("file_missing", _("There is no file, or it is larger than any that WhatsApp takes."),
                             _("Choose a file."), "file"))  # fmt: skip
    offered = Offered(uploaded.read(), uploaded.name or "", uploaded.content_type or "", name)
    asset = lay_down(offered, conversation, actor, now)
    if asset.state == MediaAsset.State.APPROVED:
        return HandedIn(asset)
    wish = {
        "asset_id": str(asset.pk),
        "conversation_id": str(conversation.pk) if conversation else None,
        "idempotency_key": key or f"desk-{uuid4()}",
        "reason": f"Handed in: {asset.name}",
    }
    answer = call(TOOL, wish, actor, now)
    assert answer.request is not None
    return HandedIn(asset, str(answer.request.action_request_id), answer.request.state != State.SUCCEEDED)
