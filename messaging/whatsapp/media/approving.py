"""Letting a file be used: planned over what lies on the shelf, approved by people or policy, taken back at the desk."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from approvals.reasons import Reason, Refused, refuse_if_any, scope_missing
from approvals.registry import Call
from audit.record import record
from messaging.finding import find_own
from messaging.models import Conversation, MediaAsset
from messaging.whatsapp.media.contract import MediaAsk, MediaContract, MediaKept
from messaging.whatsapp.media.references import find_served
from messaging.whatsapp.media.shelf import lay_down, on_shelf

TOOL, SCOPE = "whatsapp.media_asset.upload", "whatsapp:request"
_USABLE = (MediaAsset.State.WAITING, MediaAsset.State.APPROVED)


@dataclass(frozen=True, slots=True)
class FileStands:
    """What is approved is the file that was looked at, and nobody has rejected it since."""

    def __call__(self, call: Call, contract: MediaContract) -> Iterator[Reason]:
        asset = MediaAsset.objects.filter(pk=contract.asset_id, organisation=call.organisation).first()
        if asset is None or asset.sha256 != contract.sha256 or asset.scan != contract.scan:
            yield Reason("file_changed", _("The file is not what was looked at."), _("Hand it in again."), "asset_id")
        elif asset.state not in _USABLE:
            words = {"name": asset.name, "state": asset.get_state_display()}
            yield Reason("file_rejected", _("“%(name)s” is “%(state)s”.") % words, _("Use another file."), "asset_id")


def put_on_shelf(call: Call, ask: MediaAsk) -> None:
    """What the plan needs from the network: scan and store the content. Raises Refused for what may not be taken."""
    if (ask.asset_id is None) == (not ask.content):
        raise Refused(Reason("invalid_argument", _("One of content and asset_id is needed, not both."),
                             _("Pass the file, or the id of one that lies on the shelf."), "content"))  # fmt: skip
    if ask.conversation_id is None and not call.actor.can(SCOPE):
        raise Refused(scope_missing(TOOL, SCOPE))
    if ask.asset_id is None:
        lay_down(ask.offered(), _conversation(call, ask), call.actor, call.now)


def plan_media(call: Call, ask: MediaAsk) -> MediaContract:
    """The contract over a file on the shelf. Changes nothing."""
    conversation = _conversation(call, ask)
    if ask.asset_id is not None:
        asset = _by_id(call, ask, conversation)
    else:
        found = on_shelf(ask.offered(), conversation, call.actor)
        assert found is not None  # `put_on_shelf` ran before
        asset = found
    return MediaContract(
        asset_id=asset.pk,
        name=asset.name,
        kind=MediaAsset.Kind(asset.kind),
        content_type=asset.content_type,
        size=asset.size,
        sha256=asset.sha256,
        width=asset.width,
        height=asset.height,
        scan=MediaAsset.Scan(asset.scan),
        conversation_id=asset.conversation_id,
    )


def approve_media(call: Call, contract: MediaContract) -> MediaKept:
    """From now on the file may be used, where the contract says."""
    asset = MediaAsset.objects.select_for_update().get(pk=contract.asset_id, organisation=call.organisation)
    refuse_if_any(FileStands()(call, contract))
    if asset.state == MediaAsset.State.WAITING:
        asset.state = MediaAsset.State.APPROVED
        asset.save(update_fields=("state",))
        request_id = call.request.pk if call.request else None
        record("media.approved", asset, call.actor, now=call.now, request_id=request_id, sha256=asset.sha256)
    return MediaKept(
        asset_id=asset.pk,
        kind=MediaAsset.Kind(asset.kind),
        state=MediaAsset.State(asset.state),
        scan=MediaAsset.Scan(asset.scan),
    )


def reject_media(asset: MediaAsset, actor: Actor, now: datetime) -> None:
    """Nobody may use the file from now on: neither those who ask for it next nor what was approved with it."""
    with transaction.atomic():
        current = MediaAsset.objects.select_for_update().get(pk=asset.pk)
        if current.state not in _USABLE:
            raise Refused(Reason("wrong_state", _("This file is “%s” already.") % current.get_state_display(),
                                 _("Nothing is left to do.")))  # fmt: skip
        current.state = MediaAsset.State.REJECTED
        current.save(update_fields=("state",))
        record("media.rejected", current, actor, now=now)


def _conversation(call: Call, ask: MediaAsk) -> Conversation | None:
    return find_served(call, TOOL, ask.conversation_id) if ask.conversation_id else None


def _by_id(call: Call, ask: MediaAsk, conversation: Conversation | None) -> MediaAsset:
    """A file of the shelf, for the use that it was laid down for."""
    assert ask.asset_id is not None
    uploads = {"origin": MediaAsset.Origin.UPLOAD, "conversation": conversation}
    return find_own(MediaAsset, ask.asset_id, call.organisation, "asset_id", "whatsapp.media_assets.list", **uploads)
