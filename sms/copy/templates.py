"""Keeping a reusable text: checked, and nothing taken out of it that it has to hold."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from approvals.reasons import Reason, refuse_if_any
from approvals.registry import Call
from approvals.versions import check_token, edited_since, name_taken, token_of
from audit.record import record
from messaging.finding import find_own
from messaging.models import Category, Channel, Template
from sms.copy.contract import TemplateAsk, TemplateContract, TemplateKept
from sms.copy.texts import fold_language, folded, keep_texts, reasons_against, texts_of
from sms.models import TextTerms
from sms.text import UnsendableText, measure

WHERE = "sms_marketing.templates.list"


def reusable() -> dict[str, object]:
    """What sets templates apart from the texts of one campaign, as conditions on `Template`."""
    return {"channel": Channel.SMS, "campaign": None, "category__in": (Category.MARKETING, Category.UTILITY)}


def plan_template(call: Call, ask: TemplateAsk) -> TemplateContract:
    """The template as it would be kept. Raises Refused for what cannot be sent and for required words that miss."""
    template = None
    if ask.template_id is not None:
        template = find_own(Template, ask.template_id, call.organisation, "template_id", WHERE, **reusable())
        check_token(template, ask.base_version_token)
    texts, opt_outs = folded(ask.texts), folded(ask.opt_outs)
    refuse_if_any([*reasons_against(texts, ask.default_language), *_against_terms(ask, texts, opt_outs)])
    return TemplateContract(
        template_id=template.pk if template else None,
        base_version=template.version if template else 0,
        name=ask.name,
        purpose=ask.purpose,
        category=ask.category,
        texts=texts,
        texts_before=texts_of(template) if template else {},
        parts={language: measure(text).parts for language, text in texts.items()},
        default_language=fold_language(ask.default_language),
        brand=ask.brand,
        opt_outs=opt_outs,
        most_parts=ask.most_parts,
        compliance_changes=compliance_changes(ask.category, ask.brand, opt_outs, template),
    )


def _against_terms(ask: TemplateAsk, texts: Mapping[str, str], opt_outs: Mapping[str, str]) -> Iterator[Reason]:
    for language, text in texts.items():
        where = f"texts.{language}"
        if ask.brand and ask.brand not in text:
            yield Reason("brand_missing", _("The text does not hold the brand %s.") % ask.brand,
                         _("Name the brand in every language, spelled alike."), where)  # fmt: skip
        if ask.category == "marketing" and language not in opt_outs:
            yield Reason("opt_out_missing", _("This language does not say how to opt out."),
                         _("Give the words for it in opt_outs, as they stand in the text."),
                         f"opt_outs.{language}")  # fmt: skip
        elif opt_outs.get(language, "") not in text:
            yield Reason("opt_out_not_in_text", _("The words to opt out by are not in the text."),
                         _("Put them into the text as they stand in opt_outs."), where)  # fmt: skip
        try:
            parts = measure(text).parts
        except UnsendableText:
            continue  # said already, of the text itself
        if parts > ask.most_parts:
            yield Reason("too_long", ngettext_lazy("The text takes %(parts)d parts, and %(most)d is allowed.",
                                              "The text takes %(parts)d parts, and %(most)d are allowed.",
                                              "most") % {"parts": parts, "most": ask.most_parts},
                         _("Shorten it, or allow more parts."), where)  # fmt: skip
    for language in opt_outs.keys() - texts.keys():
        yield Reason("no_such_text", _("There is no text in this language."), _("Leave it out, or add the text."),
                     f"opt_outs.{language}")  # fmt: skip


def compliance_changes(category: str, brand: str, opt_outs: Mapping[str, str], template: Template | None) -> list[str]:
    """Which of brand, opt_outs and category are not what the template had; for a new one, what it begins with."""
    terms = TextTerms.objects.filter(template=template).first() if template is not None else None
    before = (terms.brand, terms.opt_outs) if terms is not None else ("", {})
    changed = []
    if brand != before[0]:
        changed.append("brand")
    if opt_outs != before[1]:
        changed.append("opt_outs")
    if template is not None and category != template.category:
        changed.append("category")
    return changed


def touches_compliance(contract: TemplateContract) -> bool:
    return bool(contract.compliance_changes)


@dataclass(frozen=True, slots=True)
class TemplateUnchanged:
    """Nobody edited the template, or took its name, since this was planned."""

    def __call__(self, call: Call, contract: TemplateContract) -> Iterator[Reason]:
        own = Template.objects.filter(organisation=call.organisation, channel=Channel.SMS)
        template = own.filter(pk=contract.template_id).first() if contract.template_id else None
        yield from edited_since(template, contract.base_version, _("The template has changed since this was planned."))
        namesakes = own.filter(name=contract.name)
        yield from name_taken(namesakes, contract.template_id, _("Another template has this name."))


def keep_template(call: Call, contract: TemplateContract) -> TemplateKept:
    own = {"organisation": call.organisation, "channel": Channel.SMS}
    if contract.template_id is None:
        template = Template(**own, version=1, created_at=call.now)
    else:
        template = Template.objects.select_for_update(of=("self",)).get(pk=contract.template_id, **own)
        # Asked again under the lock: of two edits at once one stands.
        refuse_if_any(TemplateUnchanged()(call, contract))
        template.version += 1
    template.name, template.category = contract.name, contract.category
    keep_texts(template, contract.texts, contract.default_language, call.now)
    terms = {
        "purpose": contract.purpose, "most_parts": contract.most_parts, "brand": contract.brand,
        "opt_outs": contract.opt_outs, "organisation": call.organisation,
    }  # fmt: skip
    TextTerms.objects.update_or_create(template=template, defaults=terms)
    request_id = call.request.pk if call.request else None
    record("sms.template_kept", template, call.actor, now=call.now, request_id=request_id, version=template.version)
    return TemplateKept(template_id=template.pk, version=template.version, version_token=token_of(template))
