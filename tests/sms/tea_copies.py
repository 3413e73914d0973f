"""A reusable text of Harbour Tea, and what is asked to keep it."""

from typing import Any

from accounts.models import Organisation
from approvals.canonical import seal_of
from approvals.versions import token_of
from messaging.models import Channel, Template, TemplateTranslation
from sms.models import TextTerms
from tests.factories import NOON


def copy_of(organisation: Organisation, name: str = "Spring tea, short") -> Template:
    """A reusable text in two languages."""
    own, dates = {"organisation": organisation}, {"created_at": NOON, "updated_at": NOON}
    template = Template.objects.create(
        channel=Channel.SMS, name=name, category="marketing", default_language="en", **own, **dates
    )
    terms = {"purpose": "News of the season", "brand": "", "most_parts": 2}
    opt_outs = {"en": "Stop: 21234567", "zh_hk": "取消 21234567"}
    TextTerms.objects.create(template=template, opt_outs=opt_outs, **terms, **own)
    texts = {
        "en": "Harbour Tea: {{name}}, spring tea is in. Stop: 21234567",
        "zh_hk": "海港茶：春茶到了。取消 21234567",
    }
    for language, text in texts.items():
        definition = {"text": text}
        TemplateTranslation.objects.create(
            template=template, language=language, definition=definition, digest=seal_of(definition), status="APPROVED",
            **own,
        )  # fmt: skip
    return template


def copy_ask(template: Template | None = None, **changed: Any) -> dict[str, Any]:
    """The arguments of sms_marketing.templates.save that keep `copy_of` as it is, or make it anew."""
    edited = {"template_id": str(template.pk), "base_version_token": token_of(template)} if template else {}
    return {
        "name": template.name if template else "Spring tea, short",
        "purpose": "News of the season",
        "category": "marketing",
        "texts": {
            "en": "Harbour Tea: {{name}}, spring tea is in. Stop: 21234567",
            "zh_hk": "海港茶：春茶到了。取消 21234567",
        },
        "default_language": "en",
        "opt_outs": {"en": "Stop: 21234567", "zh_hk": "取消 21234567"},
        "most_parts": 2,
        **edited,
        **changed,
    }
