"""sync_template_status and sync_webhooks: catching up with what Meta knows and we may have missed."""

from typing import Annotated, Any, Final
from uuid import uuid4

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from approvals.calls import call as use
from approvals.contracts import Answer, Ask
from approvals.envelope import Envelope
from approvals.models import State
from approvals.reasons import Reason, Refused
from approvals.registry import Call, Kind, tool
from messaging.inbox.bell import ring
from messaging.inbox.retry_contract import RetryAsk, RetryItem
from messaging.inbox.retrying import plan
from messaging.models import Channel, TemplateTranslation, TranslationStatus
from messaging.tools.meta.outcomes import ActionRequestId

_SYNC: Final = "whatsapp.template_status.sync"
_RETRY: Final = "whatsapp.webhook.retry"
# What applies nothing but the record of what was said and what arrived, and a customer's own no.
_HARMLESS: Final = ("status", "message", "nothing", "stop", "setting_stop")
_WHAT_TO_DO: Final = {
    TranslationStatus.REJECTED: gettext_lazy("Correct the text by the reason and submit it again."),
    TranslationStatus.PAUSED: gettext_lazy(
        "Send less of it and to people who want it; Meta lifts the first pauses by itself."
    ),
    TranslationStatus.DISABLED: gettext_lazy("Create a different template."),
}


class SyncTemplateAsk(Ask):
    template_name: Annotated[str, Field(min_length=1, max_length=512, description="The template's name at Meta.")]
    locale: Annotated[str, Field(min_length=2, max_length=16, description="Its language, such as en or zh_HK.")] = "en"


class SyncedTemplate(Answer):
    template_name: Annotated[str, Field(description="The template.")]
    locale: Annotated[str, Field(description="Its language.")]
    status: Annotated[str, Field(description="Where its review stands; only APPROVED and FLAGGED can be sent.")]
    category: Annotated[str, Field(description="What Meta charges it as.")]
    reason: Annotated[
        str, Field(exclude_if=lambda said: not said, description="Why it cannot be sent, where somebody said so.")
    ] = ""
    suggested_action: Annotated[str, Field(exclude_if=lambda said: not said, description="What to do about that.")] = ""


class WebhooksAsk(Ask):
    pass


class SyncedWebhooks(Answer):
    template_synced: Annotated[bool, Field(description="Whether Meta told where the templates stand.")]
    messages_reconciled: Annotated[int, Field(description="Failed webhook items that could be applied after all.")]
    status: Annotated[
        str, Field(exclude_if=lambda said: not said, description="pending_approval where a person decides first.")
    ] = ""
    action_request_id: ActionRequestId = None


@tool(
    "sync_template_status",
    kind=Kind.COMPOSED,
    scope="meta:request",
    through=(_SYNC,),
    reads_first=("list_templates",),
    safety="Grants nothing: our copy takes on what Meta says, and other words than those approved stay unsent.",
)
def sync_template_status(call: Call, ask: SyncTemplateAsk) -> SyncedTemplate:
    """Ask Meta where the review of one template stands, and bring our copy up to date."""
    ours = TemplateTranslation.objects.filter(
        organisation=call.organisation,
        template__channel=Channel.WHATSAPP,
        template__name=ask.template_name,
        language=ask.locale.replace("-", "_"),
    )
    text = ours.select_related("template").order_by("template__account__name").first()
    if text is None:
        raise Refused(_unknown())
    if text.status == TranslationStatus.DRAFT and not text.meta_id:
        return _synced(text, is_known=False)
    told: Any = _ask_meta(call, template_name=ask.template_name).data
    if not _did(told):
        raise Refused(_silent("" if told is None else told["silent"]))
    text.refresh_from_db()
    return _synced(text, is_known=f"{text.template.name} {text.language}" in told["known"])


def _synced(text: TemplateTranslation, *, is_known: bool) -> SyncedTemplate:
    what_to_do = _WHAT_TO_DO.get(TranslationStatus(text.status), "") if is_known else _("Submit it first.")
    unsent = "" if is_known else _("Meta knows no template of this name in this language: it was never submitted.")
    return SyncedTemplate(
        template_name=text.template.name,
        locale=text.language,
        status=text.status,
        category=text.category,
        reason=text.rejection or unsent,
        suggested_action=str(what_to_do),
    )


@tool(
    "sync_webhooks",
    kind=Kind.COMPOSED,
    scope="meta:request",
    through=(_SYNC, _RETRY),
    reads_first=("whatsapp.webhook_logs.list",),
    safety="Applies again only what failed and decides nothing, or is a customer's no; sends nothing. Once more is as"
    " good as once.",
)
def sync_webhooks(call: Call, ask: WebhooksAsk) -> SyncedWebhooks:
    """Catch up with Meta: read where the templates stand, and apply delivery reports and messages again that failed."""
    ring()
    told = _metas_word(call)
    reconciled = 0
    for item in _failed(call):
        answer = _again(call, item)
        assert answer.request is not None
        if answer.request.state == State.PENDING:
            waiting = {"status": "pending_approval", "action_request_id": answer.request.action_request_id}
            return SyncedWebhooks(template_synced=_did(told), messages_reconciled=reconciled, **waiting)
        outcomes: dict[str, int] = (answer.data or {}).get("outcomes", {})
        reconciled += outcomes.get("applied", 0)
    return SyncedWebhooks(template_synced=_did(told), messages_reconciled=reconciled)


def _ask_meta(call: Call, **asked: str) -> Envelope[Any]:
    """Through the door. A new key each time: asking again is what it is for."""
    wish = {"idempotency_key": uuid4().hex, "reason": _("To catch up with Meta.")}
    return use(_SYNC, {**asked, **wish}, call.actor, call.now)


def _metas_word(call: Call) -> Any:
    """None where no account is connected: what arrived from one that was can be applied all the same."""
    try:
        return _ask_meta(call).data
    except Refused as no:
        if no.codes != ["not_connected"]:
            raise
        return None


def _did(told: Any) -> bool:
    return told is not None and not told["silent"]


def _failed(call: Call) -> list[RetryItem]:
    """The oldest failed items that may be applied without asking anybody."""
    try:
        items = plan(call, RetryAsk()).items
    except Refused:  # there is nothing that failed
        return []
    return [item for item in items if item.does in _HARMLESS]


def _again(call: Call, item: RetryItem) -> Envelope[Any]:
    """One item, once for each time it failed: whoever asks twice at once applies it once."""
    wish = {
        "failure_ids": [str(item.failure_id)],
        "idempotency_key": f"sync_webhooks {item.failure_id} {item.tries}",
        "reason": _("To catch up with Meta."),
    }
    return use(_RETRY, wish, call.actor, call.now)


def _unknown() -> Reason:
    return Reason(
        "template_not_found",
        _("There is no such template in this language."),
        _("Use a name and a locale of list_templates."),
        "template_name",
    )


def _silent(why: str) -> Reason:
    text = _("Meta did not tell where the template stands. %s") % why
    return Reason("meta_silent", text.strip(), _("Try again in a few minutes."))
