"""whatsapp.media_assets.list and whatsapp.media_asset.upload."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.db.models import QuerySet
from pydantic import Field

from accounts.roles import SERVE, Role
from approvals.contracts import Answer
from approvals.floors import When
from approvals.registry import Call, Kind, tool
from messaging.models import MediaAsset
from messaging.paging import PageAnswer, PageAsk, page
from messaging.whatsapp.media.approving import FileStands, approve_media, plan_media, put_on_shelf
from messaging.whatsapp.media.contract import MediaContract, MediaKept
from messaging.whatsapp.media.limits import HEADER_TYPES, TAKEN
from messaging.whatsapp.media.references import find_served, reference_to


class MediaListAsk(PageAsk):
    kind: Annotated[MediaAsset.Kind | None, Field(description="Only files of this kind.")] = None
    state: Annotated[MediaAsset.State | None, Field(description="Only files in this state; approved may be used.")] = (
        None
    )
    conversation_id: Annotated[
        UUID | None,
        Field(description="The files of this conversation, the customer's among them; null for those of all uses."),
    ] = None


class MediaRow(Answer):
    asset_id: Annotated[UUID, Field(description="Its id; attach a file by it.")]
    name: Annotated[str, Field(description="What people call it.")]
    kind: Annotated[MediaAsset.Kind, Field(description="What it is sent as.")]
    content_type: Annotated[str, Field(description="Its type.")]
    size: Annotated[int, Field(description="Its bytes.")]
    width: Annotated[int | None, Field(description="In pixels, of a picture.")]
    height: Annotated[int | None, Field(description="In pixels, of a picture.")]
    origin: Annotated[MediaAsset.Origin, Field(description="upload, or inbound for what a customer sent.")]
    state: Annotated[MediaAsset.State, Field(description="Only approved files may be sent.")]
    scan: Annotated[MediaAsset.Scan, Field(description="What the virus scanner said.")]
    most_bytes: Annotated[int, Field(description="What WhatsApp takes of this type; 0 for a type it does not take.")]
    fits_header: Annotated[bool, Field(description="Whether it may be the sample of a template's header.")]
    reference: Annotated[
        str, Field(description="Where whoever may see it can fetch it for ten minutes; empty where it is not kept.")
    ]
    reference_expires_at: Annotated[datetime | None, Field(description="Until when the reference is good.")]
    made_at: Annotated[datetime, Field(description="When it was handed in or received.")]


class MediaPage(PageAnswer):
    media_assets: Annotated[list[MediaRow], Field(description="Newest first.")]


@tool(
    "whatsapp.media_assets.list",
    kind=Kind.READ,
    scope="whatsapp:read",
    reads_first=("whatsapp.templates.list",),
    safety="Files are named by signed references alone, which end after ten minutes and open for nobody else.",
)
def list_media_assets(call: Call, ask: MediaListAsk) -> MediaPage:
    """List images, films, sounds and documents with their size, review state and whether WhatsApp takes them."""
    rows, cursor = page(_files(call, ask), ask, by="made_at")
    return MediaPage(media_assets=[_row(asset, call.now) for asset in rows], next_cursor=cursor)


def _files(call: Call, ask: MediaListAsk) -> QuerySet[MediaAsset]:
    """Those of one conversation that the caller may know of, or those of none."""
    tool, asked = "whatsapp.media_assets.list", ask.conversation_id
    conversation = find_served(call, tool, asked) if asked else None
    files = MediaAsset.objects.filter(organisation=call.organisation, conversation=conversation)
    if conversation is None:
        files = files.filter(origin=MediaAsset.Origin.UPLOAD)
    if ask.kind is not None:
        files = files.filter(kind=ask.kind)
    return files if ask.state is None else files.filter(state=ask.state)


def _row(asset: MediaAsset, now: datetime) -> MediaRow:
    reference, taken = reference_to(asset, now), TAKEN.get(asset.content_type)
    return MediaRow(
        asset_id=asset.pk,
        name=asset.name,
        kind=MediaAsset.Kind(asset.kind),
        content_type=asset.content_type,
        size=asset.size,
        width=asset.width,
        height=asset.height,
        origin=MediaAsset.Origin(asset.origin),
        state=MediaAsset.State(asset.state),
        scan=MediaAsset.Scan(asset.scan),
        most_bytes=taken.most_bytes if taken else 0,
        fits_header=asset.content_type in HEADER_TYPES,
        reference=reference.url if reference else "",
        reference_expires_at=reference.expires_at if reference else None,
        made_at=asset.made_at,
    )


@tool(
    "whatsapp.media_asset.upload",
    kind=Kind.WRITE,
    scope="whatsapp:request",
    scope_of_some=SERVE,
    is_one_of_some=lambda contract: contract.conversation_id is not None,
    reads_first=("whatsapp.media_assets.list", "whatsapp.template_submit.preview"),
    beforehand=put_on_shelf,
    plan=plan_media,
    approval=When(lambda contract: not contract.is_clean_and_for_one, role=Role.COMPLIANCE),
    guards=(FileStands(),),
    safety="Files are scanned, checked against Meta's types and sizes, and pictures are drawn anew without metadata.",
)
def upload_media_asset(call: Call, contract: MediaContract) -> MediaKept:
    """Hand in a file and have it approved for templates and messages, or for one conversation alone."""
    return approve_media(call, contract)
