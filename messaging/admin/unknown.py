"""Messages of unknown outcome at the desk: what is known of each, and what may be done about it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from messaging.engine.closing import CLOSES_AFTER
from messaging.models import UNKNOWN, Attempt, Message, Outcome, Replacement, Status
from messaging.resends.planning import ENDED
from messaging.whatsapp.errors import row as error_row

# Our own codes of an outcome that nobody saw; the provider's are numbers.
_WHY = {
    "broken_off": _("The process that was handing it over did not come back."),
    "answer_lost": _("The connection broke after the message may have left."),
    "carrier_broke": _("Our own code broke off while it was handing the message over."),
    "unreadable_answer": _("The provider said yes without an id of the message."),
    "result_not_stored": _("The provider's answer could not be stored."),
}
# Webhooks that are looked through for our reference. Their bodies are bytes, kept for two weeks, without an index.
_MOST_LOOKED_THROUGH = 20_000
_TELLING = """
SELECT received_at, position(convert_to(%(reference)s, 'UTF8') IN body) > 0 FROM (
    SELECT received_at, body FROM messaging_webhookevent
     WHERE received_at >= %(since)s AND %(account)s::uuid = ANY(signed_for) ORDER BY received_at LIMIT %(most)s) looked
"""


class UnknownFilter(DropdownFilter):
    title = _("outcome unknown")
    parameter_name = "unknown"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("open", _("Waits for a report or for somebody")),
            ("closed", _("Unknown for good")),
            ("again", _("Sent again")),
            ("any", _("All of them")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:
        if not self.value():
            return queryset
        unknown = queryset.filter(status__in=UNKNOWN)
        again = Replacement.objects.values("attempt__message")
        if self.value() == "again":
            return unknown.filter(pk__in=again)
        if self.value() == "any":
            return unknown
        wanted = Status.CLOSED if self.value() == "closed" else Status.UNSURE
        return unknown.filter(status=wanted).exclude(pk__in=again)


def open_unknown(organisation_id: Any) -> int:
    """How many messages of an organisation wait for a report or for somebody. Cheap: unknown attempts have an index."""
    return Attempt.objects.filter(
        outcome=Outcome.UNSURE,
        message__status=Status.UNSURE,
        message__organisation=organisation_id,
        replacement=None,
    ).count()


def what_is_known(message: Message) -> SafeString | str:
    """The attempt, our reference, what the provider said, which webhooks came, and what may be done now."""
    if message.status not in UNKNOWN:
        return "–"
    attempt = message.attempts.filter(outcome__in=(Outcome.UNSURE, Outcome.CLOSED)).order_by("-started_at").first()
    if attempt is None:
        return "–"
    again = Replacement.objects.filter(attempt=attempt).select_related("send").first()
    told, all_looked = _webhooks_about(message, attempt)
    context = {
        "message": message,
        "attempt": attempt,
        "why": _why(message, attempt),
        "told": told,
        "all_looked": all_looked,
        "looked": _MOST_LOOKED_THROUGH,
        "may_do": list(_may_do(message, attempt, again)),
        "again": again and reverse("admin:messaging_send_change", args=(again.send_id,)),
    }
    return SafeString(render_to_string("desk/unknown.html", context))


def _why(message: Message, attempt: Attempt) -> str:
    code = attempt.code or message.error_code
    if code in _WHY:
        return str(_WHY[code])
    if code.isdigit():
        return str(error_row(int(code)).meaning)
    return str(_("The provider gave no clear answer."))


def _may_do(message: Message, attempt: Attempt, again: Replacement | None) -> Iterator[Any]:
    if again is not None:
        yield _("It was sent again. A report may still tell what became of this one.")
        return
    if message.status == Status.UNSURE:
        yield _("Wait: a report settles it. Without one it stays unknown for good from %(when)s on.") % {
            "when": _in_words(attempt.started_at + CLOSES_AFTER)
        }
    else:
        yield _("Nobody waits for a report any more; only proof of delivery would still change it.")
    if message.send.state in ENDED:
        yield _("Ask to send it again. The person may then get it twice, so somebody else has to agree.")
    else:
        yield _("Once this send has ended, it can be asked for again.")


def _in_words(moment: datetime) -> str:
    from django.utils import formats, timezone

    return formats.date_format(timezone.localtime(moment), "DATETIME_FORMAT")


def _webhooks_about(message: Message, attempt: Attempt) -> tuple[list[datetime], bool]:
    """When webhooks came that carry our reference, and whether all that were kept could be looked through."""
    facts: dict[str, Any] = {
        "reference": str(attempt.pk),
        "since": attempt.started_at - timedelta(minutes=1),
        "account": message.sender.account_id,
        "most": _MOST_LOOKED_THROUGH,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TELLING, facts)
        rows = cursor.fetchall()
    return [at for at, tells in rows if tells], len(rows) < _MOST_LOOKED_THROUGH
