"""Fetching what a customer sent from Meta: its address, then its bytes; checked, scanned, drawn anew, kept.

A try claims its row first and reaches Meta outside of any transaction. What does not work is tried again, at growing
intervals, until Meta throws the file away; then it is given up, and the desk says so.
"""

import logging
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import F

from accounts.actor import Actor
from approvals.reasons import Refused
from audit.record import record
from messaging.carriers import carrier
from messaging.models import MediaAsset, MediaFetch
from messaging.whatsapp.answers import MediaNode
from messaging.whatsapp.client import CloudApi, GraphError
from messaging.whatsapp.media import images, storing
from messaging.whatsapp.media.digests import is_digest_of
from messaging.whatsapp.media.inspecting import declared, safe_file_name
from messaging.whatsapp.media.limits import INBOUND_BYTES, TAKEN
from messaging.whatsapp.media.scanning import Infected, ScanFailed, scan
from messaging.whatsapp.media.signatures import types_of

log = logging.getLogger(__name__)

# Longer than a try can take: downloading ends after two minutes, the scanner after half a minute of silence.
LEASE = timedelta(minutes=8)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=6)
_AT_ONCE = 100
UNNAMED = "application/octet-stream"


class Quarantine(Exception):
    """The file must not be kept; the text says why."""


class NotNow(Exception):
    """It did not work this time; the text says why."""


def due(now: datetime) -> list[int]:
    """The files to be tried now, the oldest first."""
    waiting = MediaFetch.objects.filter(state=MediaFetch.State.WAITING, due_at__lte=now)
    return list(waiting.order_by("due_at").values_list("pk", flat=True)[:_AT_ONCE])


def fetch_one(fetch_id: int, now: datetime) -> None:
    """Try one file, if nobody else does."""
    fetch = _claim(fetch_id, now)
    if fetch is None:
        return
    if now >= fetch.until:
        _settle(fetch, MediaFetch.State.GIVEN_UP, now, fetch.problem or "its time was over")
        return
    try:
        asset = _fetch(fetch, now)
    except Quarantine as why:
        _quarantine(fetch, str(why), now)
    except NotNow as why:
        _put_off(fetch, str(why), now)
    except Exception as error:
        log.warning("file %s of a customer could not be kept", fetch.pk, exc_info=True)
        _put_off(fetch, type(error).__name__, now)
    else:
        _keep(fetch, asset, now)


def _claim(fetch_id: int, now: datetime) -> MediaFetch | None:
    mine = MediaFetch.objects.filter(pk=fetch_id, state=MediaFetch.State.WAITING, due_at__lte=now)
    if not mine.update(due_at=now + LEASE, tries=F("tries") + 1):
        return None
    return MediaFetch.objects.select_related("message__sender__account", "organisation").get(pk=fetch_id)


def _fetch(fetch: MediaFetch, now: datetime) -> MediaAsset:
    """The file as a row that is not saved yet; its bytes are stored. Raises Quarantine and NotNow."""
    node, content = _from_meta(fetch)
    for digest in filter(None, (fetch.sha256, node.sha256)):
        if not is_digest_of(content, digest):
            raise Quarantine("its digest is not the one that Meta told")
    try:
        verdict = scan(content)
    except Infected as found:
        raise Quarantine(f"the virus scanner found {found}") from found
    except ScanFailed as error:
        raise NotNow(f"the virus scanner does not answer ({error})") from error
    asset = _asset_of(fetch, declared(fetch.content_type or node.mime_type), content)
    asset.scan, asset.made_at = verdict, now
    return asset


def _from_meta(fetch: MediaFetch) -> tuple[MediaNode, bytes]:
    sender = fetch.message.sender
    try:
        api: CloudApi = carrier("whatsapp").api(sender.account)  # type: ignore[attr-defined]
        node = api.find_media(fetch.media_id, sender.phone_number_id)
        if node.file_size > INBOUND_BYTES:
            raise Quarantine("it is larger than any file may be")
        if not is_metas(node.url):
            raise Quarantine("Meta named an address that is not its own")
        return node, api.download_media(node.url, INBOUND_BYTES)
    except GraphError as error:
        if error.title == "too_large":
            raise Quarantine("it is larger than any file may be") from error
        raise NotNow(str(error)) from error
    except ValueError as error:  # an id or a token that no request can carry
        raise NotNow(str(error)) from error


def is_metas(url: str) -> bool:
    """Whether the account's token may go there: to Meta's hosts over TLS, or to where the Graph API is configured."""
    try:
        asked, base = urlsplit(url), urlsplit(settings.GRAPH_BASE_URL)
        port = asked.port
    except ValueError:
        return False
    if asked.username or asked.password:
        return False
    if (asked.scheme, asked.hostname, port) == (base.scheme, base.hostname, base.port):
        return True
    return asked.scheme == "https" and asked.hostname in settings.GRAPH_MEDIA_HOSTS and port in (None, 443)


def _asset_of(fetch: MediaFetch, content_type: str, content: bytes) -> MediaAsset:
    """What was sent. What is not what it says it is keeps no type: it can be saved, and is shown as nothing."""
    source = storing.sha256_of(content)
    size: tuple[int | None, int | None] = (None, None)
    if content_type not in types_of(content):
        content_type = UNNAMED
    if images.is_image(content_type):
        try:
            drawn = images.draw_anew(content, content_type, limited=False)
            content, size = drawn.content, (drawn.width, drawn.height)
        except Refused:
            content_type = UNNAMED
    message = fetch.message
    kind = MediaAsset.Kind(message.kind) if message.kind in MediaAsset.Kind.values else MediaAsset.Kind.DOCUMENT
    return MediaAsset(
        organisation_id=fetch.organisation_id,
        kind=kind,
        name=str(kind.value),
        file_name=safe_file_name(fetch.file_name or str(kind.value), content_type),
        content_type=content_type if content_type in TAKEN else UNNAMED,
        size=len(content),
        sha256=storing.sha256_of(content),
        source_sha256=source,
        width=size[0],
        height=size[1],
        origin=MediaAsset.Origin.INBOUND,
        state=MediaAsset.State.RECEIVED,
        conversation_id=message.conversation_id,
        inbound=message,
        path=storing.keep(fetch.organisation_id, content),
    )


def _keep(fetch: MediaFetch, asset: MediaAsset, now: datetime) -> None:
    with transaction.atomic():
        asset.save(force_insert=True)
        _settle(fetch, MediaFetch.State.KEPT, now, "", asset)


def _quarantine(fetch: MediaFetch, why: str, now: datetime) -> None:
    """Nothing of it is kept but that it was there, and why."""
    with transaction.atomic():
        _settle(fetch, MediaFetch.State.QUARANTINED, now, why)


def _put_off(fetch: MediaFetch, why: str, now: datetime) -> None:
    """Try again later; one last time when Meta is about to throw it away."""
    pause = min(FIRST_PAUSE * 2 ** min(fetch.tries - 1, 20), LONGEST_PAUSE)
    due_at = max(min(now + pause, fetch.until), now + FIRST_PAUSE)
    MediaFetch.objects.filter(pk=fetch.pk, state=MediaFetch.State.WAITING).update(due_at=due_at, problem=why[:300])


def _settle(
    fetch: MediaFetch, state: MediaFetch.State, now: datetime, problem: str, asset: MediaAsset | None = None
) -> None:
    with transaction.atomic():
        waiting = MediaFetch.objects.filter(pk=fetch.pk, state=MediaFetch.State.WAITING)
        waiting.update(state=state, problem=problem[:300], settled_at=now, asset=asset)
        if state is not MediaFetch.State.KEPT:
            system = Actor.system(fetch.organisation, "webhook inbox")
            action = "media.quarantined" if state is MediaFetch.State.QUARANTINED else "media.given_up"
            record(action, fetch, system, now=now, problem=problem[:200])
