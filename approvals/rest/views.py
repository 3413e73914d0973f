"""The REST face: list the tools, describe one, use one. Every answer comes through the door."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from pydantic import BaseModel
from rest_framework.exceptions import NotFound
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.actor import Actor
from accounts.tenancy import confined_to
from approvals.arguments import read
from approvals.calls import call
from approvals.describing import described
from approvals.envelope import plain
from approvals.models import State
from approvals.reasons import Refused, scope_missing
from approvals.registry import registry, unknown_tool
from approvals.rest.authentication import ActorIsKnown, ByAgentKey, BySession
from approvals.rest.bodies import LengthMissing, StrictJSON
from approvals.rest.declared import Declared
from approvals.rest.openapi import document
from approvals.rest.problems import answer_for
from approvals.toolsets import offered_to

_STILL_TO_COME = frozenset({State.PENDING.value, State.APPROVED.value, State.EXECUTING.value})


class JSONAlways(BaseContentNegotiation):
    """There is one format, so the header Accept cannot be wrong."""

    def select_parser(self, request: Request, parsers: Any) -> BaseParser | None:
        sent = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == sent), None)

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type


@extend_schema(exclude=True)  # approvals.rest.openapi describes them, one path a tool or declared address
class RestView(APIView):
    """What all our views have: who may ask, what they may send, how a no looks."""

    authentication_classes = [ByAgentKey, BySession]
    permission_classes = [ActorIsKnown]
    parser_classes = [StrictJSON]
    content_negotiation_class = JSONAlways
    http_method_names = ["get", "head", "post"]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if "Transfer-Encoding" in request.headers and "Content-Length" not in request.headers:
            raise LengthMissing(_("A body without Content-Length is not read."))

    def get_exception_handler(self) -> Callable[[Exception, dict[str, Any]], Response | None]:
        return answer_for

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        finished = super().finalize_response(request, response, *args, **kwargs)
        finished["Cache-Control"] = "no-store"  # answers hold personal data
        return finished

    @property
    def actor(self) -> Actor:
        actor = self.request.auth
        assert isinstance(actor, Actor)
        return actor


class ToolList(RestView):
    """The tools that the caller can use."""

    def get(self, request: Request) -> Response:
        return Response({"tools": [described(tool).model_dump(mode="json") for tool in offered_to(self.actor)]})


class ToolUse(RestView):
    """One tool by its dotted name (the wire name is understood as well): GET describes it, POST uses it."""

    def get(self, request: Request, name: str) -> Response:
        tool = registry.get(name)
        if tool is None or tool not in offered_to(self.actor):
            raise Refused(unknown_tool(name))
        return Response(described(tool).model_dump(mode="json"))

    def post(self, request: Request, name: str) -> Response:
        envelope = call(name, request.data, self.actor, timezone.now())
        waits = envelope.request is not None and envelope.request.state in _STILL_TO_COME
        return Response(plain(envelope), status=202 if waits else 200)


class DeclaredView(RestView, ABC):
    """An address that is no tool: what the class declares is what is asked for, answered and described."""

    http_method_names = ["post"]
    declared: ClassVar[Declared]

    def post(self, request: Request) -> Response:
        actor, declared = self.actor, self.declared
        if not actor.can(declared.scope):
            raise Refused(scope_missing(request.path, declared.scope))
        ask = read(declared.takes, request.data)
        with confined_to(actor.organisation.pk):
            answer = self.carry_out(ask, actor, timezone.now())
        return Response(answer.model_dump(mode="json"), status=self.status_of(answer))

    @abstractmethod
    def carry_out(self, ask: Any, actor: Actor, now: datetime) -> BaseModel:
        """What is asked for, on the rows of the actor's organisation alone. Raises Refused."""

    def status_of(self, answer: Any) -> int:
        """One of the declared ones."""
        return 200


class Description(RestView):
    """The API described as OpenAPI 3.1, with the tools that the caller can use."""

    def get(self, request: Request) -> Response:
        return Response(document(request))


class NothingHere(RestView):
    """Every other address under /api/: errors have one shape, wrong addresses included."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise NotFound(_("There is nothing at this address."))
