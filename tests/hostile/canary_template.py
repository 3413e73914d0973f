"""The template with which the canaries' story writes to people."""

from typing import Any

from messaging.carriers import carrier
from messaging.models import Sender, TemplateTranslation
from messaging.whatsapp.templates.definition import Definition
from messaging.whatsapp.templates.meta import to_meta
from tests.factories import (
    TemplateFactory,
    TemplateTranslationFactory,
)

BODY = "Hello {{1}}, your code is {{2}}. Reply STOP to opt out."


def approved_template(sender: Sender) -> TemplateTranslation:
    template = TemplateFactory(account=sender.account, name="spring_tea")
    definition = {
        "name": "spring_tea", "language": "en", "category": "MARKETING", "style": "POSITIONAL",
        "body": {"text": BODY, "examples": {"1": "Mei", "2": "A-1"}},
    }  # fmt: skip
    api: Any = carrier("whatsapp").api(sender.account)  # type: ignore[attr-defined]
    made = api.create_template(sender.account.waba_id, to_meta(Definition.model_validate(definition)))
    translation: TemplateTranslation = TemplateTranslationFactory(
        template=template, definition=definition, meta_id=made.id
    )
    return translation
