"""Applying for a sender ID: what is asked for and countersigned, and how it is kept. Verifying it is `sms.sender_ids`.

Lengths and letters: 3GPP TS 23.040 section 9.1.2.5 (a name holds 11 characters of the GSM alphabet at most).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import UUID

import phonenumbers
from django.db import IntegrityError, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field

from approvals.contracts import Answer, Ask, Contract
from approvals.reasons import Reason, refuse_if_any
from approvals.registry import Call
from approvals.versions import check_token, edited_since, token_of
from audit.record import record
from messaging.finding import find_own
from sms.models import GatewayRegistration, SenderId, SenderIdState, SmsGateway
from sms.routing import may_be_used
from sms.text.alphabet import SEPTETS

LIST = "sms_marketing.sender_ids.list"
# States in which papers may still be handed in; what is verified or suspended does not change under a running send.
_OPEN = (SenderIdState.DRAFT, SenderIdState.APPLIED, SenderIdState.REJECTED)
_MARK = "#"
_SHAPES = {
    SenderId.Kind.LONG_NUMBER: re.compile(r"\+[1-9][0-9]{6,14}"),
    SenderId.Kind.SHORT_NUMBER: re.compile(r"[0-9]{3,8}"),
}
LONGEST_NAME = 11


class Document(BaseModel):
    """A paper: the file itself stays where it is kept, its hash says which one was meant."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Annotated[
        Literal["business_registration", "letter_of_authorisation", "register_proof", "other"],
        Field(description="What it proves."),
    ]
    name: Annotated[str, Field(min_length=3, max_length=200, description="What it is called.")]
    status: Annotated[Literal["ready", "to_follow"], Field(description="Whether it is there already.")] = "ready"
    sha256: Annotated[
        str, Field(pattern=r"^([0-9a-f]{64})?$", description="SHA-256 of the file, in hex; empty only if to_follow.")
    ] = ""
    kept_at: Annotated[str, Field(max_length=300, description="Where people find the file.")] = ""


class ApplicationAsk(Ask):
    sender_id: Annotated[UUID | None, Field(description="The one to change: an id of sender_ids.list; empty: new.")] = (
        None
    )
    base_version_token: Annotated[
        str | None, Field(max_length=40, description="Its version_token as you read it; needed to change one.")
    ] = None
    value: Annotated[
        str, Field(min_length=1, max_length=16, description="What people see: #BRAND, Brand, +85221234567 or 28888.")
    ]
    kind: Annotated[
        Literal["registered", "name", "long_number", "short_number"],
        Field(description="registered: a name in the regulator's register, with # in Hong Kong."),
    ]
    countries: Annotated[
        list[Annotated[str, Field(pattern=r"^[A-Z]{2}$")]],
        Field(min_length=1, max_length=50, description="Where it is to be used, as ISO 3166 codes."),
    ]
    brand: Annotated[str, Field(min_length=2, max_length=120, description="The real brand it stands for.")]
    company: Annotated[str, Field(min_length=2, max_length=200, description="The company that owns the brand.")]
    company_number: Annotated[str, Field(min_length=2, max_length=40, description="Its registration number.")]
    purpose: Annotated[str, Field(min_length=10, max_length=500, description="What will be sent from it.")]
    register_reference: Annotated[
        str, Field(max_length=80, description="Its place in the regulator's register, once there is one (SSRS).")
    ] = ""
    opt_out_number: Annotated[
        str, Field(pattern=r"^(\+?[0-9]{3,15})?$", description="A free, local number to opt out by; empty for none.")
    ] = ""
    documents: Annotated[list[Document], Field(max_length=10, description="The papers, each with its SHA-256.")] = []
    gateway_ids: Annotated[
        list[UUID], Field(max_length=10, description="Gateways it is to be registered with, of gateways.list.")
    ] = []
    company_authorised: Annotated[
        Literal[True], Field(description="That the company has authorised this. Nobody else's brand is applied for.")
    ]


class ApplicationContract(Contract):
    sender_id: Annotated[UUID | None, Field(description="The one that is changed; null for a new one.")]
    base_version: Annotated[int, Field(description="Its version when this was planned; 0 for a new one.")]
    state: Annotated[str, Field(description="Its state when this was planned; draft for a new one.")]
    value: Annotated[str, Field(description="What people see, byte for byte.")]
    kind: Annotated[str, Field(description="registered, name, long_number or short_number.")]
    countries: Annotated[list[str], Field(description="Where it is to be used.")]
    brand: Annotated[str, Field(description="The brand.")]
    company: Annotated[str, Field(description="The company.")]
    company_number: Annotated[str, Field(description="Its registration number.")]
    purpose: Annotated[str, Field(description="What will be sent from it.")]
    register_reference: Annotated[str, Field(description="Its place in the regulator's register.")]
    opt_out_number: Annotated[str, Field(description="The number to opt out by.")]
    documents: Annotated[list[Document], Field(description="The papers with their hashes.")]
    gateway_ids: Annotated[list[UUID], Field(description="Gateways it is to be registered with.")]
    gateways: Annotated[list[str], Field(description="Their names.")]
    before: Annotated[dict[str, str], Field(description="What the changed facts were; empty for a new one.")]
    blocked_in: Annotated[list[str], Field(description="Countries whose networks block it as it is.")]

    def sentence(self) -> str:
        words = {"value": self.value, "brand": self.brand, "countries": ", ".join(self.countries)}
        return gettext("Apply for the sender ID %(value)s for %(brand)s in %(countries)s") % words


class Applied(Answer):
    sender_id: Annotated[UUID, Field(description="Its id.")]
    state: Annotated[str, Field(description="applied: nothing can be sent from it before it is verified.")]
    version_token: Annotated[str, Field(description="Pass it as base_version_token to hand in more.")]


@dataclass(frozen=True, slots=True)
class ApplicationFits:
    """Nobody changed it, decided on it or took its name since this was planned."""

    def __call__(self, call: Call, contract: ApplicationContract) -> Iterator[Reason]:
        own = SenderId.objects.filter(organisation=call.organisation)
        current = own.filter(pk=contract.sender_id).first() if contract.sender_id else None
        yield from edited_since(current, contract.base_version, _("The sender ID has changed since this was planned."))
        if current is not None and current.state not in _OPEN:
            state = current.get_state_display()
            yield Reason("wrong_state", _("It is %s: its papers are not changed any more.") % state,
                         _("Apply for another one, or ask an administrator."), "sender_id")  # fmt: skip
        namesake = own.filter(value=contract.value).first()
        if namesake is not None and namesake.pk != contract.sender_id:
            yield Reason("sender_id_taken", _("Your organisation has this sender ID already."),
                         _("Pass its sender_id to change it."), "value")  # fmt: skip


def plan(call: Call, ask: ApplicationAsk) -> ApplicationContract:
    """The application as it would be kept. Raises Refused with everything that is wrong with it."""
    current = None
    if ask.sender_id is not None:
        current = find_own(SenderId, ask.sender_id, call.organisation, "sender_id", LIST)
        check_token(current, ask.base_version_token)
    refuse_if_any([*_odd_value(ask), *_odd_papers(ask)])
    where = "sms_marketing.gateways.list"
    gateways = [find_own(SmsGateway, key, call.organisation, "gateway_ids", where) for key in ask.gateway_ids]
    facts = ask.model_dump(exclude={"sender_id", "base_version_token", "company_authorised", "documents"})
    facts["countries"] = sorted(set(ask.countries))
    shape = SenderId(value=ask.value, kind=ask.kind)
    return ApplicationContract(
        **facts,
        sender_id=current.pk if current else None,
        base_version=current.version if current else 0,
        state=str(current.state) if current else str(SenderIdState.DRAFT),
        documents=ask.documents,
        gateways=[one.name for one in gateways],
        before=_before(current, facts) if current else {},
        blocked_in=[country for country in facts["countries"] if not may_be_used(shape, country)],
    )


def _odd_value(ask: ApplicationAsk) -> Iterator[Reason]:
    unknown = sorted(set(ask.countries) - phonenumbers.SUPPORTED_REGIONS)
    if unknown:
        yield Reason("unknown_country", _("No such countries: %s.") % ", ".join(unknown),
                     _("Use ISO 3166 codes such as HK."), "countries")  # fmt: skip
    shape = _SHAPES.get(SenderId.Kind(ask.kind))
    if shape is not None and shape.fullmatch(ask.value) is None:
        yield Reason("odd_sender_id", _("This is not a number of that kind."),
                     _("Write +85221234567 for a phone number, 28888 for a short code."), "value")  # fmt: skip
    if shape is None and not _is_name(ask.value):
        yield Reason("odd_sender_id", _("A name holds 11 letters of the GSM alphabet at most, and not digits alone."),
                     _("Shorten it, or spell it in Latin letters."), "value")  # fmt: skip
    if _MARK in ask.value and (ask.kind != "registered" or not ask.value.startswith(_MARK)):
        yield Reason("mark_without_register", _("Networks block # unless the regulator has registered the name."),
                     _("Begin it with # and apply for it as registered, or leave # out."), "kind")  # fmt: skip
    if ask.kind == "registered" and "HK" in ask.countries and not ask.value.startswith(_MARK):
        yield Reason(
            "mark_missing", _("Names registered in Hong Kong begin with #."), _("Write it as #BRAND."), "value"
        )


def _is_name(value: str) -> bool:
    """Characters of the extension table take two places, and no gateway takes them in a name."""
    septets = [SEPTETS.get(character, b"\0\0") for character in value]
    return len(value) <= LONGEST_NAME and all(len(one) == 1 for one in septets) and any(map(str.isalpha, value))


def _odd_papers(ask: ApplicationAsk) -> Iterator[Reason]:
    for number, paper in enumerate(ask.documents):
        if (paper.status == "ready") != bool(paper.sha256):
            yield Reason("hash_missing", _("A paper that is ready has a SHA-256, and one to follow has none yet."),
                         _("Compute it over the file."), f"documents.{number}.sha256")  # fmt: skip
    ready = {paper.kind for paper in ask.documents if paper.status == "ready"}
    if ask.kind == "registered" and "business_registration" not in ready:
        yield Reason("paper_missing", _("A registered name needs the company's business registration."),
                     _("Name it among the documents, with its SHA-256."), "documents")  # fmt: skip


def _before(current: SenderId, facts: dict[str, object]) -> dict[str, str]:
    kept = {name: getattr(current, name) for name in facts if name != "gateway_ids"}
    return {
        name: ", ".join(value) if isinstance(value, list) else str(value)
        for name, value in kept.items()
        if value != facts[name]
    }


def apply(call: Call, contract: ApplicationContract) -> Applied:
    """Keep the application. It is applied for from now on, by the FSM's own move; only people verify it."""
    identity = SenderId(organisation=call.organisation, created_at=call.now)
    if contract.sender_id is not None:
        own = SenderId.objects.select_for_update(of=("self",))
        identity = own.get(pk=contract.sender_id, organisation=call.organisation)
        refuse_if_any(ApplicationFits()(call, contract))  # asked again under the lock
        identity.version += 1
    for name in ("value", "kind", "countries", "brand", "company", "company_number", "purpose", "register_reference",
                 "opt_out_number"):  # fmt: skip
        setattr(identity, name, getattr(contract, name))
    identity.documents = [paper.model_dump(mode="json") for paper in contract.documents]
    if identity.state != SenderIdState.APPLIED:
        identity.apply(call.now)
    _keep(identity, call, contract)
    for key in contract.gateway_ids:
        GatewayRegistration.objects.get_or_create(identity=identity, gateway_id=key, defaults={"since": call.now})
    record(
        "sms.sender_id_applied", identity, call.actor, now=call.now,
        request_id=call.request.pk if call.request else None, version=identity.version,
        documents=[paper.sha256 for paper in contract.documents],
    )  # fmt: skip
    return Applied(sender_id=identity.pk, state=str(identity.state), version_token=token_of(identity))


def _keep(identity: SenderId, call: Call, contract: ApplicationContract) -> None:
    """Save it. Of two applications for one name at once the second is refused as if it had come later."""
    try:
        with transaction.atomic():
            identity.save()
    except IntegrityError:
        refuse_if_any(ApplicationFits()(call, contract))
        raise
