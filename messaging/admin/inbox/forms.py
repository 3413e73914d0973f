"""The small forms of a conversation's page. The tools behind them have the last word."""

from typing import Any
from uuid import uuid4

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from accounts.models import Person
from accounts.roles import SCOPES_OF_ROLE, SERVE
from approvals.versions import token_of
from messaging.models import Conversation, MediaAsset, Queue
from messaging.whatsapp.conversations.visible import queues_visible_to

_SERVING = [role for role, scopes in SCOPES_OF_ROLE.items() if SERVE in scopes]
LONGEST_TEXT = 4096  # letters; Meta, text messages


def new_key() -> str:
    """Names one wish: pressing the button twice asks once."""
    return f"desk-{uuid4()}"


class DeedForm(forms.Form):
    """A form about one conversation, filled in by one person."""

    key = forms.CharField(widget=forms.HiddenInput, initial=new_key, max_length=60)

    # The conversation as whoever fills this in has seen it.
    version = forms.CharField(widget=forms.HiddenInput, max_length=60)

    def __init__(self, *args: Any, conversation: Conversation, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conversation, self.actor = conversation, actor
        self.fields["version"].initial = token_of(conversation)

    def remember(self) -> None:
        """Keep what was taken in of a wish that was refused. Most wishes are refused as a whole."""


class ReplyForm(DeedForm):
    """Words, or a file with words beside it; `quotes` is the customer's message that it answers."""

    quotes = forms.UUIDField(required=False, widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("Your reply"), max_length=LONGEST_TEXT, required=False,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": _("The customer reads this.")}),
    )  # fmt: skip
    asset = forms.ModelChoiceField(
        label=_("File"), queryset=MediaAsset.objects.none(), required=False, empty_label=_("none")
    )
    upload = forms.FileField(
        label=_("A file of yours"), required=False, widget=forms.FileInput,
        help_text=_("For this conversation alone. It is scanned, and pictures lose place, camera and comments."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        here = Q(conversation=None) | Q(conversation=self.conversation)
        files = MediaAsset.objects.filter(
            here, organisation=self.actor.organisation, state=MediaAsset.State.APPROVED, origin=MediaAsset.Origin.UPLOAD
        )
        choices_of(self, "asset").queryset = files.order_by("name")

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        if not (typed.get("text", "").strip() or typed.get("asset") or typed.get("upload") or self.has_error("upload")):
            self.add_error("text", _("Write something, or choose a file."))
        if typed.get("asset") and typed.get("upload"):
            self.add_error("upload", _("One file at a time: choose one, or hand one in."))
        return typed

    def remember(self) -> None:
        """A file that was handed in is here: it stays chosen, as the browser would not send it again."""
        asset = self.cleaned_data.get("asset")
        if asset is not None:
            self.data = {name: self.data[name] for name in self.data} | {"asset": str(asset.pk)}


class NoteForm(DeedForm):
    text = forms.CharField(
        label=_("Note for the team"), max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": _("Only the team sees this.")}),
    )  # fmt: skip


class AssignForm(DeedForm):
    queue = forms.ModelChoiceField(label=_("Queue"), queryset=Queue.objects.none())
    owner = forms.ModelChoiceField(
        label=_("Owner"), queryset=Person.objects.none(), required=False, empty_label=_("nobody")
    )
    note = forms.CharField(label=_("Note for whoever takes it"), required=False, max_length=500)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Person.objects.filter(organisation=self.actor.organisation, is_active=True, role__in=_SERVING)
        choices_of(self, "queue").queryset = queues_visible_to(self.actor).order_by("name")
        choices_of(self, "owner").queryset = people.order_by("first_name", "username")
        self.fields["queue"].initial = self.conversation.queue_id
        self.fields["owner"].initial = self.conversation.owner_id


class TakeForm(DeedForm):
    """Mine from now on. Nothing to fill in."""


class ConcernForm(DeedForm):
    concern = forms.ChoiceField(label=_("What it is about"), choices=Conversation.Concern.choices)
    note = forms.CharField(label=_("Note for the team"), required=False, max_length=500)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["concern"].initial = self.conversation.concern

    def clean_concern(self) -> str:
        chosen: str = self.cleaned_data["concern"]
        if chosen == self.conversation.concern:
            raise forms.ValidationError(_("That is what it counts as already."))
        return chosen


class LabelsForm(DeedForm):
    labels = forms.CharField(
        label=_("Labels"), required=False, max_length=600, help_text=_("With commas between them.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["labels"].initial = ", ".join(self.conversation.labels)

    def clean_labels(self) -> list[str]:
        said = (" ".join(one.split()) for one in self.cleaned_data["labels"].split(","))
        return list(dict.fromkeys(one for one in said if one))


class CloseForm(DeedForm):
    outcome = forms.CharField(label=_("How it ended"), min_length=3, max_length=300)
    leaves_unanswered = forms.BooleanField(label=_("The last word needs no answer"), required=False)
    follow_up_at = forms.DateTimeField(
        label=_("Follow up at"), required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )  # fmt: skip


class ReadForm(forms.Form):
    """The newest message that was on the screen."""

    last_heard = forms.IntegerField(min_value=0)


def choices_of(form: forms.Form, name: str) -> "forms.ModelChoiceField[Any]":
    """A field of the form whose rows are chosen for whoever fills it in."""
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    return field
