"""The files in the headers of templates, as the phone shows them: pictures as pictures, others by their name."""

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from django.utils import timezone

from messaging.admin.bubbles import Bubble
from messaging.models import MediaAsset
from messaging.whatsapp.media.images import is_image
from messaging.whatsapp.media.references import path_to


def with_files(bubbles: Iterable[Bubble], organisation_id: UUID | None) -> list[Bubble]:
    """The same messages with this organisation's files in their headers, in one question at the most."""
    drawn = list(bubbles)
    keys = {bubble.file for bubble in drawn if bubble.file}
    if not keys:
        return drawn
    kept = MediaAsset.objects.filter(pk__in=keys, organisation=organisation_id, conversation=None).exclude(path="")
    found = {str(asset.pk): asset for asset in kept}
    return [_with(bubble, found[bubble.file]) if bubble.file in found else bubble for bubble in drawn]


def with_file(bubble: Bubble, organisation_id: UUID | None) -> Bubble:
    """One message with the file in its header."""
    return with_files([bubble], organisation_id)[0]


def _with(bubble: Bubble, asset: MediaAsset) -> Bubble:
    picture = path_to(asset, timezone.now()) if is_image(asset.content_type) else ""
    return replace(bubble, media=asset.name, picture=picture)
