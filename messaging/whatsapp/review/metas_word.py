"""Asking Meta where the reviews of templates stand, and taking its word as if a webhook had told it.

It grants nothing: what Meta has not approved stays unsent, and so does what it has approved in other words than ours.
What we have stopped because it was changed at Meta stays stopped.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from pydantic import Field

from approvals.contracts import Answer, Ask, Contract
from approvals.reasons import Reason, Refused
from approvals.registry import Call
from messaging.carriers import carrier
from messaging.inbox.events import Event
from messaging.inbox.handlers import handle
from messaging.inbox.senders import Known
from messaging.inbox.templates import STATUS_AFTER
from messaging.models import TemplateTranslation, TranslationStatus, WhatsAppAccount
from messaging.models.templates import SENDABLE
from messaging.whatsapp.answers import TemplateNode
from messaging.whatsapp.client import GraphError
from messaging.whatsapp.templates.definition import Definition, category_named
from messaging.whatsapp.templates.meta import NotOurs, from_meta
from messaging.whatsapp.webhooks import TemplateQualityItem, TemplateStatusItem

# What `messaging.inbox.templates` writes down when somebody changes a text at Meta.
_CHANGED_THERE: Final = "edited at Meta"


class MetasWordAsk(Ask):
    template_name: Annotated[str, Field(max_length=512, description="Only templates of this name; empty: all.")] = ""


class MetasWordContract(Contract):
    """Meta is asked about these accounts' templates, and our copies take on what it says."""

    account_ids: Annotated[list[UUID], Field(description="Our ids of the accounts.")]
    template_name: Annotated[str, Field(description="Only templates of this name; empty: all.")]

    def sentence(self) -> str:
        return _("Ask Meta where the reviews of templates stand")


class MetasWord(Answer):
    known: Annotated[list[str], Field(description="Each text that Meta knows, as name and language.")]
    changed: Annotated[list[str], Field(description="Of them, those whose copy here was not up to date.")]
    silent: Annotated[str, Field(description="Why Meta did not answer; empty when it did.")]


def plan(call: Call, ask: MetasWordAsk) -> MetasWordContract:
    """Every account with a token. Raises Refused where there is none."""
    accounts = WhatsAppAccount.objects.filter(organisation=call.organisation).order_by("name", "pk")
    connected = [account.pk for account in accounts if account.access_token]
    if not connected:
        raise Refused(
            Reason(
                "not_connected",
                _("There is no WhatsApp account with an access token."),
                _("Ask an administrator to connect the account."),
            )
        )
    return MetasWordContract(account_ids=connected, template_name=ask.template_name)


def begin(call: Call, contract: MetasWordContract) -> MetasWord:
    """Meta is asked after the commit."""
    return MetasWord(known=[], changed=[], silent="")


def ask_meta(call: Call, contract: MetasWordContract, _begun: MetasWord) -> MetasWord:
    """Read the templates of each account and take Meta's word for those that we have, each by itself."""
    known: list[str] = []
    changed: list[str] = []
    accounts = WhatsAppAccount.objects.filter(organisation=call.organisation, pk__in=contract.account_ids)
    for account in accounts.select_related("organisation").order_by("name", "pk"):
        api = carrier("whatsapp").api(account)  # type: ignore[attr-defined]
        try:
            nodes = list(api.list_templates(account.waba_id, name=contract.template_name))
        except GraphError as error:
            return MetasWord(known=known, changed=changed, silent=f"{error.title} {error.do}".strip())
        for node in nodes:
            text = f"{node.name} {_language(node)}"
            known.append(text)
            if take_word(account, node, call.now):
                changed.append(text)
    return MetasWord(known=known, changed=changed, silent="")


def take_word(account: WhatsAppAccount, node: TemplateNode, now: datetime) -> bool:
    """Whether what Meta says of one text was news to us; a webhook that told something newer stands.

    `now` is when Meta was asked.
    """
    ours = _ours(account, node)
    items = list(_news(account, node, ours, now)) if ours is not None else []
    event = Event(0, "whatsapp", b"", (account.pk,), now.timestamp())
    with transaction.atomic():
        for item in items:
            handle(item, event, Known({}, {account.waba_id: account}), now)
    return bool(items)


def _ours(account: WhatsAppAccount, node: TemplateNode) -> TemplateTranslation | None:
    own = TemplateTranslation.objects.filter(template__account=account).select_related("template")
    by_id = own.filter(meta_id=node.id).first()
    # Of one whose submission got lost on the way only name and language tell.
    return by_id or own.filter(template__name=node.name, language=_language(node)).first()


def _news(
    account: WhatsAppAccount, node: TemplateNode, ours: TemplateTranslation, now: datetime
) -> Iterator[TemplateStatusItem | TemplateQualityItem]:
    same: dict[str, Any] = {"dedupe_key": "", "waba_id": account.waba_id, "template_id": node.id, "name": node.name,
            "language": _language(node), "at": now}  # fmt: skip
    status = STATUS_AFTER.get(node.status)
    moved = (status, category_named(node.category) or ours.category) != (ours.status, ours.category)
    if status is not None and (moved or ours.meta_id != node.id) and _may_take(status, node, ours):
        reason = "" if node.rejected_reason == "NONE" else node.rejected_reason
        yield TemplateStatusItem(event=node.status, category=node.category, reason=reason, detail="", **same)
    score = node.quality_score.score if node.quality_score else ""
    if score and score != ours.quality:
        yield TemplateQualityItem(previous=ours.quality, score=score, **same)


def _may_take(status: TranslationStatus, node: TemplateNode, ours: TemplateTranslation) -> bool:
    """Not for a draft, which lies here and not there; and it may be sent only if Meta approved these very words."""
    stopped = ours.status == TranslationStatus.PAUSED and ours.rejection == _CHANGED_THERE
    if ours.status == TranslationStatus.DRAFT or stopped:
        return False
    return status not in SENDABLE or _wording(_theirs(node)) == _wording(Definition.model_validate(ours.definition))


def _theirs(node: TemplateNode) -> Definition | None:
    try:
        return from_meta(node.model_dump())
    except NotOurs:
        return None


def _wording(text: Definition | None) -> dict[str, Any] | None:
    """What customers read of it: samples are the reviewer's, and the category Meta's own."""
    return (
        text.model_dump(
            include={
                "header": {"kind", "text"},
                "body": {"text"},
                "footer": True,
                "buttons": {"__all__": {"kind", "label", "url", "phone_number"}},
            }
        )
        if text
        else None
    )


def _language(node: TemplateNode) -> str:
    return node.language.replace("-", "_")
