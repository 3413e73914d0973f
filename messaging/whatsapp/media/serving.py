"""The page behind a signed reference: the bytes, for those who may see them, under headers that let nothing run."""

from typing import Any

from django.http import Http404, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.http import content_disposition_header
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.actor import Actor
from accounts.tenancy import confined_to
from approvals.rest.authentication import ActorIsKnown, ByAgentKey, BySession
from messaging.whatsapp.media.limits import TAKEN
from messaging.whatsapp.media.references import asset_of
from messaging.whatsapp.media.storing import MediaLost, read

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-store",
}


class MediaFile(APIView):
    """One file, to be saved: a browser shows pictures inside our own pages and opens nothing by itself."""

    authentication_classes = (ByAgentKey, BySession)
    permission_classes = (ActorIsKnown,)
    renderer_classes = (JSONRenderer,)
    schema: Any = None

    def get(self, request: Request, reference: str) -> HttpResponse:
        actor = request.auth
        assert isinstance(actor, Actor)
        with confined_to(actor.organisation.pk):
            asset = asset_of(reference, actor, timezone.now())
            if asset is None:
                raise Http404
        try:
            content = read(asset)
        except MediaLost as error:
            raise Http404 from error
        # What customers sent may be of any type; only those we know are named.
        content_type = asset.content_type if asset.content_type in TAKEN else "application/octet-stream"
        answer = HttpResponse(content, content_type=content_type)
        for name, value in _HEADERS.items():
            answer[name] = value
        answer["Content-Disposition"] = content_disposition_header(True, asset.file_name) or "attachment"
        return answer


urlpatterns = [path("<str:reference>/", MediaFile.as_view(), name="media")]
