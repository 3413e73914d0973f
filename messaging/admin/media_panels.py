"""A file on the decision page, what has become of it since, and what the start page says of customers' files."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organisation
from approvals.admin.panels import Drift, Panel, Reading, register_drift, register_panel
from approvals.numerals import number
from messaging.admin.drift import is_open
from messaging.admin.media import picture_of
from messaging.admin.start_page import register_tiles
from messaging.models import MediaAsset, MediaFetch
from messaging.whatsapp.media.contract import MediaContract
from messaging.whatsapp.media.references import may_see, path_to

_WEEK = timedelta(days=7)


def media_panels(reading: Reading, contract: MediaContract) -> Iterator[Panel]:
    asset = _asset(reading, contract)
    facts = [
        (_("Type"), contract.content_type),
        (_("Size"), filesizeformat(contract.size)),
        (_("Width and height"), f"{contract.width} × {contract.height}" if contract.width else "–"),
        (_("Virus scan"), contract.scan.label),
        (_("For"), _("one conversation") if contract.conversation_id else _("templates, broadcasts and all replies")),
    ]
    shown = asset is not None and bool(asset.path) and may_see(asset, reading.actor)
    context: dict[str, Any] = {
        "facts": facts,
        "unscanned": contract.scan != MediaAsset.Scan.CLEAN,
        "picture": picture_of(asset, "cs-picture") if asset is not None and shown else "",
        "save": path_to(asset, reading.now) if asset is not None and shown else "",
    }
    yield Panel(gettext_lazy("The file"), "desk/panel_media.html", context, "image")


def media_drift(reading: Reading, contract: MediaContract) -> Iterator[Drift]:
    asset = _asset(reading, contract)
    if is_open(reading) and (asset is None or asset.state == MediaAsset.State.REJECTED):
        now = asset.get_state_display() if asset is not None else _("gone")
        yield Drift(_("Somebody has forbidden the use of this file"), _("Not approved yet"), now, serious=True)


def _asset(reading: Reading, contract: MediaContract) -> MediaAsset | None:
    return MediaAsset.objects.filter(pk=contract.asset_id, organisation=reading.actor.organisation).first()


def tiles(organisation: Organisation, now: datetime) -> list[dict[str, Any]]:
    """Customers' files of this week that nobody will see; those of restricted queues are their team's business."""
    lost = (MediaFetch.State.QUARANTINED, MediaFetch.State.GIVEN_UP)
    files = MediaFetch.objects.filter(organisation=organisation, state__in=lost, settled_at__gt=now - _WEEK)
    count = files.exclude(message__conversation__queue__is_restricted=True).count()
    if not count:
        return []
    link = f"{reverse('admin:messaging_mediafetch_changelist')}?state__exact={MediaFetch.State.QUARANTINED}"
    note = _("quarantined or lost this week")
    return [{"name": _("Customers' files"), "value": number(count), "note": note, "link": link}]


register_panel(MediaContract, media_panels)
register_drift(MediaContract, media_drift)
register_tiles(tiles)
