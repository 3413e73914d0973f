"""A template on its way to Meta's review: each language as the phone shows it, beside what was approved before."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from approvals.admin.panels import Panel, Reading
from messaging.admin.bubbles import bubble_of
from messaging.admin.header_files import with_file
from messaging.models import Category, TemplateTranslation, WhatsAppAccount
from messaging.whatsapp.review.contract import TemplateContract


def template_panels(reading: Reading, contract: TemplateContract) -> Iterator[Panel]:
    known = _known(reading, contract)
    shown = []
    for text in contract.texts:
        proposed = TemplateTranslation(language=text.language, definition=text.definition)
        house = reading.actor.organisation.pk
        now = with_file(bubble_of(proposed, None, text.language, str(_("proposed, with its sample values"))), house)
        kept = known.get(text.language)
        changed = kept is not None and kept.digest != text.digest
        before = (
            with_file(bubble_of(kept, None, text.language, str(_("as it is now"))), house) if kept and changed else None
        )
        shown.append({"now": now, "before": before, "is_new": kept is None, "same": kept is not None and not changed})
    yield Panel(_("What people would read"), "desk/panel_template.html", {"shown": shown, "contract": contract}, "chat")
    account = WhatsAppAccount.objects.filter(pk=contract.account_id, organisation=reading.actor.organisation).first()
    facts = [
        (_("Category"), Category(contract.category).label),
        (_("Read by who has no other language"), contract.default_language),
        (_("WhatsApp account"), account or "–"),
    ]
    yield Panel(_("What Meta is told of it"), "desk/panel_facts.html", {"facts": facts}, "rule")
    if contract.findings:
        yield Panel(
            _("What the check of the texts found"),
            "desk/panel_findings.html",
            {"findings": sorted(contract.findings, key=lambda one: one.severity)},
            "spellcheck",
        )


def _known(reading: Reading, contract: TemplateContract) -> dict[str, TemplateTranslation]:
    rows = TemplateTranslation.objects.filter(
        template__account=contract.account_id,
        template__name=contract.name,
        organisation=reading.actor.organisation,
    )
    return {row.language: row for row in rows}
