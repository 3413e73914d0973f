"""What a node says, as the Cloud API takes it. Source: Meta, "Interactive messages"."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from approvals.reasons import Reason, Refused
from messaging.models import Conversation, FlowVersion
from messaging.whatsapp.automation.definition import Buttons, FlowDefinition, Menu, TemplateNode, text_of
from messaging.whatsapp.automation.names import translations_named, why_not_said
from messaging.whatsapp.automation.walking import choice_id
from messaging.whatsapp.templates.build import message_body
from messaging.whatsapp.templates.definition import Definition
from messaging.whatsapp.templates.named_values import values_of

Body = dict[str, Any]


def body_of(version: FlowVersion, name: str, conversation: Conversation) -> Body:
    """What this node of the version says in the conversation. Raises Refused for a template that may not be said."""
    node = FlowDefinition.model_validate(version.definition).nodes[name]
    if isinstance(node, TemplateNode):
        return _template(node, conversation)
    if isinstance(node, Buttons):
        buttons = [{"type": "reply", "reply": {"id": choice_id(name, index), "title": choice.title}}
                   for index, choice in enumerate(node.choices)]  # fmt: skip
        return _interactive("button", node.text, {"buttons": buttons})
    if isinstance(node, Menu):
        return _interactive("list", node.text, {"button": node.button, "sections": [{"rows": _rows(name, node)}]})
    return text_body(text_of(node))


def text_body(text: str) -> Body:
    return {"type": "text", "text": {"body": text, "preview_url": False}}


def _interactive(kind: str, text: str, action: Body) -> Body:
    return {"type": "interactive", "interactive": {"type": kind, "body": {"text": text}, "action": action}}


def _rows(name: str, node: Menu) -> list[Body]:
    rows = []
    for index, row in enumerate(node.choices):
        described = {"description": row.description} if row.description else {}
        rows.append({"id": choice_id(name, index), "title": row.title, **described})
    return rows


def _template(node: TemplateNode, conversation: Conversation) -> Body:
    account = conversation.sender.account_id
    found = translations_named(conversation.organisation, node.template, node.language, account).first()
    fix = _("Have the flow approved with a template that may be sent.")
    if found is None:
        raise Refused(Reason("template_not_found", _("The template is gone."), fix))
    against = why_not_said(found, node)
    if against is not None:
        raise Refused(Reason(against[0], against[1], fix))
    definition = Definition.model_validate(found.definition)
    return message_body(definition, values_of(definition, node.values))
