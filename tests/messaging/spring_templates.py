"""A template of Harbour Tea on its way through the door."""

from typing import Any
from uuid import UUID, uuid4

from accounts.actor import Actor
from approvals.calls import call
from approvals.envelope import Envelope
from approvals.models import Policy
from tests.factories import NOON, harbour_tea

TEXT = "Hello {{1}}, spring tea is in."


def keep_drafts_at_once() -> None:
    Policy.objects.create(
        organisation=harbour_tea(), name="Drafts", tools="whatsapp.template_draft.upsert", outcome="automatic"
    )


def ask(text: str = TEXT, languages: tuple[str, ...] = ("en",), **changed: Any) -> dict[str, Any]:
    translations = [{"language": one, "body": {"text": text, "examples": {"1": "Mei"}}} for one in languages]
    named = {"name": "spring_tea", "category": "marketing", "default_language": languages[0]}
    return {**named, "translations": translations, **changed}


def preview(actor: Actor, *args: Any, **changed: Any) -> Envelope[Any]:
    return call("whatsapp.template_submit.preview", ask(*args, **changed), actor, NOON)


def write(tool: str, preview_id: UUID | None, actor: Actor) -> Envelope[Any]:
    arguments = {"preview_id": str(preview_id), "idempotency_key": f"key-{uuid4()}", "reason": "Spring is here."}
    return call(f"whatsapp.{tool}", arguments, actor, NOON)


def drafted(actor: Actor, *args: Any, **changed: Any) -> UUID | None:
    made = preview(actor, *args, **changed).preview_id
    kept = write("template_draft.upsert", made, actor)
    assert kept.request is not None
    assert kept.request.state == "succeeded", kept.warnings
    return made
