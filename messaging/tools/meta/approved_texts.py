"""Which template a flat tool means by its name and language, and from which number it goes out."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from approvals.reasons import Reason, Refused
from approvals.registry import Call
from messaging.language_codes import language_code
from messaging.models import Channel, Contact, Conversation, Sender, Template, TemplateTranslation
from messaging.whatsapp.templates.definition import Definition
from messaging.whatsapp.templates.named_values import names_needed


def approved_text(call: Call, name: str, locale: str, code: str) -> TemplateTranslation:
    """The organisation's text of this template in this language that may be sent now. Raises Refused with `code`.

    `en` finds `en_US` where that is the only English there is.
    """
    found = TemplateTranslation.objects.filter(
        organisation=call.organisation, template__name=name, template__channel=Channel.WHATSAPP
    ).select_related("template__account")
    usable = [one for one in found.order_by("template__created_at", "language") if one.is_sendable]
    text = _in_language(usable, locale)
    if text is None:
        raise Refused(
            Reason(
                code,
                _("There is no template “%(name)s” in “%(locale)s” that Meta has approved.")
                % {"name": name, "locale": locale},
                _("Choose one of list_templates with the status APPROVED, or create it and wait for Meta's review."),
                "template_name",
            )
        )
    return text


def number_for(template: Template, contact: Contact | None = None) -> Sender:
    """The number of the template's account that it goes out from: the one this person knows, else the oldest ready one.

    Raises Refused where the account has no number.
    """
    numbers = Sender.objects.filter(
        organisation=template.organisation_id, channel=Channel.WHATSAPP, account=template.account_id
    ).order_by("pk")
    ready = [number for number in numbers if number.status == "CONNECTED" and number.paused_at is None]
    if not numbers:
        raise Refused(Reason("sender_not_found", _("The template's account has no number to send from."),
                             _("Connect a number to the account."), "template_name"))  # fmt: skip
    known = Conversation.objects.filter(contact=contact, sender__in=ready).order_by("-opened_at").first()
    if contact is not None and known is not None:
        return known.sender
    return ready[0] if ready else numbers[0]


def variables_in_order(text: TemplateTranslation, given: Sequence[str]) -> list[dict[str, str]]:
    """The variables of this text, filled one after the other as they are read. Raises Refused where the count differs.

    What is given goes to the template as it is: the same for everybody.
    """
    names = names_needed(Definition.model_validate(text.definition))
    if len(names) != len(given):
        counts = {"needed": len(names), "names": ", ".join(names) or "–", "given": len(given)}
        raise Refused(
            Reason(
                "variables_do_not_match",
                _("The template has %(needed)d variables (%(names)s), and %(given)d were given.") % counts,
                _("Give a JSON array with one text for each variable, in this order."),
                "variables",
            )
        )
    return [{"name": name, "source": "text", "text": said} for name, said in zip(names, given, strict=True)]


def _in_language(usable: Sequence[TemplateTranslation], locale: str) -> TemplateTranslation | None:
    wanted = language_code(locale) or locale
    exact = [one for one in usable if wanted in (one.language, language_code(one.language))]
    alike = [one for one in usable if one.language.partition("_")[0] == wanted]
    return next(iter(exact), alike[0] if len(alike) == 1 else None)
