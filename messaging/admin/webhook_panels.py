"""What the decision page shows of a retry: what each failed item would do. Nobody's words, numbers or names."""

from collections.abc import Iterator
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from approvals.admin.panels import Drift, Panel, Reading, Words, register_drift, register_panel
from approvals.numerals import number
from messaging.admin.moments import moment
from messaging.admin.panel_parts import facts_panel, table_panel
from messaging.inbox.retry_contract import RetryContract
from messaging.models import WebhookFailure

_DOES: Final[dict[str, Words]] = {
    "message": _("A customer's message is kept"),
    "stop": _("A customer's STOP counts"),
    "start": _("A customer's START counts: they may be written to again"),
    "unclear": _("A customer's message is kept, and marketing to them held until somebody has read it"),
    "status": _("What became of a message of ours is noted"),
    "setting_stop": _("A customer's switch inside WhatsApp stops marketing there"),
    "setting_resume": _("A customer's switch inside WhatsApp lets marketing through again"),
    "address": _("A customer goes by another number or id"),
    "template": _("Meta's word on a template counts: it may be used, or no longer"),
    "account": _("Meta's word on an account or number counts: a restriction, its end, a limit"),
    "whole_event": _("All of an event is applied; nothing of it could be read so far"),
    "nothing": _("Nothing: nobody applies such items"),
}


def retry_panels(reading: Reading, contract: RetryContract) -> Iterator[Panel]:
    headings: list[Words] = [_("Event"), _("What applying it does"), _("Arrived"), _("Failed with"), _("Tries")]
    rows = [
        [f"{one.event}.{one.place}", _DOES[one.does], moment(one.received_at), one.error, number(one.tries)]
        for one in contract.items
    ]
    yield table_panel(_("What is tried again"), headings, rows, "restart_alt")
    yield facts_panel(
        _("What cannot happen"),
        [
            (_("Messages"), _("none is sent by it")),
            (_("What was applied already"), _("is not applied again")),
            (_("What Meta said since"), _("stands: the newer word counts")),
            (_("The log"), reverse("admin:messaging_webhookevent_changelist")),
        ],
        "shield",
    )


def retry_drift(reading: Reading, contract: RetryContract) -> Iterator[Drift]:
    keys = [one.failure_id for one in contract.items]
    left = WebhookFailure.objects.filter(key__in=keys).count()
    if left < len(keys):
        yield Drift(_("Items that still wait to be tried"), number(len(keys)), number(left))


register_panel(RetryContract, retry_panels)
register_drift(RetryContract, retry_drift)
