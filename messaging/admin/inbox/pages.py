"""The answers of a conversation's page: the whole of it, what of it is new, and what became of one of its forms."""

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.admin import ReadOnly, actor_of
from approvals.reasons import Reason, Refused
from approvals.versions import token_of
from messaging.admin.inbox.about_contact import about_contact, seen_facts
from messaging.admin.inbox.clocks import promise_of, window_of
from messaging.admin.inbox.deeds import DEEDS, Deed, Said
from messaging.admin.inbox.forms import ReadForm
from messaging.admin.inbox.thread import thread_of
from messaging.models import Conversation
from messaging.whatsapp.conversations.reading import mark_read
from messaging.whatsapp.conversations.windows import is_open
from messaging.whatsapp.media.references import LASTS

_THREAD = "admin/messaging/conversation/thread.html"
_NEWS = "admin/messaging/conversation/news.html"
NOTHING_NEW = 204  # htmx leaves the page as it is
NOT_DONE = 422
KEPT = 202  # understood, and what was typed stays in the window
_FILES_ANEW = LASTS.total_seconds() / 2


class ThreadPages(ReadOnly):
    """One conversation: GET shows it, each form has an address of its own that takes a POST."""

    def get_urls(self) -> list[URLPattern]:
        named = {"news": self.news_view, "read": self.read_view, **dict.fromkeys(DEEDS, self.deed_view)}
        own = [
            path(
                f"<uuid:object_id>/{name}/",
                self.admin_site.admin_view(view),
                {"deed": name} if name in DEEDS else {},
                name=f"messaging_conversation_{name}",
            )
            for name, view in named.items()
        ]
        return [*own, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET"])
        conversation = self.find(request, object_id)
        return TemplateResponse(request, _THREAD, self._page(request, conversation))

    def news_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What of the page lives, if any of it differs from what the page says it has seen."""
        conversation = self.find(request, str(object_id))
        live = self._live(request, conversation, timezone.now())
        if request.GET.get("seen") == live["seen"]:
            return HttpResponse(status=NOTHING_NEW)
        return TemplateResponse(request, _NEWS, live)

    def read_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        conversation = self.find(request, str(object_id))
        form = ReadForm(request.POST)
        if request.method != "POST" or not form.is_valid():
            return HttpResponseNotAllowed(["POST"])
        mark_read(conversation, form.cleaned_data["last_heard"])
        if not _is_htmx(request):
            return _to(conversation)
        return HttpResponse(status=NOTHING_NEW, headers={"HX-Trigger": "cs-news"})

    def deed_view(self, request: HttpRequest, object_id: str, deed: str) -> HttpResponse:
        """Do what the form asks. A no stands where the form is, with all that was typed."""
        conversation = self.find(request, str(object_id))
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        wish, actor, now = DEEDS[deed], actor_of(request), timezone.now()
        form = wish.filled(conversation, actor, request.POST, request.FILES)
        reasons: tuple[Reason, ...] = ()
        try:
            said = wish.do(conversation, form.cleaned_data, actor, now) if form.is_valid() else None
        except Refused as no:
            form.remember()
            said, reasons = None, no.reasons
        if said is None:
            return self._not_done(request, conversation, wish, form, reasons)
        if not _is_htmx(request):
            return self._done(request, conversation, wish, said)
        conversation = self.get_object(request, str(object_id))
        if conversation is None:  # handed to a queue that one does not see oneself
            away = reverse("admin:messaging_conversation_changelist")
            return HttpResponse(status=NOTHING_NEW, headers={"HX-Redirect": away})
        fresh = wish.filled(conversation, actor, kept=said.kept)
        answer = self._form(request, conversation, wish, fresh, status=KEPT if said.kept else 200, said=said)
        answer["HX-Trigger"] = "cs-news"
        return answer

    def _done(self, request: HttpRequest, conversation: Conversation, deed: Deed, said: Said) -> HttpResponse:
        """The answer to a browser without htmx: the page anew, with what is still to be used in its form."""
        messages.success(request, said.words)
        if not said.kept:
            return _to(conversation)
        page = self._page(request, conversation)
        page["forms"][deed.name]["form"] = deed.filled(conversation, actor_of(request), kept=said.kept)
        return TemplateResponse(request, _THREAD, page, status=KEPT)

    def _not_done(
        self, request: HttpRequest, conversation: Conversation, deed: Deed, form: Form, reasons: Iterable[Reason]
    ) -> HttpResponse:
        if _is_htmx(request):
            return self._form(request, conversation, deed, form, status=NOT_DONE, reasons=reasons)
        page = self._page(request, conversation)
        page["forms"][deed.name] |= {"form": form, "reasons": reasons}
        return TemplateResponse(request, _THREAD, page, status=NOT_DONE)

    def _form(
        self,
        request: HttpRequest,
        conversation: Conversation,
        deed: Deed,
        form: Form,
        *,
        status: int = 200,
        **said: Any,
    ) -> HttpResponse:
        context = {**_facts(conversation, timezone.now()), "deed": deed.name, "form": form, **said}
        return TemplateResponse(request, deed.template, context, status=status)

    def _page(self, request: HttpRequest, conversation: Conversation) -> dict[str, Any]:
        actor = actor_of(request)
        live = self._live(request, conversation, timezone.now())
        forms = {
            name: {"deed": name, "template": deed.template, "form": deed.filled(conversation, actor)}
            for name, deed in DEEDS.items()
        }
        return {
            **self.admin_site.each_context(request),
            **live,
            "title": live["about"].name,
            "opts": self.opts,
            "original": conversation,
            "forms": forms,
        }

    def _live(self, request: HttpRequest, conversation: Conversation, now: datetime) -> dict[str, Any]:
        """All of the page that may change while somebody looks at it; `seen` differs whenever any of it does."""
        before = _moment(request.GET.get("before", ""))
        thread = thread_of(conversation, actor_of(request), before)
        about = about_contact(conversation, actor_of(request), self.get_queryset(request))
        facts = _facts(conversation, now)
        tones = (facts["promise"].tone, str(facts["promise"].words), facts["window"].tone, str(facts["window"].words))
        # A new sign-in has a new token, which the page is to learn.
        token = request.META.get("CSRF_COOKIE")
        # References to files are good for some minutes: a page that lies open gets new ones in time.
        files = now.timestamp() // _FILES_ANEW if any(entry.files for entry in thread.entries) else 0
        seen = repr((token, files, thread, seen_facts(about), tones, conversation.unread, conversation.version,
                     conversation.labels, conversation.queue.name, str(conversation.owner),
                     conversation.concern))  # fmt: skip
        return {
            **facts,
            "thread": thread,
            "about": about,
            "before": before,
            "seen": sha256(seen.encode()).hexdigest()[:16],
        }


def _facts(conversation: Conversation, now: datetime) -> dict[str, Any]:
    return {
        "conversation": conversation,
        "now": now,
        "version": token_of(conversation),
        "window": window_of(conversation, now),
        "promise": promise_of(conversation, now),
        "may_answer": conversation.state == Conversation.State.OPEN and is_open(conversation, now),
    }


def _moment(said: str) -> datetime | None:
    """The moment in the address; whatever is none is taken for none."""
    try:
        moment = parse_datetime(said)
    except ValueError:
        return None
    return moment if moment is None or timezone.is_aware(moment) else None


def _is_htmx(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def _to(conversation: Conversation) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:messaging_conversation_change", args=(conversation.pk,)))
