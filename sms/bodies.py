"""The bodies of SMS: the approved text in the recipient's language with their values, and the ways it may go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts.clock import database_now
from messaging.engine.bodies import Build, register
from messaging.engine.taken import Taken
from messaging.models import Channel, Message, Send, TemplateTranslation
from sms.campaigns.addresses import OptOutPart
from sms.campaigns.written import Addresses, NotAsApproved, addresses_of
from sms.links.standing import LinkPart
from sms.otp import bodies as otp
from sms.text import UnsendableText, measure
from sms.text.filling import fill
from sms.ways import WAYS


@dataclass(frozen=True, slots=True)
class Terms:
    """What a contract says of its texts: hash by translation, ways by country, and the most parts of one text."""

    digests: dict[str, str]
    ways: dict[str, list[str]]
    most_parts: int
    valid_for: int | None
    links: list[LinkPart]
    opt_out: OptOutPart | None


def prepare(batch: Sequence[Taken]) -> Build:
    """Read the texts, the contracts and the countries that this batch needs, each once, and which gateways are open."""
    sends = Send.objects.filter(pk__in={taken.send_id for taken in batch}).select_related("preview", "organisation")
    terms = {send.pk: terms_of(send.preview.contract) for send in sends}
    for organisation in {send.organisation_id for send in sends}:
        WAYS.refresh(organisation)
    wanted = {taken.translation_id for taken in batch if taken.translation_id is not None}
    rows = TemplateTranslation.objects.filter(pk__in=wanted).values_list("pk", "definition", "digest")
    texts = {key: (str(definition["text"]), digest) for key, definition, digest in rows}
    addresses = {send.pk: _addresses(send, terms[send.pk], batch) for send in sends}
    countries = dict(Message.objects.filter(pk__in=[taken.message_id for taken in batch]).values_list("pk", "market"))

    def build(taken: Taken) -> dict[str, Any]:
        own = addresses[taken.send_id].of(taken.contact_id)
        return _body(taken, terms[taken.send_id], texts, countries[taken.message_id], own)

    return build


def terms_of(contract: dict[str, Any]) -> Terms:
    opt_out = contract.get("opt_out_link")
    return Terms(
        digests={str(text["translation_id"]): str(text["digest"]) for text in contract["texts"]},
        ways={str(route["country"]): [str(key) for key in route["gateway_ids"]] for route in contract["routes"]},
        most_parts=int(contract["most_parts"]),
        valid_for=contract.get("valid_for_seconds"),
        links=[LinkPart.model_validate(part) for part in contract.get("links", ())],
        opt_out=OptOutPart.model_validate(opt_out) if opt_out else None,
    )


def _addresses(send: Send, terms: Terms, batch: Sequence[Taken]) -> Addresses:
    """Everybody's own addresses in their texts. Asked again, each person's are the same."""
    people = [taken.contact_id for taken in batch if taken.send_id == send.pk]
    return addresses_of(send, terms.links, terms.opt_out, people, database_now())


def _body(
    taken: Taken, terms: Terms, texts: dict[UUID, tuple[str, str]], country: str, addresses: Mapping[str, str]
) -> dict[str, Any]:
    """The fragment that the carrier takes. Raises `NotAsApproved`, or LookupError for a value that is missing."""
    if taken.translation_id is None or taken.translation_id not in texts:
        raise LookupError("The message has no text to be sent with.")
    template, digest = texts[taken.translation_id]
    if terms.digests.get(str(taken.translation_id)) != digest:
        raise NotAsApproved("The text was changed after it was approved.")
    text = fill(template, {**taken.values, **addresses})
    try:
        size = measure(text)
    except UnsendableText as error:
        raise NotAsApproved(str(error)) from None
    if size.parts > terms.most_parts:
        raise NotAsApproved(f"Filled, the text takes {size.parts} parts, and {terms.most_parts} were approved.")
    body = {"text": text, "encoding": size.encoding.value, "parts": size.parts, "ways": terms.ways.get(country, [])}
    return body if terms.valid_for is None else {**body, "valid_for": terms.valid_for}


def prepare_all(batch: Sequence[Taken]) -> Build:
    """Texts of campaigns and texts with codes: each by its own."""
    secret = otp.sends_of_codes(batch)
    build = prepare([taken for taken in batch if taken.send_id not in secret])
    build_secret = otp.prepare([taken for taken in batch if taken.send_id in secret])
    return lambda taken: build_secret(taken) if taken.send_id in secret else build(taken)


register(Channel.SMS, prepare_all, otp.forget)
