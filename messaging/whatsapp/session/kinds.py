"""The plain kinds of free-form messages, as their author writes them and as the Cloud API takes them.

Source: Meta, "Messages" (reference of the Cloud API, section 2.2).
"""

import unicodedata
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import AfterValidator, Field

from messaging.whatsapp.session.parts import AssetId, Caption, Found, Line, Part, Text4096, Wire, file_of


class Text(Part):
    """Words."""

    wire: ClassVar[str] = "text"
    kind: Literal["text"]
    text: Text4096 = Field(description="What the customer reads, up to 4,096 characters")
    preview_url: bool = Field(False, description="Whether the first link is shown with a picture")

    def content(self, found: Found) -> Wire:
        return {"body": self.text, "preview_url": self.preview_url}


class Image(Part):
    """A picture (JPEG or PNG, up to 5 MB)."""

    wire: ClassVar[str] = "image"
    kind: Literal["image"]
    asset_id: AssetId
    caption: Caption = ""

    def content(self, found: Found) -> Wire:
        return file_of(self.asset_id, found, caption=self.caption)


class Video(Part):
    """A film (MP4 or 3GP, up to 16 MB)."""

    wire: ClassVar[str] = "video"
    kind: Literal["video"]
    asset_id: AssetId
    caption: Caption = ""

    def content(self, found: Found) -> Wire:
        return file_of(self.asset_id, found, caption=self.caption)


class Audio(Part):
    """Sound (up to 16 MB), without words beside it."""

    wire: ClassVar[str] = "audio"
    kind: Literal["audio"]
    asset_id: AssetId
    voice: bool = Field(False, description="Shown as a voice message; needs OGG with OPUS")

    def content(self, found: Found) -> Wire:
        return file_of(self.asset_id, found, voice=self.voice)


class Document(Part):
    """A document (up to 100 MB)."""

    wire: ClassVar[str] = "document"
    kind: Literal["document"]
    asset_id: AssetId
    caption: Caption = ""
    filename: Annotated[str, Field(max_length=240, description="What it is called on the phone.")] = ""

    def content(self, found: Found) -> Wire:
        return file_of(self.asset_id, found, caption=self.caption, filename=self.filename)


class Sticker(Part):
    """A sticker (WebP; still 100 KB, moving 500 KB)."""

    wire: ClassVar[str] = "sticker"
    kind: Literal["sticker"]
    asset_id: AssetId

    def content(self, found: Found) -> Wire:
        return file_of(self.asset_id, found)


class Location(Part):
    """A place on the map."""

    wire: ClassVar[str] = "location"
    kind: Literal["location"]
    latitude: float = Field(ge=-90, le=90, description="Degrees north")
    longitude: float = Field(ge=-180, le=180, description="Degrees east")
    name: Line = Field("", description="What is there")
    address: Line = Field("", description="Its address")

    def content(self, found: Found) -> Wire:
        words = {"name": self.name, "address": self.address}
        return {"latitude": self.latitude, "longitude": self.longitude, **_without_empty(words)}


class CardPhone(Part):
    phone: str = Field(pattern=r"^\+?[0-9][0-9 ()-]{3,28}$", description="The number")
    type: Literal["CELL", "MAIN", "IPHONE", "HOME", "WORK"] = Field("WORK", description="Whose it is")
    wa_id: Annotated[
        str, Field(pattern=r"^([0-9]{7,15})?$", description="Its WhatsApp number: offers to write there.")
    ] = ""


class CardEmail(Part):
    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254, description="The address")
    type: Literal["HOME", "WORK"] = Field("WORK", description="Whose it is")


class Card(Part):
    """Somebody's details, for the customer's address book."""

    formatted_name: str = Field(min_length=1, max_length=256, description="The name as it is shown")
    first_name: Line = Field("", description="Given name; empty for none")
    last_name: Line = Field("", description="Family name; empty for none")
    company: Line = Field("", description="Where they work; empty for none")
    job_title: Line = Field("", description="What they do there; empty for none")
    phones: Annotated[list[CardPhone], Field(max_length=20, description="Up to 20 numbers")] = []
    emails: Annotated[list[CardEmail], Field(max_length=20, description="Up to 20 addresses")] = []

    def content(self) -> Wire:
        names = {"first_name": self.first_name, "last_name": self.last_name}
        organisation = _without_empty({"company": self.company, "title": self.job_title})
        card: Wire = {"name": {"formatted_name": self.formatted_name, **_without_empty(names)}}
        lists = {
            "phones": [_without_empty(phone.model_dump()) for phone in self.phones],
            "emails": [email.model_dump() for email in self.emails],
            "org": organisation,
        }
        return card | _without_empty(lists)


class Contacts(Part):
    """Cards for the address book. They hand on somebody's details."""

    wire: ClassVar[str] = "contacts"
    kind: Literal["contacts"]
    contacts: Annotated[list[Card], Field(min_length=1, max_length=257, description="Up to 257 cards")]

    def content(self, found: Found) -> list[Wire]:
        return [card.content() for card in self.contacts]


def _emoji_or_nothing(value: str) -> str:
    kinds = {unicodedata.category(character) for character in value}
    if value and (not kinds & {"So", "Sk", "Me", "Sm", "Po"} or kinds & {"Lu", "Ll", "Lo", "Zs", "Cc"}):
        raise ValueError("one emoji, or nothing to take it back")
    return value


class Reaction(Part):
    """An emoji on a message of this conversation that is less than 30 days old; none takes it back."""

    wire: ClassVar[str] = "reaction"
    kind: Literal["reaction"]
    message_id: UUID = Field(description="The message, by its id in whatsapp.conversation.get")
    emoji: Annotated[
        str, Field(max_length=16, description="The emoji; empty takes it back."), AfterValidator(_emoji_or_nothing)
    ]

    def content(self, found: Found) -> Wire:
        return {"message_id": found.messages[self.message_id], "emoji": self.emoji}


def _without_empty(words: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in words.items() if value}
