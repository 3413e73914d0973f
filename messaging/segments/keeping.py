"""Keeping a segment: a name is given once, each edit is a new version, and the record says who made it."""

from collections.abc import Iterator
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from approvals.reasons import Reason
from approvals.registry import Call
from approvals.versions import name_taken
from audit.record import record
from messaging.models import Segment


def segment_name_taken(organisation: Organisation, name: str, by: UUID | None) -> Iterator[Reason]:
    """The reason against a name that another segment than `by` has."""
    namesakes = Segment.objects.filter(organisation=organisation, name=name)
    yield from name_taken(namesakes, by, _("Another segment has this name."))


def keep_segment(call: Call, segment: Segment) -> None:
    """Save a segment, new or edited, as its next version. Call it in the transaction of its request."""
    segment.updated_at = call.now
    segment.version += 1
    segment.save()
    request_id = call.request.pk if call.request else None
    record("segment.kept", segment, call.actor, now=call.now, request_id=request_id, version=segment.version)
