"""The small forms of a conversation's page. The tools behind them have the last word."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from accounts.models import Person
from accounts.roles import SCOPES_OF_ROLE, SERVE
from messaging.models import Conversation
from messaging.whatsapp.conversations.visible import queues_visible_to

_SERVING = [role for role, scopes in SCOPES_OF_ROLE.items() if SERVE in scopes]
LONGEST_TEXT = 4096  # letters; Meta, text messages


def new_key() -> str:
    """Names one wish: pressing the button twice asks once."""
    return f"desk-{uuid4()}"


class DeedForm(forms.Form):
    """A form about one conversation, filled in by one person."""

    key = forms.CharField(widget=forms.HiddenInput, initial=new_key, max_length=60)

    def __init__(self, *args: Any, conversation: Conversation, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conversation, self.actor = conversation, actor


class ReplyForm(DeedForm):
    text = forms.CharField(
        label=_("Your reply"), max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": _("The customer reads this.")}),
    )  # fmt: skip


class NoteForm(DeedForm):
    text = forms.CharField(
        label=_("Note for the team"), max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": _("Only the team sees this.")}),
    )  # fmt: skip


class AssignForm(DeedForm):
    queue = forms.ModelChoiceField(label=_("Queue"), queryset=None)
    owner = forms.ModelChoiceField(label=_("Owner"), queryset=None, required=False, empty_label=_("nobody"))
    note = forms.CharField(label=_("Note for whoever takes it"), required=False, max_length=500)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Person.objects.filter(organisation=self.actor.organisation, is_active=True, role__in=_SERVING)
        self._choices("queue").queryset = queues_visible_to(self.actor).order_by("name")
        self._choices("owner").queryset = people.order_by("first_name", "username")
        self.fields["queue"].initial = self.conversation.queue_id
        self.fields["owner"].initial = self.conversation.owner_id

    def _choices(self, name: str) -> "forms.ModelChoiceField[Any]":
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        return field


class TakeForm(DeedForm):
    """Mine from now on. Nothing to fill in."""


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
    follow_up_at = forms.DateTimeField(
        label=_("Follow up at"), required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )  # fmt: skip


class ReadForm(forms.Form):
    """The newest message that was on the screen."""

    last_heard = forms.IntegerField(min_value=0)
