"""Tags of contacts and labels of conversations: what is asked for, what stands on them, and putting them on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from approvals.contracts import Answer, Ask, Contract, Moment
from approvals.numerals import number
from approvals.reasons import Reason, Refused, refuse_if_any
from approvals.registry import Call
from approvals.versions import check_token
from audit.record import record_many
from messaging.consent.optouts import lock_contacts
from messaging.contacts.consent_tags import reasons_against_tags
from messaging.contacts.survivors import survivor_of
from messaging.contacts.tag_uses import segments_asking_for
from messaging.contacts.tag_words import Tag
from messaging.contacts.versions import check_contact_token
from messaging.models import Contact, Conversation
from messaging.whatsapp.conversations.labels import label
from messaging.whatsapp.conversations.routing import flows_asking_for
from messaging.whatsapp.conversations.visible import unknown_conversation, visible_to

# From so many people or conversations on, it is a bulk change.
BULK_FROM = 2
_MOST_TAGS = 50


class TagAsk(Ask):
    contact_ids: Annotated[list[UUID], Field(max_length=1000, description="Whose tags change.")] = []
    conversation_ids: Annotated[list[UUID], Field(max_length=50, description="Conversations whose labels change.")] = []
    add: Annotated[list[Tag], Field(max_length=10, description="Tags to put on.")] = []
    remove: Annotated[list[Tag], Field(max_length=10, description="Tags to take off.")] = []
    follow_up_at: Annotated[
        Moment | None, Field(description="When to come back to the conversations, with a time zone; null leaves it.")
    ] = None
    base_version_token: Annotated[
        str, Field(max_length=40, description="For one contact or one conversation: version_token as you read it.")
    ] = ""


class TagContract(Contract):
    contacts: Annotated[dict[UUID, int], Field(description="Contact -> its version when this was planned.")]
    conversations: Annotated[dict[UUID, int], Field(description="Conversation -> its version when this was planned.")]
    add: Annotated[list[str], Field(description="Tags that are put on.")]
    remove: Annotated[list[str], Field(description="Tags that are taken off.")]
    follow_up_at: Annotated[datetime | None, Field(description="When somebody comes back to the conversations.")]
    stands_on_them: Annotated[list[str], Field(description="Segments and rules that ask for one of these tags.")]

    @property
    def needs_a_person(self) -> bool:
        return bool(self.stands_on_them) or len(self.contacts) + len(self.conversations) >= BULK_FROM

    def sentence(self) -> str:
        tags = ", ".join([f"+{tag}" for tag in self.add] + [f"-{tag}" for tag in self.remove])
        return _("Tags of contacts (%(contacts)s) and conversations (%(conversations)s): %(tags)s") % {
            "contacts": number(len(self.contacts)),
            "conversations": number(len(self.conversations)),
            "tags": tags or "–",
        }


class Tagged(Answer):
    contacts: Annotated[int, Field(description="Contacts whose tags changed.")]
    conversations: Annotated[int, Field(description="Conversations whose labels or follow-up changed.")]


@dataclass(frozen=True, slots=True)
class TagsMayChange:
    """Everybody is still there and unchanged, nothing new stands on the tags, and none sounds like consent."""

    def __call__(self, call: Call, contract: TagContract) -> Iterator[Reason]:
        yield from reasons_against_tags(contract.add, "add")
        people = Contact.objects.filter(organisation=call.organisation, key__in=contract.contacts)
        yield from _changed(contract.contacts, {one.key: one for one in people}, _unknown_contact())
        seen = visible_to(call.actor).filter(pk__in=contract.conversations)
        yield from _changed(contract.conversations, {one.pk: one for one in seen}, _unknown_conversations())
        if set(_uses(call, contract)) - set(contract.stands_on_them):
            text = gettext_lazy("Something stands on these tags now that did not when this was planned.")
            yield Reason("uses_changed", text, gettext_lazy("Ask again: a person has to look at it."), "add")


def _changed(planned: Mapping[UUID, int], found: Mapping[UUID, Any], unknown: Reason) -> Iterator[Reason]:
    if any(key not in found for key in planned):
        yield unknown
    if any(key in found and found[key].version != version for key, version in planned.items()):
        yield Reason(
            "row_changed",
            gettext_lazy("A contact or conversation has changed since this was planned."),
            gettext_lazy("Read them again and ask again."),
            "base_version_token",
        )


def plan_tags(call: Call, ask: TagAsk) -> TagContract:
    refuse_if_any(_nothing_to_do(ask))
    contacts, conversations = _people(call, ask), _conversations(call, ask)
    if len(contacts) + len(conversations) == 1:
        for contact in contacts:
            check_contact_token(contact, ask.base_version_token)
        for conversation in conversations:
            check_token(conversation, ask.base_version_token)
    contract = TagContract(
        contacts={one.key: one.version for one in contacts},
        conversations={one.pk: one.version for one in conversations},
        add=sorted(set(ask.add)),
        remove=sorted(set(ask.remove)),
        follow_up_at=ask.follow_up_at,
        stands_on_them=_uses(call, ask),
    )
    refuse_if_any(TagsMayChange()(call, contract))
    return contract


def _nothing_to_do(ask: TagAsk) -> Iterator[Reason]:
    if not ask.contact_ids and not ask.conversation_ids:
        text = gettext_lazy("Neither a contact nor a conversation is named.")
        yield Reason("nobody_named", text, gettext_lazy("Name at least one."), "contact_ids")
    if not ask.add and not ask.remove and ask.follow_up_at is None:
        text = gettext_lazy("There is no tag to put on or take off.")
        yield Reason("no_tags", text, gettext_lazy("Fill add, remove or follow_up_at."), "add")
    if set(ask.add) & set(ask.remove):
        text = gettext_lazy("A tag is to be put on and taken off at once.")
        yield Reason("tag_twice", text, gettext_lazy("Leave it out of one of the two."), "remove")
    if ask.follow_up_at is not None and not ask.conversation_ids:
        text = gettext_lazy("A follow-up is a conversation's.")
        yield Reason("no_conversation", text, gettext_lazy("Name the conversations."), "conversation_ids")


def _people(call: Call, ask: TagAsk) -> list[Contact]:
    """Who is meant, as they are known now."""
    found = Contact.objects.filter(organisation=call.organisation, key__in=set(ask.contact_ids))
    people = {one.key: survivor_of(one) for one in found}
    if any(key not in people for key in ask.contact_ids):
        raise Refused(_unknown_contact())
    return sorted({one.pk: one for one in people.values()}.values(), key=lambda one: one.pk)


def _conversations(call: Call, ask: TagAsk) -> list[Conversation]:
    found = list(visible_to(call.actor).filter(pk__in=set(ask.conversation_ids)).order_by("pk"))
    if len(found) < len(set(ask.conversation_ids)):
        raise Refused(_unknown_conversations())
    return found


def _uses(call: Call, asked: TagAsk | TagContract) -> list[str]:
    people = asked.contact_ids if isinstance(asked, TagAsk) else asked.contacts
    tags = [*asked.add, *asked.remove]
    if people:
        return segments_asking_for(call.organisation, tags)
    return flows_asking_for(call.organisation, tags)


def _unknown_contact() -> Reason:
    fix = gettext_lazy("Use ids of whatsapp.contacts.list.")
    return Reason("contact_not_found", gettext_lazy("There is no such contact."), fix, "contact_ids")


def _unknown_conversations() -> Reason:
    return unknown_conversation("conversation_ids")


def apply_tags(call: Call, contract: TagContract) -> Tagged:
    """Put the tags on and take them off, all or none. Raises Refused where somebody was faster."""
    own = Contact.objects.filter(organisation=call.organisation, key__in=contract.contacts)
    contacts = lock_contacts(own.values_list("pk", flat=True))
    held = Conversation.objects.filter(organisation=call.organisation, pk__in=contract.conversations)
    conversations = list(held.select_for_update(no_key=True).order_by("pk"))
    against = tuple(TagsMayChange()(call, contract))
    if against:
        raise Refused(*against)
    changed = [one for one in contacts if _tag(one, contract, call.now)]
    facts = {"added": contract.add, "removed": contract.remove}
    record_many("contact.tagged", [(one, facts) for one in changed], call.actor, now=call.now)
    for conversation in conversations:
        label(conversation, contract.add, contract.remove, call.actor, call.now, contract.follow_up_at)
    return Tagged(contacts=len(changed), conversations=len(conversations))


def _tag(contact: Contact, contract: TagContract, now: datetime) -> bool:
    """Whether the contact's tags changed. Nobody gets more tags than anybody can read."""
    tags = sorted({*contact.tags, *contract.add} - set(contract.remove))
    if tags == sorted(contact.tags):
        return False
    if len(tags) > _MOST_TAGS:
        text = gettext_lazy("A contact would have more than %d tags.") % _MOST_TAGS
        raise Refused(Reason("too_many_tags", text, gettext_lazy("Take some off first."), "add"))
    contact.tags, contact.version, contact.updated_at = tags, contact.version + 1, now
    contact.save(update_fields=("tags", "version", "updated_at"))
    return True
