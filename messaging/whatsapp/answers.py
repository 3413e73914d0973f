"""What the Graph API answers, read at the edge: fields we do not know are left out, null is the same as missing."""

from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]
Flag = Annotated[bool, BeforeValidator(lambda value: False if value is None else value)]
Many = Annotated[list[str], BeforeValidator(lambda value: [] if value is None else value)]
Id = Annotated[str, BeforeValidator(lambda value: str(value) if isinstance(value, int) else value), Field(min_length=1)]


class Answer(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


Node = TypeVar("Node", bound=Answer)


class SentContact(Answer):
    input: Text = ""
    wa_id: Text = ""
    user_id: Text = ""


class SentMessage(Answer):
    id: str = Field(min_length=1, max_length=255)
    message_status: Text = ""


class Sent(Answer):
    """The answer to a message: one message, and the recipient as Meta understood it."""

    messages: list[SentMessage] = Field(min_length=1)
    contacts: list[SentContact] = Field(default_factory=list)


class Score(Answer):
    score: Text = ""


class Created(Answer):
    """A template as submitted. The category may differ from the one asked for: compare, because it is the price."""

    id: Id
    status: Text = ""
    category: Text = ""


class TemplateNode(Answer):
    """A template as Meta keeps it; `components` is Meta's own JSON."""

    id: Id
    name: Text = ""
    language: Text = ""
    status: Text = ""
    category: Text = ""
    correct_category: Text = ""
    previous_category: Text = ""
    components: list[dict[str, Any]] = Field(default_factory=list)
    parameter_format: Text = ""
    quality_score: Score | None = None
    rejected_reason: Text = ""
    message_send_ttl_seconds: int | None = None


class Throughput(Answer):
    level: Text = ""


class PhoneNumber(Answer):
    """A number of ours. Every value list is open: Meta's own pages disagree."""

    id: Id
    display_phone_number: Text = ""
    verified_name: Text = ""
    status: Text = ""
    quality_rating: Text = ""
    quality_score: Score | None = None
    name_status: Text = ""
    code_verification_status: Text = ""
    account_mode: Text = ""
    platform_type: Text = ""
    throughput: Throughput | None = None
    whatsapp_business_manager_messaging_limit: Text = ""
    is_official_business_account: Flag = False
    health_status: dict[str, Any] | None = None


class BusinessProfile(Answer):
    """What a customer sees behind the number's name."""

    about: Text = ""
    address: Text = ""
    description: Text = ""
    email: Text = ""
    vertical: Text = ""
    websites: Many = Field(default_factory=list)
    profile_picture_url: Text = ""


class GranularScope(Answer):
    scope: Text = ""
    target_ids: Many = Field(default_factory=list)


class TokenFacts(Answer):
    """What Meta knows of a token. `expires_at` is in unix seconds, 0 when it never expires."""

    is_valid: Flag = False
    app_id: Text = ""
    type: Text = ""
    expires_at: int = 0
    scopes: Many = Field(default_factory=list)
    granular_scopes: list[GranularScope] = Field(default_factory=list)


class Cursors(Answer):
    after: Text = ""


class Paging(Answer):
    cursors: Cursors = Field(default_factory=Cursors)
    next: Text = ""


class Page(Answer, Generic[Node]):
    data: list[Node] = Field(default_factory=list)
    paging: Paging = Field(default_factory=Paging)


class Identified(Answer):
    id: Id


class MediaNode(Answer):
    """A file at Meta. `url` is good for five minutes; `sha256` comes as hex or as base64."""

    url: Text = ""
    mime_type: Text = ""
    sha256: Text = ""
    file_size: int = 0


class Handle(Answer):
    h: str = Field(min_length=1)


class Done(Answer):
    success: Flag = False
