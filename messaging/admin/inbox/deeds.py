"""What a person does in a conversation. Each form asks for it through the one door, with the tools that agents use."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actor import Actor
from approvals.calls import call
from approvals.envelope import Envelope
from approvals.models import IdempotentCall, State
from approvals.reasons import Reason, Refused
from messaging.admin.handing_in import hand_in
from messaging.admin.inbox.forms import (
    AssignForm,
    CloseForm,
    ConcernForm,
    DeedForm,
    LabelsForm,
    NoteForm,
    ReplyForm,
    TakeForm,
)
from messaging.models import Conversation, MediaAsset
from messaging.whatsapp.conversations.history import note_down

_FOLDER = "admin/messaging/conversation"


@dataclass(frozen=True, slots=True)
class Said:
    """What became of it. `request` leads to the page of what waits for somebody, else it is empty.

    `kept` is what was typed and not used yet: it stands in the form again.
    """

    words: str
    request: str = ""
    kept: Mapping[str, Any] | None = None


Done = Callable[[Conversation, dict[str, Any], Actor, datetime], Said]


@dataclass(frozen=True, slots=True)
class Deed:
    """One form of the page. `do` raises Refused, and then nothing was changed."""

    name: str
    form: type[DeedForm]
    do: Done

    def filled(
        self,
        conversation: Conversation,
        actor: Actor,
        posted: Any = None,
        files: Any = None,
        kept: Mapping[str, Any] | None = None,
    ) -> DeedForm:
        """The form with what was posted, or as it is first shown. Its ids are its own: several stand on one page."""
        return self.form(
            posted, files, initial=kept, conversation=conversation, actor=actor, auto_id=f"cs-{self.name}-%s"
        )

    @property
    def template(self) -> str:
        return f"{_FOLDER}/{self.name}.html"


def reply(conversation: Conversation, typed: dict[str, Any], actor: Actor, now: datetime) -> Said:
    """Answer the customer: previewed and asked for in one go, as what was typed is what was meant.

    A file from the browser is handed in first. While it waits for somebody, so does the answer, in its form.
    """
    if typed["upload"]:
        handed = hand_in(typed["upload"], "", actor, now, conversation, key=f"{typed['key']}-file")
        if handed.waits:
            words = _("The file waits for a countersignature. Nothing was sent: choose the file here once it has one.")
            return Said(words, handed.request_id, {"text": typed["text"], "quotes": typed["quotes"]})
        typed |= {"asset": handed.asset, "upload": None}
    preview_id = _first_preview(typed, actor)
    if not preview_id:
        asked = {"conversation_id": str(conversation.pk), "message": _message(typed)}
        if typed["quotes"]:
            asked["quotes"] = str(typed["quotes"])
        preview_id = str(call("whatsapp.session_message.preview", asked, actor, now).preview_id)
    answer = _ask("whatsapp.session_message.send", typed, actor, now, _("A reply written at the desk."),
                  preview_id=preview_id)  # fmt: skip
    return _told(answer, _("On its way to the customer."))


def note(conversation: Conversation, typed: dict[str, Any], actor: Actor, now: datetime) -> Said:
    """No tool writes notes: a person does, and no road leads from there to the customer."""
    with transaction.atomic():
        note_down(conversation, typed["text"], actor, now)
    return Said(_("Noted. Only the team sees it."))


def assign(conversation: Conversation, typed: dict[str, Any], actor: Actor, now: datetime) -> Said:
    owner = typed["owner"]
    return _hand_over(conversation, typed, str(typed["queue"].pk), str(owner.pk) if owner else None, actor, now)


def take(conversation: Conversation, typed: dict[str, Any], actor: Actor, now: datetime) -> Said:
    assert actor.person is not None
    return _hand_over(conversation, typed, str(conversation.queue_id), str(actor.person.pk), actor, now)


def concern(conversation: Conversation, typed: dict[str, Any], actor: Actor, now: datetime) -> Said:
    """Say what it is about. It stays where it is, with whom it is."""
    owner = str(conversation.owner_id) if conversation.owner_id else None
    return _hand_over(conversation, typed, None, owner, actor, now)


def labels(conversation: Conversation, typed: dict[str, Any], actor: Actor, now: datetime) -> Said:
    wanted, had = set(typed["labels"]), set(conversation.labels)
    answer = _ask("whatsapp.tag.apply", typed, actor, now, _("Labelled at the desk."),
                  conversation_ids=[str(conversation.pk)], add=sorted(wanted - had),
                  remove=sorted(had - wanted), base_version_token=typed["version"])  # fmt: skip
    return _told(answer, _("Labelled."))


def close(conversation: Conversation, typed: dict[str, Any], actor: Actor, now: datetime) -> Said:
    follow_up = typed["follow_up_at"]
    answer = _ask("whatsapp.conversation.close", typed, actor, now, typed["outcome"],
                  conversation_id=str(conversation.pk), base_version_token=typed["version"], outcome=typed["outcome"],
                  follow_up_at=follow_up.isoformat() if follow_up else None,
                  leaves_unanswered=typed["leaves_unanswered"])  # fmt: skip
    return _told(answer, _("Closed. It opens again when the customer writes."))


def _hand_over(
    conversation: Conversation, typed: dict[str, Any], queue: str | None, owner: str | None, actor: Actor, now: datetime
) -> Said:
    preview = call(
        "whatsapp.handover.preview",
        {
            "conversation_ids": [str(conversation.pk)],
            "queue_id": queue,
            "owner_id": owner,
            "concern": typed.get("concern"),
            "note": typed.get("note", ""),
        },
        actor,
        now,
    )
    answer = _ask("whatsapp.conversation.assign", typed, actor, now, typed.get("note") or _("Assigned at the desk."),
                  preview_id=str(preview.preview_id))  # fmt: skip
    return _told(answer, _("Changed.") if typed.get("concern") else _("Assigned."))


def _ask(tool: str, typed: dict[str, Any], actor: Actor, now: datetime, reason: str, **arguments: Any) -> Envelope[Any]:
    return call(tool, {"idempotency_key": typed["key"], "reason": reason, **arguments}, actor, now)


def _message(typed: dict[str, Any]) -> dict[str, Any]:
    """What was typed, as the tool takes it. Raises Refused for words that would be lost on the way."""
    asset: MediaAsset | None = typed["asset"]
    if asset is None:
        return {"kind": "text", "text": typed["text"]}
    if asset.kind not in (MediaAsset.Kind.AUDIO, MediaAsset.Kind.STICKER):
        return {"kind": str(asset.kind), "asset_id": str(asset.pk), "caption": typed["text"]}
    if typed["text"].strip():
        fix = _("Send the file by itself, and the words as an answer of their own.")
        raise Refused(Reason("no_caption", _("A voice message and a sticker carry no words."), fix, "text"))
    return {"kind": str(asset.kind), "asset_id": str(asset.pk)}


def _first_preview(typed: dict[str, Any], actor: Actor) -> str:
    """The preview that this very form was sent with before, when its answer was lost on the way."""
    first = IdempotentCall.objects.filter(
        organisation=actor.organisation, principal=actor.principal, tool="whatsapp.session_message.send",
        key=typed["key"],
    ).select_related("request__preview").first()  # fmt: skip
    if first is None or first.request is None:
        return ""
    frozen = first.request.preview
    return str(frozen.pk) if _is_meant(frozen.contract, typed) else ""


def _is_meant(contract: Mapping[str, Any], typed: dict[str, Any]) -> bool:
    """Whether a frozen answer says what was typed, with the same file."""
    body: Mapping[str, Any] = contract.get("body") or {}
    content = body.get(str(body.get("type"))) or {}
    files = [str(typed["asset"].pk)] if typed["asset"] else []
    said = content.get("caption", "") if files else content.get("body", "")
    return said == typed["text"] and contract.get("asset_ids", []) == files


def _told(answer: Envelope[Any], done: str) -> Said:
    assert answer.request is not None
    if answer.request.state == State.PENDING:
        return Said(_("Waits for a countersignature. Nothing has happened yet."), str(answer.request.action_request_id))
    if answer.request.state in (State.SUCCEEDED, State.EXECUTING, State.APPROVED):
        return Said(done)
    return Said(answer.request.anything_sent, str(answer.request.action_request_id))


DEEDS = {
    deed.name: deed
    for deed in (
        Deed("reply", ReplyForm, reply),
        Deed("note", NoteForm, note),
        Deed("take", TakeForm, take),
        Deed("assign", AssignForm, assign),
        Deed("concern", ConcernForm, concern),
        Deed("labels", LabelsForm, labels),
        Deed("close", CloseForm, close),
    )
}
