"""Putting a file on the shelf: inspected, scanned, drawn anew, stored. It may not be used before somebody says so.

All of it reaches the network, so it runs outside of any transaction; the row comes last, by itself.
"""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from approvals.reasons import Reason, Refused
from audit.record import record
from messaging.models import Conversation, MediaAsset
from messaging.whatsapp.media import images, storing
from messaging.whatsapp.media.inspecting import Offered, declared, inspect, safe_file_name
from messaging.whatsapp.media.limits import TAKEN
from messaging.whatsapp.media.scanning import Infected, ScanFailed, scan

# Files that may wait for an approval at once: whoever hands in for ever fills no storage.
MOST_WAITING = 500


def lay_down(offered: Offered, conversation: Conversation | None, actor: Actor, now: datetime) -> MediaAsset:
    """The file on the shelf; the same file is there once. Raises Refused for what may not be taken."""
    content_type = inspect(offered)
    found = on_shelf(offered, conversation, actor)
    if found is not None:
        return found
    waiting = MediaAsset.objects.filter(organisation=actor.organisation, state=MediaAsset.State.WAITING)
    if waiting.count() >= MOST_WAITING:
        raise Refused(Reason("shelf_full", _("Too many files wait for an approval already."),
                             _("Have them approved or rejected first."), "content"))  # fmt: skip
    verdict = _scanned(offered, actor, now)
    drawn = images.draw_anew(offered.content, content_type) if images.is_image(content_type) else None
    content = drawn.content if drawn else offered.content
    file_name = safe_file_name(offered.file_name, content_type)
    asset = MediaAsset(
        organisation=actor.organisation,
        kind=TAKEN[content_type].kind,
        name=(offered.name.strip() or file_name)[:120],
        file_name=file_name,
        content_type=content_type,
        size=len(content),
        sha256=storing.sha256_of(content),
        source_sha256=storing.sha256_of(offered.content),
        width=drawn.width if drawn else None,
        height=drawn.height if drawn else None,
        scan=verdict,
        uploaded_by=actor.label[:120],
        conversation=conversation,
        path=storing.keep(actor.organisation.pk, content),
        made_at=now,
    )
    try:
        with transaction.atomic():
            asset.save(force_insert=True)
            record("media.laid_down", asset, actor, now=now, kind=str(asset.kind), size=asset.size, scan=str(verdict))
    except IntegrityError:  # somebody was faster with the same file
        first = on_shelf(offered, conversation, actor)
        assert first is not None
        return first
    return asset


def on_shelf(offered: Offered, conversation: Conversation | None, actor: Actor) -> MediaAsset | None:
    """The row of this very file, where it was handed in before for the same use."""
    return MediaAsset.objects.filter(
        organisation=actor.organisation,
        origin=MediaAsset.Origin.UPLOAD,
        source_sha256=storing.sha256_of(offered.content),
        content_type=declared(offered.content_type),
        conversation=conversation,
    ).first()


def _scanned(offered: Offered, actor: Actor, now: datetime) -> MediaAsset.Scan:
    try:
        return scan(offered.content)
    except Infected as found:
        with transaction.atomic():
            digest = storing.sha256_of(offered.content)
            record("media.infected", ("media", digest[:32]), actor, now=now, found=str(found))
        raise Refused(
            Reason("infected", _("The virus scanner found “%s” in this file.") % found,
                   _("Do not hand it in again; tell whoever gave it to you."), "content")
        ) from found  # fmt: skip
    except ScanFailed as error:
        raise Refused(
            Reason("not_scanned", _("The virus scanner does not answer, so the file is not taken."),
                   _("Try again later, or ask an administrator to look after the scanner."), "content")
        ) from error  # fmt: skip
