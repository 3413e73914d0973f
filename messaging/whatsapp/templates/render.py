"""What the phone will show. The desk's preview and the tests read this; the payload is built from the same texts."""

from dataclasses import dataclass

from messaging.whatsapp.templates.definition import CopyCodeButton, Definition, TextHeader
from messaging.whatsapp.templates.filling import filled
from messaging.whatsapp.templates.values import LocationValue, MediaValue, Values

COPY_CODE_LABEL = "Copy offer code"  # WhatsApp writes it, in the phone's language


@dataclass(frozen=True, slots=True)
class RenderedHeader:
    """A title, a file or a place: `kind` says which."""

    kind: str
    text: str = ""
    media: MediaValue | None = None
    location: LocationValue | None = None


@dataclass(frozen=True, slots=True)
class RenderedButton:
    """A button with where it leads: an address, a number, a code, or what comes back when it is tapped."""

    kind: str
    label: str
    target: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """One message as its recipient sees it. The body may hold WhatsApp's own formatting (*bold*, _italic_)."""

    header: RenderedHeader | None
    body: str
    footer: str
    buttons: tuple[RenderedButton, ...]


def render(definition: Definition, values: Values) -> Rendered:
    """The message with these values. Raises `Refused` where it could not be sent, so no {{1}} is ever shown."""
    texts = filled(definition, values)
    header = definition.header
    if header is None:
        top = None
    elif isinstance(header, TextHeader):
        top = RenderedHeader("text", texts.header)
    else:
        top = RenderedHeader(header.kind, media=values.header_media, location=values.header_location)
    buttons = tuple(
        RenderedButton(
            button.kind, COPY_CODE_LABEL if isinstance(button, CopyCodeButton) else button.label, texts.targets[index]
        )
        for index, button in enumerate(definition.buttons)
    )
    return Rendered(top, texts.body, definition.footer, buttons)
