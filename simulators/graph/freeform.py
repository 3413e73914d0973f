"""The messages that may go out while a customer service window is open: what each kind may hold."""

from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from simulators.graph.errors import GraphError
from simulators.graph.interactive import Address, Buttons, CallToAction, Flow, List, Request
from simulators.graph.interactive_sales import Carousel, Catalogue, Product, ProductList
from simulators.graph.wire_models import Captioned, Document, Line, MediaRef, Part, checked


class Text(Part):
    body: Annotated[str, Field(min_length=1, max_length=4096)]
    preview_url: bool = False


class Audio(MediaRef):
    voice: bool = False


class Location(Part):
    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]
    name: str | None = None
    address: str | None = None


class Reaction(Part):
    message_id: Line
    emoji: str  # empty takes the reaction back


class CardName(Part):
    formatted_name: Line
    first_name: str | None = None
    last_name: str | None = None
    middle_name: str | None = None
    suffix: str | None = None
    prefix: str | None = None


class CardPhone(Part):
    phone: str | None = None
    wa_id: str | None = None
    type: str | None = None


class Card(Part):
    name: CardName
    phones: list[CardPhone] = []
    emails: list[dict[str, str]] = []
    addresses: list[dict[str, str]] = []
    urls: list[dict[str, str]] = []
    org: dict[str, str] | None = None
    birthday: str | None = None


Interactive = Annotated[
    Buttons | List | CallToAction | Flow | Address | Request | Product | ProductList | Catalogue | Carousel,
    Field(discriminator="type"),
]
KINDS: dict[str, TypeAdapter[Any]] = {
    "text": TypeAdapter(Text),
    "image": TypeAdapter(Captioned),
    "video": TypeAdapter(Captioned),
    "audio": TypeAdapter(Audio),
    "document": TypeAdapter(Document),
    "sticker": TypeAdapter(MediaRef),
    "location": TypeAdapter(Location),
    "contacts": TypeAdapter(Annotated[list[Card], Field(min_length=1, max_length=257)]),
    "reaction": TypeAdapter(Reaction),
    "interactive": TypeAdapter(Interactive),
}


def check_freeform(kind: str, content: object) -> str:
    """Refuse a body that Meta would refuse; return the words a person reads in it, for the journal."""
    if content is None:
        raise GraphError(131008, f"Parameter {kind} is missing for a message of type {kind}.")
    found = checked(KINDS[kind], content, kind)
    if isinstance(found, Text):
        return found.body
    if isinstance(found, Captioned):
        return found.caption or ""
    return found.body.text if getattr(found, "body", None) else ""


def media_ids(content: object) -> list[str]:
    """Every media id mentioned anywhere in a checked body, to be looked up."""
    found: list[str] = []
    if isinstance(content, dict):
        for key, inner in content.items():
            if key in ("image", "video", "audio", "document", "sticker") and isinstance(inner, dict) and "id" in inner:
                found.append(str(inner["id"]))
            found.extend(media_ids(inner))
    elif isinstance(content, list):
        for inner in content:
            found.extend(media_ids(inner))
    return found
