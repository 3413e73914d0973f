"""What a webhook of Meta's can say beside statuses and inbound messages, one frozen value per thing.

`at` is Meta's own time in UTC, within sane bounds but not compared with now. Phones carry + and country code. Missing
texts are empty. Texts hold neither NUL nor half surrogates, so every item can be stored.
"""

from dataclasses import dataclass
from datetime import datetime

from messaging.inbox.items import InboundItem, StatusItem


@dataclass(frozen=True, slots=True)
class TemplateStatusItem:
    """A template's review or life moved on. `event` is Meta's word: APPROVED, REJECTED, PAUSED ..."""

    dedupe_key: str
    waba_id: str
    template_id: str
    name: str
    language: str
    category: str
    event: str
    reason: str
    detail: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class TemplateQualityItem:
    """A template's quality score changed: GREEN, YELLOW, RED or UNKNOWN."""

    dedupe_key: str
    waba_id: str
    template_id: str
    name: str
    language: str
    previous: str
    score: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class TemplateCategoryItem:
    """A template's category changed, or will: with `correct` filled it is a warning and `category` still holds.

    `takes_effect_at` is when a warning comes true, if Meta says so.
    """

    dedupe_key: str
    waba_id: str
    template_id: str
    name: str
    language: str
    previous: str
    category: str
    correct: str
    at: datetime | None
    takes_effect_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TemplateEditedItem:
    """A template's text was changed, perhaps outside of Countersign: what was approved may not be what is sent."""

    dedupe_key: str
    waba_id: str
    template_id: str
    name: str
    language: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class AccountItem:
    """Something about the whole account. `restrictions` are Meta's types with their end, if one is given."""

    dedupe_key: str
    waba_id: str
    phone_number_id: str
    field: str
    event: str
    detail: str
    error_code: int | None
    restrictions: tuple[tuple[str, datetime | None], ...]
    at: datetime | None


@dataclass(frozen=True, slots=True)
class PhoneQualityItem:
    """A number's limit or throughput changed. `limit` is a TIER_ word or a number, as Meta gave it."""

    dedupe_key: str
    waba_id: str
    display_phone: str
    event: str
    limit: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class NumberItem:
    """News of a number's names. `event` is Meta's decision or status, `name` the display name or username it is of."""

    dedupe_key: str
    waba_id: str
    display_phone: str
    field: str
    event: str
    name: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class EchoItem:
    """What somebody of ours sent from the WhatsApp Business app on the phone: outbound, and nobody approved it.

    At least one of `phone` and `user_id`, which name whom it went to, is there. `target_id` is the message that it
    reacts to, edits or takes back.
    """

    dedupe_key: str
    sender_ref: str
    provider_id: str
    at: datetime
    phone: str
    user_id: str
    kind: str
    text: str
    target_id: str


@dataclass(frozen=True, slots=True)
class UserPreferenceItem:
    """A person's own switch for marketing from this business. `value` is "stop" or "resume". Without a
    `phone_number_id` it is said of all numbers of the account.
    """

    dedupe_key: str
    phone_number_id: str
    phone: str
    user_id: str
    value: str
    detail: str
    at: datetime | None
    waba_id: str = ""


@dataclass(frozen=True, slots=True)
class UserIdUpdateItem:
    """A person goes by another id or phone now. Everything known of the previous one, opt-outs first, moves along."""

    dedupe_key: str
    phone_number_id: str
    previous_user_id: str
    user_id: str
    previous_phone: str
    phone: str
    at: datetime | None
    waba_id: str = ""
    parent_user_id: str = ""


@dataclass(frozen=True, slots=True)
class UnknownItem:
    """Something we do not handle, or that made no sense. The raw body is kept; `reason` says what was wrong."""

    dedupe_key: str
    field: str
    reason: str


Item = (
    StatusItem
    | InboundItem
    | TemplateStatusItem
    | TemplateQualityItem
    | TemplateCategoryItem
    | TemplateEditedItem
    | AccountItem
    | PhoneQualityItem
    | NumberItem
    | EchoItem
    | UserPreferenceItem
    | UserIdUpdateItem
    | UnknownItem
)
