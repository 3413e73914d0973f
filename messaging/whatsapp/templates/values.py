"""What one recipient's message is filled with. Kept as JSON with the message, so it is a model and not loose dicts."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from messaging.whatsapp.templates.definition import Definition, MediaHeader, TextHeader, UrlButton
from messaging.whatsapp.templates.variables import PLACEHOLDER, names_in


class Filled(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class MediaValue(Filled):
    """A file for the header: an uploaded media id, or a public https link that Meta fetches."""

    id: str = Field("", max_length=255)
    link: str = Field("", max_length=2000)
    filename: str = Field("", max_length=240, description="Shown for documents")

    @model_validator(mode="after")
    def one_source(self) -> Self:
        if bool(self.id) == bool(self.link):
            raise ValueError("give either id or link")
        return self


class LocationValue(Filled):
    """A place for the header, in decimal degrees."""

    latitude: float = Field(ge=-90, le=90, allow_inf_nan=False)
    longitude: float = Field(ge=-180, le=180, allow_inf_nan=False)
    name: str = Field("", max_length=255)
    address: str = Field("", max_length=255)


class Values(Filled):
    """Everything one message needs: body by variable, the header's one thing, buttons by their place from 0.

    A button's value is the ending of its address, its code, or what comes back when it is tapped.
    """

    body: dict[str, str] = Field(default_factory=dict)
    header_text: str = ""
    header_media: MediaValue | None = None
    header_location: LocationValue | None = None
    buttons: dict[int, str] = Field(default_factory=dict)


def example_values(definition: Definition) -> Values:
    """The template's own samples, for a preview before there are recipients."""
    header = definition.header
    return Values(
        body={name: definition.body.examples.get(name, "") for name in names_in(definition.body.text)},
        header_text=header.example if isinstance(header, TextHeader) and names_in(header.text) else "",
        header_media=MediaValue(id=(header.example or "sample")[:255]) if isinstance(header, MediaHeader) else None,
        header_location=LocationValue(latitude=22.2819, longitude=114.1589, name="Central")
        if header is not None and header.kind == "location"
        else None,
        buttons=_example_buttons(definition),
    )


def _example_buttons(definition: Definition) -> dict[int, str]:
    found: dict[int, str] = {}
    for index, button in enumerate(definition.buttons):
        if isinstance(button, UrlButton) and names_in(button.url):
            found[index] = button.example.removeprefix(PLACEHOLDER.sub("", button.url))
        elif button.kind == "copy_code":
            found[index] = button.example
    return found
