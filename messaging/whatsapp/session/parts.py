"""What the kinds of free-form messages are made of: texts with Meta's limits, files of our own, what they refer to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, TypeAlias
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from messaging.whatsapp.templates.variables import length


class Part(BaseModel):
    """A piece of a message. Unknown fields are errors; space around a text is nobody's intention."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


@dataclass(frozen=True, slots=True)
class Found:
    """What the ids of a message stand for at Meta: files by their media ids, messages of the conversation by wamid."""

    media: Mapping[UUID, str] = field(default_factory=dict)
    messages: Mapping[UUID, str] = field(default_factory=dict)


def upto(most: int) -> AfterValidator:
    """A limit as a phone counts, so that an emoji counts two: never less than Meta's count."""

    def check(value: str) -> str:
        if length(value) > most:
            raise ValueError(f"at most {most} characters, as a phone counts them; this has {length(value)}")
        return value

    return AfterValidator(check)


# Limits: Meta, "Interactive messages" and "Messages" (reference of the Cloud API, sections 2.2 and 2.3), in characters.
Text4096 = Annotated[str, Field(min_length=1, max_length=4096), upto(4096)]
Text1024 = Annotated[str, Field(min_length=1, max_length=1024), upto(1024)]
Short = Annotated[str, Field(min_length=1, max_length=60), upto(60)]
Label = Annotated[str, Field(min_length=1, max_length=20), upto(20)]
Title = Annotated[str, Field(min_length=1, max_length=24), upto(24)]
Caption = Annotated[str, Field(max_length=1024, description="Text under the file; empty for none."), upto(1024)]
Footer = Annotated[str, Field(max_length=60, description="Small print at the end; empty for none."), upto(60)]
# Ours: Meta names no limit for these.
Line = Annotated[str, Field(max_length=256)]
CatalogueId = Annotated[str, Field(pattern=r"^[0-9]{1,32}$", description="The catalogue's id at Meta.")]
Sku = Annotated[str, Field(min_length=1, max_length=100, description="The product's own id in the catalogue.")]
Url = Annotated[
    str, Field(pattern=r"^https://[^\s/@]+\.[^\s/@]+(/\S*)?$", max_length=2000, description="An https address.")
]
AssetId = Annotated[
    UUID, Field(description="A file of whatsapp.media_assets.list that may be used. Addresses elsewhere are not taken.")
]


class TextHeader(Part):
    kind: Literal["text"] = "text"
    text: Short = Field(description="A title of up to 60 characters")


class FileHeader(Part):
    """A picture, film or document above the text."""

    kind: Literal["image", "video", "document"] = Field(description="What is shown")
    asset_id: AssetId
    filename: Annotated[str, Field(max_length=240, description="For a document: what it is called.")] = ""


class PictureHeader(Part):
    kind: Literal["image", "video"] = Field(description="What is shown")
    asset_id: AssetId


Header = Annotated[TextHeader | FileHeader, Field(discriminator="kind")]
Wire: TypeAlias = dict[str, Any]


def file_of(asset_id: UUID, found: Found, **beside: Any) -> Wire:
    """A file by its media id, with what stands beside it unless that is empty."""
    return {"id": found.media[asset_id], **{name: value for name, value in beside.items() if value}}


def header_of(header: TextHeader | FileHeader | PictureHeader, found: Found) -> Wire:
    if isinstance(header, TextHeader):
        return {"type": "text", "text": header.text}
    name = header.filename if isinstance(header, FileHeader) and header.kind == "document" else ""
    return {"type": header.kind, header.kind: file_of(header.asset_id, found, filename=name)}


def attachments_in(part: BaseModel) -> Iterator[tuple[UUID, str]]:
    """Every file of a message with the kind it is shown as, wherever it stands."""
    if isinstance(asset := getattr(part, "asset_id", None), UUID):
        yield asset, getattr(part, "kind")  # noqa: B009 - whatever has a file says what it is
    for name in type(part).model_fields:
        value = getattr(part, name)
        for inner in value if isinstance(value, list | tuple) else (value,):
            if isinstance(inner, BaseModel):
                yield from attachments_in(inner)
