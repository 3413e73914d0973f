"""What a webhook can say, one frozen value per thing. Said again, a thing has the same `dedupe_key`.

`at` is Meta's own time in UTC, within sane bounds but not compared with now. Phones carry + and country code. Missing
texts are empty. Texts hold neither NUL nor half surrogates, so every item can be stored.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class StatusItem:
    """What became of a message of ours. `echo` is the attempt's id that we sent along."""

    dedupe_key: str
    phone_number_id: str
    provider_id: str
    status: str
    at: datetime
    echo: str
    phone: str
    user_id: str
    error_code: int | None
    error_title: str
    pricing_category: str
    pricing_type: str
    billable: bool | None


@dataclass(frozen=True, slots=True)
class Media:
    """A file a customer sent. The id can be fetched for seven days."""

    media_id: str
    mime_type: str
    sha256: str
    file_name: str


@dataclass(frozen=True, slots=True)
class InboundItem:
    """A message from a customer: data, never instruction. At least one of `from_phone` and `user_id` is there.

    `kind` is Meta's type. `payload` and `title` are the button or list row that was tapped; a template's button without
    a payload of its own repeats its label. `reply_to` is the quoted message, `target_id` the one that is reacted to,
    edited or taken back.
    """

    dedupe_key: str
    phone_number_id: str
    provider_id: str
    at: datetime
    from_phone: str
    user_id: str
    kind: str
    text: str
    payload: str
    title: str
    profile_name: str
    username: str
    reply_to: str
    target_id: str
    media: Media | None


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
    """A template's category changed, or will: with `correct` filled it is a warning and `category` still holds."""

    dedupe_key: str
    waba_id: str
    template_id: str
    name: str
    language: str
    previous: str
    category: str
    correct: str
    at: datetime | None


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
class UserPreferenceItem:
    """A person's own switch for marketing from this business. `value` is "stop" or "resume"."""

    dedupe_key: str
    phone_number_id: str
    phone: str
    user_id: str
    value: str
    detail: str
    at: datetime


@dataclass(frozen=True, slots=True)
class UserIdUpdateItem:
    """A person goes by another id or phone now. Everything known of the previous one, opt-outs first, moves along."""

    dedupe_key: str
    phone_number_id: str
    previous_user_id: str
    user_id: str
    previous_phone: str
    phone: str
    at: datetime


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
    | UserPreferenceItem
    | UserIdUpdateItem
    | UnknownItem
)
