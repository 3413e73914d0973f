"""Getting a file to Meta, when what it is attached to is carried out. Never inside a transaction, never in a lane."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from approvals.reasons import Reason, Refused, refuse_if_any
from messaging.carriers import carrier
from messaging.models import Conversation, MediaAsset, MediaUpload, Sender, WhatsAppAccount
from messaging.whatsapp.client import CloudApi, GraphError
from messaging.whatsapp.media.limits import HEADER_TYPES
from messaging.whatsapp.media.storing import MediaLost, read

# Meta keeps what is uploaded for 30 days. What is about to end is uploaded again: a message may wait for its turn.
KEPT_BY_META = timedelta(days=30)
MARGIN = timedelta(hours=6)


def find_attachment(
    organisation: Organisation, asset_id: UUID, conversation: Conversation | None, field: str = "asset_id"
) -> MediaAsset:
    """A file that may be sent in this conversation, or in broadcasts where there is none. Raises Refused; a foreign,
    an unknown and another conversation's file are answered alike.
    """
    asset = MediaAsset.objects.filter(pk=asset_id, organisation=organisation).first()
    if asset is None or asset.conversation_id not in (None, conversation.pk if conversation else None):
        raise Refused(Reason("file_not_found", _("There is no such file."),
                             _("Use an id of whatsapp.media_assets.list."), field))  # fmt: skip
    refuse_if_any(why_not(asset, field))
    return asset


def why_not(asset: MediaAsset, field: str = "asset_id") -> Iterator[Reason]:
    """What stands against sending a file now; nothing where it may be sent."""
    if asset.state != MediaAsset.State.APPROVED or asset.scan == MediaAsset.Scan.INFECTED or not asset.path:
        words = {"name": asset.name, "state": asset.get_state_display()}
        yield Reason("file_not_approved", _("“%(name)s” may not be sent: it is “%(state)s”.") % words,
                     _("Have it approved with whatsapp.media_asset.upload."), field)  # fmt: skip


def media_id_of(asset: MediaAsset, sender: Sender, now: datetime) -> str:
    """The id under which this sender can send the file, uploaded now or lately.

    Outside of any transaction. Raises Refused for a file that may not be sent (any more), whose bytes are gone, or that
    Meta does not take. An answer that was lost is a no as well: asking again uploads it again, which reaches nobody.
    """
    asset.refresh_from_db(fields=("state", "scan", "path", "sha256"))
    refuse_if_any(why_not(asset))
    kept = MediaUpload.objects.filter(asset=asset, sender=sender, expires_at__gt=now + MARGIN)
    known = kept.order_by("-expires_at").values_list("media_id", flat=True).first()
    if known is not None:
        return known
    assert sender.account is not None
    try:
        media_id = _api(sender.account).upload_media(
            sender.phone_number_id, _bytes_of(asset), asset.content_type, asset.file_name
        )
    except GraphError as error:
        raise Refused(_refusal(error)) from error
    MediaUpload.objects.create(
        organisation_id=asset.organisation_id,
        asset=asset,
        sender=sender,
        media_id=media_id,
        made_at=now,
        expires_at=now + KEPT_BY_META,
    )
    return media_id


def header_handle_of(asset: MediaAsset, account: WhatsAppAccount) -> str:
    """The handle of the file as the sample of a template's header. Outside of any transaction; raises Refused."""
    asset.refresh_from_db(fields=("state", "scan", "path", "sha256"))
    refuse_if_any(why_not(asset))
    if asset.content_type not in HEADER_TYPES:
        raise Refused(Reason("type_not_taken", _("Meta takes no sample of the type %s.") % asset.content_type,
                             _("Use JPEG, PNG, MP4 or PDF.")))  # fmt: skip
    content = _bytes_of(asset)
    try:
        api = _api(account)
        upload = api.start_upload(account.app_id, asset.file_name, len(content), asset.content_type)
        return api.upload(upload, content)
    except GraphError as error:
        raise Refused(_refusal(error)) from error


def _api(account: WhatsAppAccount) -> CloudApi:
    api: CloudApi = carrier("whatsapp").api(account)  # type: ignore[attr-defined]
    return api


def _bytes_of(asset: MediaAsset) -> bytes:
    try:
        return read(asset)
    except MediaLost as error:
        raise Refused(Reason("file_lost", _("The bytes of “%s” are gone or have changed.") % asset.name,
                             _("Hand the file in again.")))  from error  # fmt: skip


def _refusal(error: GraphError) -> Reason:
    return Reason(f"meta_{error.subcode or error.code or 'silent'}", f"{error.title}: {error.details}",
                  error.do or _("Try again later, or use another file."))  # fmt: skip
