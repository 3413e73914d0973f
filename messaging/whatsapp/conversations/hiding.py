"""What was asked for about a conversation is known to whoever may know of the conversation, and to who asked."""

from django.db.models import Q, UUIDField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from accounts.actor import Actor
from accounts.roles import SERVE
from approvals.hidden import Requests, register_hiding
from approvals.registry import registry
from messaging.models import Conversation
from messaging.whatsapp.conversations.visible import sees_all, visible_to

_NAMED = "conversation_id"


def hide_requests(actor: Actor, requests: Requests) -> Requests:
    """Leave out requests whose contract names a conversation that the actor does not see to."""
    if sees_all(actor):
        return requests
    about = [tool.name for tool in registry.tools.values() if tool.contract and _NAMED in tool.contract.model_fields]
    seen = visible_to(actor) if actor.can(SERVE) else Conversation.objects.none()
    asked = Q(requester=actor.principal) | Q(owner=actor.owner, owner__isnull=False)
    named = requests.alias(conversation=Cast(KeyTextTransform(_NAMED, "preview__contract"), UUIDField()))
    about_none = ~Q(tool__in=about) | Q(conversation__isnull=True)
    return named.filter(about_none | asked | Q(conversation__in=seen.values("pk")))


register_hiding(hide_requests)
