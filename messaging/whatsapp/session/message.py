"""One free-form message of any kind, and its body as the Cloud API takes it."""

from typing import Annotated, Any

from pydantic import Field

from messaging.whatsapp.session.interactive import Buttons, ContactRequest, Flow, Link, LocationRequest, Menu
from messaging.whatsapp.session.kinds import (
    Audio,
    Contacts,
    Document,
    Image,
    Location,
    Reaction,
    Sticker,
    Text,
    Video,
)
from messaging.whatsapp.session.parts import Found
from messaging.whatsapp.session.selling import Carousel, Catalogue, Product, ProductList

AnyKind = (
    Text | Image | Video | Audio | Document | Sticker | Location | Contacts | Reaction | Buttons | Menu | Link
    | LocationRequest | ContactRequest | Flow | Product | ProductList | Catalogue | Carousel
)  # fmt: skip
SessionMessage = Annotated[AnyKind, Field(discriminator="kind")]


def body_of(message: AnyKind, found: Found, quoted: str = "") -> dict[str, Any]:
    """The message without recipient and reference. `quoted` is the wamid that it answers; a reaction quotes nothing."""
    body = {"type": message.wire, message.wire: message.content(found)}
    return body | ({"context": {"message_id": quoted}} if quoted else {})
