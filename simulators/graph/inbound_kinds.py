"""Everything a person can write to the business, as the webhook shows it: a wish becomes `type` and what belongs to it.

Source: Meta, "Webhooks: messages", 2025-12 to 2026-09. A webhook's `sha256` is base64, the media node's is hex.
"""

import base64
import hashlib
from typing import Annotated, Any, Literal

import orjson
from pydantic import Base64Bytes, BaseModel, ConfigDict, Field, TypeAdapter

from simulators.graph.errors import webhook_error
from simulators.graph.media_store import RECEIVED_LIFE
from simulators.graph.world import World

Content = dict[str, Any]


class Wish(BaseModel):
    """What somebody writes. A misspelt field is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def content(self, world: World) -> Content:
        """`type` and what belongs to it."""
        raise NotImplementedError


class Text(Wish):
    kind: Literal["text"]
    body: str

    def content(self, world: World) -> Content:
        return {"type": "text", "text": {"body": self.body}}


class MediaFile(Wish):
    """A file: kept in the media store, so that it can be fetched with the token as any other."""

    kind: Literal["image", "video", "document", "audio", "sticker"]
    data: Base64Bytes
    mime_type: str
    caption: str = ""
    filename: str = ""
    voice: bool = False
    animated: bool = False
    sha256: str = Field("", description="another hash than the file's, as after a damage on the way")

    def content(self, world: World) -> Content:
        kept = world.media.keep(self.mime_type, self.data, self.filename, world.clock(), RECEIVED_LIFE)
        digest = base64.b64encode(hashlib.sha256(self.data).digest()).decode()
        told: Content = {"id": kept.id, "mime_type": self.mime_type, "sha256": self.sha256 or digest}
        told |= {name: words for name in ("caption", "filename") if (words := getattr(self, name))}
        if self.kind == "audio":
            told["voice"] = self.voice
        elif self.kind == "sticker":
            told["animated"] = self.animated
        return {"type": self.kind, self.kind: told}


class Location(Wish):
    kind: Literal["location"]
    latitude: float
    longitude: float
    name: str = ""
    address: str = ""

    def content(self, world: World) -> Content:
        return {"type": "location", "location": self.model_dump(exclude={"kind"}, exclude_defaults=True)}


class Cards(Wish):
    """Contact cards: names and phone numbers."""

    kind: Literal["contacts"]
    people: dict[str, str] = Field(description="name -> phone number")

    def content(self, world: World) -> Content:
        cards = [
            {
                "name": {"formatted_name": name, "first_name": name.split()[0]},
                "phones": [{"phone": phone, "wa_id": phone.lstrip("+"), "type": "CELL"}],
                "origin": "other",
            }
            for name, phone in self.people.items()
        ]
        return {"type": "contacts", "contacts": cards}


class QuickReply(Wish):
    """The press of a template's quick reply."""

    kind: Literal["button"]
    payload: str
    text: str

    def content(self, world: World) -> Content:
        return {"type": "button", "button": {"payload": self.payload, "text": self.text}}


class Tapped(Wish):
    """The tap of a reply button, or of a row of a list."""

    kind: Literal["button_reply", "list_reply"]
    id: str
    title: str
    description: str = ""

    def content(self, world: World) -> Content:
        reply = self.model_dump(exclude={"kind"}, exclude_defaults=True)
        return {"type": "interactive", "interactive": {"type": self.kind, self.kind: reply}}


class FlowAnswer(Wish):
    """A filled form; Meta hands its answers on as JSON in a string."""

    kind: Literal["nfm_reply"]
    name: str = "flow"
    body: str = "Sent"
    response: dict[str, Any]

    def content(self, world: World) -> Content:
        told = {"name": self.name, "body": self.body, "response_json": orjson.dumps(self.response).decode()}
        return {"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": told}}


class Reaction(Wish):
    """An emoji on a message of ours; an empty one takes it back."""

    kind: Literal["reaction"]
    message_id: str
    emoji: str = ""

    def content(self, world: World) -> Content:
        return {"type": "reaction", "reaction": self.model_dump(exclude={"kind"}, exclude_defaults=True)}


class Item(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    product_retailer_id: str
    quantity: int = 1
    item_price: float
    currency: str = "HKD"


class Order(Wish):
    """A basket from the catalogue."""

    kind: Literal["order"]
    catalog_id: str
    text: str = ""
    items: Annotated[list[Item], Field(min_length=1)]

    def content(self, world: World) -> Content:
        products = [item.model_dump() for item in self.items]
        return {"type": "order", "order": {"catalog_id": self.catalog_id, "text": self.text, "product_items": products}}


class Edit(Wish):
    """Other words in place of a message's."""

    kind: Literal["edit"]
    original_message_id: str
    body: str

    def content(self, world: World) -> Content:
        new = {"type": "text", "text": {"body": self.body}}
        return {"type": "edit", "edit": {"original_message_id": self.original_message_id, "message": new}}


class Revoke(Wish):
    """A message deleted for everybody."""

    kind: Literal["revoke"]
    original_message_id: str

    def content(self, world: World) -> Content:
        return {"type": "revoke", "revoke": {"original_message_id": self.original_message_id}}


class Unsupported(Wish):
    """Something the API cannot show, a poll for example."""

    kind: Literal["unsupported"]
    what: str = "poll"

    def content(self, world: World) -> Content:
        said = webhook_error(131051, "Message type is currently not supported")
        return {"type": "unsupported", "errors": [said], "unsupported": {"type": self.what}}


AnyWish = (
    Text | MediaFile | Location | Cards | QuickReply | Tapped | FlowAnswer | Reaction | Order | Edit | Revoke
    | Unsupported
)  # fmt: skip
WISH: TypeAdapter[AnyWish] = TypeAdapter(Annotated[AnyWish, Field(discriminator="kind")])


def written(world: World, asked: Content) -> Content:
    """The content of a wish. Raises ValidationError naming what is wrong with it."""
    return WISH.validate_python(asked).content(world)


def after_click(headline: str, code: str) -> Content:
    """The `referral` of a message that somebody writes after a click on an ad."""
    return {
        "source_url": f"https://fb.me/{code}",
        "source_id": code,
        "source_type": "ad",
        "headline": headline,
        "body": "Write to us",
        "media_type": "image",
        "image_url": f"https://scontent.example/{code}.jpg",
        "ctwa_clid": f"Aff-{code}",
    }
