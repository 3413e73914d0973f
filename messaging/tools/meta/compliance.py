"""check_compliance, and what the other flat tools say for or against writing to somebody now.

It is the worker's own question: the recipient gate, the customer service window, and what makes a whole send wait.
"""

from collections.abc import Iterator
from typing import Annotated, Final, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from accounts.models import Organisation
from approvals.contracts import Answer
from approvals.reasons import Reason
from approvals.registry import Call, Kind, tool
from messaging.gate import rules_of, verdict_on
from messaging.models import Category, Channel, ConsentAct, ConsentState, Contact, Conversation, Sender, Verdict
from messaging.quiet_hours import quiet_until
from messaging.tools.meta.customers import CustomerAsk, find_customer
from messaging.whatsapp.conversations.visible import visible_to
from messaging.whatsapp.conversations.windows import is_open

MessageType = Literal["marketing", "utility", "template", "service"]
TEMPLATE_REQUIRED, OPTED_OUT = "TEMPLATE_REQUIRED", "USER_OPTED_OUT"
CAPPED, RESTRICTED = "FREQUENCY_CAP_EXCEEDED", "POLICY_RESTRICTION"

# A template of no category in particular is judged as the mildest that a business may begin with.
_CATEGORY: Final[dict[str, Category]] = {
    "marketing": Category.MARKETING,
    "utility": Category.UTILITY,
    "template": Category.UTILITY,
    "service": Category.SERVICE,
}
_CODES: Final = {Verdict.SUPPRESSED: OPTED_OUT, Verdict.CAPPED: CAPPED, Verdict.WINDOW_CLOSED: TEMPLATE_REQUIRED}
_TEXTS: Final[dict[Verdict, Promise]] = {
    Verdict.INVALID: _("There is no valid address of this customer to send to."),
    Verdict.SUPPRESSED: _("The customer has opted out."),
    Verdict.BLOCKED: _("The customer is blocked."),
    Verdict.NO_CONSENT: _("The customer has not agreed to such messages."),
    Verdict.WRONG_CATEGORY: _("The customer has agreed to messages of another category only."),
    Verdict.CAPPED: _("The customer has had as many marketing messages as one person gets in these days."),
    Verdict.WINDOW_CLOSED: _("The customer has not written in the last 24 hours: nothing free-form may be sent."),
}
_FIXES: Final[dict[Verdict, Promise]] = {
    Verdict.INVALID: _("Ask the customer for their number and correct it with whatsapp.contact.upsert."),
    Verdict.SUPPRESSED: _("Send nothing. Their no stands until they take it back themselves."),
    Verdict.BLOCKED: _("Send nothing; the team can read why in the customer's opt-outs."),
    Verdict.NO_CONSENT: _("Ask for their consent where they meet you, and record it with whatsapp.consent.update."),
    Verdict.WRONG_CATEGORY: _("Send only what they agreed to, or ask for their consent to this category too."),
    Verdict.CAPPED: _("Wait: check_frequency_cap says until when."),
    Verdict.WINDOW_CLOSED: _("Send an approved template with send_template, or wait until the customer writes."),
}


class ComplianceAsk(CustomerAsk):
    message_type: Annotated[
        MessageType,
        Field(
            description="marketing or utility: a template of that category; template: one that is not marketing;"
            " service: free-form text."
        ),
    ]


class Compliance(Answer):
    allowed: Annotated[bool, Field(description="Whether it may leave now; asked again when it does.")]
    reason_code: Annotated[
        str | None,
        Field(description="TEMPLATE_REQUIRED, USER_OPTED_OUT, FREQUENCY_CAP_EXCEEDED or POLICY_RESTRICTION."),
    ]
    human_explanation: Annotated[str, Field(description="Why, or why not, in plain words.")]
    suggested_action: Annotated[str, Field(description="What to do now.")]


@tool(
    "check_compliance",
    kind=Kind.READ,
    scope="meta:read",
    reads_first=("list_conversations",),
    refusals=(TEMPLATE_REQUIRED, OPTED_OUT, CAPPED, RESTRICTED),
    safety="The worker asks the same again for each message when it leaves; an answer here is no permission.",
)
def check_compliance(call: Call, ask: ComplianceAsk) -> Compliance:
    """Ask whether a message of this type may go to this customer now: consent, opt-outs, caps, window, house rules.

    An agent whose message is allowed may still have to wait for a person to countersign it.
    """
    no = against(call, find_customer(call, ask.customer_id), ask.message_type)
    if no is not None:
        return Compliance(
            allowed=False, reason_code=no.code, human_explanation=str(no.text), suggested_action=str(no.fix)
        )
    way = (
        _("Send it with send_message or reply_customer.")
        if ask.message_type == "service"
        else _("Send it with send_template.")
    )
    words = _("Nothing stands against this message now.")
    return Compliance(allowed=True, reason_code=None, human_explanation=str(words), suggested_action=str(way))


def against(call: Call, contact: Contact, message_type: MessageType) -> Reason | None:
    """What stands in the way of such a message now, under the catalogue's codes; None where nothing does."""
    verdict = verdict_on(contact, Channel.WHATSAPP, _CATEGORY[message_type], call.now)
    answered = conversation_to_answer(call, contact)
    if (
        verdict is Verdict.INCLUDED
        and message_type == "service"
        and (answered is None or not is_open(answered, call.now))
    ):
        verdict = Verdict.WINDOW_CLOSED
    if verdict is not Verdict.INCLUDED:
        return Reason(code_of(verdict, contact, message_type), _TEXTS[verdict], _FIXES[verdict], "customer_id")
    return next(_against_all(call, message_type, answered), None)


def code_of(verdict: Verdict, contact: Contact, message_type: MessageType) -> str:
    """The catalogue's code for what the gate says. To take one's consent back is to opt out as well."""
    if verdict is Verdict.NO_CONSENT and _has_withdrawn(contact, _CATEGORY[message_type]):
        return OPTED_OUT
    return _CODES.get(verdict, RESTRICTED)


def conversation_to_answer(call: Call, contact: Contact) -> Conversation | None:
    """The customer's open conversation that the caller may see, the one whose window lasts longest."""
    theirs = visible_to(call.actor).filter(contact=contact, state=Conversation.State.OPEN)
    return theirs.select_related("sender__account").order_by("-window_until", "pk").first()


def _has_withdrawn(contact: Contact, category: Category) -> bool:
    return ConsentState.objects.filter(
        contact=contact, state=ConsentAct.WITHDRAWN, channel__in=(Channel.WHATSAPP, Channel.ANY),
        category__in=(category, Category.ANY),
    ).exists()  # fmt: skip


def _against_all(call: Call, message_type: MessageType, answered: Conversation | None) -> Iterator[Reason]:
    """What makes everything of this kind wait, whoever it is for."""
    if Organisation.objects.filter(pk=call.organisation.pk, sending_stopped_at__isnull=False).exists():
        yield Reason(RESTRICTED, _("Sending is stopped for the whole organisation."),
                     _("An administrator can allow it again."))  # fmt: skip
    working = Sender.objects.filter(
        organisation=call.organisation, channel=Channel.WHATSAPP, status="CONNECTED", paused_at=None,
        per_second__gt=0, account__restricted_at=None,
    ).exclude(quality=Sender.Quality.RED)  # fmt: skip
    if not (working.filter(pk=answered.sender_id) if message_type == "service" and answered else working).exists():
        yield Reason(RESTRICTED, _("No number of yours can send now."),
                     _("Read whatsapp.phone_numbers.list and have it mended."))  # fmt: skip
    night = quiet_until(rules_of(call.organisation), call.organisation.timezone, call.now)
    if message_type == "marketing" and night is not None:
        yield Reason(RESTRICTED, _("Marketing rests in quiet hours, which last until %s.") % night.isoformat(),
                     _("Plan it for a time after that."))  # fmt: skip
