"""The queues and templates that a flow names: whether they are there, and may be used."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from accounts.models import Organisation
from accounts.roles import CONFIGURATION
from messaging.models import Category, Channel, Queue, TemplateTranslation
from messaging.whatsapp.automation.definition import Assign, FlowDefinition, Handover, TemplateNode
from messaging.whatsapp.automation.graph import ARROW, paths_from_start
from messaging.whatsapp.conversations.visible import queues_visible_to
from messaging.whatsapp.templates.definition import Definition
from messaging.whatsapp.templates.findings import Finding
from messaging.whatsapp.templates.named_values import names_needed


def queues_for(actor: Actor) -> QuerySet[Queue]:
    """The queues that this actor may route to: all but the restricted ones that they may not know of."""
    own = Queue.objects.filter(organisation=actor.organisation)
    return own.filter(Q(is_restricted=False) | Q(pk__in=queues_visible_to(actor)))


def shown_to(actor: Actor, definition: dict[str, Any]) -> dict[str, Any]:
    """A flow's definition; for whoever may not see the configuration without the queues that it routes to."""
    if actor.can(CONFIGURATION):
        return definition
    nodes = {
        name: {**node, "queue": "••••"} if node.get("queue") else node for name, node in definition["nodes"].items()
    }
    return {**definition, "nodes": nodes}


def translations_named(
    organisation: Organisation, template: str, language: str, account: UUID | None = None
) -> QuerySet[TemplateTranslation]:
    """The texts of this name and language; of one account, where it is given."""
    found = TemplateTranslation.objects.select_related("template").filter(
        organisation=organisation, template__name=template, template__channel=Channel.WHATSAPP, language=language
    )
    return found.filter(template__account=account) if account else found


def check_names(definition: FlowDefinition, organisation: Organisation, queues: QuerySet[Queue]) -> Iterator[Finding]:
    """What of it is not there, or may not be said by itself."""
    paths = paths_from_start(definition) if definition.start in definition.nodes else {}
    known = set(queues.values_list("name", flat=True))
    for name, node in definition.nodes.items():
        where = ARROW.join(paths.get(name, (name,)))
        if isinstance(node, Assign | Handover) and node.queue and node.queue not in known:
            text = format_lazy(_("There is no queue “{queue}”."), queue=node.queue)
            yield Finding("queue_not_found", where, text, _("Name a queue that there is."))
        elif isinstance(node, TemplateNode):
            yield from _check_template(node, organisation, where)


def why_not_said(translation: TemplateTranslation, node: TemplateNode) -> tuple[str, str | Promise] | None:
    """Code and words of why this text may not be said by a flow; None when it may."""
    if not translation.is_sendable:
        return "template_not_approved", _("The template is not approved by Meta.")
    if translation.category != Category.UTILITY:
        return "template_not_utility", _(
            "Only utility templates answer by themselves; Meta charges this one otherwise."
        )
    if set(names_needed(Definition.model_validate(translation.definition))) != set(node.values):
        return "template_values", _("The values are not those that the template needs.")
    return None


def _check_template(node: TemplateNode, organisation: Organisation, where: str) -> Iterator[Finding]:
    found = list(translations_named(organisation, node.template, node.language))
    if not found:
        text = format_lazy(_("There is no template “{template}” in {language}."), template=node.template,
                           language=node.language)  # fmt: skip
        yield Finding("template_not_found", where, text, _("Name one of whatsapp.templates.list."))
    for translation in found:
        against = why_not_said(translation, node)
        if against is not None:
            yield Finding(against[0], where, against[1], _("Use an approved utility template with all its values."))
