"""Checking a template as Meta would, and freezing its texts."""

from collections.abc import Iterator
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from accounts.models import Organisation
from approvals.reasons import Reason, Refused, refuse_if_any
from approvals.registry import Call
from approvals.versions import check_token
from messaging.models import Template, WhatsAppAccount
from messaging.whatsapp.review.contract import FindingPart, TemplateAsk, TemplateContract, TextPart, TranslationAsk
from messaging.whatsapp.templates.definition import Category, Definition, digest
from messaging.whatsapp.templates.rules import check


def preview_template(call: Call, ask: TemplateAsk) -> TemplateContract:
    account = _account(call.organisation, ask.account_id)
    refuse_if_any(_reasons(ask))
    template = Template.objects.filter(account=account, name=ask.name).first()
    if template is not None:
        check_token(template, ask.base_version_token)
    definitions = [_definition(ask, text) for text in ask.translations]
    return TemplateContract(
        name=ask.name,
        category=ask.category,
        default_language=ask.default_language,
        account_id=account.pk,
        template_id=template.pk if template else None,
        base_version=template.version if template else 0,
        texts=[
            TextPart(language=one.language, definition=one.model_dump(mode="json"), digest=digest(one))
            for one in definitions
        ],
        findings=[found for one in definitions for found in _findings(one)],
    )


def _definition(ask: TemplateAsk, text: TranslationAsk) -> Definition:
    return Definition(
        name=ask.name,
        language=text.language,
        category=Category(ask.category.upper()),
        style=text.style,
        header=text.header,
        body=text.body,
        footer=text.footer,
        buttons=tuple(text.buttons),
    )


def _findings(definition: Definition) -> Iterator[FindingPart]:
    with override("en"):  # the contract must not depend on the language of whoever asked
        for finding in check(definition):
            yield FindingPart(language=definition.language, **finding.as_dict())


def _reasons(ask: TemplateAsk) -> Iterator[Reason]:
    languages = [text.language for text in ask.translations]
    if len(set(languages)) < len(languages):
        yield Reason("language_twice", _("A language occurs twice."), _("Give one text a language."), "translations")
    if ask.default_language not in languages:
        yield Reason("default_language_missing", _("There is no text in the default language."),
                     _("Add one, or choose another default."), "default_language")  # fmt: skip


def _account(organisation: Organisation, account_id: UUID | None) -> WhatsAppAccount:
    accounts = WhatsAppAccount.objects.filter(organisation=organisation)
    found = list(accounts.filter(pk=account_id)) if account_id else list(accounts[:2])
    if len(found) != 1:
        text = _("There is no such WhatsApp account.") if account_id or not found else _("Say which WhatsApp account.")
        raise Refused(Reason("account_not_found", text, _("Use an id of whatsapp.config.get."), "account_id"))
    return found[0]
