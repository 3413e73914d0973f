"""What the decision page shows of handovers, closings and tags, and what has moved since they were planned."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.admin.contract_fields import register_words
from approvals.admin.panels import Drift, Panel, Reading, register_drift, register_panel
from approvals.masking import mask
from messaging.admin.moments import moment
from messaging.models import Contact, Conversation
from messaging.whatsapp.conversations.assigning import HandoverContract
from messaging.whatsapp.conversations.ending import CloseContract
from messaging.whatsapp.conversations.tagging import TagContract
from messaging.whatsapp.conversations.visible import visible_to

# Rows that are listed; the contract has the rest.
_MOST_ROWS = 20


def handover_panels(reading: Reading, contract: HandoverContract) -> Iterator[Panel]:
    facts = [
        (_("To the queue"), contract.queue_name or _("each stays in its own")),
        (_("Seen to by"), contract.owner_name or _("whoever takes it")),
        (_("About"), _concern(contract.concern) or _("as before")),
        (_("A restricted queue gives or takes"), _("yes") if contract.restricted else _("no")),
        (_("People who find it in their inbox"), contract.seen_by),
        (_("Note for the team"), contract.note or _("none")),
        (_("What the customer is told"), _("nothing")),
    ]
    yield Panel(_("Who sees to it from now on"), "desk/panel_facts.html", {"facts": facts}, "swap_horiz")
    ids = [one.conversation_id for one in contract.conversations]
    names = _customers(reading, visible_to(reading.actor).filter(pk__in=ids))
    rows = [
        (names.get(one.conversation_id, "–"), one.from_queue, one.from_owner or "–", _due(one.reply_due_before),
         _due(one.reply_due_after))
        for one in contract.conversations[:_MOST_ROWS]
    ]  # fmt: skip
    headings = (_("Customer"), _("Queue now"), _("Seen to by"), _("Answer due"), _("Answer due then"))
    shown = {"headings": headings, "rows": rows}
    yield Panel(_("What is handed over"), "desk/panel_table.html", shown, "forum")


def close_panels(reading: Reading, contract: CloseContract) -> Iterator[Panel]:
    names = _customers(reading, visible_to(reading.actor).filter(pk=contract.conversation_id))
    facts = [
        (_("Customer"), names.get(contract.conversation_id, "–")),
        (_("About"), _concern(contract.concern)),
        (_("Queue"), contract.queue_name),
        (_("Seen to by"), contract.owner_name or _("nobody")),
        (_("Asked for by its owner in person"), _("yes") if contract.by_owner else _("no")),
        (_("What came of it"), contract.outcome),
        (_("Labels"), ", ".join(contract.labels) or "–"),
        (_("Follow up"), _due(contract.follow_up_at)),
        (_("The customer's last word stays unanswered"), _("yes") if contract.leaves_unanswered else _("no")),
        (_("Was to be settled by"), _due(contract.resolve_due_at)),
    ]
    yield Panel(_("What is closed"), "desk/panel_facts.html", {"facts": facts}, "task_alt")


def tag_panels(reading: Reading, contract: TagContract) -> Iterator[Panel]:
    facts = [
        (_("Put on"), ", ".join(contract.add) or "–"),
        (_("Taken off"), ", ".join(contract.remove) or "–"),
        (_("Contacts"), len(contract.contacts)),
        (_("Conversations"), len(contract.conversations)),
        (_("Follow up"), _due(contract.follow_up_at)),
    ]
    yield Panel(_("Which tags"), "desk/panel_facts.html", {"facts": facts}, "sell")
    shown = {"headings": (_("Name"),), "rows": [(name,) for name in contract.stands_on_them[:_MOST_ROWS]]}
    title = _("Segments and rules that ask for them")
    yield Panel(title, "desk/panel_table.html", {**shown, "empty": _("Nothing stands on them.")}, "group_work")
    found = Contact.objects.filter(
        organisation=reading.actor.organisation, key__in=list(contract.contacts)[:_MOST_ROWS]
    )
    people = [(_name(reading, contact), ", ".join(contact.tags) or "–") for contact in found]
    if people:
        shown = {"headings": (_("Contact"), _("Tags now")), "rows": people}
        yield Panel(_("Whose tags change"), "desk/panel_table.html", shown, "groups")


def handover_drift(reading: Reading, contract: HandoverContract) -> Iterator[Drift]:
    versions = {one.conversation_id: one.base_version for one in contract.conversations}
    yield from _changed(visible_to(reading.actor).filter(pk__in=versions), versions)


def close_drift(reading: Reading, contract: CloseContract) -> Iterator[Drift]:
    found = visible_to(reading.actor).filter(pk=contract.conversation_id)
    yield from _changed(found, {contract.conversation_id: contract.base_version})
    if any(one.waiting_since for one in found) and not contract.leaves_unanswered:
        yield Drift(_("The customer"), _("had an answer"), _("has written again and waits"), serious=True)


def _changed(found: QuerySet[Conversation], versions: dict[Any, int]) -> Iterator[Drift]:
    moved = [one for one in found if one.version != versions[one.pk]]
    if moved:
        yield Drift(_("Conversations"), _("as they were read"), _("changed since: %d") % len(moved), serious=True)


def _customers(reading: Reading, conversations: QuerySet[Conversation]) -> dict[Any, str]:
    return {one.pk: _name(reading, one.contact) for one in conversations.select_related("contact")}


def _name(reading: Reading, contact: Contact) -> str:
    name = contact.name if reading.actor.sees_personal_data else mask(contact.name, "name")
    return name or str(contact)


def _concern(concern: str) -> str:
    return str(Conversation.Concern(concern).label) if concern else ""


def _due(at: Any) -> Any:
    return moment(at)


register_words(
    {
        "base_version": gettext_lazy("Version"),
        "from_queue": gettext_lazy("Queue now"),
        "from_owner": gettext_lazy("Seen to by"),
        "reply_due_before": gettext_lazy("Answer due"),
        "reply_due_after": gettext_lazy("Answer due then"),
        "settles": gettext_lazy("Stops counting as complaint, payment or escalation"),
        "stands_on_them": gettext_lazy("Segments and rules that ask for them"),
    },
    {},
)
register_panel(HandoverContract, handover_panels)
register_drift(HandoverContract, handover_drift)
register_panel(CloseContract, close_panels)
register_drift(CloseContract, close_drift)
register_panel(TagContract, tag_panels)
