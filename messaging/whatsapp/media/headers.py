"""Files in the headers of templates: named by asset, approved before they are used, at Meta before they are needed."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.models import Organisation
from approvals.reasons import Reason, Refused
from approvals.registry import Call
from messaging.broadcasts.contract import BroadcastContract
from messaging.engine.bodies import SendDoesNotStand
from messaging.engine.taken import Taken
from messaging.models import MediaAsset, MediaUpload, Send, TemplateTranslation, WhatsAppAccount
from messaging.whatsapp.media.limits import HEADER_TYPES
from messaging.whatsapp.media.uploading import find_attachment, header_handle_of, media_id_of
from messaging.whatsapp.review.contract import TemplateContract
from messaging.whatsapp.templates.definition import Definition, MediaHeader
from messaging.whatsapp.templates.named_values import HEADER

_ASSET_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)
_MEDIA_KINDS = ("image", "video", "document")


@dataclass(frozen=True, slots=True)
class HeaderFileApproved:
    """A broadcast whose template has a file in its header names one, the same for all, that may be used everywhere."""

    def __call__(self, call: Call, contract: BroadcastContract) -> Iterator[Reason]:
        texts = TemplateTranslation.objects.filter(
            pk__in=[part.translation_id for part in contract.translations],
            organisation=call.organisation,
            definition__header__kind__in=_MEDIA_KINDS,
        )
        said = next((one.text for one in contract.variables if one.name == HEADER and one.source == "text"), "")
        for kind in sorted(set(texts.values_list("definition__header__kind", flat=True))):
            yield from _reasons(call.organisation, said, kind, "variables")


@dataclass(frozen=True, slots=True)
class SampleApproved:
    """The sample of a template's header is a file that was approved for all uses."""

    def __call__(self, call: Call, contract: TemplateContract) -> Iterator[Reason]:
        for definition in contract.definitions():
            if isinstance(definition.header, MediaHeader):
                said, kind = definition.header.example, definition.header.kind
                yield from _reasons(call.organisation, said, kind, "translations", HEADER_TYPES)


def _reasons(
    organisation: Organisation, said: str, kind: str, field: str, types: frozenset[str] | None = None
) -> Iterator[Reason]:
    if not _ASSET_ID.fullmatch(said):
        yield Reason("header_not_a_file", _("The file of the header is not named by its asset_id."),
                     _("Give an id of whatsapp.media_assets.list that may be used."), field)  # fmt: skip
        return
    try:
        asset = find_attachment(organisation, UUID(said), None, field)
    except Refused as no:
        yield from no.reasons
        return
    if asset.kind != kind or (types is not None and asset.content_type not in types):
        words = {"name": asset.name, "kind": kind}
        yield Reason("header_of_another_kind", _("“%(name)s” is no %(kind)s that this header takes.") % words,
                     _("Choose another file."), field)  # fmt: skip


def sample_handle(definition: Definition, account: WhatsAppAccount) -> str:
    """Upload the sample of a header; empty for a template without one. Raises Refused. Outside of any transaction."""
    header = definition.header
    if not isinstance(header, MediaHeader) or not _ASSET_ID.fullmatch(header.example):
        return ""
    return header_handle_of(find_attachment(account.organisation, UUID(header.example), None), account)


def make_ready(send: Send, now: datetime) -> None:
    """Have the file of a send's header at Meta before its messages leave. Outside of any transaction.

    Raises SendDoesNotStand for a file that may not be used any more, or that Meta does not take.
    """
    variables = send.preview.contract.get("variables") or []
    said = next((one["text"] for one in variables if one["name"] == HEADER and one["source"] == "text"), "")
    if not _ASSET_ID.fullmatch(said):
        return
    asset = MediaAsset.objects.filter(pk=UUID(said), organisation=send.organisation, conversation=None).first()
    if asset is None:  # a title that looks like an id
        return
    try:
        media_id_of(asset, send.sender, now)
    except Refused as no:
        raise SendDoesNotStand(str(no)) from no


def media_ids(batch: Sequence[Taken]) -> dict[str, str]:
    """Asset -> media id, for the headers of this batch, which all leaves from one sender. Rejected files have none."""
    said = {taken.values.get(HEADER) for taken in batch}
    wanted = {value for value in said if isinstance(value, str) and _ASSET_ID.fullmatch(value)}
    if not wanted:
        return {}
    uploads = MediaUpload.objects.filter(
        asset__in=[UUID(one) for one in wanted],
        asset__state=MediaAsset.State.APPROVED,
        sender__in=Send.objects.filter(pk__in={taken.send_id for taken in batch}).values("sender"),
        expires_at__gt=Now(),
    )
    rows = uploads.order_by("expires_at").values_list("asset_id", "media_id")
    return {str(asset_id): media_id for asset_id, media_id in rows}


def with_media_id(definition: Definition, values: Mapping[str, Any], ids: Mapping[str, str]) -> Mapping[str, Any]:
    """The values with the header's file under its id at Meta. Raises SendDoesNotStand where there is none."""
    said = values.get(HEADER)
    if not isinstance(definition.header, MediaHeader) or not isinstance(said, str) or not _ASSET_ID.fullmatch(said):
        return values
    if said.lower() not in ids:
        raise SendDoesNotStand(_("The file of the header may not be used any more, or is not at Meta."))
    return {**values, HEADER: ids[said.lower()]}
