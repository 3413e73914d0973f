"""The account and its numbers at Meta: reviewed, registered, healthy, and whether anything is said about payment."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from messaging.models import Sender
from messaging.whatsapp.answers import PhoneNumber
from messaging.whatsapp.cloud.accounts import BusinessAccount
from messaging.whatsapp.connecting.finding import Finding, look, mend, ok

PAYMENT_CODES = frozenset({131042, 131044})
_PAY = "Put a payment method, time zone and currency into the billing settings of the account in WhatsApp Manager."


def of_account(found: BusinessAccount, currency: str) -> Iterator[Finding]:
    """The account's own state; `currency` is what we reckon in for it."""
    named = found.name or found.id
    if found.account_review_status and found.account_review_status != "APPROVED":
        text = f"Meta's review of {named} says {found.account_review_status}."
        yield mend("account", text, "Finish the review in the business settings, or appeal there.")
    elif found.status and found.status != "ACTIVE":
        yield mend(
            "account", f"{named} is {found.status}.", "Look at the account quality page in the business settings."
        )
    else:
        yield ok("account", f"{named} can be read.")
    if found.currency and found.currency != currency:
        do = "Enter Meta's currency at the account at the desk, or costs are reckoned wrongly."
        yield mend("account", f"Meta bills in {found.currency}, the account at the desk says {currency}.", do)


def of_numbers(found: Iterable[PhoneNumber], senders: Iterable[Sender]) -> Iterator[Finding]:
    """The numbers at Meta beside our senders."""
    at_meta = {number.id: number for number in found}
    ours = {sender.provider_ref: sender for sender in senders}
    if not ours:
        yield mend("numbers", "No sender stands on the account.", "Add one at the desk with its phone number id.")
    for ref in sorted(ours.keys() - at_meta.keys()):
        do = "Correct the phone number id of the sender, or give the system user access to the number."
        yield mend("numbers", f"Meta knows no number {ref} on this account ({ours[ref]}).", do)
    for ref in sorted(at_meta.keys() - ours.keys()):
        text = f"{at_meta[ref].display_phone_number or ref} is not a sender of ours."
        yield look("numbers", text, f"If it should send, add a sender with the phone number id {ref}.")
    for ref in sorted(ours.keys() & at_meta.keys()):
        yield from _of_number(at_meta[ref])


def _of_number(number: PhoneNumber) -> Iterator[Finding]:
    name = number.display_phone_number or number.id
    yield from list(_wrong_with(number, name)) or [ok("numbers", f"{name} is connected.")]


def _wrong_with(number: PhoneNumber, name: str) -> Iterator[Finding]:
    """What keeps a number from sending, or will. Words that we do not know are shown and are no reason."""
    if number.platform_type not in ("", "CLOUD_API"):
        do = "Register it for the Cloud API with its two-step PIN."
        yield mend("numbers", f"{name} is on {number.platform_type}, not on the Cloud API.", do)
    elif number.status not in ("", "CONNECTED"):
        yield mend("numbers", f"{name} is {number.status}.", "Register it, or look at it in WhatsApp Manager.")
    if number.code_verification_status in ("NOT_VERIFIED", "UNVERIFIED"):
        yield look("numbers", f"{name} is not verified.", "Verify it with a code by SMS or by a call.")
    if number.name_status in ("DECLINED", "EXPIRED"):
        yield look("numbers", f"The display name of {name} is {number.name_status}.", "Submit another display name.")
    if number.quality_rating == "RED":
        yield look(
            "numbers", f"The quality of {name} is RED.", "Send less and to people who expect it; Meta may stop it."
        )


def of_health(health: Mapping[str, Any] | None, name: str) -> Iterator[Finding]:
    """What Meta's health says of sending, by the entities it looked at: number, account, business, app."""
    told = health or {}
    for entity in _dicts(told.get("entities")):
        what = f"{name}: {entity.get('entity_type', 'something')} is {entity.get('can_send_message', 'in trouble')}"
        for error in _dicts(entity.get("errors")):
            step = "payment" if error.get("error_code") in PAYMENT_CODES else "health"
            text = f"{what}, {error.get('error_code')} {error.get('error_description', '')}".strip()
            yield mend(
                step, f"{text}.", _PAY if step == "payment" else str(error.get("possible_solution") or "Ask Meta.")
            )
        if entity.get("can_send_message") == "LIMITED":
            more = " ".join(map(str, entity.get("additional_info") or []))
            yield look("health", f"{what}. {more}".strip(), "It sends, but not all that it might.")


def of_payment(findings: Iterable[Finding]) -> Finding | None:
    """Meta tells of payment only where it fails, so all that can be said without a failure is that there is none."""
    if any(one.step == "payment" for one in findings):
        return None
    do = "Look once at the billing settings in WhatsApp Manager: no call tells whether a payment method is there."
    return look("payment", "Meta names no trouble with payment.", do)


def _dicts(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
