"""A template as its author writes it. Only its shape is checked here; `rules` says all that Meta would refuse."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from approvals.canonical import seal_of

# Far above Meta's limits, so that a draft that is too long can be written down and found wrong.
Line = Annotated[str, Field(max_length=2048)]


class Category(StrEnum):
    """What Meta charges the template as, and reviews it for."""

    MARKETING = "MARKETING"
    UTILITY = "UTILITY"
    AUTHENTICATION = "AUTHENTICATION"

    @classmethod
    def _missing_(cls, value: object) -> "Category | None":
        """Meta's answers and our own consent categories differ in case."""
        return cls.__members__.get(value.upper()) if isinstance(value, str) else None


def category_named(said: str) -> str:
    """Our name for what Meta calls a category; empty for one that we do not know, which must not unsettle anything."""
    return said.lower() if said.upper() in Category.__members__ else ""


class Style(StrEnum):
    """How variables are written: {{1}}, {{2}} or {{first_name}}."""

    POSITIONAL = "POSITIONAL"
    NAMED = "NAMED"

    @classmethod
    def _missing_(cls, value: object) -> "Style | None":
        return cls.__members__.get(value.upper()) if isinstance(value, str) else None


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TextHeader(Part):
    """A title of up to 60 characters with at most one variable."""

    kind: Literal["text"] = "text"
    text: Line = Field(description="Up to 60 characters, at most one variable, no line break or formatting")
    example: Line = Field("", description="Sample value of the variable, for Meta's review")


class MediaHeader(Part):
    """A picture, film or document. Which one is said when the template is sent."""

    kind: Literal["image", "video", "document"] = Field(description="What is shown")
    example: Line = Field("", description="The asset_id of an approved file: the sample for Meta's review")


class LocationHeader(Part):
    """A map. Where is said when the template is sent."""

    kind: Literal["location"] = "location"


Header = Annotated[TextHeader | MediaHeader | LocationHeader, Field(discriminator="kind")]


class Body(Part):
    """The message itself."""

    text: str = Field(max_length=8192, description="Up to 1,024 characters; variables as {{1}} or {{first_name}}")
    examples: dict[str, Line] = Field(
        default_factory=dict, description="Sample value of each variable, by its number or name"
    )


class UrlButton(Part):
    """Opens a web page. The address may end in one variable."""

    kind: Literal["url"] = "url"
    label: Line = Field(description="Up to 25 characters")
    url: str = Field(max_length=4096, description="https address of up to 2,000 characters; {{1}} only at its end")
    example: str = Field("", max_length=4096, description="The whole address with a sample in place of the variable")


class PhoneButton(Part):
    """Calls a number."""

    kind: Literal["phone"] = "phone"
    label: Line = Field(description="Up to 25 characters")
    phone_number: Line = Field(description="+ with country code, up to 20 characters")


class QuickReplyButton(Part):
    """Answers with its label."""

    kind: Literal["quick_reply"] = "quick_reply"
    label: Line = Field(description="Up to 25 characters")


class CopyCodeButton(Part):
    """Copies a code. WhatsApp writes its label."""

    kind: Literal["copy_code"] = "copy_code"
    example: Line = Field(description="Sample code of up to 15 letters and digits")


Button = Annotated[UrlButton | PhoneButton | QuickReplyButton | CopyCodeButton, Field(discriminator="kind")]


class Definition(Part):
    """One template in one language."""

    name: str = Field(max_length=1024, description="Lower-case letters, digits and _")
    language: str = Field(max_length=32, description="Meta's language code, such as en_US or zh_HK")
    category: Category
    style: Style = Field(Style.POSITIONAL, description="How variables are written")
    header: Header | None = None
    body: Body
    footer: Line = Field("", description="Up to 60 characters, no variables")
    buttons: tuple[Button, ...] = Field((), max_length=30, description="Up to 10, quick replies next to each other")
    ttl_seconds: int | None = Field(None, description="How long WhatsApp tries to deliver, in seconds")


def digest(definition: Definition) -> str:
    """The hash of everything a customer could see and everything Meta is told: 64 hex digits."""
    return seal_of(definition)
