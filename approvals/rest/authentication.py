"""Who is asking: an agent by its key, a person by the desk's session. Nothing else opens the door."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.actor import Actor, Face
from accounts.credentials import agent_for_key
from accounts.models import Person


class ByAgentKey(BaseAuthentication):
    """`Authorization: Bearer cs_...`. The user stays anonymous: an agent is nobody's session, not even its owner's."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, Actor] | None:
        scheme, _space, key = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        agent = agent_for_key(key.strip().decode("latin-1"), timezone.now())
        if agent is None:
            raise AuthenticationFailed(_("This key is unknown, disabled, or its owner is no longer active."))
        return AnonymousUser(), Actor.of_agent(agent, Face.REST)

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="countersign"'


class BySession(SessionAuthentication):
    """Somebody signed in at the desk, with Django's CSRF check on everything that is not safe."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        found = super().authenticate(request)
        if found is None:
            return None
        person = found[0]
        assert isinstance(person, Person)
        if person.organisation is None:
            raise PermissionDenied(_("You belong to no organisation, so there is nothing here that you may use."))
        return person, Actor.of_person(person, Face.REST)


class ActorIsKnown(BasePermission):
    """Nobody asks anonymously. What the actor may use is the door's business."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return isinstance(request.auth, Actor)
