"""What any provider can tell of messages, whatever its channel. Said again, a thing has the same `dedupe_key`.

`at` is the provider's own time in UTC, within sane bounds but not compared with now. Phones carry + and country code.
Missing texts are empty. Texts hold neither NUL nor half surrogates, so every item can be stored.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


class StatusItem(NamedTuple):
    """What became of a message of ours. `echo` is the attempt's id that we sent along, if the provider repeats it.

    `sender_ref` is the sender's id at the provider. `phone` and `user_id` are addresses that the provider itself found
    for the person. `error_code` is empty without an error; with `opts_out` it means that the person refuses marketing.
    """

    dedupe_key: str
    sender_ref: str
    provider_id: str
    status: str
    at: datetime
    echo: str
    phone: str
    user_id: str
    error_code: str
    error_title: str
    opts_out: bool
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

    `kind` is the provider's word for what it is. `payload` and `title` are the button or list row that was tapped; a
    template's button without a payload of its own repeats its label. `reply_to` is the quoted message, `target_id` the
    one that is reacted to, edited or taken back. `came_by_ad` says that a click on an ad or a page's button led here.
    `parent_user_id` is the person's id across linked businesses.
    """

    dedupe_key: str
    sender_ref: str
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
    came_by_ad: bool = False
    parent_user_id: str = ""
